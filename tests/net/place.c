/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/net/place.h"

#include <string.h>

const PerronGatewayDays place_days = { .answers = 120, .unfetched = 400, .remember = 700, .decide = 90 };

void
place_fill_id (guint8 id[PERRON_UUID_BYTES], gint64 time_ms, guint number)
{
  perron_id_of_time (time_ms, id);
  id[6] = 0x70;
  id[8] = 0x80;
  id[14] = (guint8) (number >> 8);
  id[15] = (guint8) number;
}

PerronEnvelope *
place_make_envelope (gint64 time_ms, guint number, guint8 digest)
{
  PerronEnvelope *envelope = g_new0 (PerronEnvelope, 1);
  place_fill_id (envelope->id, time_ms, number);
  envelope->digest[0] = digest;
  envelope->digest[1] = (guint8) number;
  envelope->terminal = g_strdup ("borne-0001");
  envelope->dest = g_strdup ("000");
  envelope->suite = 1;
  envelope->sealed = g_bytes_new_static ("sealed-bytes", 12);
  envelope->signature = g_bytes_new_static ("signature", 9);
  return envelope;
}

PerronOutcome
place_put_with (const Place *place, gint64 time_ms, guint number, guint8 digest, gboolean even_forgotten)
{
  g_autoptr (PerronEnvelope) envelope = place_make_envelope (time_ms, number, digest);
  PerronGatewayWrite write = { .envelope = envelope, .even_forgotten = even_forgotten };
  g_autoptr (GError) error = NULL;
  place->store->write (place->store, &write, 1, &error);
  g_assert_no_error (error);
  return write.ret_outcome;
}

PerronOutcome
place_put (const Place *place, gint64 time_ms, guint number)
{
  return place_put_with (place, time_ms, number, 7, FALSE);
}

PerronOutcome
place_acknowledge (const Place *place, gint64 time_ms, guint number)
{
  g_autoptr (PerronEnvelope) envelope = place_make_envelope (time_ms, number, 7);
  g_autoptr (PerronReceipt) receipt = g_new0 (PerronReceipt, 1);
  PerronGatewayWrite write = { .receipt = receipt };
  memcpy (receipt->id, envelope->id, sizeof receipt->id);
  memcpy (receipt->digest, envelope->digest, sizeof receipt->digest);
  receipt->terminal = g_strdup ("borne-0001");
  receipt->caisse = g_strdup ("000");
  receipt->received_unix_ms = 5;
  receipt->signature = g_bytes_new_static ("receipt-signature", 17);
  g_assert_true (place->store->write (place->store, &write, 1, NULL));
  return write.ret_outcome;
}

PerronOutcome
place_reply (const Place *place, gint64 time_ms, guint number, gint64 which)
{
  g_autoptr (PerronEnvelope) envelope = place_make_envelope (time_ms, number, 7);
  g_autoptr (PerronReply) one = g_new0 (PerronReply, 1);
  PerronGatewayWrite write = { .reply = one };
  memcpy (one->id, envelope->id, sizeof one->id);
  memcpy (one->digest, envelope->digest, sizeof one->digest);
  one->terminal = g_strdup ("borne-0001");
  one->caisse = g_strdup ("000");
  one->code = PERRON_REPLY_CALLED;
  one->number = which;
  one->signature = g_bytes_new_static ("reply-signature", 15);
  g_assert_true (place->store->write (place->store, &write, 1, NULL));
  return write.ret_outcome;
}

static PerronGatewayCounts
count (const Place *place)
{
  PerronGatewayCounts counts;
  g_assert_true (place->store->count (place->store, &counts, NULL));
  return counts;
}

guint
place_count_waiting (const Place *place)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_envelope_free);
  gint64 cursor;
  g_assert_true (place->store->read_waiting (place->store, "000", 0, 10000, 1 << 24, found, &cursor, NULL));
  g_assert_cmpint (count (place).waiting, ==, found->len);
  return found->len;
}

guint
place_count_answers (const Place *place, gint64 *ret_cursor)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_receipt_free);
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_reply_free);
  g_assert_true (place->store->read_receipts (place->store, "borne-0001", 0, 10000, found, replies, ret_cursor, NULL));
  g_assert_cmpint (count (place).received, ==, found->len);
  return found->len;
}

/* Borne-0001 asks once more, with this cursor. */
void
place_look (Place *place, gint64 wall_ms, gint64 passed_ms, gint64 since)
{
  PerronFetched fetched = { .terminal = "borne-0001", .since = since };
  g_autoptr (GError) error = NULL;
  place->store->note_time (place->store, &place_days, wall_ms, passed_ms, &fetched, since >= 0 ? 1 : 0, &error);
  g_assert_no_error (error);
}

/* Days pass; the gateway looks every tenth. */
void
place_pass (Place *place, guint count)
{
  for (guint i = 0; i < count; i += 10) {
    gint64 step = MIN (10, count - i) * DAY;
    place->now_ms += step;
    place_look (place, place->now_ms, step, -1);
  }
}

PerronForgetting
place_forget (const Place *place, guint rows)
{
  PerronForgetting forgetting = { 0 };
  g_autoptr (GError) error = NULL;
  for (guint slices = 0; forgetting.step != PERRON_FORGET_DONE; slices++) {
    g_assert_cmpuint (slices, <, 10000);
    place->store->forget (place->store, &place_days, rows, &forgetting, &error);
    g_assert_no_error (error);
  }
  return forgetting;
}

void
place_check_forgot (const Place *place, gint64 answers, gint64 unfetched, gint64 tasks)
{
  PerronForgetting gone = place_forget (place, 50);
  g_assert_cmpint (gone.ret_answers, ==, answers);
  g_assert_cmpint (gone.ret_unfetched, ==, unfetched);
  g_assert_cmpint (gone.ret_tasks, ==, tasks);
}
