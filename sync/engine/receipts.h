/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/engine/pass.h"

G_BEGIN_DECLS

/* The second half of a pass. Errors as perron_pass_run(). */
gboolean perron_receipts_fetch (PerronPass *pass, PerronPassResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 0 when there is none or it cannot be read: then all receipts are asked for again, which changes nothing twice. */
gint64 perron_receipts_load_cursor (const char *path);

G_END_DECLS
