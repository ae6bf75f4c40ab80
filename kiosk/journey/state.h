/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/reference.h"
#include "kiosk/core/tap.h"
#include "kiosk/journey/field.h"
#include "kiosk/journey/model.h"
#include "kiosk/journey/runner.h"

G_BEGIN_DECLS

/*
 * The inside of a runner. What belongs to the person is one block of fixed arrays in locked memory: one wipe erases all, and the
 * memory in use is the same before, during and after a session.
 */

#define PERRON_HISTORY_MAX 64
#define PERRON_OVERLAYS_MAX 4 /* help, leave, idle, and one of a tap */
#define PERRON_NO_HOLDER G_MAXUINT

typedef struct {
  char text[PERRON_TYPED_BYTES];
  char shown[PERRON_TYPED_BYTES];
  guint32 picks;                            /* of a choice: bit mask of options */
  const char *keys[PERRON_OPTIONS_MAX + 1]; /* of a choice: labels of the picked options */
} PerronSlotState;

typedef struct {
  PerronSlotState slots[PERRON_SLOTS_MAX];
  PerronHolders holders;
  guint chosen;       /* in holders; PERRON_NO_HOLDER */
  gboolean from_card;
  gboolean confirmed; /* the person said "that is me", or typed it */
  char reference[PERRON_REFERENCE_BYTES];
  const char *progress; /* text key, nullable */
  char badge[PERRON_TAP_BADGE_BYTES]; /* the known badge that was held to the reader last; "" none */
  /* Texts of facts, each in its own place so that a sentence may name several. */
  char name[PERRON_NAME_BYTES + 8];
  char full_name[2 * PERRON_NAME_BYTES + 8];
  char masked[PERRON_NUMBER_MASKED_BYTES];
  char grouped[PERRON_NUMBER_MASKED_BYTES];
  char birth[24];
  char spelled[3 * PERRON_REFERENCE_BYTES];
} PerronPerson;

#define PERRON_HOUSE_FACTS_MAX 8

struct PerronRunner {
  PerronJourney *journey;
  PerronPerson *person; /* locked memory */
  guint current;
  guint history[PERRON_HISTORY_MAX];
  guint history_count;
  guint overlays[PERRON_OVERLAYS_MAX];
  guint overlay_count;
  guint edit_from;  /* review to come back to; PERRON_NOWHERE */
  guint card_depth; /* history when the card was first asked for */
  gboolean card_awaited;
  gboolean session;
  const PerronField *refused;
  char settings[4][16]; /* language, size, contrast, voice as this person changed them; "" untouched */
  guint32 offered;      /* of the options of `current`: bit mask, see perron_moves_offer() */
  gboolean printer;     /* could print now */
  const char *link;     /* text key */
  gboolean has_listing; /* nothing of a person; gone with a wipe all the same */
  PerronListing listing;
  const char *link_keys[2], *progress_keys[2];
  char step[4], steps[4];
  struct {
    char name[16];
    char text[PERRON_TYPED_BYTES];
  } house[PERRON_HOUSE_FACTS_MAX];
  PerronEffects effects;
  char effect_text[PERRON_REFERENCE_BYTES]; /* the reference an effect names outlives the wipe that may come with it */
};

static inline const PerronScreen *
perron_runner_base (const PerronRunner *runner)
{
  return &runner->journey->screens[runner->current].screen;
}

/* answers.c */
gboolean perron_answers_condition (const PerronRunner *runner, const PerronCondition *condition);
gboolean perron_answers_toggle (PerronRunner *runner, const char *option);
void perron_answers_choose (PerronRunner *runner, guint option);
gboolean perron_answers_type (PerronRunner *runner, const char *field, const char *text);
gboolean perron_answers_complete (PerronRunner *runner); /* sets runner->refused */
void perron_answers_holder_from_typed (PerronRunner *runner);
void perron_answers_forget_holder (PerronRunner *runner);
gboolean perron_answers_take_reference (PerronRunner *runner);
void perron_answers_wipe (PerronRunner *runner);
const PerronHolder *perron_answers_holder (const PerronRunner *runner); /* NULL: none */

/* moves.c: where one is and how one got there. */
void perron_moves_enter_first (PerronRunner *runner);
void perron_moves_forward (PerronRunner *runner, guint to, gboolean by_person);
void perron_moves_offer (PerronRunner *runner); /* the person came to `current`: which of its options hold */
gboolean perron_moves_back (PerronRunner *runner);
void perron_moves_edit (PerronRunner *runner, guint to);
gboolean perron_moves_cover (PerronRunner *runner, guint overlay);
gboolean perron_moves_uncover (PerronRunner *runner);
gboolean perron_moves_uncover_tap (PerronRunner *runner); /* TRUE when what is shown changed */
void perron_moves_wipe (PerronRunner *runner, guint to);
void perron_moves_swap (PerronRunner *runner);
guint perron_moves_shown (const PerronRunner *runner);

/* The first sign of a person begins the session. */
void perron_runner_begin (PerronRunner *runner);

/* effects: silently full is impossible (PERRON_EFFECTS_MAX is above what one step can emit; asserted). */
void perron_runner_emit (PerronRunner *runner, PerronEffectKind kind, const char *arg, const char *arg2);

G_END_DECLS
