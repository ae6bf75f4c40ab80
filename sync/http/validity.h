/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Is the certificate of this PEM file within its dates by the clock of this machine? TRUE also when it cannot be read. Blocks for the file. */
gboolean perron_certificate_is_current (const char *path);

G_END_DECLS
