/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/listing.h"
#include "sync/store/outbox.h"

G_BEGIN_DECLS

/* One page of the outbox as an adviser may see it. `*page` (1 …) is turned, and kept within what there is. Private to sync/store. */
gboolean perron_listing_read (PerronOutbox *outbox, gint64 now_unix_ms, PerronTurn turn, guint *page, PerronListing *ret_listing,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
