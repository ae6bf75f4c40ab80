/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/scroller.h"

#include <math.h>

#include "ui/widgets.h"

struct _PerronScroller {
  GtkWidget parent_instance;
  PerronView *view;
  GtkWidget *content; /* inside the viewport of window */
  GtkWidget *window;
  GtkWidget *rail;
  GtkWidget *up;
  GtkWidget *down;
  int margin_px;
  double fade_px;
  int seen_height, seen_content; /* as last allocated */
  gboolean asked; /* to say whether there is more than is seen, as soon as that is known */
};

G_DEFINE_FINAL_TYPE (PerronScroller, perron_scroller, GTK_TYPE_WIDGET)

static GtkAdjustment *
get_adjustment (PerronScroller *self)
{
  return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->window));
}

/* How much of the content stands above and below what is seen. */
static void
get_hidden (PerronScroller *self, double *ret_above, double *ret_below)
{
  GtkAdjustment *adjustment = get_adjustment (self);
  double value = gtk_adjustment_get_value (adjustment);
  *ret_above = value;
  *ret_below = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment) - value;
}

/* A button that ends takes no focus with it: who went down by keys to the end stands on the way up, in silence. */
static void
offer (PerronScroller *self, GtkWidget *button, gboolean offered, GtkWidget *other)
{
  if (!offered && gtk_widget_has_focus (button)) {
    gtk_widget_set_sensitive (other, TRUE);
    self->view->scanning = TRUE;
    gtk_widget_grab_focus (other);
    self->view->scanning = FALSE;
  }
  gtk_widget_set_sensitive (button, offered);
}

static void
on_adjusted (GtkAdjustment *adjustment, PerronScroller *self)
{
  double above, below;
  get_hidden (self, &above, &below);
  offer (self, self->up, above > 1, self->down);
  offer (self, self->down, below > 1, self->up);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- moving ----------------------------------------------------------------------------------------------------------------- */

#define STEP 0.8 /* of what is seen: a line or two are seen again */

static void
move_by (PerronScroller *self, int steps)
{
  GtkAdjustment *adjustment = get_adjustment (self);
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + steps * STEP * gtk_adjustment_get_page_size (adjustment));
}

/* "2 sur 3": where one is in what is read. */
static void
say_place (PerronScroller *self)
{
  double above, below, step = MAX (STEP * gtk_adjustment_get_page_size (get_adjustment (self)), 1);
  get_hidden (self, &above, &below);
  g_autofree char *position = g_strdup_printf ("%.0f", 1 + ceil (above / step - 0.01));
  g_autofree char *count = g_strdup_printf ("%.0f", 1 + ceil ((above + below) / step - 0.01));
  g_auto (PerronSpeechPlan) plan;
  perron_speech_plan_init (&plan, self->view);
  perron_speech_plan_add_key (&plan, "ui.say.position", (PerronViewFact[]){ { "position", position }, { "count", count }, { NULL } });
  perron_speech_plan_send (&plan, FALSE);
}

/* By keys it is answered. A finger sees what it does, and may well do it while the screen is being read aloud. */
static void
on_step (GtkButton *button, PerronScroller *self)
{
  gboolean by_keys = gtk_widget_has_focus (GTK_WIDGET (button));
  move_by (self, GTK_WIDGET (button) == self->up ? -1 : 1);
  if (by_keys)
    say_place (self);
}

void
perron_scroller_step (PerronScroller *self, int steps)
{
  move_by (self, steps);
}

static void
say_more (PerronScroller *self)
{
  self->asked = FALSE;
  if (!gtk_widget_get_child_visible (self->rail))
    return;
  g_auto (PerronSpeechPlan) plan;
  perron_speech_plan_init (&plan, self->view);
  perron_speech_plan_add_key (&plan, "ui.say.more", NULL);
  perron_speech_plan_send (&plan, TRUE);
}

void
perron_scroller_say_more (PerronScroller *self)
{
  self->asked = TRUE;
  if (self->seen_height > 0)
    say_more (self);
}

/* --- layout ----------------------------------------------------------------------------------------------------------------- */

static int
get_rail_width (PerronScroller *self)
{
  int width = 0;
  gtk_widget_measure (self->rail, GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
  return width + self->margin_px;
}

/* Room for the rail is always asked for in height, so that a window does not grow when it comes; in width the content gives way. */
static void
perron_scroller_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *min_base,
                         int *nat_base)
{
  PerronScroller *self = PERRON_SCROLLER (widget);
  if (orientation == GTK_ORIENTATION_HORIZONTAL) {
    gtk_widget_measure (self->window, orientation, -1, minimum, natural, NULL, NULL);
    return;
  }
  gtk_widget_measure (self->rail, orientation, -1, minimum, NULL, NULL, NULL);
  *minimum += 2 * self->margin_px;
  *natural = *minimum;
}

static void
place (GtkWidget *widget, int x, int y, int width, int height)
{
  gtk_widget_allocate (widget, width, height, -1, gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT ((float) x, (float) y)));
}

/* How far from an edge the focus stands clear of what fades there. `room`: what it leaves of the height that is seen. */
static double
get_clear (const PerronScroller *self, double room)
{
  return CLAMP (room / 2, 0, self->fade_px);
}

/*
 * GTK brings a focus that moves to the very edge, where what goes on fades: a line that is read must be clear of that, from its beginning.
 * Buttons are left where GTK puts them: nothing moves under a finger.
 */
static void
on_focus (GObject *window, GParamSpec *spec, PerronScroller *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));
  graphene_rect_t place, whole;
  /* Its place in the content: that in the window is not known again before GTK's own scrolling was allocated. */
  if (focus == NULL || !PERRON_IS_STOP (focus) || !gtk_widget_is_ancestor (focus, self->content) ||
      !gtk_widget_compute_bounds (focus, self->content, &place) || !gtk_widget_compute_bounds (self->content, self->content, &whole))
    return;
  GtkAdjustment *adjustment = get_adjustment (self);
  double room = gtk_adjustment_get_page_size (adjustment) - place.size.height, clear = get_clear (self, room);
  double top = place.origin.y - whole.origin.y, most = top - clear, least = top + clear - room;
  gtk_adjustment_set_value (adjustment, MIN (most, MAX (gtk_adjustment_get_value (adjustment), least)));
}

/* GTK scrolls to a focus that moves, not to one that was there before it had a place, or before an error stood above it. */
static gboolean
bring_focus (PerronScroller *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  graphene_rect_t place;
  if (focus == NULL || !(GTK_IS_TEXT (focus) || PERRON_IS_STOP (focus)) || !gtk_widget_is_ancestor (focus, self->window) ||
      !gtk_widget_compute_bounds (GTK_IS_TEXT (focus) ? gtk_widget_get_parent (focus) : focus, self->window, &place))
    return FALSE;
  GtkAdjustment *adjustment = get_adjustment (self);
  double before = gtk_adjustment_get_value (adjustment), room = gtk_adjustment_get_page_size (adjustment) - place.size.height;
  double below = place.origin.y - room + get_clear (self, room);
  if (below <= 0)
    return FALSE;
  gtk_adjustment_set_value (adjustment, before + below);
  return gtk_adjustment_get_value (adjustment) > before;
}

/*
 * Whether the content is too long is decided here, before anything is painted: at the whole width first, and when it is too tall the
 * rail stands beside it and it has what is left. Deciding after a frame would move words under a finger.
 */
static void
perron_scroller_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  PerronScroller *self = PERRON_SCROLLER (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int needed = 0, rail = 0;
  gtk_widget_measure (self->content, GTK_ORIENTATION_VERTICAL, width, &needed, NULL, NULL, NULL);
  gboolean too_long = needed > height;
  gtk_widget_set_child_visible (self->rail, too_long);
  if (too_long) {
    rail = get_rail_width (self);
    gtk_widget_measure (self->content, GTK_ORIENTATION_VERTICAL, MAX (width - rail, 1), &needed, NULL, NULL, NULL);
    place (self->rail, rtl ? self->margin_px : width - rail, self->margin_px, rail - self->margin_px, height - 2 * self->margin_px);
  }
  place (self->window, rtl ? rail : 0, 0, width - rail, height);
  gboolean other = height != self->seen_height || needed != self->seen_content;
  self->seen_height = height;
  self->seen_content = needed;
  if (self->asked)
    say_more (self);
  if (other && bring_focus (self))
    place (self->window, rtl ? rail : 0, 0, width - rail, height);
}

/* --- the sign that there is more -------------------------------------------------------------------------------------------- */

static void
fade (GtkSnapshot *snapshot, const GdkRGBA *ground, double width, double from, double to)
{
  const GskColorStop stops[] = { { 0, { ground->red, ground->green, ground->blue, 0 } }, { 0.85f, *ground }, { 1, *ground } };
  gtk_snapshot_append_linear_gradient (snapshot,
                                       &GRAPHENE_RECT_INIT (0, (float) MIN (from, to), (float) width, (float) ABS (to - from)),
                                       &GRAPHENE_POINT_INIT (0, (float) from), &GRAPHENE_POINT_INIT (0, (float) to), stops,
                                       G_N_ELEMENTS (stops));
}

/* A line that is cut looks like a mistake; one that fades says that it goes on. */
static void
perron_scroller_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  PerronScroller *self = PERRON_SCROLLER (widget);
  graphene_rect_t seen;
  GdkRGBA ground;
  double above, below;
  gtk_widget_snapshot_child (widget, self->window, snapshot);
  gtk_widget_snapshot_child (widget, self->rail, snapshot);
  get_hidden (self, &above, &below);
  if (!gtk_widget_compute_bounds (self->window, widget, &seen) ||
      !gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "perron_ground", &ground))
    return;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &seen.origin);
  if (above > 1)
    fade (snapshot, &ground, seen.size.width, MIN (self->fade_px, above), 0);
  if (below > 1)
    fade (snapshot, &ground, seen.size.width, seen.size.height - MIN (self->fade_px, below), seen.size.height);
  gtk_snapshot_restore (snapshot);
}

/* --- life ------------------------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_rail_button (PerronView *view, const PerronTargetSpec *target, const char *picture, gboolean words)
{
  GtkWidget *button = perron_button_new (view, &(PerronButtonSpec){ .target = *target,
                                                                    .picture = picture,
                                                                    .em_mm = 9,
                                                                    .picture_only = !words,
                                                                    .stacked = TRUE,
                                                                    .centred = TRUE });
  gtk_widget_set_valign (gtk_button_get_child (GTK_BUTTON (button)), GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (button, perron_measure_px (&view->measure, 20), -1);
  gtk_widget_set_vexpand (button, TRUE);
  gtk_widget_set_focus_on_click (button, FALSE);
  return button;
}

static void
perron_scroller_dispose (GObject *object)
{
  PerronScroller *self = PERRON_SCROLLER (object);
  if (self->window != NULL)
    g_signal_handlers_disconnect_by_data (get_adjustment (self), self);
  g_clear_pointer (&self->window, gtk_widget_unparent);
  g_clear_pointer (&self->rail, gtk_widget_unparent);
  G_OBJECT_CLASS (perron_scroller_parent_class)->dispose (object);
}

static void
perron_scroller_class_init (PerronScrollerClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = perron_scroller_dispose;
  widget_class->measure = perron_scroller_measure;
  widget_class->size_allocate = perron_scroller_size_allocate;
  widget_class->snapshot = perron_scroller_snapshot;
}

static void
perron_scroller_init (PerronScroller *self)
{
}

GtkWidget *
perron_scroller_new (PerronView *view, GtkWidget *content, gboolean words)
{
  PerronScroller *self = g_object_new (PERRON_TYPE_SCROLLER, NULL);
  self->view = view;
  self->content = content;
  self->margin_px = perron_measure_px (&view->measure, view->measure.compact ? PERRON_GAP_MM : 5);
  self->fade_px = PERRON_SCROLLER_FADE_REM * view->measure.rem_px;
  self->window = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->window), GTK_POLICY_NEVER, GTK_POLICY_EXTERNAL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->window), content);
  gtk_widget_set_focusable (self->window, FALSE);
  gtk_widget_set_parent (self->window, GTK_WIDGET (self));
  self->rail = gtk_box_new (GTK_ORIENTATION_VERTICAL, perron_measure_px (&view->measure, PERRON_GAP_MM));
  gtk_widget_add_css_class (self->rail, "rail");
  self->up = new_rail_button (view, &(PerronTargetSpec){ .name = "scroll:up", .key = "ui.scroll-up" }, "up", FALSE);
  self->down = new_rail_button (view, &(PerronTargetSpec){ .name = "scroll:down", .key = "ui.scroll-down" }, "down", words);
  gtk_widget_add_css_class (self->down, "more");
  /* As the first frame shows it: at the beginning. */
  gtk_widget_set_sensitive (self->up, FALSE);
  gtk_box_append (GTK_BOX (self->rail), self->up);
  gtk_box_append (GTK_BOX (self->rail), self->down);
  gtk_widget_set_child_visible (self->rail, FALSE);
  gtk_widget_set_parent (self->rail, GTK_WIDGET (self));
  g_signal_connect (self->up, "clicked", G_CALLBACK (on_step), self);
  g_signal_connect (self->down, "clicked", G_CALLBACK (on_step), self);
  g_signal_connect (get_adjustment (self), "changed", G_CALLBACK (on_adjusted), self);
  g_signal_connect (get_adjustment (self), "value-changed", G_CALLBACK (on_adjusted), self);
  g_signal_connect_object (view->window, "notify::focus-widget", G_CALLBACK (on_focus), self, G_CONNECT_AFTER);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
  return GTK_WIDGET (self);
}

GtkWidget *
perron_scroller_get_viewport (PerronScroller *self)
{
  return gtk_widget_get_first_child (self->window);
}
