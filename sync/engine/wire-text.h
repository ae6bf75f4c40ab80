/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * One JSON text by the letter of RFC 8259 (UTF-8, no comments, nothing behind it), read where it stands: nothing is copied, only where each
 * value begins and ends is noted, so that what was checked is what is read. Iterative: depth costs no stack. Stricter than the RFC where
 * readers differ: no \u0000 in a string (C would read it cut short), no half surrogate pair. Numbers stay digits. Pure; any thread.
 */
typedef enum {
  WIRE_OBJECT,
  WIRE_ARRAY,
  WIRE_STRING,
  WIRE_NUMBER,
  WIRE_WORD, /* true, false, null */
} WireKind;

/* One value of a text, or the name of a member: a string, its value next to it. */
typedef struct {
  const char *text;  /* in the text that was read, without a NUL of its own: behind the quote of a string */
  guint32 len;       /* bytes, to the closing quote of a string */
  guint span : 28;   /* values from here to the next beside it, this one and what is in it included */
  guint kind : 3;    /* WireKind */
  guint escaped : 1; /* a string with a backslash in it */
} WireValue;

#define WIRE_DEPTH_MAX 64
#define WIRE_VALUES_MAX ((1u << 28) - 1)

/*
 * The values in the order of the text, the outermost first; NULL: not JSON, nested deeper than `max_depth` (<= WIRE_DEPTH_MAX), or more
 * than `max_values` (names count). Transfer full (g_free); `data` must outlive it. At most 16 bytes a value, twice at that.
 */
WireValue *wire_read (const guint8 *data, gsize len, guint max_depth, guint max_values) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it is one. */
gboolean perron_json_check (const guint8 *data, gsize len, guint max_depth) G_GNUC_WARN_UNUSED_RESULT;

/* What is in an array, or the names in an object (each followed by its value: name + 1); NULL after the last, or when there is nothing in it.
 * `container` may be NULL. Of an object, `one` is the value before. */
const WireValue *wire_first (const WireValue *container);
const WireValue *wire_next (const WireValue *container, const WireValue *one);

/* The member of this name; NULL when there is none, or several: what two readers could read differently is not there. `object` may be NULL. */
const WireValue *wire_member (const WireValue *object, const char *name);

/* Is this a string of these very characters? `value` may be NULL. */
gboolean wire_is (const WireValue *value, const char *wanted);

/* A string of less than `size` bytes, with its NUL. FALSE: another kind, NULL, or too long; `ret_text` is of no use then. */
gboolean wire_copy (const WireValue *value, char *ret_text, gsize size) G_GNUC_WARN_UNUSED_RESULT;

/* How many are in an array; 0 for NULL. */
guint wire_count (const WireValue *array);

/* A whole number within 64 bits, written as digits and nothing else. */
gboolean wire_number (const WireValue *value, gint64 *ret_number) G_GNUC_WARN_UNUSED_RESULT;

/* `text` in quotes, with what must be escaped escaped. */
void wire_append (GString *out, const char *text);

G_END_DECLS
