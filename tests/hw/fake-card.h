/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/card-source.h"
#include "hw/card/profile.h"

G_BEGIN_DECLS

/*
 * A card made of two files (M: identity in the root, SFI 2 and D001; N: numbers in VITALE, SFI 2) that answers as a T=0 card does,
 * and a slot to put it in. Written from public facts, sections 1.2 to 1.5, without our reader in sight.
 */
#define FAKE_FILE_MAX 9000

typedef struct {
  guint at;    /* n-th transmit, from 1 */
  guint times; /* and how many after it, it included */
  gint code;   /* PerronChannelError */
} FakeFault;

typedef struct FakeCard FakeCard;
struct FakeCard {
  guint8 atr[PERRON_ATR_MAX];
  gsize atr_length;
  guint8 m[FAKE_FILE_MAX], n[FAKE_FILE_MAX];
  gsize m_length, n_length;
  guint16 select_sw; /* of VITALE; 0: found */
  guint16 m_sw, n_sw; /* of reading that file; 0: readable */
  gboolean no_sfi;   /* M only by D001 under MF_VITALE */
  gboolean chained;  /* SELECT answers 61 xx */
  gboolean exact_le; /* READ answers 6C xx to Le 00 when the file is shorter */
  gboolean end_6282; /* the last block comes with 62 82 */
  FakeFault fault;
  FakeCard *becomes; /* who answers behind the same handle after the fault; borrowed, nullable */
  guint transmits;   /* so far */
  /* state */
  guint8 folder; /* 0 none, 1 root, 2 VITALE */
  guint8 file;   /* current: 0 none, 1 M, 2 N */
  guint8 pending;
};

/* A nominal Vitale 2: ATR of batch 43, both files empty. Static allocation is fine. */
void fake_card_init (FakeCard *card);

/* Appends a `65` template. NULL leaves a field out. `width`: values are padded to it with `pad`. */
void fake_card_add_person (FakeCard *card, const char *surname, const char *given_name, const char *birth, gsize width, guint8 pad);
void fake_card_add_number (FakeCard *card, const char *number);
void fake_card_set_hex (guint8 *file, gsize *length, const char *hex);

/* Borrows `card`. Transfer full. */
PerronChannel *fake_card_open (FakeCard *card);

/* A slot. Any thread may change it; `card` is borrowed. */
typedef struct FakeSlot FakeSlot;
PerronCardSource *fake_slot_new (FakeSlot **ret_slot);
void fake_slot_set (FakeSlot *slot, PerronCardStatus status, FakeCard *card);
guint fake_slot_opens (FakeSlot *slot);

/* The profiles of this source tree. */
PerronProfiles *fake_profiles (void);

G_END_DECLS
