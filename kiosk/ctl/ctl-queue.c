/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/ctl/ctl-store.h"

#define PAGE 500

PerronOutboxOptions
perron_ctl_outbox_options (const PerronConfig *config)
{
  return (PerronOutboxOptions){
    .path = perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE),
    .max_waiting = perron_config_get_int (config, PERRON_CONFIG_QUEUE_MAX_WAITING),
    .reserve_bytes = perron_config_get_int (config, PERRON_CONFIG_QUEUE_RESERVE_KIB) * 1024,
    .low_space_bytes = perron_config_get_int (config, PERRON_CONFIG_QUEUE_LOW_SPACE_KIB) * 1024,
    .retention = { .keep_days = perron_config_get_int (config, PERRON_CONFIG_QUEUE_KEEP_DAYS),
                   .alarm_days = perron_config_get_int (config, PERRON_CONFIG_QUEUE_ALARM_DAYS),
                   .decide_days = perron_config_get_int (config, PERRON_CONFIG_QUEUE_DECIDE_DAYS),
                   .audit_days = perron_config_get_int (config, PERRON_CONFIG_QUEUE_AUDIT_DAYS) },
  };
}

PerronOutbox *
perron_ctl_open_outbox (PerronConfig *config)
{
  g_autoptr (GError) error = NULL;
  PerronOutboxOptions options = perron_ctl_outbox_options (config);
  PerronOutbox *outbox = perron_outbox_open (&options, perron_clock_system (), NULL, &error);
  if (outbox == NULL)
    perron_ctl_fail (3, "%s", error->message);
  return outbox;
}

static char *
format_time (gint64 unix_ms)
{
  g_autoptr (GDateTime) when = unix_ms > 0 ? g_date_time_new_from_unix_utc (unix_ms / 1000) : NULL;
  return when != NULL ? g_date_time_format (when, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("-");
}

/* null: the caisse has not answered. */
static void
add_reply (JsonBuilder *builder, const PerronItem *item)
{
  g_autofree char *replied = format_time (item->replied_unix_ms);

  if (item->reply == PERRON_REPLY_NONE) {
    json_builder_add_null_value (builder);
    return;
  }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "code");
  json_builder_add_string_value (builder, perron_reply_code_to_string (item->reply));
  json_builder_set_member_name (builder, "number");
  json_builder_add_int_value (builder, item->reply_number);
  json_builder_set_member_name (builder, "replied");
  json_builder_add_string_value (builder, replied);
  json_builder_end_object (builder);
}

static void
add_item (JsonBuilder *builder, const PerronItem *item)
{
  char id[PERRON_UUID_CHARS];
  g_autofree char *created = format_time (item->created_unix_ms);
  g_autofree char *changed = format_time (item->changed_unix_ms);
  const struct {
    const char *name;
    const char *value;
  } words[] = {
    { "reference", item->reference }, { "id", id },           { "state", perron_item_state_to_string (item->state) },
    { "dest", item->dest },           { "created", created }, { "changed", changed },
    { "last_fault", item->last_fault },
  };

  perron_uuid_format (item->id, id);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "seq");
  json_builder_add_int_value (builder, item->seq);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    json_builder_set_member_name (builder, words[i].name);
    json_builder_add_string_value (builder, words[i].value);
  }
  json_builder_set_member_name (builder, "attempts");
  json_builder_add_int_value (builder, item->attempts);
  json_builder_set_member_name (builder, "sealed_bytes");
  json_builder_add_int_value (builder, item->sealed_bytes);
  json_builder_set_member_name (builder, "reply");
  add_reply (builder, item);
  json_builder_end_object (builder);
}

static void
print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);
  puts (text);
}

static void
print_item (const PerronItem *item)
{
  g_autofree char *created = format_time (item->created_unix_ms);
  printf ("%s  %-9s  %s  caisse %s  %u attempts%s%s%s%s\n", item->reference, perron_item_state_to_string (item->state), created, item->dest,
          item->attempts, item->last_fault[0] != '\0' ? "  last fault " : "", item->last_fault,
          item->reply != PERRON_REPLY_NONE ? "  reply " : "", perron_reply_code_to_string (item->reply));
}

/* Page by page, so that a long queue needs little memory. `builder` NULL: as text. */
static gboolean
list_all (PerronOutbox *outbox, JsonBuilder *builder, GError **error)
{
  gint64 after = 0;
  g_autoptr (GArray) items = g_array_new (FALSE, TRUE, sizeof (PerronItem));

  do {
    g_array_set_size (items, 0);
    if (!perron_outbox_list (outbox, after, PAGE, items, error))
      return FALSE;
    for (guint i = 0; i < items->len; i++) {
      const PerronItem *item = &g_array_index (items, PerronItem, i);
      if (builder != NULL)
        add_item (builder, item);
      else
        print_item (item);
      after = item->seq;
    }
  } while (items->len == PAGE);
  return TRUE;
}

static int
run_list (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean json = perron_ctl_take_switch (&argc, argv, "--json");

  if (argc != 1)
    return perron_ctl_fail (2, "queue list [--json]");
  g_autoptr (PerronOutbox) outbox = perron_ctl_open_outbox (config);
  if (outbox == NULL)
    return 3;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_array (builder);
  if (!list_all (outbox, json ? builder : NULL, &error))
    return perron_ctl_fail (3, "%s", error->message);
  json_builder_end_array (builder);
  if (json)
    print_json (builder);
  return 0;
}

/* TRUE when argv is "VERB REF" and REF is one; else *ret_status. A reference that is none cannot be known: 1, as an unknown one. */
static gboolean
take_reference (int argc, char **argv, const char *usage, char reference[PERRON_REFERENCE_BYTES], int *ret_status)
{
  if (argc != 2) {
    *ret_status = perron_ctl_fail (2, "%s", usage);
    return FALSE;
  }
  if (perron_reference_parse (argv[1], reference))
    return TRUE;
  *ret_status = perron_ctl_fail (1, "\"%s\" is not a reference: eight symbols, the last of which checks the others", argv[1]);
  return FALSE;
}

static int
fail_by (const GError *error, const char *reference)
{
  if (g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND))
    return perron_ctl_fail (1, "%s: there is no such reference here", reference);
  if (g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_STATE))
    return perron_ctl_fail (1, "%s", error->message);
  return perron_ctl_fail (3, "%s", error->message);
}

static int
run_show (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  char reference[PERRON_REFERENCE_BYTES];
  PerronItem item;
  int status;
  gboolean json = perron_ctl_take_switch (&argc, argv, "--json");

  if (!take_reference (argc, argv, "queue show REF [--json]", reference, &status))
    return status;
  g_autoptr (PerronOutbox) outbox = perron_ctl_open_outbox (config);
  if (outbox == NULL)
    return 3;
  if (!perron_outbox_find (outbox, reference, &item, &error))
    return fail_by (error, reference);
  if (json) {
    g_autoptr (JsonBuilder) builder = json_builder_new ();
    add_item (builder, &item);
    print_json (builder);
  } else {
    print_item (&item);
  }
  return 0;
}

static int
run_withdraw (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  char reference[PERRON_REFERENCE_BYTES];
  int status;

  if (!take_reference (argc, argv, "queue withdraw REF", reference, &status))
    return status;
  g_autoptr (PerronOutbox) outbox = perron_ctl_open_outbox (config);
  if (outbox == NULL)
    return 3;
  if (!perron_outbox_withdraw (outbox, reference, &error))
    return fail_by (error, reference);
  printf ("%s: withdrawn\n", reference);
  return 0;
}

static int
decide (PerronConfig *config, int argc, char **argv, const char *usage, PerronDecision decision, const char *done)
{
  g_autoptr (GError) error = NULL;
  char reference[PERRON_REFERENCE_BYTES];
  int status;

  if (!take_reference (argc, argv, usage, reference, &status))
    return status;
  g_autoptr (PerronOutbox) outbox = perron_ctl_open_outbox (config);
  if (outbox == NULL)
    return 3;
  if (!perron_outbox_decide (outbox, reference, decision, &error))
    return fail_by (error, reference);
  printf ("%s: %s\n", reference, done);
  return 0;
}

static int
run_keep (PerronConfig *config, int argc, char **argv)
{
  return decide (config, argc, argv, "queue keep REF", PERRON_DECISION_KEEP, "kept; it is tried again");
}

static int
run_drop (PerronConfig *config, int argc, char **argv)
{
  return decide (config, argc, argv, "queue drop REF", PERRON_DECISION_DROP, "erased undelivered");
}

static int
run_aside (PerronConfig *config, int argc, char **argv G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  if (argc != 1)
    return perron_ctl_fail (2, "queue aside");
  if (!perron_outbox_set_aside (perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE), perron_clock_system (), &error))
    return perron_ctl_fail (3, "%s", error->message);
  puts ("set aside as it is; the next start begins a new one");
  return 0;
}

static void
print_stats_json (const PerronOutboxStats *stats)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const struct {
    const char *name;
    gint64 value;
  } numbers[] = {
    { "oldest_waiting_unix_ms", stats->oldest_waiting_unix_ms },
    { "sealed_bytes_waiting", stats->sealed_bytes_waiting },
    { "last_contact_unix_ms", stats->last_contact_unix_ms },
    { "overdue", stats->overdue },
    { "undecided", stats->undecided },
    { "unacknowledged", stats->unacknowledged },
  };

  json_builder_begin_object (builder);
  for (guint i = 0; i < PERRON_ITEM_STATE_COUNT; i++) {
    json_builder_set_member_name (builder, perron_item_state_to_string ((PerronItemState) i));
    json_builder_add_int_value (builder, stats->count[i]);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++) {
    json_builder_set_member_name (builder, numbers[i].name);
    json_builder_add_int_value (builder, numbers[i].value);
  }
  json_builder_set_member_name (builder, "link");
  json_builder_add_string_value (builder, stats->link);
  json_builder_set_member_name (builder, "link_fault");
  json_builder_add_string_value (builder, stats->link_fault);
  json_builder_end_object (builder);
  print_json (builder);
}

static int
run_stats (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  PerronOutboxStats stats;
  gboolean json = perron_ctl_take_switch (&argc, argv, "--json");

  if (argc != 1)
    return perron_ctl_fail (2, "queue stats [--json]");
  g_autoptr (PerronOutbox) outbox = perron_ctl_open_outbox (config);
  if (outbox == NULL)
    return 3;
  if (!perron_outbox_stats (outbox, &stats, &error))
    return perron_ctl_fail (3, "%s", error->message);
  if (json) {
    print_stats_json (&stats);
    return 0;
  }
  for (guint i = 0; i < PERRON_ITEM_STATE_COUNT; i++)
    printf ("%-10s %" G_GINT64_FORMAT "\n", perron_item_state_to_string ((PerronItemState) i), stats.count[i]);
  g_autofree char *oldest = format_time (stats.oldest_waiting_unix_ms);
  g_autofree char *contact = format_time (stats.last_contact_unix_ms);
  printf ("oldest     %s\ncontact    %s\nlink       %s %s\n", oldest, contact, stats.link[0] != '\0' ? stats.link : "never tried",
          stats.link_fault);
  if (stats.overdue + stats.unacknowledged > 0)
    printf ("ALARM: %" G_GINT64_FORMAT " undelivered and %" G_GINT64_FORMAT " unacknowledged for too long; %" G_GINT64_FORMAT
            " wait for a decision (queue keep REF, queue drop REF)\n",
            stats.overdue, stats.unacknowledged, stats.undecided);
  return 0;
}

const PerronVerb perron_ctl_queue[] = {
  { "list", run_list, "list [--json]" },
  { "show", run_show, "show REF [--json]" },
  { "withdraw", run_withdraw, "withdraw REF" },
  { "keep", run_keep, "keep REF" },
  { "drop", run_drop, "drop REF" },
  { "aside", run_aside, "aside" },
  { "export", perron_ctl_queue_export, "export DIR" },
  { "import", perron_ctl_queue_import, "import DIR" },
  { "stats", run_stats, "stats [--json]" },
  { NULL, NULL, NULL },
};
