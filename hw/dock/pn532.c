/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/pn532-private.h"

#include <string.h>

#define FRAME_DATA_MAX 265 /* UM0701-02 6.2.1.2: TFI, command and 263 bytes */
#define FIRST_BYTE_TO_HOST 0xD5
#define TX_CONTROL 0x6304
#define TX_BOTH_ON 0x03

Pn532 *
pn532_new (Pn532Say say, Pn532Later later, gpointer data)
{
  Pn532 *chip = g_new0 (Pn532, 1);
  chip->say = say;
  chip->later = later;
  chip->data = data;
  chip->input = g_byte_array_new ();
  chip->apdus = g_ptr_array_new_with_free_func (g_free);
  chip->commands = g_byte_array_new ();
  chip->selected = -1;
  chip->retries = PN532_FOREVER;
  return chip;
}

void
pn532_free (Pn532 *chip)
{
  if (chip == NULL)
    return;
  pn532_poll_stop (chip);
  pn532_clear (chip);
  g_byte_array_unref (chip->input);
  g_byte_array_unref (chip->commands);
  g_ptr_array_unref (chip->apdus);
  g_free (chip);
}

void
pn532_reset (Pn532 *chip)
{
  g_byte_array_set_size (chip->input, 0);
  pn532_poll_stop (chip);
  chip->selected = -1;
  chip->retries = PN532_FOREVER;
}

void
pn532_arm (Pn532 *chip, Pn532Fault fault)
{
  chip->fault = fault;
}

Pn532Fault
pn532_get_fault (const Pn532 *chip)
{
  return chip->fault;
}

const GPtrArray *
pn532_get_apdus (const Pn532 *chip)
{
  return chip->apdus;
}

const GByteArray *
pn532_get_commands (const Pn532 *chip)
{
  return chip->commands;
}

guint
pn532_count (const Pn532 *chip)
{
  return chip->count;
}

const PerronTag *
pn532_get (const Pn532 *chip, guint index)
{
  return index < chip->count ? chip->tags[index] : NULL;
}

gboolean
pn532_take_fault (Pn532 *chip, Pn532Fault fault)
{
  if (chip->fault != fault)
    return FALSE;
  chip->fault = PN532_FAULT_NONE;
  return TRUE;
}

/* Normal information frame up to 255 bytes, else the extended one (UM0701-02 6.2.1.1, 6.2.1.2). */
static void
say_frame (Pn532 *chip, guint8 command, const GByteArray *body, gboolean spoil, gsize air)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  gsize length = body->len + 2;
  guint8 high = (guint8) (length >> 8), low = (guint8) length;
  if (length <= 255) {
    const guint8 head[] = { 0x00, 0x00, 0xFF, low, (guint8) -low, FIRST_BYTE_TO_HOST, (guint8) (command + 1) };
    g_byte_array_append (frame, head, sizeof head);
  } else {
    const guint8 head[] = { 0x00, 0x00, 0xFF, 0xFF, 0xFF, high, low, (guint8) -(high + low), FIRST_BYTE_TO_HOST, (guint8) (command + 1) };
    g_byte_array_append (frame, head, sizeof head);
  }
  guint8 sum = (guint8) (FIRST_BYTE_TO_HOST + command + 1);
  for (guint i = 0; i < body->len; i++)
    sum = (guint8) (sum + body->data[i]);
  const guint8 tail[] = { (guint8) (spoil ? ~sum : -sum), 0x00 };
  g_byte_array_append (frame, body->data, body->len);
  g_byte_array_append (frame, tail, sizeof tail);
  gboolean tag = air > 0 && chip->selected >= 0;
  chip->say (frame->data, frame->len, air, tag ? chip->tags[chip->selected]->think_ms : 0, chip->data);
}

void
pn532_put (GByteArray *body, guint8 byte)
{
  g_byte_array_append (body, &byte, 1);
}

static void
put_target_a (Pn532 *chip, const PerronTag *tag, GByteArray *body)
{
  const guint8 sens[] = { tag->atqa[0], tag->atqa[1], tag->sak };
  g_byte_array_append (body, sens, sizeof sens);
  if (pn532_take_fault (chip, PN532_FAULT_LONG_UID)) {
    pn532_put (body, 200);
    for (guint i = 0; i < 200; i++)
      pn532_put (body, (guint8) (0xA0 + i % 16));
    return;
  }
  pn532_put (body, (guint8) tag->uid->len);
  g_byte_array_append (body, tag->uid->data, tag->uid->len);
  if (tag->ats != NULL && perron_tag_is_iso_dep (tag)) {
    pn532_put (body, (guint8) (tag->ats->len + 1));
    g_byte_array_append (body, tag->ats->data, tag->ats->len);
  }
}

static void
put_target_b (const PerronTag *tag, GByteArray *body)
{
  pn532_put (body, 0x50);
  g_byte_array_append (body, tag->uid->data, 4);
  g_byte_array_append (body, tag->atqb->data, tag->atqb->len);
  pn532_put (body, 1); /* answer to ATTRIB */
  pn532_put (body, 0);
}

void
pn532_put_target (Pn532 *chip, guint8 number, const PerronTag *tag, GByteArray *body)
{
  pn532_put (body, number);
  if (tag->type == PERRON_TAG_TYPE_A)
    put_target_a (chip, tag, body);
  else
    put_target_b (tag, body);
}

int
pn532_next_tag (const Pn532 *chip, PerronTagType type)
{
  for (guint i = 0; i < chip->count; i++) {
    guint index = (chip->turn + i) % chip->count;
    if (chip->tags[index]->type == type)
      return (int) index;
  }
  return -1;
}

/* FALSE: the chip goes on looking, there is no answer yet. */
static gboolean
list_targets (Pn532 *chip, guint8 type, GByteArray *body)
{
  PerronTagType wanted = type == 0x00 ? PERRON_TAG_TYPE_A : PERRON_TAG_TYPE_B;
  chip->field = TRUE;
  chip->selected = type == 0x00 || type == 0x03 ? pn532_next_tag (chip, wanted) : -1;
  if (chip->selected < 0) {
    pn532_put (body, 0);
    return chip->retries != PN532_FOREVER;
  }
  pn532_put (body, 1);
  pn532_put_target (chip, 1, chip->tags[chip->selected], body);
  return TRUE;
}

static void
let_go (Pn532 *chip, GByteArray *body)
{
  if (chip->selected >= 0 && chip->count > 0)
    chip->turn = ((guint) chip->selected + 1) % chip->count;
  chip->selected = -1;
  pn532_put (body, PN532_STATUS_OK);
}

static void
diagnose (const Pn532 *chip, const guint8 *data, gsize length, GByteArray *body)
{
  if (length > 0 && data[0] == 0x00)
    g_byte_array_append (body, data, (guint) length);
  else
    pn532_put (body, length > 0 && data[0] == 0x06 && chip->selected < 0 ? PN532_STATUS_TIMEOUT : PN532_STATUS_OK);
}

static void
general_status (const Pn532 *chip, GByteArray *body)
{
  const guint8 head[] = { 0x00, chip->field, chip->selected >= 0 };
  const guint8 target[] = { 0x01, 0x00, 0x00, 0x10 };
  g_byte_array_append (body, head, sizeof head);
  if (chip->selected >= 0)
    g_byte_array_append (body, target, sizeof target);
  pn532_put (body, 0x00);
}

static void
registers (Pn532 *chip, gboolean write, const guint8 *data, gsize length, GByteArray *body)
{
  gsize step = write ? 3 : 2;
  for (gsize i = 0; i + step <= length; i += step) {
    guint16 address = (guint16) (data[i] << 8 | data[i + 1]);
    if (!write) {
      pn532_put (body, chip->registers[address]);
      continue;
    }
    chip->registers[address] = data[i + 2];
    if (address == TX_CONTROL)
      chip->field = (data[i + 2] & TX_BOTH_ON) == TX_BOTH_ON;
  }
}

static void
configure_radio (Pn532 *chip, const guint8 *data, gsize length)
{
  if (length >= 4 && data[0] == 0x05)
    chip->retries = data[3];
  else if (length >= 2 && data[0] == 0x01)
    chip->field = (data[1] & 1) != 0;
  chip->srx_selected = chip->srx_selected && chip->field;
  if (!chip->field)
    chip->selected = -1;
}

/* LATER: it answers by itself, when there is something to say. */
typedef enum { ANSWERED, LATER, UNKNOWN } Outcome;

static Outcome
run (Pn532 *chip, guint8 command, const guint8 *data, gsize length, GByteArray *body)
{
  static const guint8 firmware[] = { 0x32, 0x01, 0x06, 0x07 };
  switch (command) {
  case 0x00: diagnose (chip, data, length, body); return ANSWERED;
  case 0x02: g_byte_array_append (body, firmware, sizeof firmware); return ANSWERED;
  case 0x04: general_status (chip, body); return ANSWERED;
  case 0x06: registers (chip, FALSE, data, length, body); return ANSWERED;
  case 0x08: registers (chip, TRUE, data, length, body); return ANSWERED;
  case 0x12: /* SetParameters */
  case 0x14: return ANSWERED; /* SAMConfiguration */
  case 0x32: configure_radio (chip, data, length); return ANSWERED;
  case 0x16: /* PowerDown */
  case 0x4E: /* InPSL */
  case 0x54: pn532_put (body, PN532_STATUS_OK); return ANSWERED; /* InSelect */
  case 0x44: /* InDeselect */
  case 0x52: let_go (chip, body); return ANSWERED; /* InRelease */
  case 0x40: pn532_exchange (chip, data, length, body); return ANSWERED;
  case 0x42: pn532_communicate (chip, data, length, body); return ANSWERED;
  case PN532_IN_AUTO_POLL: return pn532_poll_start (chip, data, length) ? LATER : UNKNOWN;
  case PN532_IN_LIST_PASSIVE_TARGET:
    chip->waiting_type = length >= 2 ? data[1] : 0xFF;
    if (list_targets (chip, chip->waiting_type, body))
      return ANSWERED;
    chip->waiting = command;
    return LATER;
  default: return UNKNOWN;
  }
}

static gboolean
speaks_of_tag (const Pn532 *chip, guint8 command)
{
  return chip->selected >= 0
         && (command == PN532_IN_LIST_PASSIVE_TARGET || command == PN532_IN_AUTO_POLL || command == 0x40 || command == 0x42);
}

/* Silence and a wrong sum strike an answer in which a tag has its say, so that opening the chip is not spoilt. */
void
pn532_answer (Pn532 *chip, guint8 command, gsize asked, const GByteArray *body)
{
  gboolean tag = speaks_of_tag (chip, command);
  if (!tag || !pn532_take_fault (chip, PN532_FAULT_SILENCE))
    say_frame (chip, command, body, tag && pn532_take_fault (chip, PN532_FAULT_CHECKSUM), tag ? asked + body->len : 0);
}

static void
keep_command (Pn532 *chip, guint8 command)
{
  if (chip->commands->len == PN532_COMMANDS_KEPT)
    g_byte_array_remove_index (chip->commands, 0);
  pn532_put (chip->commands, command);
}

static void
do_command (Pn532 *chip, const guint8 *data, gsize length)
{
  static const guint8 acknowledge[] = { 0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00 };
  static const guint8 syntax_error[] = { 0x00, 0x00, 0xFF, 0x01, 0xFF, 0x7F, 0x81, 0x00 };
  g_autoptr (GByteArray) body = g_byte_array_new ();
  pn532_poll_stop (chip);
  keep_command (chip, data[0]);
  chip->say (acknowledge, sizeof acknowledge, 0, 0, chip->data);
  Outcome outcome = run (chip, data[0], data + 1, length - 1, body);
  if (outcome == UNKNOWN)
    chip->say (syntax_error, sizeof syntax_error, 0, 0, chip->data);
  else if (outcome == ANSWERED)
    pn532_answer (chip, data[0], length, body);
}

/* One frame at the front of `bytes`. The number of bytes it takes, 0 when more must come. */
static gsize
take_frame (Pn532 *chip, const guint8 *bytes, gsize length)
{
  if (length < 5)
    return 0;
  gsize head = 5, size = bytes[3];
  if (bytes[3] == 0x00 && bytes[4] == 0xFF) {
    pn532_poll_stop (chip); /* an acknowledgement from the host stops the command */
    return 5;
  }
  if (bytes[3] == 0xFF && bytes[4] == 0xFF) {
    if (length < 8)
      return 0;
    head = 8;
    size = (gsize) bytes[5] << 8 | bytes[6];
  }
  if (size < 2 || size > FRAME_DATA_MAX)
    return 3;
  if (length < head + size + 1)
    return 0;
  guint8 sum = 0;
  for (gsize i = 0; i <= size; i++)
    sum = (guint8) (sum + bytes[head + i]);
  if (sum == 0 && bytes[head] == 0xD4)
    do_command (chip, bytes + head + 1, size - 1);
  return head + size + 1;
}

void
pn532_feed (Pn532 *chip, const guint8 *bytes, gsize length)
{
  static const guint8 start[] = { 0x00, 0x00, 0xFF };
  g_byte_array_append (chip->input, bytes, (guint) length);
  for (;;) {
    const guint8 *at = chip->input->len >= 3 ? memmem (chip->input->data, chip->input->len, start, sizeof start) : NULL;
    gsize skip = at != NULL ? (gsize) (at - chip->input->data) : chip->input->len > 2 ? chip->input->len - 2 : 0;
    if (skip > 0)
      g_byte_array_remove_range (chip->input, 0, (guint) skip);
    if (at == NULL)
      return;
    gsize taken = take_frame (chip, chip->input->data, chip->input->len);
    if (taken == 0)
      return;
    g_byte_array_remove_range (chip->input, 0, (guint) taken);
  }
}

gboolean
pn532_add (Pn532 *chip, PerronTag *tag)
{
  if (chip->count == PN532_TARGETS_MAX) {
    perron_tag_free (tag);
    return FALSE;
  }
  for (guint i = 1; tag->random_uid && i < tag->uid->len; i++)
    tag->uid->data[i] = (guint8) g_random_int_range (0, 256);
  chip->tags[chip->count++] = tag;
  if (chip->waiting == PN532_IN_LIST_PASSIVE_TARGET) {
    g_autoptr (GByteArray) body = g_byte_array_new ();
    if (list_targets (chip, chip->waiting_type, body)) {
      say_frame (chip, chip->waiting, body, FALSE, body->len);
      chip->waiting = 0;
    }
  }
  return TRUE;
}

void
pn532_clear (Pn532 *chip)
{
  for (guint i = 0; i < chip->count; i++)
    g_clear_pointer (&chip->tags[i], perron_tag_free);
  chip->count = 0;
  chip->turn = 0;
  chip->selected = -1;
  chip->srx_selected = FALSE;
}
