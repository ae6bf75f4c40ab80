/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/virtual-card-holders.h"

#include <string.h>

#define HOLDERS_MAX 250
#define TEXT_MAX 120

typedef struct {
  gboolean latin1;
  gint64 width; /* 0: as long as the name */
  guint8 pad;
} Manner;

static const struct {
  const char *member;
  guint8 tag;
  gboolean padded;
} fields[] = {
  { "surname", 0x80, TRUE }, { "given_name", 0x81, TRUE }, { "birth", 0x82, FALSE }, { "country", 0x90, FALSE }, { "number", 0x93, FALSE },
};

/* ISO 7816-4, 5.2.2.1: 81 and 82 precede lengths of one and two bytes. */
static void
put_tlv (GByteArray *data, guint8 tag, const guint8 *value, guint length)
{
  const guint8 head[] = { tag, 0x82, (guint8) (length >> 8), (guint8) length };
  const guint8 medium[] = { tag, 0x81, (guint8) length };
  const guint8 small[] = { tag, (guint8) length };
  if (length > 0xFF)
    g_byte_array_append (data, head, sizeof head);
  else if (length > 0x7F)
    g_byte_array_append (data, medium, sizeof medium);
  else
    g_byte_array_append (data, small, sizeof small);
  g_byte_array_append (data, value, length);
}

static gboolean
put_field (const PerronStrict *holder, guint field, const Manner *manner, GByteArray *template, GError **error)
{
  gboolean ok;
  const char *text = perron_strict_string (holder, fields[field].member, TEXT_MAX, &ok, error);
  if (text == NULL)
    return ok;

  gsize length = strlen (text);
  g_autofree char *bytes = manner->latin1 ? g_convert (text, -1, "ISO-8859-1", "UTF-8", NULL, &length, NULL) : g_strdup (text);
  if (bytes == NULL)
    return perron_strict_refuse (holder, fields[field].member, error, "has a character that ISO 8859-1 lacks");

  g_autoptr (GByteArray) value = g_byte_array_new ();
  g_byte_array_append (value, (const guint8 *) bytes, (guint) length);
  if (fields[field].padded && manner->width > 0) {
    while (value->len < manner->width)
      g_byte_array_append (value, &manner->pad, 1);
    g_byte_array_set_size (value, (guint) manner->width); /* a name too long for its field is cut, as on paper cards */
  }
  put_tlv (template, fields[field].tag, value->data, value->len);
  return TRUE;
}

static gboolean
put_holder (const PerronStrict *holder, const Manner *manner, GByteArray *data, GError **error)
{
  static const char *const members[] = { "surname", "given_name", "birth", "country", "number", NULL };
  g_autoptr (GByteArray) template = g_byte_array_new ();
  if (!perron_strict_only (holder, members, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    if (!put_field (holder, i, manner, template, error))
      return FALSE;
  }
  put_tlv (data, 0x65, template->data, template->len);
  return TRUE;
}

static gboolean
read_manner (const PerronStrict *file, Manner *ret_manner, GError **error)
{
  gboolean ok;
  const char *charset = perron_strict_string (file, "charset", 16, &ok, error);
  if (!ok)
    return FALSE;
  if (charset != NULL && strcmp (charset, "latin1") != 0 && strcmp (charset, "utf8") != 0)
    return perron_strict_refuse (file, "charset", error, "must be latin1 or utf8");
  g_autoptr (GByteArray) pad = perron_strict_hex (file, "pad", 1, &ok, error);
  if (!ok)
    return FALSE;
  *ret_manner =
    (Manner){ .latin1 = charset == NULL || strcmp (charset, "latin1") == 0, .pad = pad != NULL && pad->len > 0 ? pad->data[0] : ' ' };
  return perron_strict_int (file, "width", 1, 200, &ret_manner->width, error);
}

gboolean
perron_virtual_holders_encode (const PerronStrict *file, GByteArray *data, GError **error)
{
  Manner manner;
  gint count = perron_strict_count (file, "holders", HOLDERS_MAX, error);
  if (count < 0 || !read_manner (file, &manner, error))
    return FALSE;
  for (gint i = 0; i < count; i++) {
    g_auto (PerronStrict) holder = { 0 };
    if (!perron_strict_item (file, "holders", i, &holder, error) || !put_holder (&holder, &manner, data, error))
      return FALSE;
  }
  return TRUE;
}
