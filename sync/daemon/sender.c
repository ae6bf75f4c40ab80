/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/daemon/sender.h"
#include "sync/confine/confine.h"
#include "sync/daemon/sender-content.h"
#include "sync/device/identity.h"
#include "sync/engine/pass.h"
#include "sync/enrol/renewal.h"
#include "sync/engine/wire.h"

#include "kiosk/core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* One batch carries at most this much sealed (facts/sync-security.md 2.3); 4/3 of it and the names stay far under the body limit. */
#define BATCH_BYTES (512 * 1024)
/* Without a change notice of the file system the outbox is still looked at this often. */
#define LOOK_MS 5000

struct PerronSender {
  PerronWake *wake;
  PerronClock *clock;
  PerronOutboxOptions outbox_options;
  PerronHttp *http;
  PerronDeviceIdentity *identity;
  PerronRenewal *renewal; /* NULL: by hand */
  const PerronConfig *config;
  char *cursor_path;
  guint16 port, enrol_port;
  PerronPass pass; /* pass.outbox is NULL while the outbox is not open */
  PerronBackoff backoff;
  gint64 idle_ms;
  gint64 next_pass;  /* boot clock */
  gint64 not_before; /* boot clock: what the gateway asked for */
  gint64 mark;       /* of the outbox at the last pass */
  PerronSenderContent content;
};

static gboolean
check_file (const PerronConfig *config, PerronConfigKey key, const char **ret_path, GError **error)
{
  const char *path = perron_config_require (config, key, error);
  if (path == NULL)
    return FALSE;
  if (access (path, R_OK) != 0) {
    g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_SETUP, "%s: cannot be read", path);
    return FALSE;
  }
  *ret_path = path;
  return TRUE;
}

static gboolean
read_url (const char *name, const char *text, guint16 *ret_port, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  gint port = uri != NULL ? g_uri_get_port (uri) : 0;
  if (uri == NULL || g_strcmp0 (g_uri_get_scheme (uri), "https") != 0 || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL || port > G_MAXUINT16) {
    g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_SETUP, "%s: \"%s\" is not https://host[:port]", name, text);
    return FALSE;
  }
  *ret_port = (guint16) (port > 0 ? port : 443);
  return TRUE;
}

static gboolean
set_up_http (PerronSender *sender, GError **error)
{
  const PerronConfig *config = sender->config;
  PerronHttpOptions options = { .connect_s = perron_config_get_int (config, PERRON_CONFIG_GATEWAY_CONNECT_S),
                                .stall_s = perron_config_get_int (config, PERRON_CONFIG_GATEWAY_TOTAL_S),
                                .answer_max = PERRON_WIRE_BODY_MAX,
                                .cancelled = perron_wake_is_stopping };
  PerronHttpIdentity identity = { perron_device_identity_use, perron_device_identity_get_fault, NULL };
  options.url = perron_config_require (config, PERRON_CONFIG_GATEWAY_URL, error);
  if (options.url == NULL || !read_url ("[gateway] url", options.url, &sender->port, error) ||
      !check_file (config, PERRON_CONFIG_GATEWAY_CA, &options.ca, error) ||
      !check_file (config, PERRON_CONFIG_GATEWAY_CERTIFICATE, &options.certificate, error) ||
      !check_file (config, PERRON_CONFIG_GATEWAY_KEY, &options.key, error))
    return FALSE;
  sender->identity = perron_device_identity_new (options.certificate, options.key, perron_config_get (config, PERRON_CONFIG_DEVICE_TCTI), error);
  if (sender->identity == NULL)
    return FALSE;
  identity.data = sender->identity;
  options.identity = &identity;
  sender->http = perron_http_new (&options, error);
  return sender->http != NULL;
}

static gboolean
set_up_renewal (PerronSender *sender, GError **error)
{
  const char *url = perron_config_get (sender->config, PERRON_CONFIG_ENROL_URL);
  if (perron_config_is_production (sender->config) &&
      perron_device_key_get_kind (perron_device_identity_get_key (sender->identity)) == PERRON_DEVICE_KEY_FILE)
    perron_log (PERRON_LOG_KEY_IN_FILE);
  if (*url == '\0')
    return TRUE;
  if (!read_url ("[enrol] url", url, &sender->enrol_port, error))
    return FALSE;
  sender->renewal = perron_renewal_new (sender->config, sender->identity, sender->clock, perron_wake_is_stopping, sender->wake, error);
  return sender->renewal != NULL;
}

/* Opened before the process shuts itself in: its folder stays out of reach. */
static gboolean
open_trace (PerronSender *sender, GError **error)
{
  const char *path = perron_config_get (sender->config, PERRON_CONFIG_SYNC_TRACE);
  if (path == NULL)
    return TRUE;
  if (perron_config_is_production (sender->config)) {
    g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_SETUP, "[sync] trace: not in production");
    return FALSE;
  }
  sender->pass.trace_fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (sender->pass.trace_fd >= 0)
    return TRUE;
  g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_SETUP, "[sync] trace: %s: %s", path, g_strerror (errno));
  return FALSE;
}

static char *
describe_content (gpointer options)
{
  return perron_content_describe (options);
}

static gboolean
set_up_pass (PerronSender *sender, GError **error)
{
  const PerronConfig *config = sender->config;
  PerronPass *pass = &sender->pass;

  pass->http = sender->http;
  pass->terminal = perron_config_get (config, PERRON_CONFIG_TERMINAL_ID);
  pass->caisse = perron_config_require (config, PERRON_CONFIG_SEAL_CAISSE, error);
  if (pass->caisse == NULL || !check_file (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE, &pass->caisse_certificate, error))
    return FALSE;
  if (!perron_wire_token_ok (pass->terminal) || !perron_wire_token_ok (pass->caisse)) {
    g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_SETUP,
                 "[terminal] id, [seal] caisse: 1 to %d letters, digits and dashes", PERRON_WIRE_TOKEN_MAX);
    return FALSE;
  }
  pass->cursor_path = sender->cursor_path;
  pass->outbox_path = sender->outbox_options.path;
  pass->client_signer = perron_device_key_get_signer (perron_device_identity_get_key (sender->identity));
  pass->clock = sender->clock;
  if (!open_trace (sender, error))
    return FALSE;
  pass->describe_content = describe_content;
  pass->describe_data = &sender->content.options;
  pass->heartbeat_ms = perron_config_get_int (config, PERRON_CONFIG_SYNC_HEARTBEAT_S) * 1000;
  pass->item_retry_ms = perron_config_get_int (config, PERRON_CONFIG_SYNC_RETRY_BASE_MS);
  perron_batch_size_init (&pass->size, (guint) perron_config_get_int (config, PERRON_CONFIG_SYNC_BATCH_ROWS), BATCH_BYTES);
  perron_pass_prepare (pass);
  return TRUE;
}

static gboolean must_yield (gpointer data);

PerronSender *
perron_sender_new (const PerronConfig *config, PerronWake *wake, PerronClock *clock, GError **error)
{
  g_autoptr (PerronSender) sender = g_new0 (PerronSender, 1);
  const char *database = perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE);

  sender->pass.trace_fd = -1;
  sender->config = config;
  sender->wake = wake;
  sender->clock = clock;
  sender->outbox_options = (PerronOutboxOptions){ .path = database,
                                                  .max_waiting = perron_config_get_int (config, PERRON_CONFIG_QUEUE_MAX_WAITING),
                                                  .reserve_bytes = perron_config_get_int (config, PERRON_CONFIG_QUEUE_RESERVE_KIB) * 1024,
                                                  .low_space_bytes = perron_config_get_int (config, PERRON_CONFIG_QUEUE_LOW_SPACE_KIB) * 1024 };
  sender->outbox_options.retention = (PerronRetention){ .keep_days = perron_config_get_int (config, PERRON_CONFIG_QUEUE_KEEP_DAYS),
                                                        .alarm_days = perron_config_get_int (config, PERRON_CONFIG_QUEUE_ALARM_DAYS),
                                                        .decide_days = perron_config_get_int (config, PERRON_CONFIG_QUEUE_DECIDE_DAYS),
                                                        .audit_days = perron_config_get_int (config, PERRON_CONFIG_QUEUE_AUDIT_DAYS) };
  sender->cursor_path = g_strconcat (database, ".cursor", NULL);
  sender->idle_ms = perron_config_get_int (config, PERRON_CONFIG_SYNC_IDLE_S) * 1000;
  perron_backoff_init (&sender->backoff, perron_config_get_int (config, PERRON_CONFIG_SYNC_RETRY_BASE_MS),
                       perron_config_get_int (config, PERRON_CONFIG_SYNC_RETRY_CAP_MS));
  if (!set_up_http (sender, error) || !set_up_renewal (sender, error) || !set_up_pass (sender, error))
    return NULL;
  perron_sender_content_open (&sender->content, config, sender->http, clock, must_yield, sender);
  return g_steal_pointer (&sender);
}

void
perron_sender_free (PerronSender *sender)
{
  if (sender == NULL)
    return;
  perron_outbox_free (sender->pass.outbox);
  perron_http_free (sender->http);
  perron_renewal_free (sender->renewal);
  perron_sender_content_clear (&sender->content);
  perron_device_identity_free (sender->identity);
  if (sender->pass.trace_fd >= 0)
    close (sender->pass.trace_fd);
  g_free (sender->cursor_path);
  g_free (sender);
}

/* The chip itself in the field; the ports of an emulator only where nobody real stands before the terminal. */
static guint
add_tpm (const PerronSender *sender, PerronConfinePath *path, guint16 ports[2])
{
  const char *device;
  guint16 port;
  perron_device_tcti_needs (perron_config_get (sender->config, PERRON_CONFIG_DEVICE_TCTI), &device, &port);
  if (perron_device_key_get_kind (perron_device_identity_get_key (sender->identity)) == PERRON_DEVICE_KEY_TPM)
    *path = (PerronConfinePath){ device, TRUE };
  if (port == 0 || perron_config_is_production (sender->config))
    return 0;
  ports[0] = port;
  ports[1] = port + 1;
  return 2;
}

gboolean
perron_sender_confine (PerronSender *sender, GError **error)
{
  const PerronConfig *config = sender->config;
  g_autofree char *queue = g_path_get_dirname (sender->outbox_options.path);
  g_autofree char *certificates =
    sender->renewal != NULL ? g_path_get_dirname (perron_config_get (config, PERRON_CONFIG_GATEWAY_CERTIFICATE)) : NULL;
  g_autofree char *keys = sender->renewal != NULL ? g_path_get_dirname (perron_config_get (config, PERRON_CONFIG_GATEWAY_KEY)) : NULL;
  /* Keys and certificates as files, not their folder: the folder may hold what is not the sender's. */
  PerronConfinePath paths[] = {
    { perron_config_get (config, PERRON_CONFIG_GATEWAY_CA), FALSE },
    { perron_config_get (config, PERRON_CONFIG_GATEWAY_CERTIFICATE), FALSE },
    { perron_config_get (config, PERRON_CONFIG_GATEWAY_KEY), FALSE },
    { sender->pass.caisse_certificate, FALSE },
    { queue, TRUE },
    { sender->content.options.root, FALSE },
    { sender->content.options.root != NULL ? sender->content.options.folder : NULL, PERRON_CONFINE_TREE },
    /* A renewed certificate is another file under the same name: its folder, which then holds nothing else. */
    { certificates, TRUE },
    { keys, TRUE },
    { perron_config_get (config, PERRON_CONFIG_ENROL_CA), FALSE },
    { NULL, FALSE },
  };
  guint16 ports[4] = { sender->port };
  guint port_count = 1;
  if (sender->renewal != NULL)
    ports[port_count++] = sender->enrol_port;
  port_count += add_tpm (sender, &paths[G_N_ELEMENTS (paths) - 1], ports + port_count);
  gint landlock;
  PerronConfineOptions options = { PERRON_CONFINE_CLIENT, paths, G_N_ELEMENTS (paths), ports, port_count };
  if (!perron_confine (&options, &landlock, error))
    return FALSE;
  perron_log_count (PERRON_LOG_CONFINED, landlock);
  return TRUE;
}

static gboolean
open_outbox (PerronSender *sender, GError **error)
{
  if (sender->pass.outbox == NULL)
    sender->pass.outbox = perron_outbox_open (&sender->outbox_options, sender->clock, NULL, error);
  return sender->pass.outbox != NULL;
}

/* Certificate or key may have been renewed, here or by an agent with perron enrol. */
static void
refresh_identity (PerronSender *sender)
{
  if (sender->renewal != NULL)
    (void) perron_renewal_run (sender->renewal);
  if (!perron_device_identity_refresh (sender->identity))
    return;
  perron_device_identity_settle (sender->identity);
  sender->pass.client_signer = perron_device_key_get_signer (perron_device_identity_get_key (sender->identity));
  perron_http_renew_connection (sender->http);
}

static gboolean
run_pass (PerronSender *sender, PerronPassResult *ret_result, GError **error)
{
  g_autoptr (GError) fault = NULL;
  memset (ret_result, 0, sizeof *ret_result);
  refresh_identity (sender);
  perron_sender_content_refresh (&sender->content, &sender->pass);
  if (!open_outbox (sender, error))
    return FALSE;
  sender->mark = perron_outbox_get_change_mark (sender->pass.outbox);
  if (perron_pass_run (&sender->pass, ret_result, &fault))
    return TRUE;
  /* After a failed write, or when the file was set aside, the handle is of no more use. */
  if (fault->domain == PERRON_STORE_ERROR)
    g_clear_pointer (&sender->pass.outbox, perron_outbox_free);
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

gboolean
perron_sender_run_once (PerronSender *sender, gboolean *ret_remains, GError **error)
{
  PerronPassResult result;
  PerronOutboxStats stats;
  if (!run_pass (sender, &result, error) || !perron_outbox_stats (sender->pass.outbox, &stats, error))
    return FALSE;
  (void) perron_sender_content_run (&sender->content, TRUE);
  *ret_remains = result.refused > 0 || stats.count[PERRON_ITEM_WAITING] > 0;
  return TRUE;
}

/* A pass and what follows from it for the next one. */
static void
work (PerronSender *sender)
{
  PerronPassResult result;
  g_autoptr (GError) fault = NULL;

  if (run_pass (sender, &result, &fault)) {
    perron_backoff_reset (&sender->backoff);
    sender->not_before = 0;
    /* A row refused once is due again after its own delay. */
    gint64 pause = result.refused > 0 ? MIN (sender->idle_ms, sender->pass.item_retry_ms) : sender->idle_ms;
    gboolean more = perron_sender_content_run (&sender->content, FALSE);
    sender->next_pass = perron_clock_boot_ms (sender->clock) + (more ? 0 : pause);
    return;
  }
  if (perron_wake_is_stopping (sender->wake))
    return;
  perron_log_error (PERRON_LOG_SYNC_CHANNEL_FAULT, fault);
  gint64 now = perron_clock_boot_ms (sender->clock);
  sender->next_pass = now + perron_backoff_next_ms (&sender->backoff, g_random_int (), result.retry_after_ms);
  sender->not_before = now + CLAMP (result.retry_after_ms, 0, PERRON_RETRY_AFTER_CAP_MS);
}

/* Somebody else committed since the last pass? An outbox that is not open yet may be there now. */
static gboolean
has_changed (PerronSender *sender)
{
  if (sender->pass.outbox == NULL)
    return g_file_test (sender->outbox_options.path, G_FILE_TEST_EXISTS);
  return perron_outbox_get_change_mark (sender->pass.outbox) != sender->mark;
}

/* A person's request does not wait for a picture to come down. */
static gboolean
must_yield (gpointer data)
{
  PerronSender *sender = data;
  return sender->pass.outbox != NULL && has_changed (sender);
}

static gboolean
is_due (PerronSender *sender, gint64 now)
{
  return now >= sender->next_pass || (has_changed (sender) && now >= sender->not_before);
}

/* Who is told of a change need not look for one; what is not there yet has to be looked for. */
static gint64
next_look (const PerronSender *sender, gint64 now, guint settle)
{
  if (settle > 0)
    return now + (10 << (2 * (4 - settle)));
  if (sender->pass.outbox == NULL || !perron_wake_hears (sender->wake))
    return now + LOOK_MS;
  return sender->not_before > now ? sender->not_before : G_MAXINT64;
}

/*
 * Sleeps until there is something to do. FALSE: asked to end. That a pass has just written itself is no news, but somebody else may have
 * written in the same moment: a look at once, and the two late ones of the four.
 */
static gboolean
wait_for_work (PerronSender *sender)
{
  guint settle = perron_wake_forget (sender->wake) ? 2 : 0;
  gint64 now = perron_clock_boot_ms (sender->clock);
  if (settle > 0 && sender->pass.outbox != NULL && is_due (sender, now))
    return TRUE;
  for (;;) {
    PerronWakeReason reason = perron_wake_wait (sender->wake, MIN (sender->next_pass, next_look (sender, now, settle)));
    now = perron_clock_boot_ms (sender->clock);
    if (reason == PERRON_WAKE_STOP)
      return FALSE;
    if (is_due (sender, now))
      return TRUE;
    /* The log is written before the commit can be seen: a few looks more, 10 ms to 640 ms later. */
    settle = reason == PERRON_WAKE_TOUCHED ? 4 : settle > 0 ? settle - 1 : 0;
  }
}

/*
 * Before the first pass: what the gateway asked for before this program was started again still holds; and where much may have piled up
 * everywhere, this terminal comes at a moment of its own (facts/sync-security.md 2.1).
 */
static void
put_off_first_pass (PerronSender *sender)
{
  PerronOutboxStats stats;
  gint64 hold_ms;
  gint64 spread_ms = perron_config_get_int (sender->config, PERRON_CONFIG_SYNC_SPREAD_S) * 1000;

  if (!open_outbox (sender, NULL) || !perron_outbox_stats (sender->pass.outbox, &stats, NULL) ||
      !perron_outbox_get_hold (sender->pass.outbox, &hold_ms, NULL))
    return;
  gint64 wait_ms = perron_backoff_spread_ms (spread_ms, g_random_int (), stats.oldest_waiting_unix_ms, perron_clock_unix_ms (sender->clock));
  wait_ms = MAX (wait_ms, hold_ms);
  if (wait_ms > 0)
    perron_log_count (PERRON_LOG_SYNC_SPREAD, wait_ms / 1000);
  sender->mark = perron_outbox_get_change_mark (sender->pass.outbox);
  sender->not_before = perron_clock_boot_ms (sender->clock) + wait_ms;
  sender->next_pass = sender->not_before;
}

void
perron_sender_run (PerronSender *sender)
{
  put_off_first_pass (sender);
  while (wait_for_work (sender))
    work (sender);
}
