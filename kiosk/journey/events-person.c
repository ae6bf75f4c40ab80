/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/events.h"

#include <string.h>

#include "kiosk/journey/words.h"

gboolean
perron_on_next (PerronRunner *runner, const PerronEvent *event)
{
  return perron_ways_follow (runner, perron_ways_find (runner, perron_moves_shown (runner), PERRON_ON_NEXT, NULL), TRUE);
}

/* Which languages there are is not known here: who carries out the effect takes those of the catalogue. */
static gboolean
choose_language (PerronRunner *runner, guint shown, const char *tag)
{
  if (!perron_is_setting ("language", tag))
    return FALSE;
  perron_ways_remember_setting (runner, "language", tag);
  perron_runner_emit (runner, PERRON_EFFECT_SETTING, "language", runner->settings[0]);
  return perron_ways_follow (runner, perron_ways_find (runner, shown, PERRON_ON_CHOOSE, NULL), TRUE);
}

gboolean
perron_on_choose (PerronRunner *runner, const PerronEvent *event)
{
  guint shown = perron_moves_shown (runner);
  const PerronScreen *screen = &runner->journey->screens[shown].screen;
  guint option = perron_screen_option_of (screen, event->name);

  if (screen->kind == PERRON_SCREEN_LANGUAGE)
    return choose_language (runner, shown, event->name);
  if (option == PERRON_NOWHERE || !perron_runner_is_offered (runner, event->name))
    return FALSE;
  if (screen->kind == PERRON_SCREEN_CHOICE && (screen->pick_max > 1 || screen->pick_min == 0))
    return perron_answers_toggle (runner, event->name);
  if (screen->kind == PERRON_SCREEN_CHOICE && runner->overlay_count == 0)
    perron_answers_choose (runner, option);
  return perron_ways_follow (runner, perron_ways_find (runner, shown, PERRON_ON_CHOOSE, event->name), TRUE);
}

gboolean
perron_on_field (PerronRunner *runner, const PerronEvent *event)
{
  return runner->overlay_count == 0 && event->name != NULL && event->value != NULL
         && perron_answers_type (runner, event->name, event->value);
}

gboolean
perron_on_submit (PerronRunner *runner, const PerronEvent *event)
{
  if (runner->overlay_count > 0)
    return FALSE;
  /* Refused again is said again. */
  if (!perron_answers_complete (runner))
    return runner->refused != NULL;
  return perron_ways_follow (runner, perron_ways_find (runner, runner->current, PERRON_ON_SUBMIT, NULL), TRUE);
}

gboolean
perron_on_edit (PerronRunner *runner, const PerronEvent *event)
{
  const PerronScreen *screen = perron_runner_base (runner);

  if (runner->overlay_count > 0 || screen->kind != PERRON_SCREEN_REVIEW)
    return FALSE;
  for (guint i = 0; i < screen->row_count; i++) {
    if (screen->rows[i].edit != NULL && g_strcmp0 (screen->rows[i].edit, event->name) == 0) {
      perron_moves_edit (runner, perron_journey_index_of (runner->journey, event->name));
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
perron_on_holder (PerronRunner *runner, const PerronEvent *event)
{
  guint64 index = 0;

  if (runner->overlay_count > 0 || event->name == NULL || perron_runner_base (runner)->kind != PERRON_SCREEN_HOLDERS
      || !g_ascii_string_to_unsigned (event->name, 10, 0, PERRON_HOLDERS_MAX - 1, &index, NULL) || index >= runner->person->holders.count)
    return FALSE;
  runner->person->chosen = (guint)index;
  runner->person->confirmed = FALSE;
  return perron_ways_follow (runner, perron_ways_find (runner, runner->current, PERRON_ON_HOLDER, NULL), TRUE);
}

gboolean
perron_on_back (PerronRunner *runner, const PerronEvent *event)
{
  return perron_moves_back (runner);
}

gboolean
perron_on_help (PerronRunner *runner, const PerronEvent *event)
{
  perron_ways_close_idle (runner);
  gboolean changed = perron_moves_cover (runner, runner->journey->help);
  if (changed)
    perron_runner_emit (runner, PERRON_EFFECT_HELP_CALL, NULL, NULL);
  return changed;
}

/* Where nothing was given yet, or nothing is left, there is nothing to ask: it is simply erased. */
gboolean
perron_on_leave (PerronRunner *runner, const PerronEvent *event)
{
  perron_ways_close_idle (runner);
  if (perron_runner_is_free (runner)) {
    perron_moves_wipe (runner, runner->journey->start);
    return TRUE;
  }
  return perron_moves_cover (runner, runner->journey->leave);
}

gboolean
perron_on_return (PerronRunner *runner, const PerronEvent *event)
{
  return perron_moves_uncover (runner);
}

/* The screen itself does not change: who carries out the effect changes how it looks. The kept copy outlives the event. */
gboolean
perron_on_setting (PerronRunner *runner, const PerronEvent *event)
{
  static const char *const names[] = { "language", "size", "contrast", "voice" };

  if (!perron_is_setting (event->name, event->value))
    return FALSE;
  perron_ways_remember_setting (runner, event->name, event->value);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (names[i], event->name) == 0)
      perron_runner_emit (runner, PERRON_EFFECT_SETTING, names[i], runner->settings[i]);
  }
  return FALSE;
}

gboolean
perron_on_stay (PerronRunner *runner, const PerronEvent *event)
{
  return perron_ways_close_idle (runner);
}
