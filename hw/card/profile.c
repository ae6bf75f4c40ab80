/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/profile-load.h"

#include <string.h>

#include "kiosk/core/nir.h"

PerronProfiles *
perron_profiles_new (void)
{
  PerronProfiles *profiles = g_new0 (PerronProfiles, 1);
  profiles->profiles = g_array_new (FALSE, TRUE, sizeof (PerronProfile));
  profiles->families = g_array_new (FALSE, TRUE, sizeof (PerronFamilyRow));
  profiles->identities = g_array_new (FALSE, TRUE, sizeof (PerronTestIdentity));
  return profiles;
}

void
perron_profiles_free (PerronProfiles *profiles)
{
  if (profiles == NULL)
    return;
  g_array_unref (profiles->profiles);
  g_array_unref (profiles->families);
  g_array_unref (profiles->identities);
  g_free (profiles);
}

guint
perron_profiles_count (const PerronProfiles *profiles)
{
  return profiles->profiles->len;
}

const PerronProfile *
perron_profiles_get (const PerronProfiles *profiles, guint index)
{
  g_return_val_if_fail (index < profiles->profiles->len, NULL);
  return &g_array_index (profiles->profiles, PerronProfile, index);
}

static gboolean
mask_matches (const PerronAtrMask *mask, const guint8 *atr, gsize length)
{
  if (length < mask->length || (!mask->prefix && length != mask->length))
    return FALSE;
  for (guint i = 0; i < mask->length; i++) {
    if ((atr[i] & mask->mask[i]) != mask->value[i])
      return FALSE;
  }
  return TRUE;
}

gboolean
perron_profile_matches (const PerronProfile *profile, const guint8 *atr, gsize length)
{
  for (guint i = 0; i < profile->atr_count; i++) {
    if (mask_matches (&profile->atrs[i], atr, length))
      return TRUE;
  }
  return FALSE;
}

const char *
perron_profiles_find_family (const PerronProfiles *profiles, const guint8 *atr, gsize length, gboolean *ret_decides)
{
  const PerronFamilyRow *best = NULL;

  for (guint i = 0; i < profiles->families->len; i++) {
    const PerronFamilyRow *row = &g_array_index (profiles->families, PerronFamilyRow, i);
    if ((best == NULL || row->priority > best->priority) && mask_matches (&row->atr, atr, length))
      best = row;
  }
  *ret_decides = best != NULL && best->decides;
  return best != NULL ? best->word : NULL;
}

static gboolean
is_test_identity (const PerronTestIdentity *known, const PerronHolder *holder)
{
  if (known->number[0] != '\0')
    return strncmp (known->number, holder->number.value, PERRON_NIR_BODY_CHARS) == 0;
  return g_ascii_strcasecmp (known->surname, holder->surname) == 0 && g_ascii_strcasecmp (known->given_name, holder->given_name) == 0;
}

gboolean
perron_profiles_is_made_up (const PerronProfiles *profiles, const PerronHolder *holder)
{
  if (perron_nir_is_simulated (&holder->number))
    return TRUE;
  for (guint i = 0; i < profiles->identities->len; i++) {
    if (is_test_identity (&g_array_index (profiles->identities, PerronTestIdentity, i), holder))
      return TRUE;
  }
  return FALSE;
}
