/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/reply-code.h"

static const char *const words[PERRON_REPLY_COUNT] = {
  [PERRON_REPLY_NONE] = "",
  [PERRON_REPLY_CALLED] = "called",
  [PERRON_REPLY_CALL_MISSED] = "call-missed",
  [PERRON_REPLY_COME_TO_DESK] = "come-to-desk",
  [PERRON_REPLY_DONE] = "done",
  [PERRON_REPLY_CANNOT_PHONE] = "cannot-phone",
  [PERRON_REPLY_CANNOT_INCOMPLETE] = "cannot-incomplete",
  [PERRON_REPLY_CANNOT_ELSEWHERE] = "cannot-elsewhere",
};

const char *
perron_reply_code_to_string (PerronReplyCode code)
{
  g_return_val_if_fail ((guint) code < PERRON_REPLY_COUNT, "");
  return words[code];
}

gboolean
perron_reply_code_from_string (const char *word, PerronReplyCode *ret_code)
{
  for (guint i = PERRON_REPLY_NONE + 1; i < PERRON_REPLY_COUNT; i++) {
    if (g_strcmp0 (word, words[i]) == 0) {
      *ret_code = (PerronReplyCode) i;
      return TRUE;
    }
  }
  return FALSE;
}
