/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/heartbeat.h"
#include "sync/engine/wire-json.h"

#include <string.h>

#define FORMAT "perron-heartbeat-1"
#define DEPTH_MAX 3

static const char *const recipients_words[] = { [PERRON_RECIPIENTS_CAISSE] = "caisse", [PERRON_RECIPIENTS_ESCROW] = "escrow-only" };
static const char *const check_words[] = {
  [PERRON_CHECK_READY] = "ready",
  [PERRON_CHECK_ATTENTION] = "attention",
  [PERRON_CHECK_NOT_READY] = "not-ready",
  [PERRON_CHECK_NOT_CONFIGURED] = "not-configured",
};
static const char *const protocols[] = { "h2", "http/1.1", "" };

/* Every number, once: its name on the wire, where it stands, and the most it can be. */
static const struct {
  const char *name;
  gsize offset;
  gint64 most;
} numbers[] = {
  { "time_ms", G_STRUCT_OFFSET (PerronHeartbeat, time_ms), G_GINT64_CONSTANT (1) << 48 },
  { "waiting", G_STRUCT_OFFSET (PerronHeartbeat, waiting), G_MAXINT32 },
  { "dead", G_STRUCT_OFFSET (PerronHeartbeat, dead), G_MAXINT32 },
  { "oldest_s", G_STRUCT_OFFSET (PerronHeartbeat, oldest_s), G_MAXINT32 },
  { "receipt_ms", G_STRUCT_OFFSET (PerronHeartbeat, receipt_ms), G_GINT64_CONSTANT (1) << 48 },
  { "free_kib", G_STRUCT_OFFSET (PerronHeartbeat, free_kib), G_GINT64_CONSTANT (1) << 48 },
  { "wal_kib", G_STRUCT_OFFSET (PerronHeartbeat, wal_kib), G_GINT64_CONSTANT (1) << 48 },
  { "audit_n", G_STRUCT_OFFSET (PerronHeartbeat, audit_n), G_MAXINT32 },
  { "ready_ms", G_STRUCT_OFFSET (PerronHeartbeat, ready_ms), G_GINT64_CONSTANT (1) << 48 },
};

/* And every short text. */
static const struct {
  const char *name;
  gsize offset;
} texts[] = {
  { "program", G_STRUCT_OFFSET (PerronHeartbeat, program) },
  { "content", G_STRUCT_OFFSET (PerronHeartbeat, content) },
};

static gint
find_word (const char *const *words, gsize count, const char *word)
{
  for (gsize i = 0; i < count; i++) {
    if (g_strcmp0 (words[i], word) == 0)
      return (gint) i;
  }
  return -1;
}

const char *
perron_check_state_word (PerronCheckState state)
{
  return (guint) state < G_N_ELEMENTS (check_words) ? check_words[state] : "not-ready";
}

gboolean
perron_check_state_parse (const char *word, PerronCheckState *ret_state)
{
  gint found = find_word (check_words, G_N_ELEMENTS (check_words), word);
  if (found >= 0)
    *ret_state = (PerronCheckState) found;
  return found >= 0;
}

guint
perron_heartbeat_count (const PerronHeartbeat *heartbeat, PerronCheckState state)
{
  guint count = 0;
  for (guint i = 0; i < heartbeat->check_count; i++)
    count += heartbeat->checks[i].state == state;
  return count;
}

/* --- out ---------------------------------------------------------------------------------------------------------------------- */

static void
put (GString *out, const char *name, const char *text)
{
  g_string_append_printf (out, "\"%s\":", name);
  wire_append (out, text);
  g_string_append_c (out, ',');
}

/* A comma was put behind each: the last one becomes what closes. */
static void
end (GString *out, char closing)
{
  if (out->str[out->len - 1] == ',')
    out->str[out->len - 1] = closing;
  else
    g_string_append_c (out, closing);
}

char *
perron_heartbeat_encode (const PerronHeartbeat *heartbeat, gsize *ret_len)
{
  GString *out = g_string_new ("{");

  put (out, "format", FORMAT);
  put (out, "terminal", heartbeat->terminal);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    put (out, texts[i].name, (const char *) heartbeat + texts[i].offset);
  put (out, "protocol", heartbeat->protocol);
  put (out, "recipients", recipients_words[heartbeat->recipients]);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_string_append_printf (out, "\"%s\":%" G_GINT64_FORMAT ",", numbers[i].name, G_STRUCT_MEMBER (gint64, heartbeat, numbers[i].offset));
  g_string_append (out, "\"attempts\":[");
  for (guint i = 0; i < PERRON_HEARTBEAT_ATTEMPTS; i++)
    g_string_append_printf (out, "%" G_GINT64_FORMAT ",", heartbeat->attempts[i]);
  end (out, ']');
  g_string_append (out, ",\"ready\":{");
  for (guint i = 0; i < heartbeat->check_count; i++)
    put (out, heartbeat->checks[i].id, perron_check_state_word (heartbeat->checks[i].state));
  end (out, '}');
  g_string_append_c (out, '}');
  *ret_len = out->len;
  return g_string_free (out, FALSE);
}

/* --- in ----------------------------------------------------------------------------------------------------------------------- */

static gboolean
refuse (const char *what, GError **error)
{
  g_set_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_SHAPE, "%s: not as agreed", what);
  return FALSE;
}

/* Shown to people and kept in a database: short, whole characters, none that moves the cursor or turns the line around. */
static gboolean
is_plain (const char *text)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    if (!g_unichar_isprint (g_utf8_get_char (at)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_numbers (const WireValue *from, PerronHeartbeat *to, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++) {
    gint64 *number = &G_STRUCT_MEMBER (gint64, to, numbers[i].offset);
    if (!wire_int (from, numbers[i].name, number) || *number < 0 || *number > numbers[i].most)
      return refuse (numbers[i].name, error);
  }
  return TRUE;
}

static gboolean
read_texts (const WireValue *from, PerronHeartbeat *to, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    char *text = &G_STRUCT_MEMBER (char, to, texts[i].offset);
    if (!wire_text (from, texts[i].name, text, PERRON_HEARTBEAT_TEXT_MAX + 1) || !is_plain (text))
      return refuse (texts[i].name, error);
  }
  return TRUE;
}

static gboolean
read_attempts (const WireValue *from, PerronHeartbeat *to, GError **error)
{
  const WireValue *array = wire_array (from, "attempts"), *each = wire_first (array);
  if (wire_count (array) != PERRON_HEARTBEAT_ATTEMPTS)
    return refuse ("attempts", error);
  for (guint i = 0; i < PERRON_HEARTBEAT_ATTEMPTS; i++, each = wire_next (array, each)) {
    if (!wire_number (each, &to->attempts[i]) || to->attempts[i] < 0 || to->attempts[i] > G_MAXINT32)
      return refuse ("attempts", error);
  }
  return TRUE;
}

/* A check and its state, each named once. */
static gboolean
read_check (const WireValue *ready, const WireValue *name, PerronCheck *check)
{
  char word[16];
  return wire_copy (name, check->id, sizeof check->id) && perron_wire_token_ok (check->id) &&
         wire_text (ready, check->id, word, sizeof word) && perron_check_state_parse (word, &check->state);
}

static gboolean
read_ready (const WireValue *from, PerronHeartbeat *to, GError **error)
{
  const WireValue *ready = wire_object (from, "ready");

  if (ready == NULL)
    return refuse ("ready", error);
  for (const WireValue *name = wire_first (ready); name != NULL; name = wire_next (ready, name + 1)) {
    if (to->check_count == PERRON_HEARTBEAT_CHECKS_MAX || !read_check (ready, name, &to->checks[to->check_count]))
      return refuse ("ready", error);
    to->check_count++;
  }
  return TRUE;
}

/* Which of these words it is; -1: none. */
static gint
read_word (const WireValue *from, const char *name, const char *const *words, gsize count)
{
  char word[16];
  return wire_text (from, name, word, sizeof word) ? find_word (words, count, word) : -1;
}

static gboolean
read_words (const WireValue *from, PerronHeartbeat *to, GError **error)
{
  gint recipients = read_word (from, "recipients", recipients_words, G_N_ELEMENTS (recipients_words));
  gint protocol = read_word (from, "protocol", protocols, G_N_ELEMENTS (protocols));

  if (!wire_says (from, "format", FORMAT))
    return refuse ("format", error);
  if (!wire_token (from, "terminal", to->terminal))
    return refuse ("terminal", error);
  if (recipients < 0)
    return refuse ("recipients", error);
  if (protocol < 0)
    return refuse ("protocol", error);
  g_strlcpy (to->protocol, protocols[protocol], sizeof to->protocol);
  to->recipients = (PerronRecipients) recipients;
  return TRUE;
}

gboolean
perron_heartbeat_parse (const guint8 *data, gsize len, PerronHeartbeat *ret_heartbeat, GError **error)
{
  PerronHeartbeat read = { 0 };

  g_autofree WireValue *from =
    len <= PERRON_HEARTBEAT_BODY_MAX ? wire_read (data, len, DEPTH_MAX, PERRON_HEARTBEAT_BODY_MAX) : NULL;
  if (from == NULL) {
    g_set_error_literal (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_SYNTAX, "body: not JSON of a heartbeat");
    return FALSE;
  }
  if (!read_words (from, &read, error) || !read_texts (from, &read, error) || !read_numbers (from, &read, error) ||
      !read_attempts (from, &read, error) || !read_ready (from, &read, error))
    return FALSE;
  *ret_heartbeat = read;
  return TRUE;
}
