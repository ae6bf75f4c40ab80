/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "kiosk/core/card-status.h"

G_BEGIN_DECLS

/*
 * A journey: screens as data. Immutable after loading; any thread may read. Everything a person reads is a text key.
 * The file format is described in kiosk/journey/README.md.
 */

typedef enum {
  PERRON_SCREEN_MESSAGE, /* read, then go on; may have options instead of one button */
  PERRON_SCREEN_CHOICE,  /* one or several of a closed list */
  PERRON_SCREEN_FORM,    /* typed fields */
  PERRON_SCREEN_CARD,    /* waits for a card; also every "something is wrong with the card" screen */
  PERRON_SCREEN_HOLDERS, /* which of the people on the card */
  PERRON_SCREEN_CONSENT, /* information, then the person's yes or no, in neutral order */
  PERRON_SCREEN_GUIDE,   /* one step done elsewhere, explained here */
  PERRON_SCREEN_REVIEW,  /* everything read again before it counts */
  PERRON_SCREEN_TICKET,  /* reference, and where the request is */
  PERRON_SCREEN_DONE,    /* wiped */
  PERRON_SCREEN_ERROR,   /* something failed: what, then how to mend it */
  PERRON_SCREEN_HELP,    /* a human: reached from everywhere */
  PERRON_SCREEN_LANGUAGE, /* which of the languages that there are; no options in the file: a language is added without it */
  PERRON_SCREEN_LIST,    /* for who works here: the requests of this terminal, page by page; nothing of a person */
} PerronScreenKind;

typedef enum { PERRON_TONE_EQUAL, PERRON_TONE_MAIN, PERRON_TONE_QUIET } PerronTone;

/* What must hold for something to be offered; the inside is the loader's (model.h). */
typedef struct PerronCondition PerronCondition;

/* A button. EQUAL: a decision of the person, all the same weight. MAIN: merely continues. */
typedef struct {
  const char *id;
  const char *label;   /* text key */
  const char *detail;  /* text key, nullable: a second, quieter line */
  const char *picture; /* pictogram name, nullable */
  PerronTone tone;
  const PerronCondition *conditions; /* offered only where all hold when the person comes to the screen */
  guint condition_count;
} PerronOption;

typedef enum {
  PERRON_FIELD_NAME,      /* letters, space, apostrophe, hyphen */
  PERRON_FIELD_PHONE,     /* French numbers: 10 digits from 0, or +33; shown in pairs */
  PERRON_FIELD_DATE,      /* DDMMYYYY typed; kept as YYYYMMDD; impossible months accepted when the journey says so */
  PERRON_FIELD_NUMBER,    /* social security number, 13 or 15 */
  PERRON_FIELD_EMAIL,
  PERRON_FIELD_REFERENCE, /* of a ticket */
} PerronFieldType;

typedef struct {
  const char *id;
  PerronFieldType type;
  const char *label; /* text key */
  const char *hint;  /* text key, nullable */
  const char *error; /* text key: what to mend when refused */
  guint max_chars;
  gboolean required;
  gboolean personal;
} PerronField;

/* One line of a review or ticket: a label and the fact beside it. */
typedef struct {
  const char *label;     /* text key */
  const char *fact;      /* fact name */
  const char *edit;      /* id of the screen where it is changed, nullable */
  const char *none;      /* text key shown when the fact is not there; NULL: then the whole row is not shown */
} PerronRow;

typedef struct {
  const char *id;
  PerronScreenKind kind;
  const char *title;              /* text key */
  const char *const *body;        /* text keys, one sentence or short paragraph each */
  const char *explain;            /* text key: "expliquer autrement" */
  const char *picture;            /* drawing name, nullable */
  guint step;                     /* 1 … journey's steps; 0: not counted */
  gboolean personal;              /* may show something of the person */
  gboolean can_go_back;
  gboolean has_next;              /* there is one button that goes on (PERRON_EVENT_NEXT); else options, or the house goes on by itself */
  guint pick_min, pick_max;       /* choice: how many options; 1, 1 means a touch chooses and goes on */
  const char *answer;             /* choice: the name under which it is kept, nullable */
  const PerronOption *options;
  guint option_count;
  const PerronField *fields;
  guint field_count;
  const PerronRow *rows;
  guint row_count;
} PerronScreen;

typedef enum {
  PERRON_JOURNEY_ERROR_FORMAT, /* not JSON, unknown key, wrong type, unknown kind/effect/condition; message: file, path in the JSON */
  PERRON_JOURNEY_ERROR_LIMIT,  /* too large, too many */
  PERRON_JOURNEY_ERROR_GRAPH,  /* unreachable screen, dead end, missing event, missing text … message: screen id */
} PerronJourneyError;

#define PERRON_JOURNEY_ERROR (perron_journey_error_quark ())
GQuark perron_journey_error_quark (void);

typedef struct PerronJourney PerronJourney;

/* Parses `data` (at most 1 MiB of UTF-8 JSON). `name` is the file's name for messages. Pure: no I/O. Transfer full. */
PerronJourney *perron_journey_parse (const char *name, const guint8 *data, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads <folder>/<id>/journey.json. Blocks for one file. */
PerronJourney *perron_journey_load (const char *folder, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

PerronJourney *perron_journey_ref (PerronJourney *journey);
void perron_journey_unref (PerronJourney *journey);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronJourney, perron_journey_unref)

const char *perron_journey_get_id (const PerronJourney *journey);
guint perron_journey_get_version (const PerronJourney *journey);
guint perron_journey_get_steps (const PerronJourney *journey);
guint perron_journey_get_screen_count (const PerronJourney *journey);
const PerronScreen *perron_journey_get_screen (const PerronJourney *journey, guint index);
const PerronScreen *perron_journey_find_screen (const PerronJourney *journey, const char *id); /* NULL: none */

G_END_DECLS
