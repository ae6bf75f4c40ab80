/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <linux/input-event-codes.h>
#include <string.h>

#include "hw/keys/keypad.h"
#include "hw/keys/presses.h"

/* Every file that ships loads, and can at least move and choose. */
static void
test_shipped (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (g_getenv ("PERRON_KEYPADS"), 0, &error);
  const char *name;
  guint count = 0;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *id = g_strndup (name, strlen (name) - strlen (".json"));
    g_autoptr (PerronKeypad) keypad = perron_keypad_load (g_getenv ("PERRON_KEYPADS"), id, &error);
    guint found = 0;
    g_assert_no_error (error);
    for (guint code = 1; code <= KEY_MAX; code++) {
      PerronKeysAction action;
      if (perron_keypad_find (keypad, code, &action))
        found |= 1u << action;
    }
    g_assert_cmpuint (found & (1u << PERRON_KEYS_NEXT | 1u << PERRON_KEYS_SELECT), ==, 1u << PERRON_KEYS_NEXT | 1u << PERRON_KEYS_SELECT);
    count++;
  }
  g_assert_cmpuint (count, >=, 2);
}

static void
test_names (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronKeypad) keypad = perron_keypad_load (g_getenv ("PERRON_KEYPADS"), "keypad", &error);
  g_assert_no_error (error);
  g_assert_true (perron_keypad_matches (keypad, "Storm Interface EZ Access Keypad"));
  g_assert_false (perron_keypad_matches (keypad, "AT Translated Set 2 keyboard"));
  g_assert_false (perron_keypad_matches (keypad, "\xFF\xFE"));
}

static void
test_hostile (void)
{
#define HEAD "{\"format\":1,\"title\":\"t\",\"devices\":[\"d\"],\"keys\":"
  static const struct {
    const char *text;
    PerronKeysError code;
    const char *where;
  } cases[] = {
    { "", PERRON_KEYS_ERROR_VALUE, "x.json" },
    { "[]", PERRON_KEYS_ERROR_VALUE, "$" },
    { "{", PERRON_KEYS_ERROR_FILE, "x.json" },
    { "\xFF", PERRON_KEYS_ERROR_FILE, "x.json" },
    { "{\"format\":2,\"title\":\"t\",\"devices\":[],\"keys\":[]}", PERRON_KEYS_ERROR_VALUE, "$.format" },
    { "{\"format\":1,\"title\":\"t\",\"devices\":[7],\"keys\":[]}", PERRON_KEYS_ERROR_VALUE, "$.devices[0]" },
    { "{\"format\":1,\"title\":{},\"devices\":[],\"keys\":[]}", PERRON_KEYS_ERROR_VALUE, "$.title" },
    { "{\"format\":1,\"title\":\"t\",\"devices\":[],\"keys\":[],\"more\":1}", PERRON_KEYS_ERROR_VALUE, "$" },
    { HEAD "[]}", PERRON_KEYS_ERROR_VALUE, "$.keys" },
    { HEAD "{}}", PERRON_KEYS_ERROR_VALUE, "$.keys" },
    { HEAD "[7]}", PERRON_KEYS_ERROR_VALUE, "$.keys[0]" },
    { HEAD "[{\"code\":0,\"do\":\"next\"}]}", PERRON_KEYS_ERROR_VALUE, "$.keys[0]" },
    { HEAD "[{\"code\":768,\"do\":\"next\"}]}", PERRON_KEYS_ERROR_VALUE, "$.keys[0]" },
    { HEAD "[{\"code\":\"1\",\"do\":\"next\"}]}", PERRON_KEYS_ERROR_VALUE, "$.keys[0]" },
    { HEAD "[{\"code\":1,\"do\":\"erase\"}]}", PERRON_KEYS_ERROR_VALUE, "do" },
    { HEAD "[{\"code\":1,\"do\":\"next\"},{\"code\":1,\"do\":\"help\"}]}", PERRON_KEYS_ERROR_VALUE, "$.keys[1]" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (perron_keypad_parse ("x.json", cases[i].text, strlen (cases[i].text), &error));
    g_assert_error (error, PERRON_KEYS_ERROR, (gint) cases[i].code);
    g_assert_nonnull (strstr (error->message, "x.json"));
    g_assert_nonnull (strstr (error->message, cases[i].where));
  }
  g_autoptr (GError) error = NULL;
  g_assert_null (perron_keypad_load (g_getenv ("PERRON_KEYPADS"), "../keypads/keypad", &error));
  g_assert_error (error, PERRON_KEYS_ERROR, PERRON_KEYS_ERROR_FILE);
}

static void
test_presses (void)
{
  static const struct {
    guint code;
    gint32 value;
    gint64 at_ms;
    gboolean calm, steady; /* counts without, with the setting of 500 ms */
  } events[] = {
    { 28, 1, 1000, TRUE, TRUE },   { 28, 2, 1250, FALSE, FALSE }, { 28, 2, 9000, FALSE, FALSE }, { 28, 0, 9001, FALSE, FALSE },
    { 28, 1, 9100, TRUE, TRUE },   { 28, 1, 9400, TRUE, FALSE },  { 28, 1, 9599, TRUE, FALSE },  { 28, 1, 9600, TRUE, TRUE },
    { 103, 1, 9700, TRUE, TRUE },  { 28, 1, 9710, TRUE, TRUE },   { 28, 1, 9711, TRUE, FALSE },  { 28, -7, 99999, FALSE, FALSE },
  };
  for (guint steady = 0; steady < 2; steady++) {
    PerronPresses presses = { .double_ms = steady * 500 };
    for (gsize i = 0; i < G_N_ELEMENTS (events); i++)
      g_assert_cmpint (perron_presses_take (&presses, events[i].code, events[i].value, events[i].at_ms), ==,
                       steady ? events[i].steady : events[i].calm);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keys/keypad/shipped", test_shipped);
  g_test_add_func ("/keys/keypad/names", test_names);
  g_test_add_func ("/keys/keypad/hostile", test_hostile);
  g_test_add_func ("/keys/presses", test_presses);
  return g_test_run ();
}
