/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tests/hw/contract-ecarte.h"

/* A component as a real one will be: it takes its time, looks at what it was given, and answers with people. */
typedef struct {
  PerronECartePresentation *presentation;
  guint source;
} Fake;

static gpointer
fake_open (void)
{
  return g_new0 (Fake, 1);
}

static gboolean
on_resolved (gpointer data)
{
  Fake *fake = data;
  g_autoptr (PerronHolders) holders = perron_holders_new ();
  gsize length;
  const guint8 *bearer = perron_ecarte_get_bearer (fake->presentation, &length);
  gboolean by_code = perron_ecarte_get_mode (fake->presentation) == PERRON_ECARTE_BY_CODE;

  g_assert_cmpint (bearer != NULL && length > 0 && bearer[0] != 0, ==, by_code);
  holders->count = 1;
  g_strlcpy (holders->list[0].surname, "EXEMPLE", sizeof holders->list[0].surname);
  fake->source = 0;
  perron_ecarte_done (g_steal_pointer (&fake->presentation), PERRON_ECARTE_READ, holders);
  return G_SOURCE_REMOVE;
}

static void
fake_begin (gpointer state, PerronECartePresentation *presentation)
{
  Fake *fake = state;
  fake->presentation = presentation;
  fake->source = g_timeout_add (1, on_resolved, fake);
}

static void
fake_cancel (gpointer state, PerronECartePresentation *presentation)
{
  Fake *fake = state;
  g_assert_true (fake->presentation == presentation);
  g_source_remove (fake->source);
  fake->source = 0;
  fake->presentation = NULL;
}

static void
fake_close (gpointer state)
{
  Fake *fake = state;
  g_assert_cmpuint (fake->source, ==, 0);
  g_free (fake);
}

/* A component that breaks its promises: people where there are none, none where there should be, an outcome that is none. */
static PerronECarteOutcome broken_says;
static gboolean broken_has_people;

static void
broken_begin (gpointer state, PerronECartePresentation *presentation)
{
  g_autoptr (PerronHolders) holders = perron_holders_new ();
  holders->count = 1;
  perron_ecarte_done (presentation, broken_says, broken_has_people ? holders : NULL);
}

static void
on_broken (PerronECarteOutcome outcome, const PerronHolders *holders, gpointer data)
{
  PerronECarteOutcome *told = data;
  g_assert_null (holders);
  *told = outcome;
}

static void
test_broken (void)
{
  static const PerronECarteProvider broken = { .name = "broken", .begin = broken_begin };
  static const struct {
    int says;
    gboolean people;
    PerronECarteOutcome told;
  } cases[] = {
    { PERRON_ECARTE_READ, FALSE, PERRON_ECARTE_FAULT },
    { PERRON_ECARTE_REFUSED, TRUE, PERRON_ECARTE_REFUSED },
    { PERRON_ECARTE_OUTCOME_COUNT, TRUE, PERRON_ECARTE_FAULT },
    { -1, FALSE, PERRON_ECARTE_FAULT },
  };
  g_autoptr (PerronECarte) ecarte = perron_ecarte_new (&broken);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    PerronECarteOutcome told = PERRON_ECARTE_OUTCOME_COUNT;
    broken_says = (PerronECarteOutcome) cases[i].says;
    broken_has_people = cases[i].people;
    perron_ecarte_present (ecarte, PERRON_ECARTE_BY_NFC, NULL, 0, on_broken, &told);
    while (told == PERRON_ECARTE_OUTCOME_COUNT)
      g_main_context_iteration (NULL, TRUE);
    g_assert_cmpint (told, ==, cases[i].told);
  }
}

static void
test_find (void)
{
  g_assert_true (perron_ecarte_find ("none") == &perron_ecarte_none);
  g_assert_null (perron_ecarte_find ("sesam"));
  g_assert_null (perron_ecarte_find (""));
  g_assert_null (perron_ecarte_find (NULL));
}

int
main (int argc, char **argv)
{
  static const PerronECarteProvider fake = { "fake", fake_open, fake_begin, fake_cancel, fake_close };
  static const ECarteContract none_keeps = { &perron_ecarte_none, PERRON_ECARTE_NOT_AVAILABLE, PERRON_ECARTE_NOT_AVAILABLE, NULL };
  static const ECarteContract fake_keeps = { &fake, PERRON_ECARTE_READ, PERRON_ECARTE_READ, NULL };

  g_test_init (&argc, &argv, NULL);
  ecarte_contract_add (&none_keeps);
  ecarte_contract_add (&fake_keeps);
  g_test_add_func ("/ecarte/broken", test_broken);
  g_test_add_func ("/ecarte/find", test_find);
  return g_test_run ();
}
