/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/ctl/ctl.h"

const PerronVerb perron_ctl_queue[] = {
  { NULL, NULL, NULL },
};
