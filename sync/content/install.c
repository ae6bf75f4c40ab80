/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/install.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "sync/content/certificates.h"
#include "sync/content/disk.h"
#include "sync/content/judge.h"

/* A folder of its own while a pack is being unpacked: what a power cut leaves there is removed by the next one. */
#define INCOMING "incoming"

/* Left free for the outbox, whose disk this may be. */
#define SPARE_BYTES (16 * 1024 * 1024)

/* Held until it is closed. */
static int
lock_role (int folder, GError **error)
{
  int fd = openat (folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_DISK, "lock: %s",
               errno == EWOULDBLOCK ? "another program is installing" : g_strerror (errno));
  perron_fd_clear (&fd);
  return -1;
}

static gboolean
check_room (int folder, gint64 bytes, GError **error)
{
  struct statvfs room;
  if (fstatvfs (folder, &room) != 0 || (gint64) (room.f_bavail * room.f_frsize) > bytes + SPARE_BYTES)
    return TRUE;
  g_set_error_literal (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_DISK, "no room for the pack");
  return FALSE;
}

/* The head of a slot begins at the configured root, so that it can be verified from there alone. */
static gboolean
write_head (int incoming, const PerronJudgement *judgement, GError **error)
{
  g_autoptr (GString) head = g_string_new_len (judgement->trust.chain->str, (gssize) judgement->trust.chain->len);
  g_string_append_len (head, judgement->document.whole.text, (gssize) judgement->document.whole.len);
  return perron_disk_create (incoming, "head", head->str, head->len, error);
}

static gboolean
unpack (int folder, int fd, const PerronJudgement *judgement, GError **error)
{
  if (!perron_disk_remove (folder, INCOMING, error))
    return FALSE;
  perron_autofd incoming = perron_disk_make_folder (folder, INCOMING, error);
  g_autofree char *name = perron_slot_dup_files_name (judgement->manifest);
  perron_autofd files = incoming >= 0 ? perron_disk_make_folder (incoming, name, error) : -1;
  return files >= 0 && perron_pack_unpack (fd, judgement->manifest, files, error) &&
         perron_certificates_check (judgement->manifest, files, error) &&
         write_head (incoming, judgement, error) && perron_disk_sync (incoming, INCOMING, error);
}

/* The slot that holds nothing whole, or the one before. */
static guint
choose_slot (int folder, const PerronJudgement *judgement)
{
  gint current = perron_slot_get_current (folder);
  PerronContentRole role = judgement->manifest->role;
  if (current < 0)
    return 0;
  g_autoptr (PerronManifest) whole = perron_slot_verify (folder, (guint) current, role, &judgement->trust.anchor, TRUE, NULL);
  return whole != NULL && !perron_floor_forbids (&judgement->floor, whole) ? 1 - (guint) current : (guint) current;
}

/* A terminal may still be showing what lies there (perron_content_hold()). */
static gboolean
empty_slot (int folder, const char *slot, GError **error)
{
  perron_autofd inside = openat (folder, slot, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY);
  perron_autofd head = inside >= 0 ? openat (inside, "head", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
  if (head >= 0 && flock (head, LOCK_EX | LOCK_NB) != 0) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_DISK, "%s: still shown by a terminal: to be tried again", slot);
    return FALSE;
  }
  return perron_disk_remove (folder, slot, error);
}

/* From here on nothing is read from the pack. The slot in use is not touched before the link leaves it. */
static gboolean
put_in_place (int folder, const PerronJudgement *judgement, GError **error)
{
  const PerronManifest *manifest = judgement->manifest;
  PerronFloor floor = { .version = manifest->version,
                        .created_unix_s = MAX (manifest->created_unix_s, judgement->floor.created_unix_s) };
  const char *slot = perron_slot_names[choose_slot (folder, judgement)];

  memcpy (floor.sha256, manifest->sha256, sizeof floor.sha256);
  return empty_slot (folder, slot, error) && perron_floor_save (folder, &floor, error) &&
         perron_disk_rename (folder, INCOMING, slot, error) && perron_disk_point (folder, "current", slot, error);
}

static gboolean
install (const PerronContentOptions *options, int fd, PerronJudgement *judgement, GError **error)
{
  perron_autofd folder = perron_slot_open_role (options->folder, judgement->manifest->role, TRUE, error);
  perron_autofd lock = folder >= 0 ? lock_role (folder, error) : -1;
  g_autoptr (GError) cause = NULL;

  /* Judged under the lock: nobody else can raise the floor meanwhile. */
  if (lock < 0 || !perron_judge_welcome (options, judgement, error) || !check_room (folder, judgement->manifest->total, error))
    return FALSE;
  if (unpack (folder, fd, judgement, &cause) && put_in_place (folder, judgement, &cause))
    return TRUE;
  (void) !perron_disk_remove (folder, INCOMING, NULL);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

gboolean
perron_content_install (const PerronContentOptions *options, int fd, PerronPackAbout *ret_about, GError **error)
{
  g_auto (PerronJudgement) judgement = { 0 };
  g_autoptr (GBytes) head = perron_pack_read_head (fd, error);
  PerronPackAbout about;

  if (head == NULL || !perron_judge_genuine (options, head, &judgement, &about, error) || !install (options, fd, &judgement, error))
    return FALSE;
  *ret_about = about;
  return TRUE;
}

/* --- back ------------------------------------------------------------------------------------------------------------------- */

static gboolean
withdraw (int folder, PerronContentRole role, guint current, const PerronTrust *trust, GError **error)
{
  PerronFloor floor;
  g_autoptr (PerronManifest) left = perron_slot_verify (folder, current, role, &trust->anchor, FALSE, NULL);

  perron_floor_load (folder, role, &trust->anchor, &floor);
  if (left != NULL && left->version < floor.version)
    return TRUE; /* what is newer was left before */
  floor.withdrawn = TRUE;
  return perron_floor_save (folder, &floor, error);
}

gboolean
perron_content_roll_back (const PerronContentOptions *options, PerronContentRole role, gint64 *ret_version, GError **error)
{
  g_auto (PerronTrust) trust = { 0 };
  perron_autofd folder = perron_slot_open_role (options->folder, role, FALSE, NULL);
  gint current = folder >= 0 ? perron_slot_get_current (folder) : -1;

  if (current < 0) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_NONE, "no pack of \"%s\" is installed", perron_content_role_word (role));
    return FALSE;
  }
  perron_autofd lock = lock_role (folder, error);
  if (lock < 0 || !perron_trust_load (options, &trust, error))
    return FALSE;
  guint other = 1 - (guint) current;
  PerronFloor floor;
  g_autoptr (PerronManifest) before = perron_slot_verify (folder, other, role, &trust.anchor, TRUE, error);
  if (before == NULL)
    return FALSE;
  perron_floor_load (folder, role, &trust.anchor, &floor);
  if (perron_floor_forbids (&floor, before)) {
    g_set_error_literal (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_NONE, "the other pack was withdrawn itself");
    return FALSE;
  }
  if (!withdraw (folder, role, (guint) current, &trust, error) ||
      !perron_disk_point (folder, "current", perron_slot_names[other], error))
    return FALSE;
  *ret_version = before->version;
  return TRUE;
}

char *
perron_content_dup_download (const PerronContentOptions *options, PerronContentRole role, GError **error)
{
  perron_autofd folder = perron_slot_open_role (options->folder, role, TRUE, error);
  return folder >= 0 ? g_build_filename (options->folder, perron_content_role_word (role), "download", NULL) : NULL;
}
