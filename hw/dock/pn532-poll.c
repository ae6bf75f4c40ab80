/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chip looks by itself: one type of target after the other, each for a period, round and round (InAutoPoll, UM0701-02 7.3.13). */
#include <string.h>

#include "hw/dock/pn532-private.h"

#define PERIOD_MS 150
#define PERIOD_MAX 15
#define GENERIC_A 0x00
#define PLAIN_A 0x10 /* MIFARE and its kind */
#define ISO_DEP_A 0x20
#define ISO_DEP_B 0x03
#define ISO_DEP_B_TCL 0x23

static guint8
type_of (const PerronTag *tag)
{
  if (tag->type == PERRON_TAG_TYPE_A)
    return perron_tag_is_iso_dep (tag) ? ISO_DEP_A : PLAIN_A;
  return tag->type == PERRON_TAG_TYPE_B ? ISO_DEP_B : 0xFF;
}

static gboolean
is_wanted (guint8 type, guint8 wanted)
{
  if (wanted == GENERIC_A)
    return type == PLAIN_A || type == ISO_DEP_A;
  return type == (wanted == ISO_DEP_B_TCL ? ISO_DEP_B : wanted);
}

/* One look for the type whose turn it is. The last one found is the one that stays selected. */
static guint
look (Pn532 *chip, GByteArray *body)
{
  guint8 wanted = chip->poll.types[chip->poll.at];
  guint8 found = 0;

  chip->field = TRUE;
  pn532_put (body, 0);
  for (guint i = 0; i < chip->count; i++) {
    guint index = (chip->turn + i) % chip->count;
    const PerronTag *tag = chip->tags[index];
    guint8 type = type_of (tag);
    if (!is_wanted (type, wanted))
      continue;
    g_autoptr (GByteArray) target = g_byte_array_new ();
    pn532_put_target (chip, ++found, tag, target);
    pn532_put (body, type);
    pn532_put (body, (guint8) target->len);
    g_byte_array_append (body, target->data, target->len);
    chip->selected = (int) index;
  }
  body->data[0] = found;
  return found;
}

/* Answers when something is there, else looks again when the period is over. */
static void
look_on (Pn532 *chip)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  if (look (chip, body) == 0) {
    chip->waiting = PN532_IN_AUTO_POLL;
    chip->later (chip->poll.period_ms, chip->data);
    return;
  }
  chip->waiting = 0;
  pn532_answer (chip, PN532_IN_AUTO_POLL, chip->poll.asked, body);
}

gboolean
pn532_poll_start (Pn532 *chip, const guint8 *data, gsize length)
{
  if (length < 3 || length > 2 + PN532_POLL_TYPES_MAX || data[0] == 0 || data[1] == 0 || data[1] > PERIOD_MAX)
    return FALSE;
  chip->poll = (Pn532Poll){ .count = (guint) length - 2, .turns = data[0], .period_ms = data[1] * PERIOD_MS, .asked = length + 1 };
  memcpy (chip->poll.types, data + 2, chip->poll.count);
  chip->selected = -1;
  look_on (chip);
  return TRUE;
}

void
pn532_poll_stop (Pn532 *chip)
{
  if (chip->waiting == PN532_IN_AUTO_POLL)
    chip->later (0, chip->data);
  chip->waiting = 0;
}

/*
 * The manual does not say whether the chip looks once in a period or all the time, nor whether the field is on at the end. Here it looks
 * once, when the period begins, and the field is off: who gets on with this chip gets on with the other.
 */
void
pn532_ring (Pn532 *chip)
{
  static const guint8 nothing[] = { 0 };
  Pn532Poll *poll = &chip->poll;

  if (chip->waiting != PN532_IN_AUTO_POLL)
    return;
  poll->at = (poll->at + 1) % poll->count;
  if (poll->at == 0 && poll->turns != PN532_FOREVER)
    poll->turns--;
  if (poll->turns > 0) {
    look_on (chip);
    return;
  }
  g_autoptr (GByteArray) body = g_byte_array_append (g_byte_array_new (), nothing, sizeof nothing);
  chip->field = FALSE;
  chip->waiting = 0;
  pn532_answer (chip, PN532_IN_AUTO_POLL, poll->asked, body);
}
