/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/identity.h"
#include "sync/engine/wire.h"

#include <string.h>

#define CAISSE_PREFIX "caisse-"

gboolean
perron_identity_parse (const char *verified, const char *subject, PerronIdentity *ret_identity)
{
  const char *name = NULL;

  if (g_strcmp0 (verified, "SUCCESS") != 0 || subject == NULL || strlen (subject) > 1024 || strpbrk (subject, "\\\"+<>;#") != NULL)
    return FALSE;
  g_auto (GStrv) parts = g_strsplit (subject, ",", -1);
  for (guint i = 0; parts[i] != NULL; i++) {
    if (g_ascii_strncasecmp (parts[i], "CN=", 3) != 0)
      continue;
    if (name != NULL)
      return FALSE;
    name = parts[i] + 3;
  }
  if (name == NULL)
    return FALSE;
  gboolean caisse = g_str_has_prefix (name, CAISSE_PREFIX);
  if (caisse)
    name += strlen (CAISSE_PREFIX);
  if (!perron_wire_token_ok (name))
    return FALSE;
  ret_identity->role = caisse ? PERRON_ROLE_CAISSE : PERRON_ROLE_TERMINAL;
  g_strlcpy (ret_identity->name, name, sizeof ret_identity->name);
  return TRUE;
}
