/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/virtual-card-private.h"

#include <string.h>

#define SW_OK 0x9000
#define SW_WRONG_LENGTH 0x6700
#define SW_NOT_ALLOWED 0x6986 /* no current EF */
#define SW_NO_RESPONSE 0x6985
#define SW_NOT_FOUND 0x6A82
#define SW_WRONG_P1P2 0x6A86
#define SW_WRONG_OFFSET 0x6B00
#define SW_EXACT_LENGTH 0x6C00
#define SW_MORE 0x6100
#define SW_END_OF_FILE 0x6282
#define SW_NO_INSTRUCTION 0x6D00
#define SW_NO_CLASS 0x6E00

#define MASTER_FILE 0x3F00

G_DEFINE_QUARK (perron-virtual-card-error-quark, perron_virtual_card_error)

CardFile *
perron_card_file_new (void)
{
  CardFile *file = g_new0 (CardFile, 1);
  file->fid = -1;
  file->data = g_byte_array_new ();
  return file;
}

void
perron_card_file_free (CardFile *file)
{
  g_byte_array_unref (file->data);
  g_free (file);
}

CardFolder *
perron_card_folder_new (void)
{
  CardFolder *folder = g_new0 (CardFolder, 1);
  folder->fid = -1;
  folder->files = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_card_file_free);
  return folder;
}

void
perron_card_folder_free (CardFolder *folder)
{
  g_clear_pointer (&folder->aid, g_byte_array_unref);
  g_ptr_array_unref (folder->files);
  g_free (folder);
}

void
perron_card_fault_free (CardFault *fault)
{
  perron_virtual_card_free (fault->other);
  g_free (fault);
}

void
perron_virtual_card_free (PerronVirtualCard *card)
{
  if (card == NULL)
    return;
  g_free (card->name);
  g_free (card->folder);
  g_free (card->title);
  g_clear_pointer (&card->atr, g_bytes_unref);
  g_ptr_array_unref (card->folders);
  g_ptr_array_unref (card->faults);
  g_byte_array_unref (card->pending);
  g_free (card);
}

const char *
perron_virtual_card_get_title (const PerronVirtualCard *card)
{
  return card->title;
}

const char *
perron_virtual_card_get_name (const PerronVirtualCard *card)
{
  return card->name;
}

guint
perron_virtual_card_get_order (const PerronVirtualCard *card)
{
  return card->order;
}

guint
perron_virtual_card_get_think_ms (const PerronVirtualCard *card)
{
  return card->think_ms;
}

guint
perron_virtual_card_get_apdus (const PerronVirtualCard *card)
{
  return card->apdus;
}

PerronVirtualCard *
perron_virtual_card_take_swap (PerronVirtualCard *card)
{
  g_return_val_if_fail (card->swap != NULL, NULL);
  return g_steal_pointer (&card->swap->other);
}

GBytes *
perron_virtual_card_reset (PerronVirtualCard *card)
{
  card->current = NULL;
  card->open = NULL;
  g_byte_array_set_size (card->pending, 0);
  for (guint i = 0; i < card->folders->len; i++) {
    CardFolder *folder = g_ptr_array_index (card->folders, i);
    if (folder->fid == MASTER_FILE)
      card->current = folder;
  }
  return card->atr;
}

static void
put_sw (GByteArray *answer, guint16 sw)
{
  const guint8 bytes[] = { (guint8) (sw >> 8), (guint8) sw };
  g_byte_array_append (answer, bytes, sizeof bytes);
}

static CardFile *
find_file (const CardFolder *folder, gint32 fid, guint8 sfi)
{
  for (guint i = 0; folder != NULL && i < folder->files->len; i++) {
    CardFile *file = g_ptr_array_index (folder->files, i);
    if ((fid >= 0 && file->fid == fid) || (sfi != 0 && file->sfi == sfi))
      return file;
  }
  return NULL;
}

static CardFolder *
find_folder (const PerronVirtualCard *card, gint32 fid, const guint8 *aid, gsize aid_length)
{
  for (guint i = 0; i < card->folders->len; i++) {
    CardFolder *folder = g_ptr_array_index (card->folders, i);
    if (fid >= 0 && folder->fid == fid)
      return folder;
    if (aid != NULL && folder->aid != NULL && folder->aid->len == aid_length && memcmp (folder->aid->data, aid, aid_length) == 0)
      return folder;
  }
  return NULL;
}

/* The FCI of an EF is 30 bytes on the one card whose trace is public: SELECT D001 answers 61 1E (facts/carte-vitale.md 1.4). */
static void
put_file_fci (GByteArray *fci, const CardFile *file)
{
  const guint8 bytes[30] = { 0x6F, 0x1C, 0x80, 0x02, (guint8) (file->data->len >> 8), (guint8) file->data->len, 0x82, 0x01, 0x01,
                             0x83, 0x02, (guint8) (file->fid >> 8), (guint8) file->fid, 0x8A, 0x01, 0x05, 0xA5, 0x0C };
  g_byte_array_append (fci, bytes, sizeof bytes);
}

static void
put_folder_fci (GByteArray *fci, const CardFolder *folder)
{
  guint aid = folder->aid != NULL ? folder->aid->len : 0;
  const guint8 head[] = { 0x6F, (guint8) (aid + 9), 0x82, 0x01, 0x38, 0x83, 0x02, (guint8) (folder->fid >> 8), (guint8) folder->fid, 0x84,
                          (guint8) aid };
  g_byte_array_append (fci, head, sizeof head);
  if (aid > 0)
    g_byte_array_append (fci, folder->aid->data, aid);
}

/* ISO 7816-4, 11.1.1: P1 00 by identifier, 02 EF under the current DF, 04 by DF name; P2 0C wants no FCI. */
static void
select_file (PerronVirtualCard *card, const guint8 *command, gsize length, GByteArray *answer)
{
  gsize lc = length > 5 ? command[4] : 0;
  const guint8 *data = command + 5;
  CardFolder *folder = NULL;
  CardFile *file = NULL;

  /* One byte more is the Le of a case 4 command: T=0 has no room for it, readers let it pass (facts/carte-vitale.md 1.5). */
  if (lc == 0 || (length != 5 + lc && length != 6 + lc))
    return put_sw (answer, SW_WRONG_LENGTH);
  if ((command[2] == 0x00 || command[2] == 0x02) && lc == 2) {
    gint32 fid = data[0] << 8 | data[1];
    file = find_file (card->current, fid, 0);
    folder = command[2] == 0x00 ? find_folder (card, fid, NULL, 0) : NULL;
  } else if (command[2] == 0x04) {
    folder = find_folder (card, -1, data, lc);
  } else {
    return put_sw (answer, SW_WRONG_P1P2);
  }
  if (folder == NULL && file == NULL)
    return put_sw (answer, SW_NOT_FOUND);

  if (folder != NULL) {
    card->current = folder;
    card->open = NULL;
    put_folder_fci (card->pending, folder);
  } else {
    card->open = file;
    put_file_fci (card->pending, file);
  }
  if (!card->select_61 || (command[3] & 0x0C) == 0x0C) {
    g_byte_array_set_size (card->pending, 0);
    return put_sw (answer, SW_OK);
  }
  put_sw (answer, (guint16) (SW_MORE | card->pending->len));
}

static void
read_binary (PerronVirtualCard *card, const guint8 *command, gsize length, GByteArray *answer)
{
  gsize offset = (gsize) command[2] << 8 | command[3];
  gsize expected = length == 5 && command[4] != 0 ? command[4] : 256;

  if (length > 5)
    return put_sw (answer, SW_WRONG_LENGTH);
  if (command[2] & 0x80) {
    if (command[2] & 0x60)
      return put_sw (answer, SW_WRONG_P1P2);
    CardFile *file = find_file (card->current, -1, command[2] & 0x1F);
    if (file == NULL)
      return put_sw (answer, SW_NOT_FOUND);
    card->open = file;
    offset = command[3];
  }
  if (card->open == NULL)
    return put_sw (answer, SW_NOT_ALLOWED);
  if (card->open->sw != 0)
    return put_sw (answer, card->open->sw);
  if (offset >= card->open->data->len)
    return put_sw (answer, SW_WRONG_OFFSET);

  gsize there = card->open->data->len - offset;
  if (expected > there && card->short_read == SHORT_READ_6C)
    return put_sw (answer, (guint16) (SW_EXACT_LENGTH | there));
  g_byte_array_append (answer, card->open->data->data + offset, (guint) MIN (expected, there));
  put_sw (answer, expected > there && card->short_read == SHORT_READ_6282 ? SW_END_OF_FILE : SW_OK);
}

static void
get_response (PerronVirtualCard *card, const guint8 *command, gsize length, GByteArray *answer)
{
  gsize expected = length == 5 && command[4] != 0 ? command[4] : 256;
  if (length > 5)
    return put_sw (answer, SW_WRONG_LENGTH);
  if (card->pending->len == 0)
    return put_sw (answer, SW_NO_RESPONSE);
  if (expected > card->pending->len)
    return put_sw (answer, (guint16) (SW_EXACT_LENGTH | card->pending->len));
  g_byte_array_append (answer, card->pending->data, (guint) expected);
  g_byte_array_remove_range (card->pending, 0, (guint) expected);
  put_sw (answer, card->pending->len > 0 ? (guint16) (SW_MORE | card->pending->len) : SW_OK);
}

static void
answer_command (PerronVirtualCard *card, const guint8 *command, gsize length, GByteArray *answer)
{
  if (length < 4)
    return put_sw (answer, SW_WRONG_LENGTH);
  if (command[0] != card->cla)
    return put_sw (answer, SW_NO_CLASS);
  /* Data of a SELECT wait for the very next command only; a GET RESPONSE with the wrong length may be sent again. */
  if (command[1] != 0xC0)
    g_byte_array_set_size (card->pending, 0);
  switch (command[1]) {
  case 0xA4:
    return select_file (card, command, length, answer);
  case 0xB0:
    return read_binary (card, command, length, answer);
  case 0xC0:
    return get_response (card, command, length, answer);
  default:
    return put_sw (answer, SW_NO_INSTRUCTION);
  }
}

static CardFault *
find_fault (const PerronVirtualCard *card)
{
  for (guint i = 0; i < card->faults->len; i++) {
    CardFault *fault = g_ptr_array_index (card->faults, i);
    if (card->apdus >= fault->at && card->apdus - fault->at < fault->times)
      return fault;
  }
  return NULL;
}

PerronVirtualFault
perron_virtual_card_exchange (PerronVirtualCard *card, const guint8 *command, gsize length, GByteArray *answer)
{
  g_byte_array_set_size (answer, 0);
  card->apdus++;
  CardFault *fault = find_fault (card);
  if (fault != NULL && fault->kind == PERRON_VIRTUAL_FAULT_SW) {
    put_sw (answer, fault->sw);
    return fault->kind;
  }

  answer_command (card, command, length, answer);
  if (fault == NULL || (fault->kind == PERRON_VIRTUAL_FAULT_SWAP && fault->other == NULL))
    return PERRON_VIRTUAL_FAULT_NONE;
  if (fault->kind == PERRON_VIRTUAL_FAULT_HALF)
    g_byte_array_set_size (answer, answer->len / 2);
  if (fault->kind == PERRON_VIRTUAL_FAULT_ZERO)
    g_byte_array_set_size (answer, 0);
  if (fault->kind == PERRON_VIRTUAL_FAULT_GARBAGE) {
    for (guint i = 0; i < answer->len; i++)
      answer->data[i] = (guint8) (answer->data[i] ^ (0x5B + 37 * i));
  }
  if (fault->kind == PERRON_VIRTUAL_FAULT_SWAP)
    card->swap = fault;
  return fault->kind;
}
