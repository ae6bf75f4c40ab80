/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Another program that wants the reader: hold-tool, a client of the pcscd of PCSCLITE_CSOCK_NAME. One line in, one line out:
 * "exclusive" (waits for a card and takes it for itself alone the moment that it is seen), "transaction" (shares it, and begins a transaction),
 * "grab" (as exclusive, but says first that it waits), "release", "empty" (pcscd has seen that the slot is). Answers "ok", or the call that
 * failed. Ends with its stdin.
 */
#include <stdio.h>
#include <string.h>
#include <winscard.h>

static SCARDCONTEXT context;
static SCARDHANDLE card;
static char reader[MAX_READERNAME];

static const char *
refused (const char *call, LONG result)
{
  static char text[80];
  snprintf (text, sizeof text, "%s: %s", call, pcsc_stringify_error (result));
  return text;
}

/* pcscd tells of a card when it has powered it up. `wanted`: PRESENT or EMPTY. `tell`: says once that it waits. */
static const char *
wait_for (DWORD wanted, int tell)
{
  DWORD size = sizeof reader;
  SCARD_READERSTATE state = { .szReader = reader };
  if (SCardListReaders (context, NULL, reader, &size) != SCARD_S_SUCCESS)
    return "SCardListReaders";
  while (!(state.dwEventState & wanted)) {
    state.dwCurrentState = state.dwEventState;
    if (SCardGetStatusChange (context, 10000, &state, 1) != SCARD_S_SUCCESS)
      return "SCardGetStatusChange";
    if (tell && !(state.dwEventState & wanted)) {
      printf ("waiting\n");
      fflush (stdout);
      tell = 0;
    }
  }
  return "ok";
}

static const char *
take (DWORD share, int tell)
{
  const char *answer = wait_for (SCARD_STATE_PRESENT, tell);
  DWORD protocol;
  LONG result = SCARD_E_SHARING_VIOLATION;

  /* The terminal opens it too, at the same moment: who is second is refused while the first is there. */
  while (strcmp (answer, "ok") == 0 && result == SCARD_E_SHARING_VIOLATION)
    result = SCardConnect (context, reader, share, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol);
  return strcmp (answer, "ok") == 0 && result != SCARD_S_SUCCESS ? refused ("SCardConnect", result) : answer;
}

/* The terminal shares the card, and may reset it between our opening it and our transaction: we are told so once, and open it again. */
static const char *
take_transaction (void)
{
  for (;;) {
    const char *answer = take (SCARD_SHARE_SHARED, 0);
    LONG result = strcmp (answer, "ok") == 0 ? SCardBeginTransaction (card) : SCARD_S_SUCCESS;
    if (result == SCARD_S_SUCCESS)
      return answer;
    SCardDisconnect (card, SCARD_LEAVE_CARD);
    if (result != SCARD_W_RESET_CARD)
      return refused ("SCardBeginTransaction", result);
  }
}

int
main (void)
{
  char line[64];

  if (SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS)
    return 1;
  while (fgets (line, sizeof line, stdin) != NULL) {
    const char *answer = "what?";
    if (strcmp (line, "exclusive\n") == 0)
      answer = take (SCARD_SHARE_EXCLUSIVE, 0);
    else if (strcmp (line, "transaction\n") == 0)
      answer = take_transaction ();
    else if (strcmp (line, "grab\n") == 0)
      answer = take (SCARD_SHARE_EXCLUSIVE, 1);
    else if (strcmp (line, "empty\n") == 0)
      answer = wait_for (SCARD_STATE_EMPTY, 0);
    else if (strcmp (line, "release\n") == 0)
      answer = SCardDisconnect (card, SCARD_LEAVE_CARD) == SCARD_S_SUCCESS ? "ok" : "SCardDisconnect";
    printf ("%s\n", answer);
    fflush (stdout);
  }
  SCardReleaseContext (context);
  return 0;
}
