/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/ctl/ctl.h"
#include "sync/store/outbox.h"

G_BEGIN_DECLS

/* The outbox of the configuration, never created here: NULL with the message already on stderr (exit status 3). */
PerronOutbox *perron_ctl_open_outbox (PerronConfig *config);

/* What the configuration says of it; borrowed from `config`. */
PerronOutboxOptions perron_ctl_outbox_options (const PerronConfig *config);

/* perron audit events [--json] */
int perron_ctl_audit_events (PerronConfig *config, int argc, char **argv);

/* perron queue export DIR */
int perron_ctl_queue_export (PerronConfig *config, int argc, char **argv);

/* perron queue import DIR: 0 all of it taken, 1 something was not genuine */
int perron_ctl_queue_import (PerronConfig *config, int argc, char **argv);

G_END_DECLS
