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

/* The terminal's side of tests/net without a terminal: queue-tool CONFIG fill N | register | list | stats. Synthetic persons of commune 999. */

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

typedef struct {
  PerronOutboxOptions options;
  PerronOutbox *outbox;
  PerronDeviceKey *key;
  Filler filler;
} Terminal;

static void
make_sealer (Terminal *terminal, const PerronConfig *config)
{
  g_autoptr (GError) error = NULL;
  PerronSealOptions options = { perron_config_get (config, PERRON_CONFIG_TERMINAL_ID), perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE),
                                perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE),
                                perron_config_get (config, PERRON_CONFIG_SEAL_ESCROW_CERTIFICATE),
                                perron_config_get (config, PERRON_CONFIG_SEAL_SIGN_KEY), NULL };
  terminal->key = perron_device_key_open (options.sign_key, perron_config_get (config, PERRON_CONFIG_DEVICE_TCTI), &error);
  if (terminal->key == NULL)
    g_error ("%s", error->message);
  options.signer = perron_device_key_get_signer (terminal->key);
  terminal->filler.terminal = options.terminal;
  terminal->filler.sealer = perron_sealer_new (&options, &error);
  if (terminal->filler.sealer == NULL)
    g_error ("%s", error->message);
}

static void
drop_sealer (Terminal *terminal)
{
  perron_sealer_free (terminal->filler.sealer);
  perron_device_key_free (terminal->key);
}

static gboolean
enqueue (Terminal *terminal, GError **error)
{
  char reference[PERRON_REFERENCE_BYTES], id[PERRON_UUID_CHARS];
  gint64 seq;

  terminal->filler.number++;
  if (!perron_outbox_enqueue (terminal->outbox, terminal->filler.id, seal, &terminal->filler, reference, &seq, error))
    return FALSE;
  perron_uuid_format (terminal->filler.id, id);
  printf ("%s %s\n", id, reference);
  return TRUE;
}

static void
fill (Terminal *terminal, guint count)
{
  g_autoptr (GError) error = NULL;
  terminal->filler.number = G_MAXUINT;
  for (guint i = 0; i < count; i++) {
    perron_uuid7_generate (g_get_real_time () / 1000, terminal->filler.id);
    if (!enqueue (terminal, &error))
      g_error ("%s", error->message);
  }
}

/* As the registrar of perron-kiosk: after a failed write a new handle, before the old one goes, and once more with the same id. */
static gboolean
enqueue_with_retry (Terminal *terminal, GError **error)
{
  g_autoptr (GError) cause = NULL;
  if (enqueue (terminal, &cause))
    return TRUE;
  if (!g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_IO)) {
    g_propagate_error (error, g_steal_pointer (&cause));
    return FALSE;
  }
  PerronOutbox *fresh = perron_outbox_open (&terminal->options, perron_clock_system (), NULL, error);
  if (fresh == NULL)
    return FALSE;
  perron_outbox_free (terminal->outbox);
  terminal->outbox = fresh;
  return enqueue (terminal, error);
}

/* Ids on standard input, one a line; each is answered, so that whoever asks can ask again with the same id after a kill. */
static void
register_ids (Terminal *terminal)
{
  char line[64];
  setvbuf (stdout, NULL, _IOLBF, 0);
  while (fgets (line, sizeof line, stdin) != NULL) {
    g_autoptr (GError) error = NULL;
    if (!perron_uuid_parse (g_strstrip (line), terminal->filler.id))
      g_error ("not an id");
    if (!enqueue_with_retry (terminal, &error))
      printf ("no %s %d\n", g_quark_to_string (error->domain), error->code);
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

static int
work (Terminal *terminal, const PerronConfig *config, int argc, char **argv)
{
  gboolean fills = strcmp (argv[2], "fill") == 0 && argc == 4;
  if (fills || strcmp (argv[2], "register") == 0) {
    make_sealer (terminal, config);
    if (fills)
      fill (terminal, (guint) atoi (argv[3]));
    else
      register_ids (terminal);
    drop_sealer (terminal);
  } else if (strcmp (argv[2], "list") == 0) {
    list (terminal->outbox);
  } else if (strcmp (argv[2], "stats") == 0) {
    stats (terminal->outbox);
  } else {
    return 2;
  }
  return 0;
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
  Terminal terminal = { .options = { .path = perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE),
                                     .max_waiting = 1000000,
                                     .reserve_bytes = perron_config_get_int (config, PERRON_CONFIG_QUEUE_RESERVE_KIB) * 1024,
                                     .low_space_bytes = perron_config_get_int (config, PERRON_CONFIG_QUEUE_LOW_SPACE_KIB) * 1024,
                                     .create = TRUE } };
  terminal.outbox = perron_outbox_open (&terminal.options, perron_clock_system (), NULL, &error);
  if (terminal.outbox == NULL)
    g_error ("%s", error->message);
  int status = work (&terminal, config, argc, argv);
  perron_outbox_free (terminal.outbox);
  return status;
}
