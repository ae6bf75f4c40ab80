/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/hw/contract-card-source.h"

/* Long enough that only a broken source reaches it; a sound one never waits for it. */
#define HANG_MS 20000

typedef struct {
  PerronCardSource *source;
  PerronCardStatus known;
  PerronCardStatus got;
} Waiter;

static gpointer
wait_in_thread (gpointer data)
{
  Waiter *waiter = data;
  waiter->got = waiter->source->wait (waiter->source, waiter->known, HANG_MS);
  return NULL;
}

static PerronCardStatus
look (PerronCardSource *source)
{
  return source->wait (source, PERRON_CARD_NO_READER, 0);
}

static PerronCardSource *
make_with_card (const CardSourceContract *contract)
{
  PerronCardSource *source = contract->make (contract->data);
  if (contract->insert != NULL)
    contract->insert (contract->data);
  PerronCardStatus status = look (source);
  if (status != PERRON_CARD_READING)
    status = source->wait (source, status, HANG_MS);
  g_assert_cmpint (status, ==, PERRON_CARD_READING);
  return source;
}

static void
test_looks_without_waiting (gconstpointer data)
{
  const CardSourceContract *contract = data;
  g_autoptr (PerronCardSource) source = contract->make (contract->data);
  PerronCardStatus status = look (source);

  g_assert_cmpint (status, ==, contract->insert != NULL ? PERRON_CARD_NO_CARD : PERRON_CARD_READING);
  g_assert_cmpint (source->wait (source, status, 0), ==, status);
  g_assert_cmpint (source->wait (source, PERRON_CARD_MUTE, HANG_MS), ==, status);
}

static void
test_cancel_before_a_wait_counts (gconstpointer data)
{
  const CardSourceContract *contract = data;
  g_autoptr (PerronCardSource) source = contract->make (contract->data);
  PerronCardStatus status = look (source);

  source->cancel (source);
  g_assert_cmpint (source->wait (source, status, -1), ==, status);
}

static void
test_cancel_from_another_thread (gconstpointer data)
{
  const CardSourceContract *contract = data;
  g_autoptr (PerronCardSource) source = contract->make (contract->data);
  Waiter waiter = { source, look (source), PERRON_CARD_STATUS_COUNT };
  GThread *thread = g_thread_new ("waiter", wait_in_thread, &waiter);

  source->cancel (source);
  g_thread_join (thread);
  g_assert_cmpint (waiter.got, ==, waiter.known);
}

static void
test_opens_and_answers (gconstpointer data)
{
  static const guint8 select[] = { 0x00, 0xA4, 0x04, 0x00, 0x0B, 0xD2, 0x50, 0x00, 0x00, 0x02, 'V', 'I', 'T', 'A', 'L', 'E' };
  const CardSourceContract *contract = data;
  g_autoptr (PerronCardSource) source = make_with_card (contract);

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PerronChannel) channel = source->open (source, &error);
    guint8 response[PERRON_RESPONSE_MAX];
    gsize length = 0;
    g_assert_no_error (error);
    const guint8 *atr = channel->get_atr (channel, &length);
    g_assert_cmpuint (length, >=, 2);
    g_assert_true (atr[0] == 0x3B || atr[0] == 0x3F);
    gssize got = channel->transmit (channel, select, sizeof select, response, sizeof response, &error);
    g_assert_no_error (error);
    g_assert_cmpint (got, >=, 2);
    g_assert_true (contract->wall ? response[0] == 0x6A && response[1] == 0x82 : response[got - 2] == 0x61 || response[got - 2] == 0x90);
  }
  /* having opened it is no difference */
  g_assert_cmpint (source->wait (source, PERRON_CARD_READING, 0), ==, PERRON_CARD_READING);
}

static void
test_insertion_and_removal (gconstpointer data)
{
  const CardSourceContract *contract = data;
  g_autoptr (PerronCardSource) source = contract->make (contract->data);
  Waiter in = { source, look (source), PERRON_CARD_STATUS_COUNT };
  GThread *thread = g_thread_new ("waiter", wait_in_thread, &in);
  contract->insert (contract->data);
  g_thread_join (thread);
  g_assert_cmpint (in.got, ==, PERRON_CARD_READING);

  Waiter out = { source, PERRON_CARD_READING, PERRON_CARD_STATUS_COUNT };
  thread = g_thread_new ("waiter", wait_in_thread, &out);
  contract->take_out (contract->data);
  g_thread_join (thread);
  g_assert_cmpint (out.got, ==, PERRON_CARD_NO_CARD);

  g_autoptr (GError) error = NULL;
  g_assert_null (source->open (source, &error));
  g_assert_error (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_REMOVED);
}

static void
test_swap_is_a_difference_once (gconstpointer data)
{
  const CardSourceContract *contract = data;
  g_autoptr (PerronCardSource) source = make_with_card (contract);
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronChannel) channel = source->open (source, &error);
  g_assert_no_error (error);
  g_clear_pointer (&channel, perron_channel_free);

  contract->swap (contract->data);
  PerronCardStatus status = source->wait (source, PERRON_CARD_READING, HANG_MS);
  if (status == PERRON_CARD_NO_CARD) /* the empty moment between the two may be seen too */
    status = source->wait (source, status, HANG_MS);
  g_assert_cmpint (status, ==, PERRON_CARD_READING);
  Waiter waiter = { source, PERRON_CARD_READING, PERRON_CARD_STATUS_COUNT };
  GThread *thread = g_thread_new ("waiter", wait_in_thread, &waiter);
  contract->take_out (contract->data);
  g_thread_join (thread);
  g_assert_cmpint (waiter.got, ==, PERRON_CARD_NO_CARD);
}

static void
add (const CardSourceContract *contract, const char *name, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/card-source/%s/%s", contract->name, name);
  g_test_add_data_func (path, contract, test);
}

void
card_source_contract_add (const CardSourceContract *contract)
{
  add (contract, "looks-without-waiting", test_looks_without_waiting);
  add (contract, "cancel-before-a-wait-counts", test_cancel_before_a_wait_counts);
  add (contract, "cancel-from-another-thread", test_cancel_from_another_thread);
  add (contract, "opens-and-answers", test_opens_and_answers);
  if (contract->insert != NULL && contract->take_out != NULL)
    add (contract, "insertion-and-removal", test_insertion_and_removal);
  if (contract->swap != NULL)
    add (contract, "swap-is-a-difference-once", test_swap_is_a_difference_once);
}
