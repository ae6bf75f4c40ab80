/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "ui/measure.h"

G_BEGIN_DECLS

typedef enum {
  PERRON_UI_ERROR_FONT, /* a font of ui/fonts is missing or unreadable; message names the file */
} PerronUiError;

#define PERRON_UI_ERROR (perron_ui_error_quark ())
GQuark perron_ui_error_quark (void);

/* The settings of GTK that make it calm and give one rem the size of `measure`. After gtk_init(), at every change of size. */
void perron_ui_calm (const PerronMeasure *measure);

G_END_DECLS
