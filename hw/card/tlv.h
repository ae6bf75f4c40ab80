/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * BER-TLV as ISO/IEC 7816-4 clause 5.2.2 writes it on cards. Pure functions over borrowed bytes; any thread; never read outside
 * `data`, whatever the lengths inside say. Accepted: tags of 1 to 3 bytes, lengths in the short form, 81 xx and 82 xx xx.
 * Refused: the indefinite form (80), longer lengths, an object that reaches beyond its container.
 */
typedef struct {
  guint32 tag; /* all its bytes, most significant first: 0x65, 0x7F21 */
  gboolean constructed;
  const guint8 *value; /* borrowed from the bytes that are read */
  gsize length;
} PerronTlv;

typedef struct {
  const guint8 *data;
  gsize length;
  gsize at;
} PerronTlvReader;

typedef enum {
  PERRON_TLV_OBJECT,
  PERRON_TLV_END, /* nothing more, or padding: a 00 tag, or FF up to the end (erased memory) */
  PERRON_TLV_BAD, /* not BER-TLV from here on */
} PerronTlvStep;

static inline PerronTlvReader
perron_tlv_reader (const guint8 *data, gsize length)
{
  return (PerronTlvReader) { data, length, 0 };
}

/* The next object at this level; its content is not looked at. `ret_object` is untouched unless OBJECT. */
PerronTlvStep perron_tlv_next (PerronTlvReader *reader, PerronTlv *ret_object) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE when every object, inside constructed ones too, is well formed and none is deeper than `max_depth` (1: no nesting). */
gboolean perron_tlv_check (const guint8 *data, gsize length, guint max_depth) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
