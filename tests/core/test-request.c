/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "kiosk/core/request.h"

static void
test_set_replace_get (void)
{
  g_autoptr (PerronRequest) request = perron_request_new ();
  g_assert_null (perron_request_get_field (request, "phone"));
  g_assert_true (perron_request_set_field (request, "phone", "0639980001"));
  g_assert_true (perron_request_set_field (request, "topic", "mes"));
  g_assert_true (perron_request_set_field (request, "phone", "0639980002"));
  g_assert_cmpuint (request->field_count, ==, 2);
  g_assert_cmpstr (perron_request_get_field (request, "phone"), ==, "0639980002");
  g_assert_cmpstr (perron_request_get_field (request, "topic"), ==, "mes");
}

/* A value that does not fit changes nothing: a request is never half of what a person said. */
static void
test_what_does_not_fit_changes_nothing (void)
{
  g_autoptr (PerronRequest) request = perron_request_new ();
  g_autofree char *long_value = g_strnfill (PERRON_FIELD_VALUE_BYTES, 'v');
  g_autofree char *long_name = g_strnfill (PERRON_FIELD_NAME_BYTES, 'n');
  g_assert_true (perron_request_set_field (request, "a", "1"));
  PerronRequest before = *request;
  g_assert_false (perron_request_set_field (request, "a", long_value));
  g_assert_false (perron_request_set_field (request, "b", long_value));
  g_assert_false (perron_request_set_field (request, long_name, "1"));
  g_assert_cmpmem (&before, sizeof before, request, sizeof *request);
  long_value[PERRON_FIELD_VALUE_BYTES - 1] = '\0';
  g_assert_true (perron_request_set_field (request, "a", long_value));
  g_assert_cmpstr (perron_request_get_field (request, "a"), ==, long_value);
}

static void
test_full (void)
{
  g_autoptr (PerronRequest) request = perron_request_new ();
  for (guint i = 0; i < PERRON_REQUEST_FIELDS_MAX; i++) {
    g_autofree char *name = g_strdup_printf ("field-%u", i);
    g_assert_true (perron_request_set_field (request, name, name));
  }
  g_assert_false (perron_request_set_field (request, "one-more", "x"));
  g_assert_true (perron_request_set_field (request, "field-31", "replaced"));
  g_assert_cmpstr (perron_request_get_field (request, "field-31"), ==, "replaced");
}

static void
test_wiped_when_freed (void)
{
  PerronRequest *request = perron_request_new ();
  g_assert_true (perron_request_set_field (request, "phone", "0639980001"));
  const volatile char *value = request->fields[0].value;
  perron_request_free (request);
  g_assert_cmpint (value[0], ==, 0);
  g_assert_cmpuint (perron_secret_in_use (), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request/set-replace-get", test_set_replace_get);
  g_test_add_func ("/request/what-does-not-fit-changes-nothing", test_what_does_not_fit_changes_nothing);
  g_test_add_func ("/request/full", test_full);
  g_test_add_func ("/request/wiped-when-freed", test_wiped_when_freed);
  return g_test_run ();
}
