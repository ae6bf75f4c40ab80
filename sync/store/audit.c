/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/audit.h"
#include "sync/store/audit-rows.h"

#include <openssl/sha.h>
#include <string.h>

#define HASH_BYTES 32
#define DETAIL_MAX G_GINT64_CONSTANT (9999999999)

typedef struct {
  gint64 n;
  gint64 at_ms;
  gint64 event;
  gint64 detail;
  guint8 id[PERRON_UUID_BYTES];
} Line;

/* `before` and `hash` may be one. */
static void
hash_line (const guint8 before[HASH_BYTES], const Line *line, guint8 hash[HASH_BYTES])
{
  struct __attribute__ ((packed)) {
    guint8 before[HASH_BYTES];
    guint64 n, at_ms;
    guint32 event;
    guint8 id[PERRON_UUID_BYTES];
    guint64 detail;
  } bytes = { .n = GUINT64_TO_BE ((guint64) line->n), .at_ms = GUINT64_TO_BE ((guint64) line->at_ms),
              .event = GUINT32_TO_BE ((guint32) line->event), .detail = GUINT64_TO_BE ((guint64) line->detail) };

  memcpy (bytes.before, before, sizeof bytes.before);
  memcpy (bytes.id, line->id, sizeof bytes.id);
  SHA256 ((const guchar *) &bytes, sizeof bytes, hash);
}

gboolean
perron_audit_get_head (PerronDb *db, gint64 *ret_n, guint8 ret_hash[PERRON_DIGEST_BYTES], GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (db, error, "SELECT audit_n, audit_head FROM terminal", "");
  if (query == NULL || !perron_db_step (query, &row, error) || !perron_db_copy_blob (query, 1, ret_hash, HASH_BYTES, error))
    return FALSE;
  *ret_n = perron_db_int (query, 0);
  return TRUE;
}

gboolean
perron_audit_get_line (PerronDb *db, gint64 n, guint8 ret_hash[PERRON_DIGEST_BYTES], GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (
    db, error, "SELECT hash FROM audit WHERE n = ? UNION ALL SELECT audit_before FROM terminal WHERE audit_first - 1 = ?", "ii", n, n);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  if (row)
    return perron_db_copy_blob (query, 0, ret_hash, HASH_BYTES, error);
  g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND, "audit line %" G_GINT64_FORMAT ": not here", n);
  return FALSE;
}

gboolean
perron_audit_begin (PerronDb *db, PerronAuditChain *ret_chain, GError **error)
{
  return perron_audit_get_head (db, &ret_chain->n, ret_chain->head, error);
}

gboolean
perron_audit_add (PerronDb *db, PerronAuditChain *chain, gint64 at_unix_ms, PerronAuditEvent event, const guint8 *id, gint64 detail,
                  GError **error)
{
  /* As in the log: no detail counts so far, and a social security number would fit an integer. */
  Line line = { .n = chain->n + 1, .at_ms = at_unix_ms, .event = event, .detail = CLAMP (detail, -DETAIL_MAX, DETAIL_MAX) };

  if (id != NULL)
    memcpy (line.id, id, sizeof line.id);
  hash_line (chain->head, &line, chain->head);
  chain->n = line.n;
  return perron_db_run (db, error, "INSERT INTO audit (n, at_ms, event, id, detail, hash) VALUES (?, ?, ?, ?, ?, ?)", "iiibib", line.n,
                        line.at_ms, line.event, line.id, sizeof line.id, line.detail, chain->head, (gsize) HASH_BYTES);
}

gboolean
perron_audit_end (PerronDb *db, const PerronAuditChain *chain, GError **error)
{
  return perron_db_run (db, error, "UPDATE terminal SET audit_n = ?, audit_head = ?", "ib", chain->n, chain->head, (gsize) HASH_BYTES);
}

gboolean
perron_audit_append (PerronDb *db, gint64 at_unix_ms, PerronAuditEvent event, const guint8 *id, gint64 detail, GError **error)
{
  PerronAuditChain chain;
  return perron_audit_begin (db, &chain, error) && perron_audit_add (db, &chain, at_unix_ms, event, id, detail, error) &&
         perron_audit_end (db, &chain, error);
}

static gboolean
misfit (gint64 n, const char *why, GError **error)
{
  g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_CORRUPT, "audit line %" G_GINT64_FORMAT ": %s", n, why);
  return FALSE;
}

static gboolean
check_line (PerronDbQuery *query, gint64 expected_n, guint8 chain[HASH_BYTES], GError **error)
{
  Line line = { perron_db_int (query, 0), perron_db_int (query, 1), perron_db_int (query, 2),
                perron_db_int (query, 3), { 0 } };
  guint8 stored[HASH_BYTES];

  if (line.n != expected_n)
    return misfit (expected_n, "missing", error);
  if (!perron_db_copy_blob (query, 4, line.id, sizeof line.id, error) || !perron_db_copy_blob (query, 5, stored, sizeof stored, error))
    return FALSE;
  hash_line (chain, &line, chain);
  return memcmp (chain, stored, HASH_BYTES) == 0 || misfit (line.n, "altered", error);
}

static gboolean
check_lines (PerronDb *db, gint64 *ret_lines, GError **error)
{
  guint8 chain[HASH_BYTES], head[HASH_BYTES];
  gint64 first, last;
  gboolean row;

  g_autoptr (PerronDbQuery) base = perron_db_query (db, error, "SELECT audit_first, audit_before FROM terminal", "");
  if (base == NULL || !perron_db_step (base, &row, error) || !perron_db_copy_blob (base, 1, chain, HASH_BYTES, error) ||
      !perron_audit_get_head (db, &last, head, error))
    return FALSE;
  first = perron_db_int (base, 0);

  gint64 n = first;
  g_autoptr (PerronDbQuery) query = perron_db_query (db, error, "SELECT n, at_ms, event, detail, id, hash FROM audit ORDER BY n", "");
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  for (; row; n++) {
    if (!check_line (query, n, chain, error) || !perron_db_step (query, &row, error))
      return FALSE;
  }
  if (n != last + 1 || memcmp (chain, head, HASH_BYTES) != 0)
    return misfit (n, "missing: the head is another", error);
  *ret_lines = n - first;
  return TRUE;
}

/* One read transaction, or lines written meanwhile would look like a wrong head. */
gboolean
perron_audit_verify (PerronDb *db, gint64 *ret_lines, GError **error)
{
  if (!perron_db_run (db, error, "BEGIN", ""))
    return FALSE;
  gboolean ok = check_lines (db, ret_lines, error);
  perron_db_end (db, FALSE, NULL);
  return ok;
}

gboolean
perron_audit_forget (PerronDb *db, gint64 last_n, GError **error)
{
  return perron_db_run (db, error,
                        "UPDATE terminal SET audit_first = a.n + 1, audit_before = a.hash FROM audit AS a"
                        " WHERE a.n = min (?, terminal.audit_n - 1)",
                        "i", last_n) &&
         perron_db_run (db, error, "DELETE FROM audit WHERE n < (SELECT audit_first FROM terminal)", "");
}

static const struct {
  gint number;
  const char *word;
  const char *detail;
} event_rows[] = {
#define PERRON_AUDIT_EVENT(name, number, word, detail) { number, word, detail },
#include "sync/store/audit-events.def"
#undef PERRON_AUDIT_EVENT
};

gboolean
perron_audit_event_row (guint i, gint *ret_number, const char **ret_word, const char **ret_detail)
{
  if (i >= G_N_ELEMENTS (event_rows))
    return FALSE;
  *ret_number = event_rows[i].number;
  *ret_word = event_rows[i].word;
  *ret_detail = event_rows[i].detail;
  return TRUE;
}
