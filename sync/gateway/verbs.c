/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/verbs.h"

#include "kiosk/core/log.h"
#include "sync/gateway/answers-out.h"
#include "sync/gateway/import.h"

#include <stdio.h>
#include <unistd.h>

#define OVERDUE_MAX 10000

static PerronVerbStatus
fail (const GError *error)
{
  fprintf (stderr, "perron-gateway: %s\n", error->message);
  return PERRON_VERB_FAULT;
}

static PerronVerbStatus
refuse (const char *what, const char *why)
{
  fprintf (stderr, "perron-gateway: %s: %s\n", what, why);
  return PERRON_VERB_REFUSED;
}

PerronGatewayDays
perron_verb_read_days (const PerronConfig *config)
{
  return (PerronGatewayDays){ .answers = perron_config_get_int (config, PERRON_CONFIG_RECEIVER_ANSWERS_DAYS),
                              .unfetched = perron_config_get_int (config, PERRON_CONFIG_RECEIVER_UNFETCHED_DAYS),
                              .remember = perron_config_get_int (config, PERRON_CONFIG_RECEIVER_REMEMBER_DAYS),
                              .decide = perron_config_get_int (config, PERRON_CONFIG_RECEIVER_DECIDE_DAYS) };
}

PerronVerbStatus
perron_verb_accept_chain (const PerronConfig *config G_GNUC_UNUSED, PerronGatewayStore *store, const char *terminal)
{
  g_autoptr (GError) error = NULL;
  return store->forget_head (store, terminal, &error) ? PERRON_VERB_DONE : fail (error);
}

/* --- sticks ------------------------------------------------------------------------------------------------------------------- */

static PerronVerbStatus
import (const PerronConfig *config, PerronGatewayStore *store, const char *folder, gboolean even_forgotten)
{
  g_autoptr (GError) error = NULL;
  PerronImportCounts counts;
  const char *terminals = perron_config_require (config, PERRON_CONFIG_RECEIVER_TERMINALS, &error);

  if (terminals == NULL)
    return fail (error);
  gboolean ok = perron_import_folder (store, folder, terminals, even_forgotten, &counts, &error);
  printf ("%u stored, %u known already, %u refused\n", counts.stored, counts.known, counts.refused);
  return !ok ? fail (error) : counts.refused > 0 ? PERRON_VERB_REFUSED : PERRON_VERB_DONE;
}

PerronVerbStatus
perron_verb_import (const PerronConfig *config, PerronGatewayStore *store, const char *folder)
{
  return import (config, store, folder, FALSE);
}

PerronVerbStatus
perron_verb_import_even_forgotten (const PerronConfig *config, PerronGatewayStore *store, const char *folder)
{
  return import (config, store, folder, TRUE);
}

PerronVerbStatus
perron_verb_answers (const PerronConfig *config, PerronGatewayStore *store, const char *folder)
{
  g_autoptr (GError) error = NULL;
  guint tasks;
  const char *terminals = perron_config_require (config, PERRON_CONFIG_RECEIVER_TERMINALS, &error);

  if (terminals == NULL || !perron_answers_write_folder (store, folder, terminals, &tasks, &error))
    return fail (error);
  printf ("%u receipts and replies in %s\n", tasks, folder);
  return PERRON_VERB_DONE;
}

/* --- what a human decides ------------------------------------------------------------------------------------------------------- */

PerronVerbStatus
perron_verb_overdue (const PerronConfig *config, PerronGatewayStore *store, const char *unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (PerronWaitingItem));
  gint64 now_ms = g_get_real_time () / 1000, alarm_ms = perron_config_get_int (config, PERRON_CONFIG_RECEIVER_ALARM_DAYS) * PERRON_GATEWAY_DAY_MS;

  if (!store->list_overdue (store, now_ms - alarm_ms, OVERDUE_MAX, items, &error))
    return fail (error);
  for (guint i = 0; i < items->len; i++) {
    const PerronWaitingItem *one = &g_array_index (items, PerronWaitingItem, i);
    char id[PERRON_UUID_CHARS];
    perron_uuid_format (one->id, id);
    printf ("%s %s %s %" G_GINT64_FORMAT "\n", id, one->caisse, one->terminal, (now_ms - one->stored_unix_ms) / PERRON_GATEWAY_DAY_MS);
  }
  return PERRON_VERB_DONE;
}

PerronVerbStatus
perron_verb_drop (const PerronConfig *config, PerronGatewayStore *store, const char *id)
{
  static const char *const why[] = {
    [PERRON_DROP_DONE] = NULL,
    [PERRON_DROP_UNKNOWN] = "no such request is here",
    [PERRON_DROP_NOT_WAITING] = "it does not wait: its caisse has it, or it was dropped before",
    [PERRON_DROP_TOO_YOUNG] = "it has not waited for [receiver] decide_days yet, as far as this gateway has counted",
  };
  g_autoptr (GError) error = NULL;
  PerronGatewayDays days = perron_verb_read_days (config);
  guint8 bytes[PERRON_UUID_BYTES];
  PerronDropOutcome outcome;

  if (!perron_uuid_parse (id, bytes)) {
    (void) refuse (id, "not an id: see --overdue");
    return PERRON_VERB_USAGE;
  }
  if (!store->drop (store, &days, bytes, (gint64) getuid (), &outcome, &error))
    return fail (error);
  if (why[outcome] != NULL)
    return refuse (id, why[outcome]);
  perron_log_count (PERRON_LOG_GATEWAY_DROPPED, (gint64) getuid ());
  printf ("%s dropped\n", id);
  return PERRON_VERB_DONE;
}

PerronVerbStatus
perron_verb_forget_terminal (const PerronConfig *config G_GNUC_UNUSED, PerronGatewayStore *store, const char *terminal)
{
  g_autoptr (GError) error = NULL;
  if (!perron_wire_token_ok (terminal)) {
    (void) refuse (terminal, "not the name of a terminal");
    return PERRON_VERB_USAGE;
  }
  return store->forget_terminal (store, terminal, &error) ? PERRON_VERB_DONE : fail (error);
}
