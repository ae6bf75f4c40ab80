/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/clock.h"
#include "kiosk/core/reference.h"
#include "sync/seal/envelope.h"

G_BEGIN_DECLS

/*
 * The outbox: one SQLite file (WAL, synchronous=FULL, both asserted), written by perron-kiosk, drained by perron-sync. It holds
 * sealed bytes and nothing of a person. A handle belongs to one thread; two processes may have the file open.
 */

typedef enum {
  PERRON_STORE_ERROR_FULL,      /* disk full or under the low-space mark: nothing was written; tell the person so */
  PERRON_STORE_ERROR_TOO_MANY,  /* max_waiting reached */
  PERRON_STORE_ERROR_IO,        /* write or flush failed: open a new handle, then free this one, try once more with the same id */
  PERRON_STORE_ERROR_CORRUPT,   /* damaged and could not be set aside */
  PERRON_STORE_ERROR_BUSY,      /* somebody else held it longer than 5 s */
  PERRON_STORE_ERROR_STATE,     /* not possible in that state: withdrawing what was sent */
  PERRON_STORE_ERROR_NOT_FOUND, /* no such reference or id */
  PERRON_STORE_ERROR_DUPLICATE, /* same id, other digest */
  PERRON_STORE_ERROR_VERSION,   /* a newer program wrote the file, or it is not an outbox: left as it is, nothing opened */
} PerronStoreError;

#define PERRON_STORE_ERROR (perron_store_error_quark ())
GQuark perron_store_error_quark (void);

typedef enum {
  PERRON_ITEM_WAITING,   /* on this terminal only */
  PERRON_ITEM_SENT,      /* the gateway stored it durably and echoed our digest ("Partie") */
  PERRON_ITEM_RECEIVED,  /* the caisse opened it and signed a receipt ("Reçue par votre caisse") */
  PERRON_ITEM_DEAD,      /* refused three times by the gateway: a human must look */
  PERRON_ITEM_WITHDRAWN, /* by the person, before it left */
} PerronItemState;

#define PERRON_ITEM_STATE_COUNT (PERRON_ITEM_WITHDRAWN + 1)
const char *perron_item_state_to_string (PerronItemState state); /* "waiting", "sent", "received", "dead", "withdrawn" */

/* Everything that may be shown of a request outside the seal. */
typedef struct {
  gint64 seq;
  guint8 id[PERRON_UUID_BYTES];
  char reference[PERRON_REFERENCE_BYTES];
  char dest[32];
  gint64 created_unix_ms;
  PerronItemState state;
  guint attempts;
  gint64 sealed_bytes;
  gint64 changed_unix_ms;
  char last_fault[64]; /* code of the last fault, "" */
  PerronReplyCode reply;      /* what the caisse answered last; NONE: nothing yet */
  gint64 reply_number;        /* 0: none */
  gint64 replied_unix_ms;     /* by the caisse's clock; 0: none */
} PerronItem;

/* How long what stays (sync-security facts 2.1, 3.6), in days; 0: the value in brackets. */
typedef struct {
  gint64 keep_days;   /* id, reference, receipt and times of what is over (30) */
  gint64 alarm_days;  /* what is not delivered by then is an alarm (30) */
  gint64 decide_days; /* and by then a human decides: it is never dropped by itself (90) */
  gint64 audit_days;  /* lines of the audit log (365) */
} PerronRetention;

typedef struct {
  const char *path;
  gint64 max_waiting;
  gint64 reserve_bytes;
  gint64 low_space_bytes;
  gboolean create;    /* FALSE: the file must exist (perron-sync, perron queue) */
  PerronRetention retention;
} PerronOutboxOptions;

typedef struct PerronOutbox PerronOutbox;

/*
 * `ret_was_broken` (nullable): a damaged file was renamed "<path>-broken-<time>" and a new one begun (only with `create`; its counter
 * goes on far above, so that the caisse sees the break). NOT_FOUND: no file and not `create`. Blocks for a check of the whole file
 * with `create`. Transfer full.
 */
PerronOutbox *perron_outbox_open (const PerronOutboxOptions *options, PerronClock *clock, gboolean *ret_was_broken, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
void perron_outbox_free (PerronOutbox *outbox);

/*
 * Renames the file to "<path>-broken-<time>" as it is, of whatever version: the way back to an older program. Nothing in it is changed and
 * nothing of it is sent any more: export and import what waits first (sync/store/README.md). BUSY: somebody has it open. The next one to
 * create begins far above its counters.
 */
gboolean perron_outbox_set_aside (const char *path, PerronClock *clock, GError **error) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronOutbox, perron_outbox_free)

/* --- perron-kiosk --- */

/* Called inside the transaction with the terminal's next counter (1, 2, 3 …): makes the envelope. NULL with error rolls back. */
typedef PerronEnvelope *(*PerronSealCallback) (gpointer data, gint64 counter, const char *reference, GError **error);

/*
 * Counter, reference, seal, row and audit line in one transaction, durable when it returns TRUE (one flush). Only then may the
 * person be told "enregistrée". Calling again with the same id after an error stores it once: the same reference comes back.
 */
gboolean perron_outbox_enqueue (PerronOutbox *outbox, const guint8 id[PERRON_UUID_BYTES], PerronSealCallback seal, gpointer data,
                                char ret_reference[PERRON_REFERENCE_BYTES], gint64 *ret_seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean perron_outbox_find (PerronOutbox *outbox, const char *reference, PerronItem *ret_item, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Only while WAITING and not leased: afterwards PERRON_STORE_ERROR_STATE. The sealed bytes are erased in the same transaction. */
gboolean perron_outbox_withdraw (PerronOutbox *outbox, const char *reference, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * What a human decides about a request that cannot be delivered. Keep: it goes on waiting (a dead one is tried again) and its age counts anew.
 * Drop: only after decide_days, and only while the clock is not known to be wrong; the sealed bytes are erased, the state is WITHDRAWN with
 * last fault "dropped", and the caisse will see a gap. One that was sent decide_days ago and never acknowledged may be dropped too (a receipt
 * that comes nevertheless still counts), not kept. Both are audited with the number of the user. STATE: not possible.
 */
typedef enum { PERRON_DECISION_KEEP, PERRON_DECISION_DROP } PerronDecision;

gboolean perron_outbox_decide (PerronOutbox *outbox, const char *reference, PerronDecision decision, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Items after `after_seq`, at most `limit`, into a GArray of PerronItem. */
gboolean perron_outbox_list (PerronOutbox *outbox, gint64 after_seq, guint limit, GArray *items, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those that somebody may still ask about (not withdrawn, not called done by the caisse), oldest first, from the `offset`th on. `ret_total`: how
 * many there are. */
gboolean perron_outbox_list_open (PerronOutbox *outbox, guint offset, guint limit, GArray *items, gint64 *ret_total,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  gint64 count[PERRON_ITEM_STATE_COUNT];
  gint64 oldest_waiting_unix_ms; /* 0: none */
  gint64 sealed_bytes_waiting;
  gint64 last_contact_unix_ms;   /* last good answer of the gateway; 0: never */
  char link[16];                 /* "online" | "offline" | "clock" | "fault" | "" (never tried) */
  char link_fault[64];           /* code word of the last channel fault, "" */
  gint64 overdue;                /* waiting or dead longer than alarm_days; ages by the wall clock, which erases nothing */
  gint64 undecided;              /* of these, longer than decide_days: see perron_outbox_decide() */
  gint64 unacknowledged;         /* sent longer than alarm_days ago, and no receipt of the caisse */
} PerronOutboxStats;

gboolean perron_outbox_stats (PerronOutbox *outbox, PerronOutboxStats *ret_stats, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How the outbox itself is, for the terminal's heartbeat (sync-security facts 2.1, observability). */
#define PERRON_OUTBOX_ATTEMPTS 4
typedef struct {
  gint64 attempts[PERRON_OUTBOX_ATTEMPTS]; /* of those that wait: refused by the gateway 0, 1, 2, 3 or more times */
  gint64 last_receipt_unix_ms;             /* of the caisse; 0: none in the last 30 days */
  gint64 free_bytes;                       /* of its disk */
  gint64 wal_bytes;
} PerronOutboxHealth;

gboolean perron_outbox_get_health (PerronOutbox *outbox, PerronOutboxHealth *ret_health, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Changes whenever another connection committed (PRAGMA data_version): cheap to ask. */
gint64 perron_outbox_get_change_mark (PerronOutbox *outbox);

/* --- perron-sync --- */

typedef struct {
  gint64 seq;
  PerronEnvelope *envelope;
} PerronLeased;

void perron_leased_free (PerronLeased *leased);

/*
 * Up to `max_rows` due rows or `max_bytes` of sealed bytes (at least one row), in order of seq, leased to this boot for
 * `lease_ms`. A row due later than the longest back-off from now was scheduled under a wrong clock: it is due now. A lease of
 * another boot, of a process that is gone, or run out on the boot clock is free. GPtrArray of PerronLeased. Empty: nothing due.
 * IO: also when the file was set aside by perron-kiosk meanwhile: open again.
 */
GPtrArray *perron_outbox_lease (PerronOutbox *outbox, guint max_rows, gsize max_bytes, gint64 lease_ms, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* The envelope as it waits, without a lease: for an export. NOT_FOUND: it has left, or was withdrawn. Transfer full. */
PerronEnvelope *perron_outbox_dup_envelope (PerronOutbox *outbox, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All sent marks of one answer in one transaction (one flush): see perron_outbox_mark_sent(). All or none. */
typedef struct {
  gint64 seq;
  const char *gateway_receipt;
} PerronSentMark;

gboolean perron_outbox_mark_sent_batch (PerronOutbox *outbox, const PerronSentMark *marks, guint count, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* Both in one commit: what a sender does between two batches costs one flush. An error leaves both undone. */
GPtrArray *perron_outbox_turn (PerronOutbox *outbox, const PerronSentMark *marks, guint count, guint max_rows, gsize max_bytes, gint64 lease_ms,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The gateway stored it (digest echoed): SENT. The sealed bytes are erased, id and digest stay for the receipt. Idempotent. A row
 * that was withdrawn meanwhile (lease run out) becomes SENT: that is what happened.
 */
gboolean perron_outbox_mark_sent (PerronOutbox *outbox, gint64 seq, const char *gateway_receipt, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The caisse's signed receipt, already verified. Idempotent; `ret_news` (nullable) tells whether it changed anything. NOT_FOUND when the id or
 * digest is not ours. */
gboolean perron_outbox_mark_received (PerronOutbox *outbox, const guint8 id[PERRON_UUID_BYTES], const guint8 digest[PERRON_DIGEST_BYTES],
                                      gint64 received_unix_ms, GBytes *signature, gboolean *ret_news, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The caisse's signed reply, already verified. Only a higher number than the kept one changes anything; `ret_news` tells whether it did. It
 * proves receipt too: a row whose receipt has not come yet becomes RECEIVED. NOT_FOUND when the id or digest is not ours.
 */
gboolean perron_outbox_mark_reply (PerronOutbox *outbox, const guint8 id[PERRON_UUID_BYTES], const guint8 digest[PERRON_DIGEST_BYTES],
                                   PerronReplyCode code, gint64 number, gint64 replied_unix_ms, GBytes *signature, gboolean *ret_news,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The gateway refused this one row by name (`code` is a word); after three: DEAD. */
gboolean perron_outbox_mark_item_fault (PerronOutbox *outbox, gint64 seq, const char *code, gint64 retry_after_ms, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/*
 * Channel fault: every lease given back, nothing counted against the rows; link state and code are written. Nothing at all is leased
 * before `retry_after_ms` (boot clock, at most an hour; 0: at once) have passed or perron_outbox_mark_contact() is called. Link is
 * "offline" for a code that says nobody was reached ("offline…", "dns…", "connect…", "timeout…", "refused…"), "clock" for "clock", else "fault".
 */
gboolean perron_outbox_release (PerronOutbox *outbox, const char *fault_code, gint64 retry_after_ms,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A good contact with the gateway: link online. */
gboolean perron_outbox_mark_contact (PerronOutbox *outbox, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The gateway's own time came with an authenticated answer. When our clock agrees (ten minutes), the end of the audit log is noted with
 * it, once a day: only from such notes does perron_outbox_tidy() know how old anything is. Otherwise nothing is noted, so nothing erased.
 */
gboolean perron_outbox_mark_time (PerronOutbox *outbox, gint64 gateway_unix_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Milliseconds until the gateway may be asked again (it said so, in this boot; at most an hour); 0: now. */
gboolean perron_outbox_get_hold (PerronOutbox *outbox, gint64 *ret_hold_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Forgets what is past its retention, then shrinks file and WAL; no-op while somebody reads. */
gboolean perron_outbox_tidy (PerronOutbox *outbox, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SHA-256 chain over the audit lines: FALSE names the first line that does not fit. */
gboolean perron_outbox_verify_audit (PerronOutbox *outbox, gint64 *ret_lines, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Number and hash of the last audit line. Not a proof by itself: see perron_outbox_verify_audit(). */
gboolean perron_outbox_get_audit_head (PerronOutbox *outbox, gint64 *ret_n, guint8 ret_hash[PERRON_DIGEST_BYTES],
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Hash of line `n`; of the last one forgotten too. NOT_FOUND: never written, or forgotten. */
gboolean perron_outbox_get_audit_line (PerronOutbox *outbox, gint64 n, guint8 ret_hash[PERRON_DIGEST_BYTES],
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
