/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/profile.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* A file is taken or refused with a reason that names it; what was taken can be asked. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (PerronProfiles) profiles = perron_profiles_new ();
  g_autoptr (GError) error = NULL;
  gboolean decides;

  if (!perron_profiles_add (profiles, "file.json", (const char *) data, size, &error)) {
    g_assert (error != NULL && g_str_has_prefix (error->message, "file.json:"));
    return 0;
  }
  g_assert (error == NULL);
  gsize atr_length = MIN (size, PERRON_ATR_MAX);
  perron_profiles_find_family (profiles, data, atr_length, &decides);
  for (guint i = 0; i < perron_profiles_count (profiles); i++) {
    const PerronProfile *profile = perron_profiles_get (profiles, i);
    g_assert (profile->file_count >= 1 && profile->max_holders <= PERRON_HOLDERS_MAX);
    perron_profile_matches (profile, data, atr_length);
  }
  return 0;
}
