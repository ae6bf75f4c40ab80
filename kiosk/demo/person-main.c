/* SPDX-License-Identifier: GPL-3.0-or-later */
/* perron-person: goes through the terminal like a person, by a script or line by line for a test. See kiosk/demo/README.md. */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/demo/person.h"

typedef struct {
  char *script;
  char *transcript;
  char *shots;
  char *display;
  char *observer;
  char *dock;
  char *stage;
  gint patience_ms;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->script);
  g_free (options->transcript);
  g_free (options->shots);
  g_free (options->display);
  g_free (options->observer);
  g_free (options->dock);
  g_free (options->stage);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
default_to (char **option, const char *variable)
{
  if (*option == NULL)
    *option = g_strdup (g_getenv (variable));
}

static gboolean
parse (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "script", 0, 0, G_OPTION_ARG_FILENAME, &options->script, "script; without it: lines on standard input, JSON answers", "FILE" },
    { "transcript", 0, 0, G_OPTION_ARG_FILENAME, &options->transcript, "where the transcript is written", "FILE" },
    { "shots", 0, 0, G_OPTION_ARG_FILENAME, &options->shots, "where PNGs are written", "DIR" },
    { "display", 0, 0, G_OPTION_ARG_STRING, &options->display, "X display (else $DISPLAY)", ":N" },
    { "observer", 0, 0, G_OPTION_ARG_FILENAME, &options->observer, "socket of the terminal (else $PERRON_OBSERVER)", "SOCKET" },
    { "dock", 0, 0, G_OPTION_ARG_FILENAME, &options->dock, "socket of the dock (else $PERRON_DOCK)", "SOCKET" },
    { "stage", 0, 0, G_OPTION_ARG_FILENAME, &options->stage, "socket of the stage (else $PERRON_STAGE)", "SOCKET" },
    { "patience", 0, 0, G_OPTION_ARG_INT, &options->patience_ms, "bound of every wait (30000)", "MS" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  default_to (&options->display, "DISPLAY");
  default_to (&options->observer, "PERRON_OBSERVER");
  default_to (&options->dock, "PERRON_DOCK");
  default_to (&options->stage, "PERRON_STAGE");
  if (options->observer == NULL || options->patience_ms <= 0) {
    g_set_error_literal (error, PERRON_PERSON_ERROR, PERRON_PERSON_ERROR_SCRIPT,
                         options->observer == NULL ? "--observer SOCKET must be given" : "--patience: must be more than 0");
    return FALSE;
  }
  return TRUE;
}

/* --- script ------------------------------------------------------------------------------------------------------------------- */

static gboolean
play (PerronPerson *person, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    g_autofree char *answer = NULL;
    if (!perron_person_do (person, lines[i], &answer, error)) {
      g_prefix_error (error, "%s:%u: %s: ", path, i + 1, lines[i]);
      return FALSE;
    }
  }
  return TRUE;
}

/* --- line by line ------------------------------------------------------------------------------------------------------------- */

static void
add_text (JsonBuilder *builder, const char *member, const char *value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_string_value (builder, value);
}

static void
add_number (JsonBuilder *builder, const char *member, gint64 value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_int_value (builder, value);
}

static void
add_targets (JsonBuilder *builder, const GPtrArray *targets)
{
  json_builder_set_member_name (builder, "targets");
  json_builder_begin_array (builder);
  for (guint i = 0; i < targets->len; i++) {
    const PerronSeenTarget *target = g_ptr_array_index (targets, i);
    json_builder_begin_object (builder);
    add_text (builder, "name", target->name);
    add_text (builder, "label", target->label);
    json_builder_set_member_name (builder, "enabled");
    json_builder_add_boolean_value (builder, target->enabled);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_screen (JsonBuilder *builder, const PerronSeenScreen *screen)
{
  if (screen == NULL)
    return;
  add_number (builder, "serial", screen->serial);
  add_text (builder, "screen", screen->screen);
  add_text (builder, "kind", screen->kind);
  add_text (builder, "text", screen->text);
  add_text (builder, "lang", screen->lang);
  add_text (builder, "link", screen->link);
  add_number (builder, "size", screen->size);
  add_number (builder, "contrast", screen->contrast);
  add_targets (builder, screen->targets);
}

/* Everything that happened since the beginning: a test looks at what it wants. */
static void
add_history (JsonBuilder *builder, const GPtrArray *history)
{
  static const char *const words[] = { "screen", "said", "registered", "progress", "wiped", "device" };
  json_builder_set_member_name (builder, "history");
  json_builder_begin_array (builder);
  for (guint i = 0; i < history->len; i++) {
    const PerronSeen *seen = g_ptr_array_index (history, i);
    json_builder_begin_array (builder);
    json_builder_add_string_value (builder, words[seen->kind]);
    json_builder_add_string_value (builder, seen->text);
    json_builder_add_string_value (builder, seen->detail);
    json_builder_add_string_value (builder, seen->outcome);
    json_builder_end_array (builder);
  }
  json_builder_end_array (builder);
}

static void
print_answer (PerronPerson *person, gboolean ok, const char *answer, const GError *error)
{
  PerronEyes *eyes = perron_person_get_eyes (person);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "ok");
  json_builder_add_boolean_value (builder, ok);
  if (error != NULL)
    add_text (builder, "error", error->message);
  if (answer != NULL)
    add_text (builder, "answer", answer);
  add_screen (builder, perron_eyes_get_screen (eyes));
  add_history (builder, perron_eyes_get_history (eyes));
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *json = json_to_string (root, FALSE);
  puts (json);
  fflush (stdout);
}

static void
converse (PerronPerson *person)
{
  char line[4096];
  while (fgets (line, sizeof line, stdin) != NULL) {
    g_autoptr (GError) error = NULL;
    g_autofree char *answer = NULL;
    gboolean ok = perron_person_do (person, line, &answer, &error);
    print_answer (person, ok, answer, error);
  }
}

static gboolean
live (const Options *options, GError **error)
{
  const PerronPersonOptions person_options = {
    .display = options->display,
    .observer = options->observer,
    .dock = options->dock,
    .stage = options->stage,
    .shots = options->shots,
    .shoot_screens = options->script != NULL && options->shots != NULL,
    .patience_ms = (guint) options->patience_ms,
  };
  if (options->shots != NULL && g_mkdir_with_parents (options->shots, 0700) != 0) {
    g_set_error (error, PERRON_PERSON_ERROR, PERRON_PERSON_ERROR_SCRIPT, "%s: %s", options->shots, g_strerror (errno));
    return FALSE;
  }
  g_autoptr (PerronTranscript) transcript = perron_transcript_new (options->transcript, options->script != NULL, error);
  g_autoptr (PerronPerson) person = transcript != NULL ? perron_person_new (&person_options, transcript, error) : NULL;
  if (person == NULL)
    return FALSE;
  if (options->script != NULL)
    return play (person, options->script, error);
  converse (person);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { .patience_ms = 30000 };
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  if (!parse (&options, &argc, &argv, &error)) {
    g_printerr ("perron-person: %s\n", error->message);
    return 2;
  }
  if (!live (&options, &error)) {
    g_printerr ("perron-person: %s\n", error->message);
    return 1;
  }
  return 0;
}
