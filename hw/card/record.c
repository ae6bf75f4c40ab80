/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/record.h"

#include <string.h>

#include "hw/card/tlv.h"
#include "kiosk/core/secret.h"

#define EXCHANGES_MAX 200 /* 200 of these are a fifth of the locked arena */
#define FILE_MAX 16384
#define DEPTH_MAX 8

typedef struct {
  guint8 command[PERRON_APDU_MAX];
  guint16 command_length;
  guint8 response[PERRON_RESPONSE_MAX];
  guint16 response_length;
  gint fault;
} Exchange;

typedef struct {
  PerronCardSource source;
  PerronCardSource *inner;
  Exchange *exchanges; /* locked memory */
  guint count;
  guint8 atr[PERRON_ATR_MAX];
  gsize atr_length;
} Record;

typedef struct {
  PerronChannel channel;
  PerronChannel *inner;
  Record *record;
} RecordChannel;

static gssize
record_transmit (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size, GError **error)
{
  RecordChannel *self = (RecordChannel *) channel;
  g_autoptr (GError) failure = NULL;
  gssize length = self->inner->transmit (self->inner, command, command_len, response, response_size, &failure);
  Record *record = self->record;

  if (record->count < EXCHANGES_MAX && command_len <= PERRON_APDU_MAX) {
    Exchange *exchange = &record->exchanges[record->count++];
    memcpy (exchange->command, command, command_len);
    exchange->command_length = (guint16) command_len;
    exchange->fault = length < 0 ? failure->code : -1;
    exchange->response_length = length < 0 ? 0 : (guint16) MIN (length, PERRON_RESPONSE_MAX);
    memcpy (exchange->response, response, exchange->response_length);
  }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return length;
}

static const guint8 *
record_get_atr (PerronChannel *channel, gsize *ret_len)
{
  RecordChannel *self = (RecordChannel *) channel;
  return self->inner->get_atr (self->inner, ret_len);
}

static void
record_channel_free (PerronChannel *channel)
{
  RecordChannel *self = (RecordChannel *) channel;
  perron_channel_free (self->inner);
  g_free (self);
}

static PerronChannel *
record_open (PerronCardSource *source, GError **error)
{
  Record *record = (Record *) source;
  PerronChannel *inner = record->inner->open (record->inner, error);
  if (inner == NULL)
    return NULL;

  gsize length = 0;
  const guint8 *atr = inner->get_atr (inner, &length);
  record->atr_length = MIN (length, PERRON_ATR_MAX);
  memcpy (record->atr, atr, record->atr_length);
  explicit_bzero (record->exchanges, EXCHANGES_MAX * sizeof (Exchange));
  record->count = 0;
  RecordChannel *channel = g_new0 (RecordChannel, 1);
  channel->channel = (PerronChannel) { record_transmit, record_get_atr, record_channel_free };
  channel->inner = inner;
  channel->record = record;
  return &channel->channel;
}

static PerronCardStatus
record_wait (PerronCardSource *source, PerronCardStatus known, gint timeout_ms)
{
  PerronCardSource *inner = ((Record *) source)->inner;
  return inner->wait (inner, known, timeout_ms);
}

static void
record_cancel (PerronCardSource *source)
{
  PerronCardSource *inner = ((Record *) source)->inner;
  inner->cancel (inner);
}

static void
record_free (PerronCardSource *source)
{
  Record *record = (Record *) source;
  perron_card_source_free (record->inner);
  perron_secret_free (record->exchanges);
  g_free (record);
}

PerronCardSource *
perron_record_source_new (PerronCardSource *inner)
{
  Record *record = g_new0 (Record, 1);
  record->source = (PerronCardSource) { record_wait, record_open, record_cancel, record_free };
  record->inner = inner;
  record->exchanges = perron_secret_alloc (EXCHANGES_MAX * sizeof (Exchange));
  return &record->source;
}

static void
replace_value (guint8 *value, gsize length)
{
  /* Made-up: commune 000, key computed (tests/hw/test-nir.c checks it). */
  static const char birth[] = "19900101";
  static const char number[] = "290017500000176";
  const char *digits = length == sizeof birth - 1 ? birth : length == sizeof number - 1 ? number : NULL;
  gboolean all_digits = digits != NULL;

  for (gsize i = 0; i < length && all_digits; i++)
    all_digits = g_ascii_isdigit (value[i]) || (i == 6 && (value[i] == 'A' || value[i] == 'B'));
  for (gsize i = 0; i < length; i++) {
    if (all_digits)
      value[i] = (guint8) digits[i];
    else if (value[i] == ' ' || value[i] == '\0')
      continue;
    else
      value[i] = g_ascii_isdigit (value[i]) ? '0' : g_ascii_isalpha (value[i]) || value[i] >= 0xC0 ? 'X' : '?';
  }
}

static void
replace_objects (guint8 *data, gsize length)
{
  PerronTlvReader reader = perron_tlv_reader (data, length);
  PerronTlv object;

  while (perron_tlv_next (&reader, &object) == PERRON_TLV_OBJECT) {
    guint8 *value = data + (object.value - data);
    if (object.constructed)
      replace_objects (value, object.length);
    else
      replace_value (value, object.length);
  }
}

static gboolean
is_read (const Exchange *exchange)
{
  return exchange->command[1] == 0xB0 || exchange->command[1] == 0xC0;
}

/* Blocks of one file stand one after the other in the recording: joined, replaced, and put back. */
static void
replace_run (Exchange *run, guint count)
{
  g_autoptr (PerronSecretText) bytes = perron_secret_alloc (FILE_MAX);
  guint8 *data = (guint8 *) bytes;
  gsize length = 0;

  for (guint i = 0; i < count; i++) {
    gsize part = run[i].response_length > 2 ? run[i].response_length - 2u : 0;
    if (length + part > FILE_MAX)
      break;
    memcpy (data + length, run[i].response, part);
    length += part;
  }
  if (perron_tlv_check (data, length, DEPTH_MAX))
    replace_objects (data, length);
  else
    memset (data, 0, length);
  gsize at = 0;
  for (guint i = 0; i < count; i++) {
    gsize part = run[i].response_length > 2 ? run[i].response_length - 2u : 0;
    if (at + part <= length)
      memcpy (run[i].response, data + at, part);
    else
      memset (run[i].response, 0, part);
    at += part;
  }
}

static void
replace_personal (Exchange *exchanges, guint count)
{
  for (guint i = 0; i < count;) {
    guint end = i + 1;
    if (!is_read (&exchanges[i])) {
      /* What answers a SELECT, and the GET RESPONSE after it, describes the file and may name the card. */
      for (; end < count && exchanges[end].command[1] == 0xC0; end++)
        ;
      for (guint e = i; e < end; e++)
        memset (exchanges[e].response, 0, exchanges[e].response_length > 2 ? exchanges[e].response_length - 2u : 0);
    } else {
      for (; end < count && is_read (&exchanges[end]); end++)
        ;
      replace_run (exchanges + i, end - i);
    }
    i = end;
  }
}

static void
append_hex (GString *text, const char *name, const guint8 *bytes, gsize length)
{
  g_string_append_printf (text, "\"%s\": \"", name);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, i == 0 ? "%02X" : " %02X", bytes[i]);
  g_string_append_c (text, '"');
}

static void
append_exchange (GString *text, const Exchange *exchange)
{
  static const char *const words[] = {
    [PERRON_CHANNEL_ERROR_REMOVED] = "removed",     [PERRON_CHANNEL_ERROR_RESET] = "reset",
    [PERRON_CHANNEL_ERROR_TRANSPORT] = "transport", [PERRON_CHANNEL_ERROR_READER] = "reader",
    [PERRON_CHANNEL_ERROR_PROTOCOL] = "transport",  [PERRON_CHANNEL_ERROR_SEQUENCE] = "transport",
    [PERRON_CHANNEL_ERROR_MUTE] = "reset",          [PERRON_CHANNEL_ERROR_HELD] = "held",
  };
  append_hex (text, "command", exchange->command, exchange->command_length);
  g_string_append (text, ", ");
  if (exchange->fault >= 0)
    g_string_append_printf (text, "\"fault\": \"%s\"", words[exchange->fault]);
  else
    append_hex (text, "response", exchange->response, exchange->response_length);
}

gboolean
perron_record_source_write (PerronCardSource *source, const PerronProfiles *profiles, const char *file, GError **error)
{
  Record *record = (Record *) source;
  static const guint8 no_atr[] = { 0x3B, 0x00 };
  gboolean known = FALSE;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GString) text = g_string_new ("{ \"recording\": 1, \"slot\": \"card\", ");

  for (guint i = 0; i < perron_profiles_count (profiles); i++)
    known |= perron_profile_matches (perron_profiles_get (profiles, i), record->atr, record->atr_length);
  append_hex (text, "atr", known ? record->atr : no_atr, known ? record->atr_length : sizeof no_atr);
  replace_personal (record->exchanges, record->count);
  g_string_append (text, ",\n  \"exchanges\": [");
  for (guint i = 0; i < record->count; i++) {
    g_string_append (text, i == 0 ? "\n    { " : ",\n    { ");
    append_exchange (text, &record->exchanges[i]);
    g_string_append (text, " }");
  }
  g_string_append (text, "\n  ] }\n");
  if (g_file_set_contents (file, text->str, (gssize) text->len, &failure))
    return TRUE;
  g_set_error_literal (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_FILE, failure->message);
  return FALSE;
}
