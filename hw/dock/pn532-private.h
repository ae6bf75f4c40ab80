/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/dock/pn532.h"

G_BEGIN_DECLS

/* Between the files of the virtual NFC chip only. */

#define PN532_STATUS_OK 0x00
#define PN532_STATUS_TIMEOUT 0x01
#define PN532_STATUS_BAD_CONTEXT 0x27
#define PN532_FOREVER 0xFF
#define PN532_IN_LIST_PASSIVE_TARGET 0x4A
#define PN532_IN_AUTO_POLL 0x60
#define PN532_POLL_TYPES_MAX 15

/* What is left of a search that the chip does by itself. */
typedef struct {
  guint8 types[PN532_POLL_TYPES_MAX];
  guint count;
  guint at;     /* the type whose turn it is */
  guint8 turns; /* with this one; PN532_FOREVER */
  guint period_ms;
  gsize asked; /* bytes of the command, for the timing */
} Pn532Poll;

struct Pn532 {
  Pn532Say say;
  Pn532Later later;
  gpointer data;
  GByteArray *input;
  PerronTag *tags[PN532_TARGETS_MAX];
  guint count;
  guint turn;     /* which tag wins the next anticollision: the one that was let go last comes last */
  int selected;   /* -1: none */
  guint8 retries; /* of a passive activation, PN532_FOREVER: wait */
  guint8 waiting; /* command that waits for a tag, 0: none */
  guint8 waiting_type;
  Pn532Poll poll; /* while PN532_IN_AUTO_POLL waits */
  gboolean field;
  gboolean srx_selected; /* mute until the field goes */
  Pn532Fault fault;
  GPtrArray *apdus;
  GByteArray *commands;
  guint8 registers[0x10000];
};

void pn532_put (GByteArray *body, guint8 byte);

/* TRUE once, when that fault was armed. */
gboolean pn532_take_fault (Pn532 *chip, Pn532Fault fault);

/* The tag of that type that answers now, the others halted; -1 none. */
int pn532_next_tag (const Pn532 *chip, PerronTagType type);

/* Number and data of a target as InListPassiveTarget gives them (UM0701-02 7.3.5); the tag is of type A or B. */
void pn532_put_target (Pn532 *chip, guint8 number, const PerronTag *tag, GByteArray *body);

/* Says the answer, with the fault that is armed when a tag has its say in it. */
void pn532_answer (Pn532 *chip, guint8 command, gsize asked, const GByteArray *body);

/* InAutoPoll (UM0701-02 7.3.13). FALSE: no such parameters. */
gboolean pn532_poll_start (Pn532 *chip, const guint8 *data, gsize length);
void pn532_poll_stop (Pn532 *chip);

/* InDataExchange, InCommunicateThru. */
void pn532_exchange (Pn532 *chip, const guint8 *data, gsize length, GByteArray *body);
void pn532_communicate (Pn532 *chip, const guint8 *data, gsize length, GByteArray *body);

G_END_DECLS
