/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/outbox.h"

#include <sys/stat.h>

#include "sync/store/file.h"
#include "sync/store/outbox-private.h"

static gboolean
read_attempts (PerronOutbox *outbox, PerronOutboxHealth *health, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (
    outbox->db, error, "SELECT min (attempts, ?), count (*) FROM outbox WHERE state = 0 GROUP BY 1", "i", (gint64) PERRON_OUTBOX_ATTEMPTS - 1);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  while (row) {
    gint64 attempts = perron_db_int (query, 0);
    if (attempts >= 0 && attempts < PERRON_OUTBOX_ATTEMPTS)
      health->attempts[attempts] = perron_db_int (query, 1);
    if (!perron_db_step (query, &row, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
perron_outbox_get_health (PerronOutbox *outbox, PerronOutboxHealth *ret_health, GError **error)
{
  g_autofree char *wal = g_strconcat (outbox->path, "-wal", NULL);
  PerronOutboxHealth health = { .free_bytes = perron_file_get_free_bytes (outbox->path) };
  struct stat about;

  if (!perron_outbox_check_usable (outbox, error) || !read_attempts (outbox, &health, error) ||
      !perron_db_number (outbox->db, &health.last_receipt_unix_ms, error,
                         "SELECT coalesce (max (changed_ms), 0) FROM outbox WHERE state = ?", "i", (gint64) PERRON_ITEM_RECEIVED))
    return FALSE;
  if (stat (wal, &about) == 0)
    health.wal_bytes = about.st_size;
  *ret_health = health;
  return TRUE;
}
