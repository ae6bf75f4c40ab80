/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/print/printer.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef struct {
  PerronDocument *document; /* NULL: ask */
  PerronPrinterDone done;
  gpointer data;
  PerronPrinterState state;
  GError *error;
} Work;

struct PerronPrinter {
  PerronPrinterOptions options;
  char *device;
  GMainContext *context;
  GThread *thread;
  GAsyncQueue *queue;
  int wake;         /* eventfd: the job is cancelled, or the terminal is going down */
  gboolean busy;    /* owner's thread of the public functions only */
  GSource *pending; /* the answer on its way to the main context; under `lock` */
  GMutex lock;
};

static Work last_work; /* its address: the thread ends */

static void
work_free (Work *work)
{
  perron_document_free (work->document);
  g_clear_error (&work->error);
  g_free (work);
}

typedef struct {
  PerronPrinter *printer;
  Work *work;
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;
  work_free (answer->work);
  g_free (answer);
}

static gboolean
on_answer (gpointer data)
{
  Answer *answer = data;
  PerronPrinter *printer = answer->printer;
  g_mutex_lock (&printer->lock);
  g_clear_pointer (&printer->pending, g_source_unref);
  g_mutex_unlock (&printer->lock);
  printer->busy = FALSE;
  answer->work->done (answer->work->state, answer->work->error, answer->work->data); /* may free the printer */
  return G_SOURCE_REMOVE;
}

static void
send_answer (PerronPrinter *printer, Work *work)
{
  Answer *answer = g_new (Answer, 1);
  *answer = (Answer){ printer, work };
  g_mutex_lock (&printer->lock);
  printer->pending = g_idle_source_new ();
  g_source_set_priority (printer->pending, G_PRIORITY_DEFAULT);
  g_source_set_callback (printer->pending, on_answer, answer, answer_free);
  g_source_attach (printer->pending, printer->context);
  g_mutex_unlock (&printer->lock);
}

static gpointer
run (gpointer data)
{
  PerronPrinter *printer = data;
  for (Work *work = g_async_queue_pop (printer->queue); work != &last_work; work = g_async_queue_pop (printer->queue)) {
    if (!perron_print_job_run (&printer->options, work->document, printer->wake, &work->state, &work->error))
      g_assert (work->error != NULL);
    g_clear_pointer (&work->document, perron_document_free); /* nothing of a person waits for the main loop */
    send_answer (printer, work);
  }
  return NULL;
}

PerronPrinter *
perron_printer_new (const PerronPrinterOptions *options)
{
  PerronPrinter *printer = g_new0 (PerronPrinter, 1);
  printer->options = *options;
  printer->device = g_strdup (options->device);
  printer->options.device = printer->device;
  printer->context = g_main_context_ref_thread_default ();
  printer->queue = g_async_queue_new ();
  printer->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (printer->wake < 0)
    g_error ("eventfd: %s", g_strerror (errno));
  g_mutex_init (&printer->lock);
  printer->thread = g_thread_new ("perron-print", run, printer);
  return printer;
}

void
perron_printer_free (PerronPrinter *printer)
{
  if (printer == NULL)
    return;
  if (eventfd_write (printer->wake, 1) != 0)
    g_warning ("the printer's thread cannot be woken: %s", g_strerror (errno));
  g_async_queue_push (printer->queue, &last_work);
  g_thread_join (printer->thread);
  if (printer->pending != NULL) {
    g_source_destroy (printer->pending);
    g_source_unref (printer->pending);
  }
  g_async_queue_unref (printer->queue);
  g_main_context_unref (printer->context);
  g_mutex_clear (&printer->lock);
  close (printer->wake);
  g_free (printer->device);
  g_free (printer);
}

static gboolean
start (PerronPrinter *printer, PerronDocument *document, PerronPrinterDone done, gpointer data, GError **error)
{
  if (printer->busy) {
    perron_document_free (document);
    g_set_error_literal (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_BUSY, "the printer is at work");
    return FALSE;
  }
  /* Of a job that was cancelled and had ended by itself before it noticed. */
  eventfd_t stale;
  eventfd_read (printer->wake, &stale);
  Work *work = g_new0 (Work, 1);
  *work = (Work){ .document = document, .done = done, .data = data };
  printer->busy = TRUE;
  g_async_queue_push (printer->queue, work);
  return TRUE;
}

gboolean
perron_printer_print (PerronPrinter *printer, PerronDocument *document, PerronPrinterDone done, gpointer data, GError **error)
{
  g_return_val_if_fail (document != NULL, FALSE);
  return start (printer, document, done, data, error);
}

gboolean
perron_printer_ask (PerronPrinter *printer, PerronPrinterDone done, gpointer data, GError **error)
{
  return start (printer, NULL, done, data, error);
}

void
perron_printer_cancel (PerronPrinter *printer)
{
  if (printer->busy && eventfd_write (printer->wake, 1) != 0)
    g_warning ("the printer's thread cannot be woken: %s", g_strerror (errno));
}

gboolean
perron_printer_is_busy (const PerronPrinter *printer)
{
  return printer->busy;
}
