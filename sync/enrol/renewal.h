/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/clock.h"
#include "sync/enrol/client.h"

G_BEGIN_DECLS

/*
 * Renews the certificate of the connection in time: at [enrol] renew_after_days of its age, at the latest after two thirds of its life; also when it
 * has expired (the authority allows that for its grace, and decides by its own clock). Blocks for the network; one thread.
 */
typedef struct PerronRenewal PerronRenewal;

/* NULL without an error: [enrol] url is empty, certificates are renewed by hand. `identity` is borrowed and outlives it. */
PerronRenewal *perron_renewal_new (const PerronConfig *config, PerronDeviceIdentity *identity, PerronClock *clock,
                                   gboolean (*cancelled) (gpointer), gpointer data, GError **error);
void perron_renewal_free (PerronRenewal *renewal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronRenewal, perron_renewal_free)

/* When it wants to be asked again (boot clock). */
gint64 perron_renewal_get_next (const PerronRenewal *renewal);

/* Renews when it is time to. TRUE: certificate, perhaps key, changed on the disk. Faults are logged and tried again with back-off: the
 * certificate in use stays in use. */
gboolean perron_renewal_run (PerronRenewal *renewal);

/* Is it time? Pure: seconds. */
gboolean perron_renewal_is_due (gint64 not_before_s, gint64 not_after_s, gint64 renew_after_days, gint64 now_s);

G_END_DECLS
