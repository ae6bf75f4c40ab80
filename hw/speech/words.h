/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The engine tells the place of a word in characters from 1, but one letter for an elision ("l'hôpital") and several places for a
 * number. What is highlighted is the run between white space that holds the place. FALSE: the place is outside the text. Pure.
 */
gboolean perron_word_widen (const char *text, guint position, guint *ret_start, guint *ret_length);

G_END_DECLS
