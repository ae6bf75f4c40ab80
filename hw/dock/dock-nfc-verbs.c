/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/dock-verbs.h"

#include <string.h>

static gboolean
refuse (GError **error, const char *word, const char *why)
{
  g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "%s: %s", word, why);
  return FALSE;
}

static Pn532 *
find_chip (PerronDock *dock, GError **error)
{
  if (dock->nfc != NULL)
    return perron_dock_nfc_get_chip (dock->nfc);
  (void) refuse (error, "nfc", "no NFC reader: the dock was started without --nfc");
  return NULL;
}

static gboolean
lay (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) tags = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_tag_free);
  Pn532 *chip = find_chip (dock, error);
  if (chip == NULL)
    return FALSE;
  for (guint i = 0; arguments[i] != NULL; i++) {
    gboolean whole = strchr (arguments[i], '/') != NULL;
    g_autofree char *path = whole ? g_strdup (arguments[i]) : g_build_filename (dock->tags, arguments[i], NULL);
    PerronTag *tag = perron_tag_load (path, error);
    if (tag == NULL)
      return FALSE;
    g_ptr_array_add (tags, tag);
  }
  while (tags->len > 0) {
    if (!pn532_add (chip, g_ptr_array_steal_index (tags, 0)))
      return refuse (error, "lay", "too many tags");
  }
  perron_dock_nfc_changed (dock->nfc);
  return TRUE;
}

static gboolean
tap (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  Pn532 *chip = find_chip (dock, error);
  if (chip != NULL && pn532_count (chip) > 0)
    return refuse (error, "tap", "something is there: untap first");
  return chip != NULL && lay (dock, arguments, reply, data, error);
}

static gboolean
untap (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  Pn532 *chip = find_chip (dock, error);
  if (chip == NULL)
    return FALSE;
  if (pn532_count (chip) == 0)
    return refuse (error, "untap", "nothing is there");
  pn532_clear (chip);
  perron_dock_nfc_changed (dock->nfc);
  return TRUE;
}

static const char *const fault_words[PN532_FAULT_COUNT] = { "ok", "nad", "oversize", "long-uid", "silence", "checksum" };

static gboolean
nfc (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  Pn532 *chip = find_chip (dock, error);
  if (chip == NULL)
    return FALSE;
  if (strcmp (arguments[0], "hang-up") == 0)
    return perron_dock_nfc_hang_up (dock->nfc, error);
  for (guint i = 0; i < PN532_FAULT_COUNT; i++) {
    if (strcmp (arguments[0], fault_words[i]) == 0) {
      pn532_arm (chip, (Pn532Fault) i);
      return TRUE;
    }
  }
  return refuse (error, arguments[0], "must be ok, nad, oversize, long-uid, silence, checksum or hang-up");
}

const char *
perron_dock_nfc_fault_word (Pn532Fault fault)
{
  return fault_words[fault];
}

const PerronDockVerb perron_dock_nfc_verbs[] = {
  { "tap", 1, PN532_TARGETS_MAX, "tap TAG.json [TAG.json]", tap },
  { "lay", 1, PN532_TARGETS_MAX, "lay TAG.json [TAG.json]", lay },
  { "untap", 0, 0, "untap", untap },
  { "nfc", 1, 1, "nfc nad|oversize|long-uid|silence|checksum|hang-up|ok", nfc },
  { NULL, 0, 0, NULL, NULL },
};
