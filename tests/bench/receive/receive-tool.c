/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/wire.h"
#include "sync/gateway/store.h"

#include <curl/curl.h>
#include <libpq-fe.h>
#include <malloc.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * receive-tool HOW WHERE ROWS SENDERS: the same envelopes in batches of 200, one commit each; prints seconds. What was made ready before
 * (connections, statements, encoded batches) does not count.
 *   bare-sqlite FILE, bare-postgresql CONNECTION   the database's own interface, statements prepared once: nothing but the rows
 *   sqlite FILE, postgresql CONNECTION             the gateway's store
 *   gateway SOCKET                                 the whole gateway: HTTP, FHIR, who may, digests, group commit, answers read
 * SENDERS connections at once, each with its share of the rows; SQLite has one writer, and so have the stores.
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

/* --- several at once ------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *where;
  PerronEnvelope **envelopes;
  guint count;
  pthread_barrier_t *barrier; /* waited for twice: before the first row, and after the last, before anything is closed */
} Share;

static guint
batch_len (const Share *share, guint at)
{
  return MIN (BATCH, share->count - at);
}

/* From when all are ready to when all are done. */
static double
race (GThreadFunc work, const char *where, const Rows *rows, guint senders)
{
  g_autofree Share *shares = g_new (Share, senders);
  g_autofree GThread **threads = g_new (GThread *, senders);
  guint each = (rows->count / BATCH + senders - 1) / senders * BATCH;
  pthread_barrier_t barrier;

  pthread_barrier_init (&barrier, NULL, senders + 1);
  for (guint i = 0; i < senders; i++) {
    guint first = MIN (i * each, rows->count);
    shares[i] = (Share){ where, rows->envelopes + first, i + 1 < senders ? MIN (each, rows->count - first) : rows->count - first, &barrier };
    threads[i] = g_thread_new ("sender", work, &shares[i]);
  }
  pthread_barrier_wait (&barrier);
  gint64 start = g_get_monotonic_time ();
  pthread_barrier_wait (&barrier);
  gint64 took = g_get_monotonic_time () - start;
  for (guint i = 0; i < senders; i++)
    g_thread_join (threads[i]);
  pthread_barrier_destroy (&barrier);
  return (double) took / G_USEC_PER_SEC;
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

static gpointer
bare_sqlite (gpointer data)
{
  const Share *share = data;
  sqlite3 *db;
  sqlite3_stmt *insert;
  if (sqlite3_open (share->where, &db) != SQLITE_OK)
    g_error ("%s", share->where);
  run_sql (db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON");
  sqlite3_prepare_v2 (db,
                      "INSERT INTO task (id, terminal, dest, suite, digest, signature, sealed, stored_ms) VALUES (?,?,?,?,?,?,?,?)"
                      " ON CONFLICT DO NOTHING",
                      -1, &insert, NULL);
  pthread_barrier_wait (share->barrier);
  for (guint at = 0; at < share->count; at += BATCH) {
    run_sql (db, "BEGIN IMMEDIATE");
    for (guint i = at; i < at + batch_len (share, at); i++)
      insert_sqlite (db, insert, share->envelopes[i]);
    run_sql (db, "COMMIT");
  }
  pthread_barrier_wait (share->barrier);
  sqlite3_finalize (insert);
  sqlite3_close (db);
  return NULL;
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

static void
commit_batch (PGconn *pg, PerronEnvelope *const *envelopes, guint count)
{
  finish (pg, PQexec (pg, "BEGIN"), PGRES_COMMAND_OK);
  PQenterPipelineMode (pg);
  for (guint i = 0; i < count; i++)
    insert_postgresql (pg, envelopes[i]);
  PQpipelineSync (pg);
  for (guint i = 0; i < count; i++) {
    finish (pg, PQgetResult (pg), PGRES_COMMAND_OK);
    PQclear (PQgetResult (pg));
  }
  finish (pg, PQgetResult (pg), PGRES_PIPELINE_SYNC);
  PQexitPipelineMode (pg);
  finish (pg, PQexec (pg, "COMMIT"), PGRES_COMMAND_OK);
}

static gpointer
bare_postgresql (gpointer data)
{
  const Share *share = data;
  PGconn *pg = PQconnectdb (share->where);
  finish (pg, PQprepare (pg, "put",
                         "INSERT INTO task (id, terminal, dest, suite, digest, signature, sealed, stored_ms)"
                         " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
                         0, NULL), PGRES_COMMAND_OK);
  pthread_barrier_wait (share->barrier);
  for (guint at = 0; at < share->count; at += BATCH)
    commit_batch (pg, share->envelopes + at, batch_len (share, at));
  pthread_barrier_wait (share->barrier);
  PQfinish (pg);
  return NULL;
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
post (CURL *curl, const GString *body, PerronEnvelope *const *envelopes, guint count, GByteArray *answer)
{
  PerronWireExpected expected[BATCH];
  for (guint i = 0; i < count; i++)
    expected[i] = (PerronWireExpected){ envelopes[i]->id, envelopes[i]->digest, 0 };
  g_byte_array_set_size (answer, 0);
  curl_easy_setopt (curl, CURLOPT_POSTFIELDS, body->str);
  curl_easy_setopt (curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) body->len);
  if (curl_easy_perform (curl) != CURLE_OK || !perron_wire_parse_answers (answer->data, answer->len, expected, count, NULL))
    g_error ("gateway");
}

static GPtrArray *
encode (const Share *share)
{
  GPtrArray *bodies = g_ptr_array_new ();
  for (guint at = 0; at < share->count; at += BATCH) {
    gsize len;
    const PerronEnvelope *const *envelopes = (const PerronEnvelope *const *) share->envelopes + at;
    g_autofree char *text = perron_wire_encode_batch (envelopes, batch_len (share, at), &len, NULL);
    g_ptr_array_add (bodies, g_string_new_len (text, (gssize) len));
  }
  return bodies;
}

static gpointer
run_gateway (gpointer data)
{
  const Share *share = data;
  CURL *curl = curl_easy_init ();
  g_autoptr (GByteArray) answer = g_byte_array_new ();
  g_autoptr (GPtrArray) bodies = encode (share);
  struct curl_slist *headers = curl_slist_append (NULL, "Content-Type: application/fhir+json");

  headers = curl_slist_append (headers, "Expect:");
  headers = curl_slist_append (headers, "X-Perron-Client-Verify: SUCCESS");
  headers = curl_slist_append (headers, "X-Perron-Client-Subject: CN=borne-0001");
  curl_easy_setopt (curl, CURLOPT_URL, "http://gateway/");
  curl_easy_setopt (curl, CURLOPT_UNIX_SOCKET_PATH, share->where);
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, answer);
  pthread_barrier_wait (share->barrier);
  for (guint at = 0; at < share->count; at += BATCH)
    post (curl, bodies->pdata[at / BATCH], share->envelopes + at, batch_len (share, at), answer);
  pthread_barrier_wait (share->barrier);
  curl_easy_cleanup (curl);
  curl_slist_free_all (headers);
  for (guint i = 0; i < bodies->len; i++)
    g_string_free (bodies->pdata[i], TRUE);
  return NULL;
}

static double
run (const char *how, const char *where, const Rows *rows, guint senders)
{
  g_autoptr (GError) error = NULL;
  if (strcmp (how, "bare-sqlite") == 0)
    return race (bare_sqlite, where, rows, 1);
  if (strcmp (how, "bare-postgresql") == 0)
    return race (bare_postgresql, where, rows, senders);
  if (strcmp (how, "gateway") == 0)
    return race (run_gateway, where, rows, senders);
  PerronGatewayStore *store = strcmp (how, "sqlite") == 0 ? perron_gateway_store_sqlite_new (where, &error)
                                                          : perron_gateway_store_postgresql_new (where, &error);
  if (store == NULL)
    g_error ("%s", error->message);
  return run_store (store, rows);
}

int
main (int argc, char **argv)
{
  if (argc != 5 || atoi (argv[4]) < 1)
    return 2;
  /* SQLite in a thread whose arena grows page by page is a fifth slower: the bare database is to have the best there is. */
  mallopt (M_ARENA_MAX, 1);
  curl_global_init (CURL_GLOBAL_DEFAULT);
  Rows rows = make_rows ((guint) atoi (argv[3]));
  printf ("%.6f\n", run (argv[1], argv[2], &rows, (guint) atoi (argv[4])));
  free_rows (&rows);
  return 0;
}
