/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/person.h"

G_BEGIN_DECLS

/*
 * A birth date as a card writes it: YYYYMMDD, or YYMMDD without century on old ones. People born abroad may have an impossible
 * month or day; such a date is genuine, kept raw, and only its year is used. No century is ever guessed. Public facts, section 2.
 * Pure; any thread.
 */

/* FALSE when the bytes are not digits or more than fit (ret_birth is then empty). Padding alone gives an empty date and TRUE. */
gboolean perron_birth_parse (const char *text, gsize length, PerronBirth *ret_birth) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE when year, month and day are all known. */
gboolean perron_birth_is_whole (const PerronBirth *birth);

G_END_DECLS
