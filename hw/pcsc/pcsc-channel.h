/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <winscard.h>

#include "hw/card/channel.h"

G_BEGIN_DECLS

/*
 * Connects to the card in reader `name`: shared, inside one transaction, reset when freed so that nobody finds it half selected.
 * Blocks while another program is in a transaction of its own. NULL with PERRON_CHANNEL_ERROR. Transfer full.
 */
PerronChannel *perron_pcsc_channel_new (SCARDCONTEXT context, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
