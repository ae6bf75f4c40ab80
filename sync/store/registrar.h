/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/listing.h"
#include "kiosk/core/request.h"
#include "sync/seal/seal.h"
#include "sync/store/outbox.h"

G_BEGIN_DECLS

/*
 * The kiosk's door to the outbox: one owner thread that encodes, seals and stores, and answers on the main context of the creator.
 * Public functions: main thread, never block.
 */
typedef struct PerronRegistrar PerronRegistrar;

typedef enum {
  PERRON_NEWS_REGISTERED,     /* ticket, reference: durable */
  PERRON_NEWS_NOT_REGISTERED, /* ticket, error: nothing was stored */
  PERRON_NEWS_PROGRESS,       /* reference, state, reply: answer to watch, now and at each change */
  PERRON_NEWS_UNKNOWN,        /* reference: there is no such request here */
  PERRON_NEWS_NOT_WITHDRAWN,  /* reference: too late */
  PERRON_NEWS_LISTING,        /* listing: answer to list, now and at each change */
  PERRON_NEWS_LINK,           /* link: "online" | "offline" | "clock" | "fault" */
} PerronNewsKind;

typedef struct {
  PerronNewsKind kind;
  guint ticket;
  const char *reference;
  PerronItemState state;
  PerronReplyCode reply; /* NONE: the caisse has not answered */
  const char *link;
  const PerronListing *listing;
  const GError *error; /* PERRON_STORE_ERROR or PERRON_SEAL_ERROR */
} PerronNews;

typedef void (*PerronNewsCallback) (const PerronNews *news, gpointer data);

/* Opens store and sealer (blocks once, at start). Errors: PERRON_SEAL_ERROR, PERRON_STORE_ERROR. Transfer full. */
PerronRegistrar *perron_registrar_new (const PerronOutboxOptions *outbox, const PerronSealOptions *seal, PerronClock *clock,
                                       PerronNewsCallback callback, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_registrar_free (PerronRegistrar *registrar); /* finishes what was submitted, then joins */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronRegistrar, perron_registrar_free)

/* Takes the request (wiped when done). Returns the ticket under which the answer comes. */
guint perron_registrar_submit (PerronRegistrar *registrar, PerronRequest *request);

/* Seals with another one from the next request on (other certificates, same terminal and caisse). Taken. */
void perron_registrar_take_sealer (PerronRegistrar *registrar, PerronSealer *sealer);

/* Watches one reference (NULL: none), as a person types it. The file is looked at once a second while something is watched, else every
 * three seconds for the state of the link: one cheap question each (PRAGMA data_version). PERRON_NEWS_LINK comes by itself. */
void perron_registrar_watch (PerronRegistrar *registrar, const char *reference);

/* A page of what this terminal holds, for an adviser; told again at each change until PERRON_TURN_END. */
void perron_registrar_list (PerronRegistrar *registrar, PerronTurn turn);

void perron_registrar_withdraw (PerronRegistrar *registrar, const char *reference);

G_END_DECLS
