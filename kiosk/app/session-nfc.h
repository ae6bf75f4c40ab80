/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/ecarte.h"
#include "kiosk/core/config.h"
#include "kiosk/journey/runner.h"

G_BEGIN_DECLS

/*
 * The contactless reader of a session: what perron-nfc sees becomes PERRON_EVENT_TAP. A known badge is looked up in [nfc] badges at each
 * tap, so that one that was forgotten there opens nothing any more; a telephone is presented to the provider of e-cartes first. What was
 * tapped for an instant is "gone" only [nfc] linger_ms after it came: its sentence must be read. Main thread; blocks for one small file
 * when a badge comes.
 */
typedef struct PerronSessionNfc PerronSessionNfc;

/* From the main loop; must not free the room. `event` is borrowed for the call. */
typedef void (*PerronSessionNfcCallback) (const PerronEvent *event, gpointer data);

/*
 * `*ret_nfc` NULL and TRUE: this terminal has no contactless reader ([nfc] device is not given), or its socket cannot be had, which
 * is logged: a session goes on without taps. `config` outlives it. FALSE: the configuration is wrong.
 */
gboolean perron_session_nfc_open (const PerronConfig *config, PerronSessionNfcCallback callback, gpointer data, PerronSessionNfc **ret_nfc,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same with this provider of e-cartes, whatever is configured. */
gboolean perron_session_nfc_open_with (const PerronConfig *config, const PerronECarteProvider *provider, PerronSessionNfcCallback callback,
                                       gpointer data, PerronSessionNfc **ret_nfc, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void perron_session_nfc_free (PerronSessionNfc *nfc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronSessionNfc, perron_session_nfc_free)

G_END_DECLS
