/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/runner.h"

#include <string.h>

#include "kiosk/core/tap.h"

/*
 * Whatever comes, in whatever order: there is always a screen; help and leave can always be asked and always come back; a card is
 * only awaited on purpose; after a wipe nothing is left. Fixed seeds: a failure is the same every time.
 */

#define SEEDS 40
#define STEPS 20000

typedef struct {
  GRand *random;
  PerronJourney *journey;
  PerronRunner *runner;
  PerronHolders *cards[3];
  gsize baseline;
  guint wipes;
  guint submits;
} Walk;

static const char *const statuses[] = { "no-reader", "no-card",    "reading", "read",         "mute",     "removed", "not-vitale",
                                        "vitale-1",  "unreadable", "refused", "held", "reader-fault", "nonsense", "" };
static const char *const families[] = { "payment", "health-foreign", "sim", "unknown", "elephant" };
static const char *const words[] = { "waiting", "sent",   "received", "refused", "withdrawn", "unknown", "disk-full", "too-many", "seal",
                                     "store",   "online", "offline",  "fault",   "language",  "size",    "voice",     "nonsense", NULL };
static const char *const values[] = { "",
                                      "0639980001",
                                      "+33639980001",
                                      "05031950",
                                      "2900199000001",
                                      "154209935000564",
                                      "EXEMPLE",
                                      "Léa",
                                      "2222-2222",
                                      "a@b.fr",
                                      "fr",
                                      "en",
                                      "3",
                                      "on",
                                      "\xff",
                                      "x\ny",
                                      NULL };

static guint
below (Walk *walk, gsize count)
{
  return (guint)g_rand_int_range (walk->random, 0, (gint32)count);
}

static const char *
some_option (Walk *walk, const PerronScreen *screen)
{
  if (screen->option_count == 0 || below (walk, 20) == 0)
    return "nonsense";
  if ((g_str_equal (screen->id, "leave") || g_str_equal (screen->id, "idle")) && below (walk, 10) > 0)
    return "stay";
  return screen->options[below (walk, screen->option_count)].id;
}

/* Mostly what the field asks for. */
static const char *
some_value (Walk *walk, PerronFieldType type)
{
  static const char *const good[] = {
    [PERRON_FIELD_NAME] = "Léa",           [PERRON_FIELD_PHONE] = "06 39 98 00 01",
    [PERRON_FIELD_DATE] = "31421954",      [PERRON_FIELD_NUMBER] = "154209935000564",
    [PERRON_FIELD_EMAIL] = "a@exemple.fr", [PERRON_FIELD_REFERENCE] = "2222-2222",
  };
  return below (walk, 5) > 0 ? good[type] : values[below (walk, G_N_ELEMENTS (values))];
}

static PerronEvent
some_event (Walk *walk, char number[4])
{
  const PerronScreen *screen = perron_runner_get_screen (walk->runner);
  /* The likely ones often, so that a walk gets far; every one now and then. */
  static const PerronEventKind likely[] = { PERRON_EVENT_CHOOSE, PERRON_EVENT_CHOOSE, PERRON_EVENT_CHOOSE, PERRON_EVENT_NEXT,
                                            PERRON_EVENT_SUBMIT, PERRON_EVENT_FIELD,  PERRON_EVENT_FIELD,  PERRON_EVENT_CARD };
  PerronEventKind kind
    = below (walk, 12) > 0 ? likely[below (walk, G_N_ELEMENTS (likely))] : (PerronEventKind)below (walk, PERRON_EVENT_TAP + 2);
  PerronEvent event
    = { .kind = kind, .name = words[below (walk, G_N_ELEMENTS (words))], .value = values[below (walk, G_N_ELEMENTS (values))] };

  if (kind == PERRON_EVENT_CHOOSE)
    event.name = some_option (walk, screen);
  else if (kind == PERRON_EVENT_FIELD && screen->field_count > 0) {
    const PerronField *field = &screen->fields[below (walk, screen->field_count)];
    event.name = field->id;
    event.value = some_value (walk, field->type);
  } else if (kind == PERRON_EVENT_EDIT && screen->row_count > 0)
    event.name = screen->rows[below (walk, screen->row_count)].edit;
  else if (kind == PERRON_EVENT_REGISTERED && below (walk, 4) > 0)
    event.name = "2222-2222";
  else if (kind == PERRON_EVENT_PRINTER)
    event.name = below (walk, 3) > 0 ? "ready" : "out";
  else if (kind == PERRON_EVENT_NOT_PRINTED)
    event.name = below (walk, 2) > 0 ? "paper" : "printer";
  else if (kind == PERRON_EVENT_HOLDER) {
    g_snprintf (number, 4, "%u", below (walk, 4));
    event.name = number;
  } else if (kind == PERRON_EVENT_TAP) {
    const char *word = perron_tap_word (below (walk, 12));
    event.name = word != NULL ? word : "gone";
  } else if (kind == PERRON_EVENT_CARD) {
    event.name = statuses[below (walk, 3) == 0 ? 3 : below (walk, G_N_ELEMENTS (statuses))];
    guint card = below (walk, 4);
    event.holders = card < 3 ? walk->cards[card] : NULL;
    event.value = card < 3 ? NULL : families[below (walk, G_N_ELEMENTS (families))];
  }
  return event;
}

static gboolean
send (Walk *walk, PerronEventKind kind)
{
  const PerronEvent event = { kind, NULL, NULL, NULL, NULL };
  PerronEffects effects;
  return perron_runner_step (walk->runner, &event, &effects);
}

static void
assert_nothing_left (Walk *walk)
{
  static const char *const facts[] = { "holder.name",  "holder.full-name", "holder.number",     "holder.number-masked",
                                       "holder.birth", "reference",        "reference-spelled", "progress",
                                       "badge" };
  PerronFact fact;

  for (gsize i = 0; i < G_N_ELEMENTS (facts); i++)
    g_assert_false (perron_runner_lookup (walk->runner, facts[i], &fact));
  g_assert_null (perron_runner_get_holders (walk->runner));
  for (guint i = 0; i < perron_journey_get_screen_count (walk->journey); i++) {
    const PerronScreen *screen = perron_journey_get_screen (walk->journey, i);
    for (guint f = 0; f < screen->field_count; f++)
      g_assert_cmpstr (perron_runner_get_field (walk->runner, screen->fields[f].id), ==, "");
    if (screen->answer == NULL)
      continue;
    g_autofree char *name = g_strconcat ("answer.", screen->answer, NULL);
    g_assert_false (perron_runner_lookup (walk->runner, name, &fact));
  }
}

static void
assert_help_and_leave (Walk *walk)
{
  const PerronScreen *before = perron_runner_get_screen (walk->runner);
  gboolean covered = g_str_equal (before->id, "help") || g_str_equal (before->id, "leave") || g_str_equal (before->id, "idle")
                     || g_str_has_prefix (before->id, "tap-");

  if (covered) {
    g_assert_true (perron_runner_can_go_back (walk->runner));
    return;
  }
  g_assert_true (send (walk, PERRON_EVENT_HELP));
  g_assert_cmpstr (perron_runner_get_screen (walk->runner)->id, ==, "help");
  g_assert_true (send (walk, PERRON_EVENT_RETURN));
  g_assert_true (perron_runner_get_screen (walk->runner) == before);
  if (before->kind == PERRON_SCREEN_DONE || g_str_equal (before->id, "welcome"))
    return;
  g_assert_true (send (walk, PERRON_EVENT_LEAVE));
  g_assert_cmpstr (perron_runner_get_screen (walk->runner)->id, ==, "leave");
  g_assert_true (send (walk, PERRON_EVENT_RETURN));
  g_assert_true (perron_runner_get_screen (walk->runner) == before);
}

/* What goes is whole: a phone, a topic, one or two times, and never somebody the person did not say they are. */
static void
assert_request (Walk *walk)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronRequest) request = perron_runner_build_request (walk->runner, "rappel", &error);
  PerronFact fact;

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (perron_request_get_field (request, "phone")), ==, 10);
  g_assert_nonnull (perron_request_get_field (request, "topic"));
  g_assert_nonnull (perron_request_get_field (request, "slot-1"));
  g_assert_null (perron_request_get_field (request, "slot-3"));
  g_assert_nonnull (perron_request_get_field (request, "voicemail"));
  g_assert_nonnull (perron_request_get_field (request, "adult"));
  g_assert_cmpint (request->has_holder, ==, perron_runner_lookup (walk->runner, "holder.full-name", &fact));
  walk->submits++;
}

static void
take_step (Walk *walk)
{
  char number[4] = "";
  const PerronEvent event = some_event (walk, number);
  PerronEffects effects;
  guint wipes = walk->wipes;

  perron_runner_step (walk->runner, &event, &effects);
  g_assert_nonnull (perron_runner_get_screen (walk->runner));
  g_assert_cmpuint (perron_secret_in_use (), ==, walk->baseline);
  for (guint i = 0; i < effects.count; i++) {
    walk->wipes += effects.list[i].kind == PERRON_EFFECT_SESSION_WIPE;
    if (effects.list[i].kind == PERRON_EFFECT_QUEUE_SUBMIT)
      assert_request (walk);
  }
  if (walk->wipes != wipes)
    assert_nothing_left (walk);
  if (below (walk, 8) == 0)
    assert_help_and_leave (walk);
}

/* From wherever the walk ended, BACK alone comes to a screen that has no way back, in few steps. */
static void
assert_back_ends (Walk *walk)
{
  guint steps = 0;
  while (perron_runner_can_go_back (walk->runner)) {
    g_assert_true (send (walk, PERRON_EVENT_BACK));
    g_assert_cmpuint (++steps, <, 80);
  }
}

static PerronHolders *
card_of (const char *first, const char *second)
{
  PerronHolders *holders = perron_holders_new ();
  const char *const names[] = { first, second };
  for (guint i = 0; i < 2 && names[i] != NULL; i++, holders->count++)
    g_strlcpy (holders->list[i].surname, names[i], PERRON_NAME_BYTES);
  return holders;
}

static void
test_walk (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Walk walk = { .random = g_rand_new_with_seed (GPOINTER_TO_UINT (data)) };
  PerronEffects effects;

  walk.journey = perron_journey_load (g_getenv ("PERRON_JOURNEYS"), "adulte-seul", &error);
  g_assert_no_error (error);
  walk.cards[0] = card_of ("EXEMPLE", NULL);
  walk.cards[1] = card_of ("MARTIN", "DURAND");
  walk.cards[2] = card_of (NULL, NULL);
  walk.runner = perron_runner_new (walk.journey);
  walk.baseline = perron_secret_in_use ();
  perron_runner_start (walk.runner, &effects);
  for (guint i = 0; i < STEPS; i++)
    take_step (&walk);
  assert_back_ends (&walk);
  g_assert_cmpuint (walk.wipes, >, 0);
  g_test_message ("%u wipes, %u requests", walk.wipes, walk.submits);

  perron_runner_free (walk.runner);
  perron_journey_unref (walk.journey);
  for (guint i = 0; i < G_N_ELEMENTS (walk.cards); i++)
    perron_holders_free (walk.cards[i]);
  g_rand_free (walk.random);
  g_assert_cmpuint (perron_secret_in_use (), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint seed = 1; seed <= SEEDS; seed++) {
    g_autofree char *path = g_strdup_printf ("/journey/property/seed-%u", seed);
    g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_walk);
  }
  return g_test_run ();
}
