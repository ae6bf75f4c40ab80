/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "kiosk/ctl/ctl-store.h"

/* 0: every line fits; 1: one does not, and which; 3: it cannot be read. */
static int
run_verify (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean json = perron_ctl_take_switch (&argc, argv, "--json");
  gint64 lines = 0;

  if (argc != 1)
    return perron_ctl_fail (2, "audit verify [--json]");
  g_autoptr (PerronOutbox) outbox = perron_ctl_open_outbox (config);
  if (outbox == NULL)
    return 3;
  gboolean ok = perron_outbox_verify_audit (outbox, &lines, &error);
  if (!ok && !g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_CORRUPT))
    return perron_ctl_fail (3, "%s", error->message);
  if (json) {
    /* The message of this error is made of numbers and fixed words: nothing to escape. */
    printf ("{\"ok\": %s, \"lines\": %" G_GINT64_FORMAT ", \"fault\": \"%s\"}\n", ok ? "true" : "false", lines, ok ? "" : error->message);
  } else if (ok) {
    printf ("%" G_GINT64_FORMAT " audit lines, all fit\n", lines);
  }
  return ok ? 0 : perron_ctl_fail (1, "%s", error->message);
}

const PerronVerb perron_ctl_audit[] = {
  { "verify", run_verify, "verify [--json]" },
  { NULL, NULL, NULL },
};
