/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tests/journey/small-journey.h"

/* Every way a journey file can be wrong is an error that names the file and the path in it. */

static const struct {
  const char *name;
  const char *piece;
  const char *by;
  PerronJourneyError code;
  const char *said; /* must stand in the message */
} broken[] = {
  { "comment", "\"version\":3", "/* */\"version\":3", PERRON_JOURNEY_ERROR_FORMAT, "line 1" },
  { "single-quote", "\"id\":\"small\"", "'id':'small'", PERRON_JOURNEY_ERROR_FORMAT, "line 1" },
  { "twice", "\"version\":3", "\"version\":3,\"version\":4", PERRON_JOURNEY_ERROR_FORMAT, "written twice" },
  { "trailing", "]}\n", "]}]", PERRON_JOURNEY_ERROR_FORMAT, "$" },
  { "control", "\"small\"", "\"sm\001all\"", PERRON_JOURNEY_ERROR_FORMAT, "control character" },
  { "control-escaped", "\"title\":\"t\"", "\"title\":\"t\\u0001\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].title" },
  { "null-escaped", "\"title\":\"t\"", "\"title\":\"\\u0000\"", PERRON_JOURNEY_ERROR_FORMAT, "$" },
  { "format", "\"format\":1", "\"format\":2", PERRON_JOURNEY_ERROR_LIMIT, "$.format" },
  { "no-format", "\"format\":1,", "", PERRON_JOURNEY_ERROR_FORMAT, "$.format: is missing" },
  { "unknown-root", "\"version\":3", "\"version\":3,\"versoin\":3", PERRON_JOURNEY_ERROR_FORMAT, "$.versoin" },
  { "id-capital", "\"id\":\"small\"", "\"id\":\"Small\"", PERRON_JOURNEY_ERROR_FORMAT, "$.id" },
  { "id-path", "\"id\":\"small\"", "\"id\":\"../small\"", PERRON_JOURNEY_ERROR_FORMAT, "$.id" },
  { "version-text", "\"version\":3", "\"version\":\"3\"", PERRON_JOURNEY_ERROR_FORMAT, "$.version: must be a whole number" },
  { "version-real", "\"version\":3", "\"version\":3.5", PERRON_JOURNEY_ERROR_FORMAT, "$.version" },
  { "version-negative", "\"version\":3", "\"version\":-3", PERRON_JOURNEY_ERROR_LIMIT, "$.version" },
  { "version-huge", "\"version\":3", "\"version\":99999999999999999999", PERRON_JOURNEY_ERROR_LIMIT, "$" },
  { "consent-hash", HASH64, "abc", PERRON_JOURNEY_ERROR_FORMAT, "$.consent.sha256" },
  { "consent-unknown", "{\"version\":1,", "{\"version\":1,\"x\":1,", PERRON_JOURNEY_ERROR_FORMAT, "$.consent.x" },
  { "steps", "\"steps\":1", "\"steps\":21", PERRON_JOURNEY_ERROR_LIMIT, "$.steps" },
  { "screens-object", "\"screens\":[", "\"screens\":{\"a\":[", PERRON_JOURNEY_ERROR_FORMAT, "$" },
  { "screen-number", "\"screens\":[\n", "\"screens\":[7,", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0]: must be an object" },
  { "screen-twice", "\"id\":\"broken\"", "\"id\":\"card\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[2].id" },
  { "kind", "\"kind\":\"form\"", "\"kind\":\"from\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[5].kind" },
  { "unknown-screen", "\"step\":1", "\"stpe\":1", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].stpe" },
  { "step-high", "\"step\":1", "\"step\":2", PERRON_JOURNEY_ERROR_LIMIT, "$.screens[0].step" },
  { "back-text", "\"back\":false", "\"back\":\"no\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].back" },
  { "no-title", "\"title\":\"t\",\"explain\"", "\"explain\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].title" },
  { "no-explain", "\"explain\":\"e\",\"step\"", "\"step\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].explain" },
  { "body-text", "\"body\":[\"s.agree\"]", "\"body\":\"s.agree\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[6].body" },
  { "body-many", "\"body\":[\"s.agree\"]", "\"body\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\"]", PERRON_JOURNEY_ERROR_LIMIT,
    "$.screens[6].body" },
  { "option-twice", "{\"id\":\"b\",", "{\"id\":\"a\",", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[4].options" },
  { "option-unknown", "\"picture\":\"phone\"", "\"pictrue\":\"phone\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[4].options[1].pictrue" },
  { "tone", "\"picture\":\"phone\"", "\"tone\":\"loud\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[4].options[1].tone" },
  { "pick", "\"answer\":\"topic\"", "\"answer\":\"topic\",\"pick\":{\"min\":2,\"max\":1}", PERRON_JOURNEY_ERROR_LIMIT,
    "$.screens[4].pick.max" },
  { "pick-elsewhere", "\"step\":1", "\"pick\":{\"min\":1,\"max\":2}", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].pick" },
  { "answer-elsewhere", "\"step\":1", "\"answer\":\"x\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].answer" },
  { "asked-twice", "\"id\":\"phone\",\"type\"", "\"id\":\"topic\",\"type\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[5]" },
  { "field-type", "\"type\":\"phone\"", "\"type\":\"fax\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[5].fields[0].type" },
  { "field-long", "\"required\":true", "\"max_chars\":61", PERRON_JOURNEY_ERROR_LIMIT, "$.screens[5].fields[0].max_chars" },
  { "fields-on-message", "\"step\":1", "\"fields\":[{\"id\":\"q\",\"type\":\"name\",\"label\":\"l\",\"error\":\"e\"}]",
    PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].fields" },
  { "rows-on-message", "\"step\":1", "\"rows\":[{\"label\":\"l\",\"fact\":\"f\"}]", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].rows" },
  { "row-unknown", "\"edit\":\"topic\"", "\"eidt\":\"topic\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[6].rows[1].eidt" },
  { "row-edit", "\"edit\":\"topic\"", "\"edit\":\"nowhere\"", PERRON_JOURNEY_ERROR_GRAPH, "$.screens[6].rows[1].edit" },
  { "no-on", ",\"on\":{\"next\":\"card\"}", "", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].on" },
  { "event", "\"on\":{\"next\":\"card\"}", "\"on\":{\"nxet\":\"card\"}", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].on.nxet" },
  { "event-of-another-kind", "\"on\":{\"next\":\"card\"}", "\"on\":{\"submit\":\"card\"}", PERRON_JOURNEY_ERROR_FORMAT,
    "$.screens[0].on.submit" },
  { "event-option", "\"choose:none\"", "\"choose:nobody\"", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[1].on.choose:nobody" },
  { "event-reason", "\"not-registered\"", "\"not-registered:because\"", PERRON_JOURNEY_ERROR_FORMAT, "on.not-registered:because" },
  { "way-empty", "\"next\":\"card\"", "\"next\":[]", PERRON_JOURNEY_ERROR_LIMIT, "$.screens[0].on.next" },
  { "way-number", "\"next\":\"card\"", "\"next\":4", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].on.next" },
  { "way-unknown", "\"next\":\"card\"", "\"next\":[{\"too\":\"card\"}]", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].on.next[0].too" },
  { "way-nowhere", "\"next\":\"card\"", "\"next\":\"crad\"", PERRON_JOURNEY_ERROR_GRAPH, "no screen \"crad\"" },
  { "way-conditional-end", "\"next\":\"card\"", "\"next\":[{\"if\":[\"holder.known\"],\"to\":\"card\"}]", PERRON_JOURNEY_ERROR_GRAPH,
    "$.screens[0].on.next[0]" },
  { "way-dead-rule", "\"next\":\"card\"", "\"next\":[{\"to\":\"card\"},{\"to\":\"topic\"}]", PERRON_JOURNEY_ERROR_GRAPH,
    "$.screens[0].on.next[0]" },
  { "condition", "card.several-holders", "card.many-holders", PERRON_JOURNEY_ERROR_FORMAT, "$.special.card.read[0].if[0]" },
  { "condition-answer", "card.several-holders", "answer.colour", PERRON_JOURNEY_ERROR_GRAPH, "colour" },
  { "condition-option", "card.several-holders", "answer.topic=z", PERRON_JOURNEY_ERROR_GRAPH, "no option \"z\"" },
  { "condition-field-option", "card.several-holders", "answer.phone=06", PERRON_JOURNEY_ERROR_GRAPH, "no option \"06\"" },
  { "condition-bare", "card.several-holders", "answer.", PERRON_JOURNEY_ERROR_GRAPH, "$.special.card.read[0].if[0]" },
  { "effect", "queue.look-up", "queue.lokup", PERRON_JOURNEY_ERROR_FORMAT, ".do[0]" },
  { "effect-request", "queue.submit:rappel", "queue.submit:opposition", PERRON_JOURNEY_ERROR_GRAPH, ".do[0]" },
  { "effect-setting", "queue.look-up", "setting:size=9", PERRON_JOURNEY_ERROR_FORMAT, "no such setting" },
  { "effect-setting-bare", "queue.look-up", "setting:", PERRON_JOURNEY_ERROR_FORMAT, "no such setting" },
  { "effect-wipe-and", "\"session.wipe\"", "\"session.wipe\",\"card.release\"", PERRON_JOURNEY_ERROR_FORMAT, "stands alone" },
  { "special-nowhere", "\"help\":\"help\"", "\"help\":\"halp\"", PERRON_JOURNEY_ERROR_GRAPH, "$.special.help" },
  { "special-missing", "\"idle\":\"idle\",", "", PERRON_JOURNEY_ERROR_FORMAT, "$.special.idle" },
  { "special-card", "\"mute\":", "\"deaf\":", PERRON_JOURNEY_ERROR_FORMAT, "$.special.card.deaf" },
  { "special-tap", "\"ticket\":", "\"tikcet\":", PERRON_JOURNEY_ERROR_FORMAT, "$.special.tap.tikcet: no such family" },
  { "special-tap-nowhere", "\"ticket\":\"held\"", "\"ticket\":\"hold\"", PERRON_JOURNEY_ERROR_GRAPH, "$.special.tap.ticket" },
  { "tap-bare", "\"on\":{\"next\":\"card\"}", "\"on\":{\"tap\":\"card\"}", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].on.tap" },
  { "tap-gone", "\"on\":{\"next\":\"card\"}", "\"on\":{\"tap:gone\":\"card\"}", PERRON_JOURNEY_ERROR_FORMAT, "$.screens[0].on.tap:gone" },
  { "request-field", "\"fields\":[\"topic\",\"phone\"]", "\"fields\":[\"colour\"]", PERRON_JOURNEY_ERROR_GRAPH,
    "$.requests.rappel.fields[0]" },
  { "request-unknown", "\"holder\":true", "\"hodler\":true", PERRON_JOURNEY_ERROR_FORMAT, "$.requests.rappel.hodler" },
};

static void
assert_refused (const char *name, const char *text, gsize len, PerronJourneyError code, const char *said)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronJourney) journey = perron_journey_parse ("small/journey.json", (const guint8 *)text, len, &error);

  if (journey != NULL)
    g_error ("%s: was accepted", name);
  g_assert_cmpint (error->domain, ==, PERRON_JOURNEY_ERROR);
  if (error->code != (gint)code || strstr (error->message, said) == NULL || !g_str_has_prefix (error->message, "small/journey.json: $"))
    g_error ("%s: code %d, \"%s\"; expected code %u and \"%s\"", name, error->code, error->message, code, said);
}

static void
test_broken (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *text = break_journey (broken[i].piece, broken[i].by);
  assert_refused (broken[i].name, text, strlen (text), broken[i].code, broken[i].said);
}

static void
test_sound (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronJourney) journey
    = perron_journey_parse ("small/journey.json", (const guint8 *)small_journey, strlen (small_journey), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (perron_journey_get_id (journey), ==, "small");
  g_assert_cmpuint (perron_journey_get_version (journey), ==, 3);
  g_assert_cmpuint (perron_journey_get_screen_count (journey), ==, 15);
  g_assert_true (perron_journey_find_screen (journey, "hello")->has_next);
  g_assert_false (perron_journey_find_screen (journey, "wait")->has_next);
  g_assert_null (perron_journey_find_screen (journey, "nowhere"));
}

/* Cut at every byte: never accepted but whole, never more than an error. */
static void
test_cut (void)
{
  gsize whole = strlen (small_journey) - 1; /* the last line feed is not needed */
  for (gsize len = 0; len < whole; len++) {
    g_autoptr (GError) error = NULL;
    g_autofree guint8 *part = g_memdup2 (small_journey, len > 0 ? len : 1); /* exact size: a read past it is seen by ASan */
    g_assert_null (perron_journey_parse ("small/journey.json", part, len, &error));
    g_assert_cmpint (error->domain, ==, PERRON_JOURNEY_ERROR);
  }
}

static void
test_size (void)
{
  gsize size = 1024 * 1024 + 1;
  g_autofree char *large = g_malloc (size + 1);
  memset (large, ' ', size);
  memcpy (large, small_journey, strlen (small_journey));
  large[size] = '\0';
  assert_refused ("large", large, size, PERRON_JOURNEY_ERROR_LIMIT, "are allowed");

  g_autoptr (GError) error = NULL;
  g_autoptr (PerronJourney) journey = perron_journey_parse ("small/journey.json", (const guint8 *)large, size - 1, &error);
  g_assert_no_error (error);
}

static void
test_deep (void)
{
  g_autofree char *deep = g_strnfill (1024 * 1024, '[');
  assert_refused ("deep", deep, strlen (deep), PERRON_JOURNEY_ERROR_LIMIT, "nested deeper");
  assert_refused ("not-utf8", "{\"a\":\"\xff\"}", 9, PERRON_JOURNEY_ERROR_FORMAT, "UTF-8");
  assert_refused ("nul", "{\"a\":\"\0\"}", 9, PERRON_JOURNEY_ERROR_FORMAT, "UTF-8");
  assert_refused ("array", "[]", 2, PERRON_JOURNEY_ERROR_FORMAT, "one object");
  assert_refused ("nothing", "", 0, PERRON_JOURNEY_ERROR_FORMAT, "empty");
  assert_refused ("open-string", "{\"a\":\"\\", 7, PERRON_JOURNEY_ERROR_FORMAT, "without end");
}

static void
test_too_many_screens (void)
{
  g_autoptr (GString) text = g_string_new ("\"screens\":[");
  for (guint i = 0; i < 129; i++)
    g_string_append (text, "{},");
  g_autofree char *broken_text = break_journey ("\"screens\":[", text->str);
  assert_refused ("many", broken_text, strlen (broken_text), PERRON_JOURNEY_ERROR_LIMIT, "$.screens");
}

static void
test_load (void)
{
  static const char *const ids[] = { "", "../etc", "a/b", "Adulte", "no-such-journey" };
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (perron_journey_load (g_getenv ("PERRON_JOURNEYS"), ids[i], &error));
    g_assert_error (error, PERRON_JOURNEY_ERROR, PERRON_JOURNEY_ERROR_FORMAT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/journey/loader/sound", test_sound);
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++) {
    g_autofree char *path = g_strconcat ("/journey/loader/broken/", broken[i].name, NULL);
    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_broken);
  }
  g_test_add_func ("/journey/loader/cut", test_cut);
  g_test_add_func ("/journey/loader/size", test_size);
  g_test_add_func ("/journey/loader/deep", test_deep);
  g_test_add_func ("/journey/loader/too-many-screens", test_too_many_screens);
  g_test_add_func ("/journey/loader/load", test_load);
  return g_test_run ();
}
