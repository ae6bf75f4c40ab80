/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/demo/stage-world.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Room for the longest name of a socket in the run folder: sun_path holds 108 bytes, NUL included. */
#define RUN_FOLDER_MAX (sizeof (((struct sockaddr_un *) NULL)->sun_path) - 24)

/* Says that everything beside it in the folder is a demonstration's, and that one is running while it is locked. */
#define MARK "perron-stage.lock"

struct PerronWorld {
  GHashTable *names;
  int lock;
};

G_DEFINE_QUARK (perron-stage-error-quark, perron_stage_error)

const char *
perron_world_get (const PerronWorld *world, const char *name)
{
  return g_hash_table_lookup (world->names, name);
}

void
perron_world_set (PerronWorld *world, const char *name, const char *value)
{
  g_hash_table_replace (world->names, g_strdup (name), g_strdup (value));
}

char *
perron_world_expand (const PerronWorld *world, const char *where, const char *text, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GRegex) name = g_regex_new ("@([A-Z][A-Z0-9_]*)@", G_REGEX_OPTIMIZE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  gint last = 0;

  for (gboolean more = g_regex_match (name, text, 0, &match); more; more = g_match_info_next (match, NULL)) {
    gint start, end;
    g_autofree char *word = g_match_info_fetch (match, 1);
    const char *value = perron_world_get (world, word);
    if (value == NULL) {
      g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_TEMPLATE, "%s: @%s@: nothing has that name", where, word);
      return NULL;
    }
    g_match_info_fetch_pos (match, 0, &start, &end);
    g_string_append_len (out, text + last, start - last);
    g_string_append (out, value);
    last = end;
  }
  g_string_append (out, text + last);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* --- folders ------------------------------------------------------------------------------------------------------------------ */

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir)) {
    g_autofree char *child = g_build_filename (path, name, NULL);
    remove_tree (child);
  }
  g_remove (path);
}

static void
empty_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir)) {
    g_autofree char *child = g_build_filename (path, name, NULL);
    if (strcmp (name, MARK) != 0)
      remove_tree (child);
  }
}

static gboolean
is_somebody_elses (const char *path, const char *mark)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  return dir != NULL && g_dir_read_name (dir) != NULL && !g_file_test (mark, G_FILE_TEST_EXISTS);
}

/* Two demonstrations in one folder would remove each other's files, and --dir $HOME somebody's home. */
static gboolean
take_folder (PerronWorld *world, GError **error)
{
  const char *dir = perron_world_get (world, "DIR");
  g_autofree char *mark = g_build_filename (dir, MARK, NULL);

  if (is_somebody_elses (dir, mark)) {
    g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_FOLDER, "%s: holds other things than a demonstration", dir);
    return FALSE;
  }
  if (g_mkdir_with_parents (dir, 0700) == 0)
    world->lock = open (mark, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (world->lock < 0 || flock (world->lock, LOCK_EX | LOCK_NB) != 0) {
    g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_FOLDER, "%s: %s", mark,
                 errno == EWOULDBLOCK ? "another demonstration is running here" : g_strerror (errno));
    return FALSE;
  }
  empty_folder (dir);
  return TRUE;
}

static gboolean
make_folder (PerronWorld *world, const char *name, const char *word, GError **error)
{
  g_autofree char *path = g_build_filename (perron_world_get (world, "DIR"), word, NULL);
  if (g_mkdir_with_parents (path, 0700) != 0) {
    g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_FOLDER, "%s: %s", path, g_strerror (errno));
    return FALSE;
  }
  perron_world_set (world, name, path);
  return TRUE;
}

static const struct {
  const char *name;
  const char *folder;
} folders[] = {
  { "KEYS", "keys" }, { "CONF", "conf" }, { "DATA", "data" }, { "LOGS", "logs" },
  { "HOME", "home" }, { "RUNTIME", "home/runtime" }, { "RUN", "run" },   { "READERS", "readers" }, { "NGINX", "nginx" },
};

static gboolean
make_folders (PerronWorld *world, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++) {
    if (!make_folder (world, folders[i].name, folders[i].folder, error))
      return FALSE;
  }
  if (strlen (perron_world_get (world, "RUN")) < RUN_FOLDER_MAX)
    return TRUE;

  /* The checkout lies too deep for the name of a socket: the sockets go to a short folder, which the keeper removes. */
  g_autofree char *scratch = g_dir_make_tmp ("perron-XXXXXX", error);
  if (scratch == NULL)
    return FALSE;
  perron_world_set (world, "RUN", scratch);
  perron_world_set (world, "SCRATCH", scratch);
  return TRUE;
}

/* --- ports -------------------------------------------------------------------------------------------------------------------- */

static gboolean
port_is_free (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  const int on = 1;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean is_free = fd >= 0 && setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                     bind (fd, (struct sockaddr *) &address, sizeof address) == 0;
  if (fd >= 0)
    close (fd);
  return is_free;
}

/* Below 32768, where the kernel takes the ports of outgoing connections (hardware facts, 1.4 trap 6). */
static gboolean
set_free_port (PerronWorld *world, const char *name, GError **error)
{
  for (guint attempt = 0; attempt < 1000; attempt++) {
    g_autofree char *port = g_strdup_printf ("%d", g_random_int_range (20000, 32000));
    if (g_strcmp0 (port, perron_world_get (world, "NET_PORT")) == 0 || !port_is_free ((guint16) atoi (port)))
      continue;
    perron_world_set (world, name, port);
    return TRUE;
  }
  g_set_error_literal (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_FOLDER, "no free port between 20000 and 32000");
  return FALSE;
}

/* --- keys and configuration --------------------------------------------------------------------------------------------------- */

static gboolean
make_keys (PerronWorld *world, GError **error)
{
  g_autofree char *script = g_build_filename (perron_world_get (world, "SOURCE"), "kiosk/demo/pki.sh", NULL);
  const char *const argv[] = { "sh", script, perron_world_get (world, "KEYS"), NULL };
  g_autofree char *complaint = NULL;
  gint status;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &complaint, &status,
                     error))
    return FALSE;
  if (!g_spawn_check_wait_status (status, NULL)) {
    g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_PROGRAM, "%s: %s", script, complaint);
    return FALSE;
  }
  return TRUE;
}

static gboolean
apply_sets (const char *path, const char *const *sets, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_KEEP_COMMENTS, error))
    return FALSE;
  for (guint i = 0; sets[i] != NULL; i++) {
    g_auto (GStrv) halves = g_strsplit (sets[i], "=", 2);
    char *dot = halves[0] != NULL && halves[1] != NULL ? strchr (halves[0], '.') : NULL;
    if (dot == NULL) {
      g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_COMMAND, "--set %s: must be group.key=value", sets[i]);
      return FALSE;
    }
    *dot = '\0';
    g_key_file_set_string (file, halves[0], dot + 1, halves[1]);
  }
  return g_key_file_save_to_file (file, path, error);
}

static gboolean
write_configuration (PerronWorld *world, const char *name, const char *template, GError **error)
{
  g_autofree char *from = g_build_filename (perron_world_get (world, "SOURCE"), template, NULL);
  g_autofree char *to = g_build_filename (perron_world_get (world, "CONF"), name, NULL);
  g_autofree char *text = NULL;

  if (!g_file_test (from, G_FILE_TEST_EXISTS))
    return TRUE; /* its service will say that it has no configuration */
  if (!g_file_get_contents (from, &text, NULL, error))
    return FALSE;
  g_autofree char *expanded = perron_world_expand (world, from, text, error);
  return expanded != NULL && g_file_set_contents_full (to, expanded, -1, G_FILE_SET_CONTENTS_NONE, 0600, error);
}

static const struct {
  const char *name;
  const char *template;
} files[] = {
  { "perron.conf", "kiosk/demo/conf/perron.conf.in" },
  { "gateway.conf", "kiosk/demo/conf/gateway.conf.in" },
  { "caisse.conf", "kiosk/demo/conf/caisse.conf.in" },
  { "asound.conf", "kiosk/demo/conf/asound.conf.in" },
  { "nginx.conf", "sync/gateway/nginx.conf.in" },
};

static gboolean
write_configurations (PerronWorld *world, const PerronWorldOptions *options, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    if (!write_configuration (world, files[i].name, files[i].template, error))
      return FALSE;
  }
  g_autofree char *kiosk = g_build_filename (perron_world_get (world, "CONF"), "perron.conf", NULL);
  return options->sets == NULL || apply_sets (kiosk, options->sets, error);
}

/* --- life --------------------------------------------------------------------------------------------------------------------- */

static void
set_names (PerronWorld *world, const PerronWorldOptions *options)
{
  g_autofree char *dir = g_canonicalize_filename (options->dir, NULL);
  g_auto (GStrv) sides = g_strsplit (options->screen, "x", 2);

  perron_world_set (world, "DIR", dir);
  perron_world_set (world, "BUILD", PERRON_BUILD_ROOT);
  perron_world_set (world, "SOURCE", PERRON_SOURCE_ROOT);
  perron_world_set (world, "SCREEN", options->screen);
  /* Started by root, nginx would give its workers to somebody who may not enter this folder. */
  perron_world_set (world, "NGINX_GLOBALS", geteuid () == 0 ? "user root;" : "master_process on;");
  perron_world_set (world, "WIDTH", sides[0] != NULL ? sides[0] : "");
  perron_world_set (world, "HEIGHT", sides[0] != NULL && sides[1] != NULL ? sides[1] : "");
  if (options->display != NULL)
    perron_world_set (world, "DISPLAY", options->display);
  if (options->wayland != NULL) {
    /* Absolute, since the runtime folder in which a name is looked up becomes a private one. */
    const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
    g_autofree char *path = g_canonicalize_filename (options->wayland, runtime);
    perron_world_set (world, "WAYLAND", path);
  }
  perron_world_set (world, "BACKEND", options->wayland != NULL ? "wayland" : "x11");
}

static void
set_sound (PerronWorld *world, const char *real_server)
{
  g_autofree char *server = g_strdup_printf ("unix:%s/pulse", perron_world_get (world, "RUN"));
  g_autofree char *sink = real_server != NULL
                            ? g_strdup_printf ("module-tunnel-sink sink_name=borne server=%s", real_server)
                            : g_strdup ("module-null-sink sink_name=borne rate=48000 channels=1");
  perron_world_set (world, "SOUND_SERVER", server);
  perron_world_set (world, "SPEAKER_MODULE", sink);
}

PerronWorld *
perron_world_new (const PerronWorldOptions *options, GError **error)
{
  g_autoptr (PerronWorld) world = g_new0 (PerronWorld, 1);
  world->lock = -1;
  world->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  set_names (world, options);
  if (!take_folder (world, error) || !make_folders (world, error) || !set_free_port (world, "NET_PORT", error) ||
      !set_free_port (world, "NGINX_PORT", error))
    return NULL;
  set_sound (world, options->sound);
  if (!make_keys (world, error) || !write_configurations (world, options, error))
    return NULL;
  return g_steal_pointer (&world);
}

void
perron_world_free (PerronWorld *world)
{
  if (world == NULL)
    return;
  if (world->lock >= 0)
    close (world->lock);
  g_hash_table_unref (world->names);
  g_free (world);
}

/* --- environment -------------------------------------------------------------------------------------------------------------- */

/* {variable, template}. A bus that does not exist: without one GLib would start a daemon that stays (desktop facts, section 3). */
static const struct {
  const char *variable;
  const char *value;
} environment[] = {
  { "LC_ALL", "C.UTF-8" },
  { "GSK_RENDERER", "cairo" },
  { "GDK_BACKEND", "@BACKEND@" },
  { "GTK_A11Y", "none" },
  { "GSETTINGS_BACKEND", "memory" },
  { "GIO_USE_VFS", "local" },
  { "NO_AT_BRIDGE", "1" },
  { "HOME", "@HOME@" },
  { "XDG_RUNTIME_DIR", "@RUNTIME@" },
  { "XDG_CACHE_HOME", "@HOME@/cache" },
  { "XDG_CONFIG_HOME", "@HOME@/config" },
  { "XDG_DATA_HOME", "@HOME@/data" },
  { "DBUS_SESSION_BUS_ADDRESS", "unix:path=@RUN@/no-bus" },
  { "PCSCLITE_CSOCK_NAME", "@RUN@/pcscd" },
  { "ALSA_CONFIG_PATH", "@CONF@/asound.conf" },
  { "DISPLAY", "@DISPLAY@" },
  { "WAYLAND_DISPLAY", "@WAYLAND@" },
  { "PERRON_STAGE", "@RUN@/stage" },
  { "PERRON_DOCK", "@RUN@/dock" },
  { "PERRON_OBSERVER", "@RUN@/observer" },
  { "PERRON_DIR", "@DIR@" },
};

static void
keep_x_authority (const PerronWorld *world, char ***env)
{
  if (g_environ_getenv (*env, "XAUTHORITY") != NULL || g_environ_getenv (*env, "HOME") == NULL)
    return;
  g_autofree char *file = g_build_filename (g_environ_getenv (*env, "HOME"), ".Xauthority", NULL);
  if (g_file_test (file, G_FILE_TEST_EXISTS))
    *env = g_environ_setenv (*env, "XAUTHORITY", file, TRUE);
}

char **
perron_world_dup_environment (const PerronWorld *world)
{
  char **env = g_get_environ ();
  keep_x_authority (world, &env);
  /* The programs of this build by their names; and nginx and pcscd live in sbin, which a user's PATH may lack. */
  g_autofree char *path = g_strconcat (PERRON_BUILD_ROOT "/kiosk/ctl:", PERRON_BUILD_ROOT "/sync/daemon:",
                                       g_environ_getenv (env, "PATH") != NULL ? g_environ_getenv (env, "PATH") : "/usr/bin:/bin",
                                       ":/usr/local/sbin:/usr/sbin:/sbin", NULL);
  env = g_environ_setenv (env, "PATH", path, TRUE);
  env = g_environ_unsetenv (env, "WAYLAND_DISPLAY");
  env = g_environ_unsetenv (env, "PULSE_SERVER");
  for (gsize i = 0; i < G_N_ELEMENTS (environment); i++) {
    g_autofree char *value = perron_world_expand (world, "environment", environment[i].value, NULL);
    if (value != NULL)
      env = g_environ_setenv (env, environment[i].variable, value, TRUE);
  }
  return env;
}
