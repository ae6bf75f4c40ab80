/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/caisse/collect.h"
#include "sync/engine/export.h"

#include "kiosk/core/secret.h"

#include <sys/stat.h>

#define PAGE 100
/* Opened contents live in the locked arena of half a mebibyte, with room for opening one more; what does not fit comes with the next run. */
#define OPENED_BYTES_MAX (320 * 1024)
#define RECEIPTS 200

static gboolean
is_full (void)
{
  return perron_secret_in_use () >= OPENED_BYTES_MAX;
}

static gboolean
exchange (PerronHttp *http, const char *path, const char *body, gsize len, PerronHttpAnswer *ret_answer, GError **error)
{
  return perron_http_exchange (http, path, body, len, ret_answer, error) &&
         perron_http_answer_check (ret_answer, perron_wire_is_fhir (ret_answer->content_type), error);
}

gboolean
perron_collect_fetch (PerronDesk *desk, PerronHttp *http, GError **error)
{
  gint64 since = 0;
  for (;;) {
    g_auto (PerronHttpAnswer) answer = { 0 };
    gint64 cursor;
    g_autofree char *path =
      g_strdup_printf ("/Task?owner=%s&status=requested&_since=%" G_GINT64_FORMAT "&_count=%u", desk->options.caisse, since, PAGE);
    if (!exchange (http, path, NULL, 0, &answer, error))
      return FALSE;
    g_autoptr (GPtrArray) items = perron_wire_parse_search (answer.body->data, answer.body->len, &cursor, error);
    if (items == NULL)
      return FALSE;
    for (guint i = 0; i < items->len; i++) {
      desk->more = is_full ();
      if (desk->more)
        return TRUE;
      perron_desk_take (desk, items->pdata[i]);
    }
    if (items->len == 0 || cursor <= since)
      return TRUE;
    since = cursor;
  }
}

static gboolean
post_receipts (PerronHttp *http, GPtrArray *receipts, GError **error)
{
  g_auto (PerronHttpAnswer) answer = { 0 };
  g_autofree PerronWireExpected *expected = g_new0 (PerronWireExpected, receipts->len);
  gsize len;

  for (guint i = 0; i < receipts->len; i++) {
    const PerronReceipt *receipt = receipts->pdata[i];
    expected[i].id = receipt->id;
    expected[i].digest = receipt->digest;
  }
  g_autofree char *body = perron_wire_encode_receipts ((const PerronReceipt *const *) receipts->pdata, receipts->len, &len, error);
  if (body == NULL || !exchange (http, "/", body, len, &answer, error) ||
      !perron_wire_parse_answers (answer.body->data, answer.body->len, expected, receipts->len, error))
    return FALSE;
  for (guint i = 0; i < receipts->len; i++) {
    if (expected[i].ret_status < 400)
      continue;
    g_set_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_UNCONFIRMED, "the gateway refuses a receipt with %u", expected[i].ret_status);
    return FALSE;
  }
  return TRUE;
}

gboolean
perron_collect_acknowledge (PerronDesk *desk, PerronHttp *http, gint64 now_unix_ms, GError **error)
{
  for (guint i = 0; i < desk->opened->len;) {
    g_autoptr (GPtrArray) receipts = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_receipt_free);
    for (; i < desk->opened->len && receipts->len < RECEIPTS; i++) {
      PerronReceipt *receipt = perron_desk_sign (desk, desk->opened->pdata[i], now_unix_ms, error);
      if (receipt == NULL)
        return FALSE;
      g_ptr_array_add (receipts, receipt);
    }
    if (!post_receipts (http, receipts, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
perron_collect_send_reply (PerronHttp *http, const PerronReply *reply, GError **error)
{
  g_auto (PerronHttpAnswer) answer = { 0 };
  PerronWireExpected expected = { reply->id, reply->digest, 0 };
  gsize len;

  g_autofree char *body = perron_wire_encode_replies (&reply, 1, &len, error);
  if (body == NULL || !exchange (http, "/", body, len, &answer, error) ||
      !perron_wire_parse_answers (answer.body->data, answer.body->len, &expected, 1, error))
    return FALSE;
  if (expected.ret_status < 400)
    return TRUE;
  g_set_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_UNCONFIRMED, "the gateway refuses the reply with %u%s", expected.ret_status,
               expected.ret_status == 404   ? ": the request has not been acknowledged"
               : expected.ret_status == 409 ? ": it keeps a newer one; try again" : "");
  return FALSE;
}

gboolean
perron_collect_read_file (PerronDesk *desk, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;
  struct stat about;
  gint64 cursor;
  gsize len;

  if (stat (path, &about) == 0 && about.st_size > PERRON_WIRE_BODY_MAX) {
    g_set_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_LIMIT, "%s: too large", path);
    return FALSE;
  }
  if (!g_file_get_contents (path, &text, &len, error))
    return FALSE;
  PerronWireItem *exported = perron_export_parse ((const guint8 *) text, len);
  if (exported != NULL) {
    perron_desk_take (desk, exported);
    perron_wire_item_free (exported);
    return TRUE;
  }
  g_autoptr (GPtrArray) items = perron_wire_parse_batch ((const guint8 *) text, len, &cause);
  if (items == NULL)
    items = perron_wire_parse_search ((const guint8 *) text, len, &cursor, NULL);
  if (items == NULL) {
    g_propagate_prefixed_error (error, g_steal_pointer (&cause), "%s: ", path);
    return FALSE;
  }
  for (guint i = 0; i < items->len; i++) {
    if (is_full ()) {
      g_set_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_LIMIT, "%s: too much for one run: split it at entry %u", path, i);
      return FALSE;
    }
    perron_desk_take (desk, items->pdata[i]);
  }
  return TRUE;
}
