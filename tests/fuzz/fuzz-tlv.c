/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/card-map.h"
#include "hw/card/tlv.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Every object lies inside its bytes, and a file that checks well can be walked to its end. */
static gboolean
walk (const guint8 *data, gsize length, guint depth)
{
  PerronTlvReader reader = perron_tlv_reader (data, length);
  PerronTlv object;
  PerronTlvStep step;

  while ((step = perron_tlv_next (&reader, &object)) == PERRON_TLV_OBJECT) {
    g_assert (object.value >= data && object.value + object.length <= data + length);
    if (object.constructed && (depth <= 1 || !walk (object.value, object.length, depth - 1)))
      return FALSE;
  }
  return step == PERRON_TLV_END;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* Nothing but reading within its bytes to be seen here, which the sanitizers watch. */
  (void) perron_card_map_look (data, size, (const guint8 *) "\xD2\x50\x00\x00\x02", 5, 0xD001);
  for (guint depth = 1; depth <= 5; depth++)
    g_assert (perron_tlv_check (data, size, depth) == walk (data, size, depth));
  return 0;
}
