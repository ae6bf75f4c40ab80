/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sync/content/pack.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* A name that may not leave its folder, however it is written. */
static void
check_path (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    g_assert (*parts[i] != '\0' && *parts[i] != '.' && *parts[i] != '-');
  g_assert (strlen (path) <= PERRON_PACK_PATH_MAX && g_strv_length (parts) <= PERRON_PACK_DEPTH_MAX);
  for (const char *at = path; *at != '\0'; at++)
    g_assert (g_ascii_isalnum (*at) || strchr ("./-_", *at) != NULL);
}

/* What is read has one spelling: written again it is the same, byte for byte. */
static void
check_body (const PerronDocument *document, char *again)
{
  g_assert (strlen (again) == document->body.len && memcmp (again, document->body.text, document->body.len) == 0);
  g_free (again);
}

static void
check_manifest (const PerronDocument *document, const guint8 *files, gsize len)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronManifest) manifest = perron_manifest_parse (document, &error);
  if (manifest == NULL) {
    g_assert (error != NULL && error->domain == PERRON_CONTENT_ERROR);
    return;
  }
  check_body (document, perron_manifest_format (manifest));
  gint64 total = 0;
  for (guint i = 0; i < manifest->files->len; i++) {
    check_path (perron_manifest_get (manifest, i)->path);
    total += perron_manifest_get (manifest, i)->size;
  }
  g_assert (total == manifest->total && total <= PERRON_PACK_BYTES_MAX);
  int fd = memfd_create ("pack", MFD_CLOEXEC);
  g_assert (fd >= 0 && (len == 0 || write (fd, files, len) == (gssize) len) && lseek (fd, 0, SEEK_SET) == 0);
  if (perron_pack_unpack (fd, manifest, -1, NULL))
    g_assert ((gint64) len == total);
  close (fd);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  PerronPackHead head;
  PerronRoot root;
  gsize end = perron_pack_head_find_end (data, size);

  g_assert (end <= size);
  if (!perron_pack_head_parse (data, end > 0 ? end : size, &head, NULL))
    return 0;
  g_assert (head.root_count <= PERRON_ROOT_CHAIN_MAX);
  for (guint i = 0; i < head.root_count; i++) {
    if (!perron_root_parse (&head.roots[i], &root, NULL))
      continue;
    check_body (&head.roots[i], perron_root_format (&root));
    for (guint role = 0; role <= PERRON_ROLE_COUNT; role++)
      g_assert (root.roles[role].threshold >= 2 && root.roles[role].threshold <= root.roles[role].count);
  }
  check_manifest (&head.manifest, data + (end > 0 ? end : size), end > 0 ? size - end : 0);
  /* Nobody signed it: it is never believed. */
  memset (&root, 0, sizeof root);
  for (guint role = 0; role <= PERRON_ROLE_COUNT; role++)
    root.roles[role] = (PerronRootRole){ .threshold = 2, .count = 2, .keys = { { (guint8) role }, { (guint8) role, 1 } } };
  g_autoptr (PerronManifest) believed = perron_pack_head_verify (&head, &root, NULL);
  g_assert (believed == NULL);
  return 0;
}
