/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-watch.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kiosk/core/log.h"

struct PerronNfcWatch {
  PerronNfcCallback callback;
  gpointer data;
  char *path;
  int listener;
  GMainContext *context; /* the one that was the thread's default */
  GSource *listener_source;
  uid_t helper;
  int fd; /* -1: perron-nfc is not there */
  GSource *source;
  guint8 buffer[256];
  gsize used;
  gint64 second; /* of the last frame */
  guint frames;  /* in that second */
  gboolean ready;
  gboolean present;
};

static void
tell (PerronNfcWatch *watch, PerronNfcEvent event, const PerronNfcFrame *frame)
{
  const PerronNfcNews news = { .event = event,
                               .kind = frame != NULL ? frame->kind : PERRON_NFC_UNKNOWN,
                               .badge = frame != NULL && frame->has_hash ? frame->hash : NULL };
  watch->callback (&news, watch->data);
}

static void
set_gone (PerronNfcWatch *watch)
{
  if (!watch->present)
    return;
  watch->present = FALSE;
  tell (watch, PERRON_NFC_EVENT_GONE, NULL);
}

static void
set_ready (PerronNfcWatch *watch, gboolean ready)
{
  if (!ready)
    set_gone (watch);
  if (watch->ready == ready)
    return;
  watch->ready = ready;
  tell (watch, PERRON_NFC_EVENT_READER, NULL);
}

static void
drop (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
watch_fd (PerronNfcWatch *watch, int fd, GIOCondition condition, GUnixFDSourceFunc callback)
{
  GSource *source = g_unix_fd_source_new (fd, condition);
  g_source_set_callback (source, G_SOURCE_FUNC (callback), watch, NULL);
  g_source_attach (source, watch->context);
  return source;
}

/* The caller's source ends by its own answer. */
static void
let_go (PerronNfcWatch *watch)
{
  close (watch->fd);
  watch->fd = -1;
  drop (&watch->source);
  explicit_bzero (watch->buffer, sizeof watch->buffer);
  watch->used = 0;
  set_ready (watch, FALSE);
}

/* A tap needs a reader, a departure needs a tap. */
static gboolean
take (PerronNfcWatch *watch, const PerronNfcFrame *frame)
{
  gint64 second = g_get_monotonic_time () / G_USEC_PER_SEC;
  watch->frames = second == watch->second ? watch->frames + 1 : 1;
  watch->second = second;
  if (watch->frames > PERRON_NFC_FRAMES_MAX)
    return FALSE;
  if (frame->type == PERRON_NFC_FRAME_STATE) {
    set_ready (watch, frame->ready);
  } else if (frame->type == PERRON_NFC_FRAME_TAP) {
    if (!watch->ready || watch->present)
      return FALSE;
    watch->present = TRUE;
    tell (watch, PERRON_NFC_EVENT_TAP, frame);
  } else if (frame->type == PERRON_NFC_FRAME_GONE) {
    if (!watch->present)
      return FALSE;
    set_gone (watch);
  }
  return TRUE;
}

static gboolean
take_all (PerronNfcWatch *watch)
{
  for (;;) {
    PerronNfcFrame frame = { 0 };
    gssize taken = perron_nfc_frame_decode (watch->buffer, watch->used, &frame);
    if (taken <= 0)
      return taken == 0;
    watch->used -= (gsize) taken;
    memmove (watch->buffer, watch->buffer + taken, watch->used);
    gboolean good = take (watch, &frame);
    explicit_bzero (&frame, sizeof frame);
    if (!good)
      return FALSE;
  }
}

static gboolean
on_frames (gint fd, GIOCondition condition, gpointer data)
{
  PerronNfcWatch *watch = data;
  gssize count = recv (fd, watch->buffer + watch->used, sizeof watch->buffer - watch->used, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  watch->used += count > 0 ? (gsize) count : 0;
  gboolean good = count <= 0 || take_all (watch);
  if (!good)
    perron_log (PERRON_LOG_NFC_REFUSED);
  if (count > 0 && good)
    return G_SOURCE_CONTINUE;
  let_go (watch);
  return G_SOURCE_REMOVE;
}

static gboolean
is_ours (const PerronNfcWatch *watch, int fd)
{
  struct ucred who;
  socklen_t size = sizeof who;
  return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && (who.uid == getuid () || who.uid == watch->helper);
}

static gboolean
on_connection (gint listener, GIOCondition condition, gpointer data)
{
  PerronNfcWatch *watch = data;
  int fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0)
    return G_SOURCE_CONTINUE;
  gboolean ours = is_ours (watch, fd);
  if (!ours)
    perron_log (PERRON_LOG_NFC_REFUSED);
  if (!ours || watch->fd >= 0) {
    close (fd);
    return G_SOURCE_CONTINUE;
  }
  watch->fd = fd;
  watch->source = watch_fd (watch, fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_frames);
  return G_SOURCE_CONTINUE;
}

static gboolean
refuse (const char *what, int code, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what, g_strerror (code));
  return FALSE;
}

/* What a dead terminal left is replaced; who is there is not pushed aside. */
static gboolean
check_free (const char *path, const struct sockaddr_un *address, GError **error)
{
  struct stat before;
  if (lstat (path, &before) != 0)
    return TRUE;
  if (!S_ISSOCK (before.st_mode))
    return refuse (path, EEXIST, error);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  gboolean alive = fd >= 0 && (connect (fd, (const struct sockaddr *) address, sizeof *address) == 0 || errno == EAGAIN);
  if (fd >= 0)
    close (fd);
  if (alive)
    return refuse (path, EADDRINUSE, error);
  return g_unlink (path) == 0 || refuse (path, errno, error);
}

/* A helper of another user must be able to knock; who knocks is asked of the kernel, so the mode of the socket guards nothing then. */
static gboolean
open_listener (PerronNfcWatch *watch, gboolean other_user, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (g_strlcpy (address.sun_path, watch->path, sizeof address.sun_path) >= sizeof address.sun_path)
    return refuse (watch->path, ENAMETOOLONG, error);
  if (!check_free (watch->path, &address, error))
    return FALSE;
  watch->listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (watch->listener < 0)
    return refuse (watch->path, errno, error);
  mode_t mask = umask (other_user ? 0111 : 0177);
  int failed = bind (watch->listener, (struct sockaddr *) &address, sizeof address);
  int code = errno;
  umask (mask);
  if (failed != 0)
    return refuse (watch->path, code, error);
  if (listen (watch->listener, 4) != 0)
    return refuse (watch->path, errno, error);
  watch->listener_source = watch_fd (watch, watch->listener, G_IO_IN, on_connection);
  return TRUE;
}

PerronNfcWatch *
perron_nfc_watch_new (const PerronConfig *config, PerronNfcCallback callback, gpointer data, GError **error)
{
  const char *user = perron_config_get (config, PERRON_CONFIG_NFC_USER);
  const char *path = perron_config_require (config, PERRON_CONFIG_NFC_SOCKET, error);
  if (path == NULL)
    return NULL;
  g_autoptr (PerronNfcWatch) watch = g_new0 (PerronNfcWatch, 1);
  watch->callback = callback;
  watch->data = data;
  watch->fd = watch->listener = -1;
  watch->context = g_main_context_ref_thread_default ();
  watch->helper = getuid ();
  gboolean other = user != NULL && *user != '\0';
  if (other) {
    const struct passwd *entry = getpwnam (user);
    if (entry == NULL) {
      g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_VALUE, "[nfc] user: %s: no such user", user);
      return NULL;
    }
    watch->helper = entry->pw_uid;
  }
  watch->path = g_strdup (path);
  return open_listener (watch, other, error) ? g_steal_pointer (&watch) : NULL;
}

void
perron_nfc_watch_free (PerronNfcWatch *watch)
{
  if (watch == NULL)
    return;
  drop (&watch->source);
  if (watch->listener_source != NULL)
    g_unlink (watch->path);
  drop (&watch->listener_source);
  if (watch->fd >= 0)
    close (watch->fd);
  if (watch->listener >= 0)
    close (watch->listener);
  explicit_bzero (watch->buffer, sizeof watch->buffer);
  g_main_context_unref (watch->context);
  g_free (watch->path);
  g_free (watch);
}

gboolean
perron_nfc_watch_is_ready (const PerronNfcWatch *watch)
{
  return watch->ready;
}
