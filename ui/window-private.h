/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/frame.h"
#include "ui/page.h"
#include "ui/target.h"
#include "ui/touch.h"
#include "ui/window.h"

G_BEGIN_DECLS

/* The inside of the window, for window.c and window-languages.c only. */
struct _PerronWindow {
  GtkApplicationWindow parent_instance;
  PerronView view;
  guint px_per_m;
  int width, height;
  GtkCssProvider *css;
  char *look;         /* CSS class of the sheet in use */
  guint looks;
  GtkWidget *root;    /* bar, middle, foot */
  PerronFrame frame;
  PerronPage *page;   /* NULL before the runner has a screen */
  GtkWidget *middle;  /* scroller and keyboard */
  PerronTouch *touch;
  const PerronScreen *told; /* the screen that was last said on arrival; settings may build the page of the next one before */
  gboolean quiet;     /* focus is being moved by us: it says nothing */
  struct {
    const PerronScreen *screen; /* NULL: nothing is covered */
    char *focus;
    gboolean explaining;
  } covered; /* what the languages stand over, as it was left */
};

/* The page of the screen that is to be seen: the runner's, or the languages over it. */
void perron_window_build_page (PerronWindow *window);

/* In silence, on what has this name, else where a screen begins. `name` nullable. */
void perron_window_focus_named (PerronWindow *window, const char *name);

/* All of it, and remembers that it was said. */
void perron_window_say_screen (PerronWindow *window);

/* The languages are not there any more, if they were; who calls builds the page. covered.focus is left: where the focus was. */
void perron_window_uncover (PerronWindow *window);

G_END_DECLS
