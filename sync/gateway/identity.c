/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/identity.h"
#include "sync/engine/wire.h"

#include <string.h>

#define CAISSE_PREFIX "caisse-"

static const struct {
  const char *prefix;
  PerronRole role;
} roles[] = {
  { CAISSE_PREFIX, PERRON_ROLE_CAISSE },
  { "operateur-", PERRON_ROLE_OPERATOR },
  { "", PERRON_ROLE_TERMINAL },
};

/* The value of an attribute ("CN=", "OU="); NULL when it is another. */
static const char *
value_of (const char *part, const char *attribute)
{
  gsize len = strlen (attribute);
  return g_ascii_strncasecmp (part, attribute, len) == 0 ? part + len : NULL;
}

static gboolean
read_name (const char *name, PerronIdentity *who)
{
  gsize row = 0;
  while (!g_str_has_prefix (name, roles[row].prefix))
    row++;
  name += strlen (roles[row].prefix);
  who->role = roles[row].role;
  return perron_wire_token_ok (name) && g_strlcpy (who->name, name, sizeof who->name) < sizeof who->name;
}

/* Units that are no caisse are somebody's organisation. */
static gboolean
read_unit (const char *unit, PerronIdentity *who)
{
  if (!g_str_has_prefix (unit, CAISSE_PREFIX))
    return TRUE;
  unit += strlen (CAISSE_PREFIX);
  if (who->caisse_count == PERRON_IDENTITY_CAISSES_MAX || !perron_wire_token_ok (unit))
    return FALSE;
  g_strlcpy (who->caisses[who->caisse_count++], unit, sizeof who->caisses[0]);
  return TRUE;
}

gboolean
perron_identity_parse (const char *verified, const char *subject, PerronIdentity *ret_identity)
{
  PerronIdentity who = { 0 };
  guint names = 0;

  if (g_strcmp0 (verified, "SUCCESS") != 0 || subject == NULL || strlen (subject) > 1024 || strpbrk (subject, "\\\"+<>;#") != NULL)
    return FALSE;
  g_auto (GStrv) parts = g_strsplit (subject, ",", -1);
  for (guint i = 0; parts[i] != NULL; i++) {
    const char *name = value_of (parts[i], "CN="), *unit = value_of (parts[i], "OU=");
    names += name != NULL;
    if ((name != NULL && !read_name (name, &who)) || (unit != NULL && !read_unit (unit, &who)))
      return FALSE;
  }
  if (names != 1)
    return FALSE;
  *ret_identity = who;
  return TRUE;
}

gboolean
perron_identity_may_send_to (const PerronIdentity *who, const char *caisse)
{
  for (guint i = 0; i < who->caisse_count; i++) {
    if (strcmp (who->caisses[i], caisse) == 0)
      return TRUE;
  }
  return who->caisse_count == 0;
}
