/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/fact.h"

G_BEGIN_DECLS

/*
 * Every text of every language, by key. Look-up is by catalogue, not by the locale of the process: French stands beside another
 * language on anything signed. Files: <folder>/languages.json, <folder>/po/<tag>.po (msgid = key; msgctxt "spoken" = what the
 * voice says when it differs). Immutable after loading; any thread.
 */

typedef struct {
  const char *tag;      /* BCP 47: "fr", "en", "ar" */
  const char *own_name; /* "Français" */
  const char *voice;    /* espeak-ng voice name, nullable: no voice */
  gboolean right_to_left;
} PerronLanguage;

typedef enum {
  PERRON_I18N_ERROR_FILE,   /* missing or unreadable; message names it */
  PERRON_I18N_ERROR_FORMAT, /* message: file and line */
} PerronI18nError;

#define PERRON_I18N_ERROR (perron_i18n_error_quark ())
GQuark perron_i18n_error_quark (void);

typedef struct PerronCatalogue PerronCatalogue;

PerronCatalogue *perron_catalogue_load (const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
PerronCatalogue *perron_catalogue_ref (PerronCatalogue *catalogue);
void perron_catalogue_unref (PerronCatalogue *catalogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronCatalogue, perron_catalogue_unref)

const PerronLanguage *perron_catalogue_get_languages (const PerronCatalogue *catalogue, guint *ret_count);
const PerronLanguage *perron_catalogue_find_language (const PerronCatalogue *catalogue, const char *tag); /* NULL: none */

/* Borrowed; NULL when the language has no such key. */
const char *perron_catalogue_get (const PerronCatalogue *catalogue, const char *language, const char *key);

/* Borrowed; the spoken variant of the key (msgctxt "spoken"), before the normaliser. NULL: there is none. */
const char *perron_catalogue_get_spoken (const PerronCatalogue *catalogue, const char *language, const char *key);

/* The keys that have a text in the language, sorted; transfer full (g_strfreev). For checks of everything, not for look-ups. */
char **perron_catalogue_list_keys (const PerronCatalogue *catalogue, const char *language);

/* PerronHasText with the catalogue as data. */
gboolean perron_catalogue_has_everywhere (gpointer catalogue, const char *key, const char **ret_missing_language);

/*
 * The text of `key` with each "{fact}" replaced. A missing key gives the French text, then the key itself: a screen is never
 * empty. A missing fact gives "…". `ret_privacy` (nullable) is PERSONAL when any fact in it was. `lookup` nullable.
 * The result is in locked memory: perron_secret_free().
 */
char *perron_catalogue_format (const PerronCatalogue *catalogue, const char *language, const char *key, PerronFactLookup lookup,
                               gpointer data, PerronPrivacy *ret_privacy);

/* Same, for the voice: the spoken variant when there is one, then the normaliser of the language (i18n/spoken.h). */
char *perron_catalogue_format_spoken (const PerronCatalogue *catalogue, const char *language, const char *key,
                                      PerronFactLookup lookup, gpointer data, PerronPrivacy *ret_privacy);

G_END_DECLS
