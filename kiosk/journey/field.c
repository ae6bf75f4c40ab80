/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/field.h"

#include <stdio.h>
#include <string.h>

#include "kiosk/core/reference.h"

gboolean
perron_field_accepts (const PerronField *field, const char *text)
{
  if (text == NULL || strlen (text) >= PERRON_TYPED_BYTES || !g_utf8_validate (text, -1, NULL) ||
      g_utf8_strlen (text, -1) > (glong) field->max_chars)
    return FALSE;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return FALSE;
  }
  return TRUE;
}

/* Copies without the separators people use; FALSE when it does not fit. */
static gboolean
strip (const char *text, const char *separators, char out[PERRON_TYPED_BYTES])
{
  gsize length = 0;
  for (const char *at = text; *at != '\0'; at++) {
    if (strchr (separators, *at) != NULL)
      continue;
    if (length == PERRON_TYPED_BYTES - 1)
      return FALSE;
    out[length++] = *at;
  }
  memset (out + length, 0, PERRON_TYPED_BYTES - length);
  return TRUE;
}

static gboolean
all_digits (const char *text)
{
  return *text != '\0' && strspn (text, "0123456789") == strlen (text);
}

static gboolean
check_name (const char *text, char normal[PERRON_TYPED_BYTES])
{
  gboolean letter = FALSE;

  while (*text == ' ')
    text++;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);
    if (!g_unichar_isalpha (c) && !g_unichar_ismark (c) && c != ' ' && c != '-' && c != '\'' && c != 0x2019 && c != '.')
      return FALSE;
    letter |= g_unichar_isalpha (c);
  }
  gsize length = strlen (text);
  if (!letter || length >= PERRON_NAME_BYTES)
    return FALSE;
  memset (normal, 0, PERRON_TYPED_BYTES);
  memcpy (normal, text, length);
  while (length > 0 && normal[length - 1] == ' ')
    normal[--length] = '\0';
  return TRUE;
}

/* 10 digits from 0; +33 and 0033 stand for the first 0. */
static gboolean
check_phone (const char *text, char normal[PERRON_TYPED_BYTES])
{
  if (!strip (text, " .-/()", normal))
    return FALSE;
  gsize prefix = g_str_has_prefix (normal, "+33") ? 3 : g_str_has_prefix (normal, "0033") ? 4 : 0;
  if (prefix > 0) {
    /* "+33 (0)6 …" is often written. */
    prefix += normal[prefix] == '0' ? 1 : 0;
    memmove (normal + 1, normal + prefix, strlen (normal + prefix) + 1);
    normal[0] = '0';
  }
  return strlen (normal) == 10 && all_digits (normal) && normal[0] == '0' && normal[1] != '0';
}

/* DDMMYYYY → YYYYMMDD. Day and month may be impossible on purpose (facts of the Vitale card, section 2: "lunar" dates). */
static gboolean
check_date (const char *text, char normal[PERRON_TYPED_BYTES])
{
  char typed[PERRON_TYPED_BYTES];
  gboolean ok = strip (text, " ./-", typed) && strlen (typed) == 8 && all_digits (typed) &&
                (g_str_has_prefix (typed + 4, "19") || g_str_has_prefix (typed + 4, "20") || g_str_has_prefix (typed + 4, "18"));
  if (ok) {
    memset (normal, 0, PERRON_TYPED_BYTES);
    memcpy (normal, typed + 4, 4);
    memcpy (normal + 4, typed + 2, 2);
    memcpy (normal + 6, typed, 2);
  }
  explicit_bzero (typed, sizeof typed);
  return ok;
}

/* 13 or 15 digits; the département (6th and 7th) may be 2A or 2B. */
static gboolean
check_number (const char *text, char normal[PERRON_TYPED_BYTES])
{
  if (!strip (text, " .-/", normal))
    return FALSE;
  gsize length = strlen (normal);
  if (length != 13 && length != 15)
    return FALSE;
  for (gsize i = 0; i < length; i++) {
    normal[i] = g_ascii_toupper (normal[i]);
    gboolean corsica = i == 6 && normal[5] == '2' && (normal[i] == 'A' || normal[i] == 'B');
    if (!g_ascii_isdigit (normal[i]) && !corsica)
      return FALSE;
  }
  return TRUE;
}

/* Light: the only proof of an address is a letter that arrives. */
static gboolean
check_email (const char *text, char normal[PERRON_TYPED_BYTES])
{
  if (!strip (text, " ", normal))
    return FALSE;
  const char *at = strchr (normal, '@');
  if (at == NULL || at == normal || strchr (at + 1, '@') != NULL)
    return FALSE;
  const char *dot = strrchr (at, '.');
  return dot != NULL && dot > at + 1 && strlen (dot) >= 3 && strstr (at, "..") == NULL;
}

static gboolean
check_reference (const char *text, char normal[PERRON_TYPED_BYTES])
{
  char reference[PERRON_REFERENCE_BYTES];
  if (!perron_reference_parse (text, reference))
    return FALSE;
  memset (normal, 0, PERRON_TYPED_BYTES);
  memcpy (normal, reference, strlen (reference));
  return TRUE;
}

static gboolean (*const checks[]) (const char *text, char normal[PERRON_TYPED_BYTES]) = {
  [PERRON_FIELD_NAME] = check_name,     [PERRON_FIELD_PHONE] = check_phone, [PERRON_FIELD_DATE] = check_date,
  [PERRON_FIELD_NUMBER] = check_number, [PERRON_FIELD_EMAIL] = check_email, [PERRON_FIELD_REFERENCE] = check_reference,
};

gboolean
perron_field_check (const PerronField *field, const char *text, char normal[PERRON_TYPED_BYTES])
{
  memset (normal, 0, PERRON_TYPED_BYTES);
  if (text[strspn (text, " ")] == '\0')
    return !field->required;
  if (perron_field_accepts (field, text) && checks[field->type](text, normal))
    return TRUE;
  explicit_bzero (normal, PERRON_TYPED_BYTES);
  return FALSE;
}

static void
show_pairs (const char *normal, char shown[PERRON_TYPED_BYTES])
{
  char *out = shown;
  for (gsize i = 0; normal[i] != '\0'; i++) {
    if (i > 0 && i % 2 == 0)
      *out++ = ' ';
    *out++ = normal[i];
  }
  *out = '\0';
}

void
perron_field_show (const PerronField *field, const char *text, char shown[PERRON_TYPED_BYTES])
{
  char normal[PERRON_TYPED_BYTES];

  if (!perron_field_check (field, text, normal) || normal[0] == '\0')
    g_strlcpy (shown, text, PERRON_TYPED_BYTES);
  else if (field->type == PERRON_FIELD_PHONE)
    show_pairs (normal, shown);
  else if (field->type == PERRON_FIELD_DATE)
    snprintf (shown, PERRON_TYPED_BYTES, "%.2s/%.2s/%.4s", normal + 6, normal + 4, normal);
  else if (field->type == PERRON_FIELD_NUMBER) {
    PerronNumber number = { 0 };
    G_STATIC_ASSERT (PERRON_NUMBER_MASKED_BYTES <= PERRON_TYPED_BYTES);
    g_strlcpy (number.value, normal, sizeof number.value);
    perron_number_group (&number, shown);
    explicit_bzero (&number, sizeof number);
  } else
    g_strlcpy (shown, normal, PERRON_TYPED_BYTES);
  explicit_bzero (normal, sizeof normal);
}

static gint
read_digits (const char *text, guint count)
{
  gint value = 0;
  for (guint i = 0; i < count; i++)
    value = value * 10 + (text[i] - '0');
  return value;
}

void
perron_field_read_birth (const char *normal, PerronBirth *ret_birth)
{
  memset (ret_birth, 0, sizeof *ret_birth);
  if (strlen (normal) != 8)
    return;
  gint year = read_digits (normal, 4), month = read_digits (normal + 4, 2), day = read_digits (normal + 6, 2);
  g_strlcpy (ret_birth->raw, normal, sizeof ret_birth->raw);
  ret_birth->year = year;
  if (month >= 1 && month <= 12) {
    ret_birth->month = month;
    if (g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year))
      ret_birth->day = day;
  }
}
