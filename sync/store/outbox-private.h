/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/store/audit.h"
#include "sync/store/connection.h"

G_BEGIN_DECLS

/* What the files outbox*.c share. */

/* Longest that a row or the whole channel may be put off: Retry-After is capped at an hour (sync-security facts 2.1). */
#define PERRON_PUT_OFF_MAX_MS G_GINT64_CONSTANT (3600000)

#define PERRON_DAY_MS G_GINT64_CONSTANT (86400000)

struct PerronOutbox {
  PerronDb *db;
  PerronClock *clock;
  char *path;
  gint64 max_waiting;
  gint64 reserve_bytes;
  gint64 low_space_bytes;
  PerronRetention retention; /* filled up */
  guint64 device; /* which file is open: another one at `path` means this one was set aside */
  guint64 inode;
  gboolean freed_dead; /* leases of senders that died before this handle was opened */
  gboolean failed; /* a write or flush failed: on Linux a second fsync may lie, so nothing more goes through this handle */
};

typedef gboolean (*PerronOutboxWork) (PerronOutbox *outbox, gpointer data, GError **error);

typedef enum {
  PERRON_OUTBOX_FILL,  /* makes the outbox larger: refused when the disk is full */
  PERRON_OUTBOX_DRAIN, /* makes it smaller in the end: frees the reserve when the disk is full */
} PerronOutboxDirection;

/* `work` in one immediate transaction: committed when it returns TRUE, else rolled back. */
gboolean perron_outbox_transact (PerronOutbox *outbox, PerronOutboxDirection direction, PerronOutboxWork work, gpointer data,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* IO when the handle has failed. */
gboolean perron_outbox_check_usable (PerronOutbox *outbox, GError **error) G_GNUC_WARN_UNUSED_RESULT;

static inline gint64
perron_outbox_now (PerronOutbox *outbox)
{
  return perron_clock_unix_ms (outbox->clock);
}

/* A code word that may come from outside: at most 63 letters, digits, "-._"; "?" for all else. Transfer full. */
char *perron_outbox_clean_code (const char *code);

/* Columns of a PerronEnvelope in this order, from "outbox AS o JOIN sealed AS s USING (seq)". */
#define PERRON_ENVELOPE_COLUMNS "o.seq, o.id, o.terminal, o.dest, o.suite, o.digest, s.bytes, s.signature"
PerronEnvelope *perron_outbox_read_envelope (PerronDbQuery *query, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
