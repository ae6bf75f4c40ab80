/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/fleet.h"

#include <string.h>

#define HOUR_S G_GINT64_CONSTANT (3600)
#define DAY_S (24 * HOUR_S)
/* Halls are shut at night and at weekends: a terminal is quiet after a day and a bit, silent after a long weekend and a bit. */
#define QUIET_S (26 * HOUR_S)
#define SILENT_S (98 * HOUR_S)
#define CLOCK_MS G_GINT64_CONSTANT (300000)
#define SPACE_KIB (100 * 1024)

/* The gravest first. */
static const struct {
  const char *word;
  PerronFleetLevel level;
} reasons[] = {
  [PERRON_FLEET_AUDIT] = { "audit", PERRON_FLEET_ACT },
  [PERRON_FLEET_DEAD] = { "dead", PERRON_FLEET_ACT },
  [PERRON_FLEET_ESCROW] = { "escrow-only", PERRON_FLEET_ACT },
  [PERRON_FLEET_SILENT] = { "silent", PERRON_FLEET_ACT },
  [PERRON_FLEET_NOT_READY] = { "not-ready", PERRON_FLEET_ACT },
  [PERRON_FLEET_STUCK] = { "stuck", PERRON_FLEET_ACT },
  [PERRON_FLEET_QUIET] = { "quiet", PERRON_FLEET_WATCH },
  [PERRON_FLEET_LATE] = { "late", PERRON_FLEET_WATCH },
  [PERRON_FLEET_CLOCK] = { "clock", PERRON_FLEET_WATCH },
  [PERRON_FLEET_SPACE] = { "space", PERRON_FLEET_WATCH },
  [PERRON_FLEET_RETRIED] = { "retried", PERRON_FLEET_WATCH },
  [PERRON_FLEET_ATTENTION] = { "attention", PERRON_FLEET_WATCH },
  [PERRON_FLEET_UNCHECKED] = { "unchecked", PERRON_FLEET_WATCH },
  [PERRON_FLEET_HTTP1] = { "http1", PERRON_FLEET_WATCH },
};
G_STATIC_ASSERT (G_N_ELEMENTS (reasons) == PERRON_FLEET_REASONS);

const char *
perron_fleet_reason_word (PerronFleetReason reason)
{
  return reasons[reason].word;
}

const char *
perron_fleet_level_word (PerronFleetLevel level)
{
  static const char *const words[] = { [PERRON_FLEET_FINE] = "fine", [PERRON_FLEET_WATCH] = "watch", [PERRON_FLEET_ACT] = "act" };
  return words[level];
}

static void
say (PerronFleetRow *row, PerronFleetReason reason, gboolean holds)
{
  if (!holds)
    return;
  row->reasons |= 1u << reason;
  row->level = MAX (row->level, reasons[reason].level);
}

static void
judge_heartbeat (PerronFleetRow *row, gint64 now_ms)
{
  const PerronHeartbeat *is = &row->heartbeat;
  gint64 silence_s = (now_ms - row->seen_ms) / 1000;
  /* What it said then has grown older since. */
  gint64 oldest_s = is->waiting > 0 ? is->oldest_s + MAX (silence_s, 0) : 0;

  say (row, PERRON_FLEET_DEAD, is->dead > 0);
  say (row, PERRON_FLEET_ESCROW, is->recipients == PERRON_RECIPIENTS_ESCROW);
  say (row, PERRON_FLEET_SILENT, silence_s >= SILENT_S);
  say (row, PERRON_FLEET_NOT_READY, perron_heartbeat_count (is, PERRON_CHECK_NOT_READY) > 0);
  say (row, PERRON_FLEET_STUCK, oldest_s >= 30 * DAY_S);
  say (row, PERRON_FLEET_QUIET, silence_s >= QUIET_S && silence_s < SILENT_S);
  say (row, PERRON_FLEET_LATE, oldest_s >= DAY_S && oldest_s < 30 * DAY_S);
  say (row, PERRON_FLEET_CLOCK, ABS (row->offset_ms) >= CLOCK_MS);
  say (row, PERRON_FLEET_SPACE, is->free_kib < SPACE_KIB);
  say (row, PERRON_FLEET_RETRIED, is->attempts[1] + is->attempts[2] + is->attempts[3] > 0);
  say (row, PERRON_FLEET_ATTENTION, perron_heartbeat_count (is, PERRON_CHECK_ATTENTION) > 0);
  say (row, PERRON_FLEET_UNCHECKED, (is->time_ms - is->ready_ms) / 1000 >= QUIET_S);
  say (row, PERRON_FLEET_HTTP1, strcmp (is->protocol, "http/1.1") == 0);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const PerronFleetRow *one = *(const PerronFleetRow *const *) a, *other = *(const PerronFleetRow *const *) b;
  gint first = one->reasons != 0 ? g_bit_nth_lsf (one->reasons, -1) : PERRON_FLEET_REASONS;
  gint second = other->reasons != 0 ? g_bit_nth_lsf (other->reasons, -1) : PERRON_FLEET_REASONS;

  if (one->level != other->level)
    return one->level > other->level ? -1 : 1;
  if (first != second)
    return first < second ? -1 : 1;
  if (one->seen_ms != other->seen_ms)
    return one->seen_ms < other->seen_ms ? -1 : 1;
  return strcmp (one->terminal, other->terminal);
}

static PerronFleetRow *
add_row (GPtrArray *fleet, const char *terminal)
{
  PerronFleetRow *row = g_new0 (PerronFleetRow, 1);
  g_strlcpy (row->terminal, terminal, sizeof row->terminal);
  g_ptr_array_add (fleet, row);
  return row;
}

GPtrArray *
perron_fleet_new (const GArray *seen, const GArray *alarms, gint64 now_ms)
{
  GPtrArray *fleet = g_ptr_array_new_full (seen->len + alarms->len, g_free);
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < seen->len; i++) {
    const PerronSeen *one = &g_array_index (seen, PerronSeen, i);
    PerronFleetRow *row = add_row (fleet, one->heartbeat.terminal);
    row->has_heartbeat = TRUE;
    row->heartbeat = one->heartbeat;
    row->seen_ms = one->seen_ms;
    row->offset_ms = one->heartbeat.time_ms - one->seen_ms;
    judge_heartbeat (row, now_ms);
    g_hash_table_insert (by_name, row->terminal, row);
  }
  for (guint i = 0; i < alarms->len; i++) {
    const PerronHeadAlarm *alarm = &g_array_index (alarms, PerronHeadAlarm, i);
    PerronFleetRow *row = g_hash_table_lookup (by_name, alarm->terminal);
    if (row == NULL)
      row = add_row (fleet, alarm->terminal);
    row->has_alarm = TRUE;
    row->alarm = *alarm;
    say (row, PERRON_FLEET_AUDIT, TRUE);
  }
  g_ptr_array_sort (fleet, compare);
  return fleet;
}

GPtrArray *
perron_fleet_select (const GPtrArray *fleet, PerronFleetLevel level, const char *name)
{
  GPtrArray *selected = g_ptr_array_new ();
  for (guint i = 0; i < fleet->len; i++) {
    PerronFleetRow *row = fleet->pdata[i];
    if ((level == PERRON_FLEET_LEVELS || row->level == level) && strstr (row->terminal, name) != NULL)
      g_ptr_array_add (selected, row);
  }
  return selected;
}

void
perron_fleet_append_metrics (const GPtrArray *fleet, GString *out)
{
  guint by_level[PERRON_FLEET_LEVELS] = { 0 }, by_reason[PERRON_FLEET_REASONS] = { 0 };

  for (guint i = 0; i < fleet->len; i++) {
    const PerronFleetRow *row = fleet->pdata[i];
    by_level[row->level]++;
    for (guint j = 0; j < PERRON_FLEET_REASONS; j++)
      by_reason[j] += row->reasons >> j & 1;
  }
  g_string_append (out, "# HELP perron_terminals terminals by what they need\n# TYPE perron_terminals gauge\n");
  for (guint i = 0; i < PERRON_FLEET_LEVELS; i++)
    g_string_append_printf (out, "perron_terminals{level=\"%s\"} %u\n", perron_fleet_level_word ((PerronFleetLevel) i), by_level[i]);
  g_string_append (out, "# HELP perron_terminals_with terminals by reason; one may have several\n# TYPE perron_terminals_with gauge\n");
  for (guint i = 0; i < PERRON_FLEET_REASONS; i++)
    g_string_append_printf (out, "perron_terminals_with{reason=\"%s\"} %u\n", reasons[i].word, by_reason[i]);
}
