/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/daemon/sender-content.h"

#include <glib/gstdio.h>

/* The first look: soon, and not with all the others that were switched on at the same moment. */
#define FIRST_MS 60000

void
perron_sender_content_open (PerronSenderContent *content, const PerronConfig *config, PerronHttp *http, PerronClock *clock,
                            gboolean (*must_yield) (gpointer data), gpointer data)
{
  content->options = perron_content_options (config);
  content->options.clock = clock;
  content->clock = clock;
  content->enabled = perron_config_get_bool (config, PERRON_CONFIG_CONTENT_ENABLED) && content->options.root != NULL;
  content->every_ms = perron_config_get_int (config, PERRON_CONFIG_CONTENT_EVERY_S) * 1000;
  content->own_caisse = perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE);
  content->own_authority = perron_config_get (config, PERRON_CONFIG_GATEWAY_CA);
  content->fetch = (PerronFetch){ .http = http,
                                  .options = content->options,
                                  .max_bytes = perron_config_get_int (config, PERRON_CONFIG_CONTENT_MAX_KIB) * 1024,
                                  .must_yield = must_yield,
                                  .data = data };
  perron_backoff_init (&content->backoff, perron_config_get_int (config, PERRON_CONFIG_SYNC_RETRY_BASE_MS),
                       perron_config_get_int (config, PERRON_CONFIG_SYNC_RETRY_CAP_MS));
  content->next_ms = perron_clock_boot_ms (clock) + (gint64) (g_random_double () * (double) MIN (content->every_ms / 5, FIRST_MS));
  if (content->enabled)
    (void) g_mkdir_with_parents (content->options.folder, 0755); /* what fails here is said when a pack comes */
}

void
perron_sender_content_clear (PerronSenderContent *content)
{
  g_free (content->caisse);
  g_free (content->authority);
}

/* Takes `fresh`; TRUE when that is another path, or another file under it. */
static gboolean
replace (char **place, char *fresh)
{
  gboolean changed = g_strcmp0 (*place, fresh) != 0;
  g_free (*place);
  *place = fresh;
  return changed;
}

void
perron_sender_content_refresh (PerronSenderContent *content, PerronPass *pass)
{
  if (content->options.root == NULL)
    return;
  (void) replace (&content->caisse, perron_content_dup_caisse_certificate (&content->options, pass->caisse));
  pass->caisse_certificate = content->caisse != NULL ? content->caisse : content->own_caisse;
  if (replace (&content->authority, perron_content_dup_certificate (&content->options, "gateway-ca.pem")))
    perron_http_set_authority (pass->http, content->authority != NULL ? content->authority : content->own_authority);
}

/* A fifth more or less, so that a fleet does not come at once. */
static gint64
next_regular_ms (const PerronSenderContent *content)
{
  return (gint64) ((double) content->every_ms * (0.8 + 0.4 * g_random_double ()));
}

gboolean
perron_sender_content_run (PerronSenderContent *content, gboolean now)
{
  gint64 boot_ms = perron_clock_boot_ms (content->clock);
  gboolean failed = FALSE, yielded = FALSE;

  if (!content->enabled || (!now && boot_ms < content->next_ms))
    return FALSE;
  for (guint role = 0; role < PERRON_ROLE_COUNT && !failed && !yielded; role++) {
    PerronFetchResult result = perron_fetch_role (&content->fetch, (PerronContentRole) role);
    failed = result == PERRON_FETCH_FAILED;
    yielded = result == PERRON_FETCH_YIELDED;
  }
  boot_ms = perron_clock_boot_ms (content->clock);
  if (yielded) {
    content->next_ms = boot_ms;
  } else if (failed) {
    content->next_ms = boot_ms + perron_backoff_next_ms (&content->backoff, g_random_int (), 0);
  } else {
    perron_backoff_reset (&content->backoff);
    content->next_ms = boot_ms + next_regular_ms (content);
  }
  return yielded;
}
