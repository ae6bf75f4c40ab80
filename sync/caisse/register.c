/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/caisse/register.h"

#include "kiosk/core/reference.h"
#include "sync/engine/wire-json.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define FILE_BYTES_MAX 1024
#define KEEP_S (90 * 24 * 3600)

G_DEFINE_QUARK (perron-register-error-quark, perron_register_error)

static gboolean
refuse (const char *path, const char *why, GError **error)
{
  g_set_error (error, PERRON_REGISTER_ERROR, PERRON_REGISTER_ERROR_FILE, "%s: %s", path, why);
  return FALSE;
}

void
perron_registered_free (PerronRegistered *registered)
{
  if (registered == NULL)
    return;
  g_free (registered->path);
  g_free (registered);
}

static gboolean
write_file (const PerronRegistered *registered, GError **error)
{
  char id[PERRON_UUID_CHARS];
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) cause = NULL;

  perron_uuid_format (registered->id, id);
  g_string_append_printf (out, "{\"id\":\"%s\",\"terminal\":\"%s\",\"number\":%" G_GINT64_FORMAT ",\"sha256\":\"", id, registered->terminal,
                          registered->number);
  for (guint i = 0; i < PERRON_DIGEST_BYTES; i++)
    g_string_append_printf (out, "%02x", registered->digest[i]);
  g_string_append (out, "\"}\n");
  return g_file_set_contents_full (registered->path, out->str, (gssize) out->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &cause) ||
         refuse (registered->path, cause->message, error);
}

static gboolean
parse (PerronRegistered *registered, const char *text, gsize len)
{
  g_autofree WireValue *object = wire_read ((const guint8 *) text, len, 4, FILE_BYTES_MAX);

  return wire_uuid (object, "id", registered->id) && wire_token (object, "terminal", registered->terminal) &&
         wire_digest (object, "sha256", registered->digest) && wire_int (object, "number", &registered->number) &&
         registered->number >= 0 && registered->number < PERRON_REPLY_NUMBER_MAX;
}

static PerronRegistered *
read_file (const char *folder, const char *name, GError **error)
{
  g_autoptr (PerronRegistered) registered = g_new0 (PerronRegistered, 1);
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;
  GStatBuf about;
  gsize len;

  registered->path = g_build_filename (folder, name, NULL);
  if (g_lstat (registered->path, &about) != 0 || !S_ISREG (about.st_mode) || about.st_size > FILE_BYTES_MAX) {
    (void) refuse (registered->path, "not written by perron-caisse", error);
    return NULL;
  }
  if (!g_file_get_contents (registered->path, &text, &len, &cause)) {
    (void) refuse (registered->path, cause->message, error);
    return NULL;
  }
  if (!parse (registered, text, len)) {
    (void) refuse (registered->path, "not written by perron-caisse", error);
    return NULL;
  }
  return g_steal_pointer (&registered);
}

/* A request of a person is never lost for a reference that is none: it is found by its id. */
static char *
dup_path (const char *folder, const PerronOpened *opened)
{
  char id[PERRON_UUID_CHARS], reference[PERRON_REFERENCE_BYTES];
  perron_uuid_format (opened->id, id);
  g_autofree char *name = g_strdup_printf ("%s.%s.json", perron_reference_parse (opened->reference, reference) ? reference : "-", id);
  return g_build_filename (folder, name, NULL);
}

static void
forget_old (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    GStatBuf about;
    if (g_lstat (path, &about) == 0 && S_ISREG (about.st_mode) && now - about.st_mtime > KEEP_S)
      g_unlink (path);
  }
}

gboolean
perron_register_keep (const char *folder, const PerronDesk *desk, GError **error)
{
  if (g_mkdir (folder, 0700) != 0 && errno != EEXIST)
    return refuse (folder, g_strerror (errno), error);
  forget_old (folder);
  for (guint i = 0; i < desk->opened->len; i++) {
    const PerronOpened *opened = desk->opened->pdata[i];
    g_autoptr (PerronRegistered) registered = g_new0 (PerronRegistered, 1);
    memcpy (registered->id, opened->id, sizeof registered->id);
    memcpy (registered->digest, opened->digest, sizeof registered->digest);
    g_strlcpy (registered->terminal, opened->terminal, sizeof registered->terminal);
    registered->path = dup_path (folder, opened);
    if (!g_file_test (registered->path, G_FILE_TEST_EXISTS) && !write_file (registered, error))
      return FALSE;
  }
  return TRUE;
}

/* "<reference>." at the beginning, or ".<id>.json" at the end. NULL: neither a reference nor an id. */
static char *
dup_pattern (const char *text, gboolean *ret_is_end)
{
  char reference[PERRON_REFERENCE_BYTES];
  guint8 id[PERRON_UUID_BYTES];

  *ret_is_end = perron_uuid_parse (text, id);
  if (*ret_is_end)
    return g_strdup_printf (".%s.json", text);
  return perron_reference_parse (text, reference) ? g_strdup_printf ("%s.", reference) : NULL;
}

PerronRegistered *
perron_register_find (const char *folder, const char *text, GError **error)
{
  gboolean is_end;
  g_autofree char *pattern = dup_pattern (text, &is_end), *found = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (pattern != NULL && dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    if (!(is_end ? g_str_has_suffix (name, pattern) : g_str_has_prefix (name, pattern) && g_str_has_suffix (name, ".json")))
      continue;
    if (found != NULL) {
      g_set_error (error, PERRON_REGISTER_ERROR, PERRON_REGISTER_ERROR_SEVERAL,
                   "%s: deux demandes portent cette référence ; donnez l'identifiant", text);
      return NULL;
    }
    found = g_strdup (name);
  }
  if (found != NULL)
    return read_file (folder, found, error);
  g_set_error (error, PERRON_REGISTER_ERROR, PERRON_REGISTER_ERROR_NOT_FOUND, "%s: aucune demande ouverte ici ne porte cette référence", text);
  return NULL;
}

gboolean
perron_register_take_number (PerronRegistered *registered, GError **error)
{
  registered->number++;
  return write_file (registered, error);
}
