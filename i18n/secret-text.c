/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n/secret-text.h"

#include <string.h>

void
perron_secret_builder_init (PerronSecretBuilder *builder, gsize expected)
{
  builder->room = CLAMP (expected + 1, 64, PERRON_SECRET_TEXT_BYTES);
  builder->length = 0;
  builder->text = perron_secret_alloc (builder->room);
}

static void
make_room (PerronSecretBuilder *builder, gsize wanted)
{
  if (wanted <= builder->room)
    return;
  gsize room = MIN (MAX (wanted, builder->room * 2), PERRON_SECRET_TEXT_BYTES);
  char *text = perron_secret_alloc (room);
  memcpy (text, builder->text, builder->length + 1);
  perron_secret_free (builder->text);
  builder->text = text;
  builder->room = room;
}

void
perron_secret_builder_append (PerronSecretBuilder *builder, const char *text, gsize length)
{
  if (length >= PERRON_SECRET_TEXT_BYTES - builder->length)
    return;
  make_room (builder, builder->length + length + 1);
  memcpy (builder->text + builder->length, text, length);
  builder->length += length;
  builder->text[builder->length] = '\0';
}

void
perron_secret_builder_clear (PerronSecretBuilder *builder)
{
  perron_secret_free (builder->text);
  builder->text = NULL;
  builder->length = builder->room = 0;
}

char *
perron_secret_builder_take (PerronSecretBuilder *builder)
{
  char *text = g_steal_pointer (&builder->text);
  perron_secret_builder_clear (builder);
  return text;
}
