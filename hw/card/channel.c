/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/card-source.h"

G_DEFINE_QUARK (perron-channel-error-quark, perron_channel_error)

void
perron_channel_free (PerronChannel *channel)
{
  if (channel != NULL)
    channel->free (channel);
}

void
perron_card_source_free (PerronCardSource *source)
{
  if (source != NULL)
    source->free (source);
}
