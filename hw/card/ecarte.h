/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/person.h"

G_BEGIN_DECLS

/*
 * The e-carte Vitale (apCV): a place for a component that this house does not have and may not write. Reading one needs a convention with
 * GIE SESAM-Vitale (code de la sécurité sociale R161-33-15) and its component; protocol, syntax and cryptography are not public
 * (facts/carte-vitale.md 4). Until then the provider "none" says that it is not available, through the very path a real one will take.
 *
 * What a real component would have to provide (facts/carte-vitale.md 4, acquisition modes):
 *   - BY_NFC: it is told that a telephone lies on the reader, and speaks to it by itself (certified component, its own reader or the
 *     line of perron-nfc handed over);
 *   - BY_CODE: it is given the string that a camera read, whole and unlooked at, resolves the context with the teleservice and answers
 *     with people as a card would have them. It works in a process of its own: the terminal has no network (DESIGN 3).
 * What is scanned or tapped is a bearer token: who has it is the person. It is in locked memory from the first line here to
 * perron_ecarte_done(), which wipes it; it is never shown, logged, stored or passed to anybody but the provider.
 *
 * All functions: the thread on whose main context (thread default at perron_ecarte_new()) answers come. Nothing blocks.
 */

#define PERRON_ECARTE_BEARER_MAX 4096 /* bytes; the largest QR code holds 2953 */

typedef enum {
  PERRON_ECARTE_BY_NFC,
  PERRON_ECARTE_BY_CODE,
} PerronECarteMode;

typedef enum {
  PERRON_ECARTE_NOT_AVAILABLE, /* no component here: insert the plastic card, or type */
  PERRON_ECARTE_READ,          /* holders are there */
  PERRON_ECARTE_REFUSED,       /* expired, not an e-carte, or the person said no on the telephone */
  PERRON_ECARTE_UNREACHABLE,   /* the teleservice cannot be had: it does not exist offline */
  PERRON_ECARTE_FAULT,
  PERRON_ECARTE_OUTCOME_COUNT
} PerronECarteOutcome;

/* --- for who presents --------------------------------------------------------------------------------------------------------- */

typedef struct PerronECarte PerronECarte;
typedef struct PerronECarteProvider PerronECarteProvider;

/* `holders` with READ only: 1 to PERRON_HOLDERS_MAX people, borrowed, wiped after the call. Must not free the e-carte. */
typedef void (*PerronECarteCallback) (PerronECarteOutcome outcome, const PerronHolders *holders, gpointer data);

/* The provider of that name ([ecarte] provider); NULL: none has it. Static. */
const PerronECarteProvider *perron_ecarte_find (const char *name);

/* `provider` outlives it. Transfer full. */
PerronECarte *perron_ecarte_new (const PerronECarteProvider *provider);

/* Cancels what is under way. NULL is allowed. */
void perron_ecarte_free (PerronECarte *ecarte);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronECarte, perron_ecarte_free)

/*
 * A telephone is there, or a code was read. `bearer` (BY_CODE; NULL with BY_NFC) is copied to locked memory and WIPED in place before this
 * returns. What was under way is cancelled. The callback comes once, never from inside this call; an empty or too long code is REFUSED
 * without any provider.
 */
void perron_ecarte_present (PerronECarte *ecarte, PerronECarteMode mode, guint8 *bearer, gsize length, PerronECarteCallback callback,
                            gpointer data);

/* The telephone left, the session ended: no callback comes any more, and the bearer is wiped. */
void perron_ecarte_cancel (PerronECarte *ecarte);

/* --- for who provides; the contract is tests/hw/contract-ecarte.h -------------------------------------------------------------- */

/* One presentation; exists until perron_ecarte_done() or `cancel`. */
typedef struct PerronECartePresentation PerronECartePresentation;

struct PerronECarteProvider {
  const char *name;
  gpointer (*open) (void);                                                    /* its state; NULL member: it has none */
  void (*begin) (gpointer state, PerronECartePresentation *presentation);     /* must not block; done() may come from inside */
  void (*cancel) (gpointer state, PerronECartePresentation *presentation);    /* forget it: done() must not come any more; nullable */
  void (*close) (gpointer state);                                             /* nullable */
};

PerronECarteMode perron_ecarte_get_mode (const PerronECartePresentation *presentation);
/* In locked memory, valid until done() or cancel; must not be copied elsewhere. NULL with BY_NFC. */
const guint8 *perron_ecarte_get_bearer (const PerronECartePresentation *presentation, gsize *ret_length);
/* Ends the presentation and wipes the bearer. `holders` is copied. READ without people is a FAULT; people without READ are not told. */
void perron_ecarte_done (PerronECartePresentation *presentation, PerronECarteOutcome outcome, const PerronHolders *holders);

extern const PerronECarteProvider perron_ecarte_none; /* ecarte-none.c */

G_END_DECLS
