/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/ctl/ctl-store.h"

#define PAGE 200

static void
add_base64 (JsonBuilder *builder, const char *name, gconstpointer bytes, gsize length)
{
  g_autofree char *text = g_base64_encode (bytes, length);
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static char *
encode_envelope (const PerronItem *item, const PerronEnvelope *envelope)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  char id[PERRON_UUID_CHARS];
  const struct {
    const char *name;
    const char *value;
  } words[] = {
    { "format", "perron-envelope-1" },     { "id", id },
    { "reference", item->reference },      { "state", perron_item_state_to_string (item->state) },
    { "terminal", envelope->terminal },    { "dest", envelope->dest },
  };

  perron_uuid_format (envelope->id, id);
  json_builder_begin_object (builder);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    json_builder_set_member_name (builder, words[i].name);
    json_builder_add_string_value (builder, words[i].value);
  }
  json_builder_set_member_name (builder, "suite");
  json_builder_add_int_value (builder, envelope->suite);
  add_base64 (builder, "sha256", envelope->digest, sizeof envelope->digest);
  add_base64 (builder, "sealed", g_bytes_get_data (envelope->sealed, NULL), g_bytes_get_size (envelope->sealed));
  add_base64 (builder, "signature", g_bytes_get_data (envelope->signature, NULL), g_bytes_get_size (envelope->signature));
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}

/* Flushed, then renamed, then the folder flushed: a file with its final name is whole, also after a pulled stick. */
static gboolean
export_one (PerronOutbox *outbox, const PerronItem *item, const char *folder, GError **error)
{
  g_autoptr (PerronEnvelope) envelope = perron_outbox_dup_envelope (outbox, item->seq, error);
  if (envelope == NULL)
    return FALSE;
  g_autofree char *text = encode_envelope (item, envelope);
  g_autofree char *name = g_strdup_printf ("%s.json", item->reference);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

/* What still has its sealed bytes: waiting, and refused by the gateway. *ret_count is right also when it stops. */
static gboolean
export_all (PerronOutbox *outbox, const char *folder, guint *ret_count, GError **error)
{
  gint64 after = 0;
  g_autoptr (GArray) items = g_array_new (FALSE, TRUE, sizeof (PerronItem));

  do {
    g_array_set_size (items, 0);
    if (!perron_outbox_list (outbox, after, PAGE, items, error))
      return FALSE;
    for (guint i = 0; i < items->len; i++) {
      const PerronItem *item = &g_array_index (items, PerronItem, i);
      g_autoptr (GError) cause = NULL;
      after = item->seq;
      if (item->state != PERRON_ITEM_WAITING && item->state != PERRON_ITEM_DEAD)
        continue;
      if (export_one (outbox, item, folder, &cause)) {
        *ret_count += 1;
      } else if (!g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND)) {
        /* NOT_FOUND: it left between the list and now. */
        g_propagate_error (error, g_steal_pointer (&cause));
        return FALSE;
      }
    }
  } while (items->len == PAGE);
  return TRUE;
}

static int
flush_folder (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || fsync (fd) != 0) {
    int status = perron_ctl_fail (3, "%s: cannot flush: %s", folder, g_strerror (errno));
    if (fd >= 0)
      close (fd);
    return status;
  }
  close (fd);
  return 0;
}

int
perron_ctl_queue_export (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  guint count = 0;

  if (argc != 2)
    return perron_ctl_fail (2, "queue export DIR");
  g_autoptr (PerronOutbox) outbox = perron_ctl_open_outbox (config);
  if (outbox == NULL)
    return 3;
  if (g_mkdir_with_parents (argv[1], 0700) != 0)
    return perron_ctl_fail (3, "%s: %s", argv[1], g_strerror (errno));
  gboolean ok = export_all (outbox, argv[1], &count, &error);
  printf ("%u envelopes in %s; they stay in the queue\n", count, argv[1]);
  if (!ok)
    return perron_ctl_fail (3, "%s", error->message);
  return flush_folder (argv[1]);
}
