/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/enrol/renewal.h"

#include <glib/gstdio.h>
#include <string.h>
#include <time.h>

#include "kiosk/core/log.h"
#include "sync/engine/backoff.h"
#include "sync/seal/pem.h"

#define DAY_S 86400
#define LOOK_MS (3600 * G_GINT64_CONSTANT (1000))
/* A terminal whose clock is far off takes every new certificate for an old one: it must not ask all day. */
#define AFTER_SUCCESS_MS (24 * LOOK_MS)
#define BACKOFF_CAP_MS (24 * LOOK_MS)
/* A new key in the TPM needs a handle while the old one is still in use: the two take turns. */
#define OTHER_HANDLE 0x100

struct PerronRenewal {
  const PerronConfig *config;
  PerronDeviceIdentity *identity;
  PerronClock *clock;
  PerronHttp *http;
  PerronBackoff backoff;
  gint64 next; /* boot clock */
};

static gint64
seconds_of (const ASN1_TIME *time)
{
  struct tm parts = { 0 };
  return ASN1_TIME_to_tm (time, &parts) == 1 ? (gint64) timegm (&parts) : 0;
}

gboolean
perron_renewal_is_due (gint64 not_before_s, gint64 not_after_s, gint64 renew_after_days, gint64 now_s)
{
  gint64 life_s = not_after_s - not_before_s;
  return now_s >= not_before_s + MIN (renew_after_days * DAY_S, life_s / 3 * 2);
}

PerronRenewal *
perron_renewal_new (const PerronConfig *config, PerronDeviceIdentity *identity, PerronClock *clock, gboolean (*cancelled) (gpointer),
                    gpointer data, GError **error)
{
  if (*perron_config_get (config, PERRON_CONFIG_ENROL_URL) == '\0')
    return NULL;
  g_autoptr (PerronRenewal) renewal = g_new0 (PerronRenewal, 1);
  renewal->config = config;
  renewal->identity = identity;
  renewal->clock = clock;
  perron_backoff_init (&renewal->backoff, perron_config_get_int (config, PERRON_CONFIG_ENROL_RETRY_S) * 1000, BACKOFF_CAP_MS);
  renewal->http = perron_enrol_connect (config, identity, cancelled, data, error);
  return renewal->http != NULL ? g_steal_pointer (&renewal) : NULL;
}

void
perron_renewal_free (PerronRenewal *renewal)
{
  if (renewal == NULL)
    return;
  perron_http_free (renewal->http);
  g_free (renewal);
}

gint64
perron_renewal_get_next (const PerronRenewal *renewal)
{
  return renewal->next;
}

static gboolean
is_due (PerronRenewal *renewal)
{
  X509 *certificate = perron_device_identity_get_certificate (renewal->identity);
  return perron_renewal_is_due (seconds_of (X509_get0_notBefore (certificate)), seconds_of (X509_get0_notAfter (certificate)),
                                perron_config_get_int (renewal->config, PERRON_CONFIG_ENROL_RENEW_DAYS),
                                perron_clock_unix_ms (renewal->clock) / 1000);
}

/* The new key waits under its own name until its certificate is in place; one that is there was left by a try that was cut, and may already have been
 * certified: it is used. */
static PerronDeviceKey *
make_next_key (PerronRenewal *renewal, GError **error)
{
  PerronDeviceKey *key = perron_device_identity_get_key (renewal->identity);
  const char *tcti = perron_config_get (renewal->config, PERRON_CONFIG_DEVICE_TCTI);
  g_autofree char *path = g_strconcat (perron_config_get (renewal->config, PERRON_CONFIG_GATEWAY_KEY), ".new", NULL);
  if (!perron_device_key_make (path, perron_device_key_get_kind (key), tcti, perron_device_key_get_handle (key) ^ OTHER_HANDLE, error))
    return NULL;
  return perron_device_key_open (path, tcti, error);
}

static X509 *
ask (PerronRenewal *renewal, GError **error)
{
  const char *terminal = perron_config_get (renewal->config, PERRON_CONFIG_TERMINAL_ID);
  perron_http_renew_connection (renewal->http);
  if (!perron_config_get_bool (renewal->config, PERRON_CONFIG_ENROL_NEW_KEY))
    return perron_enrol_ask (renewal->http, PERRON_EST_REENROLL, perron_device_identity_get_key (renewal->identity), terminal, NULL, error);
  g_autoptr (PerronDeviceKey) next = make_next_key (renewal, error);
  return next != NULL ? perron_enrol_ask (renewal->http, PERRON_EST_REENROLL, next, terminal, NULL, error) : NULL;
}

/* Told apart from an expired one: what was issued this minute cannot be of another day. */
static void
look_at_clock (PerronRenewal *renewal, X509 *certificate)
{
  gint64 now_s = perron_clock_unix_ms (renewal->clock) / 1000, from_s = seconds_of (X509_get0_notBefore (certificate));
  if (now_s < from_s || now_s > from_s + DAY_S)
    perron_log_count (PERRON_LOG_CERTIFICATE_CLOCK, (now_s - from_s) / DAY_S);
}

gboolean
perron_renewal_run (PerronRenewal *renewal)
{
  g_autoptr (GError) error = NULL;
  gint64 now = perron_clock_boot_ms (renewal->clock);
  if (now < renewal->next)
    return FALSE;
  renewal->next = now + LOOK_MS;
  perron_device_identity_settle (renewal->identity);
  if (!is_due (renewal))
    return FALSE;
  g_autoptr (X509) certificate = ask (renewal, &error);
  if (certificate == NULL ||
      !perron_enrol_write_certificate (perron_config_get (renewal->config, PERRON_CONFIG_GATEWAY_CERTIFICATE), certificate, &error)) {
    perron_log_error (PERRON_LOG_CERTIFICATE_NOT_RENEWED, error);
    renewal->next = now + MAX (perron_backoff_next_ms (&renewal->backoff, g_random_int (), 0), 1000);
    return FALSE;
  }
  perron_backoff_reset (&renewal->backoff);
  renewal->next = now + AFTER_SUCCESS_MS;
  look_at_clock (renewal, certificate);
  perron_log_count (PERRON_LOG_CERTIFICATE_RENEWED,
                    (seconds_of (X509_get0_notAfter (certificate)) - seconds_of (X509_get0_notBefore (certificate))) / DAY_S);
  return TRUE;
}
