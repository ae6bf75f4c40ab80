/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/session-private.h"

#include "kiosk/core/log.h"

/*
 * Two journeys, two runners: of the public, and of who works here. A badge opens the second only while nobody is in the middle of anything
 * (then the public's journey says its own sentence about the badge, and nothing of the person is touched); what little there is of the public
 * (a language chosen on the first screen, "it is erased") is wiped before. Any wipe of the adviser's session, by a second tap, "quitter" or
 * nobody moving, leads back. There is no runner that knows both.
 */

/* Of the pack when it has one; else of the program, as long as the pack has its words. NULL: badges open nothing. */
static char *
dup_folder (PerronSession *session, const char *id)
{
  const char *const folders[] = { session->shown->journeys, perron_config_get (session->config, PERRON_CONFIG_PATHS_JOURNEYS) };
  guint count;
  const PerronLanguage *languages = perron_catalogue_get_languages (session->catalogue, &count);

  if (*id == '\0' || perron_catalogue_get (session->catalogue, languages[0].tag, "list.looking") == NULL)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *path = g_build_filename (folders[i], id, "journey.json", NULL);
    if (g_file_test (path, G_FILE_TEST_EXISTS))
      return g_strdup (folders[i]);
  }
  return NULL;
}

void
perron_session_open_adviser (PerronSession *session)
{
  const char *id = perron_config_get (session->config, PERRON_CONFIG_JOURNEY_ADVISER);
  g_autofree char *folder = dup_folder (session, id);
  g_autoptr (GError) error = NULL;
  PerronEffects effects;

  g_clear_pointer (&session->adviser.runner, perron_runner_free);
  g_clear_pointer (&session->adviser.journey, perron_journey_unref);
  session->people.journey = session->journey;
  session->people.runner = session->runner;
  if (folder == NULL)
    return;
  session->adviser.journey = perron_journey_load (folder, id, &error);
  if (session->adviser.journey == NULL) {
    perron_log_error (PERRON_LOG_JOURNEY_REFUSED, error);
    return;
  }
  session->adviser.runner = perron_runner_new (session->adviser.journey);
  perron_runner_start (session->adviser.runner, &effects);
}

void
perron_session_close_adviser (PerronSession *session)
{
  if (session->people.runner != NULL) {
    session->runner = session->people.runner;
    session->journey = session->people.journey;
  }
  g_clear_pointer (&session->adviser.runner, perron_runner_free);
  g_clear_pointer (&session->adviser.journey, perron_journey_unref);
}

static void
show (PerronSession *session, PerronJourney *journey, PerronRunner *runner)
{
  session->journey = journey;
  session->runner = runner;
  perron_window_set_runner (session->window, runner);
}

void
perron_session_enter_adviser (PerronSession *session)
{
  if (session->adviser.runner == NULL || session->runner != session->people.runner || !perron_runner_is_free (session->runner))
    return;
  perron_session_step (session, &(PerronEvent){ .kind = PERRON_EVENT_LEAVE });
  show (session, session->adviser.journey, session->adviser.runner);
  perron_log (PERRON_LOG_ADVISER_ENTERED);
}

void
perron_session_leave_adviser (PerronSession *session)
{
  if (session->runner == session->adviser.runner && session->adviser.runner != NULL)
    show (session, session->people.journey, session->people.runner);
}

void
perron_session_tell_other (PerronSession *session, const PerronEvent *event)
{
  PerronRunner *other = session->runner == session->people.runner ? session->adviser.runner : session->people.runner;
  PerronEffects effects;
  if (other != NULL)
    (void) perron_runner_step (other, event, &effects);
}
