/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/journey.h"

G_BEGIN_DECLS

/*
 * What a person types and what stands in the field are not the same: digits are shown in the groups in which people read them
 * ("06 39 98 12 34", "14/07/1950", "2 90 01 75 000 001 76"). Pure functions; results in locked memory.
 */

/* Without the spaces and bars of the groups, without what this type of field never holds, at most `max_chars` characters (0: 64). */
char *perron_typed_strip (PerronFieldType type, const char *shown, guint max_chars);

/* The other way. */
char *perron_typed_group (PerronFieldType type, const char *typed);

/* Where the caret stands in `grouped` when `count` typed characters are before it. In characters. */
int perron_typed_caret (PerronFieldType type, const char *grouped, int count);

/* How many characters of what is typed stand before character `caret` of `shown`. */
int perron_typed_count (PerronFieldType type, const char *shown, int caret);

G_END_DECLS
