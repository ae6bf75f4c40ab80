/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/profile-load.h"

#include <string.h>

static const char *const field_names[PERRON_CARD_FIELD_COUNT + 1] = {
  [PERRON_CARD_FIELD_SURNAME] = "surname",
  [PERRON_CARD_FIELD_GIVEN_NAME] = "given_name",
  [PERRON_CARD_FIELD_BIRTH] = "birth",
  [PERRON_CARD_FIELD_NUMBER] = "number",
};

static gboolean
load_select (const PerronJson *at, PerronProfileStep *step, GError **error)
{
  static const struct {
    const char *word;
    guint8 p1;
  } ways[] = { { "file", 0x00 }, { "child", 0x02 }, { "name", 0x04 } };
  static const char *const names[] = { "select", "id", NULL };
  const char *way;
  gsize length = 0;

  if (!perron_json_only (at, names, error) || !perron_json_member_string (at, "select", 8, &way, error) ||
      !perron_json_member_hex (at, "id", step->id, 2, PERRON_AID_MAX, &length, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    if (strcmp (way, ways[i].word) != 0)
      continue;
    if (ways[i].p1 != 0x04 && length != 2)
      return perron_json_fail (at, error, "a file identifier has 2 bytes");
    step->kind = PERRON_STEP_SELECT;
    step->p1 = ways[i].p1;
    step->id_length = (guint8) length;
    return TRUE;
  }
  return perron_json_fail (at, error, "select is file, child or name");
}

static gboolean
load_step (const PerronJson *at, PerronProfileStep *step, GError **error)
{
  static const char *const read_sfi[] = { "read_sfi", NULL };
  static const char *const read[] = { "read", NULL };
  guint sfi;
  PerronJson flag;
  gboolean value;

  if (perron_json_has (at, "select"))
    return load_select (at, step, error);
  if (perron_json_has (at, "read_sfi")) {
    if (!perron_json_only (at, read_sfi, error) || !perron_json_member_int (at, "read_sfi", 1, 30, &sfi, error))
      return FALSE;
    step->kind = PERRON_STEP_READ_SFI;
    step->sfi = (guint8) sfi;
    return TRUE;
  }
  if (!perron_json_only (at, read, error) || !perron_json_member (at, "read", &flag, error) || !perron_json_bool (&flag, &value, error))
    return FALSE;
  if (!value)
    return perron_json_fail (&flag, error, "only true makes sense");
  step->kind = PERRON_STEP_READ;
  return TRUE;
}

static gboolean
load_path (const PerronJson *at, PerronProfilePath *path, GError **error)
{
  if (!perron_json_array (at, 1, PERRON_PROFILE_STEPS_MAX, &path->count, error))
    return FALSE;
  for (guint i = 0; i < path->count; i++) {
    PerronJson step = perron_json_item (at, i);
    if (!load_step (&step, &path->steps[i], error))
      return FALSE;
    gboolean last = i + 1 == path->count;
    if (last != (path->steps[i].kind != PERRON_STEP_SELECT))
      return perron_json_fail (&step, error, "a path selects, then reads once at its end");
  }
  return TRUE;
}

static gboolean
load_tag (const PerronJson *object, const char *name, guint32 *ret_tag, GError **error)
{
  guint8 bytes[3];
  gsize length = 0;
  guint32 tag = 0;

  if (!perron_json_member_hex (object, name, bytes, 1, sizeof bytes, &length, error))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    tag = tag << 8 | bytes[i];
  if (tag == 0)
    return perron_json_fail (object, error, "\"%s\" is 00, which is padding", name);
  *ret_tag = tag;
  return TRUE;
}

static gboolean
load_file (const PerronJson *at, PerronProfileFile *file, GError **error)
{
  static const char *const names[] = { "required", "template", "fields", "paths", NULL };
  PerronJson fields, paths, required;
  gboolean any = FALSE;

  if (!perron_json_only (at, names, error) || !load_tag (at, "template", &file->template_tag, error) ||
      !perron_json_member (at, "required", &required, error) || !perron_json_bool (&required, &file->required, error) ||
      !perron_json_member (at, "fields", &fields, error) || !perron_json_only (&fields, field_names, error) ||
      !perron_json_member (at, "paths", &paths, error) ||
      !perron_json_array (&paths, 1, PERRON_PROFILE_PATHS_MAX, &file->path_count, error))
    return FALSE;
  for (guint f = 0; f < PERRON_CARD_FIELD_COUNT; f++) {
    if (!perron_json_has (&fields, field_names[f]))
      continue;
    any = TRUE;
    if (!load_tag (&fields, field_names[f], &file->tags[f], error))
      return FALSE;
  }
  if (!any)
    return perron_json_fail (&fields, error, "a file that gives no field");
  for (guint p = 0; p < file->path_count; p++) {
    PerronJson path = perron_json_item (&paths, p);
    if (!load_path (&path, &file->paths[p], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
load_files (const PerronJson *root, PerronProfile *profile, GError **error)
{
  PerronJson files;
  guint required = 0;

  if (!perron_json_member (root, "files", &files, error) ||
      !perron_json_array (&files, 1, PERRON_PROFILE_FILES_MAX, &profile->file_count, error))
    return FALSE;
  for (guint i = 0; i < profile->file_count; i++) {
    PerronJson file = perron_json_item (&files, i);
    if (!load_file (&file, &profile->files[i], error))
      return FALSE;
    required += profile->files[i].required ? 1 : 0;
  }
  return required == 1 || perron_json_fail (&files, error, "exactly one file is required, not %u", required);
}

static gboolean
load_map (const PerronJson *root, PerronProfileMap *map, GError **error)
{
  static const char *const names[] = { "path", "application", "file", NULL };
  PerronJson at, path;
  guint8 file[2];
  gsize length = 0;

  if (!perron_json_has (root, "map"))
    return TRUE;
  if (!perron_json_member (root, "map", &at, error) || !perron_json_only (&at, names, error) ||
      !perron_json_member (&at, "path", &path, error) || !load_path (&path, &map->path, error) ||
      !perron_json_member_hex (&at, "application", map->aid, 5, PERRON_AID_MAX, &length, error))
    return FALSE;
  map->aid_length = (guint8) length;
  if (!perron_json_member_hex (&at, "file", file, 2, 2, &length, error))
    return FALSE;
  map->file = (guint16) (file[0] << 8 | file[1]);
  return TRUE;
}

static gboolean
load_limits (const PerronJson *root, PerronProfile *profile, GError **error)
{
  static const char *const names[] = { "file_bytes", "holders", "depth", NULL };
  PerronJson limits;

  return perron_json_member (root, "limits", &limits, error) && perron_json_only (&limits, names, error) &&
         perron_json_member_int (&limits, "file_bytes", 256, PERRON_PROFILE_FILE_BYTES_MAX, &profile->max_file_bytes, error) &&
         perron_json_member_int (&limits, "holders", 1, PERRON_HOLDERS_MAX, &profile->max_holders, error) &&
         perron_json_member_int (&limits, "depth", 1, PERRON_PROFILE_DEPTH_MAX, &profile->max_depth, error);
}

static gboolean
load_atrs (const PerronJson *root, PerronProfile *profile, GError **error)
{
  PerronJson atrs;

  if (!perron_json_member (root, "atr", &atrs, error) ||
      !perron_json_array (&atrs, 0, PERRON_PROFILE_ATRS_MAX, &profile->atr_count, error))
    return FALSE;
  for (guint i = 0; i < profile->atr_count; i++) {
    PerronJson at = perron_json_item (&atrs, i);
    if (!perron_atr_mask_load (&at, &profile->atrs[i], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_profile (PerronProfiles *profiles, const PerronJson *root, GError **error)
{
  static const char *const names[] = { "kind", "profile", "atr", "limits", "decide", "files", "map", NULL };
  PerronProfile profile = { 0 };
  const char *name;
  PerronJson decide;

  if (!perron_json_only (root, names, error) || !perron_json_member_string (root, "profile", sizeof profile.name - 1, &name, error))
    return FALSE;
  g_strlcpy (profile.name, name, sizeof profile.name);
  for (guint i = 0; i < profiles->profiles->len; i++) {
    if (strcmp (perron_profiles_get (profiles, i)->name, name) == 0)
      return perron_json_fail (root, error, "there is already a profile \"%s\"", name);
  }
  if (profiles->profiles->len >= PERRON_PROFILES_MAX)
    return perron_json_fail (root, error, "more than %d profiles", PERRON_PROFILES_MAX);
  if (!load_atrs (root, &profile, error) || !load_limits (root, &profile, error) || !load_map (root, &profile.map, error) ||
      !perron_json_member (root, "decide", &decide, error) || !load_select (&decide, &profile.decide, error) ||
      !load_files (root, &profile, error))
    return FALSE;
  g_array_append_val (profiles->profiles, profile);
  return TRUE;
}

/* A family that decides keeps every command from its cards: one that also claims a profile's cards would make them unreadable. */
static gboolean
check_decided (const PerronProfiles *profiles, const PerronFamilyRow *row, const char *name, GError **error)
{
  for (guint p = 0; row->decides && p < profiles->profiles->len; p++) {
    const PerronProfile *profile = perron_profiles_get (profiles, p);
    for (guint a = 0; a < profile->atr_count; a++) {
      if (!perron_atr_masks_overlap (&row->atr, &profile->atrs[a]))
        continue;
      g_set_error (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_CLASH, "%s: $: family \"%s\" decides for cards that profile \"%s\" reads",
                   name, row->word, profile->name);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
add_root (PerronProfiles *profiles, const PerronJson *root, GError **error)
{
  const char *kind;

  if (!perron_json_member_string (root, "kind", 32, &kind, error))
    return FALSE;
  if (strcmp (kind, "profile") == 0)
    return add_profile (profiles, root, error);
  if (strcmp (kind, "families") == 0)
    return perron_profiles_add_families (profiles, root, error);
  if (strcmp (kind, "test-identities") == 0)
    return perron_profiles_add_identities (profiles, root, error);
  return perron_json_fail (root, error, "kind is profile, families or test-identities");
}

gboolean
perron_profiles_add (PerronProfiles *profiles, const char *name, const char *text, gsize length, GError **error)
{
  g_autoptr (JsonNode) tree = perron_json_parse (name, text, length, error);

  if (tree == NULL)
    return FALSE;
  PerronJson root = perron_json_root (name, tree);
  if (!add_root (profiles, &root, error))
    return FALSE;
  for (guint i = 0; i < profiles->families->len; i++) {
    if (!check_decided (profiles, &g_array_index (profiles->families, PerronFamilyRow, i), name, error))
      return FALSE;
  }
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_folder (const char *folder, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &failure);
  if (dir == NULL) {
    g_set_error_literal (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_FILE, failure->message);
    return NULL;
  }
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir)) {
    if (g_str_has_suffix (name, ".json"))
      g_ptr_array_add (files, g_build_filename (folder, name, NULL));
  }
  g_ptr_array_sort (files, compare_names);
  return files;
}

PerronProfiles *
perron_profiles_load (const char *folder, GError **error)
{
  g_autoptr (PerronProfiles) profiles = perron_profiles_new ();
  g_autoptr (GPtrArray) files = list_folder (folder, error);

  if (files == NULL)
    return NULL;
  for (guint i = 0; i < files->len; i++) {
    const char *file = g_ptr_array_index (files, i);
    g_autofree char *text = NULL;
    gsize length = 0;
    g_autoptr (GError) failure = NULL;
    if (!g_file_get_contents (file, &text, &length, &failure)) {
      g_set_error_literal (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_FILE, failure->message);
      return NULL;
    }
    if (!perron_profiles_add (profiles, file, text, length, error))
      return NULL;
  }
  if (profiles->profiles->len == 0) {
    g_set_error (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_FILE, "%s: no card profile there", folder);
    return NULL;
  }
  return g_steal_pointer (&profiles);
}
