/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/keeper.h"

#include "kiosk/core/log.h"

/* Soon after its start, and yet not while everybody comes back at once. */
#define FIRST_S 60
/* A batch that comes meanwhile waits for one slice at most: this long is not felt beside its own flush. */
#define SLICE_US 20000
#define ROWS_MIN 20
#define ROWS_MAX 1000
#define REST 4 /* times as long as the slice took */
#define ALARM_EVERY_MS PERRON_GATEWAY_DAY_MS
/* Terminals whose cursor is remembered until the next look: authenticated names, far more than a region has. */
#define FETCHED_MAX 100000

struct PerronKeeper {
  PerronGatewayStore *store;
  PerronWriter *writer;
  PerronMetrics *metrics;
  PerronClock *clock;
  PerronKeeperOptions options;
  GThread *thread;
  GMutex mutex; /* over what follows */
  GCond wake;
  gboolean ending;
  GHashTable *fetched; /* name -> gint64 */
  GArray *overdue;     /* PerronOverdue */
  /* Of the thread alone. */
  gint64 last_boot_ms; /* of the last look, at first of its start: how long a gateway was away nobody saw, and it does not count */
  guint rows;
  gint64 alarmed;
  gint64 alarm_again_ms;
};

/* --- on the writer's thread ----------------------------------------------------------------------------------------------------- */

typedef struct {
  PerronKeeper *keeper;
  GArray *fetched;
  gint64 passed_ms;
  PerronForgetting forgetting;
  gint64 took_us;
  gboolean ok;
} Errand;

static gboolean
tell (gboolean ok, const GError *error)
{
  if (!ok)
    perron_log_error (PERRON_LOG_GATEWAY_REFUSED, error);
  return ok;
}

static void
note_time (gpointer data)
{
  Errand *errand = data;
  PerronKeeper *keeper = errand->keeper;
  g_autoptr (GError) error = NULL;
  errand->ok = tell (keeper->store->note_time (keeper->store, &keeper->options.days, perron_clock_unix_ms (keeper->clock), errand->passed_ms,
                                               (const PerronFetched *) errand->fetched->data, errand->fetched->len, &error),
                     error);
}

static void
forget_slice (gpointer data)
{
  Errand *errand = data;
  PerronKeeper *keeper = errand->keeper;
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  errand->ok = tell (keeper->store->forget (keeper->store, &keeper->options.days, keeper->rows, &errand->forgetting, &error), error);
  errand->took_us = g_get_monotonic_time () - start;
}

/* --- its own thread ------------------------------------------------------------------------------------------------------------- */

/* FALSE: it is time to end. */
static gboolean
rest (PerronKeeper *keeper, gint64 us)
{
  gint64 until = g_get_monotonic_time () + us;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&keeper->mutex);
  while (!keeper->ending && g_cond_wait_until (&keeper->wake, &keeper->mutex, until)) {
  }
  return !keeper->ending;
}

static GArray *
take_fetched (PerronKeeper *keeper)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (PerronFetched));
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&keeper->mutex);
  GHashTableIter iter;
  gpointer name, since;

  g_hash_table_iter_init (&iter, keeper->fetched);
  while (g_hash_table_iter_next (&iter, &name, &since)) {
    PerronFetched one = { .since = *(const gint64 *) since };
    g_strlcpy (one.terminal, name, sizeof one.terminal);
    g_array_append_val (list, one);
  }
  g_hash_table_remove_all (keeper->fetched);
  return list;
}

/* What can have passed since the last look: the boot clock does not jump. */
static gboolean
look_at_clock (PerronKeeper *keeper)
{
  gint64 boot_ms = perron_clock_boot_ms (keeper->clock);
  g_autoptr (GArray) fetched = take_fetched (keeper);
  Errand errand = { .keeper = keeper, .fetched = fetched, .passed_ms = boot_ms - keeper->last_boot_ms };

  perron_writer_run (keeper->writer, note_time, &errand);
  if (errand.ok)
    keeper->last_boot_ms = boot_ms;
  return errand.ok;
}

static void
adapt (PerronKeeper *keeper, gint64 took_us)
{
  if (took_us > SLICE_US)
    keeper->rows = MAX (keeper->rows / 2, ROWS_MIN);
  else if (took_us < SLICE_US / 4)
    keeper->rows = MIN (keeper->rows * 2, ROWS_MAX);
}

static void
count_slice (PerronKeeper *keeper, const PerronForgetting *before, const Errand *errand)
{
  const PerronForgetting *now = &errand->forgetting;
  perron_metrics_observe (keeper->metrics, PERRON_HISTOGRAM_FORGET_SECONDS, (double) errand->took_us / G_USEC_PER_SEC);
  perron_metrics_add (keeper->metrics, PERRON_METRIC_ANSWERS_FORGOTTEN, (guint64) (now->ret_answers - before->ret_answers));
  perron_metrics_add (keeper->metrics, PERRON_METRIC_UNFETCHED_FORGOTTEN, (guint64) (now->ret_unfetched - before->ret_unfetched));
  perron_metrics_add (keeper->metrics, PERRON_METRIC_IDS_FORGOTTEN, (guint64) (now->ret_tasks - before->ret_tasks));
}

static void
report (const PerronForgetting *gone)
{
  if (gone->ret_answers + gone->ret_tasks > 0)
    perron_log_count (PERRON_LOG_GATEWAY_FORGOT, gone->ret_answers + gone->ret_tasks);
  if (gone->ret_unfetched > 0)
    perron_log_count (PERRON_LOG_GATEWAY_UNFETCHED, gone->ret_unfetched);
}

static gboolean
forget (PerronKeeper *keeper)
{
  Errand errand = { .keeper = keeper, .ok = TRUE };
  gboolean going = TRUE;

  while (going && errand.ok && errand.forgetting.step != PERRON_FORGET_DONE) {
    PerronForgetting before = errand.forgetting;
    perron_writer_run (keeper->writer, forget_slice, &errand);
    count_slice (keeper, &before, &errand);
    adapt (keeper, errand.took_us);
    going = rest (keeper, errand.took_us * REST);
  }
  report (&errand.forgetting);
  return going;
}

/* Ages by the wall clock, which erases nothing; said again each day, and whenever the number changes. */
static void
tell_overdue (PerronKeeper *keeper)
{
  g_autoptr (GArray) overdue = g_array_new (FALSE, FALSE, sizeof (PerronOverdue));
  g_autoptr (GError) error = NULL;
  gint64 before = perron_clock_unix_ms (keeper->clock) - keeper->options.alarm_days * PERRON_GATEWAY_DAY_MS, late = 0;
  gint64 boot_ms = perron_clock_boot_ms (keeper->clock);

  if (!tell (keeper->store->read_overdue (keeper->store, before, overdue, &error), error))
    return;
  g_mutex_lock (&keeper->mutex);
  g_array_set_size (keeper->overdue, 0);
  g_array_append_vals (keeper->overdue, overdue->data, overdue->len);
  g_mutex_unlock (&keeper->mutex);
  for (guint i = 0; i < overdue->len; i++)
    late += g_array_index (overdue, PerronOverdue, i).count;
  if (late > 0 && (late != keeper->alarmed || boot_ms >= keeper->alarm_again_ms)) {
    perron_log_count (PERRON_LOG_GATEWAY_OVERDUE, late);
    keeper->alarm_again_ms = boot_ms + ALARM_EVERY_MS;
  }
  keeper->alarmed = late;
}

static gpointer
run (gpointer data)
{
  PerronKeeper *keeper = data;
  guint first_s = MIN (keeper->options.every_s, FIRST_S);

  tell_overdue (keeper);
  gboolean going = rest (keeper, first_s * G_USEC_PER_SEC);
  while (going) {
    going = (!look_at_clock (keeper) || forget (keeper)) && rest (keeper, keeper->options.every_s * G_USEC_PER_SEC);
    if (going)
      tell_overdue (keeper);
  }
  return NULL;
}

PerronKeeper *
perron_keeper_new (PerronGatewayStore *store, PerronWriter *writer, PerronMetrics *metrics, PerronClock *clock, const PerronKeeperOptions *options)
{
  PerronKeeper *keeper = g_new0 (PerronKeeper, 1);
  keeper->store = store;
  keeper->writer = writer;
  keeper->metrics = metrics;
  keeper->clock = clock;
  keeper->options = *options;
  keeper->rows = 100;
  keeper->last_boot_ms = perron_clock_boot_ms (clock);
  keeper->fetched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  keeper->overdue = g_array_new (FALSE, FALSE, sizeof (PerronOverdue));
  g_mutex_init (&keeper->mutex);
  g_cond_init (&keeper->wake);
  keeper->thread = g_thread_new ("keeper", run, keeper);
  return keeper;
}

void
perron_keeper_free (PerronKeeper *keeper)
{
  if (keeper == NULL)
    return;
  g_mutex_lock (&keeper->mutex);
  keeper->ending = TRUE;
  g_cond_signal (&keeper->wake);
  g_mutex_unlock (&keeper->mutex);
  g_thread_join (keeper->thread);
  g_hash_table_unref (keeper->fetched);
  g_array_unref (keeper->overdue);
  g_mutex_clear (&keeper->mutex);
  g_cond_clear (&keeper->wake);
  g_free (keeper);
}

void
perron_keeper_note_fetched (PerronKeeper *keeper, const char *terminal, gint64 since)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&keeper->mutex);
  if (g_hash_table_size (keeper->fetched) < FETCHED_MAX || g_hash_table_contains (keeper->fetched, terminal))
    g_hash_table_insert (keeper->fetched, g_strdup (terminal), g_memdup2 (&since, sizeof since));
}

GArray *
perron_keeper_dup_overdue (PerronKeeper *keeper)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&keeper->mutex);
  return g_array_copy (keeper->overdue);
}
