/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/content/manifest.h"

G_BEGIN_DECLS

/*
 * Are the files of a certificates pack what sealing and the line can use? Each caisses/CODE.pem: one X.509 certificate on P-256 for key
 * agreement; gateway-ca.pem: one to four authorities. A signed mistake would otherwise cut a terminal off. Whether they are valid today is
 * asked when they are used. Packs of content: TRUE. FORMAT, DISK. Private to sync/content.
 */
gboolean perron_certificates_check (const PerronManifest *manifest, int folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
