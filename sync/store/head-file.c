/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/head-file.h"

#include <string.h>

char *
perron_head_file_path (const char *outbox_path)
{
  return g_strconcat (outbox_path, ".head", NULL);
}

void
perron_head_hash_format (const guint8 hash[PERRON_DIGEST_BYTES], char ret_text[2 * PERRON_DIGEST_BYTES + 1])
{
  for (guint i = 0; i < PERRON_DIGEST_BYTES; i++)
    g_snprintf (ret_text + 2 * i, 3, "%02x", hash[i]);
}

static gboolean
parse_hash (const char *text, guint8 hash[PERRON_DIGEST_BYTES])
{
  if (text == NULL || strlen (text) != 2 * PERRON_DIGEST_BYTES || strspn (text, "0123456789abcdef") != 2 * PERRON_DIGEST_BYTES)
    return FALSE;
  for (guint i = 0; i < PERRON_DIGEST_BYTES; i++)
    hash[i] = (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));
  return TRUE;
}

void
perron_head_file_load (const char *path, PerronHeadFile *ret_file)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();

  memset (ret_file, 0, sizeof *ret_file);
  if (!g_key_file_load_from_file (keys, path, G_KEY_FILE_NONE, NULL))
    return;
  g_autofree char *hash = g_key_file_get_string (keys, "kept", "sha256", NULL);
  g_autofree char *word = g_key_file_get_string (keys, "refused", "word", NULL);
  gint64 kept = g_key_file_get_int64 (keys, "kept", "n", NULL);
  if (kept > 0 && parse_hash (hash, ret_file->kept_hash)) {
    ret_file->kept_n = kept;
    ret_file->kept_unix_ms = g_key_file_get_int64 (keys, "kept", "time_unix_ms", NULL);
  }
  if (g_strcmp0 (word, "back") == 0 || g_strcmp0 (word, "forked") == 0) {
    g_strlcpy (ret_file->refused, word, sizeof ret_file->refused);
    ret_file->refused_n = g_key_file_get_int64 (keys, "refused", "n", NULL);
  }
}

gboolean
perron_head_file_save (const char *path, const PerronHeadFile *file, GError **error)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  char hash[2 * PERRON_DIGEST_BYTES + 1];

  if (file->kept_n > 0) {
    perron_head_hash_format (file->kept_hash, hash);
    g_key_file_set_int64 (keys, "kept", "n", file->kept_n);
    g_key_file_set_string (keys, "kept", "sha256", hash);
    g_key_file_set_int64 (keys, "kept", "time_unix_ms", file->kept_unix_ms);
  }
  if (*file->refused != '\0') {
    g_key_file_set_string (keys, "refused", "word", file->refused);
    g_key_file_set_int64 (keys, "refused", "n", file->refused_n);
  }
  g_autofree char *text = g_key_file_to_data (keys, NULL, NULL);
  return g_file_set_contents (path, text, -1, error);
}
