/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n/catalogue.h"

#include <string.h>

#include "i18n/secret-text.h"
#include "i18n/spoken.h"

#define FALLBACK "fr"
#define MISSING_FACT "…"
#define FACT_NAME_BYTES 96
#define LIST_KEYS_MAX 32

typedef struct {
  const PerronCatalogue *catalogue;
  const char *language;
  PerronFactLookup lookup;
  gpointer user;
  PerronPrivacy privacy;
  PerronSecretBuilder *out;
} Formatting;

static void
append (Formatting *formatting, const char *text)
{
  perron_secret_builder_append (formatting->out, text, strlen (text));
}

/* A text that a fact may name: in the language, else in French, else the key itself. */
static const char *
resolve (const PerronCatalogue *catalogue, const char *language, const char *key)
{
  const char *text = perron_catalogue_get (catalogue, language, key);
  if (text == NULL)
    text = perron_catalogue_get (catalogue, FALLBACK, key);
  return text != NULL ? text : key;
}

/* "a", "a et b", "a, b et c": the word between the last two is the text "list.and". */
static void
append_list (Formatting *formatting, const char *const *keys)
{
  guint count = 0;
  while (count < LIST_KEYS_MAX && keys[count] != NULL)
    count++;
  for (guint i = 0; i < count; i++) {
    if (i > 0 && i + 1 == count) {
      append (formatting, " ");
      append (formatting, resolve (formatting->catalogue, formatting->language, "list.and"));
      append (formatting, " ");
    } else if (i > 0) {
      append (formatting, ", ");
    }
    append (formatting, resolve (formatting->catalogue, formatting->language, keys[i]));
  }
}

static void
append_fact (Formatting *formatting, const char *name)
{
  PerronFact fact = { 0 };
  if (formatting->lookup == NULL || !formatting->lookup (formatting->user, name, &fact)) {
    append (formatting, MISSING_FACT);
    return;
  }
  if (fact.privacy == PERRON_PERSONAL)
    formatting->privacy = PERRON_PERSONAL;
  if (fact.text != NULL)
    append (formatting, g_utf8_validate (fact.text, -1, NULL) ? fact.text : MISSING_FACT);
  else if (fact.keys != NULL && fact.keys[0] != NULL)
    append_list (formatting, fact.keys);
  else
    append (formatting, MISSING_FACT);
}

/* The braces of a text of the catalogue are sound: loading refused all others. A key shown for want of a text has none. */
static void
append_with_facts (Formatting *formatting, const char *text)
{
  for (;;) {
    const char *open = strchr (text, '{');
    const char *close = open != NULL ? strchr (open, '}') : NULL;
    if (close == NULL || close - open - 1 > FACT_NAME_BYTES)
      break;
    char name[FACT_NAME_BYTES + 1] = "";
    memcpy (name, open + 1, (gsize) (close - open - 1));
    perron_secret_builder_append (formatting->out, text, (gsize) (open - text));
    append_fact (formatting, name);
    text = close + 1;
  }
  append (formatting, text);
}

static char *
format (const PerronCatalogue *catalogue, const char *language, const char *text, PerronFactLookup lookup, gpointer data,
        PerronPrivacy *ret_privacy)
{
  g_auto (PerronSecretBuilder) out = { 0 };
  perron_secret_builder_init (&out, strlen (text) + 128);
  Formatting formatting = { catalogue, language, lookup, data, PERRON_PUBLIC, &out };
  append_with_facts (&formatting, text);
  if (ret_privacy != NULL)
    *ret_privacy = formatting.privacy;
  return perron_secret_builder_take (&out);
}

char *
perron_catalogue_format (const PerronCatalogue *catalogue, const char *language, const char *key, PerronFactLookup lookup,
                         gpointer data, PerronPrivacy *ret_privacy)
{
  return format (catalogue, language, resolve (catalogue, language, key), lookup, data, ret_privacy);
}

char *
perron_catalogue_format_spoken (const PerronCatalogue *catalogue, const char *language, const char *key, PerronFactLookup lookup,
                                gpointer data, PerronPrivacy *ret_privacy)
{
  const char *text = perron_catalogue_get_spoken (catalogue, language, key);
  if (text == NULL)
    text = resolve (catalogue, language, key);
  g_autoptr (PerronSecretText) written = format (catalogue, language, text, lookup, data, ret_privacy);
  return perron_spoken_normalise (catalogue, language, written);
}

gboolean
perron_catalogue_has_everywhere (gpointer data, const char *key, const char **ret_missing_language)
{
  const PerronCatalogue *catalogue = data;
  guint count;
  const PerronLanguage *languages = perron_catalogue_get_languages (catalogue, &count);

  for (guint i = 0; i < count; i++) {
    const char *text = perron_catalogue_get (catalogue, languages[i].tag, key);
    g_autoptr (PerronSecretText) spoken = NULL;
    if (text != NULL)
      spoken = perron_catalogue_format_spoken (catalogue, languages[i].tag, key, NULL, NULL, NULL);
    if (spoken == NULL || *spoken == '\0') {
      if (ret_missing_language != NULL)
        *ret_missing_language = languages[i].tag;
      return FALSE;
    }
  }
  return TRUE;
}
