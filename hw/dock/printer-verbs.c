/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of what stands on the desk: printer and keypad. */
#include <string.h>

#include "hw/dock/dock-verbs.h"

static gboolean
refuse (GError **error, const char *word, const char *why)
{
  g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "%s: %s", word, why);
  return FALSE;
}

/* "out 5": the roll ends after five rows more. */
static gboolean
paper_runs_out (PerronPaper *paper, char **arguments, GError **error)
{
  guint64 rows;
  if (strcmp (arguments[0], "out") != 0)
    return refuse (error, arguments[0], "takes no number");
  if (!g_ascii_string_to_unsigned (arguments[1], 10, 1, 10000, &rows, NULL))
    return refuse (error, arguments[1], "must be a number of rows, 1 to 10000");
  perron_paper_set_rows_left (paper, (guint) rows);
  return TRUE;
}

static gboolean
paper (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  static const struct {
    const char *word;
    PerronPaperSensors sensors;
  } states[] = {
    { "in", { 0 } },
    { "low", { .low = TRUE } },
    { "out", { .out = TRUE } },
    { "cover", { .cover = TRUE } },
    { "fault", { .fault = TRUE } },
  };

  if (dock->printer == NULL)
    return refuse (error, "paper", "no printer: the dock was started without --printer");
  if (arguments[1] != NULL)
    return paper_runs_out (perron_dock_printer_get_paper (dock->printer), arguments, error);
  perron_dock_printer_set_stuck (dock->printer, strcmp (arguments[0], "stuck") == 0);
  if (strcmp (arguments[0], "stuck") == 0)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++) {
    if (strcmp (states[i].word, arguments[0]) == 0) {
      perron_paper_set_sensors (perron_dock_printer_get_paper (dock->printer), states[i].sensors);
      return TRUE;
    }
  }
  return refuse (error, arguments[0], "must be in, low, out, cover, fault or stuck");
}

/* A change of state is seen by the panel too. */
static gboolean
paper_and_tell (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  const gboolean done = paper (dock, arguments, reply, data, error);
  if (done && dock->changed != NULL)
    dock->changed (dock->changed_data);
  return done;
}

/* "plug" or "unplug"; FALSE with error: another word. */
static gboolean
read_plug (const char *word, gboolean *ret_plugged, GError **error)
{
  *ret_plugged = strcmp (word, "plug") == 0;
  return *ret_plugged || strcmp (word, "unplug") == 0 || refuse (error, word, "must be plug or unplug");
}

static gboolean
printer (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  gboolean plugged;
  if (dock->printer == NULL)
    return refuse (error, "printer", "no printer: the dock was started without --printer");
  return read_plug (arguments[0], &plugged, error) && perron_dock_printer_plug (dock->printer, plugged, error);
}

static gboolean
mixer (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  gboolean plugged;
  if (dock->jack_line == NULL)
    return refuse (error, "mixer", "no sound card: the dock was started without --jack");
  if (!read_plug (arguments[0], &plugged, error))
    return FALSE;
  perron_dock_jack_line_plug (dock->jack_line, plugged);
  return TRUE;
}

static gboolean
keypad (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  gboolean plugged;
  if (dock->keypad == NULL)
    return refuse (error, "keypad", "no keypad: the dock was started without --keypad");
  return read_plug (arguments[0], &plugged, error) && perron_dock_keypad_plug (dock->keypad, plugged, error);
}

static gboolean
key (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  if (dock->keypad == NULL)
    return refuse (error, "key", "no keypad: the dock was started without --keypad");
  return perron_dock_keypad_press (dock->keypad, arguments[0], arguments[1], error);
}

const PerronDockVerb perron_dock_desk_verbs[] = {
  { "paper", 1, 2, "paper in|low|out [ROWS]|cover|fault|stuck", paper_and_tell },
  { "printer", 1, 1, "printer plug|unplug", printer },
  { "mixer", 1, 1, "mixer plug|unplug", mixer },
  { "keypad", 1, 1, "keypad plug|unplug", keypad },
  { "key", 1, 2, "key NAME [down|up|repeat]", key },
  { NULL, 0, 0, NULL, NULL },
};
