/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the reader driver (in pcscd) and the dock say to each other, over one SOCK_SEQPACKET Unix socket a slot: each message is one
 * packet, the first byte says which, numbers are four bytes big-endian. The dock listens; the driver connects and comes back by
 * itself. Ours, private: nothing else speaks it. Plain C, no library: the driver lives inside pcscd.
 */
#define PERRON_IFD_STATE 'S'      /* dock → driver: S, flags, card number. First message of a connection, then at every change */
#define PERRON_IFD_POWER_UP 'U'   /* driver → dock: U, sequence, card number. Cold or warm reset: answered by the ATR */
#define PERRON_IFD_POWER_DOWN 'D' /* driver → dock: D, sequence, card number. Not answered */
#define PERRON_IFD_COMMAND 'C'    /* driver → dock: C, sequence, card number, command APDU */
#define PERRON_IFD_ANSWER 'A'     /* dock → driver: A, sequence, ATR or response APDU, maybe of no byte */
#define PERRON_IFD_WAIT 'W'       /* dock → driver: W, sequence. The card asks for time (the NULL byte 60 of ISO 7816-3, 10.3.3) */
#define PERRON_IFD_FAULT 'F'      /* dock → driver: F, sequence. Nothing understandable came from the card */

#define PERRON_IFD_PLUGGED 1 /* flags of STATE: the reader itself is there */
#define PERRON_IFD_PRESENT 2 /* a card is in */

#define PERRON_IFD_STATE_SIZE 6    /* S, flags, card */
#define PERRON_IFD_ANSWER_HEADER 5 /* A/W/F, sequence */
#define PERRON_IFD_ASK_HEADER 9    /* U/D/C, sequence, card */
#define PERRON_IFD_APDU_MAX 65544  /* extended length, ISO 7816-4, 5.1: 4 + 3 + 65535 + 2 */

static inline void
perron_ifd_put_number (unsigned char *at, unsigned int number)
{
  at[0] = (unsigned char) (number >> 24);
  at[1] = (unsigned char) (number >> 16);
  at[2] = (unsigned char) (number >> 8);
  at[3] = (unsigned char) number;
}

static inline unsigned int
perron_ifd_get_number (const unsigned char *at)
{
  return (unsigned int) at[0] << 24 | (unsigned int) at[1] << 16 | (unsigned int) at[2] << 8 | at[3];
}
