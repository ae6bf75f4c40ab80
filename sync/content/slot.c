/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/slot.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "sync/content/disk.h"

#define FLOOR_MAX 256

const char *const perron_slot_names[PERRON_SLOT_COUNT] = { "a", "b" };

int
perron_slot_open_role (const char *folder, PerronContentRole role, gboolean make, GError **error)
{
  if (make && g_mkdir_with_parents (folder, 0755) != 0) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_DISK, "%s: %s", folder, g_strerror (errno));
    return -1;
  }
  perron_autofd top = open (folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (top < 0) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_DISK, "%s: %s", folder, g_strerror (errno));
    return -1;
  }
  const char *name = perron_content_role_word (role);
  perron_autofd inside = make ? perron_disk_make_folder (top, name, error) : perron_disk_open_folder (top, name, error);
  if (inside < 0 || (make && !perron_disk_sync (top, folder, error)))
    return -1;
  int kept = inside;
  inside = -1;
  return kept;
}

gint
perron_slot_get_current (int role_folder)
{
  char target[8];
  gssize len = readlinkat (role_folder, "current", target, sizeof target);
  for (guint slot = 0; slot < PERRON_SLOT_COUNT; slot++) {
    if (len == (gssize) strlen (perron_slot_names[slot]) && memcmp (target, perron_slot_names[slot], (gsize) len) == 0)
      return (gint) slot;
  }
  return -1;
}

static GBytes *
read_head (int role_folder, guint slot, PerronPackHead *ret_head, GError **error)
{
  perron_autofd folder = perron_disk_open_folder (role_folder, perron_slot_names[slot], error);
  g_autoptr (GBytes) bytes = folder >= 0 ? perron_disk_read (folder, "head", PERRON_HEAD_MAX, error) : NULL;
  if (bytes == NULL)
    return NULL;
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  return perron_pack_head_parse (data, len, ret_head, error) ? g_steal_pointer (&bytes) : NULL;
}

char *
perron_slot_dup_files_name (const PerronManifest *manifest)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, manifest->version);
}

static gboolean
check_files (int role_folder, guint slot, const PerronManifest *manifest, GError **error)
{
  perron_autofd folder = perron_disk_open_folder (role_folder, perron_slot_names[slot], error);
  g_autofree char *name = perron_slot_dup_files_name (manifest);
  perron_autofd files = folder >= 0 ? perron_disk_open_folder (folder, name, error) : -1;
  return files >= 0 && perron_pack_check_files (manifest, files, error);
}

PerronManifest *
perron_slot_verify (int role_folder, guint slot, PerronContentRole role, const PerronRoot *anchor, gboolean deep, GError **error)
{
  PerronPackHead head;
  PerronRoot root = *anchor;
  g_autoptr (GBytes) bytes = read_head (role_folder, slot, &head, error);
  g_autoptr (PerronManifest) manifest = bytes != NULL ? perron_pack_head_verify (&head, &root, error) : NULL;

  if (manifest == NULL)
    return NULL;
  if (manifest->role != role) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_ROLE, "slot %s: a pack of the other role", perron_slot_names[slot]);
    return NULL;
  }
  return !deep || check_files (role_folder, slot, manifest, error) ? g_steal_pointer (&manifest) : NULL;
}

/* --- trust ------------------------------------------------------------------------------------------------------------------ */

/* Roots of the head that lead further than what is known; the documents are kept as they are. */
static gboolean
follow (PerronTrust *trust, const PerronPackHead *head, GError **error)
{
  for (guint i = 0; i < head->root_count; i++) {
    gint64 before = trust->root.version;
    if (!perron_root_follow (&trust->root, &head->roots[i], error))
      return FALSE;
    if (trust->root.version > before)
      g_string_append_len (trust->chain, head->roots[i].whole.text, (gssize) head->roots[i].whole.len);
  }
  return TRUE;
}

/* Each slot's head begins at the configured root, so the longest one is found by trying each from there; what does not follow is no root. */
static void
follow_slots (PerronTrust *trust, const char *folder, PerronContentRole role)
{
  perron_autofd role_folder = perron_slot_open_role (folder, role, FALSE, NULL);
  for (guint slot = 0; role_folder >= 0 && slot < PERRON_SLOT_COUNT; slot++) {
    PerronPackHead head;
    g_autoptr (GBytes) bytes = read_head (role_folder, slot, &head, NULL);
    if (bytes != NULL)
      (void) !follow (trust, &head, NULL);
  }
}

gboolean
perron_trust_load (const PerronContentOptions *options, PerronTrust *ret_trust, GError **error)
{
  PerronTrust trust = { 0 };
  if (options->root == NULL || *options->root == '\0') {
    g_set_error_literal (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_ROOT, "[content] root: no root file is configured: no pack is taken");
    return FALSE;
  }
  if (!perron_root_load (options->root, &trust.anchor, error))
    return FALSE;
  trust.root = trust.anchor;
  trust.chain = g_string_new (NULL);
  for (guint role = 0; role < PERRON_ROLE_COUNT; role++)
    follow_slots (&trust, options->folder, (PerronContentRole) role);
  *ret_trust = trust;
  return TRUE;
}

void
perron_trust_clear (PerronTrust *trust)
{
  if (trust->chain != NULL)
    g_string_free (g_steal_pointer (&trust->chain), TRUE);
}

PerronManifest *
perron_trust_verify (PerronTrust *trust, const PerronPackHead *head, GError **error)
{
  if (!follow (trust, head, error))
    return NULL;
  return perron_pack_head_verify (head, &trust->root, error);
}

/* --- floor ------------------------------------------------------------------------------------------------------------------ */

static gboolean
parse_floor (GBytes *bytes, PerronFloor *ret_floor)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  PerronCursor cursor = { data, len, 0, 0 };
  PerronSpan line, version, digest, created;
  PerronFloor floor = { 0 };

  if (!perron_cursor_take (&cursor, &line) || !perron_span_take_field (&line, &version) || !perron_span_take_field (&line, &digest) ||
      !perron_span_take_field (&line, &created) || !perron_span_to_number (version, &floor.version) ||
      !perron_span_to_bytes (digest, floor.sha256, sizeof floor.sha256) || !perron_span_to_time (created, &floor.created_unix_s))
    return FALSE;
  floor.withdrawn = perron_span_is (line, "withdrawn");
  if (!floor.withdrawn && !perron_span_is (line, "taken"))
    return FALSE;
  *ret_floor = floor;
  return TRUE;
}

static void
raise_floor (PerronFloor *floor, const PerronManifest *manifest)
{
  floor->created_unix_s = MAX (floor->created_unix_s, manifest->created_unix_s);
  if (manifest->version <= floor->version)
    return;
  floor->version = manifest->version;
  floor->withdrawn = FALSE;
  memcpy (floor->sha256, manifest->sha256, sizeof floor->sha256);
}

void
perron_floor_load (int role_folder, PerronContentRole role, const PerronRoot *anchor, PerronFloor *ret_floor)
{
  PerronFloor floor = { 0 };
  g_autoptr (GBytes) bytes = perron_disk_read (role_folder, "floor", FLOOR_MAX, NULL);

  if (bytes != NULL)
    (void) parse_floor (bytes, &floor);
  for (guint slot = 0; slot < PERRON_SLOT_COUNT; slot++) {
    g_autoptr (PerronManifest) manifest = perron_slot_verify (role_folder, slot, role, anchor, FALSE, NULL);
    if (manifest != NULL)
      raise_floor (&floor, manifest);
  }
  *ret_floor = floor;
}

gboolean
perron_floor_save (int role_folder, const PerronFloor *floor, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append_printf (text, "%" G_GINT64_FORMAT " ", floor->version);
  perron_append_hex (text, floor->sha256, sizeof floor->sha256);
  g_string_append_c (text, ' ');
  perron_append_time (text, floor->created_unix_s);
  g_string_append (text, floor->withdrawn ? " withdrawn\n" : " taken\n");
  return perron_disk_replace (role_folder, "floor", text->str, text->len, error);
}

gboolean
perron_floor_forbids (const PerronFloor *floor, const PerronManifest *manifest)
{
  return floor->withdrawn && manifest->version == floor->version;
}
