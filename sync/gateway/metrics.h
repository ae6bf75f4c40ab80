/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What the gateway counts while it runs, in the text format of Prometheus. Of this process alone: what is in the store is counted there.
 * Any thread; nothing blocks.
 */
typedef enum {
  PERRON_METRIC_BATCHES,
  PERRON_METRIC_CREATED,
  PERRON_METRIC_CONFLICTS,
  PERRON_METRIC_REFUSED,
  PERRON_METRIC_TURNED_AWAY,
  PERRON_METRIC_STORE_REFUSED,
  PERRON_METRIC_HEARTBEATS,
  PERRON_METRIC_ANSWERS_FORGOTTEN,
  PERRON_METRIC_UNFETCHED_FORGOTTEN,
  PERRON_METRIC_IDS_FORGOTTEN,
  PERRON_METRIC_COUNT,
} PerronMetric;

typedef enum {
  PERRON_HISTOGRAM_GROUP_ROWS,    /* rows in one commit */
  PERRON_HISTOGRAM_STORE_SECONDS, /* how long the store took for it */
  PERRON_HISTOGRAM_FORGET_SECONDS, /* how long the writer was held by one slice of what is over */
  PERRON_HISTOGRAM_COUNT,
} PerronHistogram;

typedef struct PerronMetrics PerronMetrics;

PerronMetrics *perron_metrics_new (void);
void perron_metrics_free (PerronMetrics *metrics);

void perron_metrics_add (PerronMetrics *metrics, PerronMetric metric, guint64 count);
void perron_metrics_observe (PerronMetrics *metrics, PerronHistogram histogram, double value);

/* One line with its HELP and TYPE; for what is asked of the store. `type`: "gauge" or "counter". */
void perron_metrics_append_number (GString *out, const char *name, const char *type, const char *help, gint64 value);

void perron_metrics_append (PerronMetrics *metrics, GString *out);

G_END_DECLS
