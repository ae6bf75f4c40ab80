/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/writer.h"

#include "kiosk/core/log.h"

#include <string.h>

/* Rows in one transaction: more would make the first of them wait for no gain. */
#define GROUP_ROWS 2000

typedef struct {
  PerronWriterWork work;      /* instead of writes */
  PerronGatewayWrite *writes; /* NULL, and no work: end */
  guint count;
  PerronWriterDone done;
  gpointer data;
} Job;

struct PerronWriter {
  PerronGatewayStore *store;
  PerronMetrics *metrics;
  GAsyncQueue *jobs;
  GThread *thread;
};

static gboolean
write_rows (PerronWriter *writer, PerronGatewayWrite *writes, guint count)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  if (count == 0)
    return TRUE;
  gboolean stored = writer->store->write (writer->store, writes, count, &error);
  perron_metrics_observe (writer->metrics, PERRON_HISTOGRAM_GROUP_ROWS, count);
  perron_metrics_observe (writer->metrics, PERRON_HISTOGRAM_STORE_SECONDS, (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  if (stored)
    return TRUE;
  perron_metrics_add (writer->metrics, PERRON_METRIC_STORE_REFUSED, 1);
  perron_log_error (PERRON_LOG_GATEWAY_REFUSED, error);
  return FALSE;
}

static gboolean
write_group (PerronWriter *writer, GPtrArray *group)
{
  g_autoptr (GArray) writes = g_array_new (FALSE, FALSE, sizeof (PerronGatewayWrite));
  for (guint i = 0; i < group->len; i++) {
    const Job *job = group->pdata[i];
    g_array_append_vals (writes, job->writes, job->count);
  }
  if (!write_rows (writer, (PerronGatewayWrite *) writes->data, writes->len))
    return FALSE;
  for (guint i = 0, at = 0; i < group->len; i++) {
    const Job *job = group->pdata[i];
    for (guint j = 0; j < job->count; j++)
      job->writes[j].ret_outcome = g_array_index (writes, PerronGatewayWrite, at++).ret_outcome;
  }
  return TRUE;
}

/* What waits already, up to a group's size or to work, which comes after it. FALSE: the end was among it. */
static gboolean
gather (PerronWriter *writer, GPtrArray *group, Job **ret_work)
{
  guint rows = 0;
  *ret_work = NULL;
  for (Job *job = g_async_queue_pop (writer->jobs); job != NULL; job = rows < GROUP_ROWS ? g_async_queue_try_pop (writer->jobs) : NULL) {
    if (job->work != NULL) {
      *ret_work = job;
      return TRUE;
    }
    if (job->writes == NULL) {
      g_free (job);
      return FALSE;
    }
    rows += job->count;
    g_ptr_array_add (group, job);
  }
  return TRUE;
}

static gpointer
run (gpointer data)
{
  PerronWriter *writer = data;
  gboolean going = TRUE;
  while (going) {
    g_autoptr (GPtrArray) group = g_ptr_array_new_with_free_func (g_free);
    Job *work;
    going = gather (writer, group, &work);
    gboolean stored = write_group (writer, group);
    for (guint i = 0; i < group->len; i++) {
      const Job *job = group->pdata[i];
      job->done (stored, job->data);
    }
    if (work != NULL)
      work->work (work->data);
    g_free (work);
  }
  return NULL;
}

PerronWriter *
perron_writer_new (PerronGatewayStore *store, PerronMetrics *metrics)
{
  PerronWriter *writer = g_new0 (PerronWriter, 1);
  writer->store = store;
  writer->metrics = metrics;
  writer->jobs = g_async_queue_new ();
  writer->thread = g_thread_new ("writer", run, writer);
  return writer;
}

void
perron_writer_free (PerronWriter *writer)
{
  if (writer == NULL)
    return;
  g_async_queue_push (writer->jobs, g_new0 (Job, 1));
  g_thread_join (writer->thread);
  g_async_queue_unref (writer->jobs);
  g_free (writer);
}

void
perron_writer_submit (PerronWriter *writer, PerronGatewayWrite *writes, guint count, PerronWriterDone done, gpointer data)
{
  Job *job = g_new0 (Job, 1);
  *job = (Job){ NULL, writes, count, done, data };
  g_async_queue_push (writer->jobs, job);
}

typedef struct {
  PerronWriterWork work;
  gpointer data;
  GMutex mutex;
  GCond cond;
  gboolean done;
} Awaited;

static void
work_and_wake (gpointer data)
{
  Awaited *awaited = data;
  awaited->work (awaited->data);
  g_mutex_lock (&awaited->mutex);
  awaited->done = TRUE;
  g_cond_signal (&awaited->cond);
  g_mutex_unlock (&awaited->mutex);
}

void
perron_writer_run (PerronWriter *writer, PerronWriterWork work, gpointer data)
{
  Awaited awaited = { .work = work, .data = data };
  Job *job = g_new0 (Job, 1);
  *job = (Job){ .work = work_and_wake, .data = &awaited };
  g_mutex_init (&awaited.mutex);
  g_cond_init (&awaited.cond);
  g_async_queue_push (writer->jobs, job);
  g_mutex_lock (&awaited.mutex);
  while (!awaited.done)
    g_cond_wait (&awaited.cond, &awaited.mutex);
  g_mutex_unlock (&awaited.mutex);
  g_mutex_clear (&awaited.mutex);
  g_cond_clear (&awaited.cond);
}

guint
perron_writer_get_queue (PerronWriter *writer)
{
  /* Below zero while the writer itself waits. */
  return (guint) MAX (g_async_queue_length (writer->jobs), 0);
}
