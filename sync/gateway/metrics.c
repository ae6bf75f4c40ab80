/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/metrics.h"

#define BUCKETS 7

static const struct {
  const char *name;
  const char *help;
} counters[] = {
  [PERRON_METRIC_BATCHES] = { "perron_batches_total", "batches answered" },
  [PERRON_METRIC_CREATED] = { "perron_tasks_created_total", "envelopes stored for the first time" },
  [PERRON_METRIC_CONFLICTS] = { "perron_conflicts_total", "entries answered 409: an id that is there with another digest" },
  [PERRON_METRIC_REFUSED] = { "perron_refused_total", "requests answered with a fault other than 503" },
  [PERRON_METRIC_TURNED_AWAY] = { "perron_turned_away_total", "requests answered 503: asked to come back" },
  [PERRON_METRIC_STORE_REFUSED] = { "perron_store_refused_total", "groups the store did not take" },
  [PERRON_METRIC_HEARTBEATS] = { "perron_heartbeats_total", "heartbeats kept" },
  [PERRON_METRIC_ANSWERS_FORGOTTEN] = { "perron_answers_forgotten_total", "receipts, with their reply, that were kept long enough" },
  [PERRON_METRIC_UNFETCHED_FORGOTTEN] = { "perron_unfetched_forgotten_total", "of these, those their terminal never came for" },
  [PERRON_METRIC_IDS_FORGOTTEN] = { "perron_ids_forgotten_total", "ids and digests of acknowledged envelopes that were kept long enough" },
};

static const struct {
  const char *name;
  const char *help;
  double bounds[BUCKETS];
} histograms[] = {
  [PERRON_HISTOGRAM_GROUP_ROWS] = { "perron_group_rows", "rows in one commit", { 1, 5, 20, 100, 500, 1000, 2000 } },
  [PERRON_HISTOGRAM_STORE_SECONDS] = { "perron_store_seconds", "time the store took for one commit", { 0.001, 0.005, 0.02, 0.1, 0.5, 2, 10 } },
  [PERRON_HISTOGRAM_FORGET_SECONDS] = { "perron_forget_seconds", "time the writer was held by one slice of what is over",
                                        { 0.001, 0.005, 0.02, 0.1, 0.5, 2, 10 } },
};

typedef struct {
  guint64 buckets[BUCKETS];
  guint64 count;
  double sum;
} Histogram;

struct PerronMetrics {
  GMutex mutex;
  guint64 counters[PERRON_METRIC_COUNT];
  Histogram histograms[PERRON_HISTOGRAM_COUNT];
};

PerronMetrics *
perron_metrics_new (void)
{
  PerronMetrics *metrics = g_new0 (PerronMetrics, 1);
  g_mutex_init (&metrics->mutex);
  return metrics;
}

void
perron_metrics_free (PerronMetrics *metrics)
{
  if (metrics == NULL)
    return;
  g_mutex_clear (&metrics->mutex);
  g_free (metrics);
}

void
perron_metrics_add (PerronMetrics *metrics, PerronMetric metric, guint64 count)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&metrics->mutex);
  metrics->counters[metric] += count;
}

void
perron_metrics_observe (PerronMetrics *metrics, PerronHistogram which, double value)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&metrics->mutex);
  Histogram *histogram = &metrics->histograms[which];
  for (gsize i = 0; i < BUCKETS; i++)
    histogram->buckets[i] += value <= histograms[which].bounds[i];
  histogram->count++;
  histogram->sum += value;
}

static void
append_head (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void
perron_metrics_append_number (GString *out, const char *name, const char *type, const char *help, gint64 value)
{
  append_head (out, name, type, help);
  g_string_append_printf (out, "%s %" G_GINT64_FORMAT "\n", name, value);
}

/* The decimal point is one in every locale. */
static void
append_double (GString *out, const char *format, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append (out, g_ascii_formatd (text, sizeof text, format, value));
}

static void
append_histogram (GString *out, PerronHistogram which, const Histogram *histogram)
{
  const char *name = histograms[which].name;

  append_head (out, name, "histogram", histograms[which].help);
  for (gsize i = 0; i < BUCKETS; i++) {
    g_string_append_printf (out, "%s_bucket{le=\"", name);
    append_double (out, "%g", histograms[which].bounds[i]);
    g_string_append_printf (out, "\"} %" G_GUINT64_FORMAT "\n", histogram->buckets[i]);
  }
  g_string_append_printf (out, "%s_bucket{le=\"+Inf\"} %" G_GUINT64_FORMAT "\n%s_sum ", name, histogram->count, name);
  append_double (out, "%.6f", histogram->sum);
  g_string_append_printf (out, "\n%s_count %" G_GUINT64_FORMAT "\n", name, histogram->count);
}

void
perron_metrics_append (PerronMetrics *metrics, GString *out)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&metrics->mutex);
  for (guint i = 0; i < PERRON_METRIC_COUNT; i++)
    perron_metrics_append_number (out, counters[i].name, "counter", counters[i].help, (gint64) metrics->counters[i]);
  for (guint i = 0; i < PERRON_HISTOGRAM_COUNT; i++)
    append_histogram (out, (PerronHistogram) i, &metrics->histograms[i]);
}
