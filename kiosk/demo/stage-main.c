/* SPDX-License-Identifier: GPL-3.0-or-later */
/* perron-stage: sets the whole house up in a private folder, and takes it down again. See kiosk/demo/README.md. */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/demo/stage-lines.h"
#include "kiosk/demo/stage.h"

typedef struct {
  char *dir;
  char *display;
  char *wayland;
  char *sound;
  char *screen;
  char *until;
  char **without;
  char **sets;
  char **wraps;
  gboolean panel;
  char **command;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->dir);
  g_free (options->display);
  g_free (options->wayland);
  g_free (options->sound);
  g_free (options->screen);
  g_free (options->until);
  g_strfreev (options->without);
  g_strfreev (options->sets);
  g_strfreev (options->wraps);
  g_strfreev (options->command);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "dir", 0, 0, G_OPTION_ARG_FILENAME, &options->dir, "private folder of this demonstration", "DIR" },
    { "display", 0, 0, G_OPTION_ARG_STRING, &options->display, "X display to use instead of a virtual one", ":N" },
    { "wayland", 0, 0, G_OPTION_ARG_STRING, &options->wayland, "Wayland display to use instead of a virtual one", "NAME" },
    { "sound", 0, 0, G_OPTION_ARG_STRING, &options->sound, "PulseAudio server to be heard on (always recorded too)", "SERVER" },
    { "screen", 0, 0, G_OPTION_ARG_STRING, &options->screen, "size of the virtual screen (1280x1024)", "WxH" },
    { "panel", 0, 0, G_OPTION_ARG_NONE, &options->panel, "show the panel of the dock", NULL },
    { "without", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->without, "a service that is not wanted (again for more)", "NAME" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->sets, "a setting of perron.conf (again for more)", "GROUP.KEY=VALUE" },
    { "wrap", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->wraps, "put a command before that of a service (again for more)", "NAME=COMMAND" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &options->until, "end when this service ends", "NAME" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->command, "run in the world, then end with its status", "[COMMAND…]" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (options->dir == NULL) {
    g_set_error_literal (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_COMMAND, "--dir DIR must be given");
    return FALSE;
  }
  return TRUE;
}

/* --- the command after "--" ---------------------------------------------------------------------------------------------------- */

static pid_t
run_command (PerronStage *stage, char **command)
{
  g_auto (GStrv) env = perron_world_dup_environment (perron_stage_get_world (stage));
  const pid_t self = getpid ();
  pid_t pid = fork ();
  if (pid == 0) {
    sigset_t none;
    sigemptyset (&none);
    sigprocmask (SIG_SETMASK, &none, NULL);
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    if (getppid () == self)
      execvpe (command[0], command, env);
    perror (command[0]);
    _exit (127);
  }
  return pid;
}

/* TRUE: it has ended, and `ret_status` is what the stage should end with. */
static gboolean
command_ended (pid_t pid, int *ret_status)
{
  int status;
  if (pid <= 0 || waitpid (pid, &status, WNOHANG) != pid)
    return FALSE;
  *ret_status = WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
  return TRUE;
}

static int
live (PerronStage *stage, PerronLines *lines, const Options *options)
{
  int status = 0;
  pid_t command = options->command != NULL ? run_command (stage, options->command) : 0;

  while (!perron_stage_is_ending (stage) && !command_ended (command, &status)) {
    if (options->until != NULL && !perron_stage_is_running (stage, options->until))
      return 0;
    if (perron_lines_step (lines, perron_stage_do, perron_stage_reap, stage))
      continue;
    if (command > 0) {
      kill (command, SIGTERM);
      waitpid (command, NULL, 0);
      status = 130;
    }
    break;
  }
  return status;
}

static int
set_up (const Options *options, GError **error)
{
  const PerronWorldOptions world = {
    .dir = options->dir,
    .display = options->display,
    .wayland = options->wayland,
    .sound = options->sound,
    .screen = options->screen != NULL ? options->screen : "1280x1024",
    .sets = (const char *const *) options->sets,
  };
  const PerronStageOptions wishes = {
    .without = (const char *const *) options->without,
    .wraps = (const char *const *) options->wraps,
    .panel = options->panel,
  };
  const gboolean with_stdin = options->command == NULL && options->until == NULL;
  g_autoptr (PerronStage) stage = perron_stage_new (&world, &wishes, error);
  if (stage == NULL)
    return 1;
  g_autofree char *socket_path = g_build_filename (perron_world_get (perron_stage_get_world (stage), "RUN"), "stage", NULL);
  g_autoptr (PerronLines) lines = perron_lines_new (socket_path, with_stdin, error);
  if (lines == NULL || !perron_stage_start_all (stage, error))
    return 1;
  if (with_stdin) {
    puts ("ready");
    fflush (stdout);
  }
  return live (stage, lines, options);
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;

  if (!parse (&options, &argc, &argv, &error)) {
    g_printerr ("perron-stage: %s\n", error->message);
    return 2;
  }
  int status = set_up (&options, &error);
  if (error != NULL)
    g_printerr ("perron-stage: %s\n", error->message);
  return status;
}
