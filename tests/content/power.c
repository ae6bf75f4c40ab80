/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/content/power.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 512

typedef enum { ADD, REMOVE, MOVE, WRITE, FLUSH } Kind;
typedef enum { DIRECTORY, REGULAR, LINK } Type;

typedef struct {
  Kind kind;
  guint node; /* the folder whose names change, the file that is written, what is flushed */
  guint child;
  char *name, *to;
  GBytes *data;
} Note;

typedef struct {
  Type type;
  char *target;
  GHashTable *names; /* of a folder, as it is now: name → node + 1 */
} Node;

static struct {
  char *root; /* NULL: nothing is noted */
  GArray *notes;
  GArray *nodes;
  guint fail_at, calls;
  int code;
} disk;

/* --- nodes ------------------------------------------------------------------------------------------------------------------ */

static guint
new_node (Type type, const char *target)
{
  Node node = { type, g_strdup (target), g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_array_append_val (disk.nodes, node);
  return disk.nodes->len - 1;
}

static Node *
get_node (guint id)
{
  return &g_array_index (disk.nodes, Node, id);
}

static guint
get_child (guint folder, const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (get_node (folder)->names, name)) - 1;
}

/* G_MAXUINT: not below the root. */
static guint
find_path (const char *path)
{
  gsize len = disk.root != NULL ? strlen (disk.root) : 0;
  if (len == 0 || strncmp (path, disk.root, len) != 0 || (path[len] != '\0' && path[len] != '/'))
    return G_MAXUINT;
  g_auto (GStrv) parts = g_strsplit (path + len, "/", -1);
  guint at = 0;
  for (guint i = 0; parts[i] != NULL && at != G_MAXUINT; i++)
    at = *parts[i] == '\0' || strcmp (parts[i], ".") == 0 ? at : get_child (at, parts[i]);
  return at;
}

static guint
find_fd (int fd)
{
  char link[64], path[4096];
  g_snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  gssize len = readlink (link, path, sizeof path - 1);
  if (len <= 0)
    return G_MAXUINT;
  path[len] = '\0';
  return find_path (path);
}

static void
clear_note (gpointer data)
{
  Note *row = data;
  g_free (row->name);
  g_free (row->to);
  g_clear_pointer (&row->data, g_bytes_unref);
}

static void
clear_node (gpointer data)
{
  Node *node = data;
  g_free (node->target);
  g_hash_table_unref (node->names);
}

static void
note (Kind kind, guint node, guint child, const char *name, const char *to, GBytes *data)
{
  Note row = { kind, node, child, g_strdup (name), g_strdup (to), data };
  if (node == G_MAXUINT) {
    clear_note (&row);
    return;
  }
  g_array_append_val (disk.notes, row);
  GHashTable *names = get_node (node)->names;
  if (kind == ADD)
    g_hash_table_replace (names, g_strdup (name), GUINT_TO_POINTER (child + 1));
  if (kind == MOVE)
    g_hash_table_replace (names, g_strdup (to), GUINT_TO_POINTER (child + 1));
  if (kind == MOVE || kind == REMOVE)
    g_hash_table_remove (names, name);
}

void
power_forget (void)
{
  g_clear_pointer (&disk.notes, g_array_unref);
  g_clear_pointer (&disk.nodes, g_array_unref);
}

void
power_record (const char *root)
{
  if (disk.notes == NULL) {
    disk.notes = g_array_new (FALSE, TRUE, sizeof (Note));
    disk.nodes = g_array_new (FALSE, TRUE, sizeof (Node));
    g_array_set_clear_func (disk.notes, clear_note);
    g_array_set_clear_func (disk.nodes, clear_node);
  }
  g_array_set_size (disk.notes, 0);
  g_array_set_size (disk.nodes, 0);
  disk.root = g_strdup (root);
  new_node (DIRECTORY, NULL);
}

void
power_stop (void)
{
  g_clear_pointer (&disk.root, g_free);
}

guint
power_now (void)
{
  return disk.notes->len;
}

void
power_fail_at (guint n, int code)
{
  disk.fail_at = n;
  disk.code = code;
  disk.calls = 0;
}

guint
power_calls (void)
{
  return disk.calls;
}

static gboolean
fails (void)
{
  if (disk.fail_at == 0 || ++disk.calls != disk.fail_at)
    return FALSE;
  if (disk.code == 0)
    kill (getpid (), SIGKILL);
  errno = disk.code;
  return TRUE;
}

/* --- the calls -------------------------------------------------------------------------------------------------------------- */

int __real_openat64 (int folder, const char *path, int flags, ...);
int __wrap_openat64 (int folder, const char *path, int flags, ...);
ssize_t __real_write (int fd, const void *data, size_t len);
ssize_t __wrap_write (int fd, const void *data, size_t len);
int __wrap_fsync (int fd);
int __real_renameat (int from_folder, const char *from, int to_folder, const char *to);
int __wrap_renameat (int from_folder, const char *from, int to_folder, const char *to);
int __real_symlinkat (const char *target, int folder, const char *name);
int __wrap_symlinkat (const char *target, int folder, const char *name);
int __real_unlinkat (int folder, const char *name, int flags);
int __wrap_unlinkat (int folder, const char *name, int flags);
int __real_mkdirat (int folder, const char *name, mode_t mode);
int __wrap_mkdirat (int folder, const char *name, mode_t mode);

int
__wrap_openat64 (int folder, const char *path, int flags, ...)
{
  va_list list;
  va_start (list, flags);
  mode_t mode = (flags & O_CREAT) != 0 ? va_arg (list, mode_t) : 0;
  va_end (list);
  if ((flags & O_CREAT) != 0 && fails ())
    return -1;
  int fd = __real_openat64 (folder, path, flags, mode);
  guint parent = fd >= 0 && (flags & O_CREAT) != 0 ? find_fd (folder) : G_MAXUINT;
  if (parent == G_MAXUINT)
    return fd;
  /* A truncated old file counts as a new one under the same name: nothing here reads a file while it is written. */
  note (ADD, parent, new_node (REGULAR, NULL), path, NULL, NULL);
  return fd;
}

ssize_t
__wrap_write (int fd, const void *data, size_t len)
{
  if (fails ())
    return -1;
  ssize_t written = __real_write (fd, data, len);
  if (written > 0 && disk.root != NULL)
    note (WRITE, find_fd (fd), 0, NULL, NULL, g_bytes_new (data, (gsize) written));
  return written;
}

int
__wrap_fsync (int fd)
{
  if (fails ())
    return -1;
  if (disk.root != NULL)
    note (FLUSH, find_fd (fd), 0, NULL, NULL, NULL);
  return 0; /* this machine stays on: the flush itself would only cost time */
}

int
__wrap_renameat (int from_folder, const char *from, int to_folder, const char *to)
{
  if (fails ())
    return -1;
  int result = __real_renameat (from_folder, from, to_folder, to);
  guint folder = result == 0 && disk.root != NULL ? find_fd (from_folder) : G_MAXUINT;
  if (folder != G_MAXUINT)
    note (MOVE, folder, get_child (folder, from), from, to, NULL);
  return result;
}

int
__wrap_symlinkat (const char *target, int folder, const char *name)
{
  if (fails ())
    return -1;
  int result = __real_symlinkat (target, folder, name);
  guint parent = result == 0 && disk.root != NULL ? find_fd (folder) : G_MAXUINT;
  if (parent != G_MAXUINT)
    note (ADD, parent, new_node (LINK, target), name, NULL, NULL);
  return result;
}

int
__wrap_unlinkat (int folder, const char *name, int flags)
{
  if (fails ())
    return -1;
  int result = __real_unlinkat (folder, name, flags);
  guint parent = result == 0 && disk.root != NULL ? find_fd (folder) : G_MAXUINT;
  if (parent != G_MAXUINT)
    note (REMOVE, parent, 0, name, NULL, NULL);
  return result;
}

int
__wrap_mkdirat (int folder, const char *name, mode_t mode)
{
  if (fails ())
    return -1;
  int result = __real_mkdirat (folder, name, mode);
  guint parent = result == 0 && disk.root != NULL ? find_fd (folder) : G_MAXUINT;
  if (parent != G_MAXUINT)
    note (ADD, parent, new_node (DIRECTORY, NULL), name, NULL, NULL);
  return result;
}

/* --- what is left ----------------------------------------------------------------------------------------------------------- */

typedef struct {
  guint moment;
  gboolean flushes;
  GRand *chance;
} Cut;

static guint
flushed_until (const Cut *cut, guint node)
{
  for (guint i = cut->moment; cut->flushes && i > 0; i--) {
    const Note *row = &g_array_index (disk.notes, Note, i - 1);
    if (row->kind == FLUSH && row->node == node)
      return i;
  }
  return 0;
}

static gboolean
touches (const Note *row, GHashTable *lost)
{
  return g_hash_table_contains (lost, row->name) || (row->to != NULL && g_hash_table_contains (lost, row->to));
}

static GHashTable *
names_left (const Cut *cut, guint folder)
{
  GHashTable *names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) lost = g_hash_table_new (g_str_hash, g_str_equal);
  guint safe = flushed_until (cut, folder);

  for (guint i = 0; i < cut->moment; i++) {
    const Note *row = &g_array_index (disk.notes, Note, i);
    if (row->node != folder || row->kind > MOVE)
      continue;
    if (i >= safe && (touches (row, lost) || g_rand_boolean (cut->chance))) {
      g_hash_table_add (lost, row->name);
      if (row->to != NULL)
        g_hash_table_add (lost, row->to);
      continue;
    }
    if (row->kind != ADD)
      g_hash_table_remove (names, row->name);
    if (row->kind != REMOVE)
      g_hash_table_replace (names, row->kind == MOVE ? row->to : row->name, GUINT_TO_POINTER (row->child + 1));
  }
  return names;
}

static void
write_left (const Cut *cut, guint file, const char *path)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint safe = flushed_until (cut, file);

  for (guint i = 0; i < cut->moment; i++) {
    const Note *row = &g_array_index (disk.notes, Note, i);
    if (row->kind != WRITE || row->node != file)
      continue;
    gsize len, at = bytes->len;
    const guint8 *data = g_bytes_get_data (row->data, &len);
    g_byte_array_append (bytes, data, (guint) len);
    for (gsize piece = at; i >= safe && piece < bytes->len; piece += PIECE) {
      if (g_rand_boolean (cut->chance))
        memset (bytes->data + piece, 0, MIN (PIECE, bytes->len - piece));
    }
    if (i >= safe && g_rand_int_range (cut->chance, 0, 4) == 0)
      g_byte_array_set_size (bytes, (guint) at);
  }
  g_assert_true (g_file_set_contents_full (path, (const char *) bytes->data, bytes->len, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
}

static void
lay_out_folder (const Cut *cut, guint folder, const char *path)
{
  g_autoptr (GHashTable) names = names_left (cut, folder);
  GHashTableIter iter;
  gpointer name, child;

  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, &child)) {
    guint id = GPOINTER_TO_UINT (child) - 1;
    g_autofree char *inside = g_build_filename (path, name, NULL);
    if (get_node (id)->type == DIRECTORY)
      lay_out_folder (cut, id, inside);
    else if (get_node (id)->type == REGULAR)
      write_left (cut, id, inside);
    else
      g_assert_cmpint (symlink (get_node (id)->target, inside), ==, 0);
  }
}

void
power_lay_out (guint moment, gboolean flushes, GRand *chance, const char *folder)
{
  const Cut cut = { moment, flushes, chance };
  lay_out_folder (&cut, 0, folder);
}
