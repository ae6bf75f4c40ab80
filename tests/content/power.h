/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A disk that remembers, for folders: the calls with which sync/content changes files (the linker's --wrap brings them here) are noted, and
 * what a power cut at any moment could have left is laid out elsewhere. Flushed is there; of what was not: any 512-byte piece of a file may
 * be there or not, and of a folder any of its changes, each with those before it on the same name. A name is flushed with its folder
 * alone: harsher than ext4. One folder at a time, one thread.
 */

/* Notes what happens below `root` (empty now) from here on. */
void power_record (const char *root);
void power_stop (void);

/* At the end. */
void power_forget (void);

/* How many notes there are: the moment "now". */
guint power_now (void);

/* Lays out below `folder` (made anew) what a cut after `moment` notes leaves. `flushes` FALSE: as if no flush had ever been asked for. */
void power_lay_out (guint moment, gboolean flushes, GRand *chance, const char *folder);

/* From now on the n-th noted call (from 1) fails with `code`; or, when that is 0, kills this process. 0: none. */
void power_fail_at (guint n, int code);

/* Calls since then. */
guint power_calls (void);

G_END_DECLS
