/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * How the engine will say a text: one line, clauses separated by a space; `ipa` or the engine's own notation. A word the engine
 * takes for another language stands between "(en)" and "(fr)". `text` is the spoken form (i18n/spoken.h). The engine must be open
 * (hw/speech/engine.h, same errors). libespeak-ng 1.51 loses 1344 bytes at most calls: for tools and tests, not for a process that
 * lives for weeks. Any thread; may wait for a text being said. Transfer full, ordinary memory: not for a person's words.
 */
char *perron_phonemes_of (const char *voice, const char *text, gboolean ipa, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
