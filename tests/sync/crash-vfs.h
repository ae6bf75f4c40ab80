/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A disk that remembers (sync-security facts section 6, "Crash states"): a VFS over SQLite's own that notes every write, truncation and
 * flush of one database and its WAL, and can afterwards lay out what a power cut at any moment could have left behind. What was flushed
 * is there; of what was not, any 512-byte piece may be there or not, in any combination. A file's name and length count as flushed with
 * its next flush (ext4, xfs). One database at a time; one thread.
 */

/* Becomes SQLite's default VFS. Call once, before any database is opened. */
void crash_vfs_install (void);

/* Notes what happens to `path` and "<path>-wal" from now on, on top of what stands there. The database must be closed. */
void crash_vfs_record (const char *path);

/* Notes nothing more; the notes stay. */
void crash_vfs_stop (void);

/* How many notes there are: the moment "now". */
guint crash_vfs_now (void);

/* Power cuts at moments that only go forward: each begins where the one before was. */
typedef struct CrashCuts CrashCuts;
CrashCuts *crash_cuts_new (void);
void crash_cuts_free (CrashCuts *cuts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CrashCuts, crash_cuts_free)

/* Writes database and WAL as a cut after `moment` notes could leave them to `path` and "<path>-wal"; a stale "-shm" is removed. */
void crash_cuts_lay_out (CrashCuts *cuts, guint moment, GRand *chance, const char *path);

G_END_DECLS
