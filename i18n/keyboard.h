/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An on-screen keyboard as data: <folder>/keyboards/<id>.json ("azerty", "number"). Immutable; any thread. */
typedef struct {
  const char *label;  /* what is written on the key; also inserted when `insert` is NULL and action NONE */
  const char *insert; /* text inserted, nullable */
  const char *say;    /* text key of what the voice says, nullable: the voice says the character */
  const char *action; /* nullable; "delete" | "space" | "layer:<id>" | "done" */
  guint width;        /* in quarter keys, 4 = one key */
} PerronKey;

typedef struct PerronKeyboard PerronKeyboard;

PerronKeyboard *perron_keyboard_load (const char *folder, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_keyboard_free (PerronKeyboard *keyboard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronKeyboard, perron_keyboard_free)

/* Layer 0 is shown first. Rows and keys are borrowed. */
guint perron_keyboard_get_layer_count (const PerronKeyboard *keyboard);
const char *perron_keyboard_get_layer_id (const PerronKeyboard *keyboard, guint layer);
guint perron_keyboard_get_row_count (const PerronKeyboard *keyboard, guint layer);
const PerronKey *perron_keyboard_get_row (const PerronKeyboard *keyboard, guint layer, guint row, guint *ret_key_count);

G_END_DECLS
