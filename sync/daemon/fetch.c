/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/daemon/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/core/log.h"

#define HEAD_MAX (512 * 1024)
#define ETAG_MAX 128

typedef struct {
  const PerronFetch *fetch;
  PerronContentRole role;
  char *path;      /* of the download; ".etag" beside it says of which file it is a part */
  char *etag_path;
  char *seen_path; /* ETag of the file that was judged last: not fetched again */
  int fd;
  gint64 size;     /* of the download so far */
  GByteArray *head;
  gboolean judged;
  PerronPackAbout about;
  gboolean yielded;
  GError *fault;   /* why it was broken off here; then the channel is not to blame */
} Download;

static void
download_clear (Download *download)
{
  if (download->fd >= 0)
    close (download->fd);
  g_clear_pointer (&download->head, g_byte_array_unref);
  g_clear_error (&download->fault);
  g_free (download->path);
  g_free (download->etag_path);
  g_free (download->seen_path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Download, download_clear)

/* --- small files ------------------------------------------------------------------------------------------------------------ */

static gboolean
is_etag (const char *text)
{
  gsize len = strlen (text);
  if (len < 2 || len > ETAG_MAX || text[0] != '"' || text[len - 1] != '"')
    return FALSE;
  for (gsize i = 0; i < len; i++) {
    if (!g_ascii_isgraph (text[i]))
      return FALSE;
  }
  return TRUE;
}

static char *
read_etag (const char *path)
{
  g_autofree char *text = NULL;
  gsize len;
  if (g_file_get_contents (path, &text, &len, NULL) && len <= ETAG_MAX && is_etag (text))
    return g_steal_pointer (&text);
  return NULL;
}

/* Lost or torn, it costs a fetch from the beginning and nothing else: what counts is inside the pack. */
static void
write_etag (const char *path, const char *etag)
{
  if (etag == NULL || !is_etag (etag))
    g_unlink (path);
  else
    (void) g_file_set_contents_full (path, etag, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL);
}

static void
forget (Download *download)
{
  g_unlink (download->path);
  g_unlink (download->etag_path);
}

/* --- bytes as they come ----------------------------------------------------------------------------------------------------- */

static gboolean
refuse (Download *download, PerronContentError code, const char *why)
{
  if (download->fault == NULL)
    g_set_error_literal (&download->fault, PERRON_CONTENT_ERROR, (gint) code, why);
  return FALSE;
}

/* Judged once, as soon as it is whole: from then on the exact length of the pack is known and signed. */
static gboolean
judge (Download *download, const guint8 *bytes, gsize len)
{
  gboolean needs_more;

  if (!download->judged) {
    g_byte_array_append (download->head, bytes, (guint) MIN (len, (gsize) HEAD_MAX + 1 - MIN (download->head->len, HEAD_MAX)));
    if (!perron_pack_judge_head (&download->fetch->options, download->role, download->head->data, download->head->len, &needs_more,
                                 &download->about, &download->fault))
      return needs_more;
    download->judged = TRUE;
    g_byte_array_set_size (download->head, 0);
    if (download->about.pack_bytes > download->fetch->max_bytes)
      return refuse (download, PERRON_CONTENT_ERROR_LIMIT, "larger than [content] max_kib");
  }
  return download->size + (gint64) len <= download->about.pack_bytes ||
         refuse (download, PERRON_CONTENT_ERROR_FORMAT, "longer than its signed length");
}

static gboolean
start_over (Download *download, const char *etag)
{
  download->size = 0;
  download->judged = FALSE;
  g_byte_array_set_size (download->head, 0);
  if (ftruncate (download->fd, 0) != 0)
    return refuse (download, PERRON_CONTENT_ERROR_DISK, g_strerror (errno));
  write_etag (download->etag_path, etag);
  return TRUE;
}

static gboolean
keep (Download *download, const guint8 *bytes, gsize len)
{
  while (len > 0) {
    gssize written = pwrite (download->fd, bytes, len, (off_t) download->size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return refuse (download, PERRON_CONTENT_ERROR_DISK, g_strerror (errno));
    download->size += written;
    bytes += written;
    len -= (gsize) written;
  }
  return TRUE;
}

static gboolean
on_piece (gpointer data, guint status, const char *etag, gint64 offset, const guint8 *bytes, gsize len)
{
  Download *download = data;

  if (offset == 0 && !start_over (download, etag))
    return FALSE;
  if (offset != download->size)
    return refuse (download, PERRON_CONTENT_ERROR_FORMAT, "the answer does not go on where it should");
  if (!judge (download, bytes, len) || !keep (download, bytes, len))
    return FALSE;
  download->yielded = download->fetch->must_yield != NULL && download->fetch->must_yield (download->fetch->data);
  return !download->yielded;
}

/* --- one pack --------------------------------------------------------------------------------------------------------------- */

/* What an earlier try left: its head is judged again, since what is in use may have changed. */
static gboolean
open_download (Download *download, GError **error)
{
  struct stat about;
  download->path = perron_content_dup_download (&download->fetch->options, download->role, error);
  if (download->path == NULL)
    return FALSE;
  download->etag_path = g_strconcat (download->path, ".etag", NULL);
  download->seen_path = g_strconcat (download->path, ".seen", NULL);
  download->head = g_byte_array_new ();
  download->fd = open (download->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (download->fd < 0 || fstat (download->fd, &about) != 0) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_DISK, "%s: %s", download->path, g_strerror (errno));
    return FALSE;
  }
  g_autofree guint8 *bytes = g_malloc (HEAD_MAX);
  gssize got = pread (download->fd, bytes, HEAD_MAX, 0);
  if (got > 0 && !judge (download, bytes, (gsize) got)) {
    g_clear_error (&download->fault);
    return start_over (download, NULL) || (g_propagate_error (error, g_steal_pointer (&download->fault)), FALSE);
  }
  download->size = about.st_size;
  return TRUE;
}

static gboolean
is_complete (const Download *download)
{
  return download->judged && download->size == download->about.pack_bytes;
}

/* Refusals that time or this machine may lift are tried again; the others only when the file is another one. */
static gboolean
is_final (const GError *fault)
{
  return fault->domain == PERRON_CONTENT_ERROR && fault->code != PERRON_CONTENT_ERROR_DISK && fault->code != PERRON_CONTENT_ERROR_EXPIRED &&
         fault->code != PERRON_CONTENT_ERROR_ROOT;
}

static PerronFetchResult
finish_refused (Download *download, const GError *fault)
{
  g_autofree char *etag = read_etag (download->etag_path);
  if (is_final (fault))
    write_etag (download->seen_path, etag);
  if (!g_error_matches (fault, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_DISK))
    forget (download);
  if (g_error_matches (fault, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_HERE))
    return PERRON_FETCH_NOTHING;
  perron_log_error (PERRON_LOG_CONTENT_REFUSED, fault);
  return PERRON_FETCH_REFUSED;
}

static PerronFetchResult
finish_complete (Download *download)
{
  g_autoptr (GError) fault = NULL;
  g_autofree char *etag = read_etag (download->etag_path);
  PerronPackAbout about;

  if (!perron_content_install (&download->fetch->options, download->fd, &about, &fault))
    return finish_refused (download, fault);
  write_etag (download->seen_path, etag);
  forget (download);
  perron_log_count (PERRON_LOG_CONTENT_INSTALLED, about.version);
  return PERRON_FETCH_INSTALLED;
}

static PerronFetchResult
finish_failed (Download *download, const GError *fault)
{
  if (download->yielded && download->fault == NULL)
    return PERRON_FETCH_YIELDED;
  if (download->fault != NULL)
    return finish_refused (download, download->fault);
  if (!g_error_matches (fault, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_CANCELLED))
    perron_log_error (PERRON_LOG_CONTENT_UNFETCHED, fault);
  return PERRON_FETCH_FAILED;
}

static PerronFetchResult
read_status (Download *download, const PerronHttpAnswer *answer)
{
  g_autoptr (GError) fault = NULL;
  if (answer->status == 304 || answer->status == 404) /* nothing newer; nothing for this role */
    return PERRON_FETCH_NOTHING;
  if (answer->status == 200 || answer->status == 206) {
    (void) !refuse (download, PERRON_CONTENT_ERROR_FORMAT, "shorter than its signed length");
    return finish_refused (download, download->fault);
  }
  if (answer->status == 416) /* what we have is longer than the file: another file */
    forget (download);
  if (!perron_http_answer_check (answer, FALSE, &fault))
    perron_log_error (PERRON_LOG_CONTENT_UNFETCHED, fault);
  return PERRON_FETCH_FAILED;
}

static PerronFetchResult
run (Download *download)
{
  g_autoptr (GError) fault = NULL;
  g_auto (PerronHttpAnswer) answer = { 0 };
  g_auto (PerronContentInUse) in_use = { 0 };
  g_autofree char *part_of = read_etag (download->etag_path);
  g_autofree char *seen = read_etag (download->seen_path);
  g_autofree char *path = g_strdup_printf ("/content/%s.pack", perron_content_role_word (download->role));
  PerronHttpFetch request = { .take = on_piece, .data = download };

  perron_content_look (&download->fetch->options, download->role, TRUE, &in_use);
  if (part_of != NULL && download->size > 0) {
    request.from = download->size;
    request.etag = part_of;
  } else if (in_use.fault == NULL) {
    request.etag = seen;
  }
  if (is_complete (download))
    return finish_complete (download);
  gboolean answered = perron_http_fetch (download->fetch->http, path, &request, &answer, &fault);
  if (!answered)
    return finish_failed (download, fault);
  return is_complete (download) ? finish_complete (download) : read_status (download, &answer);
}

PerronFetchResult
perron_fetch_role (const PerronFetch *fetch, PerronContentRole role)
{
  g_auto (Download) download = { .fetch = fetch, .role = role, .fd = -1 };
  g_autoptr (GError) fault = NULL;

  if (open_download (&download, &fault))
    return run (&download);
  perron_log_error (PERRON_LOG_CONTENT_REFUSED, fault);
  return PERRON_FETCH_REFUSED;
}
