/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include "sync/content/content.h"

G_BEGIN_DECLS

/*
 * Files and folders that survive a power cut. Everything is relative to an open folder and follows no link; every error is DISK and names
 * the file. Private to sync/content (and to perron-pack).
 */
static inline void
perron_fd_clear (int *fd)
{
  if (*fd >= 0)
    close (*fd);
}
#define perron_autofd __attribute__ ((cleanup (perron_fd_clear))) int

/* A regular file of at most `max` bytes. Transfer full. */
GBytes *perron_disk_read (int folder, const char *path, gsize max, GError **error) G_GNUC_WARN_UNUSED_RESULT;

int perron_disk_open_file (int folder, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
int perron_disk_open_folder (int folder, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Creates it when it is not there. */
int perron_disk_make_folder (int folder, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean perron_disk_write (int fd, const char *name, const void *data, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_disk_sync (int fd, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A new file, flushed; its name is durable once the folder is. */
gboolean perron_disk_create (int folder, const char *name, const void *data, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Flushed under another name, then renamed, then the folder flushed: the old bytes or the new ones. */
gboolean perron_disk_replace (int folder, const char *name, const void *data, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a symbolic link. */
gboolean perron_disk_point (int folder, const char *name, const char *target, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A rename within the folder, and the folder flushed. */
gboolean perron_disk_rename (int folder, const char *from, const char *to, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A file or a folder with all in it; one that is not there is gone already. Not flushed. */
gboolean perron_disk_remove (int folder, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Number of regular files below `folder`; anything that is neither file nor folder, or lies too deep, is an error. */
gboolean perron_disk_count (int folder, guint *ret_count, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
