/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/keys/presses.h"

gboolean
perron_presses_take (PerronPresses *presses, guint code, gint32 value, gint64 now_ms)
{
  if (value != 1)
    return FALSE;
  const gboolean again = presses->double_ms > 0 && code == presses->last_code && now_ms - presses->last_ms < presses->double_ms;
  /* Measured from the last that counted: a key that trembles for long is still pressed twice a second, not never. */
  if (again)
    return FALSE;
  presses->last_code = code;
  presses->last_ms = now_ms;
  return TRUE;
}
