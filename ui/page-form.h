/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

/* One typed field of a form: label, hint, entry, and what to mend when it was refused. Inside ui/. */
typedef struct {
  PerronPage *page; /* borrowed */
  const PerronField *field;
  GtkWidget *box;
  GtkWidget *entry;
  GtkWidget *error;
  gboolean settling; /* the entry is being regrouped by us */
} PerronFieldView;

PerronFieldView *perron_field_view_new (PerronPage *page, const PerronField *field);
void perron_field_view_free (PerronFieldView *view);

/* A key of the on-screen keyboard: text at the caret, or NULL to delete the character before it. */
void perron_field_view_type (PerronFieldView *view, const char *text);

/* What stands in it is what the runner holds; the error is shown when it is this field that was refused. */
void perron_field_view_refresh (PerronFieldView *view, gboolean refused);

/* Label, hint, what stands there. */
void perron_field_view_plan (PerronFieldView *view, PerronSpeechPlan *plan);

G_END_DECLS
