/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tests/ui/explore.h"
#include "ui/window.h"

/* A real window on the display of the test (tests/ui/with-display), with the shipped journey and texts, and an ear. */
typedef struct {
  int width, height;
  guint px_per_m;
  const char *language;
  guint size;
  PerronContrast contrast;
  const char *mode; /* NULL: "demo" */
} Setup;

typedef struct {
  Setup setup;
  PerronCatalogue *catalogue;
  PerronJourney *journey;
  PerronRunner *runner;
  PerronWindow *window;
  GPtrArray *said; /* PerronUtterance* since stage_forget() */
  gboolean drive;  /* events of the window step the runner, as kiosk/app does */
  PerronSettings settings;
  PerronFakeClock clock;
  struct {
    int width, height;
    guint count; /* since the window began to settle */
  } resized;
} Stage;

void stage_prepare (int *argc, char ***argv);
/* What ships: the texts, and the journey of that name. Transfer full. */
void stage_load (const char *name, PerronCatalogue **ret_catalogue, PerronJourney **ret_journey);
Stage *stage_new (PerronCatalogue *catalogue, PerronJourney *journey, const Setup *setup);
void stage_free (Stage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stage, stage_free)

/* Walks to that screen of the journey, until it is on the display. */
void stage_show (Stage *stage, GPtrArray *ways, const char *screen);

/* Until what was asked of the window is on the screen. A window that goes on changing its size ends the test. */
void stage_settle (Stage *stage);
/* One frame, whatever it looks like. */
void stage_paint_once (Stage *stage);
/* Where everything stands that is shown, one line each: two frames that look alike have the same. */
char *stage_dup_places (Stage *stage);
void stage_forget (Stage *stage);
/* Everything said since, one utterance a line; `privacy` -1: all. */
char *stage_dup_said (Stage *stage, int privacy);
GdkTexture *stage_draw (Stage *stage);
