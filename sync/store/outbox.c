/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/outbox.h"

#include <string.h>
#include <sys/stat.h>

#include "sync/store/file.h"
#include "sync/store/outbox-private.h"
#include "sync/store/schema.h"

#define ROOM_TO_OPEN (256 * 1024)

static gboolean
check_whole (PerronDb *db, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (db, error, "PRAGMA quick_check (1)", "");
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  if (row && g_strcmp0 (perron_db_text (query, 0), "ok") == 0)
    return TRUE;
  g_set_error_literal (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_CORRUPT, "the outbox is damaged");
  return FALSE;
}

static gboolean
open_file (PerronOutbox *outbox, gboolean create, GError **error)
{
  struct stat info;
  if (stat (outbox->path, &info) != 0) {
    g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND, "%s: there is no outbox", outbox->path);
    return FALSE;
  }
  if (!S_ISREG (info.st_mode) || info.st_size == 0) {
    g_set_error (error, PERRON_STORE_ERROR, S_ISREG (info.st_mode) ? PERRON_STORE_ERROR_CORRUPT : PERRON_STORE_ERROR_IO,
                 "%s: not an outbox", outbox->path);
    return FALSE;
  }
  g_autoptr (PerronDb) db = perron_store_connect (outbox->path, PERRON_STORE_USE, error);
  if (db == NULL || (create && !check_whole (db, error)))
    return FALSE;
  if (create ? !perron_schema_migrate (db, FALSE, error) : !perron_schema_check (db, error))
    return FALSE;
  outbox->device = (guint64) info.st_dev;
  outbox->inode = (guint64) info.st_ino;
  outbox->db = g_steal_pointer (&db);
  return TRUE;
}

/* The new counter begins at the seconds of the wall clock: above every number the lost file can have given, and a gap nobody can
 * overlook at the caisse, where a second "1, 2, 3" would look like an old disk played back. */
static gboolean
begin_anew (PerronOutbox *outbox, gpointer data G_GNUC_UNUSED, GError **error)
{
  gint64 now = perron_outbox_now (outbox);
  return perron_db_run (outbox->db, error, "UPDATE terminal SET counter = max (counter, ?)", "i", now / 1000) &&
         perron_audit_append (outbox->db, now, PERRON_AUDIT_BEGUN, NULL, 1, error);
}

static gboolean
begin_first (PerronOutbox *outbox, gpointer data G_GNUC_UNUSED, GError **error)
{
  return perron_audit_append (outbox->db, perron_outbox_now (outbox), PERRON_AUDIT_BEGUN, NULL, 0, error);
}

static gboolean
replace_broken (PerronOutbox *outbox, GError **error)
{
  return perron_file_set_aside (outbox->path, perron_outbox_now (outbox), error) && perron_file_create (outbox->path, error) &&
         open_file (outbox, TRUE, error) && perron_outbox_transact (outbox, PERRON_OUTBOX_FILL, begin_anew, NULL, error);
}

static gboolean
open_or_create (PerronOutbox *outbox, gboolean *ret_was_broken, GError **error)
{
  g_autoptr (GError) cause = NULL;

  *ret_was_broken = FALSE;
  if (open_file (outbox, TRUE, &cause))
    return TRUE;
  if (g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND)) {
    g_autofree char *wal = g_strconcat (outbox->path, "-wal", NULL);
    if (g_file_test (wal, G_FILE_TEST_EXISTS) && !perron_file_set_aside (outbox->path, perron_outbox_now (outbox), error))
      return FALSE;
    return perron_file_create (outbox->path, error) && open_file (outbox, TRUE, error) &&
           perron_outbox_transact (outbox, PERRON_OUTBOX_FILL, perron_file_has_former (outbox->path) ? begin_anew : begin_first, NULL, error);
  }
  if (!g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_CORRUPT)) {
    g_propagate_error (error, g_steal_pointer (&cause));
    return FALSE;
  }
  *ret_was_broken = TRUE;
  if (replace_broken (outbox, error))
    return TRUE;
  g_prefix_error (error, "%s; ", cause->message);
  return FALSE;
}

/* Beside a full disk not even the 32 KiB of SQLite's index can be made (IOERR_SHMSIZE): who comes to drain gives up the reserve for it. */
static gboolean
open_existing (PerronOutbox *outbox, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (open_file (outbox, FALSE, &cause))
    return TRUE;
  gboolean may_be_full = g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_IO) ||
                         g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_FULL);
  if (may_be_full && !perron_file_check_space (outbox->path, ROOM_TO_OPEN, NULL) && perron_file_free_reserve (outbox->path))
    return open_file (outbox, FALSE, error);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static PerronRetention
fill_up (const PerronRetention *given)
{
  return (PerronRetention){ given->keep_days > 0 ? given->keep_days : 30, given->alarm_days > 0 ? given->alarm_days : 30,
                            given->decide_days > 0 ? given->decide_days : 90, given->audit_days > 0 ? given->audit_days : 365 };
}

PerronOutbox *
perron_outbox_open (const PerronOutboxOptions *options, PerronClock *clock, gboolean *ret_was_broken, GError **error)
{
  g_autoptr (PerronOutbox) outbox = g_new0 (PerronOutbox, 1);
  gboolean was_broken = FALSE;

  outbox->clock = clock;
  outbox->path = g_strdup (options->path);
  outbox->max_waiting = options->max_waiting;
  outbox->reserve_bytes = options->reserve_bytes;
  outbox->low_space_bytes = options->low_space_bytes;
  outbox->retention = fill_up (&options->retention);
  if (options->create ? !open_or_create (outbox, &was_broken, error) : !open_existing (outbox, error))
    return NULL;
  if (options->create)
    perron_file_keep_reserve (outbox->path, outbox->reserve_bytes, outbox->low_space_bytes);
  if (ret_was_broken != NULL)
    *ret_was_broken = was_broken;
  return g_steal_pointer (&outbox);
}

void
perron_outbox_free (PerronOutbox *outbox)
{
  if (outbox == NULL)
    return;
  perron_db_free (outbox->db);
  g_free (outbox->path);
  g_free (outbox);
}

gboolean
perron_outbox_check_usable (PerronOutbox *outbox, GError **error)
{
  if (!outbox->failed)
    return TRUE;
  g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_IO, "%s: a write failed before: open again", outbox->path);
  return FALSE;
}

static gboolean
transact_once (PerronOutbox *outbox, PerronOutboxWork work, gpointer data, GError **error)
{
  return perron_db_begin (outbox->db, error) && perron_db_end (outbox->db, work (outbox, data, error), error);
}

/* Even DELETE needs room in the WAL (measured, sync-security facts 2.1), and a WAL that is never emptied eats any reserve: so the WAL is
 * emptied first, then the reserve given up and the WAL emptied into that. */
static gboolean
transact_when_full (PerronOutbox *outbox, PerronOutboxWork work, gpointer data, GError **error)
{
  for (guint i = 0; i < 2 && g_error_matches (*error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_FULL); i++) {
    if (i == 1 && !perron_file_free_reserve (outbox->path))
      return FALSE;
    sqlite3_wal_checkpoint_v2 (perron_db_get_handle (outbox->db), NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    g_clear_error (error);
    if (transact_once (outbox, work, data, error))
      return TRUE;
  }
  return FALSE;
}

gboolean
perron_outbox_transact (PerronOutbox *outbox, PerronOutboxDirection direction, PerronOutboxWork work, gpointer data, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (!perron_outbox_check_usable (outbox, error))
    return FALSE;
  if (transact_once (outbox, work, data, &cause) || (direction == PERRON_OUTBOX_DRAIN && transact_when_full (outbox, work, data, &cause)))
    return TRUE;
  outbox->failed = g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_IO) ||
                   g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_CORRUPT);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

typedef struct {
  const guint8 *id;
  PerronSealCallback seal;
  gpointer seal_data;
  char reference[PERRON_REFERENCE_BYTES];
  gint64 seq;
  gboolean found; /* it was stored before the error that made the caller try again */
} Enqueue;

static gboolean
find_by_id (PerronOutbox *outbox, Enqueue *job, GError **error)
{
  g_autoptr (PerronDbQuery) query =
    perron_db_query (outbox->db, error, "SELECT seq, reference FROM outbox WHERE id = ?", "b", job->id, (gsize) PERRON_UUID_BYTES);
  if (query == NULL || !perron_db_step (query, &job->found, error))
    return FALSE;
  if (job->found) {
    job->seq = perron_db_int (query, 0);
    perron_db_copy_text (query, 1, job->reference, sizeof job->reference);
  }
  return TRUE;
}

static gboolean
check_room (PerronOutbox *outbox, GError **error)
{
  gint64 waiting;
  if (!perron_file_check_space (outbox->path, outbox->low_space_bytes, error) ||
      !perron_db_number (outbox->db, &waiting, error, "SELECT count (*) FROM outbox WHERE state = 0", ""))
    return FALSE;
  if (waiting < outbox->max_waiting)
    return TRUE;
  g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_TOO_MANY, "%" G_GINT64_FORMAT " requests wait: no more are taken", waiting);
  return FALSE;
}

static gboolean
choose_reference (PerronOutbox *outbox, Enqueue *job, GError **error)
{
  gint64 taken = 1;
  while (taken != 0) {
    perron_reference_generate (job->reference);
    if (!perron_db_number (outbox->db, &taken, error, "SELECT count (*) FROM outbox WHERE reference = ?", "t", job->reference))
      return FALSE;
  }
  return TRUE;
}

static gboolean
insert_envelope (PerronOutbox *outbox, const Enqueue *job, const PerronEnvelope *envelope, GError **error)
{
  gint64 now = perron_outbox_now (outbox);
  gsize sealed_len, signature_len;
  const void *sealed = g_bytes_get_data (envelope->sealed, &sealed_len);
  const void *signature = g_bytes_get_data (envelope->signature, &signature_len);

  return perron_db_run (outbox->db, error,
                        "INSERT INTO outbox (seq, id, reference, terminal, dest, suite, digest, sealed_len, created_ms, changed_ms)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        "ibtttibiii", job->seq, envelope->id, (gsize) PERRON_UUID_BYTES, job->reference, envelope->terminal,
                        envelope->dest, (gint64) envelope->suite, envelope->digest, (gsize) PERRON_DIGEST_BYTES, (gint64) sealed_len, now,
                        now) &&
         perron_db_run (outbox->db, error, "INSERT INTO sealed (seq, bytes, signature) VALUES (?, ?, ?)", "ibb", job->seq, sealed,
                        sealed_len, signature, signature_len) &&
         perron_db_run (outbox->db, error, "UPDATE terminal SET counter = ?", "i", job->seq) &&
         perron_audit_append (outbox->db, now, PERRON_AUDIT_REGISTERED, envelope->id, job->seq, error);
}

/* The counter inside the seal is the sequence number outside: both are given here, and a transaction rolled back gives neither. */
static gboolean
enqueue (PerronOutbox *outbox, gpointer data, GError **error)
{
  Enqueue *job = data;

  if (!find_by_id (outbox, job, error))
    return FALSE;
  if (job->found)
    return TRUE;
  if (!check_room (outbox, error) || !perron_db_number (outbox->db, &job->seq, error, "SELECT counter + 1 FROM terminal", "") ||
      !choose_reference (outbox, job, error))
    return FALSE;
  g_autoptr (PerronEnvelope) envelope = job->seal (job->seal_data, job->seq, job->reference, error);
  if (envelope == NULL)
    return FALSE;
  if (memcmp (envelope->id, job->id, PERRON_UUID_BYTES) != 0) {
    g_set_error_literal (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_DUPLICATE, "the envelope bears another id");
    return FALSE;
  }
  return insert_envelope (outbox, job, envelope, error);
}

/* A row that is found may stand in frames of the WAL whose flush failed, and a second flush of those may lie: written into the database
 * itself and flushed there, it is durable for certain. */
static gboolean
flush_found (PerronOutbox *outbox, GError **error)
{
  int code = sqlite3_wal_checkpoint_v2 (perron_db_get_handle (outbox->db), NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  if (code == SQLITE_OK)
    return TRUE;
  outbox->failed = code != SQLITE_BUSY;
  return perron_db_fault (outbox->db, code, "cannot flush the outbox", error);
}

gboolean
perron_outbox_enqueue (PerronOutbox *outbox, const guint8 id[PERRON_UUID_BYTES], PerronSealCallback seal, gpointer data,
                       char ret_reference[PERRON_REFERENCE_BYTES], gint64 *ret_seq, GError **error)
{
  Enqueue job = { .id = id, .seal = seal, .seal_data = data };

  if (!perron_outbox_transact (outbox, PERRON_OUTBOX_FILL, enqueue, &job, error) || (job.found && !flush_found (outbox, error)))
    return FALSE;
  memcpy (ret_reference, job.reference, PERRON_REFERENCE_BYTES);
  if (ret_seq != NULL)
    *ret_seq = job.seq;
  return TRUE;
}

static gboolean
withdraw (PerronOutbox *outbox, gpointer data, GError **error)
{
  const char *reference = data;
  gint64 now = perron_outbox_now (outbox);
  guint8 id[PERRON_UUID_BYTES];
  gboolean row;

  g_autoptr (PerronDbQuery) query =
    perron_db_query (outbox->db, error,
                     "SELECT seq, id, state, lease_boot IS ? AND lease_until > ? FROM outbox WHERE reference = ?", "tit",
                     outbox->clock->boot_id, perron_clock_boot_ms (outbox->clock), reference);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  if (!row) {
    g_set_error_literal (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND, "there is no such reference here");
    return FALSE;
  }
  gint64 seq = perron_db_int (query, 0), state = perron_db_int (query, 2);
  if (!perron_db_copy_blob (query, 1, id, sizeof id, error))
    return FALSE;
  if (state != PERRON_ITEM_WAITING || perron_db_int (query, 3) != 0) {
    g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_STATE, "%s: too late to withdraw it: %s", reference,
                 state == PERRON_ITEM_WAITING ? "being sent" : perron_item_state_to_string ((PerronItemState) state));
    return FALSE;
  }
  return perron_db_run (outbox->db, error, "UPDATE outbox SET state = ?, changed_ms = ?, lease_boot = NULL WHERE seq = ?", "iii",
                        (gint64) PERRON_ITEM_WITHDRAWN, now, seq) &&
         perron_db_run (outbox->db, error, "DELETE FROM sealed WHERE seq = ?", "i", seq) &&
         perron_audit_append (outbox->db, now, PERRON_AUDIT_WITHDRAWN, id, seq, error);
}

gboolean
perron_outbox_withdraw (PerronOutbox *outbox, const char *reference, GError **error)
{
  return perron_outbox_transact (outbox, PERRON_OUTBOX_DRAIN, withdraw, (gpointer) reference, error);
}
