/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/dock.h"

#include <string.h>

#include "hw/dock/dock-verbs.h"

G_DEFINE_QUARK (perron-dock-error-quark, perron_dock_error)

static void
on_changed (gpointer data)
{
  PerronDock *dock = data;
  if (dock->changed != NULL)
    dock->changed (dock->changed_data);
}

static gboolean
open_slots (PerronDock *dock, const PerronDockOptions *options, GError **error)
{
  if (options->slot == NULL)
    return TRUE;
  for (guint i = 0; i < options->readers; i++) {
    g_autofree char *path = i > 0 ? g_strdup_printf ("%s.%u", options->slot, i) : g_strdup (options->slot);
    PerronDockSlot *slot = perron_dock_slot_new (path, on_changed, dock, error);
    if (slot == NULL)
      return FALSE;
    g_ptr_array_add (dock->slots, slot);
    if (options->vpcd == NULL)
      continue;
    PerronDockVpcd *vpcd = perron_dock_vpcd_new (options->vpcd, i, path, error);
    if (vpcd == NULL)
      return FALSE;
    g_ptr_array_add (dock->vpcds, vpcd);
  }
  return TRUE;
}

PerronDock *
perron_dock_new (const PerronDockOptions *options, GError **error)
{
  g_autoptr (PerronDock) dock = g_new0 (PerronDock, 1);
  dock->cards = g_strdup (options->cards);
  dock->slots = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_dock_slot_free);
  dock->vpcds = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_dock_vpcd_free);
  if (!open_slots (dock, options, error))
    return NULL;
  if (options->net != NULL) {
    dock->net = perron_dock_net_new (options->net, on_changed, dock, error);
    if (dock->net == NULL)
      return NULL;
  }
  if (options->sound != NULL)
    dock->jack = perron_dock_jack_new (options->sound, on_changed, dock);
  if (options->printer != NULL) {
    dock->printer = perron_dock_printer_new (options->printer, on_changed, dock, error);
    if (dock->printer == NULL)
      return NULL;
  }
  if (options->keypad != NULL) {
    dock->keypad = perron_dock_keypad_new (options->keypad, error);
    if (dock->keypad == NULL)
      return NULL;
  }
  if (options->jack != NULL) {
    dock->jack_line = perron_dock_jack_line_new (options->jack, error);
    if (dock->jack_line == NULL)
      return NULL;
  }
  dock->tags = options->tags != NULL ? g_strdup (options->tags) : g_build_filename (options->cards, "..", "tags", NULL);
  if (options->nfc != NULL) {
    dock->nfc = perron_dock_nfc_new (options->nfc, options->realistic_nfc, on_changed, dock, error);
    if (dock->nfc == NULL)
      return NULL;
  }
  return g_steal_pointer (&dock);
}

void
perron_dock_free (PerronDock *dock)
{
  if (dock == NULL)
    return;
  dock->changed = NULL;
  g_ptr_array_unref (dock->vpcds);
  g_ptr_array_unref (dock->slots);
  perron_dock_net_free (dock->net);
  perron_dock_jack_free (dock->jack);
  perron_dock_jack_line_free (dock->jack_line);
  perron_dock_printer_free (dock->printer);
  perron_dock_keypad_free (dock->keypad);
  perron_dock_nfc_free (dock->nfc);
  g_free (dock->tags);
  g_free (dock->cards);
  g_free (dock);
}

const char *
perron_dock_get_cards_folder (PerronDock *dock)
{
  return dock->cards;
}

void
perron_dock_listen (PerronDock *dock, void (*changed) (gpointer data), gpointer data)
{
  dock->changed = changed;
  dock->changed_data = data;
}

void
perron_dock_on_quit (PerronDock *dock, void (*quit) (gpointer data), gpointer data)
{
  dock->quit = quit;
  dock->quit_data = data;
}

static gboolean
status (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  g_autofree char *text = perron_dock_dup_status (dock);
  reply (text, data);
  return FALSE;
}

static gboolean
quit (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  reply ("ok", data);
  if (dock->quit != NULL)
    dock->quit (dock->quit_data);
  return FALSE;
}


static const PerronDockVerb own_verbs[] = {
  { "status", 0, 0, "status", status },
  { "quit", 0, 0, "quit", quit },
  { NULL, 0, 0, NULL, NULL },
};

static const PerronDockVerb *const verb_tables[] = { own_verbs,             perron_dock_card_verbs, perron_dock_world_verbs,
                                                     perron_dock_desk_verbs, perron_dock_nfc_verbs };

static const PerronDockVerb *
find_verb (const char *word, guint arguments, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (verb_tables); i++) {
    for (const PerronDockVerb *verb = verb_tables[i]; verb->word != NULL; verb++) {
      if (strcmp (verb->word, word) != 0)
        continue;
      if (arguments >= verb->least && arguments <= verb->most)
        return verb;
      g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "usage: %s", verb->usage);
      return NULL;
    }
  }
  g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "%s: no such verb", word);
  return NULL;
}

void
perron_dock_do (PerronDock *dock, const char *line, PerronDockReply reply, gpointer data)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  gint count;

  if (!g_shell_parse_argv (line, &count, &words, NULL))
    return reply ("error: an empty line, or a quote that is not closed", data);
  const PerronDockVerb *verb = find_verb (words[0], (guint) count - 1, &error);
  if (verb != NULL && verb->run (dock, words + 1, reply, data, &error))
    return reply ("ok", data);
  if (error != NULL) {
    g_autofree char *text = g_strdup_printf ("error: %s", error->message);
    reply (g_strdelimit (text, "\r\n", ' '), data);
  }
}
