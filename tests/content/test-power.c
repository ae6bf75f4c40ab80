/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power cut, kill and failing disk at every call that changes something: what was in use before stays whole, or the new one is. */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/content/pack-fixture.h"
#include "tests/content/power.h"

#define ROUNDS 3 /* packs, then one step back */

typedef struct {
  guint end[ROUNDS + 2];       /* moment at which the step had returned */
  gint64 version[ROUNDS + 2];  /* what it left in use */
  guint count;
} History;

static void
put_step (History *history, gint64 version)
{
  history->end[history->count] = power_now ();
  history->version[history->count++] = version;
}

static void
make_history (PackFixture *fixture, History *history)
{
  g_autoptr (GError) error = NULL;
  gint64 version;

  g_assert_cmpint (g_mkdir_with_parents (fixture->store, 0755), ==, 0);
  power_record (fixture->store);
  put_step (history, 0);
  for (guint i = 1; i <= ROUNDS; i++) {
    PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, i);
    pack_install (fixture, &recipe);
    put_step (history, i);
  }
  g_assert_true (perron_content_roll_back (&fixture->options, PERRON_ROLE_CONTENT, &version, &error));
  g_assert_cmpint (version, ==, ROUNDS - 1);
  put_step (history, ROUNDS - 1);
  power_stop ();
}

/* Is what is in use at that moment what the step before left, or the step under way leaves? */
static gboolean
is_allowed (const History *history, guint moment, gint64 version)
{
  for (guint i = 0; i < history->count; i++) {
    gboolean over = history->end[i] <= moment, next_over = i + 1 == history->count || history->end[i + 1] <= moment;
    if (over && !next_over)
      return version == history->version[i] || version == history->version[i + 1];
    if (over && i + 1 == history->count)
      return version == history->version[i];
  }
  return FALSE;
}

static guint
count_wrong (PackFixture *fixture, const History *history, guint states, gboolean flushes)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "left", NULL);
  const PerronContentOptions options = { folder, fixture->anchor, &fixture->clock.clock };
  g_autoptr (GRand) chance = g_rand_new_with_seed (20261122);
  guint wrong = 0, last = history->end[history->count - 1];

  for (guint i = 0; i < states; i++) {
    guint moment = i * (last + 1) / states;
    g_auto (PerronContentInUse) in_use = { 0 };
    power_lay_out (moment, flushes, chance, folder);
    perron_content_look (&options, PERRON_ROLE_CONTENT, TRUE, &in_use);
    wrong += !is_allowed (history, moment, in_use.version);
    perron_pack_discard (folder);
  }
  return wrong;
}

static guint
states_wanted (void)
{
  const char *wanted = g_getenv ("PERRON_CRASH_STATES");
  return wanted != NULL ? (guint) CLAMP (g_ascii_strtoull (wanted, NULL, 10), 100, 10000000) : 3000;
}

static void
test_power_cut (PackFixture *fixture, gconstpointer data)
{
  History history = { 0 };
  guint states = states_wanted ();

  make_history (fixture, &history);
  g_assert_cmpuint (count_wrong (fixture, &history, states, TRUE), ==, 0);
  /* The method bites: without the flushes many of the same states are neither the one nor the other. */
  guint wrong = count_wrong (fixture, &history, states / 5, FALSE);
  g_test_message ("%u states over %u calls: 0 wrong; without flushes %u of %u", states, history.end[history.count - 1], wrong, states / 5);
  g_assert_cmpuint (wrong, >, states / 50);
}

/* After a cut the next pack is taken, whatever the cut left. */
static void
test_goes_on_after (PackFixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "left", NULL);
  g_autoptr (GRand) chance = g_rand_new_with_seed (7);
  PerronContentOptions options = { folder, fixture->anchor, &fixture->clock.clock };
  History history = { 0 };

  make_history (fixture, &history);
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, ROUNDS + 1);
  int fd = pack_make (fixture, &recipe);
  for (guint moment = 0; moment <= history.end[history.count - 1]; moment++) {
    g_autoptr (GError) error = NULL;
    g_auto (PerronContentInUse) in_use = { 0 };
    PerronPackAbout about;
    power_lay_out (moment, TRUE, chance, folder);
    gboolean installed = perron_content_install (&options, fd, &about, &error);
    g_assert_no_error (error);
    g_assert_true (installed);
    perron_content_look (&options, PERRON_ROLE_CONTENT, TRUE, &in_use);
    g_assert_cmpint (in_use.version, ==, ROUNDS + 1);
    perron_pack_discard (folder);
  }
  close (fd);
}

static gint64
version_in_use (PackFixture *fixture)
{
  g_auto (PerronContentInUse) in_use = { 0 };
  perron_content_look (&fixture->options, PERRON_ROLE_CONTENT, TRUE, &in_use);
  return in_use.version;
}

/* TRUE when the child was killed at its n-th call; FALSE: it came to its end before. */
static gboolean
install_and_die (PackFixture *fixture, int fd, guint n)
{
  int status;
  pid_t child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0) {
    PerronPackAbout about;
    power_fail_at (n, 0);
    _exit (perron_content_install (&fixture->options, fd, &about, NULL) ? 0 : 1);
  }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  if (WIFSIGNALED (status))
    return TRUE;
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  return FALSE;
}

static void
test_killed (PackFixture *fixture, gconstpointer data)
{
  gboolean killed = TRUE;
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 1);
  pack_install (fixture, &recipe);
  recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 2);
  pack_install (fixture, &recipe);

  gint64 before = 2;
  for (guint n = 1; killed; n++) {
    recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, before + 1);
    int fd = pack_make (fixture, &recipe);
    killed = install_and_die (fixture, fd, n);
    gint64 after = version_in_use (fixture);
    g_assert_true (after == before || after == before + 1);
    before = after;
    close (fd);
    g_assert_cmpuint (n, <, 500);
  }
  g_assert_cmpint (before, >, 2);
}

/* Disk full, disk failing, at each call: said, and what was in use stays; once there is room the same pack is taken. */
static void
test_failing_disk (PackFixture *fixture, gconstpointer data)
{
  int code = GPOINTER_TO_INT (data);
  gint64 before = 1;
  gboolean failed = TRUE;
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 1);
  pack_install (fixture, &recipe);

  for (guint n = 1; failed; n++) {
    g_autoptr (GError) error = NULL;
    PerronPackAbout about;
    recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, before + 1);
    int fd = pack_make (fixture, &recipe);
    power_fail_at (n, code);
    gboolean installed = perron_content_install (&fixture->options, fd, &about, &error);
    failed = power_calls () >= n;
    power_fail_at (0, 0);
    if (!installed)
      g_assert_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_DISK);
    gint64 after = version_in_use (fixture);
    g_assert_true (after == before + 1 || (!installed && after == before));
    if (after == before)
      pack_install (fixture, &recipe);
    before++;
    close (fd);
    g_assert_cmpuint (n, <, 500);
  }
  g_assert_cmpint (before, >, 20);
}

int
main (int argc, char **argv)
{
  /* Hundreds of packs: in memory where there is such a place. */
  g_autofree char *shared = g_strdup ("/dev/shm/perron-power-XXXXXX");
  if (g_mkdtemp (shared) != NULL)
    g_setenv ("TMPDIR", shared, TRUE);
  else
    *shared = '\0';
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/power/cut", PackFixture, NULL, pack_set_up, test_power_cut, pack_tear_down);
  g_test_add ("/power/goes-on-after", PackFixture, NULL, pack_set_up, test_goes_on_after, pack_tear_down);
  g_test_add ("/power/killed", PackFixture, NULL, pack_set_up, test_killed, pack_tear_down);
  g_test_add ("/power/disk-full", PackFixture, GINT_TO_POINTER (ENOSPC), pack_set_up, test_failing_disk, pack_tear_down);
  g_test_add ("/power/disk-fails", PackFixture, GINT_TO_POINTER (EIO), pack_set_up, test_failing_disk, pack_tear_down);
  int status = g_test_run ();
  power_forget ();
  if (*shared != '\0')
    perron_pack_discard (shared);
  return status;
}
