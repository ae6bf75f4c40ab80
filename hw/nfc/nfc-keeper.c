/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hw/nfc/nfc-frame.h"
#include "kiosk/core/log.h"

#define PAUSE_MIN_MS 200
#define PAUSE_MAX_MS 10000
#define KNOCK_MS 500 /* between two tries to reach the terminal */
#define STEADY_US (10 * G_USEC_PER_SEC) /* a worker that lived so long earns a quick restart */

typedef struct {
  const PerronNfcSetup *setup;
  int terminal; /* -1: not connected */
  int tty;
  int worker_fd;
  pid_t worker;
  gint64 born_us;
  gint64 heard_us;
  PerronNfcBeat *beat; /* shared with the worker: each of its beats on the socket would wake us */
  gint64 start_us; /* not before */
  guint pause_ms;
  sigset_t open_mask; /* with which the keeper waits: only then may a signal end it */
  gboolean ready;   /* what the terminal was told last */
  gboolean present;
  guint8 buffer[256];
  gsize used;
} Keeper;

static volatile sig_atomic_t asked_to_end;

static void
on_signal (int number)
{
  asked_to_end = 1;
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static void
pause_longer (Keeper *keeper)
{
  keeper->start_us = g_get_monotonic_time () + (gint64) keeper->pause_ms * 1000;
  keeper->pause_ms = MIN (keeper->pause_ms * 2, PAUSE_MAX_MS);
}

/* A terminal that does not read is let go: its socket holds thousands of these frames. */
static void
tell (Keeper *keeper, const PerronNfcFrame *frame)
{
  guint8 bytes[PERRON_NFC_FRAME_MAX];
  gsize length = perron_nfc_frame_encode (frame, bytes);
  if (keeper->terminal >= 0 && send (keeper->terminal, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (gssize) length)
    close_fd (&keeper->terminal);
}

/* What was there is gone, and the reader too, as far as the terminal can know. */
static void
tell_away (Keeper *keeper)
{
  if (keeper->present)
    tell (keeper, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_GONE });
  if (keeper->ready) {
    perron_log (PERRON_LOG_NFC_READER_LOST);
    tell (keeper, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_STATE, .ready = FALSE });
  }
  keeper->present = keeper->ready = FALSE;
}

/* TIOCEXCL outlives a killed worker as long as anybody has the line open: we have. */
static void
stop_worker (Keeper *keeper)
{
  int status = 0;
  if (keeper->worker <= 0)
    return;
  kill (keeper->worker, SIGKILL);
  while (waitpid (keeper->worker, &status, 0) < 0 && errno == EINTR)
    ;
  keeper->worker = 0;
  close_fd (&keeper->worker_fd);
  (void) ioctl (keeper->tty, TIOCNXCL);
  close_fd (&keeper->tty);
  keeper->used = 0;
  if (g_get_monotonic_time () - keeper->born_us > STEADY_US)
    keeper->pause_ms = PAUSE_MIN_MS;
  pause_longer (keeper);
  if (keeper->ready)
    perron_log_count (PERRON_LOG_NFC_WORKER_ENDED, WIFSIGNALED (status) ? WTERMSIG (status) : -WEXITSTATUS (status));
  tell_away (keeper);
}

/* libnfc's own claim on the line is void (facts/hardware.md 2.2), so the lock is ours and stays while workers come and go. */
static gboolean
open_tty (Keeper *keeper)
{
  keeper->tty = open (keeper->setup->device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (keeper->tty < 0)
    return FALSE;
  if (isatty (keeper->tty) && flock (keeper->tty, LOCK_EX | LOCK_NB) == 0) {
    (void) ioctl (keeper->tty, TIOCNXCL);
    return TRUE;
  }
  close_fd (&keeper->tty);
  return FALSE;
}

static void
live_as_worker (Keeper *keeper, int parent)
{
  g_autoptr (GError) error = NULL;
  close_fd (&keeper->terminal);
  signal (SIGTERM, SIG_DFL);
  signal (SIGINT, SIG_DFL);
  sigprocmask (SIG_SETMASK, &keeper->open_mask, NULL);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (!perron_nfc_confine (FALSE, &error))
    _exit (PERRON_NFC_EXIT_NO_CHIP);
  _exit (perron_nfc_worker_run (keeper->setup, parent, keeper->tty, keeper->beat));
}

static void
start_worker (Keeper *keeper)
{
  int pair[2];
  if (!open_tty (keeper))
    return pause_longer (keeper);
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    close_fd (&keeper->tty);
    return pause_longer (keeper);
  }
  pid_t pid = fork (); /* one thread here: the child may go on without exec, which is shut */
  if (pid == 0) {
    close (pair[0]);
    live_as_worker (keeper, pair[1]);
  }
  close (pair[1]);
  if (pid < 0) {
    close (pair[0]);
    close_fd (&keeper->tty);
    return pause_longer (keeper);
  }
  keeper->worker = pid;
  keeper->worker_fd = pair[0];
  keeper->born_us = keeper->heard_us = g_get_monotonic_time ();
}

/* Every frame is decoded and written anew: no byte of the worker's own reaches the terminal. */
static void
pass_on (Keeper *keeper, const PerronNfcFrame *frame)
{
  if (frame->type == PERRON_NFC_FRAME_STATE && frame->ready && !keeper->ready)
    perron_log (PERRON_LOG_NFC_READER_FOUND);
  if (frame->type == PERRON_NFC_FRAME_STATE)
    keeper->ready = frame->ready;
  else
    keeper->present = frame->type == PERRON_NFC_FRAME_TAP;
  tell (keeper, frame);
}

/* FALSE: the worker ended, or is to be ended. */
static gboolean
hear_worker (Keeper *keeper)
{
  gssize count = recv (keeper->worker_fd, keeper->buffer + keeper->used, sizeof keeper->buffer - keeper->used, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return TRUE;
  if (count <= 0)
    return FALSE;
  keeper->used += (gsize) count;
  keeper->heard_us = g_get_monotonic_time ();
  for (;;) {
    PerronNfcFrame frame;
    gssize taken = perron_nfc_frame_decode (keeper->buffer, keeper->used, &frame);
    if (taken <= 0)
      return taken == 0;
    keeper->used -= (gsize) taken;
    memmove (keeper->buffer, keeper->buffer + taken, keeper->used);
    pass_on (keeper, &frame);
  }
}

static void
reach_terminal (Keeper *keeper)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_strlcpy (address.sun_path, keeper->setup->socket, sizeof address.sun_path);
  keeper->terminal = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (keeper->terminal >= 0 && connect (keeper->terminal, (struct sockaddr *) &address, sizeof address) == 0) {
    keeper->start_us = 0;
    tell (keeper, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_STATE, .ready = FALSE });
    return;
  }
  close_fd (&keeper->terminal);
  keeper->start_us = g_get_monotonic_time () + KNOCK_MS * 1000;
}

/* Frames are signs of life too. A beat from the future is none. */
static void
feel_beat (Keeper *keeper)
{
  gint64 beat_us = keeper->beat->us;
  if (keeper->worker > 0 && beat_us > keeper->heard_us && beat_us <= g_get_monotonic_time ())
    keeper->heard_us = beat_us;
}

/* Until the next thing that only time brings: a start, or the end of patience. */
static int
wait_ms (const Keeper *keeper)
{
  gint64 due = keeper->worker > 0 ? keeper->heard_us + (gint64) keeper->setup->patience_ms * 1000 : keeper->start_us;
  gint64 left = due - g_get_monotonic_time ();
  return left <= 0 ? 0 : (int) MIN ((left + 999) / 1000, G_MAXINT);
}

static void
step (Keeper *keeper)
{
  gint64 now = g_get_monotonic_time ();
  if (keeper->worker == 0 && now >= keeper->start_us) {
    if (keeper->terminal < 0)
      reach_terminal (keeper);
    else
      start_worker (keeper);
  }
  struct pollfd fds[] = { { .fd = keeper->terminal, .events = POLLIN }, { .fd = keeper->worker_fd, .events = POLLIN } };
  int left_ms = wait_ms (keeper);
  const struct timespec left = { left_ms / 1000, left_ms % 1000 * 1000000L };
  if (ppoll (fds, G_N_ELEMENTS (fds), &left, &keeper->open_mask) < 0)
    return;
  if (keeper->terminal >= 0 && fds[0].revents != 0) /* it never speaks: it hung up */
    close_fd (&keeper->terminal);
  gboolean lives = fds[1].revents == 0 || hear_worker (keeper);
  feel_beat (keeper);
  gboolean hangs = g_get_monotonic_time () - keeper->heard_us >= (gint64) keeper->setup->patience_ms * 1000;
  if (keeper->worker > 0 && (!lives || hangs || keeper->terminal < 0))
    stop_worker (keeper);
}

int
perron_nfc_keeper_run (const PerronNfcSetup *setup)
{
  Keeper keeper = { .setup = setup, .terminal = -1, .tty = -1, .worker_fd = -1, .pause_ms = PAUSE_MIN_MS };
  const struct sigaction action = { .sa_handler = on_signal };
  void *shared = mmap (NULL, sizeof (PerronNfcBeat), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  sigset_t shut;
  if (shared == MAP_FAILED)
    return 1;
  keeper.beat = shared;
  sigemptyset (&shut);
  sigaddset (&shut, SIGTERM);
  sigaddset (&shut, SIGINT);
  sigprocmask (SIG_BLOCK, &shut, &keeper.open_mask);
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGINT, &action, NULL);
  while (!asked_to_end)
    step (&keeper);
  stop_worker (&keeper); /* gives the line back too: a pseudo-terminal that others hold would stay shut */
  close_fd (&keeper.terminal);
  return 0;
}
