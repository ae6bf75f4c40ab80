/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/log.h"

#include <stdio.h>

typedef struct {
  const char *level;
  const char *word;
  const char *meaning;
} EventRow;

static const EventRow rows[PERRON_LOG_EVENT_COUNT] = {
#define PERRON_LOG_EVENT(name, level, word, meaning) [PERRON_LOG_##name] = { #level, word, meaning },
#include "kiosk/core/log-events.def"
#undef PERRON_LOG_EVENT
};

static void
write_line (PerronLogEvent event, const char *detail)
{
  g_return_if_fail ((guint) event < PERRON_LOG_EVENT_COUNT);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format_iso8601 (now);
  g_autofree char *level = g_ascii_strdown (rows[event].level, -1);
  /* One call, so that lines of two threads never mix. */
  fprintf (stderr, "{\"t\":\"%s\",\"level\":\"%s\",\"program\":\"%s\",\"event\":\"%s\"%s}\n", stamp, level,
           g_get_prgname () != NULL ? g_get_prgname () : "perron", rows[event].word, detail);
}

void
perron_log (PerronLogEvent event)
{
  write_line (event, "");
}

void
perron_log_count (PerronLogEvent event, gint64 count)
{
  gint64 written = CLAMP (count, -PERRON_LOG_COUNT_MAX, PERRON_LOG_COUNT_MAX);
  g_autofree char *detail = g_strdup_printf (",\"count\":%" G_GINT64_FORMAT, written);
  write_line (event, detail);
}

void
perron_log_error (PerronLogEvent event, const GError *error)
{
  g_autofree char *detail = g_strdup_printf (",\"domain\":\"%s\",\"code\":%d", g_quark_to_string (error->domain), error->code);
  write_line (event, detail);
}

const char *
perron_log_event_word (PerronLogEvent event)
{
  return rows[event].word;
}

const char *
perron_log_event_level (PerronLogEvent event)
{
  return rows[event].level;
}

const char *
perron_log_event_meaning (PerronLogEvent event)
{
  return rows[event].meaning;
}
