/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/import.h"

#include "sync/engine/export.h"
#include "sync/seal/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX (512 * 1024) /* an envelope of 256 KiB in base64, and its names */
#define FILES_MAX 100000
#define GROUP 200

typedef struct {
  PerronGatewayStore *store;
  const char *folder;
  const char *terminals;
  PerronImportCounts *counts;
  GPtrArray *names; /* of what waits to be written, as in `items` */
  GPtrArray *items; /* PerronWireItem */
} Import;

static void
refuse (Import *import, const char *name, const char *why)
{
  g_autofree char *shown = g_strescape (name, NULL);
  fprintf (stderr, "perron-gateway: %s: refused: %s\n", shown, why);
  import->counts->refused++;
}

/* A plain file of a stated size: no link out of the stick, no pipe to wait at. */
static char *
read_file (const char *folder, const char *name, gsize *ret_len)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  struct stat info;
  gsize at = 0;
  gssize got = 1;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size <= 0 || info.st_size > FILE_BYTES_MAX) {
    close (fd);
    return NULL;
  }
  g_autofree char *text = g_malloc ((gsize) info.st_size);
  while (got > 0 && at < (gsize) info.st_size) {
    got = read (fd, text + at, (gsize) info.st_size - at);
    at += got > 0 ? (gsize) got : 0;
  }
  close (fd);
  *ret_len = at;
  return at == (gsize) info.st_size ? g_steal_pointer (&text) : NULL;
}

/* NULL: signed by the terminal it names. */
static const char *
check_signature (const Import *import, const PerronEnvelope *envelope)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *name = g_strconcat (envelope->terminal, ".pem", NULL); /* a token: no way out of the folder */
  g_autofree char *path = g_build_filename (import->terminals, name, NULL);
  g_autoptr (GBytes) bytes =
    perron_envelope_dup_signed_bytes (envelope->terminal, envelope->dest, envelope->suite, envelope->id, envelope->digest);

  if (perron_seal_verify (path, bytes, envelope->signature, &cause))
    return NULL;
  return g_error_matches (cause, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_KEY) ? "the terminal is not known here" : "signature";
}

static void
take_file (Import *import, const char *name)
{
  gsize len;
  g_autofree char *text = read_file (import->folder, name, &len);
  PerronWireItem *item = text != NULL ? perron_export_parse ((const guint8 *) text, len) : NULL;
  const char *why = text == NULL ? "not a readable file of 1 to 524288 bytes" : item == NULL ? "not a file of perron queue export" : item->fault;

  if (why == NULL && !perron_wire_envelope_ok (item->envelope, NULL))
    why = "names or sizes that the contract does not allow";
  if (why == NULL)
    why = check_signature (import, item->envelope);
  if (why == NULL) {
    g_ptr_array_add (import->names, g_strdup (name));
    g_ptr_array_add (import->items, item);
    return;
  }
  refuse (import, name, why);
  if (item != NULL)
    perron_wire_item_free (item);
}

static gboolean
write_group (Import *import, GError **error)
{
  guint count = import->items->len;
  g_autofree PerronGatewayWrite *writes = g_new0 (PerronGatewayWrite, count + 1);

  for (guint i = 0; i < count; i++)
    writes[i].envelope = ((PerronWireItem *) import->items->pdata[i])->envelope;
  if (count > 0 && !import->store->write (import->store, writes, count, error))
    return FALSE;
  for (guint i = 0; i < count; i++) {
    if (writes[i].ret_outcome == PERRON_OUTCOME_CREATED)
      import->counts->stored++;
    else if (writes[i].ret_outcome == PERRON_OUTCOME_SAME)
      import->counts->known++;
    else
      refuse (import, import->names->pdata[i], "another request with this id is there already");
  }
  g_ptr_array_set_size (import->names, 0);
  g_ptr_array_set_size (import->items, 0);
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* In the order of names, so that two runs say the same. Hidden files are what an interrupted export leaves. */
static GPtrArray *
list_names (const char *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL) {
    if (*name == '.' || !g_str_has_suffix (name, ".json"))
      continue;
    if (names->len == FILES_MAX) {
      g_set_error (error, PERRON_GATEWAY_ERROR, PERRON_GATEWAY_ERROR_STORE, "%s: more than %d files", folder, FILES_MAX);
      return NULL;
    }
    g_ptr_array_add (names, g_strdup (name));
  }
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

gboolean
perron_import_folder (PerronGatewayStore *store, const char *folder, const char *terminals, PerronImportCounts *ret_counts, GError **error)
{
  memset (ret_counts, 0, sizeof *ret_counts);
  g_autoptr (GPtrArray) names = list_names (folder, error);
  if (names == NULL)
    return FALSE;
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_wire_item_free);
  Import import = { store, folder, terminals, ret_counts, waiting, items };

  for (guint i = 0; i < names->len; i++) {
    take_file (&import, names->pdata[i]);
    if (items->len == GROUP && !write_group (&import, error))
      return FALSE;
  }
  return write_group (&import, error);
}
