/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n/po.h"

#include <string.h>

#include "i18n/catalogue.h"

typedef enum { PART_NONE, PART_CONTEXT, PART_ID, PART_TEXT } Part;

typedef struct {
  const char *name;
  guint line;
  guint entries;
  Part part; /* what a continued string belongs to */
  gboolean has_context;
  gboolean fuzzy;
  guint id_line;
  GString *context;
  GString *id;
  GString *text;
  PerronPoEach each;
  gpointer user;
} Reader;

static gboolean
refuse (const Reader *reader, const char *why, GError **error)
{
  g_set_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FORMAT, "%s:%u: %s", reader->name, reader->line, why);
  return FALSE;
}

static void
forget_entry (Reader *reader)
{
  reader->part = PART_NONE;
  reader->has_context = FALSE;
  reader->fuzzy = FALSE;
  g_string_truncate (reader->context, 0);
  g_string_truncate (reader->id, 0);
  g_string_truncate (reader->text, 0);
}

/* Called wherever an entry may end: blank line, comment, next entry, end of file. */
static gboolean
end_entry (Reader *reader, GError **error)
{
  if (reader->part == PART_NONE && !reader->has_context)
    return TRUE;
  if (reader->part != PART_TEXT)
    return refuse (reader, "entry without msgstr", error);
  if (++reader->entries > PERRON_PO_ENTRIES)
    return refuse (reader, "too many entries", error);

  const PerronPoEntry entry = {
    .context = reader->has_context ? reader->context->str : NULL,
    .id = reader->id->str,
    .text = reader->text->str,
    .fuzzy = reader->fuzzy,
    .line = reader->id_line,
  };
  gboolean ok = reader->each (&entry, reader->user, error);
  forget_entry (reader);
  return ok;
}

static gboolean
append_escape (Reader *reader, GString *into, char escaped, GError **error)
{
  switch (escaped) {
  case 'n':
    g_string_append_c (into, '\n');
    return TRUE;
  case 't':
    g_string_append_c (into, '\t');
    return TRUE;
  case '"':
  case '\\':
    g_string_append_c (into, escaped);
    return TRUE;
  default:
    return refuse (reader, "unknown escape in string", error);
  }
}

/* `quoted` starts at the opening quote and must end at the closing one. */
static gboolean
append_string (Reader *reader, GString *into, const char *quoted, const char *end, GError **error)
{
  if (quoted >= end || *quoted != '"')
    return refuse (reader, "expected a string in double quotes", error);

  for (const char *at = quoted + 1; at < end; at++) {
    if (*at == '"')
      return at + 1 == end ? TRUE : refuse (reader, "text after the string", error);
    if (into->len >= PERRON_PO_TEXT_BYTES)
      return refuse (reader, "string longer than 4096 bytes", error);
    if (*at == '\\') {
      if (++at == end || !append_escape (reader, into, *at, error))
        return at == end ? refuse (reader, "string without end", error) : FALSE;
    } else if (g_ascii_iscntrl (*at)) {
      return refuse (reader, "control character in string", error);
    } else {
      g_string_append_c (into, *at);
    }
  }
  return refuse (reader, "string without end", error);
}

static const char *
after_word (const char *line, const char *end, const char *word)
{
  gsize length = strlen (word);
  if ((gsize) (end - line) <= length || memcmp (line, word, length) != 0 || line[length] != ' ')
    return NULL;
  line += length;
  while (line < end && *line == ' ')
    line++;
  return line;
}

static gboolean
read_keyword (Reader *reader, const char *line, const char *end, GError **error)
{
  const char *string;
  if ((string = after_word (line, end, "msgctxt")) != NULL) {
    if (!end_entry (reader, error))
      return FALSE;
    reader->has_context = TRUE;
    reader->part = PART_CONTEXT;
    return append_string (reader, reader->context, string, end, error);
  }
  if ((string = after_word (line, end, "msgid")) != NULL) {
    if (reader->part != PART_CONTEXT && !end_entry (reader, error))
      return FALSE;
    reader->part = PART_ID;
    reader->id_line = reader->line;
    return append_string (reader, reader->id, string, end, error);
  }
  if ((string = after_word (line, end, "msgstr")) != NULL) {
    if (reader->part != PART_ID)
      return refuse (reader, "msgstr without msgid", error);
    reader->part = PART_TEXT;
    return append_string (reader, reader->text, string, end, error);
  }
  return refuse (reader, "expected msgctxt, msgid, msgstr, a string or a comment (plural forms are not used here)", error);
}

static gboolean
read_comment (Reader *reader, const char *line, const char *end, GError **error)
{
  if (reader->part == PART_TEXT && !end_entry (reader, error))
    return FALSE;
  if (reader->part != PART_NONE)
    return refuse (reader, "comment inside an entry", error);
  if (end - line > 1 && line[1] == ',' && g_strstr_len (line, end - line, "fuzzy") != NULL)
    reader->fuzzy = TRUE;
  return TRUE;
}

static gboolean
read_line (Reader *reader, const char *line, const char *end, GError **error)
{
  while (end > line && (end[-1] == ' ' || end[-1] == '\r'))
    end--;
  if (line == end)
    return reader->part == PART_NONE || end_entry (reader, error);
  if (*line == '#')
    return read_comment (reader, line, end, error);
  if (*line != '"')
    return read_keyword (reader, line, end, error);

  GString *const parts[] = { NULL, reader->context, reader->id, reader->text };
  if (parts[reader->part] == NULL)
    return refuse (reader, "string outside an entry", error);
  return append_string (reader, parts[reader->part], line, end, error);
}

static gboolean
read_all (Reader *reader, const char *data, gsize len, GError **error)
{
  const char *const end = data + len;
  for (const char *line = data; line < end;) {
    const char *stop = memchr (line, '\n', (gsize) (end - line));
    if (stop == NULL)
      stop = end;
    reader->line++;
    if (!read_line (reader, line, stop, error))
      return FALSE;
    line = stop + 1;
  }
  reader->line++;
  return end_entry (reader, error);
}

gboolean
perron_po_parse (const char *name, const char *data, gsize len, PerronPoEach each, gpointer user, GError **error)
{
  g_autoptr (GString) context = g_string_new (NULL);
  g_autoptr (GString) id = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  Reader reader = { .name = name, .context = context, .id = id, .text = text, .each = each, .user = user };

  if (len > PERRON_PO_FILE_BYTES)
    return refuse (&reader, "larger than 1 MiB", error);
  /* With a length g_utf8_validate() also refuses NUL bytes. */
  if (!g_utf8_validate (data, (gssize) len, NULL))
    return refuse (&reader, "not UTF-8", error);
  return read_all (&reader, data, len, error);
}
