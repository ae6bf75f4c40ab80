/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/store.h"

G_BEGIN_DECLS

/*
 * The way back to terminals without a line: for each <terminal id>.pem of `terminals` the searchsets it would be answered on the wire
 * (sync/CONTRACT.md section 6), as "<terminal>.<page>.answers.json" in `folder`, which is made when missing. `perron queue import DIR` takes
 * them. Written again they say the same or more. FALSE: a folder or the store refuses. Blocks.
 */
gboolean perron_answers_write_folder (PerronGatewayStore *store, const char *folder, const char *terminals, guint *ret_tasks,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
