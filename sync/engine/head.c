/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/head.h"
#include "sync/engine/wire-json.h"
#include "sync/engine/wire-names.h"

#include <string.h>

void
perron_head_free (PerronHead *head)
{
  if (head == NULL)
    return;
  g_clear_pointer (&head->signature, g_bytes_unref);
  g_free (head);
}

/* --- out ------------------------------------------------------------------------------------------------------------------------ */

static void
append_number (GString *out, const char *url, const char *type, gint64 number)
{
  g_string_append_printf (out, "{\"url\":\"%s\",\"%s\":%" G_GINT64_FORMAT "}", url, type, number);
}

static void
append_hash (GString *out, const char *url, const guint8 *hash)
{
  g_string_append_printf (out, ",{\"url\":\"%s\",\"valueString\":\"", url);
  for (guint i = 0; i < PERRON_DIGEST_BYTES; i++)
    g_string_append_printf (out, "%02x", hash[i]);
  g_string_append (out, "\"}");
}

static GString *
begin (const char *terminal, gint64 n)
{
  GString *out = g_string_sized_new (1024);
  g_string_append_printf (out,
                          "{\"resourceType\":\"Basic\",\"code\":{\"coding\":[{\"system\":\"" WIRE_SYSTEM_TYPE "\",\"code\":\"" WIRE_CODE_HEAD
                          "\"}]},\"subject\":{\"identifier\":{\"system\":\"" WIRE_SYSTEM_TERMINAL "\",\"value\":\"%s\"}},\"extension\":[",
                          terminal);
  append_number (out, WIRE_EXT_NUMBER, "valuePositiveInt", n);
  return out;
}

static char *
finish (GString *out, gsize *ret_len)
{
  g_string_append (out, "]}");
  *ret_len = out->len;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
perron_head_encode (const PerronHead *head, gsize *ret_len)
{
  GString *out = begin (head->terminal, head->n);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (head->time_unix_ms / 1000);
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%S") : g_strdup ("");
  g_autofree char *signature = g_base64_encode (g_bytes_get_data (head->signature, NULL), g_bytes_get_size (head->signature));

  append_hash (out, WIRE_EXT_SHA256, head->hash);
  g_string_append_printf (out, ",{\"url\":\"" WIRE_EXT_TIME "\",\"valueInstant\":\"%s.%03dZ\"}", text, (gint) (head->time_unix_ms % 1000));
  g_string_append_printf (out, ",{\"url\":\"" WIRE_EXT_SIGNATURE "\",\"valueBase64Binary\":\"%s\"}", signature);
  if (head->after_n > 0) {
    g_string_append_c (out, ',');
    append_number (out, WIRE_EXT_AFTER_NUMBER, "valuePositiveInt", head->after_n);
    append_hash (out, WIRE_EXT_AFTER_SHA256, head->after_hash);
  }
  return finish (out, ret_len);
}

char *
perron_head_encode_kept (const char *terminal, gint64 n, const guint8 *hash, gsize *ret_len)
{
  GString *out = begin (terminal, n);
  if (hash != NULL)
    append_hash (out, WIRE_EXT_SHA256, hash);
  return finish (out, ret_len);
}

/* --- in ------------------------------------------------------------------------------------------------------------------------- */

static gboolean
refuse (const char *what, GError **error)
{
  g_set_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_SHAPE, "%s: not as agreed", what);
  return FALSE;
}

/* The resource of this type: first of the values, which are the caller's to free and point into `data`. */
static WireValue *
load (const guint8 *data, gsize len, const char *type, GError **error)
{
  g_autofree WireValue *resource =
    len <= PERRON_HEAD_BODY_MAX ? wire_read (data, len, PERRON_WIRE_DEPTH_MAX, PERRON_HEAD_BODY_MAX) : NULL;
  if (resource == NULL) {
    g_set_error_literal (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_SYNTAX, "body: not JSON of a head");
    return NULL;
  }
  if (wire_says (resource, "resourceType", type))
    return g_steal_pointer (&resource);
  (void) refuse ("resourceType", error);
  return NULL;
}

static gboolean
read_number (const WireValue *basic, const char *url, gint64 *ret_n)
{
  return wire_int (wire_extension (basic, url), "valuePositiveInt", ret_n) && *ret_n >= 1 && *ret_n <= G_MAXINT32;
}

/* Code, terminal (into PERRON_WIRE_TOKEN_MAX + 1 bytes) and number, which every Basic of ours has. */
static gboolean
read_basic (const WireValue *basic, char *ret_terminal, gint64 *ret_n, GError **error)
{
  const WireValue *coding = wire_first_object (wire_array (wire_object (basic, "code"), "coding"));
  const WireValue *identifier = wire_object (wire_object (basic, "subject"), "identifier");

  if (!wire_says (coding, "system", WIRE_SYSTEM_TYPE) || !wire_says (coding, "code", WIRE_CODE_HEAD))
    return refuse ("code", error);
  if (!wire_says (identifier, "system", WIRE_SYSTEM_TERMINAL) || !wire_token (identifier, "value", ret_terminal))
    return refuse ("subject", error);
  return read_number (basic, WIRE_EXT_NUMBER, ret_n) || refuse ("extension.number", error);
}

static gboolean
read_after (const WireValue *basic, PerronHead *head)
{
  const WireValue *number = wire_extension (basic, WIRE_EXT_AFTER_NUMBER), *hash = wire_extension (basic, WIRE_EXT_AFTER_SHA256);
  if (number == NULL && hash == NULL)
    return TRUE;
  return read_number (basic, WIRE_EXT_AFTER_NUMBER, &head->after_n) && wire_digest (hash, "valueString", head->after_hash);
}

PerronHead *
perron_head_parse (const guint8 *data, gsize len, GError **error)
{
  g_autoptr (PerronHead) head = g_new0 (PerronHead, 1);

  g_autofree WireValue *basic = load (data, len, "Basic", error);
  if (basic == NULL || !read_basic (basic, head->terminal, &head->n, error))
    return NULL;
  head->signature = wire_base64 (wire_extension (basic, WIRE_EXT_SIGNATURE), "valueBase64Binary", PERRON_WIRE_SIGNATURE_MAX);
  const char *wrong = !wire_digest (wire_extension (basic, WIRE_EXT_SHA256), "valueString", head->hash)          ? "extension.sha256"
                      : !wire_instant (wire_extension (basic, WIRE_EXT_TIME), "valueInstant", &head->time_unix_ms) ? "extension.time"
                      : head->signature == NULL                                                                  ? "extension.signature"
                      : !read_after (basic, head)                                                                ? "extension.after"
                                                                                                                 : NULL;
  if (wrong == NULL)
    return g_steal_pointer (&head);
  (void) refuse (wrong, error);
  return NULL;
}

gboolean
perron_head_parse_kept (const guint8 *data, gsize len, gint64 *ret_n, guint8 *ret_hash, GError **error)
{
  char terminal[PERRON_WIRE_TOKEN_MAX + 1];
  guint8 hash[PERRON_DIGEST_BYTES];
  gint64 n;

  g_autofree WireValue *basic = load (data, len, "Basic", error);
  if (basic == NULL || !read_basic (basic, terminal, &n, error))
    return FALSE;
  if (ret_hash != NULL) {
    if (!wire_digest (wire_extension (basic, WIRE_EXT_SHA256), "valueString", hash))
      return refuse ("extension.sha256", error);
    memcpy (ret_hash, hash, sizeof hash);
  }
  *ret_n = n;
  return TRUE;
}

const char *
perron_head_parse_refusal (const guint8 *data, gsize len)
{
  static const char *const words[] = { "back", "forked" };
  g_autofree WireValue *outcome = load (data, len, "OperationOutcome", NULL);
  const WireValue *issue = wire_first_object (wire_array (outcome, "issue"));

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    if (wire_says (issue, "diagnostics", words[i]))
      return words[i];
  }
  return NULL;
}
