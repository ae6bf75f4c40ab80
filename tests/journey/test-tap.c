/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tests/journey/runner-fixture.h"
#include "tests/journey/small-journey.h"

/* What is held to the contactless reader: a sentence over whatever is on screen, that destroys nothing. */

/* Two screens, of which the second waits for a known badge itself. */
static PerronRunner *
runner_of_small (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text
    = break_journey ("\"on\":{\"choose:none\":\"topic\"}", "\"on\":{\"choose:none\":\"topic\",\"tap:badge-known\":\"topic\"}");
  g_autoptr (PerronJourney) journey = perron_journey_parse ("small/journey.json", (const guint8 *) text, strlen (text), &error);
  g_assert_no_error (error);
  PerronRunner *runner = perron_runner_new (journey);
  PerronEffects effects;
  perron_runner_start (runner, &effects);
  return runner;
}

static void
test_over_anything (void)
{
  Fixture f = { .runner = runner_of_small () };
  g_autoptr (PerronRunner) runner = f.runner;

  /* The first sign of somebody: from now on the terminal asks whether they are still there. */
  g_assert_true (step (&f, PERRON_EVENT_TAP, "phone", NULL));
  g_assert_true (f.effects.count == 1 && f.effects.list[0].kind == PERRON_EFFECT_SESSION_BEGIN);
  g_assert_cmpstr (shown (&f), ==, "held");
  g_assert_true (step (&f, PERRON_EVENT_TAP, "gone", NULL));
  g_assert_cmpstr (shown (&f), ==, "hello");
  g_assert_false (step (&f, PERRON_EVENT_TAP, "gone", NULL));
  g_assert_false (step (&f, PERRON_EVENT_TAP, "vitale", NULL));
  g_assert_false (step (&f, PERRON_EVENT_TAP, NULL, NULL));

  /* What is being typed stands as it stood. */
  step (&f, PERRON_EVENT_NEXT, NULL, NULL);
  choose (&f, "none");
  choose (&f, "a");
  step (&f, PERRON_EVENT_FIELD, "phone", "06 39");
  g_assert_true (step (&f, PERRON_EVENT_TAP, "payment", NULL));
  g_assert_false (step (&f, PERRON_EVENT_FIELD, "phone", "lost"));
  g_assert_true (step (&f, PERRON_EVENT_BACK, NULL, NULL));
  g_assert_cmpstr (shown (&f), ==, "phone");
  g_assert_cmpstr (perron_runner_get_field (runner, "phone"), ==, "06 39");
}

static void
test_over_other_questions (void)
{
  Fixture f = { .runner = runner_of_small () };
  g_autoptr (PerronRunner) runner = f.runner;
  PerronFact fact;

  /* Help and the idle question asked over it outlive it. */
  step (&f, PERRON_EVENT_TAP, "card", NULL);
  step (&f, PERRON_EVENT_HELP, NULL, NULL);
  step (&f, PERRON_EVENT_IDLE, NULL, NULL);
  g_assert_false (step (&f, PERRON_EVENT_TAP, "gone", NULL));
  g_assert_cmpstr (shown (&f), ==, "idle");
  step (&f, PERRON_EVENT_STAY, NULL, NULL);
  g_assert_cmpstr (shown (&f), ==, "help");
  step (&f, PERRON_EVENT_RETURN, NULL, NULL);
  g_assert_cmpstr (shown (&f), ==, "hello");

  /* A tap answers the idle question; the badge's name is a fact until the next tap, and of this session only. */
  step (&f, PERRON_EVENT_IDLE, NULL, NULL);
  step (&f, PERRON_EVENT_TAP, "badge-known", "ACCUEIL 2");
  g_assert_cmpstr (shown (&f), ==, "held");
  g_assert_true (perron_runner_lookup (runner, "badge", &fact));
  g_assert_cmpstr (fact.text, ==, "ACCUEIL 2");
  g_assert_cmpint (fact.privacy, ==, PERRON_PUBLIC);
  step (&f, PERRON_EVENT_TAP, "several", NULL);
  g_assert_false (perron_runner_lookup (runner, "badge", &fact));
  step (&f, PERRON_EVENT_TAP, "badge-known", "ACCUEIL 2");
  step (&f, PERRON_EVENT_LEAVE, NULL, NULL);
  g_assert_cmpstr (shown (&f), ==, "hello");
  g_assert_false (perron_runner_lookup (runner, "badge", &fact));
}

static void
test_and_card (void)
{
  Fixture f = { .runner = runner_of_small () };
  g_autoptr (PerronRunner) runner = f.runner;

  /* "Insert the card": it is put in, and the sentence has done its work. Nothing put in is no reason. */
  step (&f, PERRON_EVENT_NEXT, NULL, NULL);
  step (&f, PERRON_EVENT_TAP, "phone", NULL);
  g_assert_false (step (&f, PERRON_EVENT_CARD, "no-card", NULL));
  g_assert_cmpstr (shown (&f), ==, "held");
  g_assert_true (step (&f, PERRON_EVENT_CARD, "mute", NULL));
  g_assert_cmpstr (shown (&f), ==, "broken");

  /* A screen that waits for a badge goes on by it, and there is a way back. */
  step (&f, PERRON_EVENT_BACK, NULL, NULL);
  g_assert_cmpstr (shown (&f), ==, "hello");
  step (&f, PERRON_EVENT_NEXT, NULL, NULL);
  g_assert_true (step (&f, PERRON_EVENT_TAP, "badge", NULL));
  g_assert_cmpstr (shown (&f), ==, "held");
  g_assert_true (step (&f, PERRON_EVENT_TAP, "badge-known", "ACCUEIL 2"));
  g_assert_cmpstr (shown (&f), ==, "topic");
  g_assert_true (step (&f, PERRON_EVENT_BACK, NULL, NULL));
  g_assert_cmpstr (shown (&f), ==, "card");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/journey/tap/over-anything", test_over_anything);
  g_test_add_func ("/journey/tap/over-other-questions", test_over_other_questions);
  g_test_add_func ("/journey/tap/and-card", test_and_card);
  return g_test_run ();
}
