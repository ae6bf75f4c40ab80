/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page.h"

#include "ui/target.h"
#include "ui/widgets.h"

#include <string.h>

/*
 * A page of the requests of this terminal, for who works here: what waits, since when, and each request in a word. Nothing here is of a
 * person: kiosk/core/listing.h has no place for it.
 */

static char *
dup_moment (PerronPage *page, const PerronMoment *moment)
{
  static const char *const keys[] = { "list.when.today", "list.when.yesterday", "list.when.days" };
  char days[8], hour[8], minute[8];
  const PerronViewFact facts[] = { { "days", days }, { "hour", hour }, { "minute", minute }, { NULL } };

  g_snprintf (days, sizeof days, "%u", moment->days);
  g_snprintf (hour, sizeof hour, "%u", moment->hour);
  g_snprintf (minute, sizeof minute, "%02u", moment->minute);
  return perron_view_dup_text (page->view, moment->known ? keys[MIN (moment->days, 2)] : "list.when.unknown", facts);
}

/* A text with one moment in it: "{when}". */
static char *
dup_with_moment (PerronPage *page, const char *key, const PerronMoment *moment)
{
  g_autoptr (PerronSecretText) when = dup_moment (page, moment);
  return perron_view_dup_text (page->view, key, (PerronViewFact[]){ { "when", when }, { NULL } });
}

static char *
dup_state (PerronPage *page, const PerronListed *one)
{
  g_autofree char *key = g_strconcat ("list.state.", one->state, NULL);
  g_autofree char *why_key = one->why != NULL ? g_strconcat ("list.why.", one->why, NULL) : NULL;
  g_autoptr (PerronSecretText) why = why_key != NULL ? perron_view_dup_text (page->view, why_key, NULL) : NULL;
  g_autoptr (PerronSecretText) when = dup_moment (page, &one->changed);
  return perron_view_dup_text (page->view, key, (PerronViewFact[]){ { "when", when }, { "why", why != NULL ? why : "" }, { NULL } });
}

/* --- what stands above the list --------------------------------------------------------------------------------------------- */

typedef struct {
  const char *key; /* of a text with "{value}" */
  char *value;     /* NULL: not shown */
} Head;

#define HEADS 4

static void
make_heads (PerronPage *page, const PerronListing *listing, Head heads[HEADS])
{
  char count[12];
  g_snprintf (count, sizeof count, "%u", listing->waiting);
  heads[0] = (Head){ "list.waiting", perron_secret_strdup (count) };
  heads[1] = (Head){ "list.oldest", listing->waiting > 0 ? dup_moment (page, &listing->oldest) : NULL };
  heads[2] = (Head){ "list.link", perron_view_dup_fact (page->view, "link", &(PerronPrivacy){ PERRON_PUBLIC }) };
  heads[3] = (Head){ "list.contact", listing->contact.known ? dup_moment (page, &listing->contact)
                                                            : perron_view_dup_text (page->view, "list.when.never", NULL) };
}

static void
clear_heads (Head heads[HEADS])
{
  for (guint i = 0; i < HEADS; i++)
    g_clear_pointer (&heads[i].value, perron_secret_free);
}

/* A minute that passes is no news: it must not cut short what is being heard. */
static gboolean
is_news (guint head)
{
  return head == 0 || head == 2; /* how many wait, and the link */
}

/* "Attendent ici : 12" */
static char *
dup_head (PerronPage *page, const Head *head)
{
  return perron_view_dup_text (page->view, head->key, (PerronViewFact[]){ { "value", head->value }, { NULL } });
}

#define RAIL_MM 42 /* of a long page, with what stands around it */

/* Two columns where each line stays one line. */
static int
choose_columns (PerronPage *page, const GPtrArray *labels, int gap)
{
  int widest[2] = { 0 };
  for (guint i = 0; i < labels->len; i++) {
    int natural = 0;
    gtk_widget_measure (labels->pdata[i], GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
    widest[i % 2] = MAX (widest[i % 2], natural);
  }
  return widest[0] + gap + widest[1] + perron_measure_px (&page->view->measure, RAIL_MM) <= page->width_px ? 2 : 1;
}

/* Small, quiet and together: what is asked of this screen is the list under it. */
static void
append_heads (PerronPage *page, GtkWidget *into, const PerronListing *listing)
{
  Head heads[HEADS];
  GtkWidget *grid = gtk_grid_new ();
  g_autoptr (GPtrArray) labels = g_ptr_array_new ();
  int gap = perron_measure_px (&page->view->measure, 10);

  make_heads (page, listing, heads);
  for (guint i = 0; i < HEADS; i++) {
    if (heads[i].value == NULL)
      continue;
    g_autoptr (PerronSecretText) text = dup_head (page, &heads[i]);
    GtkWidget *label = perron_label_new (text, "small");
    perron_target_mark_said (label, text);
    g_ptr_array_add (labels, perron_steady_new (label));
  }
  clear_heads (heads);
  int columns = choose_columns (page, labels, gap);
  gtk_grid_set_column_spacing (GTK_GRID (grid), (guint) gap);
  for (guint i = 0; i < labels->len; i++)
    gtk_grid_attach (GTK_GRID (grid), labels->pdata[i], (int) i % columns, (int) i / columns, 1, 1);
  gtk_widget_set_margin_bottom (grid, perron_measure_px (&page->view->measure, 5));
  gtk_box_append (GTK_BOX (into), grid);
}

#define LINE "line:" /* what a line is called: this and its reference */

/* --- the list --------------------------------------------------------------------------------------------------------------- */

/* Letter by letter, as on the ticket. */
static char *
spell (const char *reference)
{
  GString *out = g_string_new (NULL);
  for (const char *at = reference; *at != '\0'; at++) {
    if (*at != '-')
      g_string_append_printf (out, "%s%c", out->len > 0 ? ", " : "", *at);
  }
  return g_string_free (out, FALSE);
}

static char *
dup_said (PerronPage *page, const PerronListed *one)
{
  g_autofree char *spelled = spell (one->reference);
  g_autoptr (PerronSecretText) made = dup_with_moment (page, "list.made", &one->made);
  g_autoptr (PerronSecretText) state = dup_state (page, one);
  return g_strdup_printf ("%s. %s %s", spelled, state, made);
}

/*
 * The reference, and beside it (under it, where lines are short) its state and when it was made. `column`: all references are as wide. Each
 * is a stop of the walk: a list that is said in one breath is heard by nobody.
 */
static GtkWidget *
new_entry (PerronPage *page, const PerronListing *listing, guint index, GtkSizeGroup *column)
{
  const PerronListed *one = &listing->list[index];
  gboolean wide = page->width_px > 24 * page->view->measure.rem_px;
  GtkWidget *line = gtk_box_new (wide ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL,
                                 perron_measure_px (&page->view->measure, wide ? 8 : 0));
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autoptr (PerronSecretText) made = dup_with_moment (page, "list.made", &one->made);
  g_autoptr (PerronSecretText) state = dup_state (page, one);
  g_autofree char *said = dup_said (page, one);
  GtkWidget *reference = perron_label_new (one->reference, "strong reference");

  gtk_label_set_wrap (GTK_LABEL (reference), FALSE);
  gtk_label_set_xalign (GTK_LABEL (reference), 0);
  gtk_widget_set_valign (reference, GTK_ALIGN_START);
  if (wide)
    gtk_size_group_add_widget (column, reference);
  else
    gtk_widget_set_margin_top (reference, perron_measure_px (&page->view->measure, 2));
  gtk_box_append (GTK_BOX (words), perron_label_new (state, "small strong"));
  gtk_box_append (GTK_BOX (words), perron_label_new (made, "small quiet"));
  gtk_widget_set_hexpand (words, TRUE);
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (line), reference);
  gtk_box_append (GTK_BOX (line), words);
  gtk_widget_add_css_class (line, "row");
  GtkWidget *stop = perron_stop_new (perron_steady_new (line), said);
  g_autofree char *name = g_strconcat (LINE, one->reference, NULL);
  perron_target_mark_line (stop, name, said, perron_listing_get_place (listing, index), listing->total);
  return stop;
}

/* How many there are in all, and where in them this page is. */
static char *
dup_extent (PerronPage *page, const PerronListing *listing)
{
  char number[12], pages[12], total[12];
  const PerronViewFact facts[] = { { "page", number }, { "pages", pages }, { "total", total }, { NULL } };

  g_snprintf (number, sizeof number, "%u", listing->page);
  g_snprintf (pages, sizeof pages, "%u", listing->pages);
  g_snprintf (total, sizeof total, "%u", listing->total);
  return perron_view_dup_text (page->view, listing->pages > 1 ? "list.page" : listing->total > 0 ? "list.total" : "list.empty", facts);
}

static void
append_words (PerronPage *page, GtkWidget *into, const char *key)
{
  g_autoptr (PerronSecretText) text = perron_view_dup_text (page->view, key, NULL);
  GtkWidget *label = perron_label_new (text, NULL);
  perron_target_mark_words (label, key, NULL);
  gtk_box_append (GTK_BOX (into), label);
}

/* What stands on this page beside the lines themselves: those are heard one by one. `all_heads`: also what is no news. Transfer full. */
static GPtrArray *
list_heads_said (PerronPage *page, const PerronListing *listing, gboolean all_heads)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_secret_free);
  Head heads[HEADS];

  make_heads (page, listing, heads);
  for (guint i = 0; i < HEADS && listing->page == 1; i++) {
    if (heads[i].value != NULL && (all_heads || is_news (i)))
      g_ptr_array_add (all, dup_head (page, &heads[i]));
  }
  clear_heads (heads);
  g_ptr_array_add (all, dup_extent (page, listing));
  return all;
}

static GPtrArray *
list_lines_said (PerronPage *page, const PerronListing *listing)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < listing->count; i++)
    g_ptr_array_add (all, dup_said (page, &listing->list[i]));
  return all;
}

static void
remember (PerronPage *page, const PerronListing *listing)
{
  g_clear_pointer (&page->listed.heads, g_ptr_array_unref);
  g_clear_pointer (&page->listed.lines, g_ptr_array_unref);
  page->listed.page = listing != NULL ? listing->page : 0;
  if (listing == NULL)
    return;
  page->listed.heads = list_heads_said (page, listing, FALSE);
  page->listed.lines = list_lines_said (page, listing);
}

static void
build_list (PerronPage *page)
{
  const PerronListing *listing = perron_runner_get_listing (page->view->runner);
  GtkWidget *old = gtk_widget_get_first_child (page->area);
  GtkWidget *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, perron_measure_px (&page->view->measure, 2));
  g_autoptr (GtkSizeGroup) column = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);

  if (old != NULL)
    gtk_box_remove (GTK_BOX (page->area), old);
  gtk_box_append (GTK_BOX (page->area), all);
  remember (page, listing);
  if (listing == NULL) {
    append_words (page, all, "list.looking");
    return;
  }
  append_heads (page, all, listing);
  if (listing->count == 0)
    append_words (page, all, "list.empty");
  for (guint i = 0; i < listing->count; i++)
    gtk_box_append (GTK_BOX (all), new_entry (page, listing, i, column));
  if (listing->pages > 1) {
    g_autoptr (PerronSecretText) extent = dup_extent (page, listing);
    GtkWidget *label = perron_label_new (extent, "small quiet");
    perron_target_mark_said (label, extent);
    gtk_box_append (GTK_BOX (all), label);
  }
}

void
perron_page_fill_list (PerronPage *page)
{
  build_list (page);
  perron_page_fill_options (page);
}

/* --- what is said ----------------------------------------------------------------------------------------------------------- */

/* Those that were not there `before`; NULL: all. */
static void
add_new (PerronSpeechPlan *plan, const GPtrArray *now, GPtrArray *before)
{
  for (guint i = 0; i < now->len; i++) {
    if (before == NULL || !g_ptr_array_find_with_equal_func (before, now->pdata[i], g_str_equal, NULL))
      perron_speech_plan_add_text (plan, PERRON_PUBLIC, now->pdata[i]);
  }
}

void
perron_page_say_list (PerronPage *page, PerronSpeechPlan *plan)
{
  const PerronListing *listing = perron_runner_get_listing (page->view->runner);

  if (listing == NULL) {
    perron_speech_plan_add_key (plan, "list.looking", NULL);
    return;
  }
  g_autoptr (GPtrArray) heads = list_heads_said (page, listing, TRUE);
  add_new (plan, heads, NULL);
  perron_speech_plan_add_key (plan, listing->count > 0 ? "list.how" : NULL, NULL);
}

/* --- the list becomes another ----------------------------------------------------------------------------------------------- */

/* The line that had the focus, or the one that has its place now: news must not throw anybody out of the list. */
static void
focus_line (PerronPage *page, const char *name, guint place)
{
  const PerronListing *listing = perron_runner_get_listing (page->view->runner);
  GtkWidget *line = perron_target_find (page->area, name);

  if (line == NULL && listing != NULL && listing->count > 0) {
    g_autofree char *other = g_strconcat (LINE, listing->list[MIN (place, listing->count - 1)].reference, NULL);
    line = perron_target_find (page->area, other);
  }
  gtk_widget_grab_focus (line != NULL ? line : page->heading);
}

/* Which of the lines the focus is on, from 0; the name of it, NULL: none. */
static const char *
find_focused (PerronPage *page, guint *ret_place)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (page->view->window));

  *ret_place = 0;
  if (focus == NULL || !PERRON_IS_STOP (focus))
    return NULL;
  for (GtkWidget *line = gtk_widget_get_prev_sibling (focus); line != NULL; line = gtk_widget_get_prev_sibling (line))
    *ret_place += PERRON_IS_STOP (line);
  return perron_target_get_name (focus);
}

/* Another page begins at its title, like a screen, and says itself; of news of this one only what is new is said. */
void
perron_page_refresh_list (PerronPage *page, PerronSpeechPlan *changes)
{
  guint place, turned_from = page->listed.page;
  g_autofree char *focused = g_strdup (find_focused (page, &place));
  g_autoptr (GPtrArray) heads = g_steal_pointer (&page->listed.heads);
  g_autoptr (GPtrArray) lines = g_steal_pointer (&page->listed.lines);

  build_list (page);
  if (page->listed.page != turned_from)
    gtk_widget_grab_focus (page->heading);
  else if (focused != NULL)
    focus_line (page, focused, place);
  if (changes == NULL)
    return;
  if (page->listed.page != turned_from || page->listed.page == 0) {
    perron_speech_plan_add_key (changes, page->screen->title, NULL);
    perron_page_say_list (page, changes);
    return;
  }
  add_new (changes, page->listed.heads, heads);
  add_new (changes, page->listed.lines, lines);
}
