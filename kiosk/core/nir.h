/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/person.h"

G_BEGIN_DECLS

/*
 * The social security number (numéro d'inscription au répertoire, NIR) and its neighbours. Public facts, section 3.
 * Pure functions, any thread.
 */

#define PERRON_NIR_BODY_CHARS 13

/* Key of the 13 first characters: 97 - (N mod 97), with 2A read as 19 and 2B as 18 at the département. 1 … 97; 0: not a number. */
guint perron_nir_key (const char *body);

/*
 * Reads `length` characters as a card (or a person) writes them: 15 with key, or 13 without; spaces around are padding.
 * Always fills `ret_number`: NONE when there is only padding, INVALID (value kept only if it is made of digits and A/B) otherwise.
 */
void perron_nir_parse (const char *text, gsize length, PerronNumber *ret_number);

/*
 * TRUE for a number that can belong to nobody, and so marks a simulated person: a NIR (1 or 2 first) whose commune is 000, or 999
 * in France. Communes are numbered from 001; 990 is "unknown" and genuine; abroad (99) the field is a country and 999 is left alone.
 */
gboolean perron_nir_is_simulated (const PerronNumber *number);

G_END_DECLS
