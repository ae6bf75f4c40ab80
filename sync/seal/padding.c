/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/seal/padding.h"

#include <string.h>

#define HEADER 4u
#define SMALLEST 1024u

gsize
perron_padding_size (gsize plain_len)
{
  gsize size = SMALLEST;
  while (size < plain_len + HEADER)
    size *= 2;
  return size;
}

void
perron_padding_add (const guint8 *plain, gsize plain_len, guint8 *padded)
{
  guint32 length = GUINT32_TO_BE ((guint32) plain_len);

  memset (padded, 0, perron_padding_size (plain_len));
  memcpy (padded, &length, HEADER);
  memcpy (padded + HEADER, plain, plain_len);
}

gboolean
perron_padding_find (const guint8 *padded, gsize size, gsize *ret_offset, gsize *ret_len)
{
  guint32 length;

  if (size < SMALLEST)
    return FALSE;
  memcpy (&length, padded, HEADER);
  length = GUINT32_FROM_BE (length);
  if (length == 0 || length > PERRON_PLAIN_MAX || perron_padding_size (length) != size)
    return FALSE;
  for (gsize i = HEADER + length; i < size; i++) {
    if (padded[i] != 0)
      return FALSE;
  }
  *ret_offset = HEADER;
  *ret_len = length;
  return TRUE;
}
