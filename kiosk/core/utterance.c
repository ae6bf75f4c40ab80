/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/utterance.h"

#include <string.h>

PerronUtterance *
perron_utterance_new (PerronPrivacy privacy, const char *language, const char *text)
{
  const PerronUtterance filled = { privacy, perron_secret_strdup (language), perron_secret_strdup (text) };
  PerronUtterance *utterance = perron_secret_alloc (sizeof *utterance);
  memcpy (utterance, &filled, sizeof filled);
  return utterance;
}

PerronUtterance *
perron_utterance_copy (const PerronUtterance *utterance)
{
  return perron_utterance_new (utterance->privacy, utterance->language, utterance->text);
}

void
perron_utterance_free (PerronUtterance *utterance)
{
  if (utterance == NULL)
    return;
  perron_secret_free ((gpointer) utterance->language);
  perron_secret_free ((gpointer) utterance->text);
  perron_secret_free (utterance);
}
