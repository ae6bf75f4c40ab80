/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the chip passes on to a tag as it is, and what the tag says to it. */
#include <string.h>

#include "hw/dock/pn532-private.h"

static void
remember (Pn532 *chip, const guint8 *bytes, gsize length)
{
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02X", bytes[i]);
  if (chip->apdus->len == PN532_APDUS_KEPT)
    g_ptr_array_remove_index (chip->apdus, 0);
  g_ptr_array_add (chip->apdus, g_string_free (text, FALSE));
}

void
pn532_exchange (Pn532 *chip, const guint8 *data, gsize length, GByteArray *body)
{
  if (chip->selected < 0 || length < 1) {
    pn532_put (body, chip->count > 0 ? PN532_STATUS_BAD_CONTEXT : PN532_STATUS_TIMEOUT);
    return;
  }
  remember (chip, data + 1, length - 1);
  if (pn532_take_fault (chip, PN532_FAULT_NAD)) {
    pn532_put (body, 0x80);
    return;
  }
  pn532_put (body, PN532_STATUS_OK);
  if (pn532_take_fault (chip, PN532_FAULT_OVERSIZE)) {
    g_byte_array_set_size (body, 300);
    memset (body->data + 1, 0x90, 299);
    return;
  }
  if (perron_tag_is_iso_dep (chip->tags[chip->selected]))
    perron_tag_answer (chip->tags[chip->selected], data + 1, length - 1, body);
  else
    body->data[0] = PN532_STATUS_TIMEOUT;
}

/* INITIATE, SELECT and GET_UID of ST SRx (SRIX4K data sheet); a selected one answers no INITIATE. FALSE: no such tag speaks. */
static gboolean
speak_srx (Pn532 *chip, const guint8 *data, gsize length, GByteArray *body)
{
  const guint8 number = 0x5A; /* drawn at each INITIATE; one tag here: any will do */
  int index = pn532_next_tag (chip, PERRON_TAG_TYPE_SRX);
  if (index < 0 || length < 1)
    return FALSE;
  gboolean initiate = length == 2 && data[0] == 0x06 && data[1] == 0x00 && !chip->srx_selected;
  gboolean select = length == 2 && data[0] == 0x0E && data[1] == number;
  gboolean identify = length == 1 && data[0] == 0x0B && chip->srx_selected;
  if (!initiate && !select && !identify)
    return FALSE;
  chip->selected = index;
  pn532_put (body, pn532_take_fault (chip, PN532_FAULT_NAD) ? 0x80 : PN532_STATUS_OK);
  if (identify)
    g_byte_array_append (body, chip->tags[index]->uid->data, chip->tags[index]->uid->len);
  else
    pn532_put (body, number);
  chip->srx_selected = chip->srx_selected || select;
  return TRUE;
}

/* Raw: APGEN and ATTRIB of type B' (Innovatron), SRx, and the presence ping R(NAK) of ISO/IEC 14443-4. */
void
pn532_communicate (Pn532 *chip, const guint8 *data, gsize length, GByteArray *body)
{
  int index = pn532_next_tag (chip, PERRON_TAG_TYPE_B_PRIME);
  if (!chip->field) {
    pn532_put (body, PN532_STATUS_TIMEOUT);
    return;
  }
  if (index >= 0 && length >= 2 && data[1] == 0x0B) {
    chip->selected = index;
    pn532_put (body, pn532_take_fault (chip, PN532_FAULT_NAD) ? 0x80 : PN532_STATUS_OK);
    pn532_put (body, data[0]); /* the address it was called by */
    pn532_put (body, 0x07);    /* REPGEN */
    g_byte_array_append (body, chip->tags[index]->uid->data, 4);
    pn532_put (body, 0x01); /* VerLog: short form */
  } else if (index >= 0 && chip->selected == index && length >= 2 && data[1] == 0x0F) {
    pn532_put (body, PN532_STATUS_OK);
    pn532_put (body, 0x00);
  } else if (chip->selected >= 0 && length == 1 && data[0] == 0xB2 && perron_tag_is_iso_dep (chip->tags[chip->selected])) {
    pn532_put (body, PN532_STATUS_OK);
    pn532_put (body, 0xA2);
  } else if (!speak_srx (chip, data, length, body)) {
    pn532_put (body, PN532_STATUS_TIMEOUT);
  }
}
