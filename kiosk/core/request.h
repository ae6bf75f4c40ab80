/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/person.h"

G_BEGIN_DECLS

/*
 * What a person confirmed and asks a human to do: the content that is sealed. One closed set of shapes for all kinds of request,
 * so that a new kind is a journey file, not C. In locked memory, always; wiped by perron_request_free().
 */

#define PERRON_REQUEST_FIELDS_MAX 32
#define PERRON_FIELD_NAME_BYTES 48
#define PERRON_FIELD_VALUE_BYTES 256
#define PERRON_WORD_BYTES 64

typedef struct {
  char name[PERRON_FIELD_NAME_BYTES];   /* as in the journey: "phone", "topic", "slot-1" */
  char value[PERRON_FIELD_VALUE_BYTES]; /* UTF-8; an option id for closed lists */
} PerronRequestField;

typedef struct {
  char kind[PERRON_WORD_BYTES];           /* "rappel" … section (b) of the journey facts */
  char journey[PERRON_WORD_BYTES];        /* id of the journey file */
  guint journey_version;
  char language[16];                      /* BCP 47, the language the person read */
  char consent_key[PERRON_WORD_BYTES];    /* text key of what was confirmed */
  char consent_sha256[65];                /* of the very text shown, hex */
  gint64 confirmed_unix_ms;               /* terminal clock, may be wrong: order never depends on it */
  gboolean has_holder;
  gboolean holder_from_card;              /* FALSE: typed by hand */
  PerronHolder holder;
  guint field_count;
  PerronRequestField fields[PERRON_REQUEST_FIELDS_MAX];
} PerronRequest;

PerronRequest *perron_request_new (void);
void perron_request_free (PerronRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronRequest, perron_request_free)

/* Sets or replaces a field. FALSE when the name or value does not fit, or there are too many: nothing is changed. */
gboolean perron_request_set_field (PerronRequest *request, const char *name, const char *value) G_GNUC_WARN_UNUSED_RESULT;

/* Borrowed; NULL when absent. */
const char *perron_request_get_field (const PerronRequest *request, const char *name);

G_END_DECLS
