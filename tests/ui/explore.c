/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui/explore.h"

#include <string.h>

#include "kiosk/core/reference.h"
#include "kiosk/core/tap.h"

/* One of this run: it is random, and always of the right shape. */
static const char *
get_reference (void)
{
  static char reference[PERRON_REFERENCE_BYTES];
  if (reference[0] == '\0')
    perron_reference_generate (reference);
  return reference;
}

static void
move_free (Move *move)
{
  g_free (move->name);
  g_free (move->value);
  g_free (move);
}

static Move *
move_new (PerronEventKind kind, const char *name, const char *value, guint holders)
{
  Move *move = g_new0 (Move, 1);
  *move = (Move){ kind, g_strdup (name), g_strdup (value), holders };
  return move;
}

static gpointer
move_copy (gconstpointer source, gpointer data)
{
  const Move *move = source;
  return move_new (move->kind, move->name, move->value, move->holders);
}

static void
way_free (Way *way)
{
  g_clear_pointer (&way->moves, g_ptr_array_unref);
  g_free (way);
}

const char *
explore_value_for (PerronFieldType type)
{
  static const char *const values[] = {
    [PERRON_FIELD_NAME] = "DUPONT-LAJOIE", [PERRON_FIELD_PHONE] = "0639981234", [PERRON_FIELD_DATE] = "05031950",
    [PERRON_FIELD_NUMBER] = "250039900100163", [PERRON_FIELD_EMAIL] = "camille@example.fr",
  };
  return type == PERRON_FIELD_REFERENCE ? get_reference () : values[type];
}

PerronHolders *
explore_new_holders (guint count)
{
  static const char *const names[] = { "CAMILLE", "MAXIMILIENNE", "ANGE", "LOU" };
  PerronHolders *holders = perron_holders_new ();
  holders->count = MIN (count, G_N_ELEMENTS (names));
  for (guint i = 0; i < holders->count; i++) {
    PerronHolder *holder = &holders->list[i];
    g_strlcpy (holder->surname, "DESMOULINS-VERNIER", sizeof holder->surname);
    g_strlcpy (holder->given_name, names[i], sizeof holder->given_name);
    g_strlcpy (holder->birth.raw, "19500305", sizeof holder->birth.raw);
    holder->birth.year = 1950 + (int) i;
    holder->birth.month = 3;
    holder->birth.day = 5;
    g_strlcpy (holder->number.value, "250039900100163", sizeof holder->number.value);
    holder->number.kind = PERRON_NUMBER_NIR;
  }
  return holders;
}

static gboolean
walk_one (PerronRunner *runner, const Move *move)
{
  PerronEffects effects;
  g_autoptr (PerronHolders) holders = move->holders > 0 ? explore_new_holders (move->holders) : NULL;
  const PerronEvent event = { move->kind, move->name, move->value, holders, NULL };
  return perron_runner_step (runner, &event, &effects);
}

/* What an adviser sees at once: every state there is on one page of several. */
static void
show_listing (PerronRunner *runner)
{
  static const PerronMoment today = { TRUE, 0, 9, 5 }, yesterday = { TRUE, 1, 17, 42 }, long_ago = { TRUE, 12, 14, 30 }, never = { FALSE, 0, 0, 0 };
  const PerronListing listing = { .waiting = 12, .oldest = long_ago, .contact = yesterday, .page = 1, .pages = 3, .total = 13, .count = 5,
                                  .list = { { "K7RA-42XY", "refused", "conflict", long_ago, yesterday },
                                            { "2H4L-ZX7K", "waiting", NULL, long_ago, long_ago },
                                            { "RRY2-HK94", "sent", NULL, yesterday, today },
                                            { "ZZKL-2277", "received", NULL, never, yesterday },
                                            { "X4HA-9ARZ", "cannot-incomplete", NULL, yesterday, today } } };
  PerronEffects effects;
  perron_runner_step (runner, &(PerronEvent){ .kind = PERRON_EVENT_LISTING, .listing = &listing }, &effects);
}

void
explore_walk (PerronRunner *runner, const GPtrArray *moves)
{
  PerronEffects effects;
  perron_runner_step (runner, &(PerronEvent){ .kind = PERRON_EVENT_IDLE }, &effects);
  perron_runner_step (runner, &(PerronEvent){ .kind = PERRON_EVENT_EXPIRE }, &effects);
  perron_runner_start (runner, &effects);
  /* What is offered at all is looked at: a printer is there. */
  perron_runner_step (runner, &(PerronEvent){ .kind = PERRON_EVENT_PRINTER, .name = "ready" }, &effects);
  for (guint i = 0; moves != NULL && i < moves->len; i++)
    walk_one (runner, g_ptr_array_index (moves, i));
  if (perron_runner_get_screen (runner)->kind == PERRON_SCREEN_LIST)
    show_listing (runner);
}

static void
add (GPtrArray *list, Move *move)
{
  GPtrArray *moves = g_ptr_array_new_with_free_func ((GDestroyNotify) move_free);
  g_ptr_array_add (moves, move);
  g_ptr_array_add (list, moves);
}

/* All that may happen on a screen: lists of moves that belong together. */
static GPtrArray *
list_attempts (const PerronScreen *screen)
{
  static const char *const card[]
    = { "no-reader", "no-card", "reading", "mute", "removed", "not-vitale", "vitale-1", "unreadable", "refused", "held", "reader-fault" };
  static const char *const families[]
    = { "health-professional", "staff", "identity", "payment", "student", "transport", "health-foreign", "sim" };
  static const char *const reasons[] = { "disk-full", "too-many", "seal", "store" };
  static const char *const progress[] = { "waiting", "sent", "received", "refused", "withdrawn", "unknown", "cannot-elsewhere" };
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  add (list, move_new (PERRON_EVENT_NEXT, NULL, NULL, 0));
  for (guint i = 0; i < screen->option_count; i++)
    add (list, move_new (PERRON_EVENT_CHOOSE, screen->options[i].id, NULL, 0));
  if (screen->kind == PERRON_SCREEN_LANGUAGE)
    add (list, move_new (PERRON_EVENT_CHOOSE, "fr", NULL, 0));
  if (screen->kind == PERRON_SCREEN_FORM || screen->kind == PERRON_SCREEN_CHOICE) {
    GPtrArray *moves = g_ptr_array_new_with_free_func ((GDestroyNotify) move_free);
    for (guint i = 0; i < screen->field_count; i++)
      g_ptr_array_add (moves, move_new (PERRON_EVENT_FIELD, screen->fields[i].id, explore_value_for (screen->fields[i].type), 0));
    if (screen->kind == PERRON_SCREEN_CHOICE && screen->option_count > 0)
      g_ptr_array_add (moves, move_new (PERRON_EVENT_CHOOSE, screen->options[0].id, NULL, 0));
    g_ptr_array_add (moves, move_new (PERRON_EVENT_SUBMIT, NULL, NULL, 0));
    g_ptr_array_add (list, moves);
  }
  for (guint i = 0; i < screen->row_count; i++)
    if (screen->rows[i].edit != NULL)
      add (list, move_new (PERRON_EVENT_EDIT, screen->rows[i].edit, NULL, 0));
  if (screen->kind == PERRON_SCREEN_HOLDERS)
    add (list, move_new (PERRON_EVENT_HOLDER, "0", NULL, 0));
  add (list, move_new (PERRON_EVENT_CARD, "read", NULL, 3));
  add (list, move_new (PERRON_EVENT_CARD, "read", NULL, 1));
  for (guint i = 0; i < G_N_ELEMENTS (card); i++)
    add (list, move_new (PERRON_EVENT_CARD, card[i], NULL, 0));
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    add (list, move_new (PERRON_EVENT_CARD, "not-vitale", families[i], 0));
  add (list, move_new (PERRON_EVENT_REGISTERED, get_reference (), NULL, 0));
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    add (list, move_new (PERRON_EVENT_NOT_REGISTERED, reasons[i], NULL, 0));
  for (guint i = 0; i < G_N_ELEMENTS (progress); i++)
    add (list, move_new (PERRON_EVENT_PROGRESS, progress[i], NULL, 0));
  add (list, move_new (PERRON_EVENT_PRINTED, NULL, NULL, 0));
  add (list, move_new (PERRON_EVENT_NOT_PRINTED, "paper", NULL, 0));
  add (list, move_new (PERRON_EVENT_NOT_PRINTED, "printer", NULL, 0));
  add (list, move_new (PERRON_EVENT_HELP, NULL, NULL, 0));
  add (list, move_new (PERRON_EVENT_LEAVE, NULL, NULL, 0));
  add (list, move_new (PERRON_EVENT_IDLE, NULL, NULL, 0));
  for (guint i = 0; perron_tap_word (i) != NULL; i++)
    add (list, move_new (PERRON_EVENT_TAP, perron_tap_word (i), "ACCUEIL 2", 0));
  return list;
}

static Way *
find_way (GPtrArray *ways, const char *screen)
{
  for (guint i = 0; i < ways->len; i++) {
    Way *way = g_ptr_array_index (ways, i);
    if (g_str_equal (way->screen->id, screen))
      return way;
  }
  g_error ("the journey has no screen %s", screen);
}

const Way *
explore_find (GPtrArray *ways, const char *screen)
{
  return find_way (ways, screen);
}

static void
try_from (PerronRunner *runner, GPtrArray *ways, const Way *way, GQueue *open)
{
  g_autoptr (GPtrArray) attempts = list_attempts (way->screen);
  for (guint i = 0; i < attempts->len; i++) {
    GPtrArray *attempt = g_ptr_array_index (attempts, i);
    explore_walk (runner, way->moves);
    for (guint j = 0; j < attempt->len; j++)
      walk_one (runner, g_ptr_array_index (attempt, j));
    Way *reached = find_way (ways, perron_runner_get_screen (runner)->id);
    if (reached->moves != NULL)
      continue;
    reached->moves = g_ptr_array_copy (way->moves, move_copy, NULL);
    g_ptr_array_set_free_func (reached->moves, (GDestroyNotify) move_free);
    for (guint j = 0; j < attempt->len; j++)
      g_ptr_array_add (reached->moves, move_copy (g_ptr_array_index (attempt, j), NULL));
    g_queue_push_tail (open, reached);
  }
}

GPtrArray *
explore (PerronJourney *journey)
{
  GPtrArray *ways = g_ptr_array_new_with_free_func ((GDestroyNotify) way_free);
  g_autoptr (PerronRunner) runner = perron_runner_new (journey);
  PerronEffects effects;
  for (guint i = 0; i < perron_journey_get_screen_count (journey); i++) {
    Way *way = g_new0 (Way, 1);
    way->screen = perron_journey_get_screen (journey, i);
    g_ptr_array_add (ways, way);
  }
  perron_runner_start (runner, &effects);
  Way *first = find_way (ways, perron_runner_get_screen (runner)->id);
  first->moves = g_ptr_array_new_with_free_func ((GDestroyNotify) move_free);
  g_autoptr (GQueue) open = g_queue_new ();
  g_queue_push_tail (open, first);
  while (!g_queue_is_empty (open))
    try_from (runner, ways, g_queue_pop_head (open), open);
  return ways;
}
