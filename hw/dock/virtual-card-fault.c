/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/virtual-card-private.h"

#include <string.h>

static const struct {
  const char *word;
  PerronVirtualFault kind;
} words[] = {
  { "pull", PERRON_VIRTUAL_FAULT_PULL }, { "mute", PERRON_VIRTUAL_FAULT_MUTE },       { "half", PERRON_VIRTUAL_FAULT_HALF },
  { "zero", PERRON_VIRTUAL_FAULT_ZERO }, { "garbage", PERRON_VIRTUAL_FAULT_GARBAGE }, { "transport", PERRON_VIRTUAL_FAULT_TRANSPORT },
};

static gboolean
refuse (const char *what, const char *why, GError **error)
{
  g_set_error (error, PERRON_VIRTUAL_CARD_ERROR, PERRON_VIRTUAL_CARD_ERROR_VALUE, "%s: %s", what, why);
  return FALSE;
}

static gboolean
parse_sw (const char *what, CardFault *fault, GError **error)
{
  const char *digits = what + strlen ("sw:");
  if (strlen (digits) != 4 || strspn (digits, "0123456789ABCDEFabcdef") != 4)
    return refuse (what, "four hexadecimal digits must follow sw:", error);
  fault->kind = PERRON_VIRTUAL_FAULT_SW;
  fault->sw = (guint16) g_ascii_strtoull (digits, NULL, 16);
  return TRUE;
}

static gboolean
parse_swap (const PerronVirtualCard *card, const char *what, CardFault *fault, GError **error)
{
  const char *name = what + strlen ("swap:");
  if (*name == '\0' || strchr (name, '/') != NULL)
    return refuse (what, "the name of a card of the same folder must follow swap:", error);
  g_autofree char *path = g_build_filename (card->folder, name, NULL);
  fault->kind = PERRON_VIRTUAL_FAULT_SWAP;
  fault->other = perron_virtual_card_load_at (path, 1, error);
  return fault->other != NULL;
}

gboolean
perron_virtual_card_add_fault (PerronVirtualCard *card, const char *what, guint at, guint times, GError **error)
{
  g_autoptr (CardFault) fault = g_new0 (CardFault, 1);
  fault->at = at;
  fault->times = times;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    if (strcmp (what, words[i].word) == 0)
      fault->kind = words[i].kind;
  }
  if (g_str_has_prefix (what, "sw:") && !parse_sw (what, fault, error))
    return FALSE;
  if (g_str_has_prefix (what, "swap:") && !parse_swap (card, what, fault, error))
    return FALSE;
  if (fault->kind == PERRON_VIRTUAL_FAULT_NONE)
    return refuse (what, "must be pull, mute, half, zero, garbage, transport, swap:FILE or sw:XXXX", error);
  g_ptr_array_add (card->faults, g_steal_pointer (&fault));
  return TRUE;
}
