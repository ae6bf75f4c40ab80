/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/outbox.h"

#include <unistd.h>

#include "sync/store/outbox-private.h"

typedef struct {
  const char *reference;
  PerronDecision decision;
} Decision;

typedef struct {
  gint64 seq;
  gint64 state;
  gint64 since_ms; /* made, or kept by a decision before this one; sent, when it was */
  gboolean leased;
  guint8 id[PERRON_UUID_BYTES];
} Undelivered;

static gboolean
refuse (const Decision *job, const char *why, GError **error)
{
  g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_STATE, "%s: %s", job->reference, why);
  return FALSE;
}

static gboolean
find (PerronOutbox *outbox, const Decision *job, Undelivered *ret_found, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query =
    perron_db_query (outbox->db, error,
                     "SELECT seq, state, CASE state WHEN 1 THEN changed_ms ELSE max (created_ms, decided_ms) END,"
                     " lease_boot IS ? AND lease_until > ?, id FROM outbox WHERE reference = ?",
                     "tit", outbox->clock->boot_id, perron_clock_boot_ms (outbox->clock), job->reference);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  if (!row) {
    g_set_error_literal (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND, "there is no such reference here");
    return FALSE;
  }
  ret_found->seq = perron_db_int (query, 0);
  ret_found->state = perron_db_int (query, 1);
  ret_found->since_ms = perron_db_int (query, 2);
  ret_found->leased = perron_db_int (query, 3) != 0;
  return perron_db_copy_blob (query, 4, ret_found->id, PERRON_UUID_BYTES, error);
}

/* Erasing is for ever: an age that a wrong clock made up must not lead to it. */
static gboolean
check_old_enough (PerronOutbox *outbox, const Decision *job, const Undelivered *found, GError **error)
{
  gint64 clock_faults;
  if (!perron_db_number (outbox->db, &clock_faults, error, "SELECT count (*) FROM terminal WHERE link_fault = 'clock'", ""))
    return FALSE;
  if (clock_faults > 0)
    return refuse (job, "the clock of this terminal is wrong, so its age is not known: set the clock first", error);
  if (perron_outbox_now (outbox) - found->since_ms < outbox->retention.decide_days * PERRON_DAY_MS)
    return refuse (job, "it has not waited long enough to be given up", error);
  return TRUE;
}

static gboolean
keep (PerronOutbox *outbox, const Undelivered *found, GError **error)
{
  gint64 now = perron_outbox_now (outbox);
  return perron_db_run (outbox->db, error, "UPDATE outbox SET state = ?, attempts = 0, next_ms = 0, decided_ms = ?, changed_ms = ? WHERE seq = ?",
                        "iiii", (gint64) PERRON_ITEM_WAITING, now, now, found->seq) &&
         perron_audit_append (outbox->db, now, PERRON_AUDIT_KEPT, found->id, (gint64) getuid (), error);
}

static gboolean
drop (PerronOutbox *outbox, const Undelivered *found, GError **error)
{
  gint64 now = perron_outbox_now (outbox);
  return perron_db_run (outbox->db, error,
                        "UPDATE outbox SET state = ?, last_fault = 'dropped', decided_ms = ?, changed_ms = ?, lease_boot = NULL WHERE seq = ?",
                        "iiii", (gint64) PERRON_ITEM_WITHDRAWN, now, now, found->seq) &&
         perron_db_run (outbox->db, error, "DELETE FROM sealed WHERE seq = ?", "i", found->seq) &&
         perron_audit_append (outbox->db, now, PERRON_AUDIT_DROPPED, found->id, (gint64) getuid (), error);
}

static gboolean
decide (PerronOutbox *outbox, gpointer data, GError **error)
{
  const Decision *job = data;
  Undelivered found;

  if (!find (outbox, job, &found, error))
    return FALSE;
  /* Sent, and no receipt in all that time: given up at the gateway, or forgotten there (CONTRACT.md section 11). Nothing of it is here but its
   * reference, which somebody may stop waiting for. */
  G_STATIC_ASSERT (PERRON_ITEM_SENT == 1);
  gboolean lost = found.state == PERRON_ITEM_SENT && job->decision == PERRON_DECISION_DROP;
  if (found.state != PERRON_ITEM_WAITING && found.state != PERRON_ITEM_DEAD && !lost)
    return refuse (job, "there is nothing to decide: it is not waiting", error);
  if (found.leased)
    return refuse (job, "it is being sent", error);
  if (job->decision == PERRON_DECISION_KEEP)
    return keep (outbox, &found, error);
  return check_old_enough (outbox, job, &found, error) && drop (outbox, &found, error);
}

gboolean
perron_outbox_decide (PerronOutbox *outbox, const char *reference, PerronDecision decision, GError **error)
{
  Decision job = { reference, decision };
  return perron_outbox_transact (outbox, PERRON_OUTBOX_DRAIN, decide, &job, error);
}
