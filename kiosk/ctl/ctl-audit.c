/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "kiosk/ctl/ctl-store.h"
#include "sync/store/head-file.h"

typedef struct {
  gint64 lines;
  gint64 n;
  guint8 hash[PERRON_DIGEST_BYTES];
  PerronHeadFile gateway;
} Findings;

static gboolean
misfit (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
misfit (GError **error, const char *format, ...)
{
  va_list values;
  va_start (values, format);
  g_autofree char *text = g_strdup_vprintf (format, values);
  va_end (values);
  g_set_error_literal (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_CORRUPT, text);
  return FALSE;
}

/* A chain that was cut, or an old one put back, is whole by itself: the head that the gateway keeps is the witness (sync-security 3.2). */
static gboolean
check_witness (PerronOutbox *outbox, const Findings *found, GError **error)
{
  const PerronHeadFile *gateway = &found->gateway;
  guint8 hash[PERRON_DIGEST_BYTES];
  g_autoptr (GError) absent = NULL;

  if (gateway->kept_n > found->n)
    return misfit (error, "audit tail missing: the chain ends at line %" G_GINT64_FORMAT ", the gateway has seen line %" G_GINT64_FORMAT,
                   found->n, gateway->kept_n);
  gboolean here = gateway->kept_n > 0 && perron_outbox_get_audit_line (outbox, gateway->kept_n, hash, &absent);
  if (here && memcmp (hash, gateway->kept_hash, sizeof hash) != 0)
    return misfit (error, "audit line %" G_GINT64_FORMAT ": another than the gateway has seen", gateway->kept_n);
  if (*gateway->refused != '\0')
    return misfit (error, "audit head %" G_GINT64_FORMAT " refused by the gateway: %s", gateway->refused_n,
                   strcmp (gateway->refused, "back") == 0 ? "it has seen more lines; an old disk was put back, or the log was cut"
                                                          : "it has seen other lines; an old disk was put back, or the log was changed");
  return TRUE;
}

static gboolean
verify (PerronOutbox *outbox, Findings *ret_found, GError **error)
{
  return perron_outbox_get_audit_head (outbox, &ret_found->n, ret_found->hash, error) &&
         perron_outbox_verify_audit (outbox, &ret_found->lines, error) && check_witness (outbox, ret_found, error);
}

/* The message of this error is made of numbers and fixed words: nothing to escape. */
static void
print_json (const Findings *found, const char *fault)
{
  char head[2 * PERRON_DIGEST_BYTES + 1], kept[2 * PERRON_DIGEST_BYTES + 1];
  perron_head_hash_format (found->hash, head);
  perron_head_hash_format (found->gateway.kept_hash, kept);
  printf ("{\"ok\": %s, \"lines\": %" G_GINT64_FORMAT ", \"fault\": \"%s\", \"head\": {\"n\": %" G_GINT64_FORMAT ", \"sha256\": \"%s\"}, ",
          *fault == '\0' ? "true" : "false", found->lines, fault, found->n, head);
  if (found->gateway.kept_n > 0)
    printf ("\"gateway\": {\"n\": %" G_GINT64_FORMAT ", \"sha256\": \"%s\", \"at_unix_ms\": %" G_GINT64_FORMAT "}}\n", found->gateway.kept_n,
            kept, found->gateway.kept_unix_ms);
  else
    printf ("\"gateway\": null}\n");
}

static void
print_words (const Findings *found)
{
  char head[2 * PERRON_DIGEST_BYTES + 1];
  perron_head_hash_format (found->hash, head);
  printf ("%" G_GINT64_FORMAT " audit lines, all fit\nhead: line %" G_GINT64_FORMAT " %s\n", found->lines, found->n, head);
  if (found->gateway.kept_n > 0)
    printf ("the gateway has seen line %" G_GINT64_FORMAT ", and it is the same here\n", found->gateway.kept_n);
  else
    printf ("the gateway has seen no head yet: a log cut at its end could not be told\n");
}

/* 0: every line fits, and what the gateway has seen too; 1: one does not, and which; 3: it cannot be read. */
static int
run_verify (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean json = perron_ctl_take_switch (&argc, argv, "--json");
  g_autofree char *head_path = perron_head_file_path (perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE));
  Findings found = { 0 };

  if (argc != 1)
    return perron_ctl_fail (2, "audit verify [--json]");
  g_autoptr (PerronOutbox) outbox = perron_ctl_open_outbox (config);
  if (outbox == NULL)
    return 3;
  perron_head_file_load (head_path, &found.gateway);
  gboolean ok = verify (outbox, &found, &error);
  if (!ok && !g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_CORRUPT))
    return perron_ctl_fail (3, "%s", error->message);
  if (json)
    print_json (&found, ok ? "" : error->message);
  else if (ok)
    print_words (&found);
  return ok ? 0 : perron_ctl_fail (1, "%s", error->message);
}

const PerronVerb perron_ctl_audit[] = {
  { "verify", run_verify, "verify [--json]" },
  { "events", perron_ctl_audit_events, "events [--json]" },
  { NULL, NULL, NULL },
};
