/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What lies in the field of the virtual NFC chip, described in JSON (hw/dock/README.md). Plain data; main thread only. */
typedef enum {
  PERRON_TAG_TYPE_A,
  PERRON_TAG_TYPE_B,
  PERRON_TAG_TYPE_B_PRIME, /* Innovatron: the chip does not poll for it, the library speaks to it raw */
  PERRON_TAG_TYPE_SRX,     /* ST SRx: neither */
} PerronTagType;

typedef struct {
  GByteArray *command;
  GByteArray *answer;
} PerronTagApdu;

typedef struct {
  char *name;  /* of the file, without folder */
  char *title; /* nullable */
  guint think_ms; /* before each of its answers */
  PerronTagType type;
  guint8 atqa[2]; /* as the PN532 gives it: the byte 03 of a DESFire first */
  guint8 sak;
  gboolean random_uid; /* other bytes at each tap, beginning with 08 (ISO/IEC 14443-3 6.5.4) */
  GByteArray *uid;     /* A: 4, 7 or 10 bytes; B: the PUPI; B': the DIV; SRx: 8 bytes */
  GByteArray *ats;     /* nullable; without its length byte */
  GByteArray *atqb;    /* B: application data (4) and protocol information (3) */
  GPtrArray *apdus;    /* PerronTagApdu; a command that is not here gets 6A82 */
} PerronTag;

/* Blocks for one file read. PERRON_VIRTUAL_CARD_ERROR, naming file and JSON path. Transfer full. */
PerronTag *perron_tag_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_tag_free (PerronTag *tag);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronTag, perron_tag_free)

gboolean perron_tag_is_iso_dep (const PerronTag *tag);

/* Appends the answer of the tag's application to `ret_answer`. */
void perron_tag_answer (const PerronTag *tag, const guint8 *command, gsize length, GByteArray *ret_answer);

G_END_DECLS
