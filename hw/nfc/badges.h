/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/nfc/nfc-frame.h"

G_BEGIN_DECLS

/*
 * The badges of a place: a keyed hash and a name each (of a post or an account, not of a person where it can be avoided), in a file of
 * lines "64 hexadecimal digits, a space, the name", mode 0600. It holds nothing that could be written to a blank badge. Not locked: one
 * program writes it at a time. Main thread.
 */
#define PERRON_BADGES_MAX 500
#define PERRON_BADGE_NAME_MAX 64 /* bytes */

typedef struct PerronBadges PerronBadges;

typedef enum {
  PERRON_BADGES_ERROR_FILE,  /* cannot be read or written, or is no such file: names file and line */
  PERRON_BADGES_ERROR_NAME,  /* empty, too long, control characters, or already taken */
  PERRON_BADGES_ERROR_KNOWN, /* this badge has a name already */
  PERRON_BADGES_ERROR_FULL,
} PerronBadgesError;

#define PERRON_BADGES_ERROR (perron_badges_error_quark ())
GQuark perron_badges_error_quark (void);

/* A file that is not there is an empty place. Blocks for one file read. Transfer full. */
PerronBadges *perron_badges_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_badges_free (PerronBadges *badges);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronBadges, perron_badges_free)

guint perron_badges_count (const PerronBadges *badges);
const char *perron_badges_get_name (const PerronBadges *badges, guint index);

/* The name of a badge, NULL for a stranger. Borrowed. Takes as long whatever the badge. */
const char *perron_badges_find (const PerronBadges *badges, const guint8 hash[PERRON_NFC_HASH_BYTES]);

/* Both write the file before they return: whole, under another name, flushed, renamed. After an error nothing changed. */
gboolean perron_badges_enrol (PerronBadges *badges, const char *name, const guint8 hash[PERRON_NFC_HASH_BYTES],
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_badges_forget (PerronBadges *badges, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
