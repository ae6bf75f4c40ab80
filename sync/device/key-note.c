/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/device/key-note.h"

#include <string.h>

#define GROUP "tpm-key"
#define NOTE_BYTES_MAX 4096

static gboolean
read_hex (GKeyFile *note, const char *name, guint8 *bytes, gsize size)
{
  g_autofree char *text = g_key_file_get_string (note, GROUP, name, NULL);
  if (text == NULL || strlen (text) != 2 * size || strspn (text, "0123456789abcdef") != 2 * size)
    return FALSE;
  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));
  return TRUE;
}

gboolean
perron_key_note_parse (const char *text, gsize len, const char *name, PerronTpmKey *ret_key, GError **error)
{
  g_autoptr (GKeyFile) note = g_key_file_new ();
  PerronTpmKey key = { 0 };
  gboolean good = len <= NOTE_BYTES_MAX && g_key_file_load_from_data (note, text, len, G_KEY_FILE_NONE, NULL);
  g_autofree char *handle = good ? g_key_file_get_string (note, GROUP, "handle", NULL) : NULL;
  if (handle == NULL || !perron_device_handle_parse (handle, &key.handle) || !read_hex (note, "auth", key.auth, sizeof key.auth) ||
      !read_hex (note, "x", key.x, sizeof key.x) || !read_hex (note, "y", key.y, sizeof key.y)) {
    g_set_error (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_FILE, "%s: not a note of a key in the TPM", name);
    return FALSE;
  }
  *ret_key = key;
  return TRUE;
}

static void
add_hex (GString *note, const char *name, const guint8 *bytes, gsize size)
{
  g_string_append_printf (note, "%s=", name);
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (note, "%02x", bytes[i]);
  g_string_append_c (note, '\n');
}

gboolean
perron_key_note_save (const char *path, const PerronTpmKey *key, GError **error)
{
  g_autoptr (GString) note = g_string_new ("# This key is in the TPM of this machine and cannot leave it.\n" PERRON_KEY_NOTE_BEGIN "\n");
  g_string_append_printf (note, "handle=0x%08x\n", key->handle);
  add_hex (note, "auth", key->auth, sizeof key->auth);
  add_hex (note, "x", key->x, sizeof key->x);
  add_hex (note, "y", key->y, sizeof key->y);
  g_autoptr (GError) cause = NULL;
  if (g_file_set_contents_full (path, note->str, (gssize) note->len, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &cause))
    return TRUE;
  g_set_error_literal (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_FILE, cause->message);
  return FALSE;
}
