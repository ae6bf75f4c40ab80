/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/pcsc/pcsc-table.h"

#include <string.h>

#define GONE (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE | SCARD_STATE_IGNORE)

void
perron_pcsc_table_init (PerronPcscTable *table)
{
  memset (table, 0, sizeof *table);
  table->states[0].szReader = "\\\\?PnP?\\Notification";
}

static DWORD
find_known (const PerronPcscTable *table, const char *name)
{
  for (guint i = 0; i < table->count; i++) {
    if (strcmp (table->names[i], name) == 0)
      return table->states[i + 1].dwCurrentState;
  }
  return SCARD_STATE_UNAWARE;
}

void
perron_pcsc_table_set_readers (PerronPcscTable *table, const char *list, gsize size, const char *filter)
{
  DWORD known[PERRON_PCSC_READERS_MAX];
  const char *names[PERRON_PCSC_READERS_MAX];
  guint count = 0;

  for (gsize at = 0; at < size && list[at] != '\0' && count < PERRON_PCSC_READERS_MAX;) {
    const char *name = list + at;
    gsize length = strnlen (name, size - at);
    if (length <= MAX_READERNAME && at + length < size && (filter == NULL || strstr (name, filter) != NULL)) {
      known[count] = find_known (table, name);
      names[count++] = name;
    }
    at += length + 1;
  }
  /* Names are read before they are overwritten: `list` never is the table's own memory. */
  for (guint i = 0; i < count; i++) {
    g_strlcpy (table->names[i], names[i], sizeof table->names[i]);
    memset (&table->states[i + 1], 0, sizeof table->states[i + 1]);
    table->states[i + 1].szReader = table->names[i];
    table->states[i + 1].dwCurrentState = known[i];
  }
  table->count = count;
}

gboolean
perron_pcsc_table_settle (PerronPcscTable *table)
{
  gboolean list_again = (table->states[0].dwEventState & SCARD_STATE_CHANGED) != 0;

  for (guint i = 0; i <= table->count; i++) {
    SCARD_READERSTATE *state = &table->states[i];
    /* Only when it has just gone: one that stays listed without its device would be asked for without end. */
    if (i > 0 && state->dwEventState & GONE && !(state->dwCurrentState & GONE))
      list_again = TRUE;
    state->dwCurrentState = state->dwEventState & ~(DWORD) SCARD_STATE_CHANGED;
  }
  return list_again;
}

guint
perron_pcsc_table_counter (const PerronPcscTable *table, guint index)
{
  return (guint) (table->states[index + 1].dwEventState >> 16) & 0xFFFF;
}

static gboolean
is_professional (const PerronProfiles *profiles, const SCARD_READERSTATE *state)
{
  gboolean decides;
  gsize length = MIN (state->cbAtr, PERRON_ATR_MAX);
  return g_strcmp0 (perron_profiles_find_family (profiles, state->rgbAtr, length, &decides), "health-professional") == 0;
}

static gboolean
is_hinted (const PerronProfiles *profiles, const SCARD_READERSTATE *state)
{
  for (guint i = 0; i < perron_profiles_count (profiles); i++) {
    if (perron_profile_matches (perron_profiles_get (profiles, i), state->rgbAtr, MIN (state->cbAtr, PERRON_ATR_MAX)))
      return TRUE;
  }
  return FALSE;
}

PerronCardStatus
perron_pcsc_table_choose (const PerronPcscTable *table, const PerronProfiles *profiles, guint *ret_index)
{
  guint best = PERRON_PCSC_NONE;
  gboolean mute = FALSE, best_hinted = FALSE, usable = FALSE;

  for (guint i = 0; i < table->count; i++) {
    const SCARD_READERSTATE *state = &table->states[i + 1];
    /* A reader of reader.conf that lost its device stays listed: its state alone says so. */
    if (!(state->dwEventState & (SCARD_STATE_UNAVAILABLE | SCARD_STATE_UNKNOWN)))
      usable = TRUE;
    if (!(state->dwEventState & SCARD_STATE_PRESENT))
      continue;
    if (state->dwEventState & SCARD_STATE_MUTE) {
      mute = TRUE;
      continue;
    }
    if (table->count > 1 && is_professional (profiles, state))
      continue;
    gboolean hinted = is_hinted (profiles, state);
    if (best == PERRON_PCSC_NONE || (hinted && !best_hinted)) {
      best = i;
      best_hinted = hinted;
    }
  }
  *ret_index = best;
  if (best != PERRON_PCSC_NONE)
    return PERRON_CARD_READING;
  if (mute)
    return PERRON_CARD_MUTE;
  return usable ? PERRON_CARD_NO_CARD : PERRON_CARD_NO_READER;
}
