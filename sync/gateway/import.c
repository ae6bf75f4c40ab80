/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/import.h"

#include "sync/engine/export.h"
#include "sync/engine/stick.h"
#include "sync/seal/seal.h"

#include <stdio.h>
#include <string.h>

#define FILE_BYTES_MAX (512 * 1024) /* an envelope of 256 KiB in base64, and its names */
#define GROUP 200

typedef struct {
  PerronGatewayStore *store;
  const char *folder;
  const char *terminals;
  gboolean even_forgotten;
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
  g_autofree char *text = perron_stick_read (import->folder, name, FILE_BYTES_MAX, &len);
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
    writes[i] = (PerronGatewayWrite){ .envelope = ((PerronWireItem *) import->items->pdata[i])->envelope, .even_forgotten = import->even_forgotten };
  if (count > 0 && !import->store->write (import->store, writes, count, error))
    return FALSE;
  for (guint i = 0; i < count; i++) {
    if (writes[i].ret_outcome == PERRON_OUTCOME_CREATED)
      import->counts->stored++;
    else if (writes[i].ret_outcome == PERRON_OUTCOME_SAME)
      import->counts->known++;
    else
      refuse (import, import->names->pdata[i],
              writes[i].ret_outcome == PERRON_OUTCOME_FORGOTTEN
                ? "older than what is remembered here: ask its caisse; only if that never had it, --import-even-forgotten"
                : "another request with this id is there already");
  }
  g_ptr_array_set_size (import->names, 0);
  g_ptr_array_set_size (import->items, 0);
  return TRUE;
}

gboolean
perron_import_folder (PerronGatewayStore *store, const char *folder, const char *terminals, gboolean even_forgotten, PerronImportCounts *ret_counts,
                      GError **error)
{
  memset (ret_counts, 0, sizeof *ret_counts);
  g_autoptr (GPtrArray) names = perron_stick_list (folder, FALSE, error);
  if (names == NULL)
    return FALSE;
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_wire_item_free);
  Import import = { store, folder, terminals, even_forgotten, ret_counts, waiting, items };

  for (guint i = 0; i < names->len; i++) {
    take_file (&import, names->pdata[i]);
    if (items->len == GROUP && !write_group (&import, error))
      return FALSE;
  }
  return write_group (&import, error);
}
