/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/outbox.h"

#include "sync/store/file.h"
#include "sync/store/outbox-private.h"

#define DAY_MS G_GINT64_CONSTANT (86400000)
/* Id, receipt and time of what is over stay 30 days; audit lines a year (sync-security facts 2.1; CNIL, 3.6: 6 to 12 months). */
#define KEEP_ITEMS_MS (30 * DAY_MS)
#define KEEP_AUDIT_MS (365 * DAY_MS)

/* Ages count from the last good contact, not from the wall clock: TLS accepted that time, and a clock that jumps by years with the
 * cable out forgets nothing. */
static gboolean
forget_old (PerronOutbox *outbox, gpointer data G_GNUC_UNUSED, GError **error)
{
  gint64 contact;
  if (!perron_db_number (outbox->db, &contact, error, "SELECT contact_ms FROM terminal", ""))
    return FALSE;
  return perron_db_run (outbox->db, error, "DELETE FROM outbox WHERE state IN (?, ?) AND changed_ms < ?", "iii",
                        (gint64) PERRON_ITEM_RECEIVED, (gint64) PERRON_ITEM_WITHDRAWN, contact - KEEP_ITEMS_MS) &&
         perron_audit_forget (outbox->db, contact - KEEP_AUDIT_MS, error);
}

static gboolean
shrink (PerronOutbox *outbox, GError **error)
{
  gboolean row = TRUE;
  g_autoptr (sqlite3_stmt) vacuum = perron_db_query (outbox->db, error, "PRAGMA incremental_vacuum", "");
  if (vacuum == NULL)
    return FALSE;
  while (row) {
    if (!perron_db_step (vacuum, &row, error))
      return FALSE;
  }

  /* Answers "busy" in a row, not as an error, while somebody reads: the next tidy will do it. secure_delete leaves the deleted bytes in
   * the WAL until this (measured, sync-security facts 2.1). */
  g_autoptr (sqlite3_stmt) checkpoint = perron_db_query (outbox->db, error, "PRAGMA wal_checkpoint (TRUNCATE)", "");
  return checkpoint != NULL && perron_db_step (checkpoint, &row, error);
}

gboolean
perron_outbox_tidy (PerronOutbox *outbox, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (!perron_outbox_transact (outbox, PERRON_OUTBOX_DRAIN, forget_old, NULL, error))
    return FALSE;
  sqlite3_busy_timeout (outbox->db, 0);
  gboolean ok = shrink (outbox, &cause);
  sqlite3_busy_timeout (outbox->db, PERRON_DB_BUSY_TIMEOUT_MS);
  if (!ok && !g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_BUSY)) {
    outbox->failed = g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_IO);
    g_propagate_error (error, g_steal_pointer (&cause));
    return FALSE;
  }
  perron_file_keep_reserve (outbox->path, outbox->reserve_bytes, outbox->low_space_bytes);
  return TRUE;
}
