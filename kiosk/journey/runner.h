/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/fact.h"
#include "kiosk/core/listing.h"
#include "kiosk/core/request.h"
#include "kiosk/journey/journey.h"

G_BEGIN_DECLS

/*
 * The pure runner: (state, event) → (state, effects). No I/O, no clock, no thread, no toolkit: the same runner plays a scenario
 * file in milliseconds and the real window. All answers live in locked memory and die with the runner.
 * One thread at a time.
 */

typedef enum {
  /* from the person */
  PERRON_EVENT_NEXT,        /* the one button of a screen */
  PERRON_EVENT_CHOOSE,      /* name: option id. In a choice with pick_max > 1: toggles it */
  PERRON_EVENT_FIELD,       /* name: field id, value: what stands in it now (kept, so that going back loses nothing) */
  PERRON_EVENT_SUBMIT,      /* form or several-choice: all is entered; runner validates */
  PERRON_EVENT_EDIT,        /* review: name is the screen id of a row; comes back to the review afterwards */
  PERRON_EVENT_HOLDER,      /* name: decimal index in the holders */
  PERRON_EVENT_BACK,
  PERRON_EVENT_HELP,        /* "Parler à une personne" */
  PERRON_EVENT_LEAVE,       /* "Effacer et sortir": asks once, then wipes */
  PERRON_EVENT_RETURN,      /* back from help or from the leave question */
  PERRON_EVENT_SETTING,     /* name: "language" | "size" | "contrast" | "voice"; value: "fr", "0".."3", "on"/"off" */
  /* from the house */
  PERRON_EVENT_CARD,        /* name: status word of kiosk/core/card-status.h; value: family word, nullable; holders with "read" */
  PERRON_EVENT_IDLE,        /* nobody moved for a while: asks "êtes-vous là ?" */
  PERRON_EVENT_STAY,        /* the person answered it */
  PERRON_EVENT_EXPIRE,      /* nobody answered: wipe */
  PERRON_EVENT_REGISTERED,  /* name: reference. The request is durable */
  PERRON_EVENT_NOT_REGISTERED, /* name: "disk-full" | "too-many" | "seal" | "store" */
  PERRON_EVENT_PROGRESS,    /* name: "waiting" | "sent" | "received" | "refused" | "withdrawn" | "unknown", or a
                             * word of kiosk/core/reply-code.h once the caisse has answered; value: its reference, nullable */
  PERRON_EVENT_PRINTER,     /* name: "none" | "ready" | "out": whether a ticket could be printed now. Kept over a wipe */
  PERRON_EVENT_PRINTED,     /* it is on paper */
  PERRON_EVENT_NOT_PRINTED, /* name: "paper" (no paper, cover open) | "printer" (anything else) */
  PERRON_EVENT_LINK,        /* name: "online" | "offline" | "clock" | "fault" */
  PERRON_EVENT_TAP,         /* held to the contactless reader: name is a word of kiosk/core/tap.h; value: name of a known badge, nullable.
                             * Name "gone": it left */
  PERRON_EVENT_LISTING,     /* listing: a page of the queue, now and at each change */
} PerronEventKind;

typedef struct {
  PerronEventKind kind;
  const char *name;             /* nullable */
  const char *value;            /* nullable */
  const PerronHolders *holders; /* nullable; copied */
  const PerronListing *listing; /* nullable; copied */
} PerronEvent;

typedef enum {
  PERRON_EFFECT_CARD_AWAIT,     /* look at the slot now and tell its status */
  PERRON_EFFECT_CARD_RELEASE,   /* no more interest in the card */
  PERRON_EFFECT_QUEUE_SUBMIT,   /* arg: request kind; then perron_runner_build_request() */
  PERRON_EFFECT_QUEUE_LOOK_UP,  /* arg: reference; answer with PERRON_EVENT_PROGRESS, now and at each change */
  PERRON_EFFECT_QUEUE_WITHDRAW, /* arg: reference */
  PERRON_EFFECT_QUEUE_LIST,     /* arg: NULL, "next" or "previous" page; answer with PERRON_EVENT_LISTING, now and at each change */
  PERRON_EFFECT_TICKET_PRINT,   /* the reference on paper; answer with PRINTED or NOT_PRINTED */
  PERRON_EFFECT_SETTING,        /* arg: name, arg2: value */
  PERRON_EFFECT_HELP_CALL,      /* somebody asked for a human */
  PERRON_EFFECT_SESSION_BEGIN,  /* first sign of a person */
  PERRON_EFFECT_SESSION_WIPE,   /* forget everything: settings back to defaults, voice stopped, buffers wiped */
} PerronEffectKind;

typedef struct {
  PerronEffectKind kind;
  const char *arg;  /* nullable; borrowed, valid until the next step */
  const char *arg2;
} PerronEffect;

#define PERRON_EFFECTS_MAX 16
typedef struct {
  guint count;
  PerronEffect list[PERRON_EFFECTS_MAX];
} PerronEffects;

typedef struct PerronRunner PerronRunner;

PerronRunner *perron_runner_new (PerronJourney *journey);
void perron_runner_free (PerronRunner *runner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronRunner, perron_runner_free)

/* Facts that do not come from the person: "operator", "site", "dpo", "terminal", "mode". Kept over a wipe. */
void perron_runner_set_house_fact (PerronRunner *runner, const char *name, const char *text);

/* Effects of entering the first screen. */
void perron_runner_start (PerronRunner *runner, PerronEffects *ret_effects);

/*
 * One step. TRUE when what should be on screen changed. An event that the current screen does not know changes nothing: a late
 * answer of a device or a double touch is harmless.
 */
gboolean perron_runner_step (PerronRunner *runner, const PerronEvent *event, PerronEffects *ret_effects);

/* What is on screen. Borrowed. While help, the leave question or the idle question is shown, that is the current screen. */
const PerronScreen *perron_runner_get_screen (const PerronRunner *runner);

/* State the screen shows. Borrowed, valid until the next step. */
gboolean perron_runner_can_go_back (const PerronRunner *runner);
/* Decided when the person came to this screen, and for as long as they are on it: nothing changes under a finger. */
gboolean perron_runner_is_offered (const PerronRunner *runner, const char *option);
gboolean perron_runner_is_picked (const PerronRunner *runner, const char *option);
const char *perron_runner_get_field (const PerronRunner *runner, const char *field); /* "" when empty */
const char *perron_runner_get_refused_field (const PerronRunner *runner);            /* field id whose error shows, or NULL */
const PerronHolders *perron_runner_get_holders (const PerronRunner *runner);         /* NULL: none */
const PerronListing *perron_runner_get_listing (const PerronRunner *runner);         /* NULL: not come yet */

/* Nobody is in the middle of anything: leaving would ask nothing. */
gboolean perron_runner_is_free (const PerronRunner *runner);

/*
 * PerronFactLookup with the runner as data. Facts: house facts; "holder.name" ("CAMILLE D."), "holder.full-name",
 * "holder.number-masked", "holder.number" (grouped; only for "Voir"), "holder.birth" (as on the card, DD/MM/YYYY or raw),
 * "answer.<name>" (typed text, or the keys of the options chosen), "reference", "reference-spelled" (symbols separated by ", "),
 * "progress" (key), "link" (key), "step", "steps", "badge" (name of the known badge that was held to the reader last). Personal: holder.*
 * and answer.*.
 */
gboolean perron_runner_lookup (gpointer runner, const char *name, PerronFact *ret_fact);

/* The request of that kind from the answers. consent_sha256, confirmed_unix_ms and language are left for the caller. Transfer full. */
PerronRequest *perron_runner_build_request (PerronRunner *runner, const char *kind, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
