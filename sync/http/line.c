/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/http/line.h"

/* Progress callbacks, and with them "was I asked to end", come at least this often. */
#define LOOK_MS 1000

struct PerronLine {
  CURLM *multi;
  GThread *thread;
  GPtrArray *away; /* the line's thread only */
  GMutex mutex;    /* everything below, and `ended` of each transfer */
  GCond changed;
  GQueue started;
  gboolean closing;
};

PerronLine *
perron_line_new (void)
{
  CURLM *multi = curl_multi_init ();
  if (multi == NULL)
    return NULL;
  curl_multi_setopt (multi, CURLMOPT_PIPELINING, (long) CURLPIPE_MULTIPLEX);
  curl_multi_setopt (multi, CURLMOPT_MAX_HOST_CONNECTIONS, 1L);
  curl_multi_setopt (multi, CURLMOPT_MAXCONNECTS, 1L);

  PerronLine *line = g_new0 (PerronLine, 1);
  line->multi = multi;
  line->away = g_ptr_array_new ();
  g_mutex_init (&line->mutex);
  g_cond_init (&line->changed);
  return line;
}

void
perron_line_free (PerronLine *line)
{
  if (line == NULL)
    return;
  g_mutex_lock (&line->mutex);
  line->closing = TRUE;
  g_cond_broadcast (&line->changed);
  g_mutex_unlock (&line->mutex);
  if (line->thread != NULL)
    g_thread_join (line->thread);
  curl_multi_cleanup (line->multi);
  g_ptr_array_unref (line->away);
  g_queue_clear (&line->started);
  g_mutex_clear (&line->mutex);
  g_cond_clear (&line->changed);
  g_free (line);
}

static void
end (PerronLine *line, PerronTransfer *transfer, CURLcode code)
{
  curl_multi_remove_handle (line->multi, transfer->curl);
  g_ptr_array_remove_fast (line->away, transfer);
  g_mutex_lock (&line->mutex);
  transfer->code = code;
  transfer->ended = TRUE;
  g_cond_broadcast (&line->changed);
  g_mutex_unlock (&line->mutex);
}

/* Sleeps while nothing is under way. NULL: nothing new. */
static PerronTransfer *
take_started (PerronLine *line)
{
  g_mutex_lock (&line->mutex);
  while (!line->closing && line->started.length == 0 && line->away->len == 0)
    g_cond_wait (&line->changed, &line->mutex);
  PerronTransfer *transfer = g_queue_pop_head (&line->started);
  g_mutex_unlock (&line->mutex);
  return transfer;
}

static void
begin (PerronLine *line, PerronTransfer *transfer)
{
  g_ptr_array_add (line->away, transfer);
  if (curl_multi_add_handle (line->multi, transfer->curl) != CURLM_OK)
    end (line, transfer, CURLE_FAILED_INIT);
}

/* Those that have ended; a fault of libcurl itself (memory) ends all. TRUE: there were some. */
static gboolean
take_ended (PerronLine *line, CURLMcode fault)
{
  guint before = line->away->len;
  int left;

  for (CURLMsg *message; (message = curl_multi_info_read (line->multi, &left)) != NULL;) {
    CURLcode code = message->data.result; /* the message goes with the handle */
    for (guint i = 0; i < line->away->len; i++) {
      PerronTransfer *transfer = line->away->pdata[i];
      if (transfer->curl == message->easy_handle) {
        end (line, transfer, code);
        break;
      }
    }
  }
  while (fault != CURLM_OK && line->away->len > 0)
    end (line, line->away->pdata[0], CURLE_FAILED_INIT);
  return line->away->len < before;
}

static gpointer
run (gpointer data)
{
  PerronLine *line = data;
  int running;

  for (;;) {
    for (PerronTransfer *transfer; (transfer = take_started (line)) != NULL;)
      begin (line, transfer);
    if (line->away->len == 0)
      return NULL; /* closing */
    if (!take_ended (line, curl_multi_perform (line->multi, &running)))
      (void) curl_multi_poll (line->multi, NULL, 0, LOOK_MS, NULL);
  }
}

void
perron_line_start (PerronLine *line, PerronTransfer *transfer)
{
  g_mutex_lock (&line->mutex);
  transfer->ended = FALSE;
  g_queue_push_tail (&line->started, transfer);
  g_cond_broadcast (&line->changed);
  g_mutex_unlock (&line->mutex);
  if (line->thread == NULL)
    line->thread = g_thread_new ("line", run, line);
  else
    (void) curl_multi_wakeup (line->multi);
}

void
perron_line_await (PerronLine *line, PerronTransfer *transfer)
{
  g_mutex_lock (&line->mutex);
  while (!transfer->ended)
    g_cond_wait (&line->changed, &line->mutex);
  g_mutex_unlock (&line->mutex);
}
