/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/badges.h"

#include <string.h>

G_DEFINE_QUARK (perron-badges-error-quark, perron_badges_error)

#define DIGITS (2 * PERRON_NFC_HASH_BYTES)
#define FILE_MAX (PERRON_BADGES_MAX * (DIGITS + PERRON_BADGE_NAME_MAX + 2))

typedef struct {
  guint8 hash[PERRON_NFC_HASH_BYTES];
  char *name;
} Badge;

struct PerronBadges {
  char *path;
  GPtrArray *badges; /* Badge */
};

static void
free_badge (Badge *badge)
{
  g_free (badge->name);
  g_free (badge);
}

void
perron_badges_free (PerronBadges *badges)
{
  if (badges == NULL)
    return;
  g_ptr_array_unref (badges->badges);
  g_free (badges->path);
  g_free (badges);
}

guint
perron_badges_count (const PerronBadges *badges)
{
  return badges->badges->len;
}

const char *
perron_badges_get_name (const PerronBadges *badges, guint index)
{
  const Badge *badge = index < badges->badges->len ? g_ptr_array_index (badges->badges, index) : NULL;
  return badge != NULL ? badge->name : NULL;
}

const char *
perron_badges_find (const PerronBadges *badges, const guint8 hash[PERRON_NFC_HASH_BYTES])
{
  const char *found = NULL;
  for (guint i = 0; i < badges->badges->len; i++) {
    const Badge *badge = g_ptr_array_index (badges->badges, i);
    guint8 difference = 0;
    for (gsize k = 0; k < PERRON_NFC_HASH_BYTES; k++)
      difference |= badge->hash[k] ^ hash[k];
    found = difference == 0 ? badge->name : found;
  }
  return found;
}

static int
index_of (const PerronBadges *badges, const char *name)
{
  for (guint i = 0; i < badges->badges->len; i++) {
    if (strcmp (perron_badges_get_name (badges, i), name) == 0)
      return (int) i;
  }
  return -1;
}

static gboolean
is_name (const char *name)
{
  gsize length = strlen (name);
  if (length == 0 || length > PERRON_BADGE_NAME_MAX || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at)) {
    if (!g_unichar_isprint (g_utf8_get_char (at)))
      return FALSE;
  }
  return name[0] != ' ' && name[length - 1] != ' ';
}

static void
add (PerronBadges *badges, const char *name, const guint8 *hash)
{
  Badge *badge = g_new0 (Badge, 1);
  memcpy (badge->hash, hash, sizeof badge->hash);
  badge->name = g_strdup (name);
  g_ptr_array_add (badges->badges, badge);
}

static gboolean
read_line (PerronBadges *badges, const char *line)
{
  guint8 hash[PERRON_NFC_HASH_BYTES];
  if (strlen (line) < DIGITS + 2 || line[DIGITS] != ' ' || !is_name (line + DIGITS + 1))
    return FALSE;
  for (gsize i = 0; i < DIGITS; i++) {
    int digit = g_ascii_xdigit_value (line[i]);
    if (digit < 0)
      return FALSE;
    hash[i / 2] = (guint8) (i % 2 == 0 ? digit << 4 : hash[i / 2] | digit);
  }
  if (badges->badges->len == PERRON_BADGES_MAX || index_of (badges, line + DIGITS + 1) >= 0 || perron_badges_find (badges, hash) != NULL)
    return FALSE;
  add (badges, line + DIGITS + 1, hash);
  return TRUE;
}

PerronBadges *
perron_badges_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;
  gsize length = 0;
  g_autoptr (PerronBadges) badges = g_new0 (PerronBadges, 1);
  badges->path = g_strdup (path);
  badges->badges = g_ptr_array_new_with_free_func ((GDestroyNotify) free_badge);
  if (!g_file_get_contents (path, &text, &length, &cause)) {
    if (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      return g_steal_pointer (&badges);
    g_set_error_literal (error, PERRON_BADGES_ERROR, PERRON_BADGES_ERROR_FILE, cause->message);
    return NULL;
  }
  gboolean whole = length <= FILE_MAX && strlen (text) == length && (length == 0 || text[length - 1] == '\n');
  g_auto (GStrv) lines = g_strsplit (whole ? text : "?\n", "\n", -1);
  for (gsize i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++) {
    if (read_line (badges, lines[i]))
      continue;
    g_set_error (error, PERRON_BADGES_ERROR, PERRON_BADGES_ERROR_FILE,
                 "%s:%" G_GSIZE_FORMAT ": must be 64 hexadecimal digits, a space and a name; none twice", path, i + 1);
    return NULL;
  }
  return g_steal_pointer (&badges);
}

static gboolean
save (const PerronBadges *badges, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) cause = NULL;
  for (guint i = 0; i < badges->badges->len; i++) {
    const Badge *badge = g_ptr_array_index (badges->badges, i);
    for (gsize k = 0; k < PERRON_NFC_HASH_BYTES; k++)
      g_string_append_printf (text, "%02x", badge->hash[k]);
    g_string_append_printf (text, " %s\n", badge->name);
  }
  if (g_file_set_contents_full (badges->path, text->str, (gssize) text->len, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                0600, &cause))
    return TRUE;
  g_set_error_literal (error, PERRON_BADGES_ERROR, PERRON_BADGES_ERROR_FILE, cause->message);
  return FALSE;
}

static gboolean
refuse (GError **error, PerronBadgesError code, const char *why)
{
  g_set_error_literal (error, PERRON_BADGES_ERROR, code, why);
  return FALSE;
}

gboolean
perron_badges_enrol (PerronBadges *badges, const char *name, const guint8 hash[PERRON_NFC_HASH_BYTES], GError **error)
{
  if (!is_name (name) || index_of (badges, name) >= 0)
    return refuse (error, PERRON_BADGES_ERROR_NAME, "the name is empty, longer than 64 bytes, not printable, or taken");
  if (perron_badges_find (badges, hash) != NULL)
    return refuse (error, PERRON_BADGES_ERROR_KNOWN, "this badge is enrolled already");
  if (badges->badges->len == PERRON_BADGES_MAX)
    return refuse (error, PERRON_BADGES_ERROR_FULL, "500 badges are enrolled: forget one first");
  add (badges, name, hash);
  if (save (badges, error))
    return TRUE;
  g_ptr_array_remove_index (badges->badges, badges->badges->len - 1);
  return FALSE;
}

gboolean
perron_badges_forget (PerronBadges *badges, const char *name, GError **error)
{
  int index = index_of (badges, name);
  if (index < 0)
    return refuse (error, PERRON_BADGES_ERROR_NAME, "no badge of that name");
  Badge *badge = g_ptr_array_steal_index (badges->badges, (guint) index);
  gboolean saved = save (badges, error);
  if (saved)
    free_badge (badge);
  else
    g_ptr_array_insert (badges->badges, index, badge);
  return saved;
}
