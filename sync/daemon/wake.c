/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/daemon/wake.h"

#include <errno.h>
#include <gio/gio.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct PerronWake {
  char *name; /* of the database in its folder */
  int watch;
  int timer;
};

static int stop_fd = -1;
static volatile sig_atomic_t stopping;

static void
on_stop_signal (int number G_GNUC_UNUSED)
{
  const guint64 one = 1;
  int kept = errno;
  stopping = 1;
  if (write (stop_fd, &one, sizeof one) < 0)
    stopping = 1; /* the counter is full: it is readable all the same */
  errno = kept;
}

static void
catch_signals (void)
{
  struct sigaction action = { .sa_handler = on_stop_signal };
  sigemptyset (&action.sa_mask);
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGINT, &action, NULL);
  signal (SIGPIPE, SIG_IGN);
}

PerronWake *
perron_wake_new (const char *database, GError **error)
{
  g_autoptr (PerronWake) wake = g_new0 (PerronWake, 1);
  g_autofree char *folder = g_path_get_dirname (database);

  wake->name = g_path_get_basename (database);
  wake->timer = timerfd_create (CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  stop_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  wake->watch = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (wake->timer < 0 || stop_fd < 0) {
    int code = errno;
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "timer: %s", g_strerror (code));
    return NULL;
  }
  if (wake->watch >= 0 && inotify_add_watch (wake->watch, folder, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0) {
    close (wake->watch);
    wake->watch = -1;
  }
  catch_signals ();
  return g_steal_pointer (&wake);
}

void
perron_wake_free (PerronWake *wake)
{
  if (wake == NULL)
    return;
  if (wake->watch >= 0)
    close (wake->watch);
  if (wake->timer >= 0)
    close (wake->timer);
  g_free (wake->name);
  g_free (wake);
}

gboolean
perron_wake_is_stopping (gpointer wake G_GNUC_UNUSED)
{
  return stopping != 0;
}

/* Reads what has come; TRUE when it was about the database or its log (or too much came to know). */
static gboolean
take_events (PerronWake *wake)
{
  _Alignas (struct inotify_event) char buffer[4096];
  gboolean ours = FALSE;
  gssize len;

  while ((len = read (wake->watch, buffer, sizeof buffer)) > 0) {
    for (gssize at = 0; at < len;) {
      const struct inotify_event *event = (const struct inotify_event *) (buffer + at);
      const char *rest = event->len > 0 && g_str_has_prefix (event->name, wake->name) ? event->name + strlen (wake->name) : NULL;
      if ((event->mask & IN_Q_OVERFLOW) != 0 || (rest != NULL && (*rest == '\0' || strcmp (rest, "-wal") == 0)))
        ours = TRUE;
      at += (gssize) (sizeof *event + event->len);
    }
  }
  return ours;
}

gboolean
perron_wake_hears (const PerronWake *wake)
{
  return wake->watch >= 0;
}

gboolean
perron_wake_forget (PerronWake *wake)
{
  return wake->watch >= 0 && take_events (wake);
}

static void
arm (PerronWake *wake, gint64 until_boot_ms)
{
  /* Zero would disarm; what has passed already fires at once. */
  gint64 at = MAX (until_boot_ms, 1);
  struct itimerspec when = { .it_value = { at / 1000, at % 1000 * 1000000 } };
  timerfd_settime (wake->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

PerronWakeReason
perron_wake_wait (PerronWake *wake, gint64 until_boot_ms)
{
  struct pollfd fds[] = { { stop_fd, POLLIN, 0 }, { wake->timer, POLLIN, 0 }, { wake->watch, POLLIN, 0 } };

  arm (wake, until_boot_ms);
  while (stopping == 0) {
    if (poll (fds, G_N_ELEMENTS (fds), -1) < 0)
      continue;
    if ((fds[2].revents & POLLIN) != 0 && take_events (wake))
      return PERRON_WAKE_TOUCHED;
    if ((fds[1].revents & POLLIN) != 0) {
      guint64 count;
      if (read (wake->timer, &count, sizeof count) == sizeof count)
        return PERRON_WAKE_TIME;
    }
  }
  return PERRON_WAKE_STOP;
}
