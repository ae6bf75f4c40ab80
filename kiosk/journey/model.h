/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/journey.h"

G_BEGIN_DECLS

/* The inside of a journey: shared by loader, checker and runner, nobody else. Words of each closed set: words.c. */

#define PERRON_JOURNEY_BYTES_MAX (1024 * 1024)
#define PERRON_SCREENS_MAX 128
#define PERRON_OPTIONS_MAX 16
#define PERRON_FIELDS_MAX 6
#define PERRON_ROWS_MAX 16
#define PERRON_BODY_MAX 6
#define PERRON_RULES_MAX 64 /* of one screen, over all its events */
#define PERRON_CONDITIONS_MAX 4
#define PERRON_ACTIONS_MAX 4
#define PERRON_SLOTS_MAX 40
#define PERRON_REQUESTS_MAX 16
#define PERRON_ID_MAX 47
#define PERRON_KEY_MAX 63

/* What makes a screen move on. */
typedef enum {
  PERRON_ON_NEXT,
  PERRON_ON_CHOOSE,         /* name: option */
  PERRON_ON_SUBMIT,
  PERRON_ON_HOLDER,
  PERRON_ON_CARD,           /* name: status word */
  PERRON_ON_REGISTERED,
  PERRON_ON_NOT_REGISTERED, /* name: reason */
  PERRON_ON_PROGRESS,       /* name: state */
  PERRON_ON_PRINTED,
  PERRON_ON_NOT_PRINTED,    /* name: reason */
  PERRON_ON_TAP,            /* name: word of kiosk/core/tap.h */
} PerronTrigger;

typedef enum {
  PERRON_IF_CARD_NO_HOLDER,
  PERRON_IF_CARD_ONE_HOLDER,
  PERRON_IF_CARD_SEVERAL_HOLDERS,
  PERRON_IF_HOLDER_KNOWN,
  PERRON_IF_HOLDER_CONFIRMED,
  PERRON_IF_HOLDER_FROM_CARD,
  PERRON_IF_NUMBER_DOUBTFUL,
  PERRON_IF_PRINTER_READY,
  PERRON_IF_ANSWER,    /* "answer.phone": something is there */
  PERRON_IF_ANSWER_IS, /* "answer.topic=card" */
} PerronConditionKind;

struct PerronCondition {
  PerronConditionKind kind;
  gboolean negated;
  guint slot;
  guint option;
};

typedef enum {
  PERRON_DO_CARD_RELEASE,
  PERRON_DO_QUEUE_SUBMIT, /* arg: request kind */
  PERRON_DO_QUEUE_LOOK_UP,
  PERRON_DO_QUEUE_WITHDRAW,
  PERRON_DO_SETTING,      /* arg, arg2 */
  PERRON_DO_SESSION_WIPE,
  PERRON_DO_HOLDER_TYPE,  /* the person is what was typed in surname, given-name, birth, number */
  PERRON_DO_HOLDER_CONFIRM, /* "yes, that is me": only then does the person go with a request */
  PERRON_DO_HOLDER_FORGET,
  PERRON_DO_TICKET_PRINT,
  PERRON_DO_QUEUE_LIST, /* arg: NULL, "next", "previous" */
  PERRON_DO_REFERENCE_TYPE, /* the reference is what was typed in the field "reference" */
} PerronActionKind;

typedef struct {
  PerronActionKind kind;
  const char *arg;
  const char *arg2;
} PerronAction;

typedef enum {
  PERRON_TO_SCREEN,
  PERRON_TO_BACK,   /* "@back" */
  PERRON_TO_RETURN, /* "@return": out of help, the leave or the idle question, the sentence about a tap */
} PerronToKind;

typedef struct {
  PerronTrigger trigger;
  const char *name; /* NULL: any */
  guint condition_count;
  PerronCondition conditions[PERRON_CONDITIONS_MAX];
  guint action_count;
  PerronAction actions[PERRON_ACTIONS_MAX];
  PerronToKind to;
  guint screen;
} PerronRule;

typedef struct {
  PerronScreen screen;
  const char *group; /* nullable: screens that are gone through together when one of them is edited */
  guint rule_count;
  const PerronRule *rules;
} PerronNode;

/* One thing a person answers: a field, or the choice of a screen. */
typedef struct {
  const char *name;
  guint screen;
  const PerronField *field; /* NULL: a choice */
} PerronSlot;

typedef struct {
  const char *kind;
  const char *consent;
  gboolean holder;
  guint slot_count;
  guint slots[PERRON_SLOTS_MAX];
} PerronRequestShape;

/* What was confirmed, word for word, in a language: its hash stands beside the consent version. */
typedef struct {
  const char *language;
  const char *sha256;
} PerronConsentHash;

#define PERRON_CONSENT_HASHES_MAX 16

struct PerronJourney {
  gatomicrefcount refs;
  char *file;
  GStringChunk *strings;
  GPtrArray *blocks;
  const char *id;
  guint version;
  guint consent_version;
  guint consent_hash_count;
  PerronConsentHash consent_hashes[PERRON_CONSENT_HASHES_MAX];
  guint steps;
  guint start, help, leave, idle;
  guint screen_count;
  PerronNode screens[PERRON_SCREENS_MAX];
  guint card_rule_count;
  const PerronRule *card_rules;
  guint tap_rule_count; /* 0: taps mean nothing here */
  const PerronRule *tap_rules;
  guint slot_count;
  PerronSlot slots[PERRON_SLOTS_MAX];
  guint request_count;
  PerronRequestShape requests[PERRON_REQUESTS_MAX];
};

#define PERRON_NOWHERE G_MAXUINT

/* Indices; PERRON_NOWHERE: none. */
guint perron_journey_index_of (const PerronJourney *journey, const char *screen);
gboolean perron_journey_is_tap_screen (const PerronJourney *journey, guint screen);
guint perron_journey_slot_of (const PerronJourney *journey, const char *name);
guint perron_journey_choice_slot (const PerronJourney *journey, guint screen);
guint perron_screen_option_of (const PerronScreen *screen, const char *option);
const PerronRequestShape *perron_journey_find_request (const PerronJourney *journey, const char *kind);

G_END_DECLS
