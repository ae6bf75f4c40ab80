/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-worker.h"

#include <nfc/nfc.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/nfc/nfc-classify.h"
#include "hw/nfc/nfc-hmac.h"
#include "hw/nfc/nfc-look.h"
#include "kiosk/core/secret.h"

#define SEND_MAX 262 /* more overruns a buffer in libnfc 1.8 (facts/hardware.md 2.2) */
#define RECEIVE_MAX 264
#define PROBE_MS 1000
#define TARGETS_MAX 2
#define ERRORS_MAX 3 /* after a late frame one command fails, the next is fine; a lost line fails for ever */
#define MISSES_MAX 2 /* a hand that trembles is no departure */
#define LOOKS_TO_COUNT 5 /* every so many looks at what lies alone: does it? */

static const nfc_modulation modulations[] = {
  { NMT_ISO14443A, NBR_106 },
  { NMT_ISO14443B, NBR_106 },
  { NMT_ISO14443BI, NBR_106 },
  { NMT_ISO14443B2SR, NBR_106 }, /* last: the chip must have looked for type B before (facts/carte-vitale.md 6) */
};

#define REPEAT_US (60 * G_USEC_PER_SEC) /* so long a second tap is told from a first one */

/* What is kept of the last thing that might be a phone: digests under a key of this process, drawn at its start. */
typedef struct {
  guint8 key[32];
  gint64 us; /* 0: nothing */
  guint8 family[PERRON_NFC_HASH_BYTES];
  guint8 identifier[PERRON_NFC_HASH_BYTES];
} PerronNfcTrace;

typedef struct {
  const PerronNfcSetup *setup;
  int parent;
  int tty;
  nfc_device *device;
  guint errors; /* one after the other */
  guint misses;
  guint looks;    /* at what is there */
  guint pause_ms; /* before the next turn */
  gboolean present;
  gboolean several;
  guint modulation; /* of what is present */
  PerronNfcSight sight;
  PerronNfcTrace trace;
  PerronNfcBeat *beat;
} Worker;

static gboolean
say (Worker *worker, const PerronNfcFrame *frame)
{
  guint8 bytes[PERRON_NFC_FRAME_MAX];
  gsize length = perron_nfc_frame_encode (frame, bytes);
  return send (worker->parent, bytes, length, MSG_NOSIGNAL) == (gssize) length;
}

/* Whatever the chip answered is a sign of life; an error is none. */
static void
beat (Worker *worker)
{
  if (worker->errors == 0)
    worker->beat->us = g_get_monotonic_time ();
}

/* The lengths come from the chip and are not to be trusted. */
static void
see (const nfc_target *target, PerronNfcSight *ret_sight)
{
  *ret_sight = (PerronNfcSight){ 0 };
  if (target->nm.nmt == NMT_ISO14443A) {
    const nfc_iso14443a_info *a = &target->nti.nai;
    ret_sight->type = PERRON_NFC_TYPE_A;
    memcpy (ret_sight->atqa, a->abtAtqa, sizeof ret_sight->atqa);
    ret_sight->sak = a->btSak;
    ret_sight->uid_length = MIN (a->szUidLen, sizeof ret_sight->uid);
    memcpy (ret_sight->uid, a->abtUid, ret_sight->uid_length);
    ret_sight->ats_length = MIN (a->szAtsLen, sizeof a->abtAts);
    memcpy (ret_sight->ats, a->abtAts, ret_sight->ats_length);
  } else if (target->nm.nmt == NMT_ISO14443B) {
    ret_sight->type = PERRON_NFC_TYPE_B;
    ret_sight->uid_length = sizeof target->nti.nbi.abtPupi;
    memcpy (ret_sight->uid, target->nti.nbi.abtPupi, ret_sight->uid_length);
    memcpy (ret_sight->protocol, target->nti.nbi.abtProtocolInfo, sizeof ret_sight->protocol);
  } else if (target->nm.nmt == NMT_ISO14443B2SR) {
    ret_sight->type = PERRON_NFC_TYPE_SRX;
    ret_sight->uid_length = sizeof target->nti.nsi.abtUID;
    memcpy (ret_sight->uid, target->nti.nsi.abtUID, ret_sight->uid_length);
  } else {
    ret_sight->type = PERRON_NFC_TYPE_B_PRIME;
    ret_sight->uid_length = sizeof target->nti.nii.abtDIV;
    memcpy (ret_sight->uid, target->nti.nii.abtDIV, ret_sight->uid_length);
  }
}

/* What was selected, or halted, answers as new afterwards. */
static gboolean
cut_field (Worker *worker)
{
  return nfc_device_set_property_bool (worker->device, NP_ACTIVATE_FIELD, false) >= 0
         && nfc_device_set_property_bool (worker->device, NP_ACTIVATE_FIELD, true) >= 0;
}

/* Whether one selection, a single command, will do: what lay there alone does so still, and soon somebody counts again. */
static gboolean
need_not_count (Worker *worker, nfc_modulation_type type)
{
  gboolean native = type == NMT_ISO14443A || type == NMT_ISO14443B;
  return worker->present && !worker->several && worker->misses == 0 && native && ++worker->looks % LOOKS_TO_COUNT != 0;
}

/*
 * How many are there, -1 for an error. What libnfc says of the first goes to `*ret_sight`; its own copy is wiped. What was selected or
 * halted by the look before may be mute until it loses the field: an SRx is for certain (ST SRIX4K data sheet, states of the chip), of the
 * others one that was missed is asked once more so.
 */
static int
look (Worker *worker, guint modulation, PerronNfcSight *ret_sight)
{
  nfc_target targets[TARGETS_MAX];
  nfc_modulation kind = modulations[modulation];
  int count;
  memset (targets, 0, sizeof targets);
  if (worker->present && (kind.nmt == NMT_ISO14443B2SR || worker->misses > 0) && !cut_field (worker))
    return -1;
  if (need_not_count (worker, kind.nmt))
    count = nfc_initiator_select_passive_target (worker->device, kind, NULL, 0, &targets[0]) > 0;
  else
    count = nfc_initiator_list_passive_targets (worker->device, kind, targets, TARGETS_MAX);
  if (count > 0)
    see (&targets[0], ret_sight);
  explicit_bzero (targets, sizeof targets);
  return count;
}

static PerronNfcProbe
probe (Worker *worker, guint modulation)
{
  static const guint8 command[] = PERRON_NFC_SELECT_EMRTD; /* its last byte is the NUL of the string, not sent */
  G_STATIC_ASSERT (sizeof command <= SEND_MAX);
  guint8 answer[RECEIVE_MAX] = { 0 };
  nfc_target target;
  int length = nfc_initiator_select_passive_target (worker->device, modulations[modulation], NULL, 0, &target);
  explicit_bzero (&target, sizeof target);
  if (length <= 0 || nfc_device_set_property_bool (worker->device, NP_EASY_FRAMING, true) < 0)
    return PERRON_NFC_PROBE_FAILED;
  length = nfc_initiator_transceive_bytes (worker->device, command, sizeof command - 1, answer, sizeof answer, PROBE_MS);
  PerronNfcProbe outcome = length < 0 ? PERRON_NFC_PROBE_FAILED : perron_nfc_probe_from_answer (answer, (gsize) length);
  explicit_bzero (answer, sizeof answer);
  if (nfc_initiator_deselect_target (worker->device) < 0)
    worker->errors++;
  return outcome;
}

/* Whether the last phone-like thing was this one; then this is the last. */
static PerronNfcRepeat
repeat_of (Worker *worker, const PerronNfcSight *sight)
{
  PerronNfcTrace before = worker->trace, *now = &worker->trace;
  PerronNfcSight family = *sight;
  PerronNfcRepeat repeat = PERRON_NFC_REPEAT_NONE;

  explicit_bzero (family.uid, sizeof family.uid);
  now->us = g_get_monotonic_time ();
  perron_nfc_hmac (now->key, sizeof now->key, "family", (const guint8 *) &family, sizeof family, now->family);
  perron_nfc_hmac (now->key, sizeof now->key, "identifier", sight->uid, sight->uid_length, now->identifier);
  if (before.us != 0 && now->us - before.us < REPEAT_US && memcmp (before.family, now->family, sizeof now->family) == 0)
    repeat = memcmp (before.identifier, now->identifier, sizeof now->identifier) == 0 ? PERRON_NFC_REPEAT_SAME : PERRON_NFC_REPEAT_CHANGED;
  explicit_bzero (&before, sizeof before);
  return repeat;
}

static gboolean
say_tap (Worker *worker, guint modulation, guint count, const PerronNfcSight *sight)
{
  gboolean ask = FALSE;
  PerronNfcFrame frame = { .type = PERRON_NFC_FRAME_TAP, .kind = PERRON_NFC_SEVERAL };
  if (count == 1)
    frame.kind = perron_nfc_classify (sight, PERRON_NFC_PROBE_NOT_ASKED, &ask);
  if (ask)
    frame.kind = perron_nfc_classify (sight, probe (worker, modulation), &ask);
  if (frame.kind == PERRON_NFC_PHONE)
    frame.kind = perron_nfc_settle (frame.kind, repeat_of (worker, sight));
  if (frame.kind == PERRON_NFC_BADGE)
    frame.has_hash = perron_nfc_badge_hash (sight, worker->setup->key, worker->setup->key_length, frame.hash);
  worker->present = TRUE;
  worker->several = count > 1;
  worker->modulation = modulation;
  worker->misses = 0;
  worker->sight = *sight;
  return say (worker, &frame);
}

static gboolean
say_gone (Worker *worker)
{
  worker->present = FALSE;
  explicit_bzero (&worker->sight, sizeof worker->sight);
  /* libnfc keeps the target it selected last until it lets go of it. */
  if (nfc_initiator_deselect_target (worker->device) < 0)
    worker->errors++;
  perron_secret_wipe_stack (); /* where libnfc took frames apart; its heap is wiped as it is freed (kiosk/core/wiping-free.c) */
  return say (worker, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_GONE });
}

/* An identifier drawn at random may change when the chip selects again: then only the family is compared. */
static gboolean
is_same (const PerronNfcSight *a, const PerronNfcSight *b)
{
  if (a->type != b->type || a->sak != b->sak)
    return FALSE;
  if (a->type == PERRON_NFC_TYPE_A && perron_nfc_uid_is_random (a) && perron_nfc_uid_is_random (b))
    return TRUE;
  return a->uid_length == b->uid_length && memcmp (a->uid, b->uid, a->uid_length) == 0;
}

/*
 * Nothing was there: is there anything now? The chip looks and we sleep; a listing of every modulation every time would be thirty wake-ups
 * a second. What it found has been selected by it, or halted: before it is listed it loses the field.
 */
static int
notice (Worker *worker)
{
  const PerronNfcLook look = { .tty = worker->tty, .parent = worker->parent };
  int there = perron_nfc_look_native (&look, MAX (worker->setup->look_ms / PERRON_NFC_LOOK_TURN_MS, 1));
  if (there == 0)
    there = perron_nfc_look_called (&look);
  return there > 0 && !cut_field (worker) ? -1 : there;
}

/* How many, of which modulation: the one that is there, or the first one that is. */
static int
list (Worker *worker, guint *ret_modulation, PerronNfcSight *ret_sight)
{
  int count = 0;
  guint modulation = worker->present ? worker->modulation : 0;
  guint last = worker->present ? worker->modulation : G_N_ELEMENTS (modulations) - 1;
  for (; count == 0 && modulation <= last; modulation++) {
    *ret_modulation = modulation;
    count = look (worker, modulation, ret_sight);
  }
  return count;
}

/* A miss is soon looked at again: a departure has its name within a second, with poll_ms as it is by default. */
static void
pace (Worker *worker)
{
  worker->pause_ms = !worker->present ? 0 : worker->misses > 0 ? worker->setup->poll_ms * 3 / 4 : worker->setup->poll_ms * 3 / 2;
}

static gboolean
compare (Worker *worker)
{
  PerronNfcSight sight = { 0 };
  gboolean heard = TRUE, present = worker->present;
  guint modulation = 0;
  int count = list (worker, &modulation, &sight);
  worker->errors = count < 0 ? worker->errors + 1 : 0;
  if (count > 0 && worker->present && worker->several == (count > 1) && (count > 1 || is_same (&worker->sight, &sight)))
    worker->misses = 0;
  else if (count > 0)
    heard = (!worker->present || say_gone (worker)) && say_tap (worker, modulation, (guint) count, &sight);
  else if (worker->present && ++worker->misses >= MISSES_MAX)
    heard = say_gone (worker);
  explicit_bzero (&sight, sizeof sight);
  if (!present && !worker->present)
    perron_secret_wipe_stack (); /* noticed, and gone or mute when it was listed */
  return heard;
}

/* FALSE: the parent is gone. */
static gboolean
turn (Worker *worker)
{
  gboolean was_present = worker->present;
  int there = 1;
  if (!was_present) {
    there = notice (worker);
    worker->errors = there < 0 ? worker->errors + 1 : 0;
    beat (worker); /* what was noticed may take its time over a question */
  }
  if (there > 0 && !compare (worker))
    return FALSE;
  beat (worker);
  pace (worker);
  /* What fails, or is noticed and cannot be listed, does so again: not as fast as the chip can. */
  if (worker->errors > 0 || (there > 0 && !was_present && !worker->present))
    worker->pause_ms = worker->setup->poll_ms;
  return TRUE;
}

static int
poll_for_ever (Worker *worker)
{
  struct pollfd parent = { .fd = worker->parent, .events = POLLIN };
  while (turn (worker)) {
    if (worker->errors >= ERRORS_MAX)
      return PERRON_NFC_EXIT_LINE_LOST;
    if (poll (&parent, 1, (int) worker->pause_ms) > 0)
      return PERRON_NFC_EXIT_ASKED;
  }
  return PERRON_NFC_EXIT_ASKED;
}

int
perron_nfc_worker_run (const PerronNfcSetup *setup, int parent, int tty, PerronNfcBeat *beat)
{
  Worker worker = { .setup = setup, .parent = parent, .tty = tty, .beat = beat };
  nfc_context *context = NULL;
  nfc_connstring name;
  /* No device of the library's own choice (a scan writes to consoles), and no log: at its higher levels it holds identifiers. */
  g_setenv ("LIBNFC_AUTO_SCAN", "false", TRUE);
  g_setenv ("LIBNFC_INTRUSIVE_SCAN", "false", TRUE);
  g_setenv ("LIBNFC_LOG_LEVEL", "0", TRUE);
  if (getrandom (worker.trace.key, sizeof worker.trace.key, 0) != sizeof worker.trace.key)
    return PERRON_NFC_EXIT_NO_CHIP;
  nfc_init (&context);
  if (context == NULL)
    return PERRON_NFC_EXIT_NO_CHIP;
  g_snprintf (name, sizeof name, "pn532_uart:%s:115200", setup->device);
  worker.device = nfc_open (context, name);
  gboolean ready = worker.device != NULL && nfc_initiator_init (worker.device) >= 0
                   && nfc_device_set_property_bool (worker.device, NP_INFINITE_SELECT, false) >= 0;
  int status = PERRON_NFC_EXIT_NO_CHIP;
  if (ready) {
    (void) ioctl (tty, TIOCEXCL); /* nobody else opens the line now; the lock of the keeper is what counts */
    if (say (&worker, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_STATE, .ready = TRUE }))
      status = poll_for_ever (&worker);
  }
  if (worker.device != NULL)
    nfc_close (worker.device);
  nfc_exit (context);
  return status;
}
