/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/check.h"

#include <string.h>

#include "kiosk/journey/check-texts.h"
#include "tests/journey/small-journey.h"

/* Each check is proven to bite: one break, one sentence it must say. The shipped journeys have no fault. */

static const struct {
  const char *name;
  const char *piece;
  const char *by;
  const char *said;
} faulty[] = {
  { "unreachable", "\"if\":[\"card.several-holders\"],\"to\":\"who\"", "\"if\":[\"card.several-holders\"],\"to\":\"topic\"",
    "who: cannot be reached" },
  { "dead-end", "{\"do\":[\"session.wipe\"],\"to\":\"hello\"}", "{\"to\":\"done\"}", "done: has no way to an end" },
  { "no-back", "\"kind\":\"form\"", "\"kind\":\"form\",\"back\":false", "phone: has no way back" },
  { "option-nowhere", "\"on\":{\"choose\":\"phone\"}", "\"on\":{\"choose:a\":\"phone\"}", "topic: option \"b\" leads nowhere" },
  { "pick-submit", "\"answer\":\"topic\"", "\"answer\":\"topic\",\"pick\":{\"min\":1,\"max\":2}", "topic: \"submit\" is not handled" },
  { "pick-many", "\"answer\":\"topic\"", "\"answer\":\"topic\",\"pick\":{\"min\":1,\"max\":3}", "topic: asks for more options" },
  { "two-buttons", "\"step\":1", "\"step\":1,\"options\":[{\"id\":\"x\",\"label\":\"l\"}]", "hello: has options and \"next\"" },
  { "tone", "\"label\":\"l\",\"picture\":\"phone\"", "\"label\":\"l\",\"tone\":\"main\"", "topic: option \"b\" of a decision" },
  { "one-option", "{\"id\":\"a\",\"label\":\"l\"},", "", "topic: needs at least 2 options" },
  { "form-submit", "\"on\":{\"submit\":\"review\"}", "\"on\":{}", "phone: \"submit\" is not handled" },
  { "holders", "\"on\":{\"holder\":[{\"do\":[\"holder.confirm\"],\"to\":\"topic\"}]}", "\"on\":{}", "who: \"holder\" is not handled" },
  { "card-status", "\"mute\":\"broken\",", "", "card: a card that is \"mute\" leads nowhere" },
  { "card-way-out", "\"options\":[{\"id\":\"none\",\"label\":\"l\"}],\"on\":{\"choose:none\":\"topic\"}", "\"on\":{}",
    "card: needs at least 1 options" },
  { "error-way-on", "\"on\":{\"next\":[{\"do\":[\"session.wipe\"],\"to\":\"done\"}]}},\n{\"id\":\"ticket\"",
    "\"on\":{}},\n{\"id\":\"ticket\"", "lost: an error without a way on" },
  { "personal-kind", "\"kind\":\"card\",", "\"kind\":\"card\",\"personal\":true,", "card: this kind of screen may not be personal" },
  { "personal-field", "\"kind\":\"form\",\"title\":\"t\",\"explain\":\"e\",\"personal\":true",
    "\"kind\":\"form\",\"title\":\"t\",\"explain\":\"e\"", "phone: field \"phone\" is personal, the screen is not" },
  { "public-field", "\"required\":true,\"personal\":true", "\"required\":true", "phone: field \"phone\" takes something of a person" },
  { "personal-row", "\"explain\":\"e\",\"personal\":true,\"rows\"", "\"explain\":\"e\",\"rows\"",
    "review: row \"holder.full-name\" is personal" },
  { "drawing", "card-insert", "card-eat", "card: no drawing \"card-eat\"" },
  { "pictogram", "\"picture\":\"phone\"", "\"picture\":\"fax\"", "topic: no pictogram \"fax\"" },
  { "fact", "\"fact\":\"reference\"", "\"fact\":\"referense\"", "ticket: no fact \"referense\"" },
  { "text", "\"title\":\"t\"", "\"title\":\"missing.title\"", "hello: no text \"missing.title\" in \"en\"" },
  { "text-row", "\"label\":\"l\",\"fact\":\"reference\"", "\"label\":\"missing.row\",\"fact\":\"reference\"",
    "ticket: no text \"missing.row\"" },
  { "text-consent", "\"consent\":\"s.agree\"", "\"consent\":\"missing.agree\"", "journey: request \"rappel\": no text \"missing.agree\"" },
  { "consent-hidden", "\"body\":[\"s.agree\"],", "", "review: does not show what is agreed to" },
  { "review-holder", "{\"label\":\"l\",\"fact\":\"holder.full-name\"},", "", "review: does not show who the person is" },
  { "review-answer", ",{\"label\":\"l\",\"fact\":\"answer.phone\"}", "", "review: does not show \"phone\"" },
  { "unread", "\"on\":{\"next\":\"card\"}", "\"on\":{\"next\":[{\"do\":[\"queue.submit:rappel\"],\"to\":\"wait\"}]}",
    "hello: asks for something that was not read again" },
  { "no-surname", "holder.confirm", "holder.type", "who: takes a typed person" },
  { "no-reference", "holder.confirm", "reference.type", "who: takes a typed reference" },
  { "wipe-on", "{\"do\":[\"session.wipe\"],\"to\":\"hello\"}", "{\"do\":[\"session.wipe\"],\"to\":\"topic\"}",
    "done: wipes and then goes on" },
  { "registered", "\"registered\":[{\"do\":[\"queue.look-up\"],\"to\":\"ticket\"}],", "", "wait: \"registered\" is not handled" },
  { "reason", "\"not-registered\":\"lost\"", "\"not-registered:store\":\"lost\"", "wait: \"not-registered:disk-full\" is not handled" },
  { "progress", "holder.confirm", "queue.look-up", "topic: \"progress:waiting\" is not handled" },
  { "waits", "\"on\":{\"next\":\"card\"}", "\"on\":{\"progress\":\"card\"}", "hello: waits for an answer nobody asked for" },
  { "help-kind", "\"help\":\"help\"", "\"help\":\"leave\"", "leave: must be of kind help" },
  { "help-return", "\"on\":{\"next\":\"@return\"}", "\"on\":{\"next\":\"hello\"}", "help: cannot return" },
  { "overlay-on", "\"on\":{\"next\":\"@return\"}", "\"on\":{\"next\":\"hello\"}", "help: stands over other screens" },
  { "leave-wipe", "\"choose:go\":[{\"do\":[\"session.wipe\"],\"to\":\"done\"}]", "\"choose:go\":\"@return\"", "leave: cannot wipe" },
  { "overlay-ordinary", "\"on\":{\"next\":\"card\"}", "\"on\":{\"next\":\"idle\"}", "idle: is reached as an ordinary screen" },
  { "three", "\"leave\":\"leave\"", "\"leave\":\"idle\"", "journey: help, leave and idle must be three screens" },
  { "return-outside", "\"choose:no\":\"@back\"", "\"choose:no\":\"@return\"", "review: \"@return\" outside" },
  { "tap-missing", "\"phone\":\"held\",", "", "journey: a tap that is \"phone\" leads nowhere" },
  { "tap-acts", "\"phone\":\"held\"", "\"phone\":[{\"do\":[\"card.release\"],\"to\":\"held\"}]",
    "journey: a tap that is \"phone\" must lead to a screen" },
  { "tap-back", "\"phone\":\"held\"", "\"phone\":\"@back\"", "journey: a tap that is \"phone\" must lead to a screen" },
  { "tap-on", "\"phone\":\"held\"", "\"phone\":\"topic\"", "topic: stands over other screens" },
  { "offer-nothing", "{\"id\":\"end\",\"label\":\"l\"}", "{\"id\":\"end\",\"label\":\"l\",\"if\":[\"printer.ready\"]}",
    "ticket: may come to offer nothing" },
  { "offer-decision", "{\"id\":\"a\",\"label\":\"l\"}", "{\"id\":\"a\",\"label\":\"l\",\"if\":[\"printer.ready\"]}",
    "topic: option \"a\" of a decision is not offered to everybody" },
  { "offer-overlay", "{\"id\":\"stay\",\"label\":\"l\"}", "{\"id\":\"stay\",\"label\":\"l\",\"if\":[\"printer.ready\"]}",
    "leave: option \"stay\" has a condition" },
  { "print-answer", "\"choose:end\":[{\"do\":[\"session.wipe\"],\"to\":\"done\"}]",
    "\"choose:end\":[{\"do\":[\"ticket.print\"],\"to\":\"lost\"}]", "lost: \"printed\" is not handled" },
  { "print-reason", "\"choose:end\":[{\"do\":[\"session.wipe\"],\"to\":\"done\"}]",
    "\"choose:end\":[{\"do\":[\"ticket.print\"],\"to\":\"lost\"}]", "lost: \"not-printed:paper\" is not handled" },
  { "print-where", "\"on\":{\"choose\":\"phone\"}", "\"on\":{\"choose\":[{\"do\":[\"ticket.print\"],\"to\":\"phone\"}]}",
    "topic: prints a ticket where none was shown" },
  { "steps", "\"steps\":1", "\"steps\":2", "journey: no screen is step 2 of 2" },
};

static gboolean
has_text (gpointer data, const char *key, const char **ret_missing_language)
{
  *ret_missing_language = "en";
  return !g_str_has_prefix (key, "missing.");
}

static gboolean
says (GPtrArray *faults, const char *said)
{
  for (guint i = 0; i < faults->len; i++) {
    if (g_str_has_prefix (faults->pdata[i], said))
      return TRUE;
  }
  return FALSE;
}

static void
test_faulty (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = break_journey (faulty[i].piece, faulty[i].by);
  g_autoptr (PerronJourney) journey = perron_journey_parse ("small/journey.json", (const guint8 *)text, strlen (text), &error);
  g_assert_no_error (error);

  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_assert_false (perron_journey_check (journey, has_text, NULL, faults));
  if (!says (faults, faulty[i].said)) {
    for (guint f = 0; f < faults->len; f++)
      g_test_message ("%s", (const char *)faults->pdata[f]);
    g_error ("%s: nobody says \"%s\"", faulty[i].name, faulty[i].said);
  }
}

static void
test_small_is_sound (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (PerronJourney) journey
    = perron_journey_parse ("small/journey.json", (const guint8 *)small_journey, strlen (small_journey), &error);
  g_assert_no_error (error);
  gboolean sound = perron_journey_check (journey, has_text, NULL, faults);
  for (guint f = 0; f < faults->len; f++)
    g_test_message ("%s", (const char *)faults->pdata[f]);
  g_assert_true (sound);
}

static void
test_shipped (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (g_getenv ("PERRON_JOURNEYS"), 0, &error);
  g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (g_getenv ("PERRON_TEXTS"), &error);
  guint count = 0;

  g_assert_no_error (error);
  for (const char *id = g_dir_read_name (dir); id != NULL; id = g_dir_read_name (dir), count++) {
    g_autoptr (PerronJourney) journey = perron_journey_load (g_getenv ("PERRON_JOURNEYS"), id, &error);
    g_assert_no_error (error);
    perron_journey_check (journey, perron_catalogue_has_everywhere, catalogue, faults);
    perron_journey_check_texts (journey, catalogue, faults);
  }
  for (guint f = 0; f < faults->len; f++)
    g_test_message ("%s", (const char *)faults->pdata[f]);
  g_assert_cmpuint (faults->len, ==, 0);
  g_assert_cmpuint (count, >, 0);
}

/* The shipped journey with one piece replaced, against the shipped texts. */
static void
assert_texts_say (const char *piece, const char *by, const char *said)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (g_getenv ("PERRON_JOURNEYS"), "adulte-seul", "journey.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (g_getenv ("PERRON_TEXTS"), &error);

  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_auto (GStrv) parts = g_strsplit (text, piece, 2);
  g_assert_nonnull (parts[1]);
  g_autofree char *changed = g_strjoinv (by, parts);
  g_autoptr (PerronJourney) journey = perron_journey_parse (path, (const guint8 *)changed, strlen (changed), &error);
  g_assert_no_error (error);
  g_assert_false (perron_journey_check_texts (journey, catalogue, faults));
  if (!says (faults, said))
    g_error ("nobody says \"%s\" but \"%s\"", said, (const char *)faults->pdata[0]);
}

static void
test_texts (void)
{
  assert_texts_say ("\"explain\": \"adulte.confirm.explain\",\n      \"step\": 3,\n      \"personal\": true,", "\"explain\": \"e\",",
                    "confirm: text \"adulte.confirm.1\" names {holder.name}");
  assert_texts_say ("\"fr\": \"", "\"xx\": \"", "journey: the consent text in \"fr\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/journey/check/small", test_small_is_sound);
  g_test_add_func ("/journey/check/shipped", test_shipped);
  g_test_add_func ("/journey/check/texts", test_texts);
  for (gsize i = 0; i < G_N_ELEMENTS (faulty); i++) {
    g_autofree char *path = g_strconcat ("/journey/check/faulty/", faulty[i].name, NULL);
    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_faulty);
  }
  return g_test_run ();
}
