/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/wire-reply.h"
#include "sync/engine/wire-json.h"
#include "sync/engine/wire-names.h"

static const PerronReplyWords words[PERRON_REPLY_COUNT] = {
  [PERRON_REPLY_CALLED] = { "in-progress", "called", NULL },
  [PERRON_REPLY_CALL_MISSED] = { "in-progress", "call-missed", NULL },
  [PERRON_REPLY_COME_TO_DESK] = { "in-progress", "come-to-desk", NULL },
  [PERRON_REPLY_DONE] = { "completed", "done", NULL },
  [PERRON_REPLY_CANNOT_PHONE] = { "rejected", "cannot-be-done", "phone" },
  [PERRON_REPLY_CANNOT_INCOMPLETE] = { "rejected", "cannot-be-done", "incomplete" },
  [PERRON_REPLY_CANNOT_ELSEWHERE] = { "rejected", "cannot-be-done", "elsewhere" },
};

const PerronReplyWords *
wire_reply_words (PerronReplyCode code)
{
  g_return_val_if_fail (code > PERRON_REPLY_NONE && (guint) code < PERRON_REPLY_COUNT, &words[PERRON_REPLY_CALLED]);
  return &words[code];
}

gboolean
wire_reply_has_status (const WireValue *task)
{
  return wire_says (task, "status", "in-progress") || wire_says (task, "status", "completed") || wire_says (task, "status", "rejected");
}

gboolean
wire_reply_code (const WireValue *task, PerronReplyCode *ret_code)
{
  const WireValue *business = wire_object (task, "businessStatus"), *reason = wire_object (task, "statusReason");

  for (guint i = PERRON_REPLY_NONE + 1; i < PERRON_REPLY_COUNT; i++) {
    if (!wire_says (task, "status", words[i].status) || !wire_coding_says (business, WIRE_SYSTEM_REPLY, words[i].business))
      continue;
    if (words[i].reason != NULL ? !wire_coding_says (reason, WIRE_SYSTEM_REASON, words[i].reason) : wire_has (task, "statusReason"))
      continue;
    *ret_code = (PerronReplyCode) i;
    return TRUE;
  }
  return FALSE;
}
