/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "kiosk/journey/state.h"

static const char *const setting_names[] = { "language", "size", "contrast", "voice" };

static const PerronNode *
node_at (const PerronRunner *runner, guint index)
{
  return &runner->journey->screens[index];
}

static gboolean
is_card_screen (const PerronRunner *runner, guint index)
{
  return node_at (runner, index)->screen.kind == PERRON_SCREEN_CARD;
}

guint
perron_moves_shown (const PerronRunner *runner)
{
  return runner->overlay_count > 0 ? runner->overlays[runner->overlay_count - 1] : runner->current;
}

/* Going in a circle forward shortens the way back to where the circle began: the history never holds a screen twice. */
static void
cut_history_at (PerronRunner *runner, guint screen)
{
  for (guint i = 0; i < runner->history_count; i++) {
    if (runner->history[i] == screen)
      runner->history_count = i;
  }
}

static void
push_history (PerronRunner *runner, guint screen)
{
  if (runner->history_count == PERRON_HISTORY_MAX)
    memmove (runner->history, runner->history + 1, --runner->history_count * sizeof *runner->history);
  runner->history[runner->history_count++] = screen;
}

void
perron_moves_offer (PerronRunner *runner)
{
  const PerronScreen *screen = perron_runner_base (runner);

  runner->offered = 0;
  for (guint i = 0; i < screen->option_count; i++) {
    gboolean holds = TRUE;
    for (guint c = 0; c < screen->options[i].condition_count; c++)
      holds &= perron_answers_condition (runner, &screen->options[i].conditions[c]);
    runner->offered |= holds ? 1u << i : 0;
  }
}

/* The slot is looked at anew whenever the person comes to a card screen from elsewhere: what it says is true now. */
static void
arrive (PerronRunner *runner, guint to)
{
  gboolean from_card_screen = is_card_screen (runner, runner->current);

  runner->current = to;
  runner->refused = NULL;
  /* A ticket is past the point where anything could be changed. */
  if (node_at (runner, to)->screen.kind == PERRON_SCREEN_TICKET) {
    runner->history_count = 0;
    runner->edit_from = PERRON_NOWHERE;
  }
  /* Somebody the person did not say they are stands on no review. */
  if (node_at (runner, to)->screen.kind == PERRON_SCREEN_REVIEW && !runner->person->confirmed)
    perron_answers_forget_holder (runner);
  if (runner->edit_from == to)
    runner->edit_from = PERRON_NOWHERE;
  perron_moves_offer (runner);
  if (is_card_screen (runner, to) && !from_card_screen) {
    runner->card_depth = runner->history_count;
    runner->card_awaited = TRUE;
    perron_runner_emit (runner, PERRON_EFFECT_CARD_AWAIT, NULL, NULL);
  }
}

void
perron_moves_enter_first (PerronRunner *runner)
{
  runner->overlay_count = 0;
  runner->history_count = 0;
  runner->card_depth = 0;
  runner->card_awaited = FALSE;
  runner->edit_from = PERRON_NOWHERE;
  runner->current = runner->journey->start;
  arrive (runner, runner->journey->start);
}

/* While one thing of the review is being changed, the way leads on only inside the group of that thing, then back to the review. */
static guint
redirect_edit (const PerronRunner *runner, guint to)
{
  const char *group = node_at (runner, runner->current)->group;
  if (runner->edit_from == PERRON_NOWHERE || (group != NULL && g_strcmp0 (group, node_at (runner, to)->group) == 0))
    return to;
  return runner->edit_from;
}

void
perron_moves_forward (PerronRunner *runner, guint to, gboolean by_person)
{
  to = redirect_edit (runner, to);
  if (to == runner->current)
    return;
  /* What failed is not a place to come back to. */
  if (by_person && perron_runner_base (runner)->kind != PERRON_SCREEN_ERROR)
    push_history (runner, runner->current);
  if (runner->edit_from == PERRON_NOWHERE || to == runner->edit_from)
    cut_history_at (runner, to);
  arrive (runner, to);
}

gboolean
perron_moves_back (PerronRunner *runner)
{
  if (runner->overlay_count > 0)
    return perron_moves_uncover (runner);
  if (!perron_runner_base (runner)->can_go_back || runner->history_count == 0)
    return FALSE;
  arrive (runner, runner->history[--runner->history_count]);
  return TRUE;
}

void
perron_moves_edit (PerronRunner *runner, guint to)
{
  guint review = runner->current;
  push_history (runner, review);
  runner->edit_from = review;
  arrive (runner, to);
}

/* Asking again for what is already open comes back to it. */
gboolean
perron_moves_cover (PerronRunner *runner, guint overlay)
{
  if (perron_moves_shown (runner) == overlay)
    return FALSE;
  for (guint i = 0; i < runner->overlay_count; i++) {
    if (runner->overlays[i] == overlay) {
      runner->overlay_count = i + 1;
      return TRUE;
    }
  }
  runner->overlays[runner->overlay_count++] = overlay;
  return TRUE;
}

gboolean
perron_moves_uncover (PerronRunner *runner)
{
  if (runner->overlay_count == 0)
    return FALSE;
  runner->overlay_count--;
  return TRUE;
}

/* What was held to the reader is gone, wherever its sentence stands: other questions may have been asked over it. */
gboolean
perron_moves_uncover_tap (PerronRunner *runner)
{
  guint shown = perron_moves_shown (runner);
  guint kept = 0;

  for (guint i = 0; i < runner->overlay_count; i++) {
    if (!perron_journey_is_tap_screen (runner->journey, runner->overlays[i]))
      runner->overlays[kept++] = runner->overlays[i];
  }
  runner->overlay_count = kept;
  return perron_moves_shown (runner) != shown;
}

static void
emit_kept_settings (PerronRunner *runner)
{
  for (guint i = 0; i < G_N_ELEMENTS (setting_names); i++) {
    if (runner->settings[i][0] != '\0')
      perron_runner_emit (runner, PERRON_EFFECT_SETTING, setting_names[i], runner->settings[i]);
  }
}

/*
 * Everything of the person goes. "It is erased" must still be said in their language, at their size: the settings, which say
 * nothing about who they are, are put back for the DONE screen and go when it is left.
 */
void
perron_moves_wipe (PerronRunner *runner, guint to)
{
  gboolean farewell = node_at (runner, to)->screen.kind == PERRON_SCREEN_DONE;

  perron_answers_wipe (runner);
  runner->has_listing = FALSE;
  memset (&runner->listing, 0, sizeof runner->listing);
  if (runner->card_awaited)
    perron_runner_emit (runner, PERRON_EFFECT_CARD_RELEASE, NULL, NULL);
  perron_runner_emit (runner, PERRON_EFFECT_SESSION_WIPE, NULL, NULL);
  perron_moves_enter_first (runner);
  runner->current = to;
  perron_moves_offer (runner);
  if (farewell)
    emit_kept_settings (runner);
  else
    explicit_bzero (runner->settings, sizeof runner->settings);
  runner->session = farewell;
}

/* Another card: everything of the first person goes, and the way back ends before the card was asked for. */
void
perron_moves_swap (PerronRunner *runner)
{
  perron_answers_wipe (runner);
  runner->history_count = MIN (runner->history_count, runner->card_depth);
  runner->overlay_count = 0;
  runner->edit_from = PERRON_NOWHERE;
}
