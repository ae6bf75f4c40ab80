/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/reader.h"

#include <string.h>

#include "hw/card/apdu.h"
#include "hw/card/card-map.h"

/* A reader that polls for presence takes up to 400 ms to see that a card left (measured with pcscd's poll). */
#define DEPARTURE_MS 600

/* Bytes of a file, in locked memory. */
typedef guint8 FileBytes;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FileBytes, perron_secret_free)

typedef enum {
  FILE_READ,
  FILE_ABSENT, /* no such file, or protected: not a fault of the card */
  FILE_FAULT,  /* error is set */
} FileResult;

typedef struct {
  PerronHolders *of[PERRON_PROFILE_FILES_MAX];
} Rows;

static void
rows_clear (Rows *rows)
{
  for (guint i = 0; i < PERRON_PROFILE_FILES_MAX; i++)
    g_clear_pointer (&rows->of[i], perron_holders_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rows, rows_clear)

void
perron_card_reading_clear (PerronCardReading *reading)
{
  g_clear_pointer (&reading->holders, perron_holders_free);
  g_clear_error (&reading->error);
  memset (reading, 0, sizeof *reading);
}

/* 9000, or a warning that leaves the selection made (62 xx, 63 xx): ISO/IEC 7816-4 clause 5.6. */
static gboolean
is_success (guint16 sw)
{
  return sw == PERRON_SW_OK || sw >> 8 == 0x62 || sw >> 8 == 0x63;
}

static gboolean
fail_gave_up (guint16 sw, GError **error)
{
  if (sw != PERRON_SW_GAVE_UP)
    return FALSE;
  g_set_error_literal (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_RESET, "the card gave up (6F 00)");
  return TRUE;
}

static gboolean
run_select (PerronChannel *channel, const PerronProfileStep *step, guint16 *ret_sw, GError **error)
{
  guint8 command[PERRON_APDU_MAX];
  gsize length = perron_apdu_select (command, step->p1, step->id, step->id_length);
  return perron_apdu_exchange (channel, command, length, NULL, 0, NULL, ret_sw, error) && !fail_gave_up (*ret_sw, error);
}

static FileResult
fail_content (GError **error, const char *what)
{
  g_set_error_literal (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_CONTENT, what);
  return FILE_FAULT;
}

/*
 * Reads 256 bytes at a time while the card gives them; a shorter block, 62 82, 6B 00 or 6A 86 is the end (public facts, section 1.4).
 */
static FileResult
read_binary (PerronChannel *channel, const PerronProfileStep *step, guint8 *data, gsize size, gsize *ret_length, GError **error)
{
  gsize at = 0;

  for (;;) {
    guint8 command[PERRON_APDU_MAX];
    gsize got = 0;
    guint16 sw = 0;
    gboolean by_sfi = at == 0 && step->kind == PERRON_STEP_READ_SFI;
    gsize length = by_sfi ? perron_apdu_read_sfi (command, step->sfi) : perron_apdu_read_offset (command, (guint16) at);
    if (!perron_apdu_exchange (channel, command, length, data + at, size - at, &got, &sw, error) || fail_gave_up (sw, error))
      return FILE_FAULT;
    at += got;
    if (sw == PERRON_SW_OK && got >= 256) {
      if (size - at < 256)
        return fail_content (error, "a file on the card is larger than the profile allows");
      continue;
    }
    if (sw != PERRON_SW_OK && sw != PERRON_SW_END_OF_FILE && at == 0)
      return FILE_ABSENT;
    if (sw == PERRON_SW_OK || sw == PERRON_SW_END_OF_FILE || sw == PERRON_SW_BEYOND_END || sw == PERRON_SW_WRONG_P1P2) {
      *ret_length = at;
      return FILE_READ;
    }
    return fail_content (error, "the card stopped in the middle of a file");
  }
}

static FileResult
run_path (PerronChannel *channel, const PerronProfilePath *path, guint8 *data, gsize size, gsize *ret_length, GError **error)
{
  for (guint i = 0; i + 1 < path->count; i++) {
    guint16 sw = 0;
    if (!run_select (channel, &path->steps[i], &sw, error))
      return FILE_FAULT;
    if (!is_success (sw))
      return FILE_ABSENT;
  }
  return read_binary (channel, &path->steps[path->count - 1], data, size, ret_length, error);
}

static FileResult
read_file (PerronChannel *channel, const PerronProfile *profile, const PerronProfileFile *file, PerronHolders **ret_rows, guint *warnings,
           GError **error)
{
  gsize size = profile->max_file_bytes + 256; /* a whole block beyond the limit, so that the limit itself can be read */
  g_autoptr (FileBytes) data = perron_secret_alloc (size);
  FileResult result = FILE_ABSENT;
  gsize length = 0;

  for (guint p = 0; p < file->path_count && result == FILE_ABSENT; p++)
    result = run_path (channel, &file->paths[p], data, size, &length, error);
  if (result != FILE_READ)
    return result;
  g_autoptr (PerronHolders) rows = perron_holders_new ();
  if (!perron_holders_parse (profile, file, data, length, rows, warnings, error))
    return FILE_FAULT;
  *ret_rows = g_steal_pointer (&rows);
  return FILE_READ;
}

static gboolean
read_files (PerronChannel *channel, const PerronProfile *profile, Rows *rows, guint *warnings, GError **error)
{
  for (guint i = 0; i < profile->file_count; i++) {
    FileResult result = read_file (channel, profile, &profile->files[i], &rows->of[i], warnings, error);
    if (result == FILE_ABSENT && profile->files[i].required)
      result = fail_content (error, "the card does not give its identity file");
    if (result == FILE_FAULT)
      return FALSE;
  }
  return TRUE;
}

/*
 * A second witness when the first is in doubt: does the card itself say that its people are where they were read? It changes nothing for
 * the person; it tells the operator a card of an unknown layout from a damaged one. FALSE only when the line failed.
 */
static gboolean
check_map (PerronChannel *channel, const PerronProfile *profile, guint *warnings, GError **error)
{
  const PerronProfileMap *map = &profile->map;
  gsize size = profile->max_file_bytes + 256, length = 0;
  g_autoptr (FileBytes) data = perron_secret_alloc (size);
  g_autoptr (GError) failure = NULL;

  if (map->path.count == 0)
    return TRUE;
  FileResult result = run_path (channel, &map->path, data, size, &length, &failure);
  if (result == FILE_FAULT && failure->domain == PERRON_CHANNEL_ERROR && failure->code != PERRON_CHANNEL_ERROR_PROTOCOL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  if (result != FILE_READ || perron_card_map_look (data, length, map->aid, map->aid_length, map->file) != PERRON_CARD_MAP_NAMES_IT)
    *warnings |= PERRON_CARD_WARNING_MAP;
  return TRUE;
}

/* The numbers count even when they could not be paired. */
static gboolean
is_made_up (const PerronProfiles *profiles, const Rows *rows, const PerronHolders *holders)
{
  for (guint h = 0; h < holders->count; h++) {
    if (perron_profiles_is_made_up (profiles, &holders->list[h]))
      return TRUE;
  }
  for (guint f = 0; f < PERRON_PROFILE_FILES_MAX; f++) {
    for (guint h = 0; rows->of[f] != NULL && h < rows->of[f]->count; h++) {
      if (perron_profiles_is_made_up (profiles, &rows->of[f]->list[h]))
        return TRUE;
    }
  }
  return FALSE;
}

static PerronCardStatus
status_of_error (const GError *error)
{
  if (error->domain != PERRON_CHANNEL_ERROR)
    return PERRON_CARD_UNREADABLE;
  switch ((PerronChannelError) error->code) {
  case PERRON_CHANNEL_ERROR_REMOVED:
    return PERRON_CARD_REMOVED;
  case PERRON_CHANNEL_ERROR_RESET:
  case PERRON_CHANNEL_ERROR_PROTOCOL:
    return PERRON_CARD_UNREADABLE;
  case PERRON_CHANNEL_ERROR_READER:
    return PERRON_CARD_NO_READER;
  case PERRON_CHANNEL_ERROR_MUTE:
    return PERRON_CARD_MUTE;
  case PERRON_CHANNEL_ERROR_HELD:
    return PERRON_CARD_HELD;
  case PERRON_CHANNEL_ERROR_TRANSPORT:
  case PERRON_CHANNEL_ERROR_SEQUENCE:
  default:
    return PERRON_CARD_READER_FAULT;
  }
}

static gboolean
read_profile (PerronChannel *channel, const PerronProfiles *profiles, const PerronProfile *profile, gboolean production,
              PerronCardReading *reading, GError **error)
{
  g_auto (Rows) rows = { { NULL } };
  g_autoptr (PerronHolders) holders = perron_holders_new ();
  g_autoptr (GError) doubt = NULL;
  guint warnings = 0;

  reading->warnings = 0;
  if (!read_files (channel, profile, &rows, &warnings, &doubt) || !perron_holders_join (profile, rows.of, holders, &warnings, &doubt)) {
    if (doubt->domain != PERRON_CHANNEL_ERROR && !check_map (channel, profile, &reading->warnings, error))
      return FALSE;
    g_propagate_error (error, g_steal_pointer (&doubt));
    return FALSE;
  }
  if (warnings & PERRON_CARD_WARNING_COUNT_MISMATCH && !check_map (channel, profile, &warnings, error))
    return FALSE;
  reading->card = profile->name;
  if (production && is_made_up (profiles, &rows, holders)) {
    reading->status = PERRON_CARD_REFUSED;
    g_set_error_literal (&reading->error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_CONTENT,
                         "a test or simulated identity, and this terminal is in production");
    return TRUE;
  }
  reading->status = PERRON_CARD_READ;
  reading->warnings = warnings;
  reading->holders = g_steal_pointer (&holders);
  return TRUE;
}

/* The profile that the ATR suggests first, then the others: index-th of that order. */
static const PerronProfile *
nth_profile (const PerronProfiles *profiles, const guint8 *atr, gsize length, guint index)
{
  for (guint pass = 0; pass < 2; pass++) {
    for (guint i = 0; i < perron_profiles_count (profiles); i++) {
      const PerronProfile *profile = perron_profiles_get (profiles, i);
      if (perron_profile_matches (profile, atr, length) == (pass == 0) && index-- == 0)
        return profile;
    }
  }
  return NULL;
}

/* NULL without error: no profile knows the card. A card that talks nonsense before it is known is another card, not a broken Vitale. */
static const PerronProfile *
find_profile (PerronChannel *channel, const PerronProfiles *profiles, GError **error)
{
  gsize length = 0;
  const guint8 *atr = channel->get_atr (channel, &length);

  for (guint i = 0; i < perron_profiles_count (profiles); i++) {
    const PerronProfile *profile = nth_profile (profiles, atr, length, i);
    g_autoptr (GError) failure = NULL;
    guint16 sw = 0;
    if (run_select (channel, &profile->decide, &sw, &failure)) {
      if (is_success (sw))
        return profile;
    } else if (!g_error_matches (failure, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_PROTOCOL)) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  }
  return NULL;
}

static PerronCardReading
name_other_card (const char *family)
{
  gboolean old = g_strcmp0 (family, "vitale-1") == 0;
  return (PerronCardReading) { .status = old ? PERRON_CARD_VITALE_1 : PERRON_CARD_NOT_VITALE, .card = family };
}

/* From the first command to the last; every error of the line is in `error`. */
static gboolean
read_whole (PerronChannel *channel, const PerronProfiles *profiles, gboolean production, const char *family, PerronCardReading *reading,
            GError **error)
{
  g_autoptr (GError) failure = NULL;
  const PerronProfile *profile = find_profile (channel, profiles, &failure);

  if (profile != NULL)
    return read_profile (channel, profiles, profile, production, reading, error);
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *reading = name_other_card (family);
  return TRUE;
}

void
perron_card_read (PerronChannel *channel, const PerronProfiles *profiles, gboolean production, PerronCardReading *ret_reading,
                  gboolean *ret_again)
{
  gsize length = 0;
  const guint8 *atr = channel->get_atr (channel, &length);
  gboolean decides = FALSE;
  const char *family = perron_profiles_find_family (profiles, atr, length, &decides);
  g_autoptr (GError) error = NULL;

  memset (ret_reading, 0, sizeof *ret_reading);
  *ret_again = FALSE;
  if (decides) {
    *ret_reading = name_other_card (family);
    return;
  }
  for (guint try = 0; try < PERRON_CARD_TRIES; try++) {
    g_clear_error (&error);
    if (read_whole (channel, profiles, production, family, ret_reading, &error))
      return;
    if (!g_error_matches (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_TRANSPORT))
      break;
  }
  ret_reading->status = status_of_error (error);
  *ret_again = g_error_matches (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_RESET) ||
               g_error_matches (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_MUTE);
  ret_reading->error = g_steal_pointer (&error);
}

static void
read_once (PerronCardSource *source, const PerronProfiles *profiles, gboolean production, PerronCardReading *ret_reading,
           gboolean *ret_again)
{
  memset (ret_reading, 0, sizeof *ret_reading);
  *ret_again = FALSE;
  g_autoptr (PerronChannel) channel = source->open (source, &ret_reading->error);
  if (channel != NULL)
    perron_card_read (channel, profiles, production, ret_reading, ret_again);
  else
    ret_reading->status = status_of_error (ret_reading->error);
  *ret_again |= g_error_matches (ret_reading->error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_RESET);
}

static void
read_again (PerronCardSource *source, const PerronProfiles *profiles, gboolean production, PerronCardReading *ret_reading)
{
  gboolean ignored;
  perron_card_reading_clear (ret_reading);
  read_once (source, profiles, production, ret_reading, &ignored);
}

void
perron_card_read_from (PerronCardSource *source, const PerronProfiles *profiles, gboolean production, PerronCardReading *ret_reading)
{
  gboolean again = FALSE;

  read_once (source, profiles, production, ret_reading, &again);
  if (again)
    read_again (source, profiles, production, ret_reading);
  if (!g_error_matches (ret_reading->error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_TRANSPORT))
    return;
  PerronCardStatus now = source->wait (source, PERRON_CARD_READING, DEPARTURE_MS);
  if (now == PERRON_CARD_NO_CARD)
    ret_reading->status = PERRON_CARD_REMOVED;
  else if (now == PERRON_CARD_NO_READER || now == PERRON_CARD_MUTE)
    ret_reading->status = now;
  else
    read_again (source, profiles, production, ret_reading); /* still there, or another one: from the start, after a reset */
}
