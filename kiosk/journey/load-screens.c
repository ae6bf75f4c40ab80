/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "kiosk/journey/loader.h"
#include "kiosk/journey/words.h"

static gboolean
keep_key (const PerronLoader *loader, JsonObject *object, const char *name, gboolean required, const char **ret_key)
{
  const char *key = NULL;
  if (!perron_at_string (&loader->at, object, name, required, PERRON_KEY_MAX, &key))
    return FALSE;
  if (key != NULL)
    *ret_key = perron_loader_keep (loader, key);
  return TRUE;
}

static gboolean
fail_at (const PerronLoader *loader, const char *name, const char *what)
{
  gsize before = perron_at_enter (&loader->at, ".%s", name);
  perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_FORMAT, "%s", what);
  perron_at_leave (&loader->at, before);
  return FALSE;
}

static gboolean
read_option (const PerronLoader *loader, JsonObject *object, PerronOption *option)
{
  static const char *const known[] = { "id", "label", "detail", "picture", "tone", "if", NULL };
  const char *tone = "equal";

  if (!perron_at_only (&loader->at, object, known) || !perron_loader_id (loader, object, "id", TRUE, &option->id) ||
      !keep_key (loader, object, "label", TRUE, &option->label) || !keep_key (loader, object, "detail", FALSE, &option->detail) ||
      !perron_loader_id (loader, object, "picture", FALSE, &option->picture) ||
      !perron_at_string (&loader->at, object, "tone", FALSE, PERRON_ID_MAX, &tone))
    return FALSE;
  return perron_tone_from_word (tone, &option->tone) || fail_at (loader, "tone", "must be equal, main or quiet");
}

static gboolean
read_field (const PerronLoader *loader, JsonObject *object, PerronField *field)
{
  static const char *const known[] = { "id", "type", "label", "hint", "error", "max_chars", "required", "personal", NULL };
  const char *type = NULL;

  field->max_chars = 40;
  if (!perron_at_only (&loader->at, object, known) || !perron_loader_id (loader, object, "id", TRUE, &field->id) ||
      !perron_at_string (&loader->at, object, "type", TRUE, PERRON_ID_MAX, &type) ||
      !keep_key (loader, object, "label", TRUE, &field->label) || !keep_key (loader, object, "hint", FALSE, &field->hint) ||
      !keep_key (loader, object, "error", TRUE, &field->error) ||
      !perron_at_uint (&loader->at, object, "max_chars", FALSE, 1, 60, &field->max_chars) ||
      !perron_at_bool (&loader->at, object, "required", &field->required) ||
      !perron_at_bool (&loader->at, object, "personal", &field->personal))
    return FALSE;
  return perron_field_type_from_word (type, &field->type) || fail_at (loader, "type", "no such type of field");
}

static gboolean
read_row (const PerronLoader *loader, JsonObject *object, PerronRow *row)
{
  static const char *const known[] = { "label", "fact", "edit", "none", NULL };

  return perron_at_only (&loader->at, object, known) && keep_key (loader, object, "label", TRUE, &row->label) &&
         keep_key (loader, object, "fact", TRUE, &row->fact) && perron_loader_id (loader, object, "edit", FALSE, &row->edit) &&
         keep_key (loader, object, "none", FALSE, &row->none);
}

typedef gboolean (*ReadOne) (const PerronLoader *loader, JsonObject *object, gpointer item);

static gboolean
read_option_item (const PerronLoader *loader, JsonObject *object, gpointer item)
{
  return read_option (loader, object, item);
}

static gboolean
read_field_item (const PerronLoader *loader, JsonObject *object, gpointer item)
{
  return read_field (loader, object, item);
}

static gboolean
read_row_item (const PerronLoader *loader, JsonObject *object, gpointer item)
{
  return read_row (loader, object, item);
}

/* A list of objects into an array of `size`-byte items. */
static gboolean
read_list (const PerronLoader *loader, JsonObject *screen, const char *name, guint max, gsize size, ReadOne read_one,
           gconstpointer *ret_items, guint *ret_count)
{
  JsonArray *array = NULL;
  if (!perron_at_array (&loader->at, screen, name, FALSE, max, &array))
    return FALSE;
  guint count = array != NULL ? json_array_get_length (array) : 0;
  guint8 *items = perron_loader_alloc (loader, count, size);
  for (guint i = 0; i < count; i++) {
    JsonObject *object = NULL;
    gsize before = perron_at_enter (&loader->at, ".%s[%u]", name, i);
    if (!perron_at_element_object (&loader->at, array, i, &object) || !read_one (loader, object, items + i * size))
      return FALSE;
    perron_at_leave (&loader->at, before);
  }
  *ret_items = items;
  *ret_count = count;
  return TRUE;
}

static gboolean
read_body (const PerronLoader *loader, JsonObject *object, PerronScreen *screen)
{
  JsonArray *array = NULL;
  if (!perron_at_array (&loader->at, object, "body", FALSE, PERRON_BODY_MAX, &array))
    return FALSE;
  guint count = array != NULL ? json_array_get_length (array) : 0;
  const char **keys = perron_loader_alloc (loader, count + 1, sizeof *keys);
  for (guint i = 0; i < count; i++) {
    const char *key = NULL;
    gsize before = perron_at_enter (&loader->at, ".body[%u]", i);
    if (!perron_at_element_string (&loader->at, array, i, PERRON_KEY_MAX, &key))
      return FALSE;
    keys[i] = perron_loader_keep (loader, key);
    perron_at_leave (&loader->at, before);
  }
  screen->body = keys;
  return TRUE;
}

static gboolean
read_pick (const PerronLoader *loader, JsonObject *object, PerronScreen *screen)
{
  static const char *const known[] = { "min", "max", NULL };
  JsonObject *pick = NULL;

  screen->pick_min = screen->pick_max = 1;
  if (!perron_at_object (&loader->at, object, "pick", FALSE, &pick))
    return FALSE;
  if (pick == NULL)
    return TRUE;
  gsize before = perron_at_enter (&loader->at, ".pick");
  if (!perron_at_only (&loader->at, pick, known) ||
      !perron_at_uint (&loader->at, pick, "min", TRUE, 0, PERRON_OPTIONS_MAX, &screen->pick_min) ||
      !perron_at_uint (&loader->at, pick, "max", TRUE, MAX (screen->pick_min, 1), PERRON_OPTIONS_MAX, &screen->pick_max))
    return FALSE;
  if (screen->kind != PERRON_SCREEN_CHOICE || screen->answer == NULL)
    return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_FORMAT, "only a choice with an answer picks");
  perron_at_leave (&loader->at, before);
  return TRUE;
}

static gboolean
read_parts (const PerronLoader *loader, JsonObject *object, PerronScreen *screen)
{
  const PerronKindLaw *law = perron_kind_law (screen->kind);

  if (!read_list (loader, object, "options", PERRON_OPTIONS_MAX, sizeof (PerronOption), read_option_item,
                  (gconstpointer *) &screen->options, &screen->option_count) ||
      !read_list (loader, object, "fields", PERRON_FIELDS_MAX, sizeof (PerronField), read_field_item,
                  (gconstpointer *) &screen->fields, &screen->field_count) ||
      !read_list (loader, object, "rows", PERRON_ROWS_MAX, sizeof (PerronRow), read_row_item, (gconstpointer *) &screen->rows,
                  &screen->row_count))
    return FALSE;
  if (screen->option_count > 0 && !law->options)
    return fail_at (loader, "options", "this kind of screen has none");
  if (screen->field_count > 0 && !law->fields)
    return fail_at (loader, "fields", "this kind of screen has none");
  if (screen->row_count > 0 && !law->rows)
    return fail_at (loader, "rows", "this kind of screen has none");
  for (guint i = 0; i < screen->option_count; i++) {
    if (perron_screen_option_of (screen, screen->options[i].id) != i)
      return fail_at (loader, "options", "an id stands twice");
  }
  return TRUE;
}

static gboolean
read_screen (const PerronLoader *loader, JsonObject *object, PerronNode *node)
{
  static const char *const known[] = { "id",      "kind",   "group", "title",   "body",   "explain", "picture", "step", "personal", "back",
                                       "answer", "pick",  "options", "fields", "rows",    "on",      NULL };
  PerronScreen *screen = &node->screen;
  const char *kind = NULL;

  screen->can_go_back = TRUE;
  if (!perron_at_only (&loader->at, object, known) || !perron_loader_id (loader, object, "id", TRUE, &screen->id) ||
      !perron_at_string (&loader->at, object, "kind", TRUE, PERRON_ID_MAX, &kind))
    return FALSE;
  if (!perron_screen_kind_from_word (kind, &screen->kind))
    return fail_at (loader, "kind", "no such kind of screen");
  return perron_loader_id (loader, object, "group", FALSE, &node->group) &&
         keep_key (loader, object, "title", TRUE, &screen->title) && read_body (loader, object, screen) &&
         keep_key (loader, object, "explain", TRUE, &screen->explain) &&
         perron_loader_id (loader, object, "picture", FALSE, &screen->picture) &&
         perron_at_uint (&loader->at, object, "step", FALSE, 1, loader->journey->steps, &screen->step) &&
         perron_at_bool (&loader->at, object, "personal", &screen->personal) &&
         perron_at_bool (&loader->at, object, "back", &screen->can_go_back) &&
         perron_loader_id (loader, object, "answer", FALSE, &screen->answer) && read_pick (loader, object, screen) &&
         read_parts (loader, object, screen);
}

static gboolean
add_slot (PerronLoader *loader, const char *name, guint screen, const PerronField *field)
{
  PerronJourney *journey = loader->journey;

  if (journey->slot_count == PERRON_SLOTS_MAX)
    return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_LIMIT, "asks for too many things (%d)", PERRON_SLOTS_MAX);
  if (perron_journey_slot_of (journey, name) != PERRON_NOWHERE)
    return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_FORMAT, "\"%s\" is asked twice (nothing is asked twice)", name);
  journey->slots[journey->slot_count++] = (PerronSlot){ name, screen, field };
  return TRUE;
}

static gboolean
add_slots (PerronLoader *loader, guint index)
{
  const PerronScreen *screen = &loader->journey->screens[index].screen;

  if (screen->answer != NULL && screen->kind != PERRON_SCREEN_CHOICE)
    return fail_at (loader, "answer", "only a choice keeps an answer");
  if (screen->answer != NULL && !add_slot (loader, screen->answer, index, NULL))
    return FALSE;
  for (guint i = 0; i < screen->field_count; i++) {
    if (!add_slot (loader, screen->fields[i].id, index, &screen->fields[i]))
      return FALSE;
  }
  return TRUE;
}

gboolean
perron_loader_screens (PerronLoader *loader, JsonArray *screens)
{
  PerronJourney *journey = loader->journey;
  guint count = json_array_get_length (screens);

  for (guint i = 0; i < count; i++) {
    JsonObject *object = NULL;
    gsize before = perron_at_enter (&loader->at, ".screens[%u]", i);
    if (!perron_at_element_object (&loader->at, screens, i, &object) || !read_screen (loader, object, &journey->screens[i]))
      return FALSE;
    if (perron_journey_index_of (journey, journey->screens[i].screen.id) != PERRON_NOWHERE)
      return fail_at (loader, "id", "stands twice");
    journey->screen_count++;
    if (!add_slots (loader, i))
      return FALSE;
    perron_at_leave (&loader->at, before);
  }
  return count > 0 || perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_GRAPH, "has no screen");
}
