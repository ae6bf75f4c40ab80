/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/demo/person-transcript.h"

#include <stdio.h>
#include <string.h>

#define MARGIN "                   "

struct PerronTranscript {
  FILE *file;
  gboolean aloud;
  gint64 begin;
  gint64 serial;
  char *screen;
  char **lines; /* of that screen */
};

PerronTranscript *
perron_transcript_new (const char *path, gboolean aloud, GError **error)
{
  g_autoptr (PerronTranscript) transcript = g_new0 (PerronTranscript, 1);
  transcript->aloud = aloud;
  transcript->begin = g_get_monotonic_time ();
  transcript->serial = -1;
  transcript->file = path != NULL ? fopen (path, "we") : NULL;
  if (path != NULL && transcript->file == NULL) {
    g_set_error (error, PERRON_PERSON_ERROR, PERRON_PERSON_ERROR_SCRIPT, "%s: %s", path, g_strerror (errno));
    return NULL;
  }
  return g_steal_pointer (&transcript);
}

void
perron_transcript_free (PerronTranscript *transcript)
{
  if (transcript == NULL)
    return;
  g_clear_pointer (&transcript->file, fclose);
  g_free (transcript->screen);
  g_strfreev (transcript->lines);
  g_free (transcript);
}

static void
put (PerronTranscript *transcript, const char *text)
{
  if (transcript->file != NULL) {
    fputs (text, transcript->file);
    fflush (transcript->file);
  }
  if (transcript->aloud) {
    fputs (text, stdout);
    fflush (stdout);
  }
}

void
perron_transcript_add (PerronTranscript *transcript, const char *label, const char *text)
{
  const double seconds = (double) (g_get_monotonic_time () - transcript->begin) / G_USEC_PER_SEC;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *first = g_strdup_printf ("%7.2f  %-8s  %s\n", seconds, label, lines[0] != NULL ? lines[0] : "");
  put (transcript, first);
  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
    g_autofree char *line = *lines[i] != '\0' ? g_strdup_printf (MARGIN "%s\n", lines[i]) : NULL;
    if (line != NULL)
      put (transcript, line);
  }
}

static void
add_new_lines (PerronTranscript *transcript, char **before, char **now)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; now[i] != NULL; i++) {
    if (*now[i] != '\0' && !g_strv_contains ((const char *const *) before, now[i]))
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", now[i]);
  }
  if (text->len > 0)
    perron_transcript_add (transcript, "  now", text->str);
}

void
perron_transcript_add_screen (PerronTranscript *transcript, const PerronSeenScreen *screen)
{
  if (screen == NULL || screen->serial == transcript->serial)
    return;
  g_autofree char *name = g_strdup_printf ("%s/%s/%s", screen->journey, screen->screen, screen->lang);
  g_auto (GStrv) lines = g_strsplit (screen->text, "\n", -1);

  if (g_strcmp0 (name, transcript->screen) == 0) {
    add_new_lines (transcript, transcript->lines, lines);
  } else {
    g_autofree char *head = g_strdup_printf ("── %s (%s, %s) ──\n%s", screen->screen, screen->kind, screen->link, screen->text);
    perron_transcript_add (transcript, "SCREEN", head);
  }
  transcript->serial = screen->serial;
  g_free (transcript->screen);
  transcript->screen = g_steal_pointer (&name);
  g_strfreev (transcript->lines);
  transcript->lines = g_steal_pointer (&lines);
}
