/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/answers-out.h"

#include "sync/engine/stick.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE 200

static gboolean
refuse (const char *path, GError **error)
{
  int code = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s", path, g_strerror (code));
  return FALSE;
}

static gboolean
write_page (const char *folder, const char *terminal, guint page, GPtrArray *receipts, GPtrArray *replies, gint64 cursor, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s.%04u" PERRON_STICK_ANSWERS, terminal, page);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *query = g_strconcat ("requester=", terminal, NULL);
  gsize len;
  g_autofree char *body = perron_wire_encode_search (NULL, (const PerronReceipt *const *) receipts->pdata,
                                                     (const PerronReply *const *) replies->pdata, receipts->len, query, cursor, &len);
  return g_file_set_contents_full (path, body, (gssize) len, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

static gboolean
write_terminal (PerronGatewayStore *store, const char *folder, const char *terminal, guint *tasks, GError **error)
{
  gint64 since = 0;
  for (guint page = 1;; page++) {
    g_autoptr (GPtrArray) receipts = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_receipt_free);
    g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_reply_free);
    gint64 cursor;
    if (!store->read_receipts (store, terminal, since, PAGE, receipts, replies, &cursor, error))
      return FALSE;
    if (receipts->len == 0)
      return TRUE;
    if (!write_page (folder, terminal, page, receipts, replies, cursor, error))
      return FALSE;
    *tasks += receipts->len;
    since = cursor;
  }
}

/* A renamed file is on the stick for certain once its folder is. */
static gboolean
flush_folder (const char *folder, GError **error)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = (fd >= 0 && fsync (fd) == 0) || refuse (folder, error);
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
perron_answers_write_folder (PerronGatewayStore *store, const char *folder, const char *terminals, guint *ret_tasks, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (terminals, 0, error);
  const char *name;

  *ret_tasks = 0;
  if (dir == NULL)
    return FALSE;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return refuse (folder, error);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *terminal = g_str_has_suffix (name, ".pem") ? g_strndup (name, strlen (name) - strlen (".pem")) : NULL;
    if (perron_wire_token_ok (terminal) && !write_terminal (store, folder, terminal, ret_tasks, error))
      return FALSE;
  }
  return flush_folder (folder, error);
}
