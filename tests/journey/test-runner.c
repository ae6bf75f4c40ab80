/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tests/journey/runner-fixture.h"

/* Rules of the runner that every journey may count on, shown on the shipped one. */

static gboolean
has_effect (Fixture *f, PerronEffectKind kind)
{
  for (guint i = 0; i < f->effects.count; i++) {
    if (f->effects.list[i].kind == kind)
      return TRUE;
  }
  return FALSE;
}

static gboolean
card (Fixture *f, const char *status, const char *surname, const char *given_name)
{
  g_autoptr (PerronHolders) holders = perron_holders_new ();
  if (surname != NULL) {
    holders->count = 1;
    g_strlcpy (holders->list[0].surname, surname, PERRON_NAME_BYTES);
    g_strlcpy (holders->list[0].given_name, given_name, PERRON_NAME_BYTES);
    g_strlcpy (holders->list[0].birth.raw, "19541300", sizeof holders->list[0].birth.raw);
    g_strlcpy (holders->list[0].number.value, "254139900012367", sizeof holders->list[0].number.value);
  }
  const PerronEvent event = { PERRON_EVENT_CARD, status, NULL, holders, NULL };
  return perron_runner_step (f->runner, &event, &f->effects);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  f->journey = perron_journey_load (g_getenv ("PERRON_JOURNEYS"), "adulte-seul", &error);
  g_assert_no_error (error);
  f->runner = perron_runner_new (f->journey);
  perron_runner_start (f->runner, &f->effects);
  f->baseline = perron_secret_in_use ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  perron_runner_free (f->runner);
  perron_journey_unref (f->journey);
  g_assert_cmpuint (perron_secret_in_use (), ==, 0);
}

static void
go_to_card (Fixture *f)
{
  static const char *const touches[] = { "start", "fr", "off", "size-0", "yes", "yes" };
  for (gsize i = 0; i < G_N_ELEMENTS (touches); i++)
    g_assert_true (choose (f, touches[i]));
  g_assert_cmpstr (shown (f), ==, "card");
}

static void
go_to_wish (Fixture *f)
{
  go_to_card (f);
  g_assert_true (card (f, "read", "EXEMPLE", "CAMILLE"));
  g_assert_true (choose (f, "yes"));
  for (guint i = 0; i < 3; i++)
    g_assert_true (step (f, PERRON_EVENT_NEXT, NULL, NULL));
  g_assert_cmpstr (shown (f), ==, "wish");
}

static void
go_to_review (Fixture *f)
{
  go_to_wish (f);
  choose (f, "later");
  choose (f, "call");
  choose (f, "carte");
  step (f, PERRON_EVENT_FIELD, "phone", "+33 6 39 98 00 01");
  step (f, PERRON_EVENT_SUBMIT, NULL, NULL);
  choose (f, "mardi-apres-midi");
  choose (f, "lundi-matin");
  step (f, PERRON_EVENT_SUBMIT, NULL, NULL);
  choose (f, "no");
  g_assert_cmpstr (shown (f), ==, "review");
}

static void
test_begin_once (Fixture *f, gconstpointer data)
{
  choose (f, "start");
  g_assert_true (has_effect (f, PERRON_EFFECT_SESSION_BEGIN));
  choose (f, "fr");
  g_assert_false (has_effect (f, PERRON_EFFECT_SESSION_BEGIN));
  g_assert_true (has_effect (f, PERRON_EFFECT_SETTING));
}

static void
test_late_events (Fixture *f, gconstpointer data)
{
  g_assert_false (card (f, "read", "EXEMPLE", "CAMILLE"));
  g_assert_false (step (f, PERRON_EVENT_REGISTERED, "2222-2222", NULL));
  g_assert_false (step (f, PERRON_EVENT_NOT_REGISTERED, "store", NULL));
  g_assert_false (step (f, PERRON_EVENT_PROGRESS, "sent", NULL));
  g_assert_false (step (f, PERRON_EVENT_EXPIRE, NULL, NULL));
  g_assert_false (step (f, PERRON_EVENT_STAY, NULL, NULL));
  g_assert_false (choose (f, "no-such-option"));
  g_assert_false (step (f, (PerronEventKind) 999, NULL, NULL));
  g_assert_cmpstr (shown (f), ==, "welcome");
  g_assert_null (perron_runner_get_holders (f->runner));
}

static void
test_back_keeps_answers (Fixture *f, gconstpointer data)
{
  go_to_review (f);
  while (perron_runner_can_go_back (f->runner))
    g_assert_true (step (f, PERRON_EVENT_BACK, NULL, NULL));
  g_assert_cmpstr (shown (f), ==, "welcome");
  g_assert_cmpstr (perron_runner_get_field (f->runner, "phone"), ==, "+33 6 39 98 00 01");
  g_autoptr (PerronRequest) request = perron_runner_build_request (f->runner, "rappel", NULL);
  g_assert_cmpstr (perron_request_get_field (request, "slot-2"), ==, "mardi-apres-midi");
}

/* Going back from "is this you" must not run into the card again, which would lead forward at once. */
static void
test_back_from_confirm (Fixture *f, gconstpointer data)
{
  go_to_card (f);
  card (f, "read", "EXEMPLE", "CAMILLE");
  g_assert_cmpstr (shown (f), ==, "confirm");
  g_assert_true (step (f, PERRON_EVENT_BACK, NULL, NULL));
  g_assert_cmpstr (shown (f), ==, "adult");
}

static void
test_request (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  go_to_review (f);
  choose (f, "confirm");
  g_assert_cmpuint (f->effects.count, ==, 1);
  g_assert_cmpint (f->effects.list[0].kind, ==, PERRON_EFFECT_QUEUE_SUBMIT);
  g_assert_cmpstr (f->effects.list[0].arg, ==, "rappel");
  g_autoptr (PerronRequest) request = perron_runner_build_request (f->runner, f->effects.list[0].arg, &error);
  g_assert_no_error (error);
  g_assert_true (request->has_holder && request->holder_from_card);
  g_assert_cmpstr (request->holder.surname, ==, "EXEMPLE");
  g_assert_cmpstr (request->holder.birth.raw, ==, "19541300");
  g_assert_cmpstr (request->journey, ==, "adulte-seul");
  g_assert_cmpstr (request->consent_key, ==, "adulte.review.consent");
  g_assert_cmpstr (perron_request_get_field (request, "phone"), ==, "0639980001");
  g_assert_cmpstr (perron_request_get_field (request, "topic"), ==, "carte");
  g_assert_cmpstr (perron_request_get_field (request, "slot-1"), ==, "lundi-matin");
  g_assert_null (perron_request_get_field (request, "email-known"));
  g_assert_null (perron_runner_build_request (f->runner, "carte", &error));
  g_assert_error (error, PERRON_JOURNEY_ERROR, PERRON_JOURNEY_ERROR_GRAPH);
}

/* A second touch on "confirm" must not make a second request. */
static void
test_confirm_twice (Fixture *f, gconstpointer data)
{
  go_to_review (f);
  choose (f, "confirm");
  g_assert_false (choose (f, "confirm"));
  g_assert_cmpuint (f->effects.count, ==, 0);
  g_assert_false (step (f, PERRON_EVENT_BACK, NULL, NULL));
  step (f, PERRON_EVENT_REGISTERED, "not a reference", NULL);
  g_assert_cmpstr (shown (f), ==, "registering");
}

static void
test_swap (Fixture *f, gconstpointer data)
{
  PerronFact fact;
  go_to_review (f);
  step (f, PERRON_EVENT_HELP, NULL, NULL);
  g_assert_false (card (f, "no-card", NULL, NULL));
  g_assert_false (card (f, "read", "EXEMPLE", "CAMILLE")); /* the same one put back: nothing */
  g_assert_true (card (f, "read", "AUTRE", "DOMINIQUE"));
  g_assert_cmpstr (shown (f), ==, "confirm");
  g_assert_cmpstr (perron_runner_get_field (f->runner, "phone"), ==, "");
  g_assert_false (perron_runner_lookup (f->runner, "answer.topic", &fact));
  g_assert_true (perron_runner_lookup (f->runner, "holder.name", &fact));
  g_assert_cmpstr (fact.text, ==, "DOMINIQUE A.");
  g_assert_cmpint (fact.privacy, ==, PERRON_PERSONAL);
  choose (f, "yes");
  g_assert_cmpstr (shown (f), ==, "adult"); /* the other one said so, not this one */
}

static void
test_edit (Fixture *f, gconstpointer data)
{
  go_to_review (f);
  g_assert_false (step (f, PERRON_EVENT_EDIT, "ticket", NULL));
  g_assert_true (step (f, PERRON_EVENT_EDIT, "topic", NULL));
  g_assert_true (choose (f, "autre"));
  g_assert_cmpstr (shown (f), ==, "review");
  step (f, PERRON_EVENT_EDIT, "phone", NULL);
  step (f, PERRON_EVENT_BACK, NULL, NULL);
  g_assert_cmpstr (shown (f), ==, "review");
  step (f, PERRON_EVENT_EDIT, "who", NULL);
  choose (f, "hand");
  step (f, PERRON_EVENT_FIELD, "surname", "Martin");
  step (f, PERRON_EVENT_FIELD, "given-name", "Zoé");
  step (f, PERRON_EVENT_SUBMIT, NULL, NULL);
  step (f, PERRON_EVENT_FIELD, "birth", "05/03/1950");
  step (f, PERRON_EVENT_SUBMIT, NULL, NULL);
  step (f, PERRON_EVENT_SUBMIT, NULL, NULL);
  g_assert_cmpstr (shown (f), ==, "review");
  step (f, PERRON_EVENT_BACK, NULL, NULL);
  g_assert_cmpstr (shown (f), ==, "voicemail");
  g_autoptr (PerronRequest) request = perron_runner_build_request (f->runner, "rappel", NULL);
  g_assert_cmpstr (request->holder.surname, ==, "Martin");
  g_assert_cmpstr (request->holder.birth.raw, ==, "19500305");
  g_assert_false (request->holder_from_card);
}

static void
test_picks (Fixture *f, gconstpointer data)
{
  go_to_review (f);
  step (f, PERRON_EVENT_EDIT, "slots", NULL);
  g_assert_true (perron_runner_is_picked (f->runner, "lundi-matin"));
  g_assert_false (choose (f, "jeudi-matin")); /* two already */
  g_assert_true (choose (f, "lundi-matin"));
  g_assert_true (choose (f, "mardi-apres-midi"));
  g_assert_false (step (f, PERRON_EVENT_SUBMIT, NULL, NULL)); /* none left */
  g_assert_cmpstr (shown (f), ==, "slots");
}

static void
test_refused_field (Fixture *f, gconstpointer data)
{
  go_to_review (f);
  step (f, PERRON_EVENT_EDIT, "phone", NULL);
  step (f, PERRON_EVENT_FIELD, "phone", "06 39");
  g_assert_true (step (f, PERRON_EVENT_SUBMIT, NULL, NULL));
  g_assert_cmpstr (perron_runner_get_refused_field (f->runner), ==, "phone");
  g_assert_false (step (f, PERRON_EVENT_FIELD, "phone", "06 39 98 00 01 06 39 98 00 01"));
  g_assert_false (step (f, PERRON_EVENT_FIELD, "phone", "06\n"));
  g_assert_false (step (f, PERRON_EVENT_FIELD, "phone", "\xff"));
  g_assert_true (step (f, PERRON_EVENT_FIELD, "phone", "0639980002"));
  g_assert_null (perron_runner_get_refused_field (f->runner));
}

static void
test_overlays (Fixture *f, gconstpointer data)
{
  go_to_wish (f);
  g_assert_true (step (f, PERRON_EVENT_HELP, NULL, NULL));
  g_assert_true (has_effect (f, PERRON_EFFECT_HELP_CALL));
  g_assert_true (step (f, PERRON_EVENT_LEAVE, NULL, NULL));
  g_assert_true (step (f, PERRON_EVENT_IDLE, NULL, NULL));
  g_assert_cmpstr (shown (f), ==, "idle");
  g_assert_true (step (f, PERRON_EVENT_STAY, NULL, NULL));
  g_assert_cmpstr (shown (f), ==, "leave");
  g_assert_true (choose (f, "stay"));
  g_assert_cmpstr (shown (f), ==, "help");
  g_assert_true (step (f, PERRON_EVENT_NEXT, NULL, NULL));
  g_assert_cmpstr (shown (f), ==, "wish");
  for (guint i = 0; i < 12; i++) { /* as often as one likes: WCAG 2.2.1 asks for ten */
    step (f, PERRON_EVENT_IDLE, NULL, NULL);
    g_assert_true (choose (f, "stay"));
  }
  g_assert_cmpstr (shown (f), ==, "wish");
}

static void
assert_nothing_left (Fixture *f)
{
  static const char *const facts[] = { "holder.name", "holder.number", "answer.phone", "answer.topic", "reference", "progress" };
  PerronFact fact;
  for (gsize i = 0; i < G_N_ELEMENTS (facts); i++)
    g_assert_false (perron_runner_lookup (f->runner, facts[i], &fact));
  g_assert_null (perron_runner_get_holders (f->runner));
  g_assert_cmpstr (perron_runner_get_field (f->runner, "phone"), ==, "");
  g_assert_cmpuint (perron_secret_in_use (), ==, f->baseline);
}

static void
test_expire (Fixture *f, gconstpointer data)
{
  go_to_review (f);
  step (f, PERRON_EVENT_IDLE, NULL, NULL);
  g_assert_true (step (f, PERRON_EVENT_EXPIRE, NULL, NULL));
  g_assert_true (has_effect (f, PERRON_EFFECT_SESSION_WIPE));
  g_assert_cmpstr (shown (f), ==, "welcome");
  g_assert_false (perron_runner_can_go_back (f->runner));
  assert_nothing_left (f);
  g_assert_false (step (f, PERRON_EVENT_IDLE, NULL, NULL)); /* nobody began */
}

/* "It is erased" is still said in the person's language; the next person starts from the defaults. */
static void
test_leave (Fixture *f, gconstpointer data)
{
  go_to_review (f);
  step (f, PERRON_EVENT_SETTING, "language", "en");
  step (f, PERRON_EVENT_LEAVE, NULL, NULL);
  choose (f, "erase");
  g_assert_cmpstr (shown (f), ==, "done");
  assert_nothing_left (f);
  g_assert_true (has_effect (f, PERRON_EFFECT_SESSION_WIPE));
  g_assert_cmpint (f->effects.list[0].kind, ==, PERRON_EFFECT_CARD_RELEASE);
  g_assert_cmpstr (f->effects.list[2].arg, ==, "language");
  g_assert_cmpstr (f->effects.list[2].arg2, ==, "en");
  g_assert_true (step (f, PERRON_EVENT_IDLE, NULL, NULL));
  g_assert_cmpstr (shown (f), ==, "welcome");
  g_assert_cmpuint (f->effects.count, ==, 1);
  g_assert_cmpint (f->effects.list[0].kind, ==, PERRON_EFFECT_SESSION_WIPE);
}

/* A hand at the slot is somebody there: the question goes. */
static void
test_card_answers_idle (Fixture *f, gconstpointer data)
{
  go_to_wish (f);
  step (f, PERRON_EVENT_IDLE, NULL, NULL);
  g_assert_false (card (f, "no-reader", NULL, NULL));
  g_assert_cmpstr (shown (f), ==, "idle");
  g_assert_true (card (f, "no-card", NULL, NULL));
  g_assert_cmpstr (shown (f), ==, "wish");
}

/* What is told of somebody else's request is not told to this person. */
static void
test_progress_of_another (Fixture *f, gconstpointer data)
{
  PerronFact fact;
  go_to_review (f);
  choose (f, "confirm");
  step (f, PERRON_EVENT_REGISTERED, "2222-2222", NULL);
  g_assert_cmpstr (shown (f), ==, "ticket");
  g_assert_false (step (f, PERRON_EVENT_PROGRESS, "refused", "K7RA-42XU"));
  g_assert_false (perron_runner_lookup (f->runner, "progress", &fact));
  g_assert_true (step (f, PERRON_EVENT_PROGRESS, "sent", "2222-2222"));
  g_assert_true (perron_runner_lookup (f->runner, "progress", &fact));
  g_assert_cmpstr (fact.keys[0], ==, "progress.sent");
}

static void
test_facts (Fixture *f, gconstpointer data)
{
  PerronFact fact;
  perron_runner_set_house_fact (f->runner, "site", "Maison de Testville");
  go_to_review (f);
  g_assert_true (perron_runner_lookup (f->runner, "site", &fact));
  g_assert_cmpstr (fact.text, ==, "Maison de Testville");
  g_assert_cmpint (fact.privacy, ==, PERRON_PUBLIC);
  g_assert_true (perron_runner_lookup (f->runner, "answer.phone", &fact));
  g_assert_cmpstr (fact.text, ==, "06 39 98 00 01");
  g_assert_cmpint (fact.privacy, ==, PERRON_PERSONAL);
  g_assert_true (perron_runner_lookup (f->runner, "answer.slot", &fact));
  g_assert_cmpstr (fact.keys[0], ==, "adulte.slots.lundi-matin");
  g_assert_cmpstr (fact.keys[1], ==, "adulte.slots.mardi-apres-midi");
  g_assert_null (fact.keys[2]);
  g_assert_true (perron_runner_lookup (f->runner, "holder.birth", &fact));
  g_assert_cmpstr (fact.text, ==, "00/13/1954");
  g_assert_true (perron_runner_lookup (f->runner, "step", &fact));
  g_assert_cmpstr (fact.text, ==, "6");
  g_assert_false (perron_runner_lookup (f->runner, "no.such", &fact));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, function) g_test_add ("/journey/runner/" name, Fixture, NULL, set_up, function, tear_down)
  TEST ("begin-once", test_begin_once);
  TEST ("late-events", test_late_events);
  TEST ("back-keeps-answers", test_back_keeps_answers);
  TEST ("back-from-confirm", test_back_from_confirm);
  TEST ("request", test_request);
  TEST ("confirm-twice", test_confirm_twice);
  TEST ("swap", test_swap);
  TEST ("edit", test_edit);
  TEST ("picks", test_picks);
  TEST ("refused-field", test_refused_field);
  TEST ("overlays", test_overlays);
  TEST ("expire", test_expire);
  TEST ("leave", test_leave);
  TEST ("card-answers-idle", test_card_answers_idle);
  TEST ("progress-of-another", test_progress_of_another);
  TEST ("facts", test_facts);
#undef TEST
  return g_test_run ();
}
