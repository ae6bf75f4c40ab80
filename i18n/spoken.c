/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n/spoken.h"

#include <string.h>

#include "i18n/spoken-pattern.h"

void
perron_speaker_say (PerronSpeaker *speaker, const char *text, gsize length)
{
  if (length == 0)
    return;
  if (speaker->space && speaker->out->length > 0)
    perron_secret_builder_append (speaker->out, " ", 1);
  speaker->space = FALSE;
  perron_secret_builder_append (speaker->out, text, length);
}

void
perron_speaker_say_text (PerronSpeaker *speaker, const char *text)
{
  perron_speaker_say (speaker, text, strlen (text));
}

void
perron_speaker_say_word (PerronSpeaker *speaker, const char *word, gsize length)
{
  const char *say = perron_lexicon_find_word (speaker->lexicon, word, length);
  if (say != NULL)
    perron_speaker_say_text (speaker, say);
  else
    perron_speaker_say (speaker, word, length);
}

static gsize
count_word (const char *text)
{
  const char *at = text;
  while (*at != '\0') {
    gunichar character = g_utf8_get_char (at);
    if (!g_unichar_isalnum (character) && !g_unichar_ismark (character))
      break;
    at = g_utf8_next_char (at);
  }
  return (gsize) (at - text);
}

/* "rendez-vous" as a whole, when the lexicon has it so. */
static gsize
count_compound (const char *text, gsize word)
{
  gsize length = word;
  while (text[length] == '-' && count_word (text + length + 1) > 0)
    length += 1 + count_word (text + length + 1);
  return length;
}

/* "M. Dupont": the dot is part of the title only when a name follows, else it ends the sentence. */
static gboolean
is_before_name (const char *text)
{
  gsize gap = *text == ' ' ? 1 : g_str_has_prefix (text, "\u00a0") ? 2 : 0;
  return gap > 0 && g_unichar_isupper (g_utf8_get_char (text + gap));
}

/* "CAMILLE M. Est-ce bien vous ?": after a name, the letter is the beginning of another name. */
static gboolean
is_after_name (const PerronSpeaker *speaker)
{
  const char *const start = speaker->out->text;
  const char *at = start + speaker->out->length;
  gunichar first = 0;
  while (at > start) {
    const char *previous = g_utf8_find_prev_char (start, at);
    gunichar character = previous != NULL ? g_utf8_get_char (previous) : 0;
    if (!g_unichar_isalnum (character))
      break;
    first = character;
    at = previous;
  }
  return g_unichar_isupper (first);
}

static gsize
say_word (PerronSpeaker *speaker, const char *text)
{
  gsize word = count_word (text);
  gsize compound = count_compound (text, word);
  if (compound > word && perron_lexicon_find_word (speaker->lexicon, text, compound) != NULL) {
    perron_speaker_say_word (speaker, text, compound);
    return compound;
  }
  gsize sign = g_str_has_prefix (text + word, "°") ? strlen ("°") : 0;
  if (text[word] == '.' && is_before_name (text + word + 1) && !is_after_name (speaker))
    sign = 1;
  if (sign > 0 && perron_lexicon_find_word (speaker->lexicon, text, word + sign) != NULL) {
    perron_speaker_say_word (speaker, text, word + sign);
    speaker->space = TRUE;
    return word + sign;
  }
  perron_speaker_say_word (speaker, text, word);
  return word;
}

/* What is written but not said. Brackets could be commands to an engine; quotation marks and pictures only disturb. */
static gboolean
is_silent (gunichar character)
{
  static const char ascii[] = "\"[]{}<>|_*#^`~\\=";
  if (character < 128)
    return strchr (ascii, (int) character) != NULL || g_ascii_iscntrl ((char) character);
  switch (g_unichar_type (character)) {
  case G_UNICODE_OTHER_SYMBOL:
    return character != 0xB0; /* degree */
  case G_UNICODE_INITIAL_PUNCTUATION:
  case G_UNICODE_FINAL_PUNCTUATION:
    return character != 0x2019; /* typographic apostrophe */
  case G_UNICODE_MATH_SYMBOL:
  case G_UNICODE_MODIFIER_SYMBOL:
  case G_UNICODE_FORMAT:
  case G_UNICODE_CONTROL:
  case G_UNICODE_PRIVATE_USE:
  case G_UNICODE_SURROGATE:
  case G_UNICODE_UNASSIGNED:
    return TRUE;
  default:
    return character == 0x2022 || character == 0xB7 || character == 0x2043; /* bullets, middle dot */
  }
}

/* A mark of punctuation closes up to the word before it ("Bonjour !" and "« Oui »." alike), and never starts a text or doubles. */
static void
say_stop (PerronSpeaker *speaker, const char *stop)
{
  const PerronSecretBuilder *out = speaker->out;
  char last = out->length > 0 ? out->text[out->length - 1] : ',';
  if (strchr (",.;:!?", last) == NULL) {
    speaker->space = FALSE;
    perron_speaker_say_text (speaker, stop);
  }
}

static gsize
say_sign (PerronSpeaker *speaker, const char *text)
{
  gunichar character = g_utf8_get_char (text);
  gsize length = (gsize) (g_utf8_next_char (text) - text);
  const char ascii[2] = { character < 128 ? (char) character : '\0', '\0' };

  if (character == 0x2019) {
    perron_speaker_say_text (speaker, "'");
  } else if (character == 0x2026) {
    say_stop (speaker, ".");
    speaker->space = TRUE;
  } else if (character == 0x2013 || character == 0x2014) {
    say_stop (speaker, ",");
    speaker->space = TRUE;
  } else if (character == '&' || character == '@') {
    const char *word = perron_lexicon_get_form (speaker->lexicon, character == '&' ? "and" : "at", "");
    speaker->space = TRUE;
    perron_speaker_say_text (speaker, word);
    speaker->space = TRUE;
  } else if (ascii[0] != '\0' && strchr (",.;:!?", ascii[0]) != NULL) {
    say_stop (speaker, ascii);
  } else if (is_silent (character)) {
    speaker->space = TRUE;
  } else {
    perron_speaker_say (speaker, text, length);
  }
  return length;
}

static gsize
say_next (PerronSpeaker *speaker, const char *text, gboolean after_word)
{
  for (const PerronPattern *pattern = perron_patterns; !after_word && *pattern != NULL; pattern++) {
    gsize taken = (*pattern) (speaker, text);
    if (taken > 0)
      return taken;
  }
  return count_word (text) > 0 ? say_word (speaker, text) : say_sign (speaker, text);
}

char *
perron_spoken_normalise (const PerronCatalogue *catalogue, const char *language, const char *text)
{
  const PerronLexicon *lexicon = perron_catalogue_get_lexicon (catalogue, language);
  if (lexicon == NULL || !g_utf8_validate (text, -1, NULL))
    return perron_secret_strdup (lexicon == NULL ? text : "");

  g_auto (PerronSecretBuilder) out = { 0 };
  perron_secret_builder_init (&out, strlen (text) * 2);
  PerronSpeaker speaker = { lexicon, &out, FALSE };
  gboolean after_word = FALSE;
  while (*text != '\0') {
    gunichar character = g_utf8_get_char (text);
    if (g_unichar_isspace (character)) {
      speaker.space = TRUE;
      after_word = FALSE;
      text = g_utf8_next_char (text);
      continue;
    }
    text += say_next (&speaker, text, after_word);
    /* "l'ameli": after an apostrophe a new word begins; after "12" nothing that starts in the middle of a run counts. */
    after_word = count_word (text) > 0 && g_unichar_isalnum (g_utf8_get_char (g_utf8_prev_char (text)));
  }
  return perron_secret_builder_take (&out);
}
