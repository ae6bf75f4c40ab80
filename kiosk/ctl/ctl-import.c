/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/ctl/ctl-store.h"

#include <stdio.h>

#include "sync/engine/answers.h"
#include "sync/engine/stick.h"

/* One file that a gateway wrote (perron-gateway --answers). *ret_refused: nothing of it could be read. FALSE: this machine's fault. */
static gboolean
take_file (const PerronAnswers *answers, const char *folder, const char *name, PerronAnswersCounts *counts, gboolean *ret_refused, GError **error)
{
  gsize len;
  gint64 cursor;
  g_autofree char *text = perron_stick_read (folder, name, PERRON_WIRE_BODY_MAX, &len);
  g_autoptr (GPtrArray) items = text != NULL ? perron_wire_parse_search ((const guint8 *) text, len, &cursor, NULL) : NULL;

  *ret_refused = items == NULL;
  for (guint i = 0; items != NULL && i < items->len; i++) {
    if (!perron_answers_take (answers, items->pdata[i], counts, error))
      return FALSE;
  }
  return TRUE;
}

static int
import_folder (const PerronAnswers *answers, const char *folder)
{
  PerronAnswersCounts counts = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE, refused;
  guint files_refused = 0;

  g_autoptr (GPtrArray) names = perron_stick_list (folder, TRUE, &error);
  if (names == NULL)
    return perron_ctl_fail (3, "%s", error->message);
  for (guint i = 0; ok && i < names->len; i++) {
    ok = take_file (answers, folder, names->pdata[i], &counts, &refused, &error);
    if (!refused)
      continue;
    g_autofree char *shown = g_strescape (names->pdata[i], NULL);
    fprintf (stderr, "perron: %s: refused: not what a gateway writes\n", shown);
    files_refused++;
  }
  printf ("%u receipts, %u replies, %u new; %u of other terminals, %u not genuine, %u files refused\n", counts.receipts, counts.replies,
          counts.news, counts.others, counts.forged, files_refused);
  if (!ok)
    return perron_ctl_fail (3, "%s", error->message);
  return counts.forged + files_refused > 0 ? 1 : 0;
}

int
perron_ctl_queue_import (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  PerronAnswers answers = { .terminal = perron_config_get (config, PERRON_CONFIG_TERMINAL_ID) };

  if (argc != 2)
    return perron_ctl_fail (2, "queue import DIR");
  if ((answers.caisse = perron_config_require (config, PERRON_CONFIG_SEAL_CAISSE, &error)) == NULL ||
      (answers.caisse_certificate = perron_config_require (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE, &error)) == NULL)
    return perron_ctl_fail (3, "%s", error->message);
  g_autoptr (PerronOutbox) outbox = perron_ctl_open_outbox (config);
  if (outbox == NULL)
    return 3;
  answers.outbox = outbox;
  return import_folder (&answers, argv[1]);
}
