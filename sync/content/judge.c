/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/judge.h"

#include <string.h>
#include <sys/stat.h>

#include "sync/content/disk.h"

void
perron_judgement_clear (PerronJudgement *judgement)
{
  perron_trust_clear (&judgement->trust);
  g_clear_pointer (&judgement->head, g_bytes_unref);
  g_clear_pointer (&judgement->manifest, perron_manifest_free);
}

static void
describe (const PerronJudgement *judgement, PerronPackAbout *ret_about)
{
  const PerronManifest *manifest = judgement->manifest;
  *ret_about = (PerronPackAbout){ .role = manifest->role,
                                  .version = manifest->version,
                                  .expires_unix_ms = manifest->expires_unix_s * 1000,
                                  .root_version = judgement->trust.root.version,
                                  .files = manifest->files->len,
                                  .bytes = manifest->total,
                                  .pack_bytes = manifest->total + (gint64) g_bytes_get_size (judgement->head) };
}

gboolean
perron_judge_genuine (const PerronContentOptions *options, GBytes *head, PerronJudgement *judgement, PerronPackAbout *ret_about, GError **error)
{
  PerronPackHead parsed;
  gsize len;
  const guint8 *data = g_bytes_get_data (head, &len);

  if (!perron_trust_load (options, &judgement->trust, error) || !perron_pack_head_parse (data, len, &parsed, error))
    return FALSE;
  judgement->manifest = perron_trust_verify (&judgement->trust, &parsed, error);
  if (judgement->manifest == NULL)
    return FALSE;
  judgement->document = parsed.manifest;
  judgement->head = g_bytes_ref (head);
  describe (judgement, ret_about);
  return TRUE;
}

static gboolean
check_version (const PerronManifest *manifest, const PerronFloor *floor, gboolean is_whole, GError **error)
{
  if (manifest->version > floor->version)
    return TRUE;
  if (perron_floor_forbids (floor, manifest)) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_VERSION, "version %" G_GINT64_FORMAT " was withdrawn here: a newer one is needed",
                 manifest->version);
    return FALSE;
  }
  if (manifest->version == floor->version && memcmp (manifest->sha256, floor->sha256, sizeof floor->sha256) == 0) {
    /* The same pack again mends what a disk has lost. */
    if (is_whole)
      g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_HERE, "version %" G_GINT64_FORMAT " is in use here already", manifest->version);
    return !is_whole;
  }
  g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_VERSION,
               "version %" G_GINT64_FORMAT " is not newer than %" G_GINT64_FORMAT ", which was taken before", manifest->version, floor->version);
  return FALSE;
}

/* A clock that was put back must not bring an expired pack to life: it cannot be earlier than the newest pack taken was made. */
static gboolean
check_expiry (const PerronContentOptions *options, const PerronJudgement *judgement, const PerronFloor *floor, GError **error)
{
  gint64 now_s = MAX (perron_clock_unix_ms (options->clock) / 1000, floor->created_unix_s);
  if (judgement->manifest->expires_unix_s <= now_s) {
    g_set_error_literal (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_EXPIRED, "the pack has expired (or the clock of this machine is wrong)");
    return FALSE;
  }
  if (judgement->trust.root.expires_unix_s <= now_s) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_EXPIRED,
                 "root %" G_GINT64_FORMAT " has expired (or the clock of this machine is wrong)", judgement->trust.root.version);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_program (const PerronManifest *manifest, GError **error)
{
  guint own[3] = { 0 };
  if (perron_span_to_release ((PerronSpan){ PERRON_VERSION, strlen (PERRON_VERSION) }, own)) {
    for (guint i = 0; i < 3; i++) {
      if (own[i] > manifest->needs[i])
        return TRUE;
      if (own[i] < manifest->needs[i])
        break;
      if (i == 2)
        return TRUE;
    }
  }
  g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_PROGRAM, "needs program %u.%u.%u or newer, this is " PERRON_VERSION,
               manifest->needs[0], manifest->needs[1], manifest->needs[2]);
  return FALSE;
}

static gboolean
is_whole (const PerronContentOptions *options, const PerronManifest *manifest)
{
  g_auto (PerronContentInUse) in_use = { 0 };
  perron_content_look (options, manifest->role, TRUE, &in_use);
  return in_use.version == manifest->version;
}

gboolean
perron_judge_welcome (const PerronContentOptions *options, PerronJudgement *judgement, GError **error)
{
  const PerronManifest *manifest = judgement->manifest;
  PerronFloor *floor = &judgement->floor;
  perron_autofd folder = perron_slot_open_role (options->folder, manifest->role, FALSE, NULL);

  memset (floor, 0, sizeof *floor);
  if (folder >= 0)
    perron_floor_load (folder, manifest->role, &judgement->trust.anchor, floor);
  gboolean whole = manifest->version == floor->version && is_whole (options, manifest);
  return check_version (manifest, floor, whole, error) && check_expiry (options, judgement, floor, error) && check_program (manifest, error);
}

gboolean
perron_pack_inspect (const PerronContentOptions *options, int fd, PerronPackAbout *ret_about, GError **error)
{
  g_auto (PerronJudgement) judgement = { 0 };
  g_autoptr (GBytes) head = perron_pack_read_head (fd, error);
  PerronPackAbout about;

  if (head == NULL || !perron_judge_genuine (options, head, &judgement, &about, error) ||
      !perron_pack_unpack (fd, judgement.manifest, -1, error))
    return FALSE;
  *ret_about = about;
  return TRUE;
}

gboolean
perron_pack_judge (const PerronContentOptions *options, int fd, PerronPackAbout *ret_about, GError **error)
{
  g_auto (PerronJudgement) judgement = { 0 };
  g_autoptr (GBytes) head = perron_pack_read_head (fd, error);
  PerronPackAbout about;

  if (head == NULL || !perron_judge_genuine (options, head, &judgement, &about, error) ||
      !perron_judge_welcome (options, &judgement, error) || !perron_pack_unpack (fd, judgement.manifest, -1, error))
    return FALSE;
  *ret_about = about;
  return TRUE;
}

gboolean
perron_pack_judge_head (const PerronContentOptions *options, PerronContentRole role, const guint8 *data, gsize len, gboolean *ret_needs_more,
                        PerronPackAbout *ret_about, GError **error)
{
  g_auto (PerronJudgement) judgement = { 0 };
  gsize end = perron_pack_head_find_end (data, len);
  PerronPackAbout about;

  *ret_needs_more = end == 0 && len < PERRON_HEAD_MAX;
  if (*ret_needs_more)
    return FALSE;
  if (end == 0) {
    g_set_error_literal (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_FORMAT, "no head of a pack in its first 512 KiB");
    return FALSE;
  }
  g_autoptr (GBytes) head = g_bytes_new (data, end);
  if (!perron_judge_genuine (options, head, &judgement, &about, error))
    return FALSE;
  if (about.role != role) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_ROLE, "asked for \"%s\", came \"%s\"", perron_content_role_word (role),
                 perron_content_role_word (about.role));
    return FALSE;
  }
  if (!perron_judge_welcome (options, &judgement, error))
    return FALSE;
  *ret_about = about;
  return TRUE;
}

gboolean
perron_pack_unpack_to (const PerronContentOptions *options, int fd, const char *folder, PerronPackAbout *ret_about, GError **error)
{
  g_auto (PerronJudgement) judgement = { 0 };
  g_autoptr (GBytes) head = perron_pack_read_head (fd, error);
  PerronPackAbout about;

  if (head == NULL || !perron_judge_genuine (options, head, &judgement, &about, error))
    return FALSE;
  perron_autofd to = perron_disk_open_folder (AT_FDCWD, folder, error);
  if (to < 0 || !perron_pack_unpack (fd, judgement.manifest, to, error))
    return FALSE;
  *ret_about = about;
  return TRUE;
}

void
perron_pack_discard (const char *folder)
{
  (void) !perron_disk_remove (AT_FDCWD, folder, NULL);
}
