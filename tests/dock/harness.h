/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <winscard.h>

G_BEGIN_DECLS

/* A dock and the distribution's pcscd with our driver, in a folder of their own. Every failure ends the test. */
typedef struct {
  char *folder;
  char *control;
  char *slot;
  char *pcsc;
  GSubprocess *dock;
  GSubprocess *pcscd;
} Harness;

/* `silence_ms`: the driver's time-out for a mute card. */
Harness *harness_new (guint silence_ms);
void harness_free (Harness *harness);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Harness, harness_free)

void harness_start_dock (Harness *harness);
void harness_start_pcscd (Harness *harness, guint silence_ms);
void harness_kill (GSubprocess **process); /* SIGKILL, and waits for the end */

/* One verb; the answer must be "ok". */
void harness_do (Harness *harness, const char *format, ...) G_GNUC_PRINTF (2, 3);
char *harness_ask (Harness *harness, const char *line);

/* A client of that pcscd. */
typedef struct {
  SCARDCONTEXT context;
  SCARD_READERSTATE state; /* what was last seen of the reader */
  char reader[MAX_READERNAME];
} Client;

void client_open (Client *client);
void client_close (Client *client);

/* Waits for events until (state & mask) == wanted; fails after 10 s without. Returns the number of events it took. */
guint client_wait (Client *client, DWORD mask, DWORD wanted);

LONG client_connect (Client *client, SCARDHANDLE *ret_card);
LONG client_send (SCARDHANDLE card, const guint8 *command, gsize length, guint8 *answer, DWORD *ret_length);

G_END_DECLS
