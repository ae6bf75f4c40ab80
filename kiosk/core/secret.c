/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/secret.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define UNIT 64u
#define UNITS (PERRON_SECRET_ARENA_BYTES / UNIT)

G_DEFINE_QUARK (perron-secret-error-quark, perron_secret_error)

/* units[i] is the length in units of the block that starts at i, 0 inside a block or where nothing starts. */
static struct {
  GMutex mutex;
  guint8 *bytes;
  guint16 length[UNITS];
  guint8 taken[UNITS];
  gsize in_use;
} arena;

static gboolean
map_arena (GError **error)
{
  if (arena.bytes != NULL)
    return TRUE;

  void *bytes = mmap (NULL, PERRON_SECRET_ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (bytes == MAP_FAILED) {
    g_set_error_literal (error, PERRON_SECRET_ERROR, PERRON_SECRET_ERROR_LOCK, "cannot map locked memory");
    return FALSE;
  }
  if (mlock (bytes, PERRON_SECRET_ARENA_BYTES) != 0) {
    munmap (bytes, PERRON_SECRET_ARENA_BYTES);
    g_set_error (error, PERRON_SECRET_ERROR, PERRON_SECRET_ERROR_LOCK,
                 "cannot lock %d bytes of memory: raise RLIMIT_MEMLOCK (LimitMEMLOCK= in the unit)", PERRON_SECRET_ARENA_BYTES);
    return FALSE;
  }
  madvise (bytes, PERRON_SECRET_ARENA_BYTES, MADV_DONTDUMP);
  madvise (bytes, PERRON_SECRET_ARENA_BYTES, MADV_WIPEONFORK);
  arena.bytes = bytes;
  return TRUE;
}

gboolean
perron_secret_prepare (GError **error)
{
  g_mutex_lock (&arena.mutex);
  gboolean ok = map_arena (error);
  g_mutex_unlock (&arena.mutex);
  return ok;
}

static guint
find_run (guint wanted)
{
  guint run = 0;
  for (guint i = 0; i < UNITS; i++) {
    run = arena.taken[i] ? 0 : run + 1;
    if (run == wanted)
      return i + 1 - wanted;
  }
  g_error ("the locked arena is spent (%" G_GSIZE_FORMAT " bytes in use)", arena.in_use);
}

gpointer
perron_secret_alloc (gsize size)
{
  g_return_val_if_fail (size > 0 && size <= PERRON_SECRET_ARENA_BYTES, NULL);
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&arena.mutex);
  if (!map_arena (&error))
    g_error ("%s", error->message);
  guint wanted = (guint) ((size + UNIT - 1) / UNIT);
  guint start = find_run (wanted);
  memset (arena.taken + start, 1, wanted);
  arena.length[start] = (guint16) wanted;
  arena.in_use += (gsize) wanted * UNIT;
  g_mutex_unlock (&arena.mutex);
  return arena.bytes + (gsize) start * UNIT;
}

void
perron_secret_free (gpointer block)
{
  if (block == NULL)
    return;

  g_mutex_lock (&arena.mutex);
  gsize offset = (gsize) ((guint8 *) block - arena.bytes);
  guint start = (guint) (offset / UNIT);
  if (arena.bytes == NULL || offset >= PERRON_SECRET_ARENA_BYTES || offset % UNIT != 0 || arena.length[start] == 0)
    g_error ("not a block of the locked arena");
  guint units = arena.length[start];
  explicit_bzero (block, (gsize) units * UNIT);
  memset (arena.taken + start, 0, units);
  arena.length[start] = 0;
  arena.in_use -= (gsize) units * UNIT;
  g_mutex_unlock (&arena.mutex);
}

char *
perron_secret_strndup (const char *text, gsize size)
{
  gsize length = strnlen (text, size);
  char *copy = perron_secret_alloc (length + 1);
  memcpy (copy, text, length);
  return copy;
}

char *
perron_secret_strdup (const char *text)
{
  return perron_secret_strndup (text, strlen (text));
}

gsize
perron_secret_in_use (void)
{
  g_mutex_lock (&arena.mutex);
  gsize in_use = arena.in_use;
  g_mutex_unlock (&arena.mutex);
  return in_use;
}

gboolean
perron_secret_copy_text (char *array, gsize array_size, const char *text)
{
  gsize length = strlen (text);
  explicit_bzero (array, array_size);
  if (length >= array_size)
    return FALSE;
  memcpy (array, text, length);
  return TRUE;
}

void
perron_secret_harden_process (void)
{
  const struct rlimit none = { 0, 0 };
  setrlimit (RLIMIT_CORE, &none);
  prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* /proc/swaps has one line of headings. */
static gboolean
machine_has_swap (void)
{
  g_autofree char *text = NULL;
  const char *first = g_file_get_contents ("/proc/swaps", &text, NULL, NULL) ? strchr (text, '\n') : NULL;
  return first != NULL && first[1] != '\0';
}

/* Under a limit, a lock for the future would let allocations fail later (mlockall(2)). */
static gboolean
may_lock_without_end (void)
{
  struct __user_cap_header_struct version = { _LINUX_CAPABILITY_VERSION_3, 0 };
  struct __user_cap_data_struct own[_LINUX_CAPABILITY_U32S_3] = { 0 };
  struct rlimit limit;

  return (getrlimit (RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) ||
         (syscall (SYS_capget, &version, own) == 0 && (own[0].effective & 1u << CAP_IPC_LOCK) != 0);
}

gboolean
perron_secret_keep_from_swap (void)
{
  /* On fault: what is never touched needs no memory for being locked. */
  if (may_lock_without_end () && mlockall (MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0)
    return TRUE;
  return !machine_has_swap ();
}

/* Not inlined, or the compiler would give the caller the frame; a dead store would be thrown away, explicit_bzero() is not. */
__attribute__ ((noinline)) void
perron_secret_wipe_stack (void)
{
  char dead[64 * 1024];
  explicit_bzero (dead, sizeof dead);
}
