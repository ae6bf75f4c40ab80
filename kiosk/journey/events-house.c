/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/events.h"

#include <string.h>

#include "kiosk/journey/words.h"

static gboolean
same_holders (const PerronRunner *runner, const PerronHolders *holders)
{
  const PerronHolders *known = &runner->person->holders;
  if (!runner->person->from_card || known->count != holders->count)
    return FALSE;
  for (guint i = 0; i < holders->count; i++) {
    const PerronHolder *a = &known->list[i], *b = &holders->list[i];
    if (strcmp (a->surname, b->surname) != 0 || strcmp (a->given_name, b->given_name) != 0 || strcmp (a->birth.raw, b->birth.raw) != 0
        || strcmp (a->number.value, b->number.value) != 0)
      return FALSE;
  }
  return TRUE;
}

static void
take_holders (PerronRunner *runner, const PerronHolders *holders)
{
  runner->person->holders = *holders;
  runner->person->from_card = TRUE;
  runner->person->confirmed = FALSE;
  runner->person->chosen = holders->count == 1 ? 0 : PERRON_NO_HOLDER;
}

static const PerronRule *
find_card_rule (const PerronRunner *runner, const char *name)
{
  const PerronJourney *journey = runner->journey;
  const PerronRule *rule = NULL;

  if (perron_runner_base (runner)->kind == PERRON_SCREEN_CARD)
    rule = perron_ways_find (runner, runner->current, PERRON_ON_CARD, name);
  return rule != NULL ? rule : perron_ways_find_in (runner, journey->card_rules, journey->card_rule_count, PERRON_ON_CARD, name);
}

/* The way for this family of cards, where there is one; else the way for the status. `family` nullable. */
static gboolean
follow_card (PerronRunner *runner, const char *status, const char *family)
{
  g_autofree char *named = perron_card_family_from_string (family) != NULL ? g_strdup_printf ("%s:%s", status, family) : NULL;
  const PerronRule *rule = named != NULL ? find_card_rule (runner, named) : NULL;

  if (rule == NULL)
    rule = find_card_rule (runner, status);
  guint before = runner->current;
  if (rule == NULL || !perron_ways_follow (runner, rule, FALSE))
    return FALSE;
  return runner->current != before && runner->overlay_count == 0;
}

/*
 * On a card screen every status leads somewhere. Elsewhere only one thing matters, as long as the journey is interested in the
 * card: another card than the one that was read. Then nothing of the first person may stay.
 */
static gboolean
take_card (PerronRunner *runner, PerronCardStatus status, const char *family, const PerronHolders *holders)
{
  gboolean on_card_screen = perron_runner_base (runner)->kind == PERRON_SCREEN_CARD;

  if (status == PERRON_CARD_READ && (holders == NULL || holders->count == 0 || holders->count > PERRON_HOLDERS_MAX))
    status = PERRON_CARD_UNREADABLE;
  if (status != PERRON_CARD_READ)
    return on_card_screen && follow_card (runner, perron_card_status_to_string (status), family);

  gboolean same = same_holders (runner, holders);
  gboolean swapped = !same && runner->person->from_card;
  if (!on_card_screen && !swapped)
    return FALSE;
  if (swapped)
    perron_moves_swap (runner);
  if (!same)
    take_holders (runner, holders);
  else if (holders->count > 1)
    runner->person->chosen = PERRON_NO_HOLDER;
  runner->person->confirmed = FALSE;
  return follow_card (runner, perron_card_status_to_string (status), NULL) || swapped;
}

gboolean
perron_on_card (PerronRunner *runner, const PerronEvent *event)
{
  PerronCardStatus status;

  if (!perron_card_status_from_string (event->name, &status))
    return FALSE;
  gboolean hand = perron_card_status_is_a_hand (status);
  gboolean stirred = hand && perron_ways_close_idle (runner);
  /* Who puts a card in has read the sentence that asked for it. */
  if (hand && status != PERRON_CARD_NO_CARD && status != PERRON_CARD_REMOVED)
    stirred |= perron_moves_uncover_tap (runner);
  return (runner->card_awaited && take_card (runner, status, event->value, event->holders)) || stirred;
}

gboolean
perron_on_idle (PerronRunner *runner, const PerronEvent *event)
{
  if (perron_runner_base (runner)->kind == PERRON_SCREEN_DONE) {
    perron_moves_wipe (runner, runner->journey->start);
    return TRUE;
  }
  return runner->session && perron_moves_cover (runner, runner->journey->idle);
}

gboolean
perron_on_expire (PerronRunner *runner, const PerronEvent *event)
{
  if (perron_moves_shown (runner) != runner->journey->idle)
    return FALSE;
  perron_moves_wipe (runner, runner->journey->start);
  return TRUE;
}

gboolean
perron_on_registered (PerronRunner *runner, const PerronEvent *event)
{
  const PerronRule *rule = perron_ways_find (runner, runner->current, PERRON_ON_REGISTERED, NULL);

  return rule != NULL && event->name != NULL && perron_reference_parse (event->name, runner->person->reference)
         && perron_ways_follow (runner, rule, FALSE) && runner->overlay_count == 0;
}

gboolean
perron_on_not_registered (PerronRunner *runner, const PerronEvent *event)
{
  return perron_is_reason (event->name)
         && perron_ways_follow (runner, perron_ways_find (runner, runner->current, PERRON_ON_NOT_REGISTERED, event->name), FALSE)
         && runner->overlay_count == 0;
}

gboolean
perron_on_progress (PerronRunner *runner, const PerronEvent *event)
{
  const char *key = perron_progress_key (event->name);
  const PerronRule *rule = perron_ways_find_grouped (runner, runner->current, PERRON_ON_PROGRESS, event->name, perron_progress_group (event->name));

  /* Of another request: an answer to somebody who was here before. */
  if (event->value != NULL && strcmp (event->value, runner->person->reference) != 0)
    return FALSE;
  if (key == NULL || runner->person->reference[0] == '\0')
    return FALSE;
  /* Where no screen tells it (a ticket is being printed) it is kept: the ticket to which one goes back tells what is true then. */
  const gboolean told = rule != NULL || perron_runner_base (runner)->kind == PERRON_SCREEN_TICKET;
  gboolean changed = told && g_strcmp0 (key, runner->person->progress) != 0;
  guint before = runner->current;
  runner->person->progress = key;
  if (rule != NULL)
    perron_ways_follow (runner, rule, FALSE);
  return (changed || runner->current != before) && runner->overlay_count == 0;
}

/* What is offered on this screen stays as it is: it counts from the next one on. */
gboolean
perron_on_printer (PerronRunner *runner, const PerronEvent *event)
{
  runner->printer = g_strcmp0 (event->name, "ready") == 0;
  return FALSE;
}

static gboolean
follow_print (PerronRunner *runner, PerronTrigger trigger, const char *name)
{
  return perron_ways_follow (runner, perron_ways_find (runner, runner->current, trigger, name), FALSE) && runner->overlay_count == 0;
}

gboolean
perron_on_printed (PerronRunner *runner, const PerronEvent *event)
{
  return follow_print (runner, PERRON_ON_PRINTED, NULL);
}

gboolean
perron_on_not_printed (PerronRunner *runner, const PerronEvent *event)
{
  return perron_is_print_reason (event->name) && follow_print (runner, PERRON_ON_NOT_PRINTED, event->name);
}

gboolean
perron_on_link (PerronRunner *runner, const PerronEvent *event)
{
  const char *key = perron_link_key (event->name);
  gboolean changed = key != NULL && g_strcmp0 (key, runner->link) != 0;
  if (changed)
    runner->link = key;
  return changed;
}

/*
 * A sentence about what is held to the reader stands over whatever is on screen, until it leaves or the person goes on: nothing of
 * what they did is touched. Only a screen that waits for a tap moves on by one.
 */
gboolean
perron_on_tap (PerronRunner *runner, const PerronEvent *event)
{
  const PerronJourney *journey = runner->journey;
  gboolean changed = FALSE;

  if (g_strcmp0 (event->name, "gone") == 0)
    return perron_moves_uncover_tap (runner);
  if (!perron_is_tap_word (event->name))
    return FALSE;
  changed |= perron_ways_close_idle (runner);
  changed |= perron_moves_uncover_tap (runner);
  g_strlcpy (runner->person->badge, event->value != NULL ? event->value : "", sizeof runner->person->badge);
  const PerronRule *rule = runner->overlay_count == 0 ? perron_ways_find (runner, runner->current, PERRON_ON_TAP, event->name) : NULL;
  if (rule != NULL) {
    perron_runner_begin (runner);
    return perron_ways_follow (runner, rule, TRUE);
  }
  rule = perron_ways_find_in (runner, journey->tap_rules, journey->tap_rule_count, PERRON_ON_TAP, event->name);
  if (rule == NULL)
    return changed;
  perron_runner_begin (runner);
  return perron_moves_cover (runner, rule->screen) || changed;
}

gboolean
perron_on_listing (PerronRunner *runner, const PerronEvent *event)
{
  if (event->listing == NULL || event->listing->count > PERRON_LISTING_ROWS || perron_runner_base (runner)->kind != PERRON_SCREEN_LIST)
    return FALSE;
  runner->has_listing = TRUE;
  runner->listing = *event->listing;
  return runner->overlay_count == 0;
}
