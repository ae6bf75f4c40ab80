/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "hw/card/profile-load.h"
#include "kiosk/core/card-status.h"

gboolean
perron_atr_mask_load (const PerronJson *at, PerronAtrMask *ret_mask, GError **error)
{
  static const char *const names[] = { "value", "mask", "prefix", NULL };
  PerronAtrMask mask = { 0 };
  gsize length = 0, mask_length = 0;
  PerronJson prefix;

  if (!perron_json_only (at, names, error) || !perron_json_member_hex (at, "value", mask.value, 2, PERRON_ATR_MAX, &length, error))
    return FALSE;
  memset (mask.mask, 0xFF, length);
  if (perron_json_has (at, "mask")) {
    if (!perron_json_member_hex (at, "mask", mask.mask, 2, PERRON_ATR_MAX, &mask_length, error))
      return FALSE;
    if (mask_length != length)
      return perron_json_fail (at, error, "value and mask differ in length");
  }
  if (perron_json_has (at, "prefix") &&
      (!perron_json_member (at, "prefix", &prefix, error) || !perron_json_bool (&prefix, &mask.prefix, error)))
    return FALSE;
  for (gsize i = 0; i < length; i++) {
    if (mask.value[i] & ~mask.mask[i])
      return perron_json_fail (at, error, "byte %" G_GSIZE_FORMAT " of value has bits outside the mask", i);
  }
  mask.length = (guint8) length;
  *ret_mask = mask;
  return TRUE;
}

gboolean
perron_atr_masks_overlap (const PerronAtrMask *a, const PerronAtrMask *b)
{
  if ((!a->prefix && b->length > a->length) || (!b->prefix && a->length > b->length))
    return FALSE;
  for (guint i = 0; i < MIN (a->length, b->length); i++) {
    if ((a->value[i] ^ b->value[i]) & a->mask[i] & b->mask[i])
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_clash (const PerronProfiles *profiles, const PerronFamilyRow *row, const PerronJson *at, GError **error)
{
  for (guint i = 0; i < profiles->families->len; i++) {
    const PerronFamilyRow *other = &g_array_index (profiles->families, PerronFamilyRow, i);
    if (other->priority == row->priority && other->word != row->word && perron_atr_masks_overlap (&other->atr, &row->atr)) {
      g_set_error (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_CLASH, "%s: %s: also matched by a mask of \"%s\" with the same priority",
                   at->file, at->path, other->word);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
load_word (const PerronJson *family, const char **ret_word, GError **error)
{
  const char *text;
  if (!perron_json_member_string (family, "family", 32, &text, error))
    return FALSE;
  *ret_word = perron_card_family_from_string (text);
  return *ret_word != NULL || perron_json_fail (family, error, "\"%s\" is not a family of cards", text);
}

static gboolean
load_family (PerronProfiles *profiles, const PerronJson *family, GError **error)
{
  static const char *const names[] = { "family", "priority", "decides", "atr", NULL };
  PerronFamilyRow row = { 0 };
  PerronJson atrs, decides;
  guint count;

  if (!perron_json_only (family, names, error) || !load_word (family, &row.word, error) ||
      !perron_json_member_int (family, "priority", 0, 1000, &row.priority, error) ||
      !perron_json_member (family, "decides", &decides, error) || !perron_json_bool (&decides, &row.decides, error) ||
      !perron_json_member (family, "atr", &atrs, error) || !perron_json_array (&atrs, 1, 64, &count, error))
    return FALSE;
  for (guint i = 0; i < count; i++) {
    PerronJson at = perron_json_item (&atrs, i);
    if (profiles->families->len >= PERRON_FAMILY_ROWS_MAX)
      return perron_json_fail (&at, error, "more than %d masks", PERRON_FAMILY_ROWS_MAX);
    if (!perron_atr_mask_load (&at, &row.atr, error) || !check_clash (profiles, &row, &at, error))
      return FALSE;
    g_array_append_val (profiles->families, row);
  }
  return TRUE;
}

gboolean
perron_profiles_add_families (PerronProfiles *profiles, const PerronJson *root, GError **error)
{
  static const char *const names[] = { "kind", "families", NULL };
  PerronJson families;
  guint count;

  if (!perron_json_only (root, names, error) || !perron_json_member (root, "families", &families, error) ||
      !perron_json_array (&families, 0, 64, &count, error))
    return FALSE;
  for (guint i = 0; i < count; i++) {
    PerronJson family = perron_json_item (&families, i);
    if (!load_family (profiles, &family, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
load_identity (const PerronJson *at, PerronTestIdentity *identity, GError **error)
{
  static const char *const names[] = { "number", "surname", "given_name", NULL };
  const char *text;

  if (!perron_json_only (at, names, error))
    return FALSE;
  if (perron_json_has (at, "number")) {
    if (!perron_json_member_string (at, "number", PERRON_NIR_BODY_CHARS, &text, error))
      return FALSE;
    if (perron_nir_key (text) == 0)
      return perron_json_fail (at, error, "not 13 digits (2A and 2B allowed)");
    g_strlcpy (identity->number, text, sizeof identity->number);
    return TRUE;
  }
  if (!perron_json_member_string (at, "surname", sizeof identity->surname - 1, &text, error))
    return FALSE;
  g_strlcpy (identity->surname, text, sizeof identity->surname);
  if (!perron_json_member_string (at, "given_name", sizeof identity->given_name - 1, &text, error))
    return FALSE;
  g_strlcpy (identity->given_name, text, sizeof identity->given_name);
  return TRUE;
}

gboolean
perron_profiles_add_identities (PerronProfiles *profiles, const PerronJson *root, GError **error)
{
  static const char *const names[] = { "kind", "identities", NULL };
  PerronJson identities;
  guint count;

  if (!perron_json_only (root, names, error) || !perron_json_member (root, "identities", &identities, error) ||
      !perron_json_array (&identities, 0, PERRON_TEST_IDENTITIES_MAX, &count, error))
    return FALSE;
  for (guint i = 0; i < count; i++) {
    PerronTestIdentity identity = { 0 };
    PerronJson at = perron_json_item (&identities, i);
    if (profiles->identities->len >= PERRON_TEST_IDENTITIES_MAX)
      return perron_json_fail (&at, error, "more than %d test identities", PERRON_TEST_IDENTITIES_MAX);
    if (!load_identity (&at, &identity, error))
      return FALSE;
    g_array_append_val (profiles->identities, identity);
  }
  return TRUE;
}
