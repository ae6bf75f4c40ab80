/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every fault at every APDU of a whole reading, through the real pcscd: each must come to the client under its name, in time, and leave
 * a slot that works. The nominal conversation is recorded first and is the measure of all others.
 */
#include <string.h>

#include "tests/dock/harness.h"

#define SILENCE_MS 150
#define TRACE_MAX 32

typedef struct {
  guint8 command[16];
  gsize length;
  guint8 answer[258];
  DWORD answer_length;
} Step;

typedef struct {
  Step steps[TRACE_MAX];
  guint count;
} Trace;

static Harness *harness;
static Client client;

static SCARDHANDLE
insert (const char *card, const char *fault)
{
  SCARDHANDLE handle;
  harness_do (harness, "insert %s %s", card, fault);
  client_wait (&client, SCARD_STATE_PRESENT | SCARD_STATE_MUTE, SCARD_STATE_PRESENT);
  g_assert_cmphex (client_connect (&client, &handle), ==, SCARD_S_SUCCESS);
  return handle;
}

static void
take_out (SCARDHANDLE handle)
{
  SCardDisconnect (handle, SCARD_RESET_CARD);
  g_autofree char *answer = harness_ask (harness, "remove");
  g_assert_true (strcmp (answer, "ok") == 0 || strcmp (answer, "error: no card is in") == 0);
  if (!(client.state.dwEventState & SCARD_STATE_EMPTY)) /* judged and seen already, when the card went by itself */
    client_wait (&client, SCARD_STATE_EMPTY, SCARD_STATE_EMPTY);
}

static void
record_step (SCARDHANDLE handle, Trace *trace, const guint8 *command, gsize length)
{
  g_assert_cmpuint (trace->count, <, TRACE_MAX);
  Step *step = &trace->steps[trace->count++];
  memcpy (step->command, command, length);
  step->length = length;
  g_assert_cmphex (client_send (handle, command, length, step->answer, &step->answer_length), ==, SCARD_S_SUCCESS);
  g_assert_cmpuint (step->answer_length, >=, 2);
}

/* A file to its end: first by short identifier, then by offset, with the length the card asks for. */
static void
record_file (SCARDHANDLE handle, Trace *trace)
{
  guint8 command[] = { 0x00, 0xB0, 0x82, 0x00, 0x00 };
  gsize offset = 0;
  for (;;) {
    record_step (handle, trace, command, sizeof command);
    const Step *step = &trace->steps[trace->count - 1];
    if (step->answer[0] == 0x6C) {
      command[4] = step->answer[1];
      continue;
    }
    offset += step->answer_length - 2;
    if (step->answer_length < 258)
      return;
    command[2] = (guint8) (offset >> 8);
    command[3] = (guint8) offset;
    command[4] = 0;
  }
}

static void
record (const char *card, Trace *trace)
{
  static const guint8 select_mf[] = { 0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00 };
  static const guint8 select_vitale[] = { 0x00, 0xA4, 0x04, 0x00, 0x0B, 0xD2, 0x50, 0x00, 0x00, 0x02, 0x56, 0x49, 0x54, 0x41, 0x4C, 0x45 };
  SCARDHANDLE handle = insert (card, "");
  trace->count = 0;
  record_step (handle, trace, select_mf, sizeof select_mf);
  record_file (handle, trace);
  record_step (handle, trace, select_vitale, sizeof select_vitale);
  record_file (handle, trace);
  take_out (handle);
}

static LONG
send_step (SCARDHANDLE handle, const Step *step, guint8 *answer, DWORD *ret_length)
{
  return client_send (handle, step->command, step->length, answer, ret_length);
}

/* All steps before `last` go as recorded; the last one is returned to be judged. */
static LONG
replay_to (SCARDHANDLE handle, const Trace *trace, guint last, guint8 *answer, DWORD *ret_length)
{
  for (guint i = 0; i < last; i++) {
    g_assert_cmphex (send_step (handle, &trace->steps[i], answer, ret_length), ==, SCARD_S_SUCCESS);
    g_assert_cmpmem (answer, *ret_length, trace->steps[i].answer, trace->steps[i].answer_length);
  }
  return send_step (handle, &trace->steps[last], answer, ret_length);
}

typedef void (*Judge) (SCARDHANDLE handle, const Step *step, LONG result, const guint8 *answer, DWORD length);

static void
judge_gone (SCARDHANDLE handle, const Step *step, LONG result, const guint8 *answer, DWORD length)
{
  guint8 again[258];
  DWORD again_length;
  g_assert_true (result == SCARD_E_NOT_TRANSACTED || result == SCARD_W_REMOVED_CARD);
  g_assert_cmphex (send_step (handle, step, again, &again_length), !=, SCARD_S_SUCCESS);
  client_wait (&client, SCARD_STATE_EMPTY, SCARD_STATE_EMPTY);
  g_assert_cmphex (send_step (handle, step, again, &again_length), ==, SCARD_W_REMOVED_CARD);
}

/* The other card is in: the old connection must never reach it. */
static void
judge_swapped (SCARDHANDLE handle, const Step *step, LONG result, const guint8 *answer, DWORD length)
{
  guint8 again[258];
  DWORD again_length;
  SCARDHANDLE other;
  g_assert_true (result == SCARD_E_NOT_TRANSACTED || result == SCARD_W_REMOVED_CARD);
  DWORD before = client.state.dwEventState >> 16;
  do
    client_wait (&client, SCARD_STATE_PRESENT, SCARD_STATE_PRESENT);
  while ((guint16) ((client.state.dwEventState >> 16) - before) < 2); /* one for EMPTY, one for PRESENT */
  g_assert_cmphex (send_step (handle, step, again, &again_length), ==, SCARD_W_REMOVED_CARD);
  g_assert_cmphex (client_connect (&client, &other), ==, SCARD_S_SUCCESS);
  g_assert_cmphex (client_send (other, (const guint8[]){ 0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00 }, 7, again, &again_length), ==,
                   SCARD_S_SUCCESS);
  SCardDisconnect (other, SCARD_LEAVE_CARD);
}

static void
judge_silent (SCARDHANDLE handle, const Step *step, LONG result, const guint8 *answer, DWORD length)
{
  g_assert_cmphex (result, ==, SCARD_E_NOT_TRANSACTED);
}

static void
judge_transport (SCARDHANDLE handle, const Step *step, LONG result, const guint8 *answer, DWORD length)
{
  guint8 again[258];
  DWORD again_length;
  g_assert_cmphex (result, ==, SCARD_E_NOT_TRANSACTED);
  g_assert_cmphex (send_step (handle, step, again, &again_length), ==, SCARD_S_SUCCESS);
  g_assert_cmpmem (again, again_length, step->answer, step->answer_length);
}

static void
judge_half (SCARDHANDLE handle, const Step *step, LONG result, const guint8 *answer, DWORD length)
{
  g_assert_cmphex (result, ==, SCARD_S_SUCCESS);
  g_assert_cmpmem (answer, length, step->answer, step->answer_length / 2);
}

static void
judge_zero (SCARDHANDLE handle, const Step *step, LONG result, const guint8 *answer, DWORD length)
{
  g_assert_cmphex (result, ==, SCARD_S_SUCCESS);
  g_assert_cmpuint (length, ==, 0);
}

static void
judge_garbage (SCARDHANDLE handle, const Step *step, LONG result, const guint8 *answer, DWORD length)
{
  g_assert_cmphex (result, ==, SCARD_S_SUCCESS);
  g_assert_cmpuint (length, ==, step->answer_length);
  g_assert_cmpint (memcmp (answer, step->answer, length), !=, 0);
}

static void
judge_sw (SCARDHANDLE handle, const Step *step, LONG result, const guint8 *answer, DWORD length)
{
  g_assert_cmphex (result, ==, SCARD_S_SUCCESS);
  g_assert_cmpmem (answer, length, "\x6F\x00", 2);
}

static const struct {
  const char *fault;
  Judge judge;
} faults[] = {
  { "pull", judge_gone },       { "swap:family.json", judge_swapped },
  { "mute", judge_silent },     { "transport", judge_transport },
  { "half", judge_half },       { "zero", judge_zero },
  { "garbage", judge_garbage }, { "sw:6F00", judge_sw },
};

static void
test_card (gconstpointer data)
{
  const char *card = data;
  g_autofree Trace *trace = g_new0 (Trace, 1);
  guint8 answer[258];
  DWORD length;

  harness = harness_new (SILENCE_MS);
  client_open (&client);
  record (card, trace);
  g_test_message ("%s: %u APDUs, %" G_GSIZE_FORMAT " faults each", card, trace->count, G_N_ELEMENTS (faults));
  for (guint at = 0; at < trace->count; at++) {
    for (gsize i = 0; i < G_N_ELEMENTS (faults); i++) {
      g_autofree char *word = g_strdup_printf ("%s@%u", faults[i].fault, at + 1);
      SCARDHANDLE handle = insert (card, word);
      LONG result = replay_to (handle, trace, at, answer, &length);
      faults[i].judge (handle, &trace->steps[at], result, answer, length);
      take_out (handle);
    }
  }
  client_close (&client);
  harness_free (g_steal_pointer (&harness));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/dock/faults/camille", "camille.json", test_card);
  g_test_add_data_func ("/dock/faults/family", "family.json", test_card);
  g_test_add_data_func ("/dock/faults/twins", "twins.json", test_card);
  g_test_add_data_func ("/dock/faults/direct", "direct.json", test_card);
  return g_test_run ();
}
