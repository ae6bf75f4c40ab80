/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/ready-file.h"

#include <string.h>

char *
perron_ready_file_path (const char *outbox_path)
{
  return g_strconcat (outbox_path, ".ready", NULL);
}

void
perron_ready_file_add (PerronReadyFile *file, const char *id, const char *word)
{
  if (file->count == PERRON_READY_ROWS_MAX || strlen (id) >= sizeof file->rows[0].id || strlen (word) >= sizeof file->rows[0].word)
    return;
  g_strlcpy (file->rows[file->count].id, id, sizeof file->rows[0].id);
  g_strlcpy (file->rows[file->count++].word, word, sizeof file->rows[0].word);
}

void
perron_ready_file_load (const char *path, PerronReadyFile *ret_file)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();

  memset (ret_file, 0, sizeof *ret_file);
  if (!g_key_file_load_from_file (keys, path, G_KEY_FILE_NONE, NULL))
    return;
  ret_file->at_unix_ms = MAX (g_key_file_get_int64 (keys, "ready", "at_unix_ms", NULL), 0);
  g_auto (GStrv) ids = g_key_file_get_keys (keys, "checks", NULL, NULL);
  for (guint i = 0; ids != NULL && ids[i] != NULL; i++) {
    g_autofree char *word = g_key_file_get_string (keys, "checks", ids[i], NULL);
    if (word != NULL)
      perron_ready_file_add (ret_file, ids[i], word);
  }
}

gboolean
perron_ready_file_save (const char *path, const PerronReadyFile *file, GError **error)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();

  g_key_file_set_int64 (keys, "ready", "at_unix_ms", file->at_unix_ms);
  for (guint i = 0; i < file->count; i++)
    g_key_file_set_string (keys, "checks", file->rows[i].id, file->rows[i].word);
  g_autofree char *text = g_key_file_to_data (keys, NULL, NULL);
  return g_file_set_contents (path, text, -1, error);
}
