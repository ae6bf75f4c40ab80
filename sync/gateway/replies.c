/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/replies.h"

#include <string.h>

const char perron_sqlite_replies_schema[] = "CREATE TABLE IF NOT EXISTS reply ("
                                            "  id BLOB PRIMARY KEY REFERENCES receipt (id),"
                                            "  number INTEGER NOT NULL,"
                                            "  code TEXT NOT NULL,"
                                            "  replied_ms INTEGER NOT NULL,"
                                            "  signature BLOB NOT NULL"
                                            ") STRICT;";

const char perron_postgresql_replies_schema[] = "BEGIN; SELECT pg_advisory_xact_lock (726574, 0);"
                                                "CREATE TABLE IF NOT EXISTS reply ("
                                                "  id bytea PRIMARY KEY REFERENCES receipt (id),"
                                                "  number bigint NOT NULL,"
                                                "  code text NOT NULL,"
                                                "  replied_ms bigint NOT NULL,"
                                                "  signature bytea NOT NULL);"
                                                "COMMIT";

/* --- SQLite ----------------------------------------------------------------------------------------------------------------- */

typedef struct {
  gboolean there, parties, digest;
  gint64 number; /* of the reply that is kept; 0: none */
  gboolean same_code;
} Kept;

static gboolean
read_kept (PerronDb *db, const PerronReply *reply, Kept *kept, GError **error)
{
  g_autoptr (PerronDbQuery) query =
    perron_db_query (db, error,
                     "SELECT r.terminal = ? AND r.caisse = ?, r.digest = ?, coalesce (a.number, 0), coalesce (a.code = ?, 0)"
                     " FROM receipt AS r LEFT JOIN reply AS a USING (id) WHERE r.id = ?",
                     "ttbtb", reply->terminal, reply->caisse, reply->digest, (gsize) PERRON_DIGEST_BYTES,
                     perron_reply_code_to_string (reply->code), reply->id, (gsize) PERRON_UUID_BYTES);
  if (query == NULL || !perron_db_step (query, &kept->there, error))
    return FALSE;
  kept->parties = kept->there && perron_db_int (query, 0) == 1;
  kept->digest = kept->there && perron_db_int (query, 1) == 1;
  kept->number = kept->there ? perron_db_int (query, 2) : 0;
  kept->same_code = kept->there && perron_db_int (query, 3) == 1;
  return TRUE;
}

static PerronOutcome
judge (const PerronReply *reply, const Kept *kept)
{
  if (!kept->there)
    return PERRON_OUTCOME_UNKNOWN;
  if (!kept->parties)
    return PERRON_OUTCOME_FOREIGN;
  if (!kept->digest)
    return PERRON_OUTCOME_CONFLICT;
  if (reply->number > kept->number)
    return PERRON_OUTCOME_CREATED;
  return reply->number == kept->number && kept->same_code ? PERRON_OUTCOME_SAME : PERRON_OUTCOME_OLD;
}

gboolean
perron_sqlite_replies_write (PerronDb *db, const PerronReply *reply, PerronOutcome *ret_outcome, GError **error)
{
  Kept kept = { 0 };

  if (!read_kept (db, reply, &kept, error))
    return FALSE;
  *ret_outcome = judge (reply, &kept);
  if (*ret_outcome != PERRON_OUTCOME_CREATED)
    return TRUE;
  /* AUTOINCREMENT's own memory goes on too: a number given here is never given again. */
  return perron_db_run (db, error, "INSERT OR REPLACE INTO reply (id, number, code, replied_ms, signature) VALUES (?, ?, ?, ?, ?)", "bitiB",
                        reply->id, (gsize) PERRON_UUID_BYTES, reply->number, perron_reply_code_to_string (reply->code),
                        reply->replied_unix_ms, reply->signature) &&
         perron_db_run (db, error, "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'receipt'", "") &&
         perron_db_run (db, error, "UPDATE receipt SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'receipt') WHERE id = ?", "b",
                        reply->id, (gsize) PERRON_UUID_BYTES);
}

/* --- PostgreSQL ------------------------------------------------------------------------------------------------------------- */

static const char put_reply[] =
  "WITH fit AS (SELECT CASE WHEN terminal <> $2::text OR caisse <> $3::text THEN 4 WHEN digest <> $4::bytea THEN 2 ELSE 0 END AS outcome"
  "    FROM receipt WHERE id = $1::bytea),"
  "  kept AS (SELECT number, code FROM reply WHERE id = $1::bytea),"
  "  fresh AS (INSERT INTO reply (id, number, code, replied_ms, signature)"
  "    SELECT $1::bytea, $5::bigint, $6::text, $7::bigint, $8::bytea FROM fit WHERE outcome = 0"
  "    ON CONFLICT (id) DO UPDATE SET number = excluded.number, code = excluded.code, replied_ms = excluded.replied_ms,"
  "      signature = excluded.signature WHERE reply.number < excluded.number RETURNING 1),"
  "  moved AS (UPDATE receipt SET seq = DEFAULT WHERE id = $1::bytea AND EXISTS (SELECT 1 FROM fresh))"
  "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM fit) THEN 3 WHEN (SELECT outcome FROM fit) <> 0 THEN (SELECT outcome FROM fit)"
  "  WHEN EXISTS (SELECT 1 FROM fresh) THEN 0"
  "  WHEN EXISTS (SELECT 1 FROM kept WHERE number = $5::bigint AND code = $6::text) THEN 1 ELSE 5 END";

G_STATIC_ASSERT (PERRON_OUTCOME_OLD == 5);

gboolean
perron_postgresql_replies_send (PerronPg *pg, const PerronReply *reply, GError **error)
{
  return perron_pg_send (pg, put_reply, error, "bttbitiB", reply->id, (gsize) PERRON_UUID_BYTES, reply->terminal, reply->caisse,
                         reply->digest, (gsize) PERRON_DIGEST_BYTES, reply->number, perron_reply_code_to_string (reply->code),
                         reply->replied_unix_ms, reply->signature);
}

/* --- reading ---------------------------------------------------------------------------------------------------------------- */

/* A code that this program does not know (a newer one shared the database) is passed over: the receipt stays true. */
static PerronReply *
make_reply (const PerronReceipt *receipt, gint64 number, const char *word, gint64 replied_unix_ms, GBytes *signature)
{
  PerronReplyCode code;
  if (!perron_reply_code_from_string (word, &code)) {
    g_bytes_unref (signature);
    return NULL;
  }
  PerronReply *reply = g_new0 (PerronReply, 1);
  memcpy (reply->id, receipt->id, sizeof reply->id);
  memcpy (reply->digest, receipt->digest, sizeof reply->digest);
  reply->terminal = g_strdup (receipt->terminal);
  reply->caisse = g_strdup (receipt->caisse);
  reply->code = code;
  reply->number = number;
  reply->replied_unix_ms = replied_unix_ms;
  reply->signature = signature;
  return reply;
}

PerronReply *
perron_sqlite_replies_read (PerronDbQuery *query, int column, const PerronReceipt *receipt)
{
  if (perron_db_is_null (query, column))
    return NULL;
  return make_reply (receipt, perron_db_int (query, column), perron_db_text (query, column + 1), perron_db_int (query, column + 2),
                     perron_db_dup_bytes (query, column + 3));
}

PerronReply *
perron_postgresql_replies_read (const PGresult *found, int row, int column, const PerronReceipt *receipt)
{
  if (PQgetisnull (found, row, column))
    return NULL;
  g_autofree char *word = perron_pg_dup_text (found, row, column + 1);
  return make_reply (receipt, perron_pg_get_number (found, row, column), word, perron_pg_get_number (found, row, column + 2),
                     perron_pg_dup_bytes (found, row, column + 3));
}
