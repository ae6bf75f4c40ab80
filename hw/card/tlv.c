/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/tlv.h"

#define TAG_BYTES_MAX 3

static gboolean
take_byte (PerronTlvReader *reader, guint8 *ret_byte)
{
  if (reader->at >= reader->length)
    return FALSE;
  *ret_byte = reader->data[reader->at++];
  return TRUE;
}

static gboolean
take_tag (PerronTlvReader *reader, guint32 *ret_tag, gboolean *ret_constructed)
{
  guint8 byte;
  if (!take_byte (reader, &byte))
    return FALSE;
  guint32 tag = byte;
  *ret_constructed = (byte & 0x20) != 0;
  if ((byte & 0x1F) == 0x1F) {
    guint count = 1;
    do {
      if (++count > TAG_BYTES_MAX || !take_byte (reader, &byte))
        return FALSE;
      tag = tag << 8 | byte;
    } while (byte & 0x80);
  }
  *ret_tag = tag;
  return TRUE;
}

static gboolean
take_length (PerronTlvReader *reader, gsize *ret_length)
{
  guint8 byte, high, low;
  if (!take_byte (reader, &byte))
    return FALSE;
  if (byte < 0x80) {
    *ret_length = byte;
    return TRUE;
  }
  if (byte == 0x81 && take_byte (reader, &low)) {
    *ret_length = low;
    return TRUE;
  }
  if (byte == 0x82 && take_byte (reader, &high) && take_byte (reader, &low)) {
    *ret_length = (gsize) high << 8 | low;
    return TRUE;
  }
  return FALSE;
}

static gboolean
is_padding (const PerronTlvReader *reader)
{
  if (reader->at >= reader->length || reader->data[reader->at] == 0x00)
    return TRUE;
  for (gsize i = reader->at; i < reader->length; i++) {
    if (reader->data[i] != 0xFF)
      return FALSE;
  }
  return TRUE;
}

PerronTlvStep
perron_tlv_next (PerronTlvReader *reader, PerronTlv *ret_object)
{
  PerronTlv object = { 0 };

  if (is_padding (reader)) {
    reader->at = reader->length;
    return PERRON_TLV_END;
  }
  if (!take_tag (reader, &object.tag, &object.constructed) || !take_length (reader, &object.length) ||
      object.length > reader->length - reader->at) {
    reader->at = reader->length;
    return PERRON_TLV_BAD;
  }
  object.value = reader->data + reader->at;
  reader->at += object.length;
  *ret_object = object;
  return PERRON_TLV_OBJECT;
}

gboolean
perron_tlv_check (const guint8 *data, gsize length, guint max_depth)
{
  PerronTlvReader reader = perron_tlv_reader (data, length);
  PerronTlv object;
  PerronTlvStep step;

  if (max_depth == 0)
    return FALSE;
  while ((step = perron_tlv_next (&reader, &object)) == PERRON_TLV_OBJECT) {
    if (object.constructed && !perron_tlv_check (object.value, object.length, max_depth - 1))
      return FALSE;
  }
  return step == PERRON_TLV_END;
}
