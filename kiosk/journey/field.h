/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/person.h"
#include "kiosk/journey/journey.h"

G_BEGIN_DECLS

/*
 * What a person types, judged gently: never stricter than who receives it (mon-espace-sante facts 1.2: warn, do not block).
 * Pure; everything given and returned is personal: give locked memory.
 */

#define PERRON_TYPED_BYTES 256

/* May stand in the field while it is typed: UTF-8, no control characters, at most the field's characters. */
gboolean perron_field_accepts (const PerronField *field, const char *text);

/*
 * Complete and possible: `normal` gets what is kept ("0639980001", "YYYYMMDD", number without spaces, reference with dash). An
 * empty field is good when it is not required (`normal` is empty then).
 */
gboolean perron_field_check (const PerronField *field, const char *text, char normal[PERRON_TYPED_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

/* For the eyes: phone in pairs, DD/MM/YYYY, number in groups; anything else as it is. */
void perron_field_show (const PerronField *field, const char *text, char shown[PERRON_TYPED_BYTES]);

/* From "YYYYMMDD"; year, month, day stay 0 where they are impossible ("lunar" dates of people born abroad): raw is what travels. */
void perron_field_read_birth (const char *normal, PerronBirth *ret_birth);

G_END_DECLS
