/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/check-texts.h"

#include <string.h>

#include "kiosk/journey/check-private.h"
#include "kiosk/journey/words.h"

typedef struct {
  PerronCheck check;
  const PerronCatalogue *catalogue;
  const PerronLanguage *languages;
  guint language_count;
} Texts;

static void
check_fact (const Texts *texts, guint screen, const char *key, const char *fact)
{
  const PerronJourney *journey = texts->check.journey;
  gboolean is_answer = g_str_has_prefix (fact, "answer.");
  gboolean known = is_answer ? perron_journey_slot_of (journey, fact + strlen ("answer.")) != PERRON_NOWHERE : perron_is_fact (fact);

  if (!known)
    perron_check_fault (&texts->check, screen, "text \"%s\" names {%s}, which does not exist", key, fact);
  else if ((is_answer || g_str_has_prefix (fact, "holder.")) && !journey->screens[screen].screen.personal)
    perron_check_fault (&texts->check, screen, "text \"%s\" names {%s}, the screen is not personal", key, fact);
}

static void
check_text (const Texts *texts, guint screen, const char *key)
{
  for (guint l = 0; l < texts->language_count && key != NULL; l++) {
    const char *text = perron_catalogue_get (texts->catalogue, texts->languages[l].tag, key);
    for (const char *open = text != NULL ? strchr (text, '{') : NULL; open != NULL; open = strchr (open + 1, '{')) {
      const char *close = strchr (open, '}');
      if (close == NULL) {
        perron_check_fault (&texts->check, screen, "text \"%s\" has a brace that does not close", key);
        break;
      }
      g_autofree char *fact = g_strndup (open + 1, (gsize) (close - open - 1));
      check_fact (texts, screen, key, fact);
    }
  }
}

static void
check_screen (const Texts *texts, guint index)
{
  const PerronScreen *screen = &texts->check.journey->screens[index].screen;

  check_text (texts, index, screen->title);
  check_text (texts, index, screen->explain);
  for (const char *const *key = screen->body; *key != NULL; key++)
    check_text (texts, index, *key);
  for (guint i = 0; i < screen->option_count; i++) {
    check_text (texts, index, screen->options[i].label);
    check_text (texts, index, screen->options[i].detail);
  }
}

static const char *
hash_for (const PerronJourney *journey, const char *language)
{
  for (guint i = 0; i < journey->consent_hash_count; i++) {
    if (strcmp (journey->consent_hashes[i].language, language) == 0)
      return journey->consent_hashes[i].sha256;
  }
  return NULL;
}

/* One hash a language over the consent texts of all requests, in the order of the file, a line feed between. */
static void
check_consent (const Texts *texts, const char *language)
{
  const PerronJourney *journey = texts->check.journey;
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < journey->request_count; i++) {
    const char *text = perron_catalogue_get (texts->catalogue, language, journey->requests[i].consent);
    g_string_append_printf (all, "%s%s", i > 0 ? "\n" : "", text != NULL ? text : "");
  }
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, all->str, -1);
  if (journey->request_count > 0 && g_strcmp0 (sha256, hash_for (journey, language)) != 0)
    perron_check_fault (&texts->check, PERRON_NOWHERE,
                        "the consent text in \"%s\" is not the one of version %u: raise consent.version and set sha256.%s to %s", language,
                        journey->consent_version, language, sha256);
}

gboolean
perron_journey_check_texts (const PerronJourney *journey, const PerronCatalogue *catalogue, GPtrArray *ret_faults)
{
  Texts texts = { { journey, NULL, NULL, ret_faults }, catalogue, NULL, 0 };
  guint before = ret_faults->len;

  texts.languages = perron_catalogue_get_languages (catalogue, &texts.language_count);
  for (guint i = 0; i < journey->screen_count; i++)
    check_screen (&texts, i);
  for (guint l = 0; l < texts.language_count; l++)
    check_consent (&texts, texts.languages[l].tag);
  return ret_faults->len == before;
}
