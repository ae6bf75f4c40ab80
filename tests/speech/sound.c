/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/speech/sound.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define RATE 22050
#define MARK_LEVEL 28000 /* the voice stays under 20000 */
#define MARK_SAMPLES (RATE / 10)
#define MARK_REST (RATE / 3) /* a mark broken by a hurried player is one mark still */
#define VOICE_LEVEL 200

void
sound_wait (SoundDone done, gpointer user)
{
  while (!done (user))
    g_main_context_iteration (NULL, TRUE);
}

/* A test that fails aborts: its service must not outlive it. */
static void
die_with_test (gpointer user)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
sound_start (Sound *sound)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_test, NULL, NULL);
  g_subprocess_launcher_setenv (launcher, "HOME", sound->folder, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", sound->folder, TRUE);
  g_subprocess_launcher_unsetenv (launcher, "DBUS_SESSION_BUS_ADDRESS");
  g_autofree char *protocol = g_strconcat ("module-native-protocol-unix auth-anonymous=1 socket=", sound->server + strlen ("unix:"), NULL);
  /* -n: nothing of the machine's own configuration; above all no module that suspends or moves. */
  sound->daemon = g_subprocess_launcher_spawn (launcher, &error, "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
                                               "-L", protocol, "-L", "module-null-sink sink_name=borne rate=22050 channels=1", NULL);
  g_assert_no_error (error);
}

void
sound_init (Sound *sound)
{
  sound->folder = g_dir_make_tmp ("perron-sound-XXXXXX", NULL);
  g_assert_nonnull (sound->folder);
  sound->server = g_strconcat ("unix:", sound->folder, "/native", NULL);
  sound_start (sound);
}

void
sound_kill (Sound *sound)
{
  g_subprocess_force_exit (sound->daemon);
  g_subprocess_wait (sound->daemon, NULL, NULL);
  g_clear_object (&sound->daemon);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);
    remove_tree (child);
  }
  g_remove (path);
}

void
sound_clear (Sound *sound)
{
  if (sound->daemon != NULL)
    sound_kill (sound);
  remove_tree (sound->folder);
  g_free (sound->folder);
  g_free (sound->server);
}

char *
sound_control (const Sound *sound, const char *const *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, "pactl");
  g_ptr_array_add (argv, "-s");
  g_ptr_array_add (argv, sound->server);
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (gpointer) *arguments);
  g_ptr_array_add (argv, NULL);
  g_autoptr (GSubprocess) pactl = g_subprocess_newv ((const char *const *) argv->pdata, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  char *printed = NULL;
  g_assert_true (g_subprocess_communicate_utf8 (pactl, NULL, NULL, &printed, NULL, &error));
  g_assert_true (g_subprocess_get_successful (pactl));
  return printed;
}

guint
sound_plug_headset (const Sound *sound)
{
  const char *const load[] = { "load-module", "module-null-sink", "sink_name=casque", "rate=22050", "channels=1", NULL };
  g_autofree char *printed = sound_control (sound, load);
  return (guint) g_ascii_strtoull (printed, NULL, 10);
}

void
sound_unplug_headset (const Sound *sound, guint module)
{
  g_autofree char *index = g_strdup_printf ("%u", module);
  const char *const unload[] = { "unload-module", index, NULL };
  g_autofree char *printed = sound_control (sound, unload);
}

/* --- ears --------------------------------------------------------------------------------------------------------------- */

static gboolean
on_recorded (GIOChannel *channel, GIOCondition condition, gpointer user)
{
  Ear *ear = user;
  guint8 chunk[4096];
  gsize bytes = 0;
  g_autoptr (GError) error = NULL;
  GIOStatus status = g_io_channel_read_chars (channel, (char *) chunk, sizeof chunk, &bytes, &error);
  for (gsize i = 0; i < bytes; i++) {
    ear->half[ear->half_bytes++] = chunk[i];
    if (ear->half_bytes == 2) {
      g_array_append_vals (ear->samples, ear->half, 1);
      ear->half_bytes = 0;
    }
  }
  if (status == G_IO_STATUS_EOF || status == G_IO_STATUS_ERROR) {
    ear->watch = 0;
    return G_SOURCE_REMOVE;
  }
  return G_SOURCE_CONTINUE;
}

void
ear_init (Ear *ear, const Sound *sound, const char *sink)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *monitor = g_strconcat (sink, ".monitor", NULL);
  *ear = (Ear){ .sound = sound, .sink = g_strdup (sink), .samples = g_array_new (FALSE, FALSE, sizeof (gint16)) };
  ear->recorder = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "parec", "-s", sound->server,
                                    "-d", monitor, "--raw", "--rate=22050", "--channels=1", "--format=s16le", "--latency-msec=10", NULL);
  g_assert_no_error (error);
  GInputStream *stream = g_subprocess_get_stdout_pipe (ear->recorder);
  ear->channel = g_io_channel_unix_new (g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (stream)));
  g_io_channel_set_encoding (ear->channel, NULL, NULL);
  g_io_channel_set_buffered (ear->channel, FALSE);
  ear->watch = g_io_add_watch (ear->channel, G_IO_IN | G_IO_HUP, on_recorded, ear);
  /* The recorder may open after a mark was played: marks are played until one is heard. */
  while (ear->cursor == 0 && ear->samples->len == 0)
    g_main_context_iteration (NULL, TRUE);
  ear_mark (ear);
}

void
ear_clear (Ear *ear)
{
  g_subprocess_force_exit (ear->recorder);
  g_subprocess_wait (ear->recorder, NULL, NULL);
  if (ear->watch != 0)
    g_source_remove (ear->watch);
  g_io_channel_unref (ear->channel);
  g_array_unref (ear->samples);
  g_object_unref (ear->recorder);
  g_free (ear->sink);
}

static gint
sample_at (const Ear *ear, guint index)
{
  return ABS ((gint) g_array_index (ear->samples, gint16, index));
}

/* The end of the first mark after the cursor: a run of loud samples, then a run of quiet ones. */
static gboolean
find_mark (const Ear *ear, guint *ret_start, guint *ret_end)
{
  guint loud = 0, quiet = 0, start = 0;
  for (guint i = ear->cursor; i < ear->samples->len; i++) {
    if (sample_at (ear, i) >= MARK_LEVEL) {
      if (loud++ == 0)
        start = i;
      quiet = 0;
    } else if (loud > 0 && ++quiet >= MARK_REST) {
      *ret_start = start;
      *ret_end = i + 1;
      return TRUE;
    }
  }
  return FALSE;
}

typedef struct {
  Ear *ear;
  guint start, end;
} Listening;

static gboolean
has_mark (gpointer user)
{
  Listening *listening = user;
  return find_mark (listening->ear, &listening->start, &listening->end);
}

static void
play_mark (const Ear *ear)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) player
    = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, "pacat", "-s", ear->sound->server, "-d", ear->sink, "--raw", "--rate=22050",
                        "--channels=1", "--format=s16le", "--latency-msec=200", NULL);
  g_assert_no_error (error);
  g_autofree gint16 *tone = g_new (gint16, MARK_SAMPLES);
  for (guint i = 0; i < MARK_SAMPLES; i++)
    tone[i] = 32000;
  g_autoptr (GBytes) bytes = g_bytes_new (tone, MARK_SAMPLES * sizeof *tone);
  g_assert_true (g_subprocess_communicate (player, bytes, NULL, NULL, NULL, &error));
  g_assert_true (g_subprocess_get_successful (player));
}

guint
ear_mark (Ear *ear)
{
  Listening listening = { .ear = ear };
  guint heard = 0;
  play_mark (ear);
  sound_wait (has_mark, &listening);
  for (guint i = ear->cursor; i < listening.start; i++)
    heard += sample_at (ear, i) >= VOICE_LEVEL;
  ear->cursor = listening.end;
  return heard;
}

static gboolean
has_voice (gpointer user)
{
  const Ear *ear = user;
  for (guint i = ear->cursor; i < ear->samples->len; i++) {
    if (sample_at (ear, i) >= VOICE_LEVEL)
      return TRUE;
  }
  return FALSE;
}

void
ear_wait_for_voice (Ear *ear)
{
  sound_wait (has_voice, ear);
}
