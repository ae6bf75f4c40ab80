/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/card-source.h"
#include "hw/card/profile.h"

G_BEGIN_DECLS

/*
 * Cards in the readers of pcscd (libpcsclite). Readers come and go, pcscd dies and returns: the source follows.
 * `reader`: only readers whose name contains it; NULL or "": any. `profiles`: borrowed, must outlive the source; tells a
 * professional's card, which is ignored when there is more than one slot (public facts, section 1.8).
 * Never fails: without pcscd it says NO_READER. The daemon is the one of PCSCLITE_CSOCK_NAME when that is set. Transfer full.
 */
PerronCardSource *perron_pcsc_source_new (const char *reader, const PerronProfiles *profiles);

G_END_DECLS
