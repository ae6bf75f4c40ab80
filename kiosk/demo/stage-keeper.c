/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/demo/stage-keeper.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/demo/stage-world.h"

/* Time given to a process to end by itself (Xvfb removes its lock file, parec closes its WAV). */
#define GENTLE_MS 2000

/* One message: the group, negative to forget it. Smaller than PIPE_BUF, so it is never cut. */
typedef gint64 KeeperMessage;

static void
end_group (pid_t group)
{
  int leader = pidfd_open (group, 0);
  kill (-group, SIGTERM);
  if (leader >= 0) {
    struct pollfd ended = { .fd = leader, .events = POLLIN };
    poll (&ended, 1, GENTLE_MS);
    close (leader);
  }
  kill (-group, SIGKILL); /* the group lives on while a grandchild does */
}

static void
remove_scratch (const char *scratch)
{
  g_autoptr (GDir) dir = g_dir_open (scratch, 0, NULL);
  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir)) {
    g_autofree char *path = g_build_filename (scratch, name, NULL);
    g_remove (path);
  }
  g_rmdir (scratch);
}

static void
keep (int pipe, const char *scratch)
{
  g_autoptr (GArray) groups = g_array_new (FALSE, FALSE, sizeof (pid_t));
  KeeperMessage message;

  while (read (pipe, &message, sizeof message) == sizeof message) {
    pid_t group = (pid_t) ABS (message);
    for (guint i = 0; message < 0 && i < groups->len; i++) {
      if (g_array_index (groups, pid_t, i) == group)
        g_array_remove_index (groups, i--);
    }
    if (message > 0)
      g_array_append_val (groups, group);
  }
  for (guint i = groups->len; i > 0; i--) /* the last started is the first to end */
    end_group (g_array_index (groups, pid_t, i - 1));
  if (scratch != NULL)
    remove_scratch (scratch);
}

gboolean
perron_keeper_start (PerronKeeper *keeper, const char *scratch, GError **error)
{
  int ends[2];
  if (pipe2 (ends, O_CLOEXEC) != 0 || (keeper->pid = fork ()) < 0) {
    g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_PROGRAM, "cannot start the keeper: %s", g_strerror (errno));
    return FALSE;
  }
  if (keeper->pid == 0) {
    /* Own session: neither Ctrl-C nor the end of the terminal reaches it. No standard output: who reads it must see its end. */
    int nowhere = open ("/dev/null", O_RDWR);
    setsid ();
    signal (SIGHUP, SIG_IGN);
    signal (SIGPIPE, SIG_IGN);
    for (int fd = 0; fd < 3; fd++)
      dup2 (nowhere, fd);
    close (ends[1]);
    keep (ends[0], scratch);
    _exit (0);
  }
  close (ends[0]);
  keeper->pipe = ends[1];
  return TRUE;
}

static void
tell (const PerronKeeper *keeper, KeeperMessage message)
{
  if (write (keeper->pipe, &message, sizeof message) != sizeof message)
    g_warning ("the keeper of the processes is gone: what is running may stay");
}

void
perron_keeper_add (const PerronKeeper *keeper, pid_t group)
{
  tell (keeper, group);
}

void
perron_keeper_remove (const PerronKeeper *keeper, pid_t group)
{
  tell (keeper, -(KeeperMessage) group);
}

void
perron_keeper_finish (PerronKeeper *keeper)
{
  if (keeper->pid <= 0)
    return;
  close (keeper->pipe);
  while (waitpid (keeper->pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  keeper->pid = 0;
}
