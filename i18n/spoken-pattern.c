/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n/spoken-pattern.h"

#include <stdio.h>
#include <string.h>

#define GROUPS_MAX 24

static gsize
count_digits (const char *text)
{
  gsize count = 0;
  while (g_ascii_isdigit (text[count]))
    count++;
  return count;
}

static gboolean
ends_here (const char *text)
{
  return *text == '\0' || !g_unichar_isalnum (g_utf8_get_char (text));
}

/* One space or no-break space, as it stands between groups of digits. */
static gsize
count_gap (const char *text)
{
  if (*text == ' ')
    return 1;
  return g_str_has_prefix (text, "\u00a0") ? 2 : g_str_has_prefix (text, "\u202f") ? 3 : 0;
}

static const char *
get_form (const PerronSpeaker *speaker, const char *name)
{
  return perron_lexicon_get_form (speaker->lexicon, name, NULL);
}

/* "K7RA-42XU" (kiosk/core/reference.h): symbol by symbol, each with a pause. */
static gsize
say_reference (PerronSpeaker *speaker, const char *text)
{
  for (guint i = 0; i < 9; i++) {
    gboolean fits = i == 4 ? text[i] == '-' : g_ascii_isdigit (text[i]) || g_ascii_isupper (text[i]);
    if (!fits)
      return 0;
  }
  if (!ends_here (text + 9) || text[9] == '-')
    return 0;
  for (guint i = 0; i < 9; i++) {
    if (i == 4)
      continue;
    perron_speaker_say (speaker, text + i, 1);
    if (i < 8)
      perron_speaker_say_text (speaker, ",");
    speaker->space = TRUE;
  }
  speaker->space = FALSE;
  return 9;
}

static gboolean
is_address_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("._-+@", c) != NULL);
}

/* "jean.dupont@ameli.fr", "www.ameli.fr", "ameli.fr": must hold "@", or end in a dot and two to four small letters. */
static gsize
measure_address (const char *text)
{
  gsize length = 0, at = 0, dot = 0, letters = 0;
  while (is_address_char (text[length]))
    length++;
  while (length > 0 && strchr (".-_+@", text[length - 1]) != NULL)
    length--;
  for (gsize i = 0; i < length; i++) {
    at += text[i] == '@';
    letters += g_ascii_isalpha (text[i]) != 0;
    if (text[i] == '.')
      dot = i;
  }
  if (!ends_here (text + length) || letters == 0 || dot == 0)
    return 0;
  if (at == 1)
    return length;
  for (gsize i = dot + 1; i < length; i++) {
    if (!g_ascii_islower (text[i]))
      return 0;
  }
  return at == 0 && length - dot - 1 >= 2 && length - dot - 1 <= 4 ? length : 0;
}

static const char *
get_address_sign (const PerronSpeaker *speaker, char sign)
{
  switch (sign) {
  case '.':
    return get_form (speaker, "dot");
  case '@':
    return get_form (speaker, "at");
  case '_':
    return get_form (speaker, "underscore");
  case '-':
    return get_form (speaker, "dash");
  default:
    return get_form (speaker, "plus");
  }
}

static gsize
say_address (PerronSpeaker *speaker, const char *text)
{
  gsize length = measure_address (text);
  if (length == 0 || get_form (speaker, "at") == NULL)
    return 0;
  for (gsize i = 0; i < length;) {
    gsize run = 0;
    while (i + run < length && g_ascii_isalnum (text[i + run]))
      run++;
    if (run > 0) {
      perron_speaker_say_word (speaker, text + i, run);
    } else {
      const char *sign = get_address_sign (speaker, text[i]);
      perron_speaker_say_text (speaker, sign != NULL ? sign : ",");
      run = 1;
    }
    i += run;
    speaker->space = TRUE;
  }
  speaker->space = FALSE;
  return length;
}

/* DD/MM/YYYY. A month that does not exist (some people have one) is said as a number. */
static gsize
say_date (PerronSpeaker *speaker, const char *text)
{
  if (count_digits (text) != 2 || text[2] != '/' || count_digits (text + 3) != 2 || text[5] != '/' || count_digits (text + 6) != 4 ||
      !ends_here (text + 10))
    return 0;
  gint day = (text[0] - '0') * 10 + text[1] - '0';
  gint month = (text[3] - '0') * 10 + text[4] - '0';
  char name[16];
  char said[16];
  g_snprintf (name, sizeof name, "month.%d", month);
  const char *word = get_form (speaker, name);
  const char *first = day == 1 ? get_form (speaker, "first") : NULL;
  if (word == NULL) {
    g_snprintf (said, sizeof said, "%.2s, %.2s, %.4s", text, text + 3, text + 6);
    perron_speaker_say_text (speaker, said);
    explicit_bzero (said, sizeof said);
    return 10;
  }
  g_snprintf (said, sizeof said, "%d", day);
  perron_speaker_say_text (speaker, first != NULL ? first : said);
  speaker->space = TRUE;
  perron_speaker_say_text (speaker, word);
  speaker->space = TRUE;
  perron_speaker_say (speaker, text + 6, 4);
  explicit_bzero (said, sizeof said);
  return 10;
}

/* "14h30", "8h", "08 h 30": the voice says "h" as a letter. Returns 0 when the language has no word for hours. */
static gsize
say_hour (PerronSpeaker *speaker, const char *text)
{
  gsize digits = count_digits (text);
  const char *hours = get_form (speaker, "hours");
  const char *hour = get_form (speaker, "hour");
  gsize gap = count_gap (text + digits), before = digits + gap + 1;
  if (hours == NULL || hour == NULL || digits < 1 || digits > 2 || (text[before - 1] != 'h' && (gap > 0 || text[before - 1] != 'H')))
    return 0;
  /* Spaced, another number may come after it that is none of minutes: "à 8 h 3 personnes". */
  gsize after = gap > 0 ? count_gap (text + before) : 0, minutes = count_digits (text + before + after);
  if (gap > 0 && (minutes != 2 || !ends_here (text + before + after + 2)))
    after = minutes = 0;
  gsize length = before + after + minutes;
  if ((minutes != 0 && minutes != 2) || !ends_here (text + length))
    return 0;

  gboolean zero = digits == 2 && text[0] == '0';
  perron_speaker_say (speaker, text + zero, digits - zero);
  gboolean one = (digits - zero == 1) && (text[zero] == '1' || text[zero] == '0');
  speaker->space = TRUE;
  perron_speaker_say_text (speaker, one ? hour : hours);
  if (minutes == 2 && strncmp (text + before + after, "00", 2) != 0) {
    speaker->space = TRUE;
    perron_speaker_say (speaker, text + before + after, 2);
  }
  return length;
}

/* "8h30-17h30" */
static gsize
say_hours (PerronSpeaker *speaker, const char *text)
{
  gsize first = say_hour (speaker, text);
  const char *to = get_form (speaker, "to");
  if (first == 0 || to == NULL)
    return first;
  gsize dash = text[first] == '-' ? 1 : g_str_has_prefix (text + first, "–") ? 3 : 0;
  if (dash == 0 || !g_ascii_isdigit (text[first + dash]))
    return first;
  speaker->space = TRUE;
  perron_speaker_say_text (speaker, to);
  speaker->space = TRUE;
  gsize second = say_hour (speaker, text + first + dash);
  return first + dash + second;
}

/* "2e", "3ème", "1re": the spelt words the lexicon has as "ordinal.2". */
static gsize
say_ordinal (PerronSpeaker *speaker, const char *text)
{
  static const char *const endings[] = { "ème", "eme", "ère", "ere", "er", "re", "nde", "nd", "e" };
  gsize digits = count_digits (text);
  if (digits < 1 || digits > 2)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++) {
    gsize length = digits + strlen (endings[i]);
    if (!g_str_has_prefix (text + digits, endings[i]) || !ends_here (text + length))
      continue;
    char name[24];
    gboolean feminine = strchr ("r", endings[i][0]) != NULL || strstr (endings[i], "re") != NULL;
    g_snprintf (name, sizeof name, "ordinal.%.*s%s", (int) digits, text, feminine && digits == 1 && text[0] == '1' ? "f" : "");
    const char *word = get_form (speaker, name);
    if (word == NULL)
      return 0;
    perron_speaker_say_text (speaker, word);
    return length;
  }
  return 0;
}

typedef struct {
  const char *text;
  gsize length;
} Group;

/* Runs of digits (or 2A, 2B) with one space, dot or dash between them. */
static guint
split_groups (const char *text, Group groups[GROUPS_MAX], const char **ret_end)
{
  guint count = 0;
  for (;;) {
    gsize digits = count_digits (text);
    if (digits == 1 && text[0] == '2' && (text[1] == 'A' || text[1] == 'B'))
      digits = 2;
    if (digits == 0 || count == GROUPS_MAX || !ends_here (text + digits))
      break;
    groups[count++] = (Group){ text, digits };
    *ret_end = text += digits;
    gsize gap = count_gap (text);
    if (gap == 0 && (*text == '.' || *text == '-'))
      gap = 1;
    if (gap == 0 || !g_ascii_isdigit (text[gap]))
      break;
    text += gap;
  }
  return count;
}

/* "1 234 567": what French writes for a number, and the voice reads well. */
static gboolean
is_thousands (const Group *groups, guint count)
{
  if (groups[0].length > 3 || groups[0].text[0] == '0')
    return FALSE;
  for (guint i = 1; i < count; i++) {
    if (groups[i].length != 3)
      return FALSE;
  }
  return TRUE;
}

static void
say_separated (PerronSpeaker *speaker, const char *text, gsize length, gsize size)
{
  for (gsize i = 0; i < length; i += size) {
    perron_speaker_say (speaker, text + i, MIN (size, length - i));
    if (i + size < length) {
      perron_speaker_say_text (speaker, ",");
      speaker->space = TRUE;
    }
  }
}

/* Phone numbers, social security numbers, file numbers: group by group with a pause; long runs two by two. */
static gsize
say_digit_groups (PerronSpeaker *speaker, const char *text)
{
  Group groups[GROUPS_MAX];
  const char *end = text;
  guint count = split_groups (text, groups, &end);
  gboolean one_long = count == 1 && groups[0].length >= 7;
  if (!one_long && (count < 3 || is_thousands (groups, count)))
    return 0;
  for (guint i = 0; i < count; i++) {
    say_separated (speaker, groups[i].text, groups[i].length, groups[i].length >= 7 ? 2 : groups[i].length);
    if (i + 1 < count) {
      perron_speaker_say_text (speaker, ",");
      speaker->space = TRUE;
    }
  }
  return (gsize) (end - text);
}

/* "+33 6 39 98 00 11" */
static gsize
say_foreign_phone (PerronSpeaker *speaker, const char *text)
{
  const char *plus = get_form (speaker, "plus");
  if (plus == NULL || text[0] != '+' || !g_ascii_isdigit (text[1]))
    return 0;
  perron_speaker_say_text (speaker, plus);
  speaker->space = TRUE;
  gsize rest = say_digit_groups (speaker, text + 1);
  return 1 + rest;
}

/* "•• •• •• ••• 176": never a dot by dot reading; the end is what the person can compare. */
static gsize
say_masked (PerronSpeaker *speaker, const char *text)
{
  gsize length = 0, gap = 0;
  while (g_str_has_prefix (text + length + gap, "•")) {
    length += gap + strlen ("•");
    gap = count_gap (text + length);
  }
  if (length < 2 * strlen ("•"))
    return 0;
  gsize digits = count_digits (text + length + gap);
  const char *word = get_form (speaker, digits > 0 ? "masked-ending" : "masked");
  perron_speaker_say_text (speaker, word != NULL ? word : ",");
  if (digits == 0)
    return length;
  speaker->space = TRUE;
  say_separated (speaker, text + length + gap, digits, 1);
  return length + gap + digits;
}

const PerronPattern perron_patterns[] = { say_masked, say_foreign_phone, say_reference, say_address,      say_date,
                                          say_hours,  say_ordinal,       say_digit_groups, NULL };
