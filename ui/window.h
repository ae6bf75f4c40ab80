/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "i18n/catalogue.h"
#include "kiosk/core/clock.h"
#include "kiosk/core/settings.h"
#include "kiosk/journey/runner.h"

G_BEGIN_DECLS

/*
 * The one window. It shows the current screen of a runner in a language, size and contrast; it tells what the person did
 * ("event", const PerronEvent*) and what should be said ("say", const PerronUtterance*, gboolean after): it neither steps the
 * runner nor speaks. Main thread only.
 */
#define PERRON_TYPE_WINDOW (perron_window_get_type ())
G_DECLARE_FINAL_TYPE (PerronWindow, perron_window, PERRON, WINDOW, GtkApplicationWindow)

/* Before gtk_init(): renderer, fonts of `ui_folder`, settings that make GTK calm (no blinking caret, no animation, no inspector). */
gboolean perron_ui_prepare (const char *ui_folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  const char *ui_folder;    /* fonts and pictures */
  const char *texts_folder; /* keyboards */
  guint px_per_m;           /* 0: ask the display */
  gboolean windowed;        /* else fullscreen */
  gint width, height;       /* when windowed */
  const char *mode;         /* "production" | "training" | "demo": the latter two are written on every screen */
  PerronClock *clock;       /* NULL: that of the system. Borrowed */
} PerronWindowOptions;

/* `runner` is borrowed and must outlive the window; `catalogue` is referenced. */
PerronWindow *perron_window_new (GtkApplication *application, PerronCatalogue *catalogue, PerronRunner *runner,
                                 const PerronWindowOptions *options);

/* Shows what another runner shows, from its next refresh on; the one before is not asked again. Borrowed as in new. */
void perron_window_set_runner (PerronWindow *window, PerronRunner *runner);

/*
 * The runner moved: show its current screen. A new screen is built, focus goes to its title, and it says itself; the same screen
 * is refreshed in place (field errors, picks, ticket state), and only what changed is said.
 */
void perron_window_refresh (PerronWindow *window);

/* Applies language (direction, texts), size, contrast, at once and without losing what was typed. */
void perron_window_set_settings (PerronWindow *window, const PerronSettings *settings);

typedef enum { PERRON_LINK_ONLINE, PERRON_LINK_OFFLINE, PERRON_LINK_CLOCK, PERRON_LINK_FAULT } PerronLink;
void perron_window_set_link (PerronWindow *window, PerronLink link);

/* What the voice can do now: shown in the bar, and decides whether "personal sentence needs a headset" is written. */
void perron_window_set_voice_output (PerronWindow *window, gboolean audible, gboolean private_listening);

/*
 * Another language, from wherever the person is. Of two, the other one, at once. Of more, they stand over the screen, each by its own name
 * and said by its own voice, until one is taken, or this is asked again, or "Retour": then the screen is there as it was left, in the language
 * that was taken. What happens meanwhile (help, somebody leaves, a question, a card) takes them away. The language key, F3, the button
 * of the bar.
 */
void perron_window_choose_language (PerronWindow *window);

/* Says the whole current screen again (the repeat key). */
void perron_window_repeat (PerronWindow *window);

/* A press of a keypad or a switch (hw/keys): the same as the hardware keyboard's Tab, Return and F2, and the foot's buttons. */
typedef enum {
  PERRON_PRESS_PREVIOUS,
  PERRON_PRESS_NEXT,
  PERRON_PRESS_SELECT, /* what has the focus; nothing to choose: it says itself again */
  PERRON_PRESS_REPEAT,
  PERRON_PRESS_HELP,
  PERRON_PRESS_LEAVE,
  PERRON_PRESS_LANGUAGE, /* perron_window_choose_language() */
} PerronWindowPress;
void perron_window_press (PerronWindow *window, PerronWindowPress press);

/* Says how loud the voice is now: `level` of `count`. */
void perron_window_tell_volume (PerronWindow *window, guint level, guint count);

/* One thing that can be touched, for scripted persons and for audits. Window coordinates, full border box. */
typedef struct {
  char *name;     /* "option:yes", "field:phone", "key:a", "bar:language", "foot:leave", "next" … stable in every language */
  char *label;    /* as written */
  gboolean enabled; /* and not held back because the screen has just changed under a finger (350 ms) */
  graphene_rect_t bounds;
} PerronTarget;

void perron_target_free (PerronTarget *target);

/* PerronTarget*; transfer full. Only what is visible now. */
GPtrArray *perron_window_list_targets (PerronWindow *window);

/* Everything written on the screen, line by line, top to bottom; locked memory. For transcripts and tests, never for logs. */
char *perron_window_dup_text (PerronWindow *window);

G_END_DECLS
