/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/json-strict.h"
#include "hw/dock/virtual-card-holders.h"
#include "hw/dock/virtual-card-private.h"

#include <errno.h>
#include <string.h>

#define ATR_MAX 255 /* longer than a real one may be (33), on purpose: such a card is mute */
#define AID_MAX 16
#define DATA_MAX 32767 /* the offset of READ BINARY has fifteen bits */
#define FOLDERS_MAX 16
#define FILES_MAX 32
#define FAULTS_MAX 32
#define DEPTH_MAX 12

static gboolean
read_number (const PerronStrict *strict, const char *member, gsize bytes, gint32 *ret_value, GError **error)
{
  gboolean ok;
  g_autoptr (GByteArray) hex = perron_strict_hex (strict, member, bytes, &ok, error);
  if (hex == NULL)
    return ok;
  if (hex->len != bytes) {
    g_autofree char *why = g_strdup_printf ("must be %" G_GSIZE_FORMAT " bytes of hexadecimal", bytes);
    return perron_strict_refuse (strict, member, error, why);
  }
  *ret_value = 0;
  for (guint i = 0; i < hex->len; i++)
    *ret_value = *ret_value << 8 | hex->data[i];
  return TRUE;
}

static gboolean
read_file_data (const PerronStrict *strict, CardFile *file, GError **error)
{
  gboolean ok;
  g_autoptr (GByteArray) hex = perron_strict_hex (strict, "hex", DATA_MAX, &ok, error);
  if (!ok)
    return FALSE;
  if (hex != NULL)
    g_byte_array_append (file->data, hex->data, hex->len);
  if (!perron_virtual_holders_encode (strict, file->data, error))
    return FALSE;
  if (file->data->len > DATA_MAX)
    return perron_strict_refuse (strict, NULL, error, "holds more than 32767 bytes");
  return TRUE;
}

static gboolean
read_file (const PerronStrict *strict, CardFolder *folder, GError **error)
{
  static const char *const members[] = { "fid", "sfi", "sw", "hex", "holders", "charset", "width", "pad", "comment", NULL };
  g_autoptr (CardFile) file = perron_card_file_new ();
  gint64 sfi = 0;
  gint32 sw = 0;

  if (!perron_strict_only (strict, members, error) || !read_number (strict, "fid", 2, &file->fid, error)
      || !perron_strict_int (strict, "sfi", 1, 30, &sfi, error) || !read_number (strict, "sw", 2, &sw, error)
      || !read_file_data (strict, file, error))
    return FALSE;
  if (file->fid < 0 && sfi == 0)
    return perron_strict_refuse (strict, NULL, error, "needs fid, sfi or both");
  file->sfi = (guint8) sfi;
  file->sw = (guint16) sw;
  g_ptr_array_add (folder->files, g_steal_pointer (&file));
  return TRUE;
}

static gboolean
read_folder (const PerronStrict *strict, PerronVirtualCard *card, GError **error)
{
  static const char *const members[] = { "fid", "aid", "files", "comment", NULL };
  g_autoptr (CardFolder) folder = perron_card_folder_new ();
  gboolean ok;

  if (!perron_strict_only (strict, members, error) || !read_number (strict, "fid", 2, &folder->fid, error))
    return FALSE;
  folder->aid = perron_strict_hex (strict, "aid", AID_MAX, &ok, error);
  if (!ok)
    return FALSE;
  if (folder->fid < 0 && folder->aid == NULL)
    return perron_strict_refuse (strict, NULL, error, "needs fid, aid or both");
  gint count = perron_strict_count (strict, "files", FILES_MAX, error);
  if (count < 0)
    return FALSE;
  for (gint i = 0; i < count; i++) {
    g_auto (PerronStrict) item = { 0 };
    if (!perron_strict_item (strict, "files", i, &item, error) || !read_file (&item, folder, error))
      return FALSE;
  }
  g_ptr_array_add (card->folders, g_steal_pointer (&folder));
  return TRUE;
}

static gboolean
read_fault (const PerronStrict *strict, PerronVirtualCard *card, guint depth, GError **error)
{
  static const char *const members[] = { "at", "do", "times", "comment", NULL };
  gint64 at = 0, times = 1;
  gboolean ok;

  if (!perron_strict_only (strict, members, error) || !perron_strict_int (strict, "at", 1, 100000, &at, error)
      || !perron_strict_int (strict, "times", 1, 100000, &times, error))
    return FALSE;
  const char *what = perron_strict_string (strict, "do", 256, &ok, error);
  if (!ok)
    return FALSE;
  if (at == 0 || what == NULL)
    return perron_strict_refuse (strict, NULL, error, "needs at and do");
  if (depth > 0 && g_str_has_prefix (what, "swap:"))
    return perron_strict_refuse (strict, "do", error, "a card that takes another's place cannot be swapped again");
  g_autoptr (GError) cause = NULL;
  if (!perron_virtual_card_add_fault (card, what, (guint) at, (guint) times, &cause))
    return perron_strict_refuse (strict, "do", error, cause->message);
  return TRUE;
}

static gboolean
read_manners (const PerronStrict *strict, PerronVirtualCard *card, GError **error)
{
  gboolean ok;
  gint64 think = 0;
  gint32 cla = 0;
  const char *select = perron_strict_string (strict, "select", 8, &ok, error);
  if (!ok)
    return FALSE;
  if (select != NULL && strcmp (select, "61") != 0 && strcmp (select, "9000") != 0)
    return perron_strict_refuse (strict, "select", error, "must be 61 or 9000");
  const char *short_read = perron_strict_string (strict, "short_read", 8, &ok, error);
  if (!ok)
    return FALSE;
  if (short_read != NULL && strcmp (short_read, "6C") != 0 && strcmp (short_read, "9000") != 0 && strcmp (short_read, "6282") != 0)
    return perron_strict_refuse (strict, "short_read", error, "must be 6C, 9000 or 6282");
  if (!perron_strict_int (strict, "think_ms", 0, 60000, &think, error) || !read_number (strict, "class", 1, &cla, error))
    return FALSE;
  card->select_61 = select == NULL || strcmp (select, "61") == 0;
  card->short_read = short_read == NULL || strcmp (short_read, "6C") == 0 ? SHORT_READ_6C
                     : strcmp (short_read, "9000") == 0                   ? SHORT_READ_9000
                                                                          : SHORT_READ_6282;
  card->think_ms = (guint) think;
  card->cla = (guint8) cla;
  return TRUE;
}

static gboolean
read_face (const PerronStrict *strict, PerronVirtualCard *card, GError **error)
{
  gboolean ok;
  gint64 order = 50;
  const char *title = perron_strict_string (strict, "title", 80, &ok, error);
  if (!ok)
    return FALSE;
  if (title == NULL || *title == '\0')
    return perron_strict_refuse (strict, "title", error, "must be given");
  g_autoptr (GByteArray) atr = perron_strict_hex (strict, "atr", ATR_MAX, &ok, error);
  if (!ok)
    return FALSE;
  if (atr == NULL)
    return perron_strict_refuse (strict, "atr", error, "must be given; \"\" for a card that does not answer");
  if (!perron_strict_int (strict, "order", 0, 1000, &order, error))
    return FALSE;
  card->title = g_strdup (title);
  card->order = (guint) order;
  card->atr = g_bytes_new (atr->data, atr->len);
  return TRUE;
}

static gboolean
read_card (const PerronStrict *strict, PerronVirtualCard *card, guint depth, GError **error)
{
  static const char *const members[] = { "title",  "order",      "comment", "kind",   "atr",    "think_ms", "class",
                                         "select", "short_read", "folders", "faults", "expect", NULL };
  gboolean ok;
  (void) perron_strict_string (strict, "kind", 32, &ok, error);
  if (!ok || !perron_strict_only (strict, members, error) || !read_face (strict, card, error) || !read_manners (strict, card, error))
    return FALSE;
  gint folders = perron_strict_count (strict, "folders", FOLDERS_MAX, error);
  gint faults = folders < 0 ? -1 : perron_strict_count (strict, "faults", FAULTS_MAX, error);
  if (faults < 0)
    return FALSE;
  for (gint i = 0; i < folders; i++) {
    g_auto (PerronStrict) item = { 0 };
    if (!perron_strict_item (strict, "folders", i, &item, error) || !read_folder (&item, card, error))
      return FALSE;
  }
  for (gint i = 0; i < faults; i++) {
    g_auto (PerronStrict) item = { 0 };
    if (!perron_strict_item (strict, "faults", i, &item, error) || !read_fault (&item, card, depth, error))
      return FALSE;
  }
  return TRUE;
}

/* json-glib parses by recursion: a file of nothing but brackets must not reach it. */
static gboolean
is_too_deep (const char *text, gsize length)
{
  guint depth = 0;
  gboolean quoted = FALSE;
  for (gsize i = 0; i < length && depth <= DEPTH_MAX; i++) {
    if (quoted && text[i] == '\\')
      i++;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted && (text[i] == '{' || text[i] == '['))
      depth++;
    else if (!quoted && (text[i] == '}' || text[i] == ']') && depth > 0)
      depth--;
  }
  return depth > DEPTH_MAX;
}

static gboolean
refuse_file (const char *name, const char *why, GError **error)
{
  g_set_error (error, PERRON_VIRTUAL_CARD_ERROR, PERRON_VIRTUAL_CARD_ERROR_FILE, "%s: %s", name, why);
  return FALSE;
}

static gboolean
read_text (PerronVirtualCard *card, const char *text, gsize length, guint depth, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) cause = NULL;
  if (length == 0 || length > PERRON_VIRTUAL_CARD_FILE_MAX)
    return refuse_file (card->name, "empty, or larger than 256 KiB", error);
  if (!g_utf8_validate (text, (gssize) length, NULL))
    return refuse_file (card->name, "not UTF-8", error);
  if (is_too_deep (text, length))
    return refuse_file (card->name, "nested too deeply", error);
  if (!json_parser_load_from_data (parser, text, (gssize) length, &cause))
    return refuse_file (card->name, cause->message, error);
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return refuse_file (card->name, "must be one JSON object", error);
  g_auto (PerronStrict) strict = { card->name, g_strdup ("$"), json_node_get_object (root) };
  return read_card (&strict, card, depth, error);
}

PerronVirtualCard *
perron_virtual_card_parse_at (const char *name, const char *folder, const char *text, gsize length, guint depth, GError **error)
{
  g_autoptr (PerronVirtualCard) card = g_new0 (PerronVirtualCard, 1);
  card->name = g_strdup (name);
  card->folder = g_strdup (folder);
  card->folders = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_card_folder_free);
  card->faults = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_card_fault_free);
  card->pending = g_byte_array_new ();
  if (!read_text (card, text, length, depth, error))
    return NULL;
  (void) perron_virtual_card_reset (card);
  return g_steal_pointer (&card);
}

PerronVirtualCard *
perron_virtual_card_load_at (const char *path, guint depth, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  gsize length;
  g_autoptr (GError) cause = NULL;
  /* A device or a pipe would never end. */
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR)) {
    refuse_file (path, g_file_test (path, G_FILE_TEST_EXISTS) ? "not a file" : g_strerror (ENOENT), error);
    return NULL;
  }
  if (!g_file_get_contents (path, &text, &length, &cause)) {
    refuse_file (path, cause->message, error);
    return NULL;
  }
  return perron_virtual_card_parse_at (name, folder, text, length, depth, error);
}

PerronVirtualCard *
perron_virtual_card_parse (const char *name, const char *folder, const char *text, gsize length, GError **error)
{
  return perron_virtual_card_parse_at (name, folder, text, length, 0, error);
}

PerronVirtualCard *
perron_virtual_card_load (const char *path, GError **error)
{
  return perron_virtual_card_load_at (path, 0, error);
}
