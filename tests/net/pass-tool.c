/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/device/identity.h"
#include "sync/engine/pass.h"

#include "kiosk/core/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * perron-sync with a clock that is told: pass-tool CONFIG, then one line each on standard input: "advance MS" (both clocks), "jump MS" (the wall
 * clock alone), "pass". After each "pass" one line on standard output: "ok" or the error's message. What the passes log is on standard error.
 */

static void
fill_pass (PerronPass *pass, const PerronConfig *config)
{
  const char *database = perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE);
  pass->terminal = perron_config_get (config, PERRON_CONFIG_TERMINAL_ID);
  pass->caisse = perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE);
  pass->caisse_certificate = perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE);
  pass->cursor_path = g_strconcat (database, ".cursor", NULL);
  pass->outbox_path = database;
  pass->trace_fd = -1;
  pass->item_retry_ms = 20;
  perron_batch_size_init (&pass->size, 50, 512 * 1024);
  perron_pass_prepare (pass);
}

static PerronHttp *
connect_http (const PerronConfig *config, PerronDeviceIdentity *identity, GError **error)
{
  PerronHttpIdentity shown = { perron_device_identity_use, perron_device_identity_get_fault, identity };
  PerronHttpOptions options = { .url = perron_config_get (config, PERRON_CONFIG_GATEWAY_URL),
                                .ca = perron_config_get (config, PERRON_CONFIG_GATEWAY_CA),
                                .certificate = perron_config_get (config, PERRON_CONFIG_GATEWAY_CERTIFICATE),
                                .key = perron_config_get (config, PERRON_CONFIG_GATEWAY_KEY),
                                .identity = &shown,
                                .connect_s = 5,
                                .stall_s = 10,
                                .answer_max = 4 * 1024 * 1024 };
  return perron_http_new (&options, error);
}

static void
obey (PerronPass *pass, PerronFakeClock *clock, const char *line)
{
  g_autoptr (GError) error = NULL;
  PerronPassResult result;

  if (g_str_has_prefix (line, "advance "))
    perron_fake_clock_advance (clock, atoll (line + strlen ("advance ")));
  else if (g_str_has_prefix (line, "jump "))
    clock->now_unix_ms += atoll (line + strlen ("jump "));
  else if (perron_pass_run (pass, &result, &error))
    puts ("ok");
  else
    puts (error->message);
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  char line[64];
  PerronFakeClock clock;
  PerronPass pass = { 0 };

  g_autoptr (PerronConfig) config = argc == 2 ? perron_config_load (argv[1], &error) : NULL;
  g_autoptr (PerronDeviceIdentity) identity =
    config != NULL ? perron_device_identity_new (perron_config_get (config, PERRON_CONFIG_GATEWAY_CERTIFICATE),
                                                 perron_config_get (config, PERRON_CONFIG_GATEWAY_KEY), NULL, &error)
                   : NULL;
  g_autoptr (PerronHttp) http = identity != NULL ? connect_http (config, identity, &error) : NULL;
  if (http == NULL)
    g_error ("%s", error != NULL ? error->message : "usage");
  perron_fake_clock_init (&clock, g_get_real_time () / 1000, 1000000);
  PerronOutboxOptions options = { .path = perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE), .max_waiting = 1000000 };
  g_autoptr (PerronOutbox) outbox = perron_outbox_open (&options, &clock.clock, NULL, &error);
  if (outbox == NULL)
    g_error ("%s", error->message);
  fill_pass (&pass, config);
  pass.client_signer = perron_device_key_get_signer (perron_device_identity_get_key (identity));
  pass.outbox = outbox;
  pass.http = http;
  pass.clock = &clock.clock;
  while (fgets (line, sizeof line, stdin) != NULL)
    obey (&pass, &clock, line);
  g_free ((char *) pass.cursor_path);
  return 0;
}
