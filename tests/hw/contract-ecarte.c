/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/hw/contract-ecarte.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/core/secret.h"

#define MARK_BYTES 32

typedef struct {
  guint calls;
  PerronECarteOutcome outcome;
  guint people;
} Told;

static void
on_outcome (PerronECarteOutcome outcome, const PerronHolders *holders, gpointer data)
{
  Told *told = data;
  g_assert_cmpint (holders != NULL, ==, outcome == PERRON_ECARTE_READ);
  told->calls++;
  told->outcome = outcome;
  told->people = holders != NULL ? holders->count : 0;
}

/* Made at run time, so that the mark itself stands nowhere else in the process. */
static void
write_mark (guint8 ret_code[64])
{
  for (guint i = 0; i < MARK_BYTES; i++)
    ret_code[i] = (guint8) ('A' + (i * i * 5 + 11 * i + 3) % 26);
}

static gsize
write_code (const ECarteContract *contract, guint8 ret_code[64])
{
  if (contract->write_code != NULL)
    return contract->write_code (ret_code);
  write_mark (ret_code);
  return MARK_BYTES;
}

static void
present (PerronECarte *ecarte, const ECarteContract *contract, PerronECarteMode mode, Told *told)
{
  guint8 code[64] = { 0 };
  const guint8 nothing[64] = { 0 };
  gsize length = mode == PERRON_ECARTE_BY_CODE ? write_code (contract, code) : 0;
  guint before = told->calls;
  perron_ecarte_present (ecarte, mode, length > 0 ? code : NULL, length, on_outcome, told);
  g_assert_cmpmem (code, sizeof code, nothing, sizeof nothing);
  g_assert_cmpuint (told->calls, ==, before); /* never from inside */
}

static void
run_until_told (const Told *told, guint calls)
{
  while (told->calls < calls)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (told->calls, ==, calls);
}

static void
test_answers_once (gconstpointer data)
{
  const ECarteContract *contract = data;
  gsize before = perron_secret_in_use ();
  g_autoptr (PerronECarte) ecarte = perron_ecarte_new (contract->provider);
  Told told = { 0 };

  for (guint i = 0; i < 3; i++) {
    present (ecarte, contract, PERRON_ECARTE_BY_NFC, &told);
    run_until_told (&told, 2 * i + 1);
    g_assert_cmpint (told.outcome, ==, contract->by_nfc);
    present (ecarte, contract, PERRON_ECARTE_BY_CODE, &told);
    run_until_told (&told, 2 * i + 2);
    g_assert_cmpint (told.outcome, ==, contract->by_code);
    g_assert_cmpuint (perron_secret_in_use (), ==, before);
  }
}

static void
test_cancelled_is_silent (gconstpointer data)
{
  const ECarteContract *contract = data;
  gsize before = perron_secret_in_use ();
  g_autoptr (PerronECarte) ecarte = perron_ecarte_new (contract->provider);
  Told told = { 0 }, other = { 0 };

  perron_ecarte_cancel (ecarte); /* nothing under way */
  present (ecarte, contract, PERRON_ECARTE_BY_CODE, &told);
  perron_ecarte_cancel (ecarte);
  g_assert_cmpuint (perron_secret_in_use (), ==, before);
  /* One that takes the place of another: only the second is answered. */
  present (ecarte, contract, PERRON_ECARTE_BY_CODE, &told);
  present (ecarte, contract, PERRON_ECARTE_BY_NFC, &other);
  run_until_told (&other, 1);
  g_assert_cmpuint (told.calls, ==, 0);
}

static void
test_freed_in_the_middle (gconstpointer data)
{
  const ECarteContract *contract = data;
  gsize before = perron_secret_in_use ();
  Told told = { 0 };

  for (guint mode = 0; mode < 2; mode++) {
    PerronECarte *ecarte = perron_ecarte_new (contract->provider);
    present (ecarte, contract, (PerronECarteMode) mode, &told);
    perron_ecarte_free (ecarte);
    while (g_main_context_iteration (NULL, FALSE))
      ;
    g_assert_cmpuint (told.calls, ==, 0);
    g_assert_cmpuint (perron_secret_in_use (), ==, before);
  }
}

static void
test_hostile_codes (gconstpointer data)
{
  const ECarteContract *contract = data;
  static const gsize lengths[] = { 0, PERRON_ECARTE_BEARER_MAX + 1, 1 << 20 };
  g_autoptr (PerronECarte) ecarte = perron_ecarte_new (contract->provider);
  Told told = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autofree guint8 *code = g_malloc (lengths[i] + 1);
    memset (code, 'Q', lengths[i] + 1);
    perron_ecarte_present (ecarte, PERRON_ECARTE_BY_CODE, code, lengths[i], on_outcome, &told);
    for (gsize at = 0; at < lengths[i]; at++)
      g_assert_cmpuint (code[at], ==, 0);
    run_until_told (&told, i + 1);
    g_assert_cmpint (told.outcome, ==, PERRON_ECARTE_REFUSED);
  }
  perron_ecarte_present (ecarte, PERRON_ECARTE_BY_CODE, NULL, 7, on_outcome, &told);
  run_until_told (&told, G_N_ELEMENTS (lengths) + 1);
  g_assert_cmpint (told.outcome, ==, PERRON_ECARTE_REFUSED);
}

/* --- nothing is left ---------------------------------------------------------------------------------------------------------- */

static guint
count_in_range (int memory, guint64 from, guint64 to)
{
  guint found = 0;
  guint8 mark[64];
  g_autofree guint8 *page = g_malloc (4096 + MARK_BYTES);

  for (guint64 at = from; at < to; at += 4096) {
    gssize count = pread (memory, page, 4096 + MARK_BYTES, (off_t) at);
    write_mark (mark);
    for (gssize i = 0; i + MARK_BYTES <= count && i < 4096; i++)
      found += memcmp (page + i, mark, MARK_BYTES) == 0;
    explicit_bzero (mark, sizeof mark);
    explicit_bzero (page, 4096 + MARK_BYTES);
  }
  return found;
}

/* In all memory of the process that can be written: heap, stacks, arenas, data. */
static guint
count_marks (void)
{
  guint found = 0;
  g_autofree char *text = NULL;
  int memory = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (memory, >=, 0);
  g_assert_true (g_file_get_contents ("/proc/self/maps", &text, NULL, NULL));
  g_auto (GStrv) maps = g_strsplit (text, "\n", -1);
  for (guint i = 0; maps[i] != NULL; i++) {
    guint64 from, to;
    char rights[8];
    if (sscanf (maps[i], "%lx-%lx %7s", &from, &to, rights) == 3 && rights[0] == 'r' && rights[1] == 'w')
      found += count_in_range (memory, from, to);
  }
  close (memory);
  return found;
}

static void
test_nothing_is_left (gconstpointer data)
{
  const ECarteContract *contract = data;
  g_autoptr (PerronECarte) ecarte = perron_ecarte_new (contract->provider);
  Told told = { 0 };
  guint8 code[64];

  if (contract->write_code != NULL)
    return g_test_skip ("this provider takes a code of its own only");
#ifdef __SANITIZE_ADDRESS__
  return g_test_skip ("the shadow memory of the sanitizer is larger than any search, and its allocator keeps what was freed");
#endif
  write_mark (code);
  g_assert_cmpuint (count_marks (), >=, 1); /* the search works */
  perron_ecarte_present (ecarte, PERRON_ECARTE_BY_CODE, code, MARK_BYTES, on_outcome, &told);
  run_until_told (&told, 1);
  g_assert_cmpuint (count_marks (), ==, 0);
  write_mark (code);
  perron_ecarte_present (ecarte, PERRON_ECARTE_BY_CODE, code, MARK_BYTES, on_outcome, &told);
  perron_ecarte_cancel (ecarte);
  g_assert_cmpuint (count_marks (), ==, 0);
}

static void
add (const ECarteContract *contract, const char *name, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/ecarte/%s/%s", contract->provider->name, name);
  g_test_add_data_func (path, contract, test);
}

void
ecarte_contract_add (const ECarteContract *contract)
{
  add (contract, "answers-once", test_answers_once);
  add (contract, "cancelled-is-silent", test_cancelled_is_silent);
  add (contract, "freed-in-the-middle", test_freed_in_the_middle);
  add (contract, "hostile-codes", test_hostile_codes);
  add (contract, "nothing-is-left", test_nothing_is_left);
}
