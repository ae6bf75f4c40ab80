/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sync/crash-vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512
#define FILES 2 /* database, WAL */

typedef enum { NOTE_WRITE, NOTE_TRUNCATE, NOTE_SYNC } NoteKind;

typedef struct {
  NoteKind kind;
  int file;
  gint64 at; /* TRUNCATE: the new length */
  GBytes *bytes;
} Note;

typedef struct {
  sqlite3_file base;
  int file; /* -1: none of ours */
  sqlite3_file *real;
} CrashFile;

static sqlite3_vfs vfs;
static sqlite3_vfs *real_vfs;
static char *names[FILES];
static GByteArray *base[FILES];
static GArray *notes;
static gboolean recording;

static void
clear_note (gpointer data)
{
  g_clear_pointer (&((Note *) data)->bytes, g_bytes_unref);
}

static void
note (sqlite3_file *file, NoteKind kind, gint64 at, const void *bytes, int len)
{
  int which = ((CrashFile *) file)->file;
  if (!recording || which < 0)
    return;
  Note one = { kind, which, at, bytes != NULL ? g_bytes_new (bytes, (gsize) len) : NULL };
  g_array_append_val (notes, one);
}

/* --- the file: everything is handed on, three calls are noted ---------------------------------------------------------------------- */

static sqlite3_file *
real (sqlite3_file *file)
{
  return ((CrashFile *) file)->real;
}

static int
file_close (sqlite3_file *file)
{
  return real (file)->pMethods->xClose (real (file));
}

static int
file_read (sqlite3_file *file, void *bytes, int len, sqlite3_int64 at)
{
  return real (file)->pMethods->xRead (real (file), bytes, len, at);
}

static int
file_write (sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
  note (file, NOTE_WRITE, at, bytes, len);
  return real (file)->pMethods->xWrite (real (file), bytes, len, at);
}

static int
file_truncate (sqlite3_file *file, sqlite3_int64 len)
{
  note (file, NOTE_TRUNCATE, len, NULL, 0);
  return real (file)->pMethods->xTruncate (real (file), len);
}

static int
file_sync (sqlite3_file *file, int flags)
{
  note (file, NOTE_SYNC, 0, NULL, 0);
  return SQLITE_OK; /* this test needs no real disk */
}

static int
file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  return real (file)->pMethods->xFileSize (real (file), size);
}

static int
file_lock (sqlite3_file *file, int level)
{
  return real (file)->pMethods->xLock (real (file), level);
}

static int
file_unlock (sqlite3_file *file, int level)
{
  return real (file)->pMethods->xUnlock (real (file), level);
}

static int
file_check_lock (sqlite3_file *file, int *out)
{
  return real (file)->pMethods->xCheckReservedLock (real (file), out);
}

static int
file_control (sqlite3_file *file, int op, void *arg)
{
  return real (file)->pMethods->xFileControl (real (file), op, arg);
}

static int
file_sector (sqlite3_file *file)
{
  return real (file)->pMethods->xSectorSize (real (file));
}

static int
file_traits (sqlite3_file *file)
{
  return real (file)->pMethods->xDeviceCharacteristics (real (file));
}

static int
shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **map)
{
  return real (file)->pMethods->xShmMap (real (file), page, size, extend, map);
}

static int
shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  return real (file)->pMethods->xShmLock (real (file), offset, n, flags);
}

static void
shm_barrier (sqlite3_file *file)
{
  real (file)->pMethods->xShmBarrier (real (file));
}

static int
shm_unmap (sqlite3_file *file, int delete)
{
  return real (file)->pMethods->xShmUnmap (real (file), delete);
}

/* Version 2: without memory-mapped reading, every byte goes through read and write. */
static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_size,
  .xLock = file_lock,
  .xUnlock = file_unlock,
  .xCheckReservedLock = file_check_lock,
  .xFileControl = file_control,
  .xSectorSize = file_sector,
  .xDeviceCharacteristics = file_traits,
  .xShmMap = shm_map,
  .xShmLock = shm_lock,
  .xShmBarrier = shm_barrier,
  .xShmUnmap = shm_unmap,
};

static int
vfs_open (sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out)
{
  CrashFile *crash = (CrashFile *) file;
  crash->real = (sqlite3_file *) (crash + 1);
  crash->file = -1;
  for (int i = 0; i < FILES; i++) {
    if (name != NULL && g_strcmp0 (name, names[i]) == 0)
      crash->file = i;
  }
  int code = real_vfs->xOpen (real_vfs, name, crash->real, flags, out);
  file->pMethods = code == SQLITE_OK ? &methods : NULL;
  return code;
}

/* A WAL is only deleted by the last close: what is recorded must end before that. */
static int
vfs_delete (sqlite3_vfs *self, const char *name, int sync_folder)
{
  g_assert_false (recording && (g_strcmp0 (name, names[0]) == 0 || g_strcmp0 (name, names[1]) == 0));
  return real_vfs->xDelete (real_vfs, name, 0);
}

void
crash_vfs_install (void)
{
  real_vfs = sqlite3_vfs_find (NULL);
  g_assert_nonnull (real_vfs);
  vfs = *real_vfs; /* all but opening and deleting is the real one's; its methods are given the real one's private data */
  vfs.szOsFile = (int) sizeof (CrashFile) + real_vfs->szOsFile;
  vfs.zName = "crash";
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  g_assert_cmpint (sqlite3_vfs_register (&vfs, 1), ==, SQLITE_OK);
}

/* --- notes --------------------------------------------------------------------------------------------------------------------- */

static GByteArray *
read_whole (const char *path)
{
  g_autofree char *text = NULL;
  gsize len = 0;
  GByteArray *bytes = g_byte_array_new ();
  if (g_file_get_contents (path, &text, &len, NULL))
    g_byte_array_append (bytes, (const guint8 *) text, (guint) len);
  return bytes;
}

void
crash_vfs_record (const char *path)
{
  g_clear_pointer (&notes, g_array_unref);
  notes = g_array_new (FALSE, FALSE, sizeof (Note));
  g_array_set_clear_func (notes, clear_note);
  for (int i = 0; i < FILES; i++) {
    g_free (names[i]);
    names[i] = g_strconcat (path, i == 0 ? NULL : "-wal", NULL);
    g_clear_pointer (&base[i], g_byte_array_unref);
    base[i] = read_whole (names[i]);
  }
  recording = TRUE;
}

void
crash_vfs_stop (void)
{
  recording = FALSE;
}

guint
crash_vfs_now (void)
{
  return notes->len;
}

/* --- cuts ---------------------------------------------------------------------------------------------------------------------- */

struct CrashCuts {
  guint moment;
  GByteArray *flushed[FILES];
  GArray *open[FILES]; /* guint: notes after the last flush of that file */
};

CrashCuts *
crash_cuts_new (void)
{
  CrashCuts *cuts = g_new0 (CrashCuts, 1);
  for (int i = 0; i < FILES; i++) {
    cuts->flushed[i] = g_byte_array_new ();
    g_byte_array_append (cuts->flushed[i], base[i]->data, base[i]->len);
    cuts->open[i] = g_array_new (FALSE, FALSE, sizeof (guint));
  }
  return cuts;
}

void
crash_cuts_free (CrashCuts *cuts)
{
  if (cuts == NULL)
    return;
  for (int i = 0; i < FILES; i++) {
    g_byte_array_unref (cuts->flushed[i]);
    g_array_unref (cuts->open[i]);
  }
  g_free (cuts);
}

static void
set_length (GByteArray *image, guint len)
{
  guint before = image->len;
  g_byte_array_set_size (image, len);
  if (len > before)
    memset (image->data + before, 0, len - before);
}

static void
put (GByteArray *image, gint64 at, const guint8 *bytes, gsize len)
{
  if ((gsize) at + len > image->len)
    set_length (image, (guint) ((gsize) at + len));
  memcpy (image->data + at, bytes, len);
}

/* `chance` NULL: all of it. Else each sector by itself with probability `keep`. */
static void
apply (GByteArray *image, const Note *one, GRand *chance, double keep)
{
  gsize len, piece;
  if (one->kind == NOTE_TRUNCATE) {
    if (chance == NULL || g_rand_double (chance) < keep)
      set_length (image, (guint) one->at);
    return;
  }
  const guint8 *bytes = g_bytes_get_data (one->bytes, &len);
  for (gsize done = 0; done < len; done += piece) {
    piece = MIN (len - done, SECTOR - ((gsize) one->at + done) % SECTOR);
    if (chance == NULL || g_rand_double (chance) < keep)
      put (image, one->at + (gint64) done, bytes + done, piece);
  }
}

static void
advance (CrashCuts *cuts, guint moment)
{
  g_assert_cmpuint (moment, >=, cuts->moment);
  g_assert_cmpuint (moment, <=, notes->len);
  for (; cuts->moment < moment; cuts->moment++) {
    const Note *one = &g_array_index (notes, Note, cuts->moment);
    GArray *open = cuts->open[one->file];
    if (one->kind != NOTE_SYNC) {
      g_array_append_val (open, cuts->moment);
      continue;
    }
    for (guint i = 0; i < open->len; i++)
      apply (cuts->flushed[one->file], &g_array_index (notes, Note, g_array_index (open, guint, i)), NULL, 1);
    g_array_set_size (open, 0);
  }
}

static void
write_image (const char *path, const GByteArray *image)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, image->data, image->len), ==, image->len);
  close (fd);
}

void
crash_cuts_lay_out (CrashCuts *cuts, guint moment, GRand *chance, const char *path)
{
  /* Nothing of what was not flushed, little, half, most, all. */
  static const double odds[] = { 0, 0.1, 0.5, 0.9, 1 };
  double keep = odds[g_rand_int_range (chance, 0, G_N_ELEMENTS (odds))];
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);

  advance (cuts, moment);
  unlink (shm);
  for (int file = 0; file < FILES; file++) {
    g_autofree char *name = g_strconcat (path, file == 0 ? NULL : "-wal", NULL);
    g_autoptr (GByteArray) image = g_byte_array_sized_new (cuts->flushed[file]->len + 65536);
    g_byte_array_append (image, cuts->flushed[file]->data, cuts->flushed[file]->len);
    for (guint i = 0; i < cuts->open[file]->len; i++)
      apply (image, &g_array_index (notes, Note, g_array_index (cuts->open[file], guint, i)), chance, keep);
    write_image (name, image);
  }
}
