/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The floor: what anybody would write with libnfc. bare-nfc DEVICE POLL_MS looks for the same kinds of things in the same order as
 * perron-nfc, asks the same one question, and writes a byte when something came and one when it left.
 */
#include <nfc/nfc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const nfc_modulation modulations[] = {
  { NMT_ISO14443A, NBR_106 },
  { NMT_ISO14443B, NBR_106 },
  { NMT_ISO14443BI, NBR_106 },
  { NMT_ISO14443B2SR, NBR_106 },
};

static void
ask (nfc_device *device, const nfc_target *target)
{
  static const uint8_t select[] = { 0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01 };
  uint8_t answer[264];
  nfc_target again;
  if (target->nm.nmt != NMT_ISO14443A || (target->nti.nai.btSak & 0x20) == 0)
    return;
  if (nfc_initiator_select_passive_target (device, target->nm, NULL, 0, &again) > 0
      && nfc_device_set_property_bool (device, NP_EASY_FRAMING, true) >= 0)
    nfc_initiator_transceive_bytes (device, select, sizeof select, answer, sizeof answer, 1000);
  nfc_initiator_deselect_target (device);
}

static void
look_for_ever (nfc_device *device, int poll_ms)
{
  int present = -1, misses = 0; /* which modulation */
  do {
    nfc_target targets[2];
    int count = 0, at = present >= 0 ? present : 0;
    for (; count == 0 && at < (present >= 0 ? present + 1 : 4); at++)
      count = nfc_initiator_list_passive_targets (device, modulations[at], targets, 2);
    misses = count > 0 ? 0 : misses + 1;
    if (count > 0 && present < 0) {
      present = at - 1;
      ask (device, &targets[0]);
      if (write (STDOUT_FILENO, "+", 1) != 1)
        return;
    } else if (present >= 0 && misses >= 2) {
      present = -1;
      if (write (STDOUT_FILENO, "-", 1) != 1)
        return;
    }
  } while (poll (&(struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN }, 1, poll_ms) == 0);
}

int
main (int argc, char **argv)
{
  nfc_context *context = NULL;
  nfc_connstring name;
  if (argc != 3)
    return 2;
  setenv ("LIBNFC_AUTO_SCAN", "false", 1);
  setenv ("LIBNFC_LOG_LEVEL", "0", 1);
  nfc_init (&context);
  snprintf (name, sizeof name, "pn532_uart:%s:115200", argv[1]);
  nfc_device *device = context != NULL ? nfc_open (context, name) : NULL;
  if (device == NULL || nfc_initiator_init (device) < 0 || nfc_device_set_property_bool (device, NP_INFINITE_SELECT, false) < 0)
    return 3;
  if (write (STDOUT_FILENO, "r", 1) == 1)
    look_for_ever (device, atoi (argv[2]));
  nfc_close (device);
  nfc_exit (context);
  return 0;
}
