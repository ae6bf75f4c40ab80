/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-look.h"

#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "hw/nfc/nfc-serial.h"

#define LATE_MS 350 /* so much later than it should the chip may answer, as with libnfc */
#define SETTLE_MS 10
#define CALL_MS 60 /* the chip waits 51.2 ms for a tag (UM0701-02 7.3.1, fRetryTimeout), then says that none answered */

#define WRITE_REGISTER 0x08
#define COMMUNICATE_THRU 0x42
#define AUTO_POLL 0x60
#define PERIOD 1 /* 150 ms a type (UM0701-02 7.3.13) */
#define GENERIC_A 0x00
#define ISO_DEP_B 0x03
#define STATUS_OK 0x00
#define STATUS_ERROR 0x3F /* the other bits say other things */

typedef enum { FAILED = -1, ENDED = 0, ANSWERED = 1 } Outcome;

typedef struct {
  guint8 bytes[2 * PERRON_NFC_SERIAL_FRAME_MAX];
  gsize used;
  guint8 first; /* byte of the answer, all that counts here */
  gboolean has_first;
} Inbox;

/* TRUE: read on. */
static gboolean
take_frames (Inbox *inbox, guint8 command, Outcome *ret_outcome)
{
  for (;;) {
    gsize taken = 0, length = 0;
    const guint8 *data = NULL;
    PerronNfcSerial kind = perron_nfc_serial_read (inbox->bytes, inbox->used, command, &taken, &data, &length);
    if (kind == PERRON_NFC_SERIAL_MORE && inbox->used < sizeof inbox->bytes)
      return TRUE;
    if (kind == PERRON_NFC_SERIAL_ANSWERED) {
      inbox->has_first = length > 0;
      inbox->first = length > 0 ? data[0] : 0;
    }
    *ret_outcome = kind == PERRON_NFC_SERIAL_ANSWERED ? ANSWERED : FAILED;
    if (kind != PERRON_NFC_SERIAL_ACKNOWLEDGED)
      return FALSE;
    inbox->used -= taken;
    memmove (inbox->bytes, inbox->bytes + taken, inbox->used);
  }
}

static int
left_ms (gint64 end_us)
{
  return (int) (MAX (end_us - g_get_monotonic_time () + 999, 0) / 1000);
}

/* Until the whole answer has come. */
static Outcome
hear (const PerronNfcLook *look, Inbox *inbox, guint8 command, int wait_ms)
{
  gint64 end_us = g_get_monotonic_time () + (gint64) wait_ms * 1000;
  Outcome outcome = FAILED;
  for (;;) {
    struct pollfd fds[] = { { .fd = look->tty, .events = POLLIN }, { .fd = look->parent, .events = POLLIN } };
    if (poll (fds, G_N_ELEMENTS (fds), left_ms (end_us)) <= 0)
      return FAILED;
    if (fds[1].revents != 0)
      return ENDED;
    gssize count = read (look->tty, inbox->bytes + inbox->used, sizeof inbox->bytes - inbox->used);
    if (count <= 0)
      return FAILED;
    inbox->used += (gsize) count;
    if (!take_frames (inbox, command, &outcome))
      return outcome;
  }
}

/*
 * A command and the first byte of its answer. Nothing is read before `rest_ms`, when the answer should be there: each piece of a frame
 * would be a wake-up. A look that ends stops the chip.
 */
static Outcome
ask (const PerronNfcLook *look, const guint8 *command, gsize length, int rest_ms, int wait_ms, Inbox *inbox)
{
  static const guint8 stop[] = { 0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00 };
  guint8 frame[PERRON_NFC_SERIAL_COMMAND_MAX + 8];
  gsize size = perron_nfc_serial_write (command, length, frame);
  struct pollfd parent = { .fd = look->parent, .events = POLLIN };

  *inbox = (Inbox){ 0 };
  if (tcflush (look->tty, TCIFLUSH) != 0 || write (look->tty, frame, size) != (gssize) size)
    return FAILED;
  Outcome outcome = rest_ms > 0 && poll (&parent, 1, rest_ms) > 0 ? ENDED : hear (look, inbox, command[0], wait_ms);
  explicit_bzero (inbox->bytes, sizeof inbox->bytes);
  if (outcome == ENDED && write (look->tty, stop, sizeof stop) != sizeof stop)
    return FAILED;
  return outcome;
}

int
perron_nfc_look_native (const PerronNfcLook *look, guint turns)
{
  const guint8 command[] = { AUTO_POLL, (guint8) turns, PERIOD, GENERIC_A, ISO_DEP_B };
  Inbox inbox;
  Outcome outcome = ask (look, command, sizeof command, 0, (int) turns * PERRON_NFC_LOOK_TURN_MS + LATE_MS, &inbox);
  if (outcome != ANSWERED)
    return outcome;
  return inbox.has_first ? MIN (inbox.first, 1) : -1;
}

/* An answer that cannot be read (two at once, another kind of tag) is nobody's, as when libnfc lists. */
static int
call (const PerronNfcLook *look, const guint8 *command, gsize length)
{
  Inbox inbox;
  Outcome outcome = ask (look, command, length, CALL_MS, LATE_MS, &inbox);
  if (outcome != ANSWERED)
    return outcome;
  return inbox.has_first ? (inbox.first & STATUS_ERROR) == STATUS_OK : -1;
}

int
perron_nfc_look_called (const PerronNfcLook *look)
{
  /*
   * CIU_TxMode and CIU_RxMode: type B, 106 kbit/s, with CRC, which is how the last look for type B should have left them; CIU_TxControl:
   * both drivers on, since nobody says that the chip leaves its field on when it has found nothing (PN532/C1 data sheet, registers).
   */
  static const guint8 type_b[] = { WRITE_REGISTER, 0x63, 0x02, 0x83, 0x63, 0x03, 0x83, 0x63, 0x04, 0x83 };
  static const guint8 apgen[] = { COMMUNICATE_THRU, 0x01, 0x0B, 0x3F, 0x80 }; /* type B' (Innovatron) */
  static const guint8 initiate[] = { COMMUNICATE_THRU, 0x06, 0x00 };          /* SRx (SRIX4K data sheet) */
  Inbox inbox;
  Outcome outcome = ask (look, type_b, sizeof type_b, SETTLE_MS, LATE_MS, &inbox);
  if (outcome != ANSWERED)
    return outcome;
  int found = call (look, apgen, sizeof apgen);
  return found != 0 ? found : call (look, initiate, sizeof initiate);
}
