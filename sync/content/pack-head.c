/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/pack.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

gsize
perron_pack_head_find_end (const guint8 *data, gsize len)
{
  const guint8 *end = memmem (data, MIN (len, PERRON_HEAD_MAX), "\n\n", 2);
  return end != NULL ? (gsize) (end - data) + 2 : 0;
}

gboolean
perron_pack_head_parse (const guint8 *data, gsize len, PerronPackHead *ret_head, GError **error)
{
  PerronCursor cursor = { data, len, 0, 0 };
  guint count = 0;

  while (perron_document_is_next (&cursor, PERRON_ROOT_KIND)) {
    if (count == PERRON_ROOT_CHAIN_MAX)
      return perron_document_refuse (PERRON_CONTENT_ERROR_LIMIT, cursor.line, "more than 16 roots", error);
    if (!perron_document_take (&cursor, PERRON_ROOT_KIND, &ret_head->roots[count], error))
      return FALSE;
    count++;
  }
  ret_head->root_count = count;
  if (!perron_document_take (&cursor, PERRON_MANIFEST_KIND, &ret_head->manifest, error))
    return FALSE;
  gsize left = cursor.len - cursor.at;
  if (left > 1 || (left == 1 && cursor.data[cursor.at] != '\n'))
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor.line + 1, "one empty line expected behind the head", error);
  return TRUE;
}

static gboolean
find_signing_role (const PerronDocument *document, const PerronRoot *root, PerronContentRole *ret_role, GError **error)
{
  guint most = 0, needed = 2;
  for (guint role = 0; role < PERRON_ROLE_COUNT; role++) {
    const PerronRootRole *row = &root->roles[role];
    guint signers = perron_document_count_signers (document, row->keys, row->count);
    if (signers >= row->threshold) {
      *ret_role = (PerronContentRole) role;
      return TRUE;
    }
    if (signers >= most) {
      most = signers;
      needed = row->threshold;
    }
  }
  g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_SIGNATURE,
               "%u signature(s) by keys that root %" G_GINT64_FORMAT " knows for a role, %u needed", most, root->version, needed);
  return FALSE;
}

PerronManifest *
perron_pack_head_verify (const PerronPackHead *head, PerronRoot *root, GError **error)
{
  PerronContentRole role;
  for (guint i = 0; i < head->root_count; i++) {
    if (!perron_root_follow (root, &head->roots[i], error))
      return NULL;
  }
  if (!find_signing_role (&head->manifest, root, &role, error))
    return NULL;
  g_autoptr (PerronManifest) manifest = perron_manifest_parse (&head->manifest, error);
  if (manifest == NULL)
    return NULL;
  if (manifest->role != role) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_ROLE, "says it is \"%s\", is signed by the keys of \"%s\"",
                 perron_content_role_word (manifest->role), perron_content_role_word (role));
    return NULL;
  }
  return g_steal_pointer (&manifest);
}

GBytes *
perron_pack_read_head (int fd, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 piece[16384];
  gsize end = 0;

  if (lseek (fd, 0, SEEK_SET) != 0) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_DISK, "pack: %s", g_strerror (errno));
    return NULL;
  }
  while (end == 0) {
    gssize got = read (fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0 || bytes->len >= PERRON_HEAD_MAX) {
      g_set_error (error, PERRON_CONTENT_ERROR, got < 0 ? PERRON_CONTENT_ERROR_DISK : PERRON_CONTENT_ERROR_FORMAT, "pack: %s",
                   got < 0 ? g_strerror (errno) : "no head of a pack in its first 512 KiB");
      return NULL;
    }
    /* The two line feeds may come in two pieces. */
    gsize from = bytes->len > 0 ? bytes->len - 1 : 0;
    g_byte_array_append (bytes, piece, (guint) got);
    end = perron_pack_head_find_end (bytes->data + from, bytes->len - from);
    end = end > 0 ? end + from : 0;
  }
  if (lseek (fd, (off_t) end, SEEK_SET) != (off_t) end) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_DISK, "pack: %s", g_strerror (errno));
    return NULL;
  }
  g_byte_array_set_size (bytes, (guint) end);
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}
