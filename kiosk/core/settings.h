/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How this person wants the terminal. Lives for a session, then back to the defaults. */
typedef enum {
  PERRON_CONTRAST_LIGHT,
  PERRON_CONTRAST_DARK,
  PERRON_CONTRAST_BLACK_ON_WHITE,
  PERRON_CONTRAST_YELLOW_ON_BLACK,
  PERRON_CONTRAST_COUNT
} PerronContrast;

#define PERRON_SIZE_COUNT 4 /* 100, 125, 150, 200 % */

typedef struct {
  char language[16];       /* BCP 47, one of the catalogue's */
  guint size;              /* 0 … PERRON_SIZE_COUNT-1 */
  PerronContrast contrast;
  gboolean voice;
} PerronSettings;

G_END_DECLS
