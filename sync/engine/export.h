/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/engine/wire.h"

G_BEGIN_DECLS

/*
 * One envelope as `perron queue export` writes it: {"format":"perron-envelope-1","id","terminal","dest","suite","sha256","sealed",
 * "signature"} (the last three base64; other members are ignored). NULL: not that format. An envelope with a wrong element comes as an
 * item with its fault, as from perron_wire_parse_batch(). Pure. Transfer full.
 */
PerronWireItem *perron_export_parse (const guint8 *data, gsize len);

G_END_DECLS
