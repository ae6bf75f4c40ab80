/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/keys/contract-jack.h"

#define PATIENCE_S 20

void
ears_init (Ears *ears)
{
  ears->told = g_array_new (FALSE, FALSE, sizeof (PerronJack));
}

void
ears_clear (Ears *ears)
{
  g_clear_pointer (&ears->told, g_array_unref);
}

void
ears_hear (PerronJack jack, gpointer data)
{
  Ears *ears = data;
  g_array_append_val (ears->told, jack);
}

static gboolean
on_too_late (gpointer data)
{
  g_error ("the jack was never told to be %d", GPOINTER_TO_INT (data));
  return G_SOURCE_REMOVE;
}

/* Nothing is told twice, so the next word must be this one. */
void
ears_expect (Ears *ears, PerronJack jack)
{
  const guint bound = g_timeout_add_seconds (PATIENCE_S, on_too_late, GINT_TO_POINTER (jack));
  while (ears->told->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (bound);
  g_assert_cmpint (g_array_index (ears->told, PerronJack, 0), ==, jack);
  g_array_remove_index (ears->told, 0);
}

static gpointer
open_and_plug (const JackContract *contract, Ears *ears)
{
  ears_init (ears);
  contract->ask ("jack in"); /* who can ask hears it at once; a FIFO cannot be asked */
  gpointer jack = contract->make (ears_hear, ears);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (ears->told->len == 0)
    contract->ask ("jack in");
  ears_expect (ears, PERRON_JACK_IN);
  return jack;
}

static void
close_all (const JackContract *contract, gpointer jack, Ears *ears)
{
  contract->free (jack);
  g_assert_cmpuint (ears->told->len, ==, 0);
  ears_clear (ears);
}

static void
test_changes (gconstpointer data)
{
  const JackContract *contract = data;
  Ears ears;
  gpointer jack = open_and_plug (contract, &ears);
  for (guint turn = 0; turn < 3; turn++) {
    contract->ask ("jack in"); /* no news */
    contract->ask ("jack out");
    ears_expect (&ears, PERRON_JACK_OUT);
    contract->ask ("jack in");
    ears_expect (&ears, PERRON_JACK_IN);
  }
  close_all (contract, jack, &ears);
}

/* What it belongs to is pulled: nobody knows any more, and certainly nobody says "in". Given back, it tells again. */
static void
test_pulled (gconstpointer data)
{
  const JackContract *contract = data;
  Ears ears;
  gpointer jack = open_and_plug (contract, &ears);
  contract->ask (contract->unplug);
  ears_expect (&ears, PERRON_JACK_UNKNOWN);
  contract->ask (contract->plug);
  contract->ask ("jack out");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  while (ears.told->len == 0) {
    contract->ask ("jack out"); /* a FIFO that nobody has opened yet takes no event */
    g_main_context_iteration (NULL, TRUE);
  }
  ears_expect (&ears, PERRON_JACK_OUT);
  contract->ask ("jack in");
  ears_expect (&ears, PERRON_JACK_IN);
  close_all (contract, jack, &ears);
}

static void
test_freed (gconstpointer data)
{
  const JackContract *contract = data;
  Ears ears;
  gpointer jack = open_and_plug (contract, &ears);
  contract->ask ("jack out");
  contract->free (jack); /* before it could say so */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (ears.told->len, ==, 0);
  ears_clear (&ears);
}

void
jack_contract_add (const JackContract *contract)
{
  static const struct {
    const char *name;
    GTestDataFunc test;
  } tests[] = { { "changes", test_changes }, { "pulled", test_pulled }, { "freed", test_freed } };
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strdup_printf ("/jack/%s/%s", contract->name, tests[i].name);
    g_test_add_data_func (path, contract, tests[i].test);
  }
}
