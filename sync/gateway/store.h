/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/engine/head.h"
#include "sync/engine/heartbeat.h"

G_BEGIN_DECLS

/*
 * Where the gateway keeps what it was given: sealed envelopes, the caisse's receipts, how each terminal is. One interface, one
 * implementation a database (SQLite, PostgreSQL); a new one passes tests/net/test-gateway.c. Everything blocks. write() is called by one
 * thread; the others by any, at the same time as write().
 */
typedef enum {
  PERRON_GATEWAY_ERROR_STORE, /* the database refused: nothing of this write is stored */
} PerronGatewayError;

#define PERRON_GATEWAY_ERROR (perron_gateway_error_quark ())
GQuark perron_gateway_error_quark (void);

typedef enum {
  PERRON_OUTCOME_CREATED,
  PERRON_OUTCOME_SAME,     /* was there: same id, same digest, same terminal */
  PERRON_OUTCOME_CONFLICT, /* was there with another digest or terminal: nothing is changed */
  PERRON_OUTCOME_UNKNOWN,  /* receipt for a request that never came; reply to one that was not acknowledged */
  PERRON_OUTCOME_FOREIGN,  /* receipt or reply for a request of another caisse or terminal */
  PERRON_OUTCOME_OLD,      /* reply whose number is not above that of the kept one: nothing is changed */
  PERRON_OUTCOME_FORGOTTEN, /* envelope whose id is of a time that is no longer remembered: it may have been here, so nothing is stored */
} PerronOutcome;

/* Exactly one of envelope, receipt, reply, heartbeat; borrowed. The newest reply of a request is kept, and the last heartbeat of a
 * terminal, which is always CREATED. */
typedef struct {
  const PerronEnvelope *envelope;
  const PerronReceipt *receipt;
  const PerronReply *reply;
  const PerronHeartbeat *heartbeat;
  gboolean even_forgotten; /* of an envelope: a human has asked the caisse, and it never had it */
  PerronOutcome ret_outcome;
} PerronGatewayWrite;

typedef struct {
  gint64 waiting;  /* envelopes no caisse has acknowledged */
  gint64 received;
  gint64 oldest_waiting_unix_ms; /* the first that came for a caisse, by its stamp. 0: none waits */
} PerronGatewayCounts;

/* The last heartbeat of a terminal, and when it came by the gateway's clock. */
typedef struct {
  PerronHeartbeat heartbeat;
  gint64 seen_ms;
} PerronSeen;

typedef enum {
  PERRON_HEAD_KEPT,   /* it continues the one before, or is the first */
  PERRON_HEAD_SAME,
  PERRON_HEAD_ASK,    /* newer, but it does not say what its line of the kept number is: nothing is changed */
  PERRON_HEAD_BACK,   /* smaller number: an old disk image, or a log cut short. Nothing is changed; reported */
  PERRON_HEAD_FORKED, /* the line of the kept number is another: lines were changed. Nothing is changed; reported */
} PerronHeadVerdict;

/* A terminal whose head was refused, until an operator lets its chain begin anew. */
typedef struct {
  char terminal[PERRON_WIRE_TOKEN_MAX + 1];
  char word[8]; /* "back", "forked" */
  gint64 kept_n;
  gint64 seen_n;
  gint64 count;
  gint64 last_unix_ms;
} PerronHeadAlarm;

/* --- what goes, and when (README.md, "How long") ---
 * How old a row is, is told by milestones: each day of counted time the ends of the tables are noted, and what stands before the end that was
 * noted N days ago is at least N days old. Time is counted from look to look, never more than the caller says can have passed: a clock that
 * jumps, forward or back, makes nothing older. */

/* In days of counted time. */
typedef struct {
  gint64 answers;   /* receipt and reply, since the last word of the caisse, once the terminal has fetched them */
  gint64 unfetched; /* the same, when it has not */
  gint64 remember;  /* id and digest of what a caisse has acknowledged: by the time in the id */
  gint64 decide;    /* from then on a human may drop an envelope that no caisse has taken */
} PerronGatewayDays;

#define PERRON_GATEWAY_DAY_MS G_GINT64_CONSTANT (86400000)
/* Ids of a time longer than this before a store's first row are of clocks that say 1970 or 2000: they are never forgotten, and never refused as
 * forgotten. They must be few. */
#define PERRON_GATEWAY_BEFORE_MS (366 * PERRON_GATEWAY_DAY_MS)

/* The cursor a terminal asked with last: what stands before it has arrived there. */
typedef struct {
  char terminal[PERRON_WIRE_TOKEN_MAX + 1];
  gint64 since;
} PerronFetched;

typedef enum { PERRON_FORGET_ANSWERS, PERRON_FORGET_TASKS, PERRON_FORGET_SPACE, PERRON_FORGET_DONE } PerronForgetStep;

/* One way through the store, slice by slice; zero at first. */
typedef struct {
  PerronForgetStep step;
  gint64 after_seq; /* private to the store */
  guint8 after_id[PERRON_UUID_BYTES];
  gint64 ret_answers, ret_unfetched, ret_tasks; /* rows gone so far; unfetched are counted in both */
} PerronForgetting;

/* Envelopes that wait for one caisse and are old. */
typedef struct {
  char caisse[PERRON_WIRE_TOKEN_MAX + 1];
  gint64 count;
  gint64 oldest_unix_ms;
} PerronOverdue;

/* One of them. */
typedef struct {
  guint8 id[PERRON_UUID_BYTES];
  char terminal[PERRON_WIRE_TOKEN_MAX + 1];
  char caisse[PERRON_WIRE_TOKEN_MAX + 1];
  gint64 stored_unix_ms;
} PerronWaitingItem;

typedef enum {
  PERRON_DROP_DONE,
  PERRON_DROP_UNKNOWN,     /* no such id is here */
  PERRON_DROP_NOT_WAITING, /* its caisse has acknowledged it, or it was dropped before */
  PERRON_DROP_TOO_YOUNG,   /* it is not known to have waited for days->decide */
} PerronDropOutcome;

/* What a new head is against the kept one (kept_n 0: none). Pure; what every store decides by, inside its transaction. */
PerronHeadVerdict perron_head_judge (const PerronHead *head, gint64 kept_n, const guint8 *kept_hash);
const char *perron_head_verdict_word (PerronHeadVerdict verdict);

/* For stores: the first id of a time, as UUIDv7 sorts them; the time of an id. */
void perron_id_of_time (gint64 unix_ms, guint8 ret_id[PERRON_UUID_BYTES]);
gint64 perron_id_get_time (const guint8 id[PERRON_UUID_BYTES]);

/* For stores: one row of theirs, `body` as perron_heartbeat_encode() wrote it. One that cannot be read (of a newer gateway) is passed over. */
void perron_seen_append (GArray *seen, gint64 seen_ms, const char *body, gsize len);

typedef struct PerronGatewayStore PerronGatewayStore;
struct PerronGatewayStore {
  /* All in one transaction, durable when TRUE. An acknowledged envelope's sealed bytes are erased with its receipt. */
  gboolean (*write) (PerronGatewayStore *store, PerronGatewayWrite *writes, guint count, GError **error);
  /* Envelopes of this caisse without a receipt, after `since`, oldest first, into a GPtrArray of PerronEnvelope. At least one, else at
   * most `max_bytes` sealed. The cursor never passes over a row that is committed later. */
  gboolean (*read_waiting) (PerronGatewayStore *store, const char *caisse, gint64 since, guint limit, gsize max_bytes, GPtrArray *envelopes,
                            gint64 *ret_cursor, GError **error);
  /* Receipts for this terminal after `since`, into a GPtrArray of PerronReceipt; the reply that followed each into one of PerronReply, NULL
   * where none has. A reply moves its receipt to the end: it is read once more. */
  gboolean (*read_receipts) (PerronGatewayStore *store, const char *terminal, gint64 since, guint limit, GPtrArray *receipts,
                             GPtrArray *replies, gint64 *ret_cursor, GError **error);
  /* The store can be read. Takes as long with many rows as with none. */
  gboolean (*check) (PerronGatewayStore *store, GError **error);
  /* All at one moment. Takes as long as it takes to go through what waits and what is kept: asked through counter.h. */
  gboolean (*count) (PerronGatewayStore *store, PerronGatewayCounts *ret_counts, GError **error);
  /* The last heartbeat of every terminal, into a GArray of PerronSeen, in no order that means anything. */
  gboolean (*read_seen) (PerronGatewayStore *store, GArray *seen, GError **error);
  /* Audit heads, one kept a terminal (sync-security facts 3.2). By any thread. `ret_kept_n`: what is kept afterwards. */
  gboolean (*keep_head) (PerronGatewayStore *store, const PerronHead *head, PerronHeadVerdict *ret_verdict, gint64 *ret_kept_n,
                         GError **error);
  /* Into a GArray of PerronHeadAlarm, by name. */
  gboolean (*read_alarms) (PerronGatewayStore *store, GArray *alarms, GError **error);
  /* The operator knows why (a damaged disk was replaced): the next head of that terminal is taken as its first. */
  gboolean (*forget_head) (PerronGatewayStore *store, const char *terminal, GError **error);
  /* Time goes on: `passed_ms` at most have passed since the last look, `now_ms` is what the wall clock says; how far each terminal has fetched.
   * Only by the thread that writes. */
  gboolean (*note_time) (PerronGatewayStore *store, const PerronGatewayDays *days, gint64 now_ms, gint64 passed_ms,
                         const PerronFetched *fetched, guint count, GError **error);
  /* One slice of at most `rows` rows looked at, in a transaction of its own, until step is DONE. Never an envelope that waits. What goes is
   * gone from the file of SQLite and its log when DONE, unless somebody reads just then: the next time does it. Only by the thread that
   * writes. */
  gboolean (*forget) (PerronGatewayStore *store, const PerronGatewayDays *days, guint rows, PerronForgetting *forgetting, GError **error);
  /* Into a GArray of PerronOverdue, by caisse, where the first that waits was stored before: by the stamps of the wall clock, which erases
   * nothing. */
  gboolean (*read_overdue) (PerronGatewayStore *store, gint64 before_unix_ms, GArray *overdue, GError **error);
  /* These envelopes, the oldest first, into a GArray of PerronWaitingItem. */
  gboolean (*list_overdue) (PerronGatewayStore *store, gint64 before_unix_ms, guint limit, GArray *items, GError **error);
  /* A human gives an envelope up that its caisse will not take: its bytes are erased, who did it and when is kept (`who`: number of the user),
   * and its id is remembered as long as that of any other. Not while another thread writes with this store. */
  gboolean (*drop) (PerronGatewayStore *store, const PerronGatewayDays *days, const guint8 id[PERRON_UUID_BYTES], gint64 who,
                    PerronDropOutcome *ret_outcome, GError **error);
  /* The operator knows that this terminal is no more: its heartbeat, audit head and alarm go, and nobody waits for it to fetch its answers. */
  gboolean (*forget_terminal) (PerronGatewayStore *store, const char *terminal, GError **error);
  void (*free) (PerronGatewayStore *store);
};

static inline void
perron_gateway_store_free (PerronGatewayStore *store)
{
  if (store != NULL)
    store->free (store);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronGatewayStore, perron_gateway_store_free)

/* One SQLite file (WAL, synchronous=FULL), made when missing. Transfer full. */
PerronGatewayStore *perron_gateway_store_sqlite_new (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A PostgreSQL (>= 14) reached over a Unix socket: `connection` as libpq takes it, "host=/run/postgresql dbname=perron"; several hosts with
 * target_session_attrs=read-write follow a promotion. Tables are made when missing. Transfer full. */
PerronGatewayStore *perron_gateway_store_postgresql_new (const char *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
