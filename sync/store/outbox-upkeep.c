/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/outbox.h"

#include "sync/store/file.h"
#include "sync/store/outbox-private.h"

/* An older note is not needed to know about the day between. */
#define NOTE_EVERY_MS (20 * 3600 * G_GINT64_CONSTANT (1000))
/* Clocks that differ more do not agree. */
#define AGREE_MS (10 * 60 * G_GINT64_CONSTANT (1000))

static gboolean
note_time (PerronOutbox *outbox, gpointer data, GError **error)
{
  gint64 now = *(gint64 *) data;
  /* Notes of a later time were made while both clocks were wrong: kept, they would only hold up what comes. */
  return perron_db_run (outbox->db, error, "DELETE FROM anchor WHERE last_ms > ?", "i", now) &&
         perron_db_run (outbox->db, error,
                        "INSERT INTO anchor (n, at_ms, last_ms) SELECT audit_n, ?1, ?1 FROM terminal WHERE TRUE"
                        " ON CONFLICT (n) DO UPDATE SET last_ms = excluded.last_ms",
                        "i", now);
}

gboolean
perron_outbox_mark_time (PerronOutbox *outbox, gint64 gateway_unix_ms, GError **error)
{
  gint64 now = perron_outbox_now (outbox), needless;

  if (ABS (now - gateway_unix_ms) > AGREE_MS)
    return TRUE;
  if (!perron_outbox_check_usable (outbox, error) ||
      !perron_db_number (outbox->db, &needless, error, "SELECT count (*) FROM anchor WHERE last_ms BETWEEN ? AND ?", "ii",
                         now - NOTE_EVERY_MS, now))
    return FALSE;
  return needless > 0 || perron_outbox_transact (outbox, PERRON_OUTBOX_DRAIN, note_time, &now, error);
}

/* The last line of the audit log that is older than `days`, counted back from the last time that was agreed; 0: none is known to be. */
static gboolean
find_line_older_than (PerronOutbox *outbox, gint64 days, gint64 *ret_n, GError **error)
{
  return perron_db_number (outbox->db, ret_n, error,
                           "SELECT coalesce (max (n), 0) FROM anchor WHERE at_ms <= (SELECT max (last_ms) FROM anchor) - ?", "i",
                           days * PERRON_DAY_MS);
}

/* Each change of a request is a line of the audit log: what has no line after `last_n` has not changed since. */
static gboolean
forget_items (PerronOutbox *outbox, gint64 last_n, GError **error)
{
  static const char over[] = " FROM outbox WHERE state IN (2, 4) AND id NOT IN (SELECT id FROM audit WHERE n > ?)";
  g_autofree char *ask = g_strconcat ("SELECT count (*)", over, NULL), *erase = g_strconcat ("DELETE", over, NULL);
  gint64 count;

  G_STATIC_ASSERT (PERRON_ITEM_RECEIVED == 2 && PERRON_ITEM_WITHDRAWN == 4);
  if (!perron_db_number (outbox->db, &count, error, ask, "i", last_n))
    return FALSE;
  return count == 0 || (perron_db_run (outbox->db, error, erase, "i", last_n) &&
                        perron_audit_append (outbox->db, perron_outbox_now (outbox), PERRON_AUDIT_ERASED, NULL, count, error));
}

/* The wall clock decides nothing here: see perron_outbox_mark_time(). */
static gboolean
forget_old (PerronOutbox *outbox, gpointer data G_GNUC_UNUSED, GError **error)
{
  gint64 items, lines;
  if (!find_line_older_than (outbox, outbox->retention.keep_days, &items, error) ||
      !find_line_older_than (outbox, outbox->retention.audit_days, &lines, error))
    return FALSE;
  if (items > 0 && !forget_items (outbox, items, error))
    return FALSE;
  return lines == 0 || (perron_audit_forget (outbox->db, lines, error) &&
                        perron_db_run (outbox->db, error, "DELETE FROM anchor WHERE n < ?", "i", lines));
}

static gboolean
shrink (PerronOutbox *outbox, GError **error)
{
  gboolean row = TRUE;
  g_autoptr (PerronDbQuery) vacuum = perron_db_query (outbox->db, error, "PRAGMA incremental_vacuum", "");
  if (vacuum == NULL)
    return FALSE;
  while (row) {
    if (!perron_db_step (vacuum, &row, error))
      return FALSE;
  }

  /* Answers "busy" in a row, not as an error, while somebody reads: the next tidy will do it. secure_delete leaves the deleted bytes in
   * the WAL until this (measured, sync-security facts 2.1). */
  g_autoptr (PerronDbQuery) checkpoint = perron_db_query (outbox->db, error, "PRAGMA wal_checkpoint (TRUNCATE)", "");
  return checkpoint != NULL && perron_db_step (checkpoint, &row, error);
}

gboolean
perron_outbox_tidy (PerronOutbox *outbox, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (!perron_outbox_transact (outbox, PERRON_OUTBOX_DRAIN, forget_old, NULL, error))
    return FALSE;
  sqlite3_busy_timeout (perron_db_get_handle (outbox->db), 0);
  gboolean ok = shrink (outbox, &cause);
  sqlite3_busy_timeout (perron_db_get_handle (outbox->db), PERRON_STORE_BUSY_TIMEOUT_MS);
  if (!ok && !g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_BUSY)) {
    outbox->failed = g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_IO);
    g_propagate_error (error, g_steal_pointer (&cause));
    return FALSE;
  }
  perron_file_keep_reserve (outbox->path, outbox->reserve_bytes, outbox->low_space_bytes);
  return TRUE;
}
