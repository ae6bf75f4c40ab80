/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/store/connection.h"

G_BEGIN_DECLS

/*
 * The audit chain (sync-security facts 3.2): hash of line n = SHA-256 (hash of line n - 1, n, time, event, id, detail), numbers in
 * 8 bytes big endian, event in 4, id in 16. A line holds a pseudonym (the UUID), an event of audit-events.def and a number: there is no
 * place for anything of a person. Private to sync/store.
 */
typedef enum {
#define PERRON_AUDIT_EVENT(name, number, word, detail) PERRON_AUDIT_##name = number,
#include "sync/store/audit-events.def"
#undef PERRON_AUDIT_EVENT
} PerronAuditEvent;

/* Several lines inside the caller's transaction: begin, add each, end. Between begin and end nothing else appends. */
typedef struct {
  gint64 n;
  guint8 head[PERRON_DIGEST_BYTES];
} PerronAuditChain;

gboolean perron_audit_begin (PerronDb *db, PerronAuditChain *ret_chain, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_audit_add (PerronDb *db, PerronAuditChain *chain, gint64 at_unix_ms, PerronAuditEvent event, const guint8 *id, gint64 detail,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_audit_end (PerronDb *db, const PerronAuditChain *chain, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One line: all three. `id` NULL: not about a request. */
gboolean perron_audit_append (PerronDb *db, gint64 at_unix_ms, PerronAuditEvent event, const guint8 *id, gint64 detail, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* Walks the chain from its kept beginning to the head in the terminal's row. CORRUPT names the first line that does not fit. */
gboolean perron_audit_verify (PerronDb *db, gint64 *ret_lines, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* See perron_outbox_get_audit_head(), perron_outbox_get_audit_line(). */
gboolean perron_audit_get_head (PerronDb *db, gint64 *ret_n, guint8 ret_hash[PERRON_DIGEST_BYTES], GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_audit_get_line (PerronDb *db, gint64 n, guint8 ret_hash[PERRON_DIGEST_BYTES], GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Forgets the lines up to `last_n`, never the newest; the chain goes on from the hash of the last one forgotten. In the caller's transaction. */
gboolean perron_audit_forget (PerronDb *db, gint64 last_n, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
