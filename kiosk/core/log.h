/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The log: JSON lines on standard error. One event of kiosk/core/log-events.def, at most one number, at most one error code.
 * There is no way to log text: what belongs to a person cannot be written by mistake. Any thread.
 */

/* Larger counts are written as this: no event counts so far, but a social security number (13 or 15 digits) would fit an integer. */
#define PERRON_LOG_COUNT_MAX G_GINT64_CONSTANT (9999999999)

typedef enum {
#define PERRON_LOG_EVENT(name, level, word, meaning) PERRON_LOG_##name,
#include "kiosk/core/log-events.def"
#undef PERRON_LOG_EVENT
  PERRON_LOG_EVENT_COUNT
} PerronLogEvent;

void perron_log (PerronLogEvent event);
void perron_log_count (PerronLogEvent event, gint64 count);

/* Only the domain and code of `error` are written, never its message. */
void perron_log_error (PerronLogEvent event, const GError *error);

/* For the manual: word, level and meaning of an event. Static. */
const char *perron_log_event_word (PerronLogEvent event);
const char *perron_log_event_level (PerronLogEvent event); /* "INFO", "WARNING", "ERROR" */
const char *perron_log_event_meaning (PerronLogEvent event);

G_END_DECLS
