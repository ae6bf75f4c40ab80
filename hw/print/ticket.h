/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/print/document.h"

G_BEGIN_DECLS

/*
 * What a person takes home. Texts come translated, in the language of the paper, with the privacy that the catalogue gave them
 * (perron_catalogue_format). Without `personal_asked` a personal text is refused by the document itself: by mistake a ticket cannot
 * carry a number or a name.
 */
typedef struct {
  PerronPrivacy privacy;
  const char *text; /* NULL: this line is left out */
} PerronTicketText;

#define PERRON_TICKET_NOTES_MAX 16

typedef struct {
  gboolean personal_asked;           /* the person asked for what is theirs on paper */
  PerronTicketText title;            /* "Mon espace santé: votre demande" */
  PerronTicketText reference_label;  /* "Votre référence" */
  const char *reference;             /* required: "K7RA-42XU", see kiosk/core/reference.h; printed large, in its groups */
  PerronTicketText where;            /* where the request is now */
  PerronTicketText follow;           /* how to follow it */
  PerronTicketText withdraw;         /* how to withdraw it */
  PerronTicketText notes[PERRON_TICKET_NOTES_MAX]; /* a memo */
  PerronTicketText help;             /* whom to call; "36 46" stands large under it */
  PerronTicketText place;            /* the terminal's place and its operator */
  PerronTicketText date;             /* as the language writes it */
  PerronTicketText address;          /* of a QR code; ASCII when it is an URL */
} PerronTicket;

/* Borrows everything. Errors: TEXT (also: `reference` is none), PERSONAL. Transfer full. */
PerronDocument *perron_ticket_build (const PerronTicket *ticket, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
