/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/print/ticket.h"

#include <string.h>

#include "kiosk/core/reference.h"

/* The telephone of the Assurance Maladie: the one number that every hall knows; what is said beside it is a text. */
#define HELP_NUMBER "36 46"

static gboolean
add (PerronDocument *document, PerronPrintKind kind, const PerronTicketText *text, GError **error)
{
  return text->text == NULL || perron_document_add_text (document, kind, text->privacy, text->text, error);
}

static gboolean
add_reference (PerronDocument *document, const PerronTicket *ticket, GError **error)
{
  char reference[PERRON_REFERENCE_BYTES];
  if (ticket->reference == NULL || !perron_reference_parse (ticket->reference, reference)) {
    g_set_error_literal (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_TEXT, "a ticket without a valid reference");
    return FALSE;
  }
  perron_document_add_rule (document);
  if (!add (document, PERRON_PRINT_TEXT, &ticket->reference_label, error) ||
      !perron_document_add_text (document, PERRON_PRINT_LARGE, PERRON_PUBLIC, reference, error))
    return FALSE;
  perron_document_add_rule (document);
  return TRUE;
}

static gboolean
add_paragraphs (PerronDocument *document, const PerronTicketText *texts, gsize count, GError **error)
{
  for (gsize i = 0; i < count; i++) {
    if (texts[i].text == NULL)
      continue;
    if (!add (document, PERRON_PRINT_TEXT, &texts[i], error))
      return FALSE;
    perron_document_add_space (document);
  }
  return TRUE;
}

PerronDocument *
perron_ticket_build (const PerronTicket *ticket, GError **error)
{
  g_autoptr (PerronDocument) document = perron_document_new (ticket->personal_asked);
  const PerronTicketText ways[] = { ticket->where, ticket->follow, ticket->withdraw };

  if (!add (document, PERRON_PRINT_TEXT, &ticket->title, error) || !add_reference (document, ticket, error) ||
      !add_paragraphs (document, ways, G_N_ELEMENTS (ways), error) ||
      !add_paragraphs (document, ticket->notes, PERRON_TICKET_NOTES_MAX, error))
    return NULL;
  if (ticket->address.text != NULL && !perron_document_add_qr (document, ticket->address.privacy, ticket->address.text, error))
    return NULL;
  if (!add (document, PERRON_PRINT_TEXT, &ticket->help, error) ||
      !perron_document_add_text (document, PERRON_PRINT_LARGE, PERRON_PUBLIC, HELP_NUMBER, error))
    return NULL;
  perron_document_add_rule (document);
  if (!add (document, PERRON_PRINT_TEXT, &ticket->place, error) || !add (document, PERRON_PRINT_TEXT, &ticket->date, error))
    return NULL;
  return g_steal_pointer (&document);
}
