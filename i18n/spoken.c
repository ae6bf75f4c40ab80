/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n/spoken.h"

char *
perron_spoken_normalise (const PerronCatalogue *catalogue, const char *language, const char *text)
{
  return perron_secret_strdup (text);
}
