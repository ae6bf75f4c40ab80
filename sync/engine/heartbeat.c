/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/heartbeat.h"
#include "sync/engine/json-check.h"
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
put (JsonObject *to, const char *name, const char *text)
{
  json_object_set_string_member (to, name, text);
}

static JsonObject *
make_ready (const PerronHeartbeat *heartbeat)
{
  JsonObject *ready = json_object_new ();
  for (guint i = 0; i < heartbeat->check_count; i++)
    put (ready, heartbeat->checks[i].id, perron_check_state_word (heartbeat->checks[i].state));
  return ready;
}

char *
perron_heartbeat_encode (const PerronHeartbeat *heartbeat, gsize *ret_len)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  JsonObject *out = json_object_new ();
  JsonArray *attempts = json_array_new ();

  json_node_take_object (root, out);
  put (out, "format", FORMAT);
  put (out, "terminal", heartbeat->terminal);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    put (out, texts[i].name, (const char *) heartbeat + texts[i].offset);
  put (out, "protocol", heartbeat->protocol);
  put (out, "recipients", recipients_words[heartbeat->recipients]);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    json_object_set_int_member (out, numbers[i].name, G_STRUCT_MEMBER (gint64, heartbeat, numbers[i].offset));
  for (guint i = 0; i < PERRON_HEARTBEAT_ATTEMPTS; i++)
    json_array_add_int_element (attempts, heartbeat->attempts[i]);
  json_object_set_array_member (out, "attempts", attempts);
  json_object_set_object_member (out, "ready", make_ready (heartbeat));
  char *text = json_to_string (root, FALSE);
  *ret_len = strlen (text);
  return text;
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
  if (text == NULL || strlen (text) > PERRON_HEARTBEAT_TEXT_MAX)
    return FALSE;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    if (!g_unichar_isprint (g_utf8_get_char (at)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_numbers (JsonObject *from, PerronHeartbeat *to, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++) {
    gint64 *number = &G_STRUCT_MEMBER (gint64, to, numbers[i].offset);
    if (!wire_int (from, numbers[i].name, number) || *number < 0 || *number > numbers[i].most)
      return refuse (numbers[i].name, error);
  }
  return TRUE;
}

static gboolean
read_texts (JsonObject *from, PerronHeartbeat *to, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    const char *text = wire_string (from, texts[i].name);
    if (!is_plain (text))
      return refuse (texts[i].name, error);
    g_strlcpy (&G_STRUCT_MEMBER (char, to, texts[i].offset), text, PERRON_HEARTBEAT_TEXT_MAX + 1);
  }
  return TRUE;
}

static gboolean
read_attempts (JsonObject *from, PerronHeartbeat *to, GError **error)
{
  JsonArray *array = wire_array (from, "attempts");
  if (array == NULL || json_array_get_length (array) != PERRON_HEARTBEAT_ATTEMPTS)
    return refuse ("attempts", error);
  for (guint i = 0; i < PERRON_HEARTBEAT_ATTEMPTS; i++) {
    JsonNode *node = json_array_get_element (array, i);
    gboolean whole = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64;
    to->attempts[i] = whole ? json_node_get_int (node) : -1;
    if (to->attempts[i] < 0 || to->attempts[i] > G_MAXINT32)
      return refuse ("attempts", error);
  }
  return TRUE;
}

static gboolean
read_ready (JsonObject *from, PerronHeartbeat *to, GError **error)
{
  JsonObject *ready = wire_object (from, "ready");
  JsonObjectIter each;
  const char *id;
  JsonNode *node;

  if (ready == NULL || json_object_get_size (ready) > PERRON_HEARTBEAT_CHECKS_MAX)
    return refuse ("ready", error);
  json_object_iter_init_ordered (&each, ready);
  while (json_object_iter_next_ordered (&each, &id, &node)) {
    PerronCheck *check = &to->checks[to->check_count];
    if (!perron_wire_token_ok (id) || !perron_check_state_parse (wire_string (ready, id), &check->state))
      return refuse ("ready", error);
    g_strlcpy (check->id, id, sizeof check->id);
    to->check_count++;
  }
  return TRUE;
}

static gboolean
read_words (JsonObject *from, PerronHeartbeat *to, GError **error)
{
  const char *terminal = wire_string (from, "terminal");
  gint recipients = find_word (recipients_words, G_N_ELEMENTS (recipients_words), wire_string (from, "recipients"));
  gint protocol = find_word (protocols, G_N_ELEMENTS (protocols), wire_string (from, "protocol"));

  if (!wire_says (from, "format", FORMAT))
    return refuse ("format", error);
  if (!perron_wire_token_ok (terminal))
    return refuse ("terminal", error);
  if (recipients < 0)
    return refuse ("recipients", error);
  if (protocol < 0)
    return refuse ("protocol", error);
  g_strlcpy (to->terminal, terminal, sizeof to->terminal);
  g_strlcpy (to->protocol, protocols[protocol], sizeof to->protocol);
  to->recipients = (PerronRecipients) recipients;
  return TRUE;
}

gboolean
perron_heartbeat_parse (const guint8 *data, gsize len, PerronHeartbeat *ret_heartbeat, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  PerronHeartbeat read = { 0 };

  if (len == 0 || len > PERRON_HEARTBEAT_BODY_MAX || !perron_json_check (data, len, DEPTH_MAX) ||
      !json_parser_load_from_data (parser, (const char *) data, (gssize) len, NULL)) {
    g_set_error_literal (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_SYNTAX, "body: not JSON of a heartbeat");
    return FALSE;
  }
  JsonNode *root = json_parser_get_root (parser);
  JsonObject *from = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  if (!read_words (from, &read, error) || !read_texts (from, &read, error) || !read_numbers (from, &read, error) ||
      !read_attempts (from, &read, error) || !read_ready (from, &read, error))
    return FALSE;
  *ret_heartbeat = read;
  return TRUE;
}
