/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reader driver that the distribution's pcscd loads (IFD handler 3.0, pcsc-lite's ifdhandler.h): translates pcscd's questions
 * to a slot of the dock. No GLib: whatever is linked here is linked into a system daemon.
 */
#include <ifdhandler.h>
#include <reader.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/dock/ifd-handler/ifd-slot.h"
#include "hw/dock/ifd-handler/ifd-wire.h"

/* pcscd has PCSCLITE_MAX_READERS_CONTEXTS readers at most. */
#define READERS_MAX 16

/* Silence of a T=0 card: the work waiting time of ISO 7816-3, 10.2 with WI 10 and Fi 372 at 3.57 MHz is 1.0 s. */
#define TIMEOUT_DEFAULT_MS 1000
#define TIMEOUT_MAX_MS 600000

typedef struct {
  PerronIfdSlot *slot;
  DWORD lun;
  unsigned char atr[MAX_ATR_SIZE];
  size_t atr_length;
  bool agreed; /* a protocol was set since this card has power: somebody connected to this very card */
} Reader;

static Reader readers[READERS_MAX];
static pthread_mutex_t readers_mutex = PTHREAD_MUTEX_INITIALIZER;

static Reader *
find_reader (DWORD lun)
{
  Reader *found = NULL;
  pthread_mutex_lock (&readers_mutex);
  for (size_t i = 0; i < READERS_MAX && found == NULL; i++) {
    if (readers[i].slot != NULL && readers[i].lun == lun)
      found = &readers[i];
  }
  pthread_mutex_unlock (&readers_mutex);
  return found;
}

static int
timeout_from_environment (void)
{
  const char *word = getenv ("PERRON_IFD_TIMEOUT_MS");
  char *end = NULL;
  long value = word != NULL ? strtol (word, &end, 10) : 0;
  return word != NULL && *end == '\0' && value >= 1 && value <= TIMEOUT_MAX_MS ? (int) value : TIMEOUT_DEFAULT_MS;
}

/*
 * Where the slot is. From reader.conf: /dev/null:SOCKET, because pcscd refuses a name whose part before ':' is no file (facts/hardware.md
 * 1.6). From udev: usb:VENDOR/PRODUCT:libudev:INTERFACE:/dev/bus/usb/BUS/NUMBER; device NUMBER is slot NUMBER - 1 of PERRON_IFD_DOCK.
 */
static bool
find_socket (const char *device, char *path, size_t room)
{
  const char *name = strchr (device, ':'), *base = getenv ("PERRON_IFD_DOCK"), *number = strrchr (device, '/');
  int written = -1;

  if (name != NULL && strncmp (device, "usb:", 4) != 0) {
    written = name[1] == '/' ? snprintf (path, room, "%s", name + 1) : -1;
  } else if (base != NULL && number != NULL) {
    long slot = strtol (number + 1, NULL, 10) - 1;
    if (slot >= 0 && slot < READERS_MAX)
      written = slot == 0 ? snprintf (path, room, "%s", base) : snprintf (path, room, "%s.%ld", base, slot);
  }
  return written > 0 && (size_t) written < room;
}

RESPONSECODE
IFDHCreateChannelByName (DWORD Lun, LPSTR DeviceName)
{
  char path[108];
  RESPONSECODE result = IFD_COMMUNICATION_ERROR;

  if (!find_socket (DeviceName, path, sizeof path) || find_reader (Lun) != NULL)
    return IFD_COMMUNICATION_ERROR;
  pthread_mutex_lock (&readers_mutex);
  for (size_t i = 0; i < READERS_MAX && result != IFD_SUCCESS; i++) {
    if (readers[i].slot != NULL)
      continue;
    readers[i].lun = Lun;
    readers[i].atr_length = 0;
    readers[i].agreed = false;
    readers[i].slot = perron_ifd_slot_open (path, timeout_from_environment ());
    if (readers[i].slot == NULL)
      break;
    result = IFD_SUCCESS;
  }
  pthread_mutex_unlock (&readers_mutex);
  return result;
}

RESPONSECODE
IFDHCreateChannel (DWORD Lun, DWORD Channel)
{
  (void) Lun;
  (void) Channel;
  return IFD_COMMUNICATION_ERROR; /* no name, no socket */
}

RESPONSECODE
IFDHCloseChannel (DWORD Lun)
{
  Reader *reader = find_reader (Lun);
  if (reader == NULL)
    return IFD_COMMUNICATION_ERROR;
  perron_ifd_slot_power_down (reader->slot);
  perron_ifd_slot_close (reader->slot);
  pthread_mutex_lock (&readers_mutex);
  reader->slot = NULL;
  pthread_mutex_unlock (&readers_mutex);
  return IFD_SUCCESS;
}

static RESPONSECODE
wait_for_event (DWORD lun, int timeout_ms)
{
  Reader *reader = find_reader (lun);
  if (reader == NULL)
    return IFD_NO_SUCH_DEVICE;
  perron_ifd_slot_wait (reader->slot, timeout_ms);
  return IFD_SUCCESS;
}

static RESPONSECODE
stop_waiting (DWORD lun)
{
  Reader *reader = find_reader (lun);
  if (reader == NULL)
    return IFD_NO_SUCH_DEVICE;
  perron_ifd_slot_stop (reader->slot);
  return IFD_SUCCESS;
}

static RESPONSECODE
give (PDWORD length, PUCHAR value, const void *data, size_t size)
{
  if (*length < size)
    return IFD_ERROR_INSUFFICIENT_BUFFER;
  memcpy (value, data, size);
  *length = size;
  return IFD_SUCCESS;
}

RESPONSECODE
IFDHGetCapabilities (DWORD Lun, DWORD Tag, PDWORD Length, PUCHAR Value)
{
  static const UCHAR one = 1, none = 0, many = READERS_MAX;
  RESPONSECODE (*const wait) (DWORD, int) = wait_for_event;
  RESPONSECODE (*const stop) (DWORD) = stop_waiting;
  Reader *reader = find_reader (Lun);

  switch (Tag) {
  case TAG_IFD_ATR:
  case SCARD_ATTR_ATR_STRING:
    return reader != NULL ? give (Length, Value, reader->atr, reader->atr_length) : IFD_NO_SUCH_DEVICE;
  case TAG_IFD_SIMULTANEOUS_ACCESS:
    return give (Length, Value, &many, 1);
  case TAG_IFD_THREAD_SAFE:
  case TAG_IFD_SLOTS_NUMBER:
    return give (Length, Value, &one, 1);
  case TAG_IFD_SLOT_THREAD_SAFE:
  case TAG_IFD_POLLING_THREAD_KILLABLE:
    return give (Length, Value, &none, 1);
  case TAG_IFD_POLLING_THREAD_WITH_TIMEOUT:
    return give (Length, Value, &wait, sizeof wait);
  case TAG_IFD_STOP_POLLING_THREAD:
    return give (Length, Value, &stop, sizeof stop);
  default:
    return IFD_ERROR_TAG;
  }
}

RESPONSECODE
IFDHSetCapabilities (DWORD Lun, DWORD Tag, DWORD Length, PUCHAR Value)
{
  (void) Lun;
  (void) Tag;
  (void) Length;
  (void) Value;
  return IFD_ERROR_TAG;
}

/*
 * The virtual cards speak at their default parameters: there is nothing to negotiate. pcscd calls this for the first connection to a
 * card that got power.
 */
RESPONSECODE
IFDHSetProtocolParameters (DWORD Lun, DWORD Protocol, UCHAR Flags, UCHAR PTS1, UCHAR PTS2, UCHAR PTS3)
{
  (void) Flags;
  (void) PTS1;
  (void) PTS2;
  (void) PTS3;
  Reader *reader = find_reader (Lun);
  if (reader == NULL)
    return IFD_NO_SUCH_DEVICE;
  if (Protocol != SCARD_PROTOCOL_T0 && Protocol != SCARD_PROTOCOL_T1)
    return IFD_PROTOCOL_NOT_SUPPORTED;
  reader->agreed = true;
  return IFD_SUCCESS;
}

/* An answer that is none, too long, or does not begin with TS (ISO 7816-3, 8.1) means upside-down, dirty or dead. */
static RESPONSECODE
power_up (Reader *reader)
{
  unsigned char atr[256];
  size_t length = sizeof atr;
  reader->atr_length = 0;
  reader->agreed = false;
  if (perron_ifd_slot_ask (reader->slot, PERRON_IFD_POWER_UP, NULL, 0, atr, &length) != PERRON_IFD_ASK_OK)
    return IFD_ERROR_POWER_ACTION;
  if (length < 2 || length > MAX_ATR_SIZE || (atr[0] != 0x3B && atr[0] != 0x3F))
    return IFD_ERROR_POWER_ACTION;
  memcpy (reader->atr, atr, length);
  reader->atr_length = length;
  return IFD_SUCCESS;
}

RESPONSECODE
IFDHPowerICC (DWORD Lun, DWORD Action, PUCHAR Atr, PDWORD AtrLength)
{
  Reader *reader = find_reader (Lun);
  *AtrLength = 0;
  if (reader == NULL)
    return IFD_NO_SUCH_DEVICE;
  if (Action == IFD_POWER_DOWN) {
    perron_ifd_slot_power_down (reader->slot);
    reader->atr_length = 0;
    reader->agreed = false;
    return IFD_SUCCESS;
  }
  if (Action != IFD_POWER_UP && Action != IFD_RESET)
    return IFD_NOT_SUPPORTED;
  RESPONSECODE result = power_up (reader);
  memcpy (Atr, reader->atr, reader->atr_length);
  *AtrLength = reader->atr_length;
  return result;
}

RESPONSECODE
IFDHTransmitToICC (DWORD Lun, SCARD_IO_HEADER SendPci, PUCHAR TxBuffer, DWORD TxLength, PUCHAR RxBuffer, PDWORD RxLength,
                   PSCARD_IO_HEADER RecvPci)
{
  Reader *reader = find_reader (Lun);
  size_t length = *RxLength;

  *RxLength = 0;
  if (reader == NULL)
    return IFD_NO_SUCH_DEVICE;
  /*
   * pcscd checks a handle before it waits for the reader's lock: a command of the card that left can come out of that wait when the
   * next card already has power. Nobody connected to that one yet.
   */
  if (TxLength > PERRON_IFD_APDU_MAX || !reader->agreed)
    return IFD_COMMUNICATION_ERROR;
  PerronIfdAsk result = perron_ifd_slot_ask (reader->slot, PERRON_IFD_COMMAND, TxBuffer, TxLength, RxBuffer, &length);
  if (RecvPci != NULL) {
    RecvPci->Protocol = SendPci.Protocol;
    RecvPci->Length = sizeof *RecvPci;
  }
  switch (result) {
  case PERRON_IFD_ASK_OK:
    *RxLength = length;
    return IFD_SUCCESS;
  case PERRON_IFD_ASK_TIMEOUT:
    return IFD_RESPONSE_TIMEOUT;
  case PERRON_IFD_ASK_TOO_BIG:
    return IFD_ERROR_INSUFFICIENT_BUFFER;
  case PERRON_IFD_ASK_GONE:
  case PERRON_IFD_ASK_FAULT:
  default:
    return IFD_COMMUNICATION_ERROR;
  }
}

RESPONSECODE
IFDHControl (DWORD Lun, DWORD dwControlCode, PUCHAR TxBuffer, DWORD TxLength, PUCHAR RxBuffer, DWORD RxLength, LPDWORD pdwBytesReturned)
{
  (void) Lun;
  (void) dwControlCode;
  (void) TxBuffer;
  (void) TxLength;
  (void) RxBuffer;
  (void) RxLength;
  *pdwBytesReturned = 0;
  return IFD_NOT_SUPPORTED;
}

/* A pulled reader answers with an error: pcscd then shows its clients SCARD_STATE_UNAVAILABLE until it answers again. */
RESPONSECODE
IFDHICCPresence (DWORD Lun)
{
  Reader *reader = find_reader (Lun);
  if (reader == NULL)
    return IFD_NO_SUCH_DEVICE;
  switch (perron_ifd_slot_look (reader->slot)) {
  case PERRON_IFD_LOOK_CARD:
    return IFD_ICC_PRESENT;
  case PERRON_IFD_LOOK_UNPLUGGED:
    return IFD_COMMUNICATION_ERROR;
  case PERRON_IFD_LOOK_EMPTY:
  default:
    return IFD_ICC_NOT_PRESENT;
  }
}
