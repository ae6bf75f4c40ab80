/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A Unix socket (0660: whoever reaches it is believed) on which a program behind nginx waits. What a killed one left there is taken away;
 * one that answers is not. `setting` stands in errors: "[receiver] listen". A descriptor that does not block and is the caller's, or -1
 * with G_IO_ERROR (the path is too long, another answers, no such folder). Changes the umask for a moment: before there are threads.
 */
int perron_listen (const char *setting, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
