/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/outbox.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/store/outbox-private.h"

#define ITEM_FAULTS_MAX 3

void
perron_leased_free (PerronLeased *leased)
{
  if (leased == NULL)
    return;
  perron_envelope_free (leased->envelope);
  g_free (leased);
}

typedef struct {
  guint max_rows;
  gsize max_bytes;
  gint64 lease_ms;
  gint64 now_ms;  /* both clocks read once: what is due does not change on the way */
  gint64 boot_ms;
  GPtrArray *rows;
} Lease;

/* Not leased by anybody of this boot, and its time has come, or was set by a clock that was wrong. */
#define IS_DUE "o.state = 0 AND (o.lease_boot IS NULL OR o.lease_boot <> ? OR o.lease_until <= ?) AND (o.next_ms <= ? OR o.next_ms > ?)"

gboolean
perron_outbox_get_hold (PerronOutbox *outbox, gint64 *ret_hold_ms, GError **error)
{
  gint64 now = perron_clock_boot_ms (outbox->clock), until;
  if (!perron_outbox_check_usable (outbox, error) ||
      !perron_db_number (outbox->db, &until, error,
                         "SELECT hold_until FROM terminal WHERE hold_boot = ? AND hold_until > ? AND hold_until <= ?", "tii",
                         outbox->clock->boot_id, now, now + PERRON_PUT_OFF_MAX_MS))
    return FALSE;
  *ret_hold_ms = until > 0 ? until - now : 0;
  return TRUE;
}

/* A sender killed in the middle must not make its rows wait for the end of the lease. */
static gboolean
free_leases_of_the_dead (PerronOutbox *outbox, GError **error)
{
  g_autoptr (GArray) dead = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean row;

  g_autoptr (PerronDbQuery) query =
    perron_db_query (outbox->db, error, "SELECT DISTINCT lease_pid FROM outbox WHERE state = 0 AND lease_boot IS NOT NULL", "");
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  while (row) {
    gint64 pid = perron_db_int (query, 0);
    if (pid <= 0 || (kill ((pid_t) pid, 0) != 0 && errno == ESRCH))
      g_array_append_val (dead, pid);
    if (!perron_db_step (query, &row, error))
      return FALSE;
  }
  for (guint i = 0; i < dead->len; i++) {
    if (!perron_db_run (outbox->db, error, "UPDATE outbox SET lease_boot = NULL WHERE state = 0 AND lease_pid = ?", "i",
                        g_array_index (dead, gint64, i)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
collect_due (PerronOutbox *outbox, Lease *lease, GError **error)
{
  gsize bytes = 0;
  gboolean row;

  g_autoptr (PerronDbQuery) query =
    perron_db_query (outbox->db, error,
                     "SELECT " PERRON_ENVELOPE_COLUMNS " FROM outbox AS o JOIN sealed AS s USING (seq) WHERE " IS_DUE " ORDER BY o.seq LIMIT ?",
                     "tiiii", outbox->clock->boot_id, lease->boot_ms, lease->now_ms, lease->now_ms + PERRON_PUT_OFF_MAX_MS,
                     (gint64) lease->max_rows);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  while (row) {
    bytes += perron_db_size (query, 6);
    if (lease->rows->len > 0 && bytes > lease->max_bytes)
      return TRUE;
    PerronEnvelope *envelope = perron_outbox_read_envelope (query, error);
    if (envelope == NULL)
      return FALSE;
    PerronLeased *leased = g_new0 (PerronLeased, 1);
    leased->seq = perron_db_int (query, 0);
    leased->envelope = envelope;
    g_ptr_array_add (lease->rows, leased);
    if (!perron_db_step (query, &row, error))
      return FALSE;
  }
  return TRUE;
}

/* Looking for the dead reads every row that waits: at first, so that theirs go first, and again when nothing else is due. For each batch of a
 * long backlog it would be quadratic (measured with 95,000: 63 kB read for each request instead of 6, and 1.7 times the processor). */
static gboolean
collect_all_due (PerronOutbox *outbox, Lease *lease, GError **error)
{
  if (!outbox->freed_dead && !free_leases_of_the_dead (outbox, error))
    return FALSE;
  if (!collect_due (outbox, lease, error))
    return FALSE;
  if (lease->rows->len > 0 || !outbox->freed_dead)
    return TRUE;
  return free_leases_of_the_dead (outbox, error) && collect_due (outbox, lease, error);
}

/* Those that were collected: the same condition in the same transaction, as far as the batch goes. One statement, not one a row. */
static gboolean
lease_collected (PerronOutbox *outbox, const Lease *lease, GError **error)
{
  const PerronLeased *first = g_ptr_array_index (lease->rows, 0), *last = g_ptr_array_index (lease->rows, lease->rows->len - 1);
  gint64 until = lease->boot_ms + lease->lease_ms;

  return perron_db_run (outbox->db, error,
                        "UPDATE outbox AS o SET lease_boot = ?, lease_pid = ?, lease_until = ? WHERE o.seq BETWEEN ? AND ? AND " IS_DUE
                        " AND EXISTS (SELECT 1 FROM sealed AS s WHERE s.seq = o.seq)",
                        "tiiiitiii", outbox->clock->boot_id, (gint64) getpid (), until, first->seq, last->seq, outbox->clock->boot_id,
                        lease->boot_ms, lease->now_ms, lease->now_ms + PERRON_PUT_OFF_MAX_MS);
}

static gboolean
lease_rows (PerronOutbox *outbox, gpointer data, GError **error)
{
  Lease *lease = data;
  gint64 hold_ms;

  g_ptr_array_set_size (lease->rows, 0);
  lease->now_ms = perron_outbox_now (outbox);
  lease->boot_ms = perron_clock_boot_ms (outbox->clock);
  if (!perron_outbox_get_hold (outbox, &hold_ms, error))
    return FALSE;
  if (hold_ms > 0)
    return TRUE;
  if (!collect_all_due (outbox, lease, error))
    return FALSE;
  return lease->rows->len == 0 || lease_collected (outbox, lease, error);
}

static gboolean
check_not_replaced (PerronOutbox *outbox, GError **error)
{
  struct stat info;
  if (stat (outbox->path, &info) == 0 && (guint64) info.st_dev == outbox->device && (guint64) info.st_ino == outbox->inode)
    return TRUE;
  outbox->failed = TRUE;
  g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_IO, "%s: the file was set aside: open again", outbox->path);
  return FALSE;
}

/* State and id of one row; NOT_FOUND when there is none. */
static gboolean
read_state (PerronOutbox *outbox, gint64 seq, gint64 *ret_state, guint8 id[PERRON_UUID_BYTES], GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (outbox->db, error, "SELECT state, id FROM outbox WHERE seq = ?", "i", seq);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  if (!row) {
    g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND, "there is no request %" G_GINT64_FORMAT, seq);
    return FALSE;
  }
  *ret_state = perron_db_int (query, 0);
  return perron_db_copy_blob (query, 1, id, PERRON_UUID_BYTES, error);
}

static gboolean
mark_one_sent (PerronOutbox *outbox, const PerronSentMark *mark, PerronAuditChain *chain, GError **error)
{
  gint64 state, now = perron_outbox_now (outbox);
  guint8 id[PERRON_UUID_BYTES];

  if (!read_state (outbox, mark->seq, &state, id, error))
    return FALSE;
  if (state == PERRON_ITEM_SENT || state == PERRON_ITEM_RECEIVED)
    return TRUE;
  return perron_db_run (outbox->db, error,
                        "UPDATE outbox SET state = ?, attempts = attempts + 1, changed_ms = ?, lease_boot = NULL, gateway_receipt = ?"
                        " WHERE seq = ?",
                        "iiti", (gint64) PERRON_ITEM_SENT, now, mark->gateway_receipt, mark->seq) &&
         perron_db_run (outbox->db, error, "DELETE FROM sealed WHERE seq = ?", "i", mark->seq) &&
         perron_audit_add (outbox->db, chain, now, PERRON_AUDIT_SENT, id, state, error);
}

/* How many of them, from the first on, follow one another by number and with the same word. */
static guint
measure_run (const PerronSentMark *marks, guint count)
{
  guint length = 1;
  while (length < count && marks[length].seq == marks[length - 1].seq + 1 &&
         g_strcmp0 (marks[length].gateway_receipt, marks[0].gateway_receipt) == 0)
    length++;
  return length;
}

/* The ids of those that wait, in order. */
static gboolean
read_waiting (PerronOutbox *outbox, gint64 first, gint64 last, GByteArray *ids, GError **error)
{
  gboolean row;
  guint8 id[PERRON_UUID_BYTES];
  g_autoptr (PerronDbQuery) query =
    perron_db_query (outbox->db, error, "SELECT id FROM outbox WHERE seq BETWEEN ? AND ? AND state = 0 ORDER BY seq", "ii", first, last);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  while (row) {
    if (!perron_db_copy_blob (query, 0, id, sizeof id, error))
      return FALSE;
    g_byte_array_append (ids, id, sizeof id);
    if (!perron_db_step (query, &row, error))
      return FALSE;
  }
  return TRUE;
}

/* A run whose rows all wait, which is what nearly always comes back: three statements for all of them instead of three for each. `ret_done`
 * FALSE: one does not wait, and nothing was changed. */
static gboolean
mark_run_sent (PerronOutbox *outbox, const PerronSentMark *marks, guint count, PerronAuditChain *chain, gboolean *ret_done, GError **error)
{
  g_autoptr (GByteArray) ids = g_byte_array_sized_new (count * PERRON_UUID_BYTES);
  gint64 now = perron_outbox_now (outbox), first = marks[0].seq, last = marks[count - 1].seq;

  if (!read_waiting (outbox, first, last, ids, error))
    return FALSE;
  *ret_done = ids->len == count * PERRON_UUID_BYTES;
  if (!*ret_done)
    return TRUE;
  if (!perron_db_run (outbox->db, error,
                      "UPDATE outbox SET state = ?, attempts = attempts + 1, changed_ms = ?, lease_boot = NULL, gateway_receipt = ?"
                      " WHERE seq BETWEEN ? AND ?",
                      "iitii", (gint64) PERRON_ITEM_SENT, now, marks[0].gateway_receipt, first, last) ||
      !perron_db_run (outbox->db, error, "DELETE FROM sealed WHERE seq BETWEEN ? AND ?", "ii", first, last))
    return FALSE;
  for (guint i = 0; i < count; i++) {
    if (!perron_audit_add (outbox->db, chain, now, PERRON_AUDIT_SENT, ids->data + i * PERRON_UUID_BYTES, PERRON_ITEM_WAITING, error))
      return FALSE;
  }
  return TRUE;
}

typedef struct {
  const PerronSentMark *marks;
  guint count;
} SentBatch;

/* The audit lines of a batch share one reading and one writing of the chain's head. */
static gboolean
mark_batch (PerronOutbox *outbox, gpointer data, GError **error)
{
  const SentBatch *batch = data;
  PerronAuditChain chain;
  if (batch->count == 0)
    return TRUE;
  if (!perron_audit_begin (outbox->db, &chain, error))
    return FALSE;
  for (guint at = 0, run; at < batch->count; at += run) {
    gboolean done;
    run = measure_run (&batch->marks[at], batch->count - at);
    if (!mark_run_sent (outbox, &batch->marks[at], run, &chain, &done, error))
      return FALSE;
    for (guint i = at; !done && i < at + run; i++) {
      if (!mark_one_sent (outbox, &batch->marks[i], &chain, error))
        return FALSE;
    }
  }
  return perron_audit_end (outbox->db, &chain, error);
}

gboolean
perron_outbox_mark_sent_batch (PerronOutbox *outbox, const PerronSentMark *marks, guint count, GError **error)
{
  SentBatch batch = { marks, count };
  return perron_outbox_transact (outbox, PERRON_OUTBOX_DRAIN, mark_batch, &batch, error);
}

gboolean
perron_outbox_mark_sent (PerronOutbox *outbox, gint64 seq, const char *gateway_receipt, GError **error)
{
  PerronSentMark mark = { seq, gateway_receipt };
  return perron_outbox_mark_sent_batch (outbox, &mark, 1, error);
}

typedef struct {
  SentBatch sent;
  Lease lease;
} Turn;

static gboolean
turn (PerronOutbox *outbox, gpointer data, GError **error)
{
  Turn *work = data;
  return mark_batch (outbox, &work->sent, error) && lease_rows (outbox, &work->lease, error);
}

GPtrArray *
perron_outbox_turn (PerronOutbox *outbox, const PerronSentMark *marks, guint count, guint max_rows, gsize max_bytes, gint64 lease_ms,
                    GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_leased_free);
  Turn work = { { marks, count }, { .max_rows = max_rows, .max_bytes = max_bytes, .lease_ms = lease_ms, .rows = rows } };

  if (!check_not_replaced (outbox, error) || !perron_outbox_transact (outbox, PERRON_OUTBOX_DRAIN, turn, &work, error))
    return NULL;
  outbox->freed_dead = TRUE;
  return g_steal_pointer (&rows);
}

GPtrArray *
perron_outbox_lease (PerronOutbox *outbox, guint max_rows, gsize max_bytes, gint64 lease_ms, GError **error)
{
  return perron_outbox_turn (outbox, NULL, 0, max_rows, max_bytes, lease_ms, error);
}

typedef struct {
  gint64 seq;
  const char *code;
  gint64 retry_after_ms;
} ItemFault;

static gboolean
mark_item_fault (PerronOutbox *outbox, gpointer data, GError **error)
{
  const ItemFault *fault = data;
  gint64 state, attempts, now = perron_outbox_now (outbox);
  guint8 id[PERRON_UUID_BYTES];

  if (!read_state (outbox, fault->seq, &state, id, error))
    return FALSE;
  if (state != PERRON_ITEM_WAITING)
    return TRUE;
  if (!perron_db_number (outbox->db, &attempts, error, "SELECT attempts + 1 FROM outbox WHERE seq = ?", "i", fault->seq))
    return FALSE;
  gboolean dead = attempts >= ITEM_FAULTS_MAX;
  return perron_db_run (outbox->db, error,
                        "UPDATE outbox SET state = ?, attempts = ?, changed_ms = ?, lease_boot = NULL, last_fault = ?, next_ms = ?"
                        " WHERE seq = ?",
                        "iiitii", (gint64) (dead ? PERRON_ITEM_DEAD : PERRON_ITEM_WAITING), attempts, now, fault->code,
                        now + fault->retry_after_ms, fault->seq) &&
         perron_audit_append (outbox->db, now, dead ? PERRON_AUDIT_DEAD : PERRON_AUDIT_ITEM_FAULT, id, attempts, error);
}

gboolean
perron_outbox_mark_item_fault (PerronOutbox *outbox, gint64 seq, const char *code, gint64 retry_after_ms, GError **error)
{
  g_autofree char *clean = perron_outbox_clean_code (code);
  ItemFault fault = { seq, clean, CLAMP (retry_after_ms, 0, PERRON_PUT_OFF_MAX_MS) };
  return perron_outbox_transact (outbox, PERRON_OUTBOX_DRAIN, mark_item_fault, &fault, error);
}
