/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/receipts.h"
#include "sync/engine/answers.h"

#define PAGE 200

gint64
perron_receipts_load_cursor (const char *path)
{
  g_autofree char *text = NULL;
  gint64 cursor;
  if (!g_file_get_contents (path, &text, NULL, NULL) || !g_ascii_string_to_signed (g_strstrip (text), 10, 0, G_MAXINT64, &cursor, NULL))
    return 0;
  return cursor;
}

static GPtrArray *
ask (PerronPass *pass, gint64 *ret_cursor, PerronPassResult *result, GError **error)
{
  g_auto (PerronHttpAnswer) answer = { 0 };
  g_autoptr (GError) cause = NULL;
  g_autofree char *path = g_strdup_printf ("/Task?requester=%s&_since=%" G_GINT64_FORMAT "&_count=%u", pass->terminal, pass->cursor, PAGE);

  if (!perron_http_exchange (pass->http, path, NULL, 0, &answer, error))
    return NULL;
  result->retry_after_ms = answer.retry_after_ms;
  if (!perron_http_answer_check (&answer, perron_wire_is_fhir (answer.content_type), error))
    return NULL;
  result->retry_after_ms = 0;
  GPtrArray *items = perron_wire_parse_search (answer.body->data, answer.body->len, ret_cursor, &cause);
  if (items == NULL)
    g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_ANSWER, "receipts of the gateway: %s", cause->message);
  return items;
}

/* What the gateway says is of this terminal and is not, it should not have said. */
static gboolean
take_all (PerronPass *pass, const GPtrArray *items, PerronPassResult *result, GError **error)
{
  const PerronAnswers answers = { pass->outbox, pass->terminal, pass->caisse, pass->caisse_certificate };
  PerronAnswersCounts counts = { 0 };
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < items->len; i++)
    ok = perron_answers_take (&answers, items->pdata[i], &counts, error);
  result->receipts += counts.receipts;
  result->replies += counts.replies;
  result->forged += counts.forged + counts.others;
  return ok;
}

/* A receipt that was not genuine keeps the file where it is: after the next start the gateway is asked for it once more. */
static gboolean
keep_cursor (PerronPass *pass, gint64 cursor, gboolean durable, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT "\n", cursor);
  pass->cursor = cursor;
  return !durable || g_file_set_contents (pass->cursor_path, text, -1, error);
}

gboolean
perron_receipts_fetch (PerronPass *pass, PerronPassResult *result, GError **error)
{
  for (;;) {
    gint64 cursor;
    g_autoptr (GPtrArray) items = ask (pass, &cursor, result, error);
    if (items == NULL)
      return FALSE;
    if (!take_all (pass, items, result, error))
      return FALSE;
    if (cursor <= pass->cursor)
      return TRUE;
    if (!keep_cursor (pass, cursor, result->forged == 0, error))
      return FALSE;
    if (items->len < PAGE)
      return TRUE;
  }
}
