/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/pn532-tag.h"

#include <string.h>

#include "hw/dock/json-strict.h"
#include "hw/dock/virtual-card.h"

#define APDUS_MAX 64
#define APDU_BYTES_MAX 262 /* what fits a frame of the chip (facts/hardware.md 2.2) */
#define ATS_MAX 64
#define THINK_MAX_MS 2000
#define FILE_BYTES_MAX 65536

static void
free_apdu (PerronTagApdu *apdu)
{
  g_clear_pointer (&apdu->command, g_byte_array_unref);
  g_clear_pointer (&apdu->answer, g_byte_array_unref);
  g_free (apdu);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronTagApdu, free_apdu)

void
perron_tag_free (PerronTag *tag)
{
  if (tag == NULL)
    return;
  g_free (tag->name);
  g_free (tag->title);
  g_clear_pointer (&tag->uid, g_byte_array_unref);
  g_clear_pointer (&tag->ats, g_byte_array_unref);
  g_clear_pointer (&tag->atqb, g_byte_array_unref);
  g_clear_pointer (&tag->apdus, g_ptr_array_unref);
  g_free (tag);
}

static gboolean
read_bytes (const PerronStrict *strict, const char *member, gsize size, guint8 *bytes, GError **error)
{
  gboolean ok;
  g_autoptr (GByteArray) hex = perron_strict_hex (strict, member, size, &ok, error);
  if (!ok)
    return FALSE;
  if (hex == NULL || hex->len != size) {
    g_autofree char *why = g_strdup_printf ("must be %" G_GSIZE_FORMAT " bytes of hexadecimal", size);
    return perron_strict_refuse (strict, member, error, why);
  }
  memcpy (bytes, hex->data, size);
  return TRUE;
}

static gboolean
read_type (const PerronStrict *strict, PerronTag *tag, GError **error)
{
  static const char *const words[] = { "A", "B", "B'", "SRx" };
  gboolean ok;
  const char *word = perron_strict_string (strict, "type", 3, &ok, error);
  if (!ok)
    return FALSE;
  for (guint type = 0; word != NULL && type < G_N_ELEMENTS (words); type++) {
    if (strcmp (word, words[type]) == 0) {
      tag->type = (PerronTagType) type;
      return TRUE;
    }
  }
  return perron_strict_refuse (strict, "type", error, "must be A, B, B' or SRx");
}

static gboolean
read_uid (const PerronStrict *strict, PerronTag *tag, GError **error)
{
  gboolean ok;
  const char *word = perron_strict_string (strict, "uid", 64, &ok, error);
  if (!ok)
    return FALSE;
  tag->random_uid = tag->type != PERRON_TAG_TYPE_SRX && word != NULL && strcmp (word, "random") == 0;
  if (tag->random_uid) {
    static const guint8 first[] = { 0x08, 0, 0, 0 };
    tag->uid = g_byte_array_append (g_byte_array_new (), first, sizeof first);
    return TRUE;
  }
  tag->uid = perron_strict_hex (strict, "uid", 10, &ok, error);
  if (!ok)
    return FALSE;
  guint length = tag->uid != NULL ? tag->uid->len : 0;
  if (tag->type == PERRON_TAG_TYPE_SRX ? length == 8 : length == 4 || (tag->type == PERRON_TAG_TYPE_A && (length == 7 || length == 10)))
    return TRUE;
  return perron_strict_refuse (strict, "uid", error, "must be \"random\" or 4 bytes (type A also 7 or 10; SRx: 8)");
}

/* What each type answers to the anticollision, and nothing that belongs to another type. */
static gboolean
read_radio (const PerronStrict *strict, PerronTag *tag, GError **error)
{
  gboolean ok;
  if (!read_type (strict, tag, error) || !read_uid (strict, tag, error))
    return FALSE;
  if (tag->type == PERRON_TAG_TYPE_A) {
    tag->ats = perron_strict_hex (strict, "ats", ATS_MAX, &ok, error);
    return ok && read_bytes (strict, "atqa", 2, tag->atqa, error) && read_bytes (strict, "sak", 1, &tag->sak, error);
  }
  if (json_object_has_member (strict->object, "atqa") || json_object_has_member (strict->object, "sak")
      || json_object_has_member (strict->object, "ats"))
    return perron_strict_refuse (strict, NULL, error, "atqa, sak and ats are of type A");
  guint8 atqb[7] = { 0 };
  if (tag->type == PERRON_TAG_TYPE_B && !read_bytes (strict, "atqb", sizeof atqb, atqb, error))
    return FALSE;
  tag->atqb = g_byte_array_append (g_byte_array_new (), atqb, sizeof atqb);
  return TRUE;
}

static gboolean
read_apdu (const PerronStrict *strict, PerronTag *tag, GError **error)
{
  static const char *const members[] = { "command", "answer", "comment", NULL };
  g_autoptr (PerronTagApdu) apdu = g_new0 (PerronTagApdu, 1);
  gboolean ok;
  if (!perron_strict_only (strict, members, error))
    return FALSE;
  apdu->command = perron_strict_hex (strict, "command", APDU_BYTES_MAX, &ok, error);
  if (!ok)
    return FALSE;
  apdu->answer = perron_strict_hex (strict, "answer", APDU_BYTES_MAX, &ok, error);
  if (!ok)
    return FALSE;
  if (apdu->command == NULL || apdu->answer == NULL)
    return perron_strict_refuse (strict, NULL, error, "needs command and answer");
  g_ptr_array_add (tag->apdus, g_steal_pointer (&apdu));
  return TRUE;
}

static gboolean
read_tag (const PerronStrict *strict, PerronTag *tag, GError **error)
{
  static const char *const members[] = { "title", "order", "comment", "type",  "atqa",   "sak",      "uid",
                                         "ats",   "atqb",  "apdus",   "expect", "think_ms", NULL };
  gboolean ok;
  if (!perron_strict_only (strict, members, error))
    return FALSE;
  tag->title = g_strdup (perron_strict_string (strict, "title", 256, &ok, error));
  gint64 think = 0;
  if (!ok || !perron_strict_int (strict, "think_ms", 0, THINK_MAX_MS, &think, error) || !read_radio (strict, tag, error))
    return FALSE;
  tag->think_ms = (guint) think;
  gint count = perron_strict_count (strict, "apdus", APDUS_MAX, error);
  for (gint i = 0; i < count; i++) {
    g_auto (PerronStrict) item = { 0 };
    if (!perron_strict_item (strict, "apdus", i, &item, error) || !read_apdu (&item, tag, error))
      return FALSE;
  }
  return count >= 0;
}

PerronTag *
perron_tag_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) cause = NULL;
  gboolean parsed = length <= FILE_BYTES_MAX && json_parser_load_from_data (parser, text, (gssize) length, &cause);
  JsonNode *root = parsed ? json_parser_get_root (parser) : NULL;
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error (error, PERRON_VIRTUAL_CARD_ERROR, PERRON_VIRTUAL_CARD_ERROR_VALUE, "%s: %s", path,
                 cause != NULL ? cause->message : "must be one JSON object of at most 64 KiB");
    return NULL;
  }
  g_auto (PerronStrict) strict = { path, g_strdup ("$"), json_node_get_object (root) };
  g_autoptr (PerronTag) tag = g_new0 (PerronTag, 1);
  tag->name = g_path_get_basename (path);
  tag->apdus = g_ptr_array_new_with_free_func ((GDestroyNotify) free_apdu);
  return read_tag (&strict, tag, error) ? g_steal_pointer (&tag) : NULL;
}

gboolean
perron_tag_is_iso_dep (const PerronTag *tag)
{
  return tag->type == PERRON_TAG_TYPE_A ? (tag->sak & 0x20) != 0 : tag->type == PERRON_TAG_TYPE_B && (tag->atqb->data[5] & 0x01) != 0;
}

void
perron_tag_answer (const PerronTag *tag, const guint8 *command, gsize length, GByteArray *ret_answer)
{
  static const guint8 not_found[] = { 0x6A, 0x82 };
  for (guint i = 0; i < tag->apdus->len; i++) {
    const PerronTagApdu *apdu = g_ptr_array_index (tag->apdus, i);
    if (apdu->command->len == length && memcmp (apdu->command->data, command, length) == 0) {
      g_byte_array_append (ret_answer, apdu->answer->data, apdu->answer->len);
      return;
    }
  }
  g_byte_array_append (ret_answer, not_found, sizeof not_found);
}
