/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/core/secret.h"

/* A freed block stays mapped: what is left in it can be looked at. The volatile keeps the compiler from knowing better. */
static gboolean
is_zero (const volatile guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++) {
    if (bytes[i] != 0)
      return FALSE;
  }
  return TRUE;
}

static void
test_given_zeroed_and_wiped_whole (void)
{
  for (gsize size = 1; size <= 300; size += 7) {
    guint8 *block = perron_secret_alloc (size);
    g_assert_true (is_zero (block, size));
    memset (block, 0xA5, size);
    volatile guint8 *after = block;
    perron_secret_free (block);
    g_assert_true (is_zero (after, size));
  }
  g_assert_cmpuint (perron_secret_in_use (), ==, 0);
}

static void
test_blocks_do_not_overlap (void)
{
  enum { COUNT = 200 };
  guint8 *blocks[COUNT];
  for (guint i = 0; i < COUNT; i++) {
    blocks[i] = perron_secret_alloc (1 + i * 5);
    memset (blocks[i], (int) i + 1, 1 + i * 5);
  }
  for (guint i = 0; i < COUNT; i++) {
    for (guint at = 0; at < 1 + i * 5; at++)
      g_assert_cmpuint (blocks[i][at], ==, (guint8) (i + 1));
  }
  for (guint i = 0; i < COUNT; i++) /* scattered order: holes are joined again */
    perron_secret_free (blocks[(i * 77) % COUNT]);
  g_assert_cmpuint (perron_secret_in_use (), ==, 0);
  perron_secret_free (perron_secret_alloc (PERRON_SECRET_ARENA_BYTES));
}

static void
test_whole_arena_can_be_given (void)
{
  guint8 *all = perron_secret_alloc (PERRON_SECRET_ARENA_BYTES);
  g_assert_cmpuint (perron_secret_in_use (), ==, PERRON_SECRET_ARENA_BYTES);
  memset (all, 0xFF, PERRON_SECRET_ARENA_BYTES);
  volatile guint8 *after = all;
  perron_secret_free (all);
  g_assert_true (is_zero (after, PERRON_SECRET_ARENA_BYTES));
}

/* The sanitizer's library makes mlock() do nothing. TRUE: the test is not for this build. */
static gboolean
skip_without_mlock (void)
{
#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("AddressSanitizer replaces mlock()");
  return TRUE;
#else
  return FALSE;
#endif
}

static void
test_is_locked (void)
{
  if (skip_without_mlock ())
    return;
  g_autofree char *status = NULL;
  perron_secret_free (perron_secret_alloc (1));
  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  const char *line = strstr (status, "VmLck:");
  g_assert_nonnull (line);
  g_assert_cmpint (g_ascii_strtoll (line + strlen ("VmLck:"), NULL, 10), >=, PERRON_SECRET_ARENA_BYTES / 1024);
}

static void
test_forked_child_sees_nothing (void)
{
  guint8 *block = perron_secret_alloc (64);
  memset (block, 0x5A, 64);
  pid_t child = fork ();
  if (child == 0)
    _exit (is_zero (block, 64) ? 0 : 1);
  int status;
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  g_assert_cmpuint (block[0], ==, 0x5A);
  perron_secret_free (block);
}

static void
test_copies_end_with_nul (void)
{
  g_autoptr (PerronSecretText) cut = perron_secret_strndup ("CAMILLE", 3);
  g_autoptr (PerronSecretText) whole = perron_secret_strdup ("ÉLOÏSE");
  g_autoptr (PerronSecretText) shorter = perron_secret_strndup ("A", 100);
  g_autoptr (PerronSecretText) empty = perron_secret_strdup ("");
  g_assert_cmpstr (cut, ==, "CAM");
  g_assert_cmpstr (whole, ==, "ÉLOÏSE");
  g_assert_cmpstr (shorter, ==, "A");
  g_assert_cmpstr (empty, ==, "");
}

static void
test_copy_text_never_cuts (void)
{
  char array[8];
  memset (array, 'x', sizeof array);
  g_assert_true (perron_secret_copy_text (array, sizeof array, "SEPT777"));
  g_assert_cmpstr (array, ==, "SEPT777");
  g_assert_false (perron_secret_copy_text (array, sizeof array, "HUIT8888"));
  g_assert_true (is_zero ((guint8 *) array, sizeof array));
}

static gpointer
give_and_take (gpointer data)
{
  for (guint i = 0; i < 2000; i++) {
    guint8 *block = perron_secret_alloc (1 + (i % 500));
    *block = (guint8) GPOINTER_TO_UINT (data);
    if (*block != (guint8) GPOINTER_TO_UINT (data))
      return NULL;
    perron_secret_free (block);
  }
  return data;
}

static void
test_threads_share_it (void)
{
  GThread *threads[4];
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("secret", give_and_take, GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, i + 1);
  g_assert_cmpuint (perron_secret_in_use (), ==, 0);
}

/* --- what must not go on ------------------------------------------------------------------------------------------------------ */

static void
assert_dies (const char *path, const char *because)
{
  g_test_trap_subprocess (path, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr (because);
}

static void
spend (void)
{
  perron_secret_alloc (PERRON_SECRET_ARENA_BYTES - 64);
  perron_secret_alloc (64);
  perron_secret_alloc (1);
}

static void
test_spent_aborts (void)
{
  assert_dies ("/secret/subprocess/spend", "*arena is spent*");
}

static void
free_foreign (void)
{
  char local[8] = "";
  perron_secret_free (perron_secret_alloc (1));
  perron_secret_free (local);
}

static void
free_inside (void)
{
  guint8 *block = perron_secret_alloc (256);
  perron_secret_free (block + 64);
}

static void
free_twice (void)
{
  guint8 *block = perron_secret_alloc (16);
  perron_secret_free (block);
  perron_secret_free (block);
}

static void
free_first (void)
{
  char local[8] = "";
  perron_secret_free (local);
}

static void
test_foreign_pointer_aborts (void)
{
  assert_dies ("/secret/subprocess/foreign", "*not a block*");
  assert_dies ("/secret/subprocess/inside", "*not a block*");
  assert_dies ("/secret/subprocess/twice", "*not a block*");
  assert_dies ("/secret/subprocess/first", "*not a block*");
}

static void
refuse_lock (void)
{
  const struct rlimit little = { 4096, 4096 };
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (setrlimit (RLIMIT_MEMLOCK, &little), ==, 0);
  /* Root may lock regardless, unless it gives the capability up. */
  if (geteuid () == 0)
    g_assert_cmpint (setuid (65534), ==, 0);
  g_assert_false (perron_secret_prepare (&error));
  g_assert_error (error, PERRON_SECRET_ERROR, PERRON_SECRET_ERROR_LOCK);
  g_assert_nonnull (strstr (error->message, "RLIMIT_MEMLOCK"));
}

static void
test_no_lock_is_an_error (void)
{
  if (skip_without_mlock ())
    return;
  g_test_trap_subprocess ("/secret/subprocess/no-lock", 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
harden (void)
{
  struct rlimit core;
  perron_secret_harden_process ();
  g_assert_cmpint (prctl (PR_GET_DUMPABLE), ==, 0);
  g_assert_cmpint (getrlimit (RLIMIT_CORE, &core), ==, 0);
  g_assert_cmpuint (core.rlim_max, ==, 0);
}

static void
test_hardened_leaves_no_core (void)
{
  g_test_trap_subprocess ("/secret/subprocess/harden", 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/given-zeroed-and-wiped-whole", test_given_zeroed_and_wiped_whole);
  g_test_add_func ("/secret/blocks-do-not-overlap", test_blocks_do_not_overlap);
  g_test_add_func ("/secret/whole-arena-can-be-given", test_whole_arena_can_be_given);
  g_test_add_func ("/secret/is-locked", test_is_locked);
  g_test_add_func ("/secret/forked-child-sees-nothing", test_forked_child_sees_nothing);
  g_test_add_func ("/secret/copies-end-with-nul", test_copies_end_with_nul);
  g_test_add_func ("/secret/copy-text-never-cuts", test_copy_text_never_cuts);
  g_test_add_func ("/secret/threads-share-it", test_threads_share_it);
  g_test_add_func ("/secret/spent-aborts", test_spent_aborts);
  g_test_add_func ("/secret/foreign-pointer-aborts", test_foreign_pointer_aborts);
  g_test_add_func ("/secret/no-lock-is-an-error", test_no_lock_is_an_error);
  g_test_add_func ("/secret/hardened-leaves-no-core", test_hardened_leaves_no_core);
  g_test_add_func ("/secret/subprocess/spend", spend);
  g_test_add_func ("/secret/subprocess/foreign", free_foreign);
  g_test_add_func ("/secret/subprocess/inside", free_inside);
  g_test_add_func ("/secret/subprocess/twice", free_twice);
  g_test_add_func ("/secret/subprocess/first", free_first);
  g_test_add_func ("/secret/subprocess/no-lock", refuse_lock);
  g_test_add_func ("/secret/subprocess/harden", harden);
  return g_test_run ();
}
