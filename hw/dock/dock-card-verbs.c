/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/dock-verbs.h"

#include <string.h>

#define FAULTS_MAX 32

static PerronDockSlot *
find_slot (PerronDock *dock, const char *word, GError **error)
{
  guint64 number = 0;
  if (dock->slots->len == 0) {
    g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "no reader: the dock was started without --slot");
    return NULL;
  }
  if (word != NULL && !g_ascii_string_to_unsigned (word, 10, 0, dock->slots->len - 1, &number, NULL)) {
    g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "%s: no such slot, there are %u, counted from 0", word,
                 dock->slots->len);
    return NULL;
  }
  return g_ptr_array_index (dock->slots, number);
}

/* "pull@3", "sw:6F00@2", "transport@3x4": what, at which APDU, how many times. */
static gboolean
add_fault (PerronVirtualCard *card, const char *word, GError **error)
{
  const char *at = strrchr (word, '@');
  g_autofree char *what = at != NULL ? g_strndup (word, (gsize) (at - word)) : NULL;
  g_auto (GStrv) numbers = g_strsplit (at != NULL ? at + 1 : "", "x", 3);
  guint64 first = 0, times = 1;
  gboolean good = at != NULL && g_strv_length (numbers) >= 1 && g_strv_length (numbers) <= 2
                  && g_ascii_string_to_unsigned (numbers[0], 10, 1, 100000, &first, NULL)
                  && (numbers[1] == NULL || g_ascii_string_to_unsigned (numbers[1], 10, 1, 100000, &times, NULL));
  if (!good) {
    g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "%s: must be slot=N or FAULT@APDU or FAULT@APDUxTIMES", word);
    return FALSE;
  }
  return perron_virtual_card_add_fault (card, what, (guint) first, (guint) times, error);
}

static gboolean
insert (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  const char *file = arguments[0];
  const char *slot_word = NULL;
  g_autofree char *path = strchr (file, '/') != NULL ? g_strdup (file) : g_build_filename (dock->cards, file, NULL);
  g_autoptr (PerronVirtualCard) card = perron_virtual_card_load (path, error);
  if (card == NULL)
    return FALSE;
  for (gsize i = 1; arguments[i] != NULL; i++) {
    if (g_str_has_prefix (arguments[i], "slot="))
      slot_word = arguments[i] + strlen ("slot=");
    else if (!add_fault (card, arguments[i], error))
      return FALSE;
  }
  PerronDockSlot *slot = find_slot (dock, slot_word, error);
  if (slot == NULL)
    return FALSE;
  if (perron_dock_slot_get_card (slot) != NULL) {
    g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "a card is in: remove it first");
    return FALSE;
  }
  perron_dock_slot_insert (slot, g_steal_pointer (&card));
  return TRUE;
}

static gboolean
remove_card (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  PerronDockSlot *slot = find_slot (dock, arguments[0], error);
  if (slot == NULL)
    return FALSE;
  if (perron_dock_slot_get_card (slot) == NULL) {
    g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "no card is in");
    return FALSE;
  }
  perron_dock_slot_remove (slot);
  return TRUE;
}

static gboolean
reader (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  gboolean plug = strcmp (arguments[0], "plug") == 0;
  if (!plug && strcmp (arguments[0], "unplug") != 0) {
    g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "%s: must be plug or unplug", arguments[0]);
    return FALSE;
  }
  PerronDockSlot *slot = find_slot (dock, arguments[1], error);
  if (slot == NULL)
    return FALSE;
  if (perron_dock_slot_is_plugged (slot) != plug)
    perron_dock_slot_plug (slot, plug);
  return TRUE;
}

const PerronDockVerb perron_dock_card_verbs[] = {
  { "insert", 1, 2 + FAULTS_MAX, "insert CARD.json [slot=N] [FAULT@APDU[xTIMES]]...", insert },
  { "remove", 0, 1, "remove [N]", remove_card },
  { "reader", 1, 2, "reader plug|unplug [N]", reader },
  { NULL, 0, 0, NULL, NULL },
};
