/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/outbox.h"

#include <string.h>

#include "sync/store/outbox-private.h"

/* Codes that say nobody was reached, or that it is our own clock; every other says that somebody answered, and not as agreed. */
static const char *
link_of (const char *fault_code)
{
  if (strcmp (fault_code, "clock") == 0)
    return "clock";
  static const char *const unreached[] = { "offline", "dns", "connect", "timeout", "refused" };
  for (gsize i = 0; i < G_N_ELEMENTS (unreached); i++) {
    if (g_str_has_prefix (fault_code, unreached[i]))
      return "offline";
  }
  return "fault";
}

static gboolean
is_online (PerronOutbox *outbox, gboolean *ret_online, GError **error)
{
  gint64 count;
  if (!perron_db_number (outbox->db, &count, error, "SELECT count (*) FROM terminal WHERE link = 'online'", ""))
    return FALSE;
  *ret_online = count > 0;
  return TRUE;
}

typedef struct {
  const char *code;
  gint64 retry_after_ms;
} ChannelFault;

static gboolean
release (PerronOutbox *outbox, gpointer data, GError **error)
{
  const ChannelFault *fault = data;
  gboolean online;

  if (!is_online (outbox, &online, error))
    return FALSE;
  if (online && !perron_audit_append (outbox->db, perron_outbox_now (outbox), PERRON_AUDIT_LINK_LOST, NULL, 0, error))
    return FALSE;
  return perron_db_run (outbox->db, error, "UPDATE outbox SET lease_boot = NULL WHERE state = 0 AND lease_boot IS NOT NULL", "") &&
         perron_db_run (outbox->db, error, "UPDATE terminal SET link = ?, link_fault = ?, hold_boot = ?, hold_until = ?", "ttti",
                        link_of (fault->code), fault->code, outbox->clock->boot_id,
                        perron_clock_boot_ms (outbox->clock) + fault->retry_after_ms);
}

gboolean
perron_outbox_release (PerronOutbox *outbox, const char *fault_code, gint64 retry_after_ms, GError **error)
{
  g_autofree char *code = perron_outbox_clean_code (fault_code);
  ChannelFault fault = { code, CLAMP (retry_after_ms, 0, PERRON_PUT_OFF_MAX_MS) };
  return perron_outbox_transact (outbox, PERRON_OUTBOX_DRAIN, release, &fault, error);
}

static gboolean
mark_contact (PerronOutbox *outbox, gpointer data G_GNUC_UNUSED, GError **error)
{
  gint64 now = perron_outbox_now (outbox);
  gboolean online;

  if (!is_online (outbox, &online, error))
    return FALSE;
  if (!online && !perron_audit_append (outbox->db, now, PERRON_AUDIT_LINK_FOUND, NULL, 0, error))
    return FALSE;
  return perron_db_run (outbox->db, error,
                        "UPDATE terminal SET contact_ms = ?, link = 'online', link_fault = '', hold_boot = '', hold_until = 0", "i", now);
}

gboolean
perron_outbox_mark_contact (PerronOutbox *outbox, GError **error)
{
  return perron_outbox_transact (outbox, PERRON_OUTBOX_DRAIN, mark_contact, NULL, error);
}
