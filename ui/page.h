/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/view.h"

G_BEGIN_DECLS

/*
 * One screen of a journey, built from its data. The anatomy is the same for all: title, other words, body, what the kind adds,
 * actions at the bottom. A kind is a row of page-kinds.c: what it adds, how it refreshes, what more it says.
 */
typedef struct PerronPage PerronPage;

typedef struct {
  void (*fill) (PerronPage *page);                                /* adds to page->area and page->actions */
  void (*refresh) (PerronPage *page, PerronSpeechPlan *changes);  /* nullable: same screen, other state; appends what changed */
  void (*say) (PerronPage *page, PerronSpeechPlan *plan);         /* nullable: after the body, before how to act */
  gboolean picture_large;                                         /* understanding depends on the drawing */
  const char *how;                                                /* text key: how to act, nullable */
} PerronPageKind;

struct PerronPage {
  PerronView *view;
  const PerronScreen *screen;
  const PerronPageKind *kind;
  GtkWidget *root;     /* the content, before it is put into a scroller */
  GtkWidget *scroller; /* around it, when the page is arranged */
  GtkWidget *column;   /* title, other words, body, area */
  GtkWidget *heading;
  GtkWidget *explain;  /* hidden until asked for */
  GtkWidget *body;     /* labels */
  GtkWidget *area;     /* of the kind */
  GtkWidget *actions;  /* of the kind, at the bottom; floating until perron_page_place_actions() */
  GtkWidget *middle;   /* column and what stands beside it */
  GtkWidget *keyboard; /* nullable: shown under or beside the content by the window */
  gboolean keyboard_beside;
  gboolean actions_beside_keyboard; /* few lines fit: the keyboard shares its height with the button */
  GtkWidget *first;    /* where focus goes; title when NULL */
  GPtrArray *buttons;  /* of the options, in order */
  GPtrArray *fields;   /* PerronFieldView* of a form */
  GtkWidget *reveal;   /* "Voir", nullable; and what listens to it beside the button itself */
  GtkEventController *reveal_keys, *reveal_focus;
  struct {
    guint page;               /* 0: none is shown yet */
    GPtrArray *heads, *lines; /* what they said; NULL with 0 */
  } listed;            /* of a list: as it was last built */
  int width_px;        /* room for the content */
  char *refused;       /* field whose error is shown */
  gboolean submitted;  /* since the last refresh: a refusal is said again each time */
};

const PerronPageKind *perron_page_kind_of (const PerronScreen *screen);

/* The languages, each by its own name: a screen of no journey, which stands over any of them. */
const PerronScreen *perron_page_get_languages (void);

/* Builds the page of `screen` in `width_px`. The root is floating. */
PerronPage *perron_page_new (PerronView *view, const PerronScreen *screen, int width_px);
/* Before its widgets go: a focus that leaves "Voir" with them must not be heard. */
void perron_page_close (PerronPage *page);
void perron_page_free (PerronPage *page);

/*
 * The next step is always in sight: the actions stand under the scrolled content unless they would take more than two fifths of
 * `room_px` (large text: nine twentieths; the poster: eleven), when they are scrolled with it. Returns them when they are to be placed
 * by the caller, else NULL.
 */
GtkWidget *perron_page_place_actions (PerronPage *page, int room_px);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronPage, perron_page_free)

/* The same screen again: only what differs is touched and said. */
void perron_page_refresh (PerronPage *page, PerronSpeechPlan *changes);

/* Everything the screen says on arrival. */
void perron_page_plan (PerronPage *page, PerronSpeechPlan *plan);

/* The finger slid off "Voir". */
void perron_page_mask (PerronPage *page);

void perron_page_show_explanation (PerronPage *page, gboolean shown);

/* --- pieces shared by kinds ------------------------------------------------------------------------------------------------- */

/* A touch ticks and unticks; a button says that it is enough. Else a touch chooses and goes on. */
guint perron_page_count_options (const PerronPage *page); /* those that are offered */
gboolean perron_page_toggles (const PerronPage *page);
void perron_page_fill_options (PerronPage *page);
void perron_page_refresh_options (PerronPage *page, PerronSpeechPlan *changes);
/* The one button that merely continues. */
void perron_page_add_next (PerronPage *page, const char *name, const char *key, PerronEventKind event);
void perron_page_make_poster (PerronPage *page);
void perron_page_fill_holders (PerronPage *page);
void perron_page_say_holders (PerronPage *page, PerronSpeechPlan *plan);
void perron_page_fill_form (PerronPage *page);
void perron_page_refresh_form (PerronPage *page, PerronSpeechPlan *changes);
void perron_page_say_form (PerronPage *page, PerronSpeechPlan *plan);
void perron_page_fill_rows (PerronPage *page);
void perron_page_refresh_rows (PerronPage *page, PerronSpeechPlan *changes);
void perron_page_say_rows (PerronPage *page, PerronSpeechPlan *plan);
void perron_page_fill_list (PerronPage *page);
void perron_page_refresh_list (PerronPage *page, PerronSpeechPlan *changes);
void perron_page_say_list (PerronPage *page, PerronSpeechPlan *plan);
void perron_page_fill_languages (PerronPage *page);
void perron_page_say_languages (PerronPage *page, PerronSpeechPlan *plan);

G_END_DECLS
