/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/wire-json.h"
#include "sync/engine/wire.h"

#include <openssl/evp.h>
#include <string.h>

static const WireValue *
of_kind (const WireValue *value, WireKind kind)
{
  return value != NULL && value->kind == kind ? value : NULL;
}

const WireValue *
wire_object (const WireValue *object, const char *name)
{
  return of_kind (wire_member (object, name), WIRE_OBJECT);
}

const WireValue *
wire_array (const WireValue *object, const char *name)
{
  return of_kind (wire_member (object, name), WIRE_ARRAY);
}

const WireValue *
wire_first_object (const WireValue *array)
{
  return of_kind (wire_first (array), WIRE_OBJECT);
}

gboolean
wire_has (const WireValue *object, const char *name)
{
  for (const WireValue *each = wire_first (object); each != NULL; each = wire_next (object, each + 1)) {
    if (wire_is (each, name))
      return TRUE;
  }
  return FALSE;
}

gboolean
wire_int (const WireValue *object, const char *name, gint64 *ret_value)
{
  return wire_number (wire_member (object, name), ret_value);
}

gboolean
wire_says (const WireValue *object, const char *name, const char *wanted)
{
  return wire_is (wire_member (object, name), wanted);
}

gboolean
wire_text (const WireValue *object, const char *name, char *ret_text, gsize size)
{
  return wire_copy (wire_member (object, name), ret_text, size);
}

gboolean
wire_token (const WireValue *object, const char *name, char *ret_token)
{
  return wire_text (object, name, ret_token, PERRON_WIRE_TOKEN_MAX + 1) && perron_wire_token_ok (ret_token);
}

gboolean
wire_uuid (const WireValue *object, const char *name, guint8 *ret_uuid)
{
  char text[PERRON_UUID_CHARS];
  return wire_text (object, name, text, sizeof text) && perron_uuid_parse (text, ret_uuid);
}

gboolean
wire_coding_says (const WireValue *concept, const char *system, const char *code)
{
  const WireValue *codings = wire_array (concept, "coding"), *coding = wire_first_object (codings);
  return wire_count (codings) == 1 && wire_says (coding, "system", system) && wire_says (coding, "code", code);
}

const WireValue *
wire_extension (const WireValue *object, const char *url)
{
  const WireValue *array = wire_array (object, "extension"), *found = NULL;

  for (const WireValue *each = wire_first (array); each != NULL; each = wire_next (array, each)) {
    if (!wire_says (each, "url", url))
      continue;
    if (found != NULL)
      return NULL;
    found = each;
  }
  return found;
}

/* libcrypto's decoder passes over spaces around the text and reads `=` anywhere: what it made must be as long as four to three says. */
static GBytes *
decode_base64 (const char *text, gsize chars, gsize max)
{
  if (chars == 0 || chars % 4 != 0 || chars > (max + 2) / 3 * 4)
    return NULL;
  gsize pad = text[chars - 1] != '=' ? 0 : text[chars - 2] != '=' ? 1 : 2;
  gsize len = chars / 4 * 3 - pad;
  if (len > max || memchr (text, '=', chars - pad) != NULL)
    return NULL;
  g_autofree guint8 *data = g_malloc (chars / 4 * 3);
  if (EVP_DecodeBlock (data, (const guchar *) text, (int) chars) != (int) (chars / 4 * 3))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&data), len);
}

GBytes *
wire_base64 (const WireValue *object, const char *name, gsize max)
{
  const WireValue *value = of_kind (wire_member (object, name), WIRE_STRING);
  if (value == NULL)
    return NULL;
  if (!value->escaped)
    return decode_base64 (value->text, value->len, max);
  /* Some write "/" as "\/". */
  gsize size = (max + 2) / 3 * 4 + 1;
  g_autofree char *text = g_malloc (size);
  return wire_copy (value, text, size) ? decode_base64 (text, strlen (text), max) : NULL;
}

/* libcrypto looks the algorithm up by its name, behind a lock, each time it is not told which implementation it is. */
static const EVP_MD *
sha256 (void)
{
  static EVP_MD *kept;
  if (g_once_init_enter (&kept)) {
    EVP_MD *fetched = EVP_MD_fetch (NULL, "SHA256", NULL);
    if (fetched == NULL)
      g_error ("libcrypto has no SHA-256");
    g_once_init_leave (&kept, fetched);
  }
  return kept;
}

void
wire_sha256 (GBytes *bytes, guint8 ret_digest[32])
{
  gsize len;
  const void *data = g_bytes_get_data (bytes, &len);
  if (EVP_Digest (data, len, ret_digest, NULL, sha256 (), NULL) != 1)
    g_error ("libcrypto cannot do SHA-256"); /* out of memory: as GLib ends then */
}

static gint
hex_value (char digit)
{
  return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

gboolean
wire_digest (const WireValue *object, const char *name, guint8 ret_digest[32])
{
  guint8 parsed[32];
  char text[65];
  if (!wire_text (object, name, text, sizeof text) || strlen (text) != 64)
    return FALSE;
  for (guint i = 0; i < 32; i++) {
    gint high = hex_value (text[2 * i]), low = hex_value (text[2 * i + 1]);
    if (high < 0 || low < 0)
      return FALSE;
    parsed[i] = (guint8) (high << 4 | low);
  }
  memcpy (ret_digest, parsed, sizeof parsed);
  return TRUE;
}

gboolean
wire_instant (const WireValue *object, const char *name, gint64 *ret_unix_ms)
{
  static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ";
  char text[sizeof shape];
  if (!wire_text (object, name, text, sizeof text) || strlen (text) != sizeof shape - 1)
    return FALSE;
  for (guint i = 0; shape[i] != '\0'; i++) {
    if (shape[i] == 'd' ? !g_ascii_isdigit (text[i]) : text[i] != shape[i])
      return FALSE;
  }
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);
  if (time == NULL)
    return FALSE;
  *ret_unix_ms = g_date_time_to_unix (time) * 1000 + g_ascii_strtoll (text + 20, NULL, 10);
  return *ret_unix_ms >= 0;
}
