/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts the distribution's pcscd, unmodified, on a socket and a reader configuration of our own, by socket activation: the socket
 * exists before the daemon does, so a client that comes early waits instead of failing (facts/hardware.md 1.2). Any user, several
 * at once. This process becomes pcscd: its pid is the daemon's.
 */
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PCSCD "/usr/sbin/pcscd"
#define VPCD "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
#define LISTEN_FD 3 /* SD_LISTEN_FDS_START */
#define READERS_MAX 16

typedef struct {
  char *socket;
  char *conf;
  char *driver;
  char *dock;
  int readers;
  int vpcd_port; /* 0: our own driver */
  gboolean udev; /* readers come and go */
  int timeout_ms;
  gboolean verbose;
} Options;

static gboolean
refuse (const char *what, const char *why)
{
  fprintf (stderr, "perron-pcscd: %s: %s\n", what, why);
  return FALSE;
}

/* One bad line makes pcscd exit (facts/hardware.md 1.6): paths that cannot be written in reader.conf are refused here, by name. */
static gboolean
check_path (const char *option, const char *path, gboolean is_socket)
{
  if (path == NULL)
    return refuse (option, "must be given");
  if (strpbrk (path, "\"\n#") != NULL || (is_socket && strpbrk (path, " \t") != NULL))
    return refuse (option, "a quote, '#', space or line end cannot stand in reader.conf");
  if (is_socket && strlen (path) + 4 >= sizeof ((struct sockaddr_un *) NULL)->sun_path)
    return refuse (option, "longer than a Unix socket's path may be");
  return TRUE;
}

static gboolean
check_options (Options *options)
{
  if (!check_path ("--socket", options->socket, TRUE) || !check_path ("--conf", options->conf, FALSE))
    return FALSE;
  if (options->vpcd_port != 0) {
    g_free (options->driver);
    options->driver = g_strdup (VPCD);
  } else if (!check_path ("--dock", options->dock, TRUE) || (!options->udev && !check_path ("--driver", options->driver, FALSE))) {
    return FALSE;
  }
  /* Higher ports are anybody's for a moment: vpcd would then drop the whole reader (facts/hardware.md 1.4, trap 6). */
  if (options->vpcd_port < 0 || options->vpcd_port > 32766)
    return refuse ("--vpcd", "1 to 32766");
  if (options->readers < 1 || options->readers > READERS_MAX)
    return refuse ("--readers", "1 to 16");
  if (options->timeout_ms < 1 || options->timeout_ms > 600000)
    return refuse ("--timeout", "1 to 600000 ms");
  if (!options->udev && access (options->driver, R_OK) != 0)
    return refuse (options->driver, g_strerror (errno));
  if (access (PCSCD, X_OK) != 0)
    return refuse (PCSCD, "not there: install the package pcscd");
  return TRUE;
}

/* Two slots, at two ports that follow each other. One entry only: vpcd forgets the slots of every entry but the last (seen). */
static void
add_vpcd (GString *text, int port)
{
  g_string_append_printf (text, "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:%d\nLIBPATH %s\nCHANNELID %d\n\n", port, VPCD, port);
}

/* Reader 0 is at the dock's socket, reader N at the same path followed by .N, as perron-dock --readers names them. */
static gboolean
write_conf (const Options *options)
{
  g_autoptr (GString) text = g_string_new (NULL);
  if (options->vpcd_port != 0)
    add_vpcd (text, options->vpcd_port);
  for (int i = 0; i < options->readers && options->vpcd_port == 0 && !options->udev; i++) {
    g_autofree char *suffix = i > 0 ? g_strdup_printf (".%d", i) : g_strdup ("");
    g_string_append_printf (text, "FRIENDLYNAME \"Perron dock\"\nDEVICENAME /dev/null:%s%s\nLIBPATH %s\nCHANNELID %d\n\n", options->dock,
                            suffix, options->driver, i);
  }
  if (g_mkdir_with_parents (options->conf, 0700) != 0)
    return refuse (options->conf, g_strerror (errno));
  g_autofree char *file = g_build_filename (options->conf, "perron-dock.conf", NULL);
  g_autoptr (GError) error = NULL;
  if (!g_file_set_contents (file, text->str, (gssize) text->len, &error))
    return refuse (file, error->message);
  return TRUE;
}

/* Under another name until it listens: who waits for the name may connect as soon as it is there. */
static gboolean
take_socket (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *making = g_strdup_printf ("%s~", path);
  g_strlcpy (address.sun_path, making, sizeof address.sun_path);
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0)
    return refuse (path, g_strerror (errno));
  /* A socket left by a daemon that was killed is replaced; a file of another kind is not ours to remove. */
  struct stat before;
  if (lstat (path, &before) == 0 && !S_ISSOCK (before.st_mode))
    return refuse (path, g_strerror (EEXIST));
  unlink (making);
  mode_t mask = umask (0077);
  int bound = bind (fd, (struct sockaddr *) &address, sizeof address);
  umask (mask);
  if (bound != 0 || listen (fd, 16) != 0 || g_rename (making, path) != 0)
    return refuse (path, g_strerror (errno));
  if (fd != LISTEN_FD) {
    if (dup2 (fd, LISTEN_FD) < 0)
      return refuse (path, g_strerror (errno));
    close (fd);
  }
  return TRUE;
}

static int
become_pcscd (const Options *options)
{
  g_autofree char *pid = g_strdup_printf ("%d", (int) getpid ());
  g_autofree char *timeout = g_strdup_printf ("%d", options->timeout_ms);
  g_setenv ("LISTEN_FDS", "1", TRUE);
  g_setenv ("LISTEN_PID", pid, TRUE);
  g_setenv ("PERRON_IFD_TIMEOUT_MS", timeout, TRUE);
  if (options->dock != NULL)
    g_setenv ("PERRON_IFD_DOCK", options->dock, TRUE);
  const char *level = options->verbose ? "--debug" : "--error";
  execl (PCSCD, "pcscd", "--foreground", level, "--config", options->conf, (char *) NULL);
  refuse (PCSCD, g_strerror (errno));
  return 1;
}

static void
free_options (Options *options)
{
  g_free (options->socket);
  g_free (options->conf);
  g_free (options->driver);
  g_free (options->dock);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, free_options)

int
main (int argc, char **argv)
{
  g_auto (Options) options = { .readers = 1, .timeout_ms = 1000 };
  const GOptionEntry entries[] = {
    { "socket", 0, 0, G_OPTION_ARG_FILENAME, &options.socket, "Unix socket for clients (their PCSCLITE_CSOCK_NAME)", "PATH" },
    { "conf", 0, 0, G_OPTION_ARG_FILENAME, &options.conf, "folder in which the reader configuration is written", "DIR" },
    { "driver", 0, 0, G_OPTION_ARG_FILENAME, &options.driver, "libperron-ifd.so", "LIB" },
    { "dock", 0, 0, G_OPTION_ARG_FILENAME, &options.dock, "slot socket of perron-dock", "SOCKET" },
    { "readers", 0, 0, G_OPTION_ARG_INT, &options.readers, "readers, 1 to 16 (default 1)", "N" },
    { "vpcd", 0, 0, G_OPTION_ARG_INT, &options.vpcd_port, "the two slots of vpcd, the first at this port, instead of --driver and --dock", "PORT" },
    { "udev", 0, 0, G_OPTION_ARG_NONE, &options.udev, "no reader but those that udev tells of, instead of --driver", NULL },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options.timeout_ms, "longest silence of a card (default 1000)", "MS" },
    { "verbose", 0, 0, G_OPTION_ARG_NONE, &options.verbose, "pcscd tells everything; its log shows ATRs", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- start pcscd with the dock's readers");
  g_autoptr (GError) error = NULL;
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    refuse ("command line", error->message);
    return 2;
  }
  if (argc > 1) {
    refuse (argv[1], "unknown argument");
    return 2;
  }
  if (!check_options (&options))
    return 2;
  if (!write_conf (&options) || !take_socket (options.socket))
    return 1;
  return become_pcscd (&options);
}
