/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the keys of a keypad, or two switches, mean: one file a model in hw/keys/keypads. Immutable after loading; any thread. */

typedef enum {
  PERRON_KEYS_PREVIOUS,
  PERRON_KEYS_NEXT,
  PERRON_KEYS_SELECT,
  PERRON_KEYS_REPEAT, /* say it again */
  PERRON_KEYS_HELP,
  PERRON_KEYS_LEAVE,
  PERRON_KEYS_VOLUME_UP,
  PERRON_KEYS_VOLUME_DOWN,
  PERRON_KEYS_LANGUAGE, /* another language, from wherever one is */
} PerronKeysAction;

#define PERRON_KEYS_ACTION_COUNT (PERRON_KEYS_LANGUAGE + 1)

const char *perron_keys_action_to_string (PerronKeysAction action); /* "previous" … "language" */

typedef enum {
  PERRON_KEYS_ERROR_FILE,  /* cannot be read, larger than 64 KiB, or not JSON */
  PERRON_KEYS_ERROR_VALUE, /* the message names file and JSON path */
} PerronKeysError;

#define PERRON_KEYS_ERROR (perron_keys_error_quark ())
GQuark perron_keys_error_quark (void);

#define PERRON_KEYPAD_KEYS_MAX 64

typedef struct PerronKeypad PerronKeypad;

/* `id`: "keypad" is <folder>/keypad.json. Blocks for the file. Transfer full. */
PerronKeypad *perron_keypad_load (const char *folder, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same from memory; `name` stands in errors. */
PerronKeypad *perron_keypad_parse (const char *name, const char *text, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_keypad_free (PerronKeypad *keypad);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronKeypad, perron_keypad_free)

const char *perron_keypad_get_title (const PerronKeypad *keypad);

/* Is a device of this name one of these? Letters' case does not matter. */
gboolean perron_keypad_matches (const PerronKeypad *keypad, const char *device_name);

/* FALSE: the key means nothing. `code`: of linux/input-event-codes.h. */
gboolean perron_keypad_find (const PerronKeypad *keypad, guint code, PerronKeysAction *ret_action) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
