/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/identity.h"
#include "sync/gateway/store.h"
#include "tests/net/cluster.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_identity (void)
{
  static const struct {
    const char *verified, *subject, *name;
    PerronRole role;
  } rows[] = {
    { "SUCCESS", "CN=borne-0001,O=Perron demonstration", "borne-0001", PERRON_ROLE_TERMINAL },
    { "SUCCESS", "O=X,CN=caisse-000", "000", PERRON_ROLE_CAISSE },
    { "SUCCESS", "OU=Exploitation,CN=operateur-dupont", "dupont", PERRON_ROLE_OPERATOR },
    { "SUCCESS", "CN=operateur", "operateur", PERRON_ROLE_TERMINAL },
    { "SUCCESS", "OU=caisse-,CN=borne-0001", NULL, 0 },
    { "SUCCESS", "CN=operateur-", NULL, 0 },
    { "NONE", "CN=borne-0001", NULL, 0 },
    { "FAILED:expired", "CN=borne-0001", NULL, 0 },
    { NULL, "CN=borne-0001", NULL, 0 },
    { "SUCCESS", NULL, NULL, 0 },
    { "SUCCESS", "", NULL, 0 },
    { "SUCCESS", "O=borne-0001", NULL, 0 },
    { "SUCCESS", "CN=borne-0001,CN=caisse-000", NULL, 0 },
    { "SUCCESS", "CN=x\\,CN=caisse-000", NULL, 0 },
    { "SUCCESS", "CN=borne-0001+CN=caisse-000", NULL, 0 },
    { "SUCCESS", "CN=\"caisse-000\"", NULL, 0 },
    { "SUCCESS", "CN=caisse-", NULL, 0 },
    { "SUCCESS", "CN=borne 1", NULL, 0 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    PerronIdentity who;
    g_assert_true (perron_identity_parse (rows[i].verified, rows[i].subject, &who) == (rows[i].name != NULL));
    if (rows[i].name != NULL) {
      g_assert_cmpstr (who.name, ==, rows[i].name);
      g_assert_cmpint (who.role, ==, rows[i].role);
    }
  }
}

/* A certificate may say for which caisses alone a terminal works. */
static void
test_assigned (void)
{
  PerronIdentity who;
  g_assert_true (perron_identity_parse ("SUCCESS", "CN=borne-0001,O=X", &who));
  g_assert_true (perron_identity_may_send_to (&who, "999"));
  g_assert_true (perron_identity_parse ("SUCCESS", "OU=Hall,OU=caisse-000,OU=caisse-001,CN=borne-0001", &who));
  g_assert_true (perron_identity_may_send_to (&who, "000"));
  g_assert_true (perron_identity_may_send_to (&who, "001"));
  g_assert_false (perron_identity_may_send_to (&who, "999"));
}

/* --- contract of sync/gateway/store.h: another implementation calls check_store() too ------------------------------------------ */

static PerronEnvelope *
make_envelope (guint8 number, guint8 digest, const char *terminal, const char *dest)
{
  PerronEnvelope *envelope = g_new0 (PerronEnvelope, 1);
  envelope->id[15] = number;
  envelope->digest[0] = digest;
  envelope->terminal = g_strdup (terminal);
  envelope->dest = g_strdup (dest);
  envelope->suite = 1;
  envelope->sealed = g_bytes_new_static ("sealed-bytes", 12);
  envelope->signature = g_bytes_new_static ("signature", 9);
  return envelope;
}

static PerronOutcome
put (PerronGatewayStore *store, guint8 number, guint8 digest, const char *terminal, const char *dest)
{
  g_autoptr (PerronEnvelope) envelope = make_envelope (number, digest, terminal, dest);
  PerronGatewayWrite write = { .envelope = envelope };
  g_assert_true (store->write (store, &write, 1, NULL));
  return write.ret_outcome;
}

static PerronOutcome
acknowledge (PerronGatewayStore *store, guint8 number, guint8 digest, const char *terminal, const char *caisse)
{
  g_autoptr (PerronReceipt) receipt = g_new0 (PerronReceipt, 1);
  PerronGatewayWrite write = { .receipt = receipt };
  receipt->id[15] = number;
  receipt->digest[0] = digest;
  receipt->terminal = g_strdup (terminal);
  receipt->caisse = g_strdup (caisse);
  receipt->received_unix_ms = 5;
  receipt->signature = g_bytes_new_static ("sig", 3);
  g_assert_true (store->write (store, &write, 1, NULL));
  return write.ret_outcome;
}

static guint
count_waiting (PerronGatewayStore *store, const char *caisse, gint64 since, guint limit, gsize bytes, gint64 *ret_cursor)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_envelope_free);
  g_assert_true (store->read_waiting (store, caisse, since, limit, bytes, found, ret_cursor, NULL));
  return found->len;
}

static guint
count_receipts (PerronGatewayStore *store, const char *terminal, gint64 since, gint64 *ret_cursor)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_receipt_free);
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_reply_free);
  g_assert_true (store->read_receipts (store, terminal, since, 100, found, replies, ret_cursor, NULL));
  g_assert_cmpuint (replies->len, ==, found->len);
  return found->len;
}

static PerronOutcome
reply (PerronGatewayStore *store, guint8 number, guint8 digest, const char *terminal, const char *caisse, PerronReplyCode code, gint64 which)
{
  g_autoptr (PerronReply) one = g_new0 (PerronReply, 1);
  PerronGatewayWrite write = { .reply = one };
  one->id[15] = number;
  one->digest[0] = digest;
  one->terminal = g_strdup (terminal);
  one->caisse = g_strdup (caisse);
  one->code = code;
  one->number = which;
  one->replied_unix_ms = 100 + which;
  one->signature = g_bytes_new_static ("reply-sig", 9);
  g_assert_true (store->write (store, &write, 1, NULL));
  return write.ret_outcome;
}

/* The one receipt after `since`, with the reply beside it, and its new place. */
static void
check_replied (PerronGatewayStore *store, gint64 *cursor, PerronReplyCode code, gint64 which)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_receipt_free);
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_reply_free);
  gint64 before = *cursor;

  g_assert_true (store->read_receipts (store, "borne-0001", before, 100, found, replies, cursor, NULL));
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpint (*cursor, >, before);
  const PerronReply *one = replies->pdata[0];
  const PerronReceipt *receipt = found->pdata[0];
  g_assert_cmpint (receipt->received_unix_ms, ==, 5);
  g_assert_cmpint (one->code, ==, code);
  g_assert_cmpint (one->number, ==, which);
  g_assert_cmpint (one->replied_unix_ms, ==, 100 + which);
  g_assert_cmpmem (one->id, PERRON_UUID_BYTES, receipt->id, PERRON_UUID_BYTES);
  g_assert_cmpmem (one->digest, PERRON_DIGEST_BYTES, receipt->digest, PERRON_DIGEST_BYTES);
  g_assert_cmpstr (one->caisse, ==, "000");
  g_assert_cmpmem (g_bytes_get_data (one->signature, NULL), 9, "reply-sig", 9);
}

static void
check_replies (PerronGatewayStore *store)
{
  gint64 cursor, later;
  count_receipts (store, "borne-0001", 0, &cursor);
  g_assert_cmpint (reply (store, 9, 90, "borne-0001", "000", PERRON_REPLY_DONE, 1), ==, PERRON_OUTCOME_UNKNOWN);
  g_assert_cmpint (reply (store, 2, 20, "borne-0001", "000", PERRON_REPLY_DONE, 1), ==, PERRON_OUTCOME_UNKNOWN); /* not acknowledged */
  g_assert_cmpint (reply (store, 1, 10, "borne-0001", "999", PERRON_REPLY_DONE, 1), ==, PERRON_OUTCOME_FOREIGN);
  g_assert_cmpint (reply (store, 1, 10, "borne-0002", "000", PERRON_REPLY_DONE, 1), ==, PERRON_OUTCOME_FOREIGN);
  g_assert_cmpint (reply (store, 1, 11, "borne-0001", "000", PERRON_REPLY_DONE, 1), ==, PERRON_OUTCOME_CONFLICT);
  g_assert_cmpuint (count_receipts (store, "borne-0001", cursor, &later), ==, 0);

  g_assert_cmpint (reply (store, 1, 10, "borne-0001", "000", PERRON_REPLY_CALL_MISSED, 2), ==, PERRON_OUTCOME_CREATED);
  check_replied (store, &cursor, PERRON_REPLY_CALL_MISSED, 2);
  g_assert_cmpint (reply (store, 1, 10, "borne-0001", "000", PERRON_REPLY_CALL_MISSED, 2), ==, PERRON_OUTCOME_SAME);
  g_assert_cmpint (reply (store, 1, 10, "borne-0001", "000", PERRON_REPLY_DONE, 2), ==, PERRON_OUTCOME_OLD);
  g_assert_cmpint (reply (store, 1, 10, "borne-0001", "000", PERRON_REPLY_CALLED, 1), ==, PERRON_OUTCOME_OLD);
  g_assert_cmpuint (count_receipts (store, "borne-0001", cursor, &later), ==, 0);
  g_assert_cmpint (reply (store, 1, 10, "borne-0001", "000", PERRON_REPLY_DONE, 7), ==, PERRON_OUTCOME_CREATED);
  check_replied (store, &cursor, PERRON_REPLY_DONE, 7);
  /* A receipt that comes after takes a place behind it, never the same one. */
  g_assert_cmpint (acknowledge (store, 2, 20, "borne-0001", "000"), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpuint (count_receipts (store, "borne-0001", cursor, &later), ==, 1);
  g_assert_cmpint (later, >, cursor);
  g_assert_cmpuint (count_receipts (store, "borne-0001", 0, &cursor), ==, 2);
}

static void
check_writes (PerronGatewayStore *store)
{
  g_assert_cmpint (put (store, 1, 10, "borne-0001", "000"), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (put (store, 1, 10, "borne-0001", "000"), ==, PERRON_OUTCOME_SAME);
  g_assert_cmpint (put (store, 1, 11, "borne-0001", "000"), ==, PERRON_OUTCOME_CONFLICT);
  g_assert_cmpint (put (store, 1, 10, "borne-0002", "000"), ==, PERRON_OUTCOME_CONFLICT);
  g_assert_cmpint (put (store, 1, 10, "borne-0001", "999"), ==, PERRON_OUTCOME_CONFLICT);
  g_assert_cmpint (put (store, 2, 20, "borne-0001", "000"), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (put (store, 3, 30, "borne-0001", "999"), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (acknowledge (store, 9, 90, "borne-0001", "000"), ==, PERRON_OUTCOME_UNKNOWN);
  g_assert_cmpint (acknowledge (store, 3, 30, "borne-0001", "000"), ==, PERRON_OUTCOME_FOREIGN);
  g_assert_cmpint (acknowledge (store, 1, 10, "borne-0002", "000"), ==, PERRON_OUTCOME_FOREIGN);
  g_assert_cmpint (acknowledge (store, 1, 11, "borne-0001", "000"), ==, PERRON_OUTCOME_CONFLICT);
}

static void
check_reads (PerronGatewayStore *store)
{
  gint64 cursor;
  g_assert_cmpuint (count_waiting (store, "000", 0, 100, 1 << 20, &cursor), ==, 2);
  g_assert_cmpuint (count_waiting (store, "000", cursor, 100, 1 << 20, &cursor), ==, 0);
  g_assert_cmpuint (count_waiting (store, "000", 0, 1, 1 << 20, &cursor), ==, 1);
  g_assert_cmpuint (count_waiting (store, "000", cursor, 100, 1, &cursor), ==, 1);
  g_assert_cmpuint (count_waiting (store, "999", 0, 100, 1 << 20, &cursor), ==, 1);
  g_assert_cmpuint (count_receipts (store, "borne-0001", 0, &cursor), ==, 0);

  g_assert_cmpint (acknowledge (store, 1, 10, "borne-0001", "000"), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (acknowledge (store, 1, 10, "borne-0001", "000"), ==, PERRON_OUTCOME_SAME);
  g_assert_cmpuint (count_waiting (store, "000", 0, 100, 1 << 20, &cursor), ==, 1);
  g_assert_cmpuint (count_receipts (store, "borne-0001", 0, &cursor), ==, 1);
  g_assert_cmpuint (count_receipts (store, "borne-0001", cursor, &cursor), ==, 0);
  g_assert_cmpuint (count_receipts (store, "borne-0002", 0, &cursor), ==, 0);
  /* A late copy of what the caisse has acknowledged is still recognised, though its bytes are gone. */
  g_assert_cmpint (put (store, 1, 10, "borne-0001", "000"), ==, PERRON_OUTCOME_SAME);
  g_assert_cmpuint (count_waiting (store, "000", 0, 100, 1 << 20, &cursor), ==, 1);
}

/* One group with everything in it, as the writer's thread hands it over: more than one round trip of the PostgreSQL store. */
static void
check_group (PerronGatewayStore *store)
{
  enum { COUNT = 450 };
  g_autofree PerronGatewayWrite *writes = g_new0 (PerronGatewayWrite, COUNT);
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_envelope_free);
  for (guint i = 0; i < COUNT; i++) {
    PerronEnvelope *envelope = make_envelope ((guint8) (i % 200), 7, "borne-0003", "777");
    envelope->id[0] = 3;
    g_ptr_array_add (kept, envelope);
    writes[i].envelope = envelope;
  }
  g_assert_true (store->write (store, writes, COUNT, NULL));
  for (guint i = 0; i < COUNT; i++)
    g_assert_cmpint (writes[i].ret_outcome, ==, i < 200 ? PERRON_OUTCOME_CREATED : PERRON_OUTCOME_SAME);
  gint64 cursor;
  g_assert_cmpuint (count_waiting (store, "777", 0, 1000, 1 << 20, &cursor), ==, 200);
  g_assert_cmpuint (count_waiting (store, "777", 0, 1000, 50, &cursor), ==, 4);
}

/* One group in which an id comes again beside itself, what belongs to it follows, and sizes are as different as they may be. */
static void
check_mixed (PerronGatewayStore *store)
{
  static const struct {
    guint8 number, digest;
    gsize bytes; /* 0: a receipt */
    PerronOutcome outcome;
  } rows[] = {
    { 1, 1, 2048, PERRON_OUTCOME_CREATED }, { 2, 1, PERRON_SEALED_MAX, PERRON_OUTCOME_CREATED },
    { 1, 1, 2048, PERRON_OUTCOME_SAME }, { 1, 9, 2048, PERRON_OUTCOME_CONFLICT },
    { 3, 1, PERRON_SEALED_MAX, PERRON_OUTCOME_CREATED }, { 4, 1, PERRON_SEALED_MAX, PERRON_OUTCOME_CREATED },
    { 5, 1, PERRON_SEALED_MAX, PERRON_OUTCOME_CREATED }, { 6, 1, PERRON_SEALED_MAX, PERRON_OUTCOME_CREATED },
    { 7, 1, 1, PERRON_OUTCOME_CREATED }, { 5, 1, 0, PERRON_OUTCOME_CREATED },
    { 5, 1, PERRON_SEALED_MAX, PERRON_OUTCOME_SAME }, { 9, 1, 0, PERRON_OUTCOME_UNKNOWN },
    { 9, 1, 5, PERRON_OUTCOME_CREATED }, { 9, 2, 5, PERRON_OUTCOME_CONFLICT },
  };
  static const guint8 waiting[] = { 1, 2, 3, 4, 6, 7, 9 };
  PerronGatewayWrite writes[G_N_ELEMENTS (rows)] = { 0 };
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_envelope_free);
  gint64 cursor;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    PerronEnvelope *envelope = make_envelope (rows[i].number, rows[i].digest, "borne-0004", "778");
    envelope->id[0] = 4;
    g_bytes_unref (envelope->sealed);
    envelope->sealed = g_bytes_new_take (g_malloc0 (rows[i].bytes + 1), rows[i].bytes);
    writes[i].envelope = envelope;
    if (rows[i].bytes > 0)
      continue;
    PerronReceipt *receipt = g_new0 (PerronReceipt, 1);
    memcpy (receipt->id, envelope->id, sizeof receipt->id);
    receipt->digest[0] = rows[i].digest;
    receipt->terminal = g_strdup ("borne-0004");
    receipt->caisse = g_strdup ("778");
    receipt->signature = g_bytes_new_static ("sig", 3);
    perron_envelope_free (envelope);
    writes[i] = (PerronGatewayWrite){ .receipt = receipt };
  }
  g_assert_true (store->write (store, writes, G_N_ELEMENTS (rows), NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpint (writes[i].ret_outcome, ==, rows[i].outcome);
    perron_envelope_free ((PerronEnvelope *) writes[i].envelope);
    perron_receipt_free ((PerronReceipt *) writes[i].receipt);
  }
  g_assert_true (store->read_waiting (store, "778", 0, 100, 8 << 20, found, &cursor, NULL));
  g_assert_cmpuint (found->len, ==, G_N_ELEMENTS (waiting));
  for (guint i = 0; i < found->len; i++)
    g_assert_cmpint (((PerronEnvelope *) found->pdata[i])->id[15], ==, waiting[i]);
}

static PerronHeadVerdict
show (PerronGatewayStore *store, const char *terminal, gint64 n, guint8 hash, gint64 after_n, guint8 after_hash, gint64 *ret_kept)
{
  g_autoptr (PerronHead) head = g_new0 (PerronHead, 1);
  PerronHeadVerdict verdict;
  g_strlcpy (head->terminal, terminal, sizeof head->terminal);
  head->n = n;
  head->hash[0] = hash;
  head->after_n = after_n;
  head->after_hash[0] = after_hash;
  head->time_unix_ms = 5;
  head->signature = g_bytes_new_static ("sig", 3);
  g_assert_true (store->keep_head (store, head, &verdict, ret_kept, NULL));
  return verdict;
}

static void
check_heads (PerronGatewayStore *store)
{
  g_autoptr (GArray) alarms = g_array_new (FALSE, TRUE, sizeof (PerronHeadAlarm));
  gint64 kept;

  g_assert_cmpint (show (store, "borne-0001", 5, 50, 0, 0, &kept), ==, PERRON_HEAD_KEPT);
  g_assert_cmpint (show (store, "borne-0001", 5, 50, 0, 0, &kept), ==, PERRON_HEAD_SAME);
  g_assert_cmpint (show (store, "borne-0001", 9, 90, 4, 40, &kept), ==, PERRON_HEAD_ASK);
  g_assert_cmpint (kept, ==, 5);
  g_assert_cmpint (show (store, "borne-0001", 9, 90, 5, 50, &kept), ==, PERRON_HEAD_KEPT);
  g_assert_cmpint (kept, ==, 9);
  g_assert_cmpint (show (store, "borne-0002", 1, 10, 0, 0, &kept), ==, PERRON_HEAD_KEPT);
  g_assert_true (store->read_alarms (store, alarms, NULL));
  g_assert_cmpuint (alarms->len, ==, 0);

  g_assert_cmpint (show (store, "borne-0001", 8, 80, 5, 50, &kept), ==, PERRON_HEAD_BACK);
  g_assert_cmpint (show (store, "borne-0001", 9, 91, 5, 50, &kept), ==, PERRON_HEAD_FORKED);
  g_assert_cmpint (show (store, "borne-0001", 12, 99, 9, 91, &kept), ==, PERRON_HEAD_FORKED);
  g_assert_cmpint (kept, ==, 9);
  g_assert_true (store->read_alarms (store, alarms, NULL));
  g_assert_cmpuint (alarms->len, ==, 1);
  const PerronHeadAlarm *alarm = &g_array_index (alarms, PerronHeadAlarm, 0);
  g_assert_cmpstr (alarm->terminal, ==, "borne-0001");
  g_assert_cmpstr (alarm->word, ==, "forked");
  g_assert_cmpint (alarm->kept_n, ==, 9);
  g_assert_cmpint (alarm->seen_n, ==, 12);
  g_assert_cmpint (alarm->count, ==, 3);

  g_assert_true (store->forget_head (store, "borne-0001", NULL));
  g_array_set_size (alarms, 0);
  g_assert_true (store->read_alarms (store, alarms, NULL));
  g_assert_cmpuint (alarms->len, ==, 0);
  g_assert_cmpint (show (store, "borne-0001", 2, 20, 0, 0, &kept), ==, PERRON_HEAD_KEPT);
}

static void
tell (PerronGatewayStore *store, const char *terminal, gint64 waiting)
{
  PerronHeartbeat heartbeat = { .waiting = waiting, .time_ms = 7, .check_count = 1, .checks = { { "card", PERRON_CHECK_ATTENTION } } };
  PerronGatewayWrite write = { .heartbeat = &heartbeat };
  g_strlcpy (heartbeat.terminal, terminal, sizeof heartbeat.terminal);
  g_strlcpy (heartbeat.content, "2026.11 \xe2\x80\x9c<b>'\\\xe2\x80\x9d", sizeof heartbeat.content);
  g_assert_true (store->write (store, &write, 1, NULL));
  g_assert_cmpint (write.ret_outcome, ==, PERRON_OUTCOME_CREATED);
}

/* One a terminal: the last. */
static void
check_heartbeats (PerronGatewayStore *store)
{
  g_autoptr (GArray) seen = g_array_new (FALSE, TRUE, sizeof (PerronSeen));
  gint64 now = g_get_real_time () / 1000;

  g_assert_true (store->read_seen (store, seen, NULL));
  g_assert_cmpuint (seen->len, ==, 0);
  tell (store, "borne-0001", 5);
  tell (store, "borne-0002", 6);
  tell (store, "borne-0001", 4);
  g_assert_true (store->read_seen (store, seen, NULL));
  g_assert_cmpuint (seen->len, ==, 2);
  for (guint i = 0; i < seen->len; i++) {
    const PerronSeen *one = &g_array_index (seen, PerronSeen, i);
    g_assert_cmpint (one->heartbeat.waiting, ==, strcmp (one->heartbeat.terminal, "borne-0001") == 0 ? 4 : 6);
    g_assert_cmpstr (one->heartbeat.content, ==, "2026.11 \xe2\x80\x9c<b>'\\\xe2\x80\x9d");
    g_assert_cmpuint (one->heartbeat.check_count, ==, 1);
    g_assert_cmpint (one->heartbeat.checks[0].state, ==, PERRON_CHECK_ATTENTION);
    g_assert_cmpint (one->seen_ms, >=, now);
  }
}

/* --- what the store counts, against its rows -------------------------------------------------------------------------------- */

/* What is stored next has another stamp. */
static void
check_counts (PerronGatewayStore *store, gint64 waiting, gint64 received)
{
  g_autoptr (GArray) items = g_array_new (FALSE, TRUE, sizeof (PerronWaitingItem));
  gint64 now_ms = g_get_real_time () / 1000;
  PerronGatewayCounts counts;

  g_assert_true (store->check (store, NULL) && store->count (store, &counts, NULL));
  g_assert_true (store->list_overdue (store, G_MAXINT64, 10000, items, NULL));
  g_assert_cmpint (items->len, ==, waiting);
  g_assert_cmpint (counts.waiting, ==, waiting);
  g_assert_cmpint (counts.received, ==, received);
  g_assert_cmpint (counts.oldest_waiting_unix_ms, ==, waiting > 0 ? g_array_index (items, PerronWaitingItem, 0).stored_unix_ms : 0);
  while (g_get_real_time () / 1000 <= now_ms)
    g_thread_yield ();
}

/* The first that came is of the caisse that comes first, last, and between the others; then none is left. */
static void
check_oldest (PerronGatewayStore *store)
{
  static const char *const caisses[] = { "500", "900", "100", "700" };
  for (guint8 i = 0; i < G_N_ELEMENTS (caisses); i++) {
    g_assert_cmpint (put (store, 200 + i, 1, "borne-0009", caisses[i]), ==, PERRON_OUTCOME_CREATED);
    check_counts (store, 1 + i, 0);
  }
  for (guint8 i = 0; i < G_N_ELEMENTS (caisses); i++) {
    g_assert_cmpint (acknowledge (store, 200 + i, 1, "borne-0009", caisses[i]), ==, PERRON_OUTCOME_CREATED);
    check_counts (store, G_N_ELEMENTS (caisses) - 1 - i, 1 + i);
  }
}

/* --- the contract on each ------------------------------------------------------------------------------------------------------ */

typedef PerronGatewayStore *(*MakeStore) (const char *place, GError **error);

static void
check_store (MakeStore make, const char *place)
{
  g_autoptr (GError) error = NULL;
  PerronGatewayStore *store = make (place, &error);

  g_assert_no_error (error);
  check_counts (store, 0, 0);
  check_oldest (store);
  check_writes (store);
  check_counts (store, 3, 4);
  check_reads (store);
  check_counts (store, 2, 5);
  check_replies (store);
  check_heads (store);
  check_heartbeats (store);
  perron_gateway_store_free (store);

  g_autoptr (PerronGatewayStore) again = make (place, &error);
  g_assert_no_error (error);
  check_counts (again, 1, 6);
  check_group (again);
  check_counts (again, 201, 6);
  check_mixed (again);
  check_counts (again, 208, 7);
}

static void
test_sqlite (void)
{
  g_autofree char *folder = g_dir_make_tmp ("perron-store-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "gateway.db", NULL);
  check_store (perron_gateway_store_sqlite_new, path);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_postgresql (void)
{
  Cluster cluster = { 0 };
  if (!cluster_start (&cluster))
    return;
  check_store (perron_gateway_store_postgresql_new, cluster.where);

  /* A server that does not flush would lose what it confirmed. */
  g_autofree char *weak = g_strconcat (cluster.where, " options='-c synchronous_commit=off'", NULL);
  g_autoptr (PerronGatewayStore) same = perron_gateway_store_postgresql_new (weak, NULL);
  g_assert_nonnull (same); /* synchronous_commit is ours to set, and is set */
  g_clear_pointer (&same, perron_gateway_store_free);
  cluster_stop (&cluster);
}

/* Only a Unix socket, and nothing libpq cannot read. */
static void
test_postgresql_place (void)
{
  static const char *const wrong[] = { "", "host=127.0.0.1", "host=/run/postgresql hostaddr=127.0.0.1", "host=/run/a,localhost", "host", "dbname=x" };
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (perron_gateway_store_postgresql_new (wrong[i], &error));
    g_assert_error (error, PERRON_GATEWAY_ERROR, PERRON_GATEWAY_ERROR_STORE);
    g_assert_nonnull (strstr (error->message, "[receiver] postgresql"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/identity", test_identity);
  g_test_add_func ("/gateway/identity/assigned", test_assigned);
  g_test_add_func ("/gateway/store/sqlite", test_sqlite);
  g_test_add_func ("/gateway/store/postgresql", test_postgresql);
  g_test_add_func ("/gateway/store/postgresql-place", test_postgresql_place);
  return g_test_run ();
}
