/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <stdio.h>

#include "kiosk/core/log.h"
#include "kiosk/ctl/ctl-store.h"
#include "sync/store/audit-rows.h"

/* perron audit events: the two tables of events, from which the code is generated too, as a page of the manual. */

static void
print_markdown (void)
{
  const char *word, *detail;
  gint number;

  puts ("# Events\n\nMade by `perron audit events` from kiosk/core/log-events.def and sync/store/audit-events.def.\n\n"
        "## The log\n\nJSON lines on standard error of every program: time, level, program, event, and at most one count or one error code.\n\n"
        "| event | level | what it means, what to do |\n| --- | --- | --- |");
  for (guint i = 0; i < PERRON_LOG_EVENT_COUNT; i++)
    printf ("| `%s` | %s | %s |\n", perron_log_event_word ((PerronLogEvent) i), perron_log_event_level ((PerronLogEvent) i),
            perron_log_event_meaning ((PerronLogEvent) i));
  puts ("\n## The audit log\n\nA hash chain in the outbox: number, time, event, UUID of the request or zeros, one detail. "
        "`perron audit verify` checks it.\n\n| number | event | detail |\n| --- | --- | --- |");
  for (guint i = 0; perron_audit_event_row (i, &number, &word, &detail); i++)
    printf ("| %d | `%s` | %s |\n", number, word, detail);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
print_json (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char *word, *detail;
  gint number;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "log");
  json_builder_begin_array (builder);
  for (guint i = 0; i < PERRON_LOG_EVENT_COUNT; i++) {
    json_builder_begin_object (builder);
    add_string (builder, "event", perron_log_event_word ((PerronLogEvent) i));
    add_string (builder, "level", perron_log_event_level ((PerronLogEvent) i));
    add_string (builder, "meaning", perron_log_event_meaning ((PerronLogEvent) i));
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "audit");
  json_builder_begin_array (builder);
  for (guint i = 0; perron_audit_event_row (i, &number, &word, &detail); i++) {
    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "number");
    json_builder_add_int_value (builder, number);
    add_string (builder, "event", word);
    add_string (builder, "detail", detail);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);
  puts (text);
}

int
perron_ctl_audit_events (PerronConfig *config G_GNUC_UNUSED, int argc, char **argv)
{
  gboolean json = perron_ctl_take_switch (&argc, argv, "--json");
  if (argc != 1)
    return perron_ctl_fail (2, "audit events [--json]");
  if (json)
    print_json ();
  else
    print_markdown ();
  return 0;
}
