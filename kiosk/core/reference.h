/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The reference a person takes home: "K7RA-42XY". Eight symbols of an alphabet of 19 that look and sound unlike each other in
 * French (no 0/O, 1/I, B/D/P/T/V/G/C/E, F/M/N/S). 19 is prime: the last symbol, a weighted sum modulo 19, shows every single
 * wrong symbol and every exchange of two neighbours. It says nothing about the person; 19^7 values.
 */

#define PERRON_REFERENCE_BYTES 10 /* "XXXX-XXXX" and NUL */

/* A new random reference (getrandom). */
void perron_reference_generate (char reference[PERRON_REFERENCE_BYTES]);

/* Reads what a person typed or said: case, spaces, dashes do not matter. FALSE when the length, a symbol or the check is wrong. */
gboolean perron_reference_parse (const char *text, char reference[PERRON_REFERENCE_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
