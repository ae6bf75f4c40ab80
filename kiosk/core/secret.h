/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Memory for what belongs to a person: names, numbers, phone numbers, sealed plain text before sealing.
 *
 * One arena of PERRON_SECRET_ARENA_BYTES is mapped at first use, locked (mlock), kept out of core files (MADV_DONTDUMP) and
 * wiped in a forked child (MADV_WIPEONFORK). Blocks are zeroed when given and wiped when returned.
 *
 * Threads: every function may be called from any thread. None blocks beyond a mutex.
 */

#define PERRON_SECRET_ARENA_BYTES (512 * 1024)

typedef enum {
  PERRON_SECRET_ERROR_LOCK, /* the kernel refuses to lock memory: raise RLIMIT_MEMLOCK; nothing personal may be handled */
} PerronSecretError;

#define PERRON_SECRET_ERROR (perron_secret_error_quark ())
GQuark perron_secret_error_quark (void);

/* Maps and locks the arena. Called at the start of every process that handles a person; later calls do nothing. */
gboolean perron_secret_prepare (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* `size` bytes (1 … arena), zeroed, owned by the caller; give back with perron_secret_free(). Aborts when the arena is spent. */
gpointer perron_secret_alloc (gsize size);

/* Wipes and returns a block; NULL is allowed. A pointer that is not a block of the arena aborts. */
void perron_secret_free (gpointer block);

/* Copies at most `size` bytes / one NUL-terminated string into a new block. The copy always ends with a NUL. */
char *perron_secret_strndup (const char *text, gsize size);
char *perron_secret_strdup (const char *text);

/* Bytes now given out, for leak tests. */
gsize perron_secret_in_use (void);

/* Copies `text` into a fixed array; FALSE (array emptied) when it does not fit whole. Never cuts a name in two. */
gboolean perron_secret_copy_text (char *array, gsize array_size, const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* No core file, no ptrace by another process of the same user: call once at start of a process that sees a person. */
void perron_secret_harden_process (void);

/*
 * Keeps the whole process out of the swap file, for what toolkits copy beside the arena. Needs CAP_IPC_LOCK or a limit of locked memory without
 * end; with any other, later allocations would fail, so nothing is locked. FALSE: not locked, and this machine has swap.
 */
gboolean perron_secret_keep_from_swap (void);

/*
 * Overwrites 64 KiB of dead stack under the caller. Parsers and libraries leave pieces of what they handled there; a thread that has
 * handled something of a person calls this when it is back in its loop.
 */
void perron_secret_wipe_stack (void);

typedef char PerronSecretText;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronSecretText, perron_secret_free)

G_END_DECLS
