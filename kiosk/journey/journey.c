/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/journey.h"

#include <string.h>

#include "kiosk/journey/loader.h"

G_DEFINE_QUARK (perron-journey-error-quark, perron_journey_error)

static PerronJourney *
journey_new (const char *file)
{
  PerronJourney *journey = g_new0 (PerronJourney, 1);
  g_atomic_ref_count_init (&journey->refs);
  journey->file = g_strdup (file);
  journey->strings = g_string_chunk_new (4096);
  journey->blocks = g_ptr_array_new_with_free_func (g_free);
  return journey;
}

PerronJourney *
perron_journey_ref (PerronJourney *journey)
{
  g_atomic_ref_count_inc (&journey->refs);
  return journey;
}

void
perron_journey_unref (PerronJourney *journey)
{
  if (journey == NULL || !g_atomic_ref_count_dec (&journey->refs))
    return;
  g_free (journey->file);
  g_string_chunk_free (journey->strings);
  g_ptr_array_unref (journey->blocks);
  g_free (journey);
}

const char *
perron_loader_keep (const PerronLoader *loader, const char *text)
{
  return text != NULL ? g_string_chunk_insert_const (loader->journey->strings, text) : NULL;
}

gpointer
perron_loader_alloc (const PerronLoader *loader, gsize count, gsize size)
{
  gpointer block = g_malloc0_n (count > 0 ? count : 1, size);
  g_ptr_array_add (loader->journey->blocks, block);
  return block;
}

gboolean
perron_loader_id (const PerronLoader *loader, JsonObject *object, const char *name, gboolean required, const char **ret_id)
{
  const char *id = NULL;
  if (!perron_at_string (&loader->at, object, name, required, PERRON_ID_MAX, &id))
    return FALSE;
  if (id == NULL)
    return TRUE;
  if (strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (id)) {
    gsize before = perron_at_enter (&loader->at, ".%s", name);
    perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_FORMAT, "an id is made of a-z, 0-9 and dashes");
    perron_at_leave (&loader->at, before);
    return FALSE;
  }
  *ret_id = perron_loader_keep (loader, id);
  return TRUE;
}

static gboolean
read_special_screen (PerronLoader *loader, JsonObject *special, const char *name, guint *ret_screen)
{
  const char *id = NULL;
  if (!perron_loader_id (loader, special, name, TRUE, &id))
    return FALSE;
  guint screen = perron_journey_index_of (loader->journey, id);
  if (screen == PERRON_NOWHERE) {
    gsize before = perron_at_enter (&loader->at, ".%s", name);
    perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_GRAPH, "no screen \"%s\"", id);
    perron_at_leave (&loader->at, before);
    return FALSE;
  }
  *ret_screen = screen;
  return TRUE;
}

static gboolean
read_special (PerronLoader *loader, JsonObject *root)
{
  static const char *const known[] = { "start", "help", "leave", "idle", "card", "tap", NULL };
  PerronJourney *journey = loader->journey;
  JsonObject *special = NULL, *card = NULL, *tap = NULL;

  if (!perron_at_object (&loader->at, root, "special", TRUE, &special))
    return FALSE;
  gsize before = perron_at_enter (&loader->at, ".special");
  gboolean ok = perron_at_only (&loader->at, special, known) &&
                read_special_screen (loader, special, "start", &journey->start) &&
                read_special_screen (loader, special, "help", &journey->help) &&
                read_special_screen (loader, special, "leave", &journey->leave) &&
                read_special_screen (loader, special, "idle", &journey->idle) &&
                perron_at_object (&loader->at, special, "card", TRUE, &card) && perron_loader_card_ways (loader, card) &&
                perron_at_object (&loader->at, special, "tap", FALSE, &tap) && perron_loader_tap_ways (loader, tap);
  if (ok)
    perron_at_leave (&loader->at, before);
  return ok;
}

static gboolean
read_consent (PerronLoader *loader, JsonObject *root)
{
  static const char *const known[] = { "version", "sha256", NULL };
  PerronJourney *journey = loader->journey;
  JsonObject *consent = NULL, *hashes = NULL;

  if (!perron_at_object (&loader->at, root, "consent", TRUE, &consent))
    return FALSE;
  gsize before = perron_at_enter (&loader->at, ".consent");
  if (!perron_at_only (&loader->at, consent, known) ||
      !perron_at_uint (&loader->at, consent, "version", TRUE, 1, 1000000, &journey->consent_version) ||
      !perron_at_object (&loader->at, consent, "sha256", TRUE, &hashes))
    return FALSE;
  perron_at_enter (&loader->at, ".sha256");
  g_autoptr (GList) languages = json_object_get_members (hashes);
  for (GList *l = languages; l != NULL; l = l->next) {
    const char *sha256 = NULL;
    if (journey->consent_hash_count == PERRON_CONSENT_HASHES_MAX)
      return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_LIMIT, "holds too many");
    if (!perron_at_string (&loader->at, hashes, l->data, TRUE, 64, &sha256))
      return FALSE;
    if (strlen (sha256) != 64 || strspn (sha256, "0123456789abcdef") != 64)
      return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_FORMAT, "must be 64 hexadecimal digits");
    journey->consent_hashes[journey->consent_hash_count++] =
      (PerronConsentHash){ perron_loader_keep (loader, l->data), perron_loader_keep (loader, sha256) };
  }
  perron_at_leave (&loader->at, before);
  return TRUE;
}

static gboolean
read_request (PerronLoader *loader, JsonObject *object, PerronRequestShape *shape)
{
  static const char *const known[] = { "consent", "holder", "fields", NULL };
  JsonArray *fields = NULL;
  const char *consent = NULL;

  if (!perron_at_only (&loader->at, object, known) ||
      !perron_at_string (&loader->at, object, "consent", TRUE, PERRON_KEY_MAX, &consent) ||
      !perron_at_bool (&loader->at, object, "holder", &shape->holder) ||
      !perron_at_array (&loader->at, object, "fields", TRUE, PERRON_SLOTS_MAX, &fields))
    return FALSE;
  shape->consent = perron_loader_keep (loader, consent);
  for (guint i = 0; i < json_array_get_length (fields); i++) {
    const char *name = NULL;
    gsize before = perron_at_enter (&loader->at, ".fields[%u]", i);
    if (!perron_at_element_string (&loader->at, fields, i, PERRON_ID_MAX, &name))
      return FALSE;
    guint slot = perron_journey_slot_of (loader->journey, name);
    if (slot == PERRON_NOWHERE)
      return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_GRAPH, "no screen asks for \"%s\"", name);
    shape->slots[shape->slot_count++] = slot;
    perron_at_leave (&loader->at, before);
  }
  return TRUE;
}

static gboolean
read_requests (PerronLoader *loader, JsonObject *root)
{
  PerronJourney *journey = loader->journey;
  JsonObject *requests = NULL;

  if (!perron_at_object (&loader->at, root, "requests", TRUE, &requests))
    return FALSE;
  gsize before = perron_at_enter (&loader->at, ".requests");
  g_autoptr (GList) members = json_object_get_members (requests);
  for (GList *m = members; m != NULL; m = m->next) {
    JsonObject *object = NULL;
    if (journey->request_count == PERRON_REQUESTS_MAX || strlen (m->data) > PERRON_ID_MAX)
      return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_LIMIT, "too many, or a name too long");
    if (!perron_at_object (&loader->at, requests, m->data, TRUE, &object))
      return FALSE;
    gsize inner = perron_at_enter (&loader->at, ".%s", (const char *) m->data);
    PerronRequestShape *shape = &journey->requests[journey->request_count++];
    shape->kind = perron_loader_keep (loader, m->data);
    if (!read_request (loader, object, shape))
      return FALSE;
    perron_at_leave (&loader->at, inner);
  }
  perron_at_leave (&loader->at, before);
  return TRUE;
}

static gboolean
read_root (PerronLoader *loader, JsonObject *root)
{
  static const char *const known[] = { "format", "id", "version", "consent", "steps", "special", "requests", "screens", NULL };
  PerronJourney *journey = loader->journey;
  JsonArray *screens = NULL;
  guint format = 0;

  return perron_at_only (&loader->at, root, known) && perron_at_uint (&loader->at, root, "format", TRUE, 1, 1, &format) &&
         perron_loader_id (loader, root, "id", TRUE, &journey->id) &&
         perron_at_uint (&loader->at, root, "version", TRUE, 1, 1000000, &journey->version) && read_consent (loader, root) &&
         perron_at_uint (&loader->at, root, "steps", TRUE, 0, 20, &journey->steps) &&
         perron_at_array (&loader->at, root, "screens", TRUE, PERRON_SCREENS_MAX, &screens) &&
         perron_loader_screens (loader, screens) && read_requests (loader, root) && perron_loader_ways (loader, screens) &&
         read_special (loader, root);
}

PerronJourney *
perron_journey_parse (const char *name, const guint8 *data, gsize len, GError **error)
{
  g_autoptr (PerronJourney) journey = journey_new (name);
  g_autoptr (GString) path = g_string_new ("$");
  PerronLoader loader = { { journey->file, path, error }, journey };

  g_autoptr (JsonNode) root = perron_strict_json_parse (&loader.at, data, len, PERRON_JOURNEY_BYTES_MAX);
  if (root == NULL || !read_root (&loader, json_node_get_object (root)))
    return NULL;
  return g_steal_pointer (&journey);
}

PerronJourney *
perron_journey_load (const char *folder, const char *id, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) inner = NULL;
  gsize len = 0;

  if (id[0] == '\0' || strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (id)) {
    g_set_error_literal (error, PERRON_JOURNEY_ERROR, PERRON_JOURNEY_ERROR_FORMAT, "the id of a journey is made of a-z, 0-9 and dashes");
    return NULL;
  }
  path = g_build_filename (folder, id, "journey.json", NULL);
  if (!g_file_get_contents (path, &text, &len, &inner)) {
    g_set_error (error, PERRON_JOURNEY_ERROR, PERRON_JOURNEY_ERROR_FORMAT, "%s: %s", path, inner->message);
    return NULL;
  }
  g_autoptr (PerronJourney) journey = perron_journey_parse (path, (const guint8 *) text, len, error);
  if (journey != NULL && strcmp (journey->id, id) != 0) {
    g_set_error (error, PERRON_JOURNEY_ERROR, PERRON_JOURNEY_ERROR_FORMAT, "%s: $.id: is \"%s\" in the folder \"%s\"", path, journey->id, id);
    return NULL;
  }
  return g_steal_pointer (&journey);
}

const char *
perron_journey_get_id (const PerronJourney *journey)
{
  return journey->id;
}

guint
perron_journey_get_version (const PerronJourney *journey)
{
  return journey->version;
}

guint
perron_journey_get_steps (const PerronJourney *journey)
{
  return journey->steps;
}

guint
perron_journey_get_screen_count (const PerronJourney *journey)
{
  return journey->screen_count;
}

const PerronScreen *
perron_journey_get_screen (const PerronJourney *journey, guint index)
{
  g_return_val_if_fail (index < journey->screen_count, NULL);
  return &journey->screens[index].screen;
}

const PerronScreen *
perron_journey_find_screen (const PerronJourney *journey, const char *id)
{
  guint index = perron_journey_index_of (journey, id);
  return index != PERRON_NOWHERE ? &journey->screens[index].screen : NULL;
}
