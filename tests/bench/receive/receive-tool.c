/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/wire.h"
#include "sync/gateway/store.h"

#include <curl/curl.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * receive-tool HOW WHERE ROWS: the same envelopes in batches of 200, one commit each; prints seconds.
 *   bare-sqlite FILE, bare-postgresql CONNECTION   the database's own interface, statements prepared once: nothing but the rows
 *   sqlite FILE, postgresql CONNECTION             the gateway's store
 *   gateway SOCKET                                 the whole gateway: HTTP, FHIR, who may, digests, group commit, answers read
 */
#define BATCH 200
#define SEALED_BYTES 2048

typedef struct {
  PerronEnvelope **envelopes;
  guint count;
} Rows;

static Rows
make_rows (guint count)
{
  Rows rows = { g_new (PerronEnvelope *, count), count };
  for (guint i = 0; i < count; i++) {
    PerronEnvelope *envelope = rows.envelopes[i] = g_new0 (PerronEnvelope, 1);
    guint32 *sealed = g_new (guint32, SEALED_BYTES / 4);
    g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
    gsize size = PERRON_DIGEST_BYTES;
    for (guint j = 0; j < SEALED_BYTES / 4; j++)
      sealed[j] = g_random_int ();
    g_checksum_update (sum, (const guchar *) sealed, SEALED_BYTES);
    g_checksum_get_digest (sum, envelope->digest, &size);
    perron_uuid7_generate (g_get_real_time () / 1000, envelope->id);
    envelope->terminal = g_strdup ("borne-0001");
    envelope->dest = g_strdup ("000");
    envelope->suite = PERRON_SUITE_CMS_P256_A256GCM;
    envelope->signature = g_bytes_new (sealed, 72);
    envelope->sealed = g_bytes_new_take (sealed, SEALED_BYTES);
  }
  return rows;
}

static void
free_rows (Rows *rows)
{
  for (guint i = 0; i < rows->count; i++)
    perron_envelope_free (rows->envelopes[i]);
  g_free (rows->envelopes);
}

/* --- bare ------------------------------------------------------------------------------------------------------------------------ */

/* The tables are the gateway's: made by its store beforehand. */
static void
run_sql (sqlite3 *db, const char *sql)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
}

static void
insert_sqlite (sqlite3 *db, sqlite3_stmt *insert, const PerronEnvelope *envelope)
{
  sqlite3_bind_blob (insert, 1, envelope->id, PERRON_UUID_BYTES, SQLITE_STATIC);
  sqlite3_bind_text (insert, 2, envelope->terminal, -1, SQLITE_STATIC);
  sqlite3_bind_text (insert, 3, envelope->dest, -1, SQLITE_STATIC);
  sqlite3_bind_int (insert, 4, envelope->suite);
  sqlite3_bind_blob (insert, 5, envelope->digest, PERRON_DIGEST_BYTES, SQLITE_STATIC);
  sqlite3_bind_blob (insert, 6, g_bytes_get_data (envelope->signature, NULL), (int) g_bytes_get_size (envelope->signature), SQLITE_STATIC);
  sqlite3_bind_blob (insert, 7, g_bytes_get_data (envelope->sealed, NULL), (int) g_bytes_get_size (envelope->sealed), SQLITE_STATIC);
  sqlite3_bind_int64 (insert, 8, 1);
  if (sqlite3_step (insert) != SQLITE_DONE)
    g_error ("insert: %s", sqlite3_errmsg (db));
  sqlite3_reset (insert);
}

static double
bare_sqlite (const char *path, const Rows *rows)
{
  sqlite3 *db;
  sqlite3_stmt *insert;
  if (sqlite3_open (path, &db) != SQLITE_OK)
    g_error ("%s", path);
  run_sql (db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON");
  sqlite3_prepare_v2 (db,
                      "INSERT INTO task (id, terminal, dest, suite, digest, signature, sealed, stored_ms) VALUES (?,?,?,?,?,?,?,?)"
                      " ON CONFLICT DO NOTHING",
                      -1, &insert, NULL);
  gint64 start = g_get_monotonic_time ();
  for (guint at = 0; at < rows->count; at += BATCH) {
    run_sql (db, "BEGIN IMMEDIATE");
    for (guint i = at; i < MIN (at + BATCH, rows->count); i++)
      insert_sqlite (db, insert, rows->envelopes[i]);
    run_sql (db, "COMMIT");
  }
  gint64 took = g_get_monotonic_time () - start;
  sqlite3_finalize (insert);
  sqlite3_close (db);
  return (double) took / G_USEC_PER_SEC;
}

static void
finish (PGconn *pg, PGresult *result, ExecStatusType wanted)
{
  if (PQresultStatus (result) != wanted)
    g_error ("postgresql: %s", PQerrorMessage (pg));
  PQclear (result);
}

static void
insert_postgresql (PGconn *pg, const PerronEnvelope *envelope)
{
  const char *values[] = { (const char *) envelope->id, envelope->terminal, envelope->dest, "1", (const char *) envelope->digest,
                           g_bytes_get_data (envelope->signature, NULL), g_bytes_get_data (envelope->sealed, NULL), "1" };
  const int lengths[] = { PERRON_UUID_BYTES, 0, 0, 0, PERRON_DIGEST_BYTES, (int) g_bytes_get_size (envelope->signature),
                          (int) g_bytes_get_size (envelope->sealed), 0 };
  static const int formats[] = { 1, 0, 0, 0, 1, 1, 1, 0 };
  if (PQsendQueryPrepared (pg, "put", 8, values, lengths, formats, 1) != 1)
    g_error ("postgresql: %s", PQerrorMessage (pg));
}

static double
bare_postgresql (const char *connection, const Rows *rows)
{
  PGconn *pg = PQconnectdb (connection);
  finish (pg, PQprepare (pg, "put",
                         "INSERT INTO task (id, terminal, dest, suite, digest, signature, sealed, stored_ms)"
                         " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
                         0, NULL), PGRES_COMMAND_OK);
  gint64 start = g_get_monotonic_time ();
  for (guint at = 0; at < rows->count; at += BATCH) {
    guint end = MIN (at + BATCH, rows->count);
    finish (pg, PQexec (pg, "BEGIN"), PGRES_COMMAND_OK);
    PQenterPipelineMode (pg);
    for (guint i = at; i < end; i++)
      insert_postgresql (pg, rows->envelopes[i]);
    PQpipelineSync (pg);
    for (guint i = at; i < end; i++) {
      finish (pg, PQgetResult (pg), PGRES_COMMAND_OK);
      PQclear (PQgetResult (pg));
    }
    finish (pg, PQgetResult (pg), PGRES_PIPELINE_SYNC);
    PQexitPipelineMode (pg);
    finish (pg, PQexec (pg, "COMMIT"), PGRES_COMMAND_OK);
  }
  gint64 took = g_get_monotonic_time () - start;
  PQfinish (pg);
  return (double) took / G_USEC_PER_SEC;
}

/* --- ours ------------------------------------------------------------------------------------------------------------------------ */

static double
run_store (PerronGatewayStore *store, const Rows *rows)
{
  PerronGatewayWrite writes[BATCH];
  gint64 start = g_get_monotonic_time ();
  for (guint at = 0; at < rows->count; at += BATCH) {
    guint count = MIN (BATCH, rows->count - at);
    for (guint i = 0; i < count; i++)
      writes[i] = (PerronGatewayWrite){ .envelope = rows->envelopes[at + i] };
    if (!store->write (store, writes, count, NULL) || writes[0].ret_outcome != PERRON_OUTCOME_CREATED)
      g_error ("write");
  }
  gint64 took = g_get_monotonic_time () - start;
  perron_gateway_store_free (store);
  return (double) took / G_USEC_PER_SEC;
}

static size_t
on_body (char *data, size_t size, size_t count, void *user)
{
  g_byte_array_append (user, (const guint8 *) data, (guint) (size * count));
  return size * count;
}

static void
post (CURL *curl, const char *body, gsize len, const PerronEnvelope *const *envelopes, guint count, GByteArray *answer)
{
  PerronWireExpected expected[BATCH];
  for (guint i = 0; i < count; i++)
    expected[i] = (PerronWireExpected){ envelopes[i]->id, envelopes[i]->digest, 0 };
  g_byte_array_set_size (answer, 0);
  curl_easy_setopt (curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt (curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) len);
  if (curl_easy_perform (curl) != CURLE_OK || !perron_wire_parse_answers (answer->data, answer->len, expected, count, NULL))
    g_error ("gateway");
}

static double
run_gateway (const char *socket, const Rows *rows)
{
  CURL *curl = curl_easy_init ();
  g_autoptr (GByteArray) answer = g_byte_array_new ();
  struct curl_slist *headers = curl_slist_append (NULL, "Content-Type: application/fhir+json");

  headers = curl_slist_append (headers, "Expect:");
  headers = curl_slist_append (headers, "X-Perron-Client-Verify: SUCCESS");
  headers = curl_slist_append (headers, "X-Perron-Client-Subject: CN=borne-0001");
  curl_easy_setopt (curl, CURLOPT_URL, "http://gateway/");
  curl_easy_setopt (curl, CURLOPT_UNIX_SOCKET_PATH, socket);
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, answer);
  gint64 took = 0;
  for (guint at = 0; at < rows->count; at += BATCH) {
    const PerronEnvelope *const *envelopes = (const PerronEnvelope *const *) rows->envelopes + at;
    guint count = MIN (BATCH, rows->count - at);
    gsize len;
    g_autofree char *body = perron_wire_encode_batch (envelopes, count, &len, NULL);
    gint64 start = g_get_monotonic_time ();
    post (curl, body, len, envelopes, count, answer);
    took += g_get_monotonic_time () - start;
  }
  curl_easy_cleanup (curl);
  curl_slist_free_all (headers);
  return (double) took / G_USEC_PER_SEC;
}

static double
run (const char *how, const char *where, const Rows *rows)
{
  g_autoptr (GError) error = NULL;
  if (strcmp (how, "bare-sqlite") == 0)
    return bare_sqlite (where, rows);
  if (strcmp (how, "bare-postgresql") == 0)
    return bare_postgresql (where, rows);
  if (strcmp (how, "gateway") == 0)
    return run_gateway (where, rows);
  PerronGatewayStore *store = strcmp (how, "sqlite") == 0 ? perron_gateway_store_sqlite_new (where, &error)
                                                          : perron_gateway_store_postgresql_new (where, &error);
  if (store == NULL)
    g_error ("%s", error->message);
  return run_store (store, rows);
}

int
main (int argc, char **argv)
{
  if (argc != 4)
    return 2;
  Rows rows = make_rows ((guint) atoi (argv[3]));
  printf ("%.6f\n", run (argv[1], argv[2], &rows));
  free_rows (&rows);
  return 0;
}
