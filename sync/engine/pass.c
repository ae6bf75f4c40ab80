/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/pass.h"
#include "sync/engine/drain.h"
#include "sync/engine/head-pass.h"
#include "sync/engine/heartbeat-pass.h"
#include "sync/engine/receipts.h"
#include "sync/engine/upkeep.h"

#include "kiosk/core/log.h"

#include <string.h>

void
perron_pass_prepare (PerronPass *pass)
{
  pass->cursor = perron_receipts_load_cursor (pass->cursor_path);
}

/* Without HTTP/2 it works all the same (CONTRACT.md section 9), and somebody should know. */
static void
look_at_protocol (PerronPass *pass)
{
  if (pass->told_http1 || strcmp (perron_http_get_protocol (pass->http), "http/1.1") != 0)
    return;
  pass->told_http1 = TRUE;
  perron_log (PERRON_LOG_HTTP1);
}

static gboolean
run (PerronPass *pass, PerronPassResult *ret_result, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (perron_drain (pass, ret_result, &fault) && perron_receipts_fetch (pass, ret_result, &fault) &&
      perron_outbox_mark_contact (pass->outbox, &fault)) {
    look_at_protocol (pass);
    perron_head_pass (pass);
    perron_heartbeat_pass (pass, ret_result);
    perron_log_count (PERRON_LOG_SYNC_PASS, ret_result->receipts);
    return perron_upkeep_tidy (pass, ret_result, error);
  }
  /* Asked to end: the leases end with the process, and of the link nothing new is known. */
  if (fault->domain == PERRON_HTTP_ERROR && fault->code != PERRON_HTTP_ERROR_CANCELLED) {
    const char *word = perron_http_error_word ((PerronHttpError) fault->code);
    g_autoptr (GError) second = NULL;
    if (!perron_outbox_release (pass->outbox, word, ret_result->retry_after_ms, &second)) {
      g_propagate_error (error, g_steal_pointer (&second));
      return FALSE;
    }
  }
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

gboolean
perron_pass_run (PerronPass *pass, PerronPassResult *ret_result, GError **error)
{
  memset (ret_result, 0, sizeof *ret_result);
  gboolean ok = run (pass, ret_result, error);
  perron_upkeep_alarm (pass);
  return ok;
}
