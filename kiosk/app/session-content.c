/* SPDX-License-Identifier: GPL-3.0-or-later */
/* New content and new certificates, between two people: looked for and loaded in a thread, shown when nobody is there. */
#include <string.h>

#include "kiosk/app/session-private.h"
#include "kiosk/core/log.h"

/* What a look in the thread needs and finds. Nothing in it is the session's. */
typedef struct {
  const PerronConfig *config;
  char *journeys;       /* shown now */
  gint64 version, unfit;
  gint64 certificates;  /* version in use */
  PerronSigner *signer; /* borrowed; outlives every look */
  PerronShown *fresh;   /* nullable */
  PerronSealer *sealer; /* nullable */
  GSource *done;        /* woken at the end */
} Look;

static void
look_free (Look *look)
{
  g_clear_pointer (&look->fresh, perron_shown_free);
  g_clear_pointer (&look->sealer, perron_sealer_free);
  g_source_unref (look->done);
  g_free (look->journeys);
  g_free (look);
}

static void
look_at_certificates (Look *look)
{
  g_autoptr (GError) error = NULL;
  gint64 version;
  g_autofree char *path = perron_shown_dup_caisse_certificate (look->config, &version);

  if (version == look->certificates || path == NULL)
    return;
  const PerronSealOptions options = { .terminal = perron_config_get (look->config, PERRON_CONFIG_TERMINAL_ID),
                                      .caisse = perron_config_get (look->config, PERRON_CONFIG_SEAL_CAISSE),
                                      .caisse_certificate = path,
                                      .escrow_certificate = perron_config_get (look->config, PERRON_CONFIG_SEAL_ESCROW_CERTIFICATE),
                                      .sign_key = perron_config_get (look->config, PERRON_CONFIG_SEAL_SIGN_KEY),
                                      .signer = look->signer };
  look->certificates = version;
  look->sealer = perron_sealer_new (&options, &error);
  if (look->sealer == NULL)
    perron_log_error (PERRON_LOG_CONTENT_REFUSED, error);
}

/* The first screen, and no sign of anybody for a while: also nobody who has just chosen a language there. */
static gboolean
nobody_is_there (const PerronSession *session)
{
  gint64 quiet_ms = perron_clock_boot_ms (perron_clock_system ()) - session->stirred_ms;
  return !session->somebody && session->ticket == 0 && quiet_ms >= perron_config_get_int (session->config, PERRON_CONFIG_CONTENT_LOOK_S) * 1000 &&
         strcmp (perron_runner_get_screen (session->runner)->id, session->first_screen) == 0;
}

/* A new runner and a new window; devices, voice and store go on. */
static void
show (PerronSession *session, PerronShown *fresh)
{
  PerronWindow *window = session->window;
  PerronRunner *runner = session->runner;
  PerronShown *shown = session->shown;

  perron_speech_stop (session->speech);
  session->shown = fresh;
  session->catalogue = fresh->catalogue;
  session->journey = fresh->journey;
  perron_session_begin (session, gtk_window_get_application (GTK_WINDOW (window)));
  gtk_window_destroy (GTK_WINDOW (window));
  perron_runner_free (runner);
  perron_shown_free (shown);
  perron_session_show_link (session, session->link);
  perron_log_count (PERRON_LOG_CONTENT_IN_USE, fresh->version);
}

/* Of the main loop, when the thread is through. */
static gboolean
on_looked (gpointer data)
{
  PerronSession *session = data;
  Look *look = g_thread_join (g_steal_pointer (&session->look_thread));

  session->look_source = 0;
  session->unfit_version = look->unfit;
  session->certificates_version = look->certificates;
  if (look->sealer != NULL) {
    perron_registrar_take_sealer (session->registrar, g_steal_pointer (&look->sealer));
    perron_log_count (PERRON_LOG_CERTIFICATES_IN_USE, look->certificates);
  }
  /* Somebody came meanwhile: it is looked at again when they have gone. */
  if (look->fresh != NULL && nobody_is_there (session))
    show (session, g_steal_pointer (&look->fresh));
  look_free (look);
  return G_SOURCE_REMOVE;
}

static gpointer
run_look (gpointer data)
{
  Look *look = data;
  look->fresh = perron_shown_load_other (look->config, look->version, look->journeys, &look->unfit);
  look_at_certificates (look);
  g_source_set_ready_time (look->done, 0);
  return look;
}

/* A source that waits to be told, from whatever thread. */
static gboolean
dispatch_told (GSource *source, GSourceFunc callback, gpointer data)
{
  g_source_set_ready_time (source, -1);
  return callback (data);
}

static gboolean
on_time_to_look (gpointer data)
{
  static GSourceFuncs told = { .dispatch = dispatch_told };
  PerronSession *session = data;

  if (session->look_thread != NULL || !nobody_is_there (session))
    return G_SOURCE_CONTINUE;
  g_autoptr (GSource) done = g_source_new (&told, sizeof (GSource));
  Look *look = g_new0 (Look, 1);
  *look = (Look){ .config = session->config,
                  .journeys = g_strdup (session->shown->journeys),
                  .version = session->shown->version,
                  .unfit = session->unfit_version,
                  .certificates = session->certificates_version,
                  .signer = perron_device_key_get_signer (session->sign_key),
                  .done = g_source_ref (done) };
  g_source_set_callback (done, on_looked, session, NULL);
  session->look_source = g_source_attach (done, NULL);
  session->look_thread = g_thread_new ("perron-content", run_look, look);
  return G_SOURCE_CONTINUE;
}

void
perron_session_open_content (PerronSession *session)
{
  if (perron_content_options (session->config).root == NULL)
    return;
  guint every_s = (guint) perron_config_get_int (session->config, PERRON_CONFIG_CONTENT_LOOK_S);
  session->look_timer = g_timeout_add_seconds (every_s, on_time_to_look, session);
}

void
perron_session_close_content (PerronSession *session)
{
  g_clear_handle_id (&session->look_timer, g_source_remove);
  g_clear_handle_id (&session->look_source, g_source_remove);
  if (session->look_thread != NULL)
    look_free (g_thread_join (g_steal_pointer (&session->look_thread)));
}

void
perron_session_stir (PerronSession *session)
{
  session->stirred_ms = perron_clock_boot_ms (perron_clock_system ());
}
