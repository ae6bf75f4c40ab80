/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/runner.h"

/*
 * Finds a way to every screen of a journey by trying everything a person and the house can do, breadth first: no test has to know
 * the journey, and a screen that is added is audited by itself. People, numbers and phones are made up (commune 999, ARCEP range).
 */
typedef struct {
  PerronEventKind kind;
  char *name;
  char *value;
  guint holders; /* how many people the card names, 0: no card event */
} Move;

typedef struct {
  const PerronScreen *screen;
  GPtrArray *moves; /* Move*; empty for the first screen. NULL: no way was found */
} Way;

/* Way*, one for each screen, in the order of the file. */
GPtrArray *explore (PerronJourney *journey);

/* The way to that screen; one that is not there ends the test. Borrowed. */
const Way *explore_find (GPtrArray *ways, const char *screen);

/* The value a careful person types into such a field. */
const char *explore_value_for (PerronFieldType type);

/* Wipes, then walks. */
void explore_walk (PerronRunner *runner, const GPtrArray *moves);

PerronHolders *explore_new_holders (guint count);
