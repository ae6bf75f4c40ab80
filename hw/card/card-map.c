/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/card-map.h"

#include <string.h>

#include "hw/card/tlv.h"

#define TAG_MAP 0xE0
#define TAG_APPLICATIONS 0xA0
#define TAG_APPLICATION 0x82 /* number, two bytes nobody explained, AID */
#define TAG_FILE 0x80        /* name of 8 characters, number of its application, file identifier */

#define APPLICATIONS_MAX 16
#define FILES_MAX 64
#define FILE_BYTES 12

typedef struct {
  guint numbers[APPLICATIONS_MAX];
  guint count;
  guint wanted; /* number of the application that is looked for; G_MAXUINT: not in the map */
} Applications;

static guint
get_number (const guint8 *at)
{
  return (guint) at[0] << 8 | at[1];
}

static gboolean
read_applications (const PerronTlv *list, const guint8 *aid, gsize aid_length, Applications *found)
{
  PerronTlvReader reader = perron_tlv_reader (list->value, list->length);
  PerronTlv object;
  PerronTlvStep step;

  while ((step = perron_tlv_next (&reader, &object)) == PERRON_TLV_OBJECT) {
    if (object.tag != TAG_APPLICATION || object.length < 5 || found->count == APPLICATIONS_MAX)
      return FALSE;
    guint number = get_number (object.value);
    for (guint i = 0; i < found->count; i++) {
      if (found->numbers[i] == number)
        return FALSE;
    }
    found->numbers[found->count++] = number;
    if (object.length - 4 == aid_length && memcmp (object.value + 4, aid, aid_length) == 0)
      found->wanted = number;
  }
  return step == PERRON_TLV_END;
}

static PerronCardMapAnswer
read_files (PerronTlvReader *reader, const Applications *applications, guint16 file)
{
  PerronTlv object;
  PerronTlvStep step = PERRON_TLV_END;
  gboolean named = FALSE;

  for (guint i = 0; i <= FILES_MAX && (step = perron_tlv_next (reader, &object)) == PERRON_TLV_OBJECT; i++) {
    if (object.tag != TAG_FILE || object.length != FILE_BYTES || i == FILES_MAX)
      return PERRON_CARD_MAP_BAD;
    named |= get_number (object.value + 8) == applications->wanted && get_number (object.value + 10) == file;
  }
  if (step != PERRON_TLV_END)
    return PERRON_CARD_MAP_BAD;
  return named ? PERRON_CARD_MAP_NAMES_IT : PERRON_CARD_MAP_DOES_NOT;
}

PerronCardMapAnswer
perron_card_map_look (const guint8 *data, gsize length, const guint8 *aid, gsize aid_length, guint16 file)
{
  PerronTlvReader outer = perron_tlv_reader (data, length);
  Applications applications = { .wanted = G_MAXUINT };
  PerronTlv map, list;

  if (perron_tlv_next (&outer, &map) != PERRON_TLV_OBJECT || map.tag != TAG_MAP)
    return PERRON_CARD_MAP_BAD;
  PerronTlvReader inner = perron_tlv_reader (map.value, map.length);
  if (perron_tlv_next (&inner, &list) != PERRON_TLV_OBJECT || list.tag != TAG_APPLICATIONS ||
      !read_applications (&list, aid, aid_length, &applications))
    return PERRON_CARD_MAP_BAD;
  return read_files (&inner, &applications, file);
}
