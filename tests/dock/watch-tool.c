/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a terminal's card watch tells, as lines on stdout: "MICROSECONDS STATUS GIVEN-NAMES", the monotonic time of the news and who was
 * read. watch-tool PROFILES; the daemon is that of PCSCLITE_CSOCK_NAME. Ends with its stdin.
 */
#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

#include "hw/card/card-watch.h"
#include "hw/pcsc/pcsc-source.h"

static void
on_news (const PerronCardNews *news, gpointer data)
{
  printf ("%" G_GINT64_FORMAT " %s", g_get_monotonic_time (), perron_card_status_to_string (news->status));
  for (guint i = 0; news->holders != NULL && i < news->holders->count; i++)
    printf (" %s", news->holders->list[i].given_name); /* virtual cards only: nobody's name */
  printf ("\n");
  fflush (stdout);
}

static gboolean
on_end (gint fd, GIOCondition condition, gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  PerronProfiles *profiles = argc == 2 ? perron_profiles_load (argv[1], &error) : NULL;
  if (profiles == NULL)
    g_error ("usage: watch-tool PROFILES (%s)", error != NULL ? error->message : "one argument");
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, on_end, loop);
  PerronCardWatch *watch = perron_card_watch_new (perron_pcsc_source_new (NULL, profiles), profiles, FALSE, on_news, NULL);
  g_main_loop_run (loop);
  perron_card_watch_free (watch);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return 0;
}
