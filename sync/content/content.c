/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/content.h"

#include <string.h>
#include <sys/file.h>

#include "sync/content/disk.h"
#include "sync/content/slot.h"

G_DEFINE_QUARK (perron-content-error-quark, perron_content_error)

const char *
perron_content_error_word (PerronContentError code)
{
  static const char *const words[] = {
    [PERRON_CONTENT_ERROR_FORMAT] = "format",       [PERRON_CONTENT_ERROR_LIMIT] = "limit",     [PERRON_CONTENT_ERROR_PATH] = "path",
    [PERRON_CONTENT_ERROR_SIGNATURE] = "signature", [PERRON_CONTENT_ERROR_ROLE] = "role",       [PERRON_CONTENT_ERROR_VERSION] = "version",
    [PERRON_CONTENT_ERROR_HERE] = "here",
    [PERRON_CONTENT_ERROR_EXPIRED] = "expired",     [PERRON_CONTENT_ERROR_PROGRAM] = "program", [PERRON_CONTENT_ERROR_DIGEST] = "digest",
    [PERRON_CONTENT_ERROR_ROOT] = "root",           [PERRON_CONTENT_ERROR_DISK] = "disk",       [PERRON_CONTENT_ERROR_NONE] = "none",
  };
  return (guint) code < G_N_ELEMENTS (words) ? words[code] : "unknown";
}

static const char *const role_words[PERRON_ROLE_COUNT] = { "content", "certificates" };

const char *
perron_content_role_word (PerronContentRole role)
{
  return (guint) role < PERRON_ROLE_COUNT ? role_words[role] : "unknown";
}

gboolean
perron_content_role_parse (const char *word, PerronContentRole *ret_role)
{
  for (guint role = 0; role < PERRON_ROLE_COUNT; role++) {
    if (g_strcmp0 (word, role_words[role]) == 0) {
      *ret_role = (PerronContentRole) role;
      return TRUE;
    }
  }
  return FALSE;
}

PerronContentOptions
perron_content_options (const PerronConfig *config)
{
  const char *root = perron_config_get (config, PERRON_CONFIG_CONTENT_ROOT);
  return (PerronContentOptions){ .folder = perron_config_get (config, PERRON_CONFIG_CONTENT_FOLDER),
                                 .root = root != NULL && *root != '\0' ? root : NULL,
                                 .clock = perron_clock_system () };
}

void
perron_content_in_use_clear (PerronContentInUse *in_use)
{
  g_clear_pointer (&in_use->files, g_free);
  g_clear_pointer (&in_use->fault, g_free);
}

/* --- which one -------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const PerronContentOptions *options;
  PerronContentRole role;
  gboolean deep;
  gint64 past; /* a version not to be used; 0: none */
  PerronRoot anchor;
  PerronFloor floor;
  int folder; /* of the role */
} Look;

static void
note_fault (PerronContentInUse *in_use, const char *slot, const char *why)
{
  if (in_use->fault == NULL)
    in_use->fault = g_strdup_printf ("%s: %s", slot, why);
}

/* The manifest of a slot that may be used now. */
static PerronManifest *
try_slot (const Look *look, guint slot, PerronContentInUse *in_use)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (PerronManifest) manifest = perron_slot_verify (look->folder, slot, look->role, &look->anchor, look->deep, &cause);

  if (manifest == NULL)
    note_fault (in_use, perron_slot_names[slot], cause->message);
  else if (look->past != 0 && manifest->version == look->past)
    note_fault (in_use, perron_slot_names[slot], "passed over");
  else if (perron_floor_forbids (&look->floor, manifest))
    note_fault (in_use, perron_slot_names[slot], "withdrawn by the operator");
  else
    return g_steal_pointer (&manifest);
  return NULL;
}

static gboolean
use_slot (const Look *look, guint slot, PerronContentOrigin origin, PerronContentInUse *in_use)
{
  g_autoptr (PerronManifest) manifest = try_slot (look, slot, in_use);
  if (manifest == NULL)
    return FALSE;
  in_use->origin = origin;
  in_use->version = manifest->version;
  in_use->expires_unix_ms = manifest->expires_unix_s * 1000;
  in_use->expired = MAX (perron_clock_unix_ms (look->options->clock), look->floor.created_unix_s * 1000) >= in_use->expires_unix_ms;
  g_autofree char *files = perron_slot_dup_files_name (manifest);
  in_use->files = g_build_filename (look->options->folder, perron_content_role_word (look->role), perron_slot_names[slot], files, NULL);
  return TRUE;
}

static void
look_at_slots (const PerronContentOptions *options, PerronContentRole role, gboolean deep, gint64 past, PerronContentInUse *ret_in_use)
{
  Look look = { .options = options, .role = role, .deep = deep, .past = past };
  g_autoptr (GError) cause = NULL;

  *ret_in_use = (PerronContentInUse){ .origin = PERRON_CONTENT_FROM_PACKAGE };
  if (options->root == NULL || *options->root == '\0')
    return;
  perron_autofd folder = perron_slot_open_role (options->folder, role, FALSE, NULL);
  gint current = folder >= 0 ? perron_slot_get_current (folder) : -1;
  if (current < 0)
    return;
  look.folder = folder;
  if (!perron_root_load (options->root, &look.anchor, &cause)) {
    note_fault (ret_in_use, "root", cause->message);
    return;
  }
  perron_floor_load (look.folder, role, &look.anchor, &look.floor);
  if (!use_slot (&look, (guint) current, PERRON_CONTENT_FROM_CURRENT, ret_in_use))
    (void) !use_slot (&look, 1 - (guint) current, PERRON_CONTENT_FROM_PREVIOUS, ret_in_use);
}

void
perron_content_look (const PerronContentOptions *options, PerronContentRole role, gboolean deep, PerronContentInUse *ret_in_use)
{
  look_at_slots (options, role, deep, 0, ret_in_use);
}

void
perron_content_look_past (const PerronContentOptions *options, PerronContentRole role, gint64 version, PerronContentInUse *ret_in_use)
{
  look_at_slots (options, role, TRUE, version, ret_in_use);
}

/* Who installs looks for this before it empties a slot. */
int
perron_content_hold (const PerronContentInUse *in_use)
{
  g_autofree char *slot = in_use->files != NULL ? g_path_get_dirname (in_use->files) : NULL;
  g_autofree char *head = slot != NULL ? g_build_filename (slot, "head", NULL) : NULL;
  int fd = head != NULL ? open (head, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  if (fd >= 0 && flock (fd, LOCK_SH | LOCK_NB) == 0)
    return fd;
  perron_fd_clear (&fd);
  return -1;
}

/* --- for others ------------------------------------------------------------------------------------------------------------- */

char *
perron_content_describe (const PerronContentOptions *options)
{
  GString *text = g_string_new (NULL);
  for (guint role = 0; role < PERRON_ROLE_COUNT; role++) {
    g_auto (PerronContentInUse) in_use = { 0 };
    perron_content_look (options, (PerronContentRole) role, FALSE, &in_use);
    g_string_append_printf (text, "%s%s ", role > 0 ? ", " : "", role_words[role]);
    if (in_use.origin == PERRON_CONTENT_FROM_PACKAGE)
      g_string_append (text, "package");
    else
      g_string_append_printf (text, "%" G_GINT64_FORMAT "%s%s", in_use.version,
                              in_use.origin == PERRON_CONTENT_FROM_PREVIOUS ? " prev" : "", in_use.expired ? " exp" : "");
  }
  return g_string_free (text, FALSE);
}

char *
perron_content_dup_certificate (const PerronContentOptions *options, const char *name)
{
  g_auto (PerronContentInUse) in_use = { 0 };
  perron_content_look (options, PERRON_ROLE_CERTIFICATES, TRUE, &in_use);
  if (in_use.files == NULL)
    return NULL;
  g_autofree char *path = g_build_filename (in_use.files, name, NULL);
  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

char *
perron_content_dup_caisse_certificate (const PerronContentOptions *options, const char *code)
{
  g_autofree char *name = g_strconcat ("caisses/", code != NULL ? code : "", ".pem", NULL);
  if (!perron_manifest_path_ok (PERRON_ROLE_CERTIFICATES, name, strlen (name)))
    return NULL;
  return perron_content_dup_certificate (options, name);
}
