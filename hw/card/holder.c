/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/holder.h"

#include <string.h>

#include "hw/card/birth.h"
#include "hw/card/text.h"
#include "hw/card/tlv.h"
#include "kiosk/core/nir.h"

const char *
perron_card_warning_to_string (guint index)
{
  static const char *const words[PERRON_CARD_WARNING_COUNT] = {
    "count-mismatch", "no-numbers", "number-key", "number-shape", "birth-incomplete", "charset", "map",
  };
  g_return_val_if_fail (index < PERRON_CARD_WARNING_COUNT, "");
  return words[index];
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error_literal (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_CONTENT, what);
  return FALSE;
}

static gboolean
read_name (const PerronTlv *object, char name[PERRON_NAME_BYTES], guint *warnings)
{
  PerronTextResult result = perron_text_decode (object->value, object->length, name, PERRON_NAME_BYTES);
  if (result == PERRON_TEXT_NEUTRAL)
    *warnings |= PERRON_CARD_WARNING_CHARSET;
  return result != PERRON_TEXT_REFUSED;
}

static gboolean
read_birth (const PerronTlv *object, PerronBirth *birth, guint *warnings)
{
  if (!perron_birth_parse ((const char *) object->value, object->length, birth))
    return FALSE;
  if (!perron_birth_is_whole (birth))
    *warnings |= PERRON_CARD_WARNING_BIRTH;
  return TRUE;
}

static void
read_number (const PerronTlv *object, PerronNumber *number, guint *warnings)
{
  perron_nir_parse ((const char *) object->value, object->length, number);
  if (number->kind == PERRON_NUMBER_INVALID)
    *warnings |= PERRON_CARD_WARNING_NUMBER;
  else if (!number->key_ok && number->kind != PERRON_NUMBER_NONE && number->kind != PERRON_NUMBER_MIGRANT)
    *warnings |= PERRON_CARD_WARNING_KEY;
}

static gboolean
read_field (PerronCardField field, const PerronTlv *object, PerronHolder *holder, guint *warnings)
{
  switch (field) {
  case PERRON_CARD_FIELD_SURNAME:
    return read_name (object, holder->surname, warnings);
  case PERRON_CARD_FIELD_GIVEN_NAME:
    return read_name (object, holder->given_name, warnings);
  case PERRON_CARD_FIELD_BIRTH:
    return read_birth (object, &holder->birth, warnings);
  case PERRON_CARD_FIELD_NUMBER:
    read_number (object, &holder->number, warnings);
    return TRUE;
  case PERRON_CARD_FIELD_COUNT:
  default:
    return FALSE;
  }
}

/* The first object of each tag counts; unknown ones, a nested template among them, are passed over. */
static gboolean
read_person (const PerronProfileFile *file, const PerronTlv *template, PerronHolder *holder, guint *warnings, GError **error)
{
  gboolean seen[PERRON_CARD_FIELD_COUNT] = { FALSE };
  PerronTlvReader reader = perron_tlv_reader (template->value, template->length);
  PerronTlv object;

  while (perron_tlv_next (&reader, &object) == PERRON_TLV_OBJECT) {
    for (guint f = 0; f < PERRON_CARD_FIELD_COUNT; f++) {
      if (file->tags[f] != object.tag || seen[f])
        continue;
      seen[f] = TRUE;
      if (!read_field ((PerronCardField) f, &object, holder, warnings))
        return fail (error, "a field of a person on the card is not text, not a date, or too long");
    }
  }
  return TRUE;
}

static gboolean
parse_templates (const PerronProfile *profile, const PerronProfileFile *file, const guint8 *data, gsize length, PerronHolders *rows,
                 guint *warnings, GError **error)
{
  PerronTlvReader reader = perron_tlv_reader (data, length);
  PerronTlv object;
  PerronTlvStep step;

  while ((step = perron_tlv_next (&reader, &object)) == PERRON_TLV_OBJECT) {
    if (object.tag != file->template_tag)
      continue;
    if (rows->count >= MIN (profile->max_holders, PERRON_HOLDERS_MAX))
      return fail (error, "more people on the card than the profile allows");
    if (!perron_tlv_check (object.value, object.length, profile->max_depth))
      return fail (error, "a person on the card is not well-formed TLV");
    if (!read_person (file, &object, &rows->list[rows->count], warnings, error))
      return FALSE;
    rows->count++;
  }
  return step == PERRON_TLV_END || fail (error, "a file on the card is not well-formed TLV");
}

gboolean
perron_holders_parse (const PerronProfile *profile, const PerronProfileFile *file, const guint8 *data, gsize length, PerronHolders *rows,
                      guint *warnings, GError **error)
{
  g_return_val_if_fail (rows->count == 0, FALSE);
  if (parse_templates (profile, file, data, length, rows, warnings, error))
    return TRUE;
  explicit_bzero (rows, sizeof *rows);
  return FALSE;
}

static gboolean
is_blank (const PerronHolder *holder)
{
  return holder->surname[0] == '\0' && holder->given_name[0] == '\0' && holder->birth.raw[0] == '\0' &&
         holder->number.kind == PERRON_NUMBER_NONE;
}

/* Fields of fixed width come in files of fixed size: slots nobody uses are blank, at the end. */
static guint
count_used (const PerronHolders *rows)
{
  guint count = rows->count;
  while (count > 0 && is_blank (&rows->list[count - 1]))
    count--;
  return count;
}

static void
copy_fields (const PerronProfileFile *file, const PerronHolder *from, PerronHolder *to)
{
  if (file->tags[PERRON_CARD_FIELD_SURNAME] != 0)
    memcpy (to->surname, from->surname, sizeof to->surname);
  if (file->tags[PERRON_CARD_FIELD_GIVEN_NAME] != 0)
    memcpy (to->given_name, from->given_name, sizeof to->given_name);
  if (file->tags[PERRON_CARD_FIELD_BIRTH] != 0)
    to->birth = from->birth;
  if (file->tags[PERRON_CARD_FIELD_NUMBER] != 0)
    to->number = from->number;
}

static void
join_file (const PerronProfileFile *file, const PerronHolders *rows, gboolean same_slots, PerronHolders *holders, guint *warnings)
{
  if (!same_slots && count_used (rows) != holders->count) {
    *warnings |= PERRON_CARD_WARNING_COUNT_MISMATCH;
    return;
  }
  for (guint i = 0; i < holders->count; i++)
    copy_fields (file, &rows->list[i], &holders->list[i]);
}

gboolean
perron_holders_join (const PerronProfile *profile, PerronHolders *const *rows, PerronHolders *ret_holders, guint *warnings, GError **error)
{
  guint first = 0;
  while (first < profile->file_count && !profile->files[first].required)
    first++;
  g_return_val_if_fail (first < profile->file_count && rows[first] != NULL && ret_holders->count == 0, FALSE);

  guint count = count_used (rows[first]);
  if (count == 0)
    return fail (error, "nobody on the card");
  for (guint i = 0; i < count; i++) {
    if (rows[first]->list[i].surname[0] == '\0' && rows[first]->list[i].given_name[0] == '\0')
      return fail (error, "a person without a name on the card");
  }
  ret_holders->count = count;
  for (guint f = 0; f < profile->file_count; f++) {
    if (rows[f] == NULL)
      *warnings |= PERRON_CARD_WARNING_NO_NUMBERS;
    else
      join_file (&profile->files[f], rows[f], rows[f]->count == rows[first]->count, ret_holders, warnings);
  }
  return TRUE;
}
