/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What is typed stands in kiosk/core/secret.h memory, wiped when it goes. At most PERRON_SECRET_BUFFER_BYTES. */
#define PERRON_SECRET_BUFFER_BYTES 512
#define PERRON_TYPE_SECRET_BUFFER (perron_secret_buffer_get_type ())
G_DECLARE_FINAL_TYPE (PerronSecretBuffer, perron_secret_buffer, PERRON, SECRET_BUFFER, GtkEntryBuffer)
GtkEntryBuffer *perron_secret_buffer_new (void);

G_END_DECLS
