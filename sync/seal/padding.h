/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Inside the seal: length of the content (4 bytes, big endian), content, zeros up to 1, 2, 4 … 128 KiB. Self-describing, so that
 * opening takes it off again; the size of a sealed envelope then only tells its step. Pure functions; any thread.
 */
#define PERRON_PLAIN_MAX (64 * 1024)

/* Size of the padded text for `plain_len` (1 … PERRON_PLAIN_MAX). */
gsize perron_padding_size (gsize plain_len);

/* `padded` has perron_padding_size (plain_len) bytes. */
void perron_padding_add (const guint8 *plain, gsize plain_len, guint8 *padded);

/* Where the content stands in `padded`. FALSE: the length or the zeros are not as written above. */
gboolean perron_padding_find (const guint8 *padded, gsize size, gsize *ret_offset, gsize *ret_len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
