/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "hw/nfc/nfc-keeper.h"
#include "kiosk/core/config.h"
#include "kiosk/core/log.h"
#include "kiosk/core/secret.h"

#define KEY_BYTES_MIN 32

static int
refuse (const char *what)
{
  fprintf (stderr, "perron-nfc: %s\n", what);
  return 2;
}

static gboolean
load_key (const PerronConfig *config, PerronNfcSetup *setup, GError **error)
{
  struct stat about;
  g_autofree char *bytes = NULL;
  gsize length = 0;
  const char *path = perron_config_get (config, PERRON_CONFIG_NFC_BADGE_KEY);
  if (path == NULL)
    return TRUE;
  if (stat (path, &about) == 0 && S_ISREG (about.st_mode) && (about.st_mode & 0077) == 0 && about.st_size >= KEY_BYTES_MIN
      && about.st_size <= (off_t) sizeof setup->key && g_file_get_contents (path, &bytes, &length, NULL) && length <= sizeof setup->key) {
    memcpy (setup->key, bytes, length);
    setup->key_length = length;
    explicit_bzero (bytes, length);
    return TRUE;
  }
  g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_VALUE,
               "[nfc] badge_key: %s: must be a file of %d to %d random bytes that only its owner may read", path, KEY_BYTES_MIN,
               (int) sizeof setup->key);
  return FALSE;
}

static gboolean
load_setup (const PerronConfig *config, PerronNfcSetup *setup, GError **error)
{
  setup->device = perron_config_require (config, PERRON_CONFIG_NFC_DEVICE, error);
  if (setup->device == NULL)
    return FALSE;
  setup->socket = perron_config_require (config, PERRON_CONFIG_NFC_SOCKET, error);
  if (setup->socket == NULL)
    return FALSE;
  setup->poll_ms = (guint) perron_config_get_int (config, PERRON_CONFIG_NFC_POLL_MS);
  setup->look_ms = (guint) perron_config_get_int (config, PERRON_CONFIG_NFC_LOOK_MS);
  setup->patience_ms = (guint) perron_config_get_int (config, PERRON_CONFIG_NFC_PATIENCE_MS);
  if (strchr (setup->device, ':') != NULL || strlen (setup->device) > 120 || strlen (setup->socket) >= sizeof ((struct sockaddr_un *) 0)->sun_path) {
    g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_VALUE, "[nfc] device, socket: too long, or with a colon");
    return FALSE;
  }
  return load_key (config, setup, error);
}

/* With one of them closed the tty would get its number, which libnfc takes for its own abort pipe (facts/hardware.md 2.2). */
static gboolean
keep_standard_files (void)
{
  int fd;
  do
    fd = open ("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= 2);
  if (fd > 2)
    close (fd);
  return fd > 2;
}

int
main (int argc, char **argv)
{
  g_autofree char *path = NULL;
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "configuration (default " PERRON_CONFIG_DEFAULT_FILE ")", "FILE" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- looks at what is laid on the NFC reader");
  g_autoptr (GError) error = NULL;
  PerronNfcSetup setup = { 0 };

  if (!keep_standard_files ())
    return 2;
  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return refuse (error->message);
  g_set_prgname ("perron-nfc");
  perron_secret_harden_process ();
  g_autoptr (PerronConfig) config = perron_config_load (path, &error);
  if (config == NULL || !load_setup (config, &setup, &error) || !perron_nfc_confine (TRUE, &error))
    return refuse (error->message);
  perron_log (PERRON_LOG_PROGRAM_STARTED);
  int status = perron_nfc_keeper_run (&setup);
  perron_log (PERRON_LOG_PROGRAM_STOPPED);
  explicit_bzero (setup.key, sizeof setup.key);
  return status;
}
