/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/print/cp858.h"

#include <string.h>

/* 0x80 to 0xFF. CP850 with the euro sign at D5. */
static const guint16 page[128] = {
  0x00C7, 0x00FC, 0x00E9, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E7,
  0x00EA, 0x00EB, 0x00E8, 0x00EF, 0x00EE, 0x00EC, 0x00C4, 0x00C5,
  0x00C9, 0x00E6, 0x00C6, 0x00F4, 0x00F6, 0x00F2, 0x00FB, 0x00F9,
  0x00FF, 0x00D6, 0x00DC, 0x00F8, 0x00A3, 0x00D8, 0x00D7, 0x0192,
  0x00E1, 0x00ED, 0x00F3, 0x00FA, 0x00F1, 0x00D1, 0x00AA, 0x00BA,
  0x00BF, 0x00AE, 0x00AC, 0x00BD, 0x00BC, 0x00A1, 0x00AB, 0x00BB,
  0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x00C1, 0x00C2, 0x00C0,
  0x00A9, 0x2563, 0x2551, 0x2557, 0x255D, 0x00A2, 0x00A5, 0x2510,
  0x2514, 0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x00E3, 0x00C3,
  0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256C, 0x00A4,
  0x00F0, 0x00D0, 0x00CA, 0x00CB, 0x00C8, 0x20AC, 0x00CD, 0x00CE,
  0x00CF, 0x2518, 0x250C, 0x2588, 0x2584, 0x00A6, 0x00CC, 0x2580,
  0x00D3, 0x00DF, 0x00D4, 0x00D2, 0x00F5, 0x00D5, 0x00B5, 0x00FE,
  0x00DE, 0x00DA, 0x00DB, 0x00D9, 0x00FD, 0x00DD, 0x00AF, 0x00B4,
  0x00AD, 0x00B1, 0x2017, 0x00BE, 0x00B6, 0x00A7, 0x00F7, 0x00B8,
  0x00B0, 0x00A8, 0x00B7, 0x00B9, 0x00B3, 0x00B2, 0x25A0, 0x00A0,
};

/* Sorted by nothing: two dozen signs. What French and names of its neighbours use and the page lacks. */
static const struct {
  gunichar sign;
  const char *form;
} forms[] = {
  { 0x0152, "OE" }, { 0x0153, "oe" }, { 0x0178, "Y" },   { 0x2018, "'" },   { 0x2019, "'" },   { 0x201A, "," },  { 0x201C, "\"" },
  { 0x201D, "\"" }, { 0x201E, "\"" }, { 0x2010, "-" },   { 0x2011, "-" },   { 0x2012, "-" },   { 0x2013, "-" },  { 0x2014, "-" },
  { 0x2026, "..." }, { 0x2022, "*" }, { 0x2039, "<" },   { 0x203A, ">" },   { 0x2212, "-" },   { 0x2122, "TM" }, { 0x0131, "i" },
  { 0x0141, "L" },  { 0x0142, "l" },  { 0x0110, "D" },   { 0x0111, "d" },   { 0x1E9E, "SS" },  { 0x2192, "->" }, { 0x02BC, "'" },
};

static gboolean
find_byte (gunichar sign, char *ret_byte)
{
  if (sign >= 0x20 && sign < 0x7F) {
    *ret_byte = (char) sign;
    return TRUE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (page); i++) {
    if (page[i] == sign) {
      *ret_byte = (char) (0x80 + i);
      return TRUE;
    }
  }
  return FALSE;
}

/* The letter under its marks, or 0. */
static gunichar
base_of (gunichar sign)
{
  gunichar base, mark;
  for (guint depth = 0; depth < 4 && g_unichar_decompose (sign, &base, &mark); depth++) {
    if (!g_unichar_ismark (mark) && mark != 0)
      return 0;
    sign = base;
    if (sign < 0x7F)
      return sign;
  }
  return 0;
}

/* The bytes for one character: a form of at most PERRON_CP858_FORM_MAX; FALSE when there is none. */
static gboolean
find_form (gunichar sign, char form[PERRON_CP858_FORM_MAX + 1])
{
  memset (form, 0, PERRON_CP858_FORM_MAX + 1);
  if (g_unichar_isspace (sign) || g_unichar_iscntrl (sign) || sign == 0x00A0 || sign == 0x202F) {
    form[0] = ' ';
    return TRUE;
  }
  /* Marks that no letter took, and signs without a shape: nothing stands for them. */
  if (g_unichar_ismark (sign) || g_unichar_type (sign) == G_UNICODE_FORMAT)
    return TRUE;
  if (find_byte (sign, form))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    if (forms[i].sign == sign) {
      g_strlcpy (form, forms[i].form, PERRON_CP858_FORM_MAX + 1);
      return TRUE;
    }
  }
  gunichar base = base_of (sign);
  return base != 0 && find_byte (base, form);
}

/* "e" and a combining acute are one letter to the person: the next character, its marks composed into it. */
static gunichar
take_letter (const char **at)
{
  gunichar letter = g_utf8_get_char (*at), whole;
  *at = g_utf8_next_char (*at);
  while (**at != '\0' && g_unichar_compose (letter, g_utf8_get_char (*at), &whole)) {
    letter = whole;
    *at = g_utf8_next_char (*at);
  }
  return letter;
}

gsize
perron_cp858_encode (const char *text, guint8 *bytes, gsize room, guint *ret_lost, gboolean *ret_all)
{
  gsize length = 0;
  guint lost = 0;
  const char *at = text != NULL ? text : "";
  gboolean all = TRUE;

  while (*at != '\0') {
    char form[PERRON_CP858_FORM_MAX + 1];
    const gboolean known = find_form (take_letter (&at), form);
    if (!known)
      g_strlcpy (form, "?", sizeof form);
    const gsize size = strlen (form);
    all = size <= room - length;
    if (!all)
      break;
    memcpy (bytes + length, form, size);
    length += size;
    lost += !known;
  }
  if (ret_lost != NULL)
    *ret_lost = lost;
  if (ret_all != NULL)
    *ret_all = all;
  return length;
}

gunichar
perron_cp858_decode (guint8 byte)
{
  return byte >= 0x80 ? page[byte - 0x80] : byte;
}
