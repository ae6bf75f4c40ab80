/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/batch.h"

#include <string.h>

/* NULL: allowed. Otherwise the element by which it is not. */
static const char *
forbidden (const PerronWireItem *item, const PerronIdentity *who)
{
  if (who->role == PERRON_ROLE_TERMINAL) {
    if (item->envelope == NULL)
      return "status";
    if (strcmp (item->envelope->terminal, who->name) != 0)
      return "requester";
    return perron_identity_may_send_to (who, item->envelope->dest) ? NULL : "owner";
  }
  if (who->role != PERRON_ROLE_CAISSE || (item->receipt == NULL && item->reply == NULL))
    return "status";
  return strcmp (item->reply != NULL ? item->reply->caisse : item->receipt->caisse, who->name) == 0 ? NULL : "owner";
}

static void
judge (PerronBatch *batch, guint index, const PerronIdentity *who)
{
  PerronWireItem *item = batch->items->pdata[index];
  PerronWireAnswer *answer = &batch->answers[index];

  memcpy (answer->id, item->id, sizeof answer->id);
  if (item->fault != NULL) {
    answer->status = 422;
    answer->fault = item->fault;
    return;
  }
  answer->fault = forbidden (item, who);
  if (answer->fault != NULL) {
    answer->status = 403;
    return;
  }
  memcpy (answer->digest, item->envelope != NULL ? item->envelope->digest : item->reply != NULL ? item->reply->digest : item->receipt->digest,
          sizeof answer->digest);
  batch->write_of[batch->write_count] = index;
  /* A caisse that repeats its receipt beside a reply gave it before: without one there is nothing to reply to. */
  batch->writes[batch->write_count++] =
    (PerronGatewayWrite){ .envelope = item->envelope, .receipt = item->reply == NULL ? item->receipt : NULL, .reply = item->reply };
}

PerronBatch *
perron_batch_new (const guint8 *data, gsize len, const PerronIdentity *who, GError **error)
{
  GPtrArray *items = perron_wire_parse_batch (data, len, error);
  if (items == NULL)
    return NULL;
  PerronBatch *batch = g_new0 (PerronBatch, 1);
  batch->items = items;
  batch->answers = g_new0 (PerronWireAnswer, items->len + 1);
  batch->writes = g_new0 (PerronGatewayWrite, items->len + 1);
  batch->write_of = g_new0 (guint, items->len + 1);
  for (guint i = 0; i < items->len; i++)
    judge (batch, i, who);
  return batch;
}

void
perron_batch_free (PerronBatch *batch)
{
  if (batch == NULL)
    return;
  g_ptr_array_unref (batch->items);
  g_free (batch->answers);
  g_free (batch->writes);
  g_free (batch->write_of);
  g_free (batch);
}

char *
perron_batch_answer (PerronBatch *batch, guint *ret_created, guint *ret_conflicts, gsize *ret_len)
{
  static const struct {
    guint status;
    const char *fault;
  } answers[] = {
    [PERRON_OUTCOME_CREATED] = { 201, NULL },
    [PERRON_OUTCOME_SAME] = { 200, NULL },
    [PERRON_OUTCOME_CONFLICT] = { 409, "extension.sha256" },
    [PERRON_OUTCOME_UNKNOWN] = { 404, "id" },
    [PERRON_OUTCOME_FOREIGN] = { 403, "owner" },
    [PERRON_OUTCOME_OLD] = { 409, "extension.reply-number" },
    [PERRON_OUTCOME_FORGOTTEN] = { 410, "id" },
  };
  *ret_created = *ret_conflicts = 0;
  for (guint i = 0; i < batch->write_count; i++) {
    PerronWireAnswer *answer = &batch->answers[batch->write_of[i]];
    answer->status = answers[batch->writes[i].ret_outcome].status;
    answer->fault = answers[batch->writes[i].ret_outcome].fault;
    *ret_created += answer->status == 201 && batch->writes[i].envelope != NULL;
    *ret_conflicts += batch->writes[i].ret_outcome == PERRON_OUTCOME_CONFLICT;
  }
  return perron_wire_encode_answers (batch->answers, batch->items->len, ret_len);
}
