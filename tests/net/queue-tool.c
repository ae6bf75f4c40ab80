/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/device/device-key.h"
#include "sync/seal/seal.h"
#include "sync/store/inner.h"
#include "sync/store/outbox.h"

#include "kiosk/core/config.h"
#include "kiosk/core/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The terminal's side of tests/net without a terminal: queue-tool CONFIG fill N | list | stats. Synthetic persons of commune 999. */

typedef struct {
  PerronSealer *sealer;
  const char *terminal;
  guint8 id[PERRON_UUID_BYTES];
  guint number;
} Filler;

static PerronEnvelope *
seal (gpointer data, gint64 counter, const char *reference, GError **error)
{
  Filler *filler = data;
  g_autoptr (PerronRequest) request = perron_request_new ();
  g_autofree char *phone = g_strdup_printf ("06 39 98 %02u %02u", filler->number / 100 % 100, filler->number % 100);
  gsize len;

  g_strlcpy (request->kind, "rappel", sizeof request->kind);
  g_strlcpy (request->journey, "adulte-seul", sizeof request->journey);
  g_strlcpy (request->language, "fr", sizeof request->language);
  request->journey_version = 1;
  request->confirmed_unix_ms = g_get_real_time () / 1000;
  if (!perron_request_set_field (request, "phone", phone) || !perron_request_set_field (request, "topic", "email-inconnu"))
    g_error ("fields");
  g_autoptr (PerronSecretText) plain = perron_inner_encode (request, filler->id, filler->terminal, reference, counter, &len);
  return perron_sealer_seal (filler->sealer, filler->id, (const guint8 *) plain, len, request->confirmed_unix_ms, error);
}

static void
fill (PerronOutbox *outbox, const PerronConfig *config, guint count)
{
  g_autoptr (GError) error = NULL;
  PerronSealOptions options = { perron_config_get (config, PERRON_CONFIG_TERMINAL_ID), perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE),
                                perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE),
                                perron_config_get (config, PERRON_CONFIG_SEAL_ESCROW_CERTIFICATE),
                                perron_config_get (config, PERRON_CONFIG_SEAL_SIGN_KEY), NULL };
  g_autoptr (PerronDeviceKey) key = perron_device_key_open (options.sign_key, perron_config_get (config, PERRON_CONFIG_DEVICE_TCTI), &error);
  if (key == NULL)
    g_error ("%s", error->message);
  options.signer = perron_device_key_get_signer (key);
  g_autoptr (PerronSealer) sealer = perron_sealer_new (&options, &error);
  if (sealer == NULL)
    g_error ("%s", error->message);
  for (guint i = 0; i < count; i++) {
    Filler filler = { .sealer = sealer, .terminal = options.terminal, .number = i };
    char reference[PERRON_REFERENCE_BYTES], id[PERRON_UUID_CHARS];
    gint64 seq;
    perron_uuid7_generate (g_get_real_time () / 1000, filler.id);
    if (!perron_outbox_enqueue (outbox, filler.id, seal, &filler, reference, &seq, &error))
      g_error ("%s", error->message);
    perron_uuid_format (filler.id, id);
    printf ("%s %s\n", id, reference);
  }
}

static void
list (PerronOutbox *outbox)
{
  g_autoptr (GError) error = NULL;
  gint64 after = 0;
  for (;;) {
    g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (PerronItem));
    if (!perron_outbox_list (outbox, after, 500, items, &error))
      g_error ("%s", error->message);
    for (guint i = 0; i < items->len; i++) {
      const PerronItem *item = &g_array_index (items, PerronItem, i);
      char id[PERRON_UUID_CHARS];
      perron_uuid_format (item->id, id);
      printf ("%s %s %u %s\n", id, perron_item_state_to_string (item->state), item->attempts, *item->last_fault != '\0' ? item->last_fault : "-");
      after = item->seq;
    }
    if (items->len == 0)
      return;
  }
}

static void
stats (PerronOutbox *outbox)
{
  g_autoptr (GError) error = NULL;
  PerronOutboxStats found;
  if (!perron_outbox_stats (outbox, &found, &error))
    g_error ("%s", error->message);
  printf ("%s %s\n", *found.link != '\0' ? found.link : "-", *found.link_fault != '\0' ? found.link_fault : "-");
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  if (argc < 3)
    return 2;
  if (!perron_secret_prepare (&error))
    g_error ("%s", error->message);
  g_autoptr (PerronConfig) config = perron_config_load (argv[1], &error);
  if (config == NULL)
    g_error ("%s", error->message);
  PerronOutboxOptions options = { .path = perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE), .max_waiting = 1000000, .create = TRUE };
  g_autoptr (PerronOutbox) outbox = perron_outbox_open (&options, perron_clock_system (), NULL, &error);
  if (outbox == NULL)
    g_error ("%s", error->message);
  if (strcmp (argv[2], "fill") == 0 && argc == 4)
    fill (outbox, config, (guint) atoi (argv[3]));
  else if (strcmp (argv[2], "list") == 0)
    list (outbox);
  else if (strcmp (argv[2], "stats") == 0)
    stats (outbox);
  else
    return 2;
  return 0;
}
