/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * enqueue [COUNT]: durable enqueue as perron-kiosk does it (encode, seal for two recipients, sign, row, audit line) against a bare
 * SQLite insert of the same sealed bytes with the same guarantee (WAL, synchronous=FULL), taken in turns in the same run. Prints
 * "ratio enqueue X" (times, lower is better) and "flushes enqueue X" (budget 1.1). The flushes are counted by our own fdatasync() and
 * fsync(), which stand before the C library's for SQLite too.
 */
#include <dlfcn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/core/request.h"
#include "sync/store/inner.h"
#include "sync/store/outbox.h"
#include "tests/sync/seal-fixture.h"
#include "tests/sync/store-fixture.h"

#define BLOCK 50

static guint flushes;

int fsync (int fd);
int fdatasync (int fd);

static int
flush (int fd, const char *name)
{
  int (*real) (int) = (int (*) (int)) dlsym (RTLD_NEXT, name);
  flushes++;
  return real (fd);
}

int
fsync (int fd)
{
  return flush (fd, "fsync");
}

int
fdatasync (int fd)
{
  return flush (fd, "fdatasync");
}

typedef struct {
  PerronSealer *sealer;
  PerronRequest *request;
  guint8 id[PERRON_UUID_BYTES];
} Job;

static PerronEnvelope *
seal (gpointer data, gint64 counter, const char *reference, GError **error)
{
  Job *job = data;
  gsize length;
  g_autoptr (PerronSecretText) plain = perron_inner_encode (job->request, job->id, "borne-0001", reference, counter, &length);
  return perron_sealer_seal (job->sealer, job->id, (const guint8 *) plain, length, SEAL_NOW_MS, error);
}

/* The bytes it stored, for the bare insert. */
static GBytes *
enqueue (PerronOutbox *outbox, Job *job)
{
  g_autoptr (GError) error = NULL;
  char reference[PERRON_REFERENCE_BYTES];
  gint64 seq;

  perron_uuid7_generate (SEAL_NOW_MS, job->id);
  if (!perron_outbox_enqueue (outbox, job->id, seal, job, reference, &seq, &error))
    g_error ("%s", error->message);
  g_autoptr (PerronEnvelope) envelope = perron_outbox_dup_envelope (outbox, seq, &error);
  return g_bytes_ref (envelope->sealed);
}

static sqlite3 *
open_bare (const char *folder, sqlite3_stmt **ret_insert)
{
  g_autofree char *path = g_build_filename (folder, "bare.db", NULL);
  sqlite3 *db = NULL;
  if (sqlite3_open (path, &db) != SQLITE_OK
      || sqlite3_exec (
           db, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)",
           NULL, NULL, NULL)
           != SQLITE_OK
      || sqlite3_prepare_v2 (db, "INSERT INTO t (b) VALUES (?)", -1, ret_insert, NULL) != SQLITE_OK)
    g_error ("%s", sqlite3_errmsg (db));
  return db;
}

static void
insert_bare (sqlite3_stmt *insert, GBytes *bytes)
{
  sqlite3_bind_blob64 (insert, 1, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), SQLITE_STATIC);
  if (sqlite3_step (insert) != SQLITE_DONE)
    g_error ("bare insert failed");
  sqlite3_reset (insert);
}

static void
measure (PerronOutbox *outbox, Job *job, sqlite3_stmt *insert, guint count)
{
  gint64 ours_us = 0, bare_us = 0;
  guint ours_flushes = 0, bare_flushes = 0;
  GBytes *sealed[BLOCK];

  for (guint done = 0; done < count; done += BLOCK) {
    gint64 begun = g_get_monotonic_time ();
    flushes = 0;
    for (guint i = 0; i < BLOCK; i++)
      sealed[i] = enqueue (outbox, job);
    ours_us += g_get_monotonic_time () - begun;
    ours_flushes += flushes;

    begun = g_get_monotonic_time ();
    flushes = 0;
    for (guint i = 0; i < BLOCK; i++)
      insert_bare (insert, sealed[i]);
    bare_us += g_get_monotonic_time () - begun;
    bare_flushes += flushes;
    for (guint i = 0; i < BLOCK; i++)
      g_bytes_unref (sealed[i]);
  }
  printf ("enqueue %.3f ms, bare insert %.3f ms (%u of each, %.2f and %.2f flushes)\n", (double) ours_us / 1000 / count,
          (double) bare_us / 1000 / count, count, (double) ours_flushes / count, (double) bare_flushes / count);
  printf ("flushes enqueue %.3f\n", (double) ours_flushes / count);
  printf ("ratio enqueue %.2f\n", (double) ours_us / (double) MAX (bare_us, 1));
}

int
main (int argc, char **argv)
{
  guint count = argc > 1 ? (guint) CLAMP (atoi (argv[1]), BLOCK, 1000000) / BLOCK * BLOCK : 1000;
  g_autoptr (GError) error = NULL;
  SealKeys keys;
  sqlite3_stmt *insert = NULL;

  seal_keys_make (&keys, 90);
  g_autofree char *path = g_build_filename (keys.folder, "outbox.db", NULL);
  PerronOutboxOptions options = { path, 2000000, 0, 0, TRUE, { 0 } };
  Job job = { perron_sealer_new (&keys.options, &error), perron_request_new (), { 0 } };
  PerronOutbox *outbox = perron_outbox_open (&options, perron_clock_system (), NULL, &error);
  if (job.sealer == NULL || outbox == NULL || !perron_request_set_field (job.request, "phone", "06 39 98 00 01"))
    g_error ("cannot begin: %s", error != NULL ? error->message : "field");
  sqlite3 *db = open_bare (keys.folder, &insert);
  measure (outbox, &job, insert, count);
  sqlite3_finalize (insert);
  sqlite3_close (db);
  perron_outbox_free (outbox);
  perron_request_free (job.request);
  perron_sealer_free (job.sealer);
  seal_keys_remove (&keys);
  return 0;
}
