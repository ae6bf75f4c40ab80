/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* For the manual: row `i` of audit-events.def; FALSE after the last. Static strings. Any thread. */
gboolean perron_audit_event_row (guint i, gint *ret_number, const char **ret_word, const char **ret_detail);

G_END_DECLS
