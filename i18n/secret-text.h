/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/secret.h"

G_BEGIN_DECLS

/*
 * A text that grows in locked memory, with an end: what would pass PERRON_SECRET_TEXT_BYTES is left out whole. One thread at a
 * time. Always NUL-terminated.
 */
#define PERRON_SECRET_TEXT_BYTES (32 * 1024)

typedef struct {
  char *text;
  gsize length;
  gsize room;
} PerronSecretBuilder;

void perron_secret_builder_init (PerronSecretBuilder *builder, gsize expected);
void perron_secret_builder_append (PerronSecretBuilder *builder, const char *text, gsize length);
void perron_secret_builder_clear (PerronSecretBuilder *builder);
char *perron_secret_builder_take (PerronSecretBuilder *builder); /* transfer full, perron_secret_free() */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PerronSecretBuilder, perron_secret_builder_clear)

G_END_DECLS
