/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/ifd-handler/ifd-slot.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "hw/dock/ifd-handler/ifd-line.h"
#include "hw/dock/ifd-handler/ifd-wire.h"

typedef enum { ASK_NONE, ASK_WAITING, ASK_ANSWERED, ASK_FAULTY } AskState;

struct PerronIfdSlot {
  char path[108];
  int timeout_ms;
  pthread_t line; /* keeps the connection; the only reader of the socket */
  int wake;       /* eventfd: ends the line thread */

  pthread_mutex_t mutex; /* everything below */
  pthread_cond_t changed;
  bool closing;
  bool roused; /* by stop: one wait ends, no more */
  int fd;      /* -1: no dock */
  bool plugged;
  unsigned int here;      /* serial of the card that is in, 0 for none. Ours: a dock that restarts counts from 1 again */
  unsigned int last;      /* last serial given */
  unsigned int dock_card; /* the dock's number of that card */

  unsigned int told; /* serial pcscd was told of, 0 for empty */
  bool told_plugged;
  bool first;   /* pcscd's event thread has not looked since its last wait */
  bool whole;   /* told empty from the first look after a wait on */
  bool emptied; /* and waited again since: whatever that thread does with its looks, one of them counted */
  bool has_waiter; /* pcscd's event thread is known */
  pthread_t waiter;

  AskState ask;
  unsigned int sequence;
  unsigned char *answer; /* borrowed from the thread that asks */
  size_t room;
  size_t length;
  unsigned int signs; /* counts the card's requests for time */
};

static void
set_card (PerronIfdSlot *slot, bool plugged, bool present, unsigned int dock_card)
{
  pthread_mutex_lock (&slot->mutex);
  slot->plugged = plugged;
  if (!present || !plugged) {
    slot->here = 0;
  } else if (slot->here == 0 || slot->dock_card != dock_card) {
    slot->here = ++slot->last != 0 ? slot->last : ++slot->last;
    slot->dock_card = dock_card;
  }
  pthread_cond_broadcast (&slot->changed);
  pthread_mutex_unlock (&slot->mutex);
}

static void
take_answer (PerronIfdSlot *slot, const unsigned char *packet, size_t size)
{
  pthread_mutex_lock (&slot->mutex);
  /* A late answer to a question that timed out carries an old sequence number. */
  if (slot->ask == ASK_WAITING && perron_ifd_get_number (packet + 1) == slot->sequence) {
    if (packet[0] == PERRON_IFD_ANSWER) {
      slot->length = size - PERRON_IFD_ANSWER_HEADER;
      if (slot->length <= slot->room)
        memcpy (slot->answer, packet + PERRON_IFD_ANSWER_HEADER, slot->length);
      slot->ask = ASK_ANSWERED;
    } else if (packet[0] == PERRON_IFD_FAULT) {
      slot->ask = ASK_FAULTY;
    } else {
      slot->signs++;
    }
    pthread_cond_broadcast (&slot->changed);
  }
  pthread_mutex_unlock (&slot->mutex);
}

/* Listens until the dock hangs up, says something that is not of the protocol, or the slot is closed (false). */
static bool
listen_to_dock (PerronIfdSlot *slot, int fd, unsigned char *packet, bool *ret_heard)
{
  for (*ret_heard = false;; *ret_heard = true) {
    ssize_t size = perron_ifd_line_receive (fd, slot->wake, packet, PERRON_IFD_ANSWER_HEADER + PERRON_IFD_APDU_MAX);
    if (size <= 0)
      return size == PERRON_IFD_LINE_LOST;
    if (packet[0] == PERRON_IFD_STATE && size == PERRON_IFD_STATE_SIZE)
      set_card (slot, (packet[1] & PERRON_IFD_PLUGGED) != 0, (packet[1] & PERRON_IFD_PRESENT) != 0, perron_ifd_get_number (packet + 2));
    else if (memchr ("AWF", packet[0], 3) != NULL && size >= PERRON_IFD_ANSWER_HEADER)
      take_answer (slot, packet, (size_t) size);
    else
      return true;
  }
}

static void
set_fd (PerronIfdSlot *slot, int fd)
{
  pthread_mutex_lock (&slot->mutex);
  if (slot->fd >= 0)
    close (slot->fd);
  slot->fd = fd;
  pthread_mutex_unlock (&slot->mutex);
}

static void *
keep_line (void *data)
{
  PerronIfdSlot *slot = data;
  unsigned char *packet = malloc (PERRON_IFD_ANSWER_HEADER + PERRON_IFD_APDU_MAX);
  bool going = packet != NULL, heard;

  while (going) {
    int fd = perron_ifd_line_connect (slot->path, slot->wake);
    if (fd < 0)
      break;
    set_fd (slot, fd);
    going = listen_to_dock (slot, fd, packet, &heard);
    set_fd (slot, -1);
    /* A dock that left took its card along; its reader stays plugged, as a reader whose cable nobody touched. */
    set_card (slot, true, false, 0);
    if (going && !heard) /* somebody else listens there, or the dock has drivers enough: not in a hurry */
      going = perron_ifd_line_pause (slot->wake);
  }
  free (packet);
  return NULL;
}

/* pcscd handles its signals in threads of its own: ours must not receive them. */
static bool
start_line (PerronIfdSlot *slot)
{
  sigset_t all, before;
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  bool started = pthread_create (&slot->line, NULL, keep_line, slot) == 0;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return started;
}

PerronIfdSlot *
perron_ifd_slot_open (const char *path, int timeout_ms)
{
  PerronIfdSlot *slot = calloc (1, sizeof *slot);
  if (slot == NULL || strlen (path) >= sizeof slot->path) {
    free (slot);
    return NULL;
  }
  strcpy (slot->path, path);
  slot->timeout_ms = timeout_ms;
  slot->fd = -1;
  slot->plugged = true;
  slot->told_plugged = true;
  slot->emptied = true;
  slot->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);

  pthread_condattr_t attributes;
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&slot->changed, &attributes);
  pthread_condattr_destroy (&attributes);
  pthread_mutex_init (&slot->mutex, NULL);
  if (slot->wake < 0 || !start_line (slot)) {
    if (slot->wake >= 0)
      close (slot->wake);
    free (slot);
    return NULL;
  }
  return slot;
}

void
perron_ifd_slot_close (PerronIfdSlot *slot)
{
  pthread_mutex_lock (&slot->mutex);
  slot->closing = true;
  slot->roused = true;
  pthread_cond_broadcast (&slot->changed);
  pthread_mutex_unlock (&slot->mutex);
  eventfd_write (slot->wake, 1);
  pthread_join (slot->line, NULL);
  close (slot->wake);
  pthread_cond_destroy (&slot->changed);
  pthread_mutex_destroy (&slot->mutex);
  free (slot);
}

static void
deadline_in (struct timespec *deadline, int timeout_ms)
{
  clock_gettime (CLOCK_MONOTONIC, deadline);
  deadline->tv_sec += timeout_ms / 1000;
  deadline->tv_nsec += (long) (timeout_ms % 1000) * 1000000;
  if (deadline->tv_nsec >= 1000000000) {
    deadline->tv_sec++;
    deadline->tv_nsec -= 1000000000;
  }
}

/*
 * pcscd 1.9's event thread looks once a round, and once more inside each power-up and power-down; what that second look says of an empty
 * slot is not taken for a removal. Empty is therefore said for a whole round, from wait to wait, before the next card is shown: else a
 * card that takes another's place between those looks would stay the other card, or mute, for the clients. With the mutex held.
 */
static void
count_look (PerronIfdSlot *slot, bool shown)
{
  if (shown)
    slot->whole = slot->emptied = false;
  else if (slot->told != 0 || slot->first)
    slot->whole = slot->first;
  slot->first = false;
  slot->told = shown ? slot->here : 0;
  slot->told_plugged = slot->plugged;
}

PerronIfdLook
perron_ifd_slot_look (PerronIfdSlot *slot)
{
  pthread_mutex_lock (&slot->mutex);
  /* Only the event thread's look counts as told: an answer to a passer-by would hide the EMPTY of a swap from the clients. */
  bool counts = !slot->has_waiter || pthread_equal (slot->waiter, pthread_self ());
  bool swapped = slot->here != 0 && slot->told != 0 && slot->here != slot->told;
  bool held = slot->told == 0 && !slot->emptied;
  bool shown = slot->plugged && slot->here != 0 && !swapped && !held && (counts || slot->told == slot->here);
  if (counts)
    count_look (slot, shown);
  PerronIfdLook look = !slot->plugged ? PERRON_IFD_LOOK_UNPLUGGED : shown ? PERRON_IFD_LOOK_CARD : PERRON_IFD_LOOK_EMPTY;
  pthread_mutex_unlock (&slot->mutex);
  return look;
}

void
perron_ifd_slot_wait (PerronIfdSlot *slot, int timeout_ms)
{
  struct timespec deadline;
  deadline_in (&deadline, timeout_ms);
  pthread_mutex_lock (&slot->mutex);
  slot->has_waiter = true;
  slot->waiter = pthread_self ();
  slot->first = true;
  slot->emptied = slot->emptied || (slot->told == 0 && slot->whole);
  /* Not yet emptied: at once to the next round. */
  while (!slot->roused && slot->told == slot->here && slot->told_plugged == slot->plugged && (slot->told != 0 || slot->emptied)) {
    if (pthread_cond_timedwait (&slot->changed, &slot->mutex, &deadline) != 0)
      break;
  }
  slot->roused = false;
  pthread_mutex_unlock (&slot->mutex);
}

void
perron_ifd_slot_stop (PerronIfdSlot *slot)
{
  pthread_mutex_lock (&slot->mutex);
  slot->roused = true;
  pthread_cond_broadcast (&slot->changed);
  pthread_mutex_unlock (&slot->mutex);
}

/* With the mutex held. Does not block: a dock that reads nothing is a dock that is gone. */
static bool
send_to_dock (PerronIfdSlot *slot, unsigned char kind, const unsigned char *data, size_t size)
{
  unsigned char head[PERRON_IFD_ASK_HEADER] = { kind };
  perron_ifd_put_number (head + 1, ++slot->sequence);
  perron_ifd_put_number (head + 5, slot->dock_card);
  struct iovec parts[] = { { head, sizeof head }, { (void *) data, size } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
  ssize_t sent;
  do
    sent = sendmsg (slot->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent == (ssize_t) (sizeof head + size);
}

/* With the mutex held: waits for the answer, the card's departure, or silence. */
static PerronIfdAsk
wait_answer (PerronIfdSlot *slot, unsigned int card)
{
  struct timespec deadline;
  unsigned int signs = slot->signs;
  bool late = false;

  deadline_in (&deadline, slot->timeout_ms);
  while (slot->ask == ASK_WAITING && slot->here == card && !slot->closing && !late) {
    late = pthread_cond_timedwait (&slot->changed, &slot->mutex, &deadline) == ETIMEDOUT;
    if (slot->signs != signs) {
      signs = slot->signs;
      late = false;
      deadline_in (&deadline, slot->timeout_ms);
    }
  }
  if (slot->ask == ASK_ANSWERED)
    return slot->length <= slot->room ? PERRON_IFD_ASK_OK : PERRON_IFD_ASK_TOO_BIG;
  if (slot->here != card || slot->closing)
    return PERRON_IFD_ASK_GONE;
  return slot->ask == ASK_FAULTY ? PERRON_IFD_ASK_FAULT : PERRON_IFD_ASK_TIMEOUT;
}

PerronIfdAsk
perron_ifd_slot_ask (PerronIfdSlot *slot, unsigned char kind, const unsigned char *data, size_t size, unsigned char *answer, size_t *length)
{
  PerronIfdAsk result = PERRON_IFD_ASK_GONE;

  pthread_mutex_lock (&slot->mutex);
  if (slot->fd >= 0 && slot->here != 0 && slot->here == slot->told && slot->ask == ASK_NONE) {
    slot->answer = answer;
    slot->room = *length;
    slot->ask = ASK_WAITING;
    if (send_to_dock (slot, kind, data, size))
      result = wait_answer (slot, slot->here);
    slot->ask = ASK_NONE;
    slot->answer = NULL;
  }
  *length = result == PERRON_IFD_ASK_OK ? slot->length : 0;
  pthread_mutex_unlock (&slot->mutex);
  return result;
}

void
perron_ifd_slot_power_down (PerronIfdSlot *slot)
{
  pthread_mutex_lock (&slot->mutex);
  if (slot->fd >= 0 && slot->here != 0 && slot->here == slot->told && slot->ask == ASK_NONE)
    (void) send_to_dock (slot, PERRON_IFD_POWER_DOWN, NULL, 0);
  pthread_mutex_unlock (&slot->mutex);
}
