/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/demo/stage-service.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_MS 30000
#define LOOK_AGAIN_MS 10
#define STOP_MS 5000

/* --- ready? ------------------------------------------------------------------------------------------------------------------- */

static int
connect_unix (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
    return -1;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

static int
connect_port (const char *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) atoi (port)), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

static gboolean
answers (int fd)
{
  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

/* More than the header of a WAV file. */
static gboolean
has_grown (const char *path)
{
  struct stat info;
  return stat (path, &info) == 0 && info.st_size > 4096;
}

/* What the service has written on a pipe or socket so far; the bytes stay small (a display number, a few JSON lines). */
typedef struct {
  int fd;
  GString *text;
} Voice;

static void
listen_to (Voice *voice)
{
  char buffer[4096];
  gssize got = voice->fd >= 0 ? read (voice->fd, buffer, sizeof buffer) : 0;
  if (got > 0 && voice->text->len < 1024 * 1024)
    g_string_append_len (voice->text, buffer, got);
}

static gboolean
has_display (PerronService *service, const Voice *voice)
{
  if (strchr (voice->text->str, '\n') == NULL)
    return FALSE;
  g_autofree char *display = g_strdup_printf (":%d", atoi (voice->text->str));
  perron_world_set (service->world, "DISPLAY", display);
  return TRUE;
}

static gboolean
has_painted (Voice *voice, const char *path)
{
  if (voice->fd < 0) {
    voice->fd = connect_unix (path);
    if (voice->fd >= 0)
      fcntl (voice->fd, F_SETFL, O_NONBLOCK);
  }
  return strstr (voice->text->str, "\"painted\"") != NULL;
}

static gboolean
is_ready (PerronService *service, Voice *voice, const char *ready_at)
{
  switch (service->row->readiness) {
  case PERRON_READY_AT_ONCE:
    return TRUE;
  case PERRON_READY_SOCKET:
    return answers (connect_unix (ready_at));
  case PERRON_READY_PORT:
    return answers (connect_port (ready_at));
  case PERRON_READY_DISPLAY:
    return has_display (service, voice);
  case PERRON_READY_GROWS:
    return has_grown (ready_at);
  case PERRON_READY_PAINTED:
    return has_painted (voice, ready_at);
  }
  return FALSE;
}

/* Looks again when the service says something, when it ends, or after a moment (a socket that begins to accept tells nobody). */
static gboolean
wait_ready (PerronService *service, Voice *voice, const char *ready_at)
{
  const gint64 deadline = g_get_monotonic_time () + READY_MS * G_TIME_SPAN_MILLISECOND;
  int alive = pidfd_open (service->pid, 0);
  gboolean ready = FALSE;

  while (!(ready = is_ready (service, voice, ready_at)) && g_get_monotonic_time () < deadline) {
    struct pollfd news[] = { { .fd = alive, .events = POLLIN }, { .fd = voice->fd, .events = POLLIN } };
    poll (news, G_N_ELEMENTS (news), LOOK_AGAIN_MS);
    if (news[0].revents != 0)
      break;
    if (news[1].revents != 0)
      listen_to (voice);
  }
  close (alive);
  return ready;
}

/* --- start -------------------------------------------------------------------------------------------------------------------- */

static char **
expand_arguments (PerronService *service, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  if (service->wrap != NULL)
    g_strv_builder_addv (builder, (const char **) service->wrap);
  for (guint i = 0; service->row->argv[i] != NULL; i++) {
    g_autofree char *word = perron_world_expand (service->world, service->row->name, service->row->argv[i], error);
    if (word == NULL)
      return NULL;
    if (*word != '\0')
      g_strv_builder_add (builder, word);
  }
  return g_strv_builder_end (builder);
}

static char *
find_program (const char *name, char **env)
{
  if (g_path_is_absolute (name))
    return g_file_test (name, G_FILE_TEST_IS_EXECUTABLE) ? g_strdup (name) : NULL;
  g_auto (GStrv) folders = g_strsplit (g_environ_getenv (env, "PATH"), ":", -1);
  for (guint i = 0; folders[i] != NULL; i++) {
    g_autofree char *path = g_build_filename (folders[i], name, NULL);
    if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test (path, G_FILE_TEST_IS_DIR))
      return g_steal_pointer (&path);
  }
  return NULL;
}

/* A configuration whose template this build does not have was not written. */
static gboolean
has_no_configuration (char **argv)
{
  for (guint i = 0; argv[i] != NULL; i++) {
    if (g_str_has_suffix (argv[i], ".conf") && !g_file_test (argv[i], G_FILE_TEST_EXISTS))
      return TRUE;
  }
  return FALSE;
}

/* In the child, between fork and exec. A group of its own, so that what it forks ends with it. */
static void
become (PerronService *service, const char *program, char **argv, char **env, int log, pid_t stage)
{
  sigset_t none;
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, service->row->gentle ? SIGTERM : SIGKILL);
  if (getppid () != stage)
    _exit (127);
  int nothing = open ("/dev/null", O_RDONLY);
  dup2 (nothing, STDIN_FILENO);
  dup2 (log, STDOUT_FILENO);
  dup2 (log, STDERR_FILENO);
  execve (program, argv, env);
  _exit (127);
}

static gboolean
spawn (PerronService *service, const char *program, char **argv, char **env, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.log", perron_world_get (service->world, "LOGS"), service->row->name);
  const pid_t stage = getpid ();
  int log = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_t pid = log >= 0 ? fork () : -1;

  if (pid == 0)
    become (service, program, argv, env, log, stage);
  if (pid < 0) {
    g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_PROGRAM, "%s: %s", path, g_strerror (errno));
    return FALSE;
  }
  close (log);
  setpgid (pid, pid); /* whichever of the two is first */
  service->pid = pid;
  service->starts++;
  perron_keeper_add (service->keeper, pid);
  return TRUE;
}

static gboolean
open_display_pipe (PerronService *service, Voice *voice, int *ret_write_end, GError **error)
{
  int ends[2] = { -1, -1 };
  if (service->row->readiness == PERRON_READY_DISPLAY) {
    if (pipe (ends) != 0) {
      g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_PROGRAM, "pipe: %s", g_strerror (errno));
      return FALSE;
    }
    fcntl (ends[0], F_SETFD, FD_CLOEXEC);
    g_autofree char *number = g_strdup_printf ("%d", ends[1]);
    perron_world_set (service->world, "DISPLAY_FD", number);
  }
  voice->fd = ends[0];
  *ret_write_end = ends[1];
  return TRUE;
}

static gboolean
launch (PerronService *service, GError **error)
{
  g_auto (GStrv) argv = expand_arguments (service, error);
  if (argv == NULL)
    return FALSE;
  g_auto (GStrv) env = perron_world_dup_environment (service->world);
  g_clear_pointer (&service->missing, g_free);
  g_autofree char *program = find_program (argv[0], env);
  if (program != NULL && has_no_configuration (argv)) {
    service->missing = g_strdup ("configuration");
    g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_PROGRAM, "%s: there is no configuration for it", service->row->name);
    return FALSE;
  }
  if (program == NULL) {
    service->missing = g_strdup (argv[0]);
    g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_PROGRAM, "%s: there is no %s", service->row->name, argv[0]);
    return FALSE;
  }
  return spawn (service, program, argv, env, error);
}

/* A socket that a killed process left would look like a service that is coming up. */
static void
remove_stale (const PerronService *service, const char *ready_at)
{
  if (service->row->readiness == PERRON_READY_SOCKET || service->row->readiness == PERRON_READY_PAINTED ||
      service->row->readiness == PERRON_READY_GROWS)
    unlink (ready_at);
}

gboolean
perron_service_start (PerronService *service, GError **error)
{
  if (service->pid != 0)
    return TRUE;

  g_autofree char *takes = service->starts > 0 ? g_strdup_printf ("-%u", service->starts + 1) : g_strdup ("");
  perron_world_set (service->world, "TAKE", takes);
  g_autofree char *ready_at = perron_world_expand (service->world, service->row->name, service->row->ready_at, error);
  if (ready_at == NULL)
    return FALSE;
  remove_stale (service, ready_at);

  g_autoptr (GString) text = g_string_new (NULL);
  Voice voice = { -1, text };
  int write_end = -1;
  if (!open_display_pipe (service, &voice, &write_end, error))
    return FALSE;
  gboolean launched = launch (service, error);
  if (write_end >= 0)
    close (write_end);
  gboolean ready = launched && wait_ready (service, &voice, ready_at);
  if (voice.fd >= 0)
    close (voice.fd);
  if (launched && !ready) {
    perron_service_stop (service);
    g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_PROGRAM, "%s: did not get ready; see %s/%s.log", service->row->name,
                 perron_world_get (service->world, "LOGS"), service->row->name);
  }
  return ready;
}

/* --- end ---------------------------------------------------------------------------------------------------------------------- */

gboolean
perron_service_reap (PerronService *service)
{
  if (service->pid == 0 || waitpid (service->pid, &service->status, WNOHANG) != service->pid)
    return FALSE;
  kill (-service->pid, SIGKILL); /* what it forked does not outlive it */
  perron_keeper_remove (service->keeper, service->pid);
  service->pid = 0;
  return TRUE;
}

static void
signal_and_wait (PerronService *service, int number, int wait_ms)
{
  if (service->pid == 0)
    return;
  int alive = pidfd_open (service->pid, 0);
  struct pollfd ended = { .fd = alive, .events = POLLIN };
  kill (-service->pid, number);
  poll (&ended, 1, wait_ms);
  close (alive);
  perron_service_reap (service);
}

void
perron_service_stop (PerronService *service)
{
  signal_and_wait (service, SIGTERM, STOP_MS);
  perron_service_kill (service);
}

void
perron_service_kill (PerronService *service)
{
  signal_and_wait (service, SIGKILL, -1);
}
