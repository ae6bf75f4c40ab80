/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/request.h"
#include "kiosk/core/uuid7.h"

G_BEGIN_DECLS

/*
 * The content of the envelope: FHIR R4 Bundle type=transaction (UTF-8 JSON): Task (kind, fields as Task.input, reference,
 * terminal, per-terminal counter, consent hash), Patient when the person is known (Patient.telecom from "phone"). A number read
 * from a card is not labelled INS. Both are PUT under ids that follow from `id`: opening twice writes the same. Result in locked memory:
 * perron_secret_free(); NULL when it is longer than 64 KiB. Pure; any thread.
 */
char *perron_inner_encode (const PerronRequest *request, const guint8 id[PERRON_UUID_BYTES], const char *terminal, const char *reference,
                           gint64 counter, gsize *ret_len);

G_END_DECLS
