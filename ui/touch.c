/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/touch.h"

#include "ui/target.h"

#define SAME_PLACE_MM 15.0
#define SLIDE_MM 10.0 /* a finger that rests trembles */

typedef enum { TOUCH_NONE, TOUCH_PRESSED, TOUCH_SLIDING, TOUCH_SWALLOWED } TouchState;

struct PerronTouch {
  PerronView *view;
  PerronClock *clock;
  const PerronTouchHeard *heard;
  gpointer data;
  GtkEventController *controller; /* owned by the window */
  TouchState state;
  GdkEventSequence *sequence;
  graphene_point_t from;  /* where the last touch began */
  gboolean touched;       /* there was one */
  GtkWidget *start;       /* weak: what it began on */
  GtkWidget *under;       /* weak: what was named last */
  gint64 guard_until_ms;
  guint timer;
};

static double
get_distance (const graphene_point_t *a, const graphene_point_t *b)
{
  float x, y;
  return graphene_point_distance (a, b, &x, &y);
}

static void
set_start (PerronTouch *touch, GtkWidget *widget)
{
  g_set_weak_pointer (&touch->start, widget);
}

static void
set_under (PerronTouch *touch, GtkWidget *widget)
{
  g_set_weak_pointer (&touch->under, widget);
}

static graphene_point_t
get_place (PerronTouch *touch, GdkEvent *event)
{
  double x = 0, y = 0, left = 0, top = 0;
  gdk_event_get_position (event, &x, &y);
  gtk_native_get_surface_transform (GTK_NATIVE (touch->view->window), &left, &top);
  return GRAPHENE_POINT_INIT ((float) (x - left), (float) (y - top));
}

static GtkWidget *
find_under (PerronTouch *touch, const graphene_point_t *place)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (touch->view->window), place->x, place->y, GTK_PICK_DEFAULT);
  return widget != NULL ? perron_target_find_spoken (widget) : NULL;
}

/* The button that the finger left must not hear of its lifting, even when it comes back. */
static void
let_go (GtkWidget *widget)
{
  for (; widget != NULL; widget = gtk_widget_get_parent (widget)) {
    g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
    for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      if (GTK_IS_GESTURE (controller))
        gtk_event_controller_reset (controller);
    }
  }
}

/* --- what a finger does ----------------------------------------------------------------------------------------------------- */

static gboolean
is_same_place (PerronTouch *touch, const graphene_point_t *place)
{
  return touch->touched && perron_clock_boot_ms (touch->clock) < touch->guard_until_ms &&
         get_distance (place, &touch->from) <= SAME_PLACE_MM * touch->view->measure.px_per_mm;
}

static gboolean
on_press (PerronTouch *touch, const graphene_point_t *place)
{
  if (is_same_place (touch, place)) {
    touch->state = TOUCH_SWALLOWED;
    return GDK_EVENT_STOP;
  }
  touch->state = TOUCH_PRESSED;
  touch->from = *place;
  touch->touched = TRUE;
  set_start (touch, find_under (touch, place));
  set_under (touch, touch->start);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_slide (PerronTouch *touch, const graphene_point_t *place)
{
  if (touch->state == TOUCH_NONE || touch->state == TOUCH_SWALLOWED)
    return touch->state == TOUCH_SWALLOWED ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
  GtkWidget *under = find_under (touch, place);
  if (touch->state == TOUCH_PRESSED && under != touch->start)
    touch->heard->left (touch->data);
  if (!touch->view->settings.voice)
    return GDK_EVENT_PROPAGATE;
  if (touch->state == TOUCH_PRESSED) {
    gboolean far = get_distance (place, &touch->from) > SLIDE_MM * touch->view->measure.px_per_mm;
    if (under == touch->start || (under == NULL && !far))
      return GDK_EVENT_PROPAGATE;
    touch->state = TOUCH_SLIDING;
    let_go (gtk_widget_pick (GTK_WIDGET (touch->view->window), touch->from.x, touch->from.y, GTK_PICK_DEFAULT));
  }
  if (under != touch->under && under != NULL)
    touch->heard->named (under, touch->data);
  set_under (touch, under);
  return GDK_EVENT_STOP;
}

static gboolean
on_lift (PerronTouch *touch)
{
  gboolean ours = touch->state == TOUCH_SLIDING || touch->state == TOUCH_SWALLOWED;
  touch->state = TOUCH_NONE;
  set_start (touch, NULL);
  set_under (touch, NULL);
  return ours ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
}

static gboolean
on_event (GtkEventControllerLegacy *controller, GdkEvent *event, PerronTouch *touch)
{
  GdkEventType type = gdk_event_get_event_type (event);
  graphene_point_t place = get_place (touch, event);
  gboolean begins = type == GDK_BUTTON_PRESS || type == GDK_TOUCH_BEGIN;
  /* One finger at a time: what a palm does beside it is for GTK. */
  if (touch->state != TOUCH_NONE && gdk_event_get_event_sequence (event) != touch->sequence)
    return GDK_EVENT_PROPAGATE;
  if (begins) {
    touch->sequence = gdk_event_get_event_sequence (event);
    return on_press (touch, &place);
  }
  if (type == GDK_MOTION_NOTIFY || type == GDK_TOUCH_UPDATE)
    return on_slide (touch, &place);
  if (type == GDK_BUTTON_RELEASE || type == GDK_TOUCH_END)
    return on_lift (touch);
  if (type == GDK_TOUCH_CANCEL || type == GDK_GRAB_BROKEN)
    on_lift (touch);
  return GDK_EVENT_PROPAGATE;
}

/* --- just after the screen changed ------------------------------------------------------------------------------------------ */

static gboolean
on_guard_over (gpointer data)
{
  PerronTouch *touch = data;
  touch->timer = 0;
  gtk_widget_queue_draw (GTK_WIDGET (touch->view->window));
  return G_SOURCE_REMOVE;
}

void
perron_touch_guard (PerronTouch *touch)
{
  if (!touch->touched)
    return;
  touch->guard_until_ms = perron_clock_boot_ms (touch->clock) + PERRON_TOUCH_GUARD_MS;
  g_clear_handle_id (&touch->timer, g_source_remove);
  touch->timer = g_timeout_add (PERRON_TOUCH_GUARD_MS + 1, on_guard_over, touch);
}

gboolean
perron_touch_is_guarded (PerronTouch *touch, const graphene_rect_t *bounds)
{
  graphene_point_t middle;
  graphene_rect_get_center (bounds, &middle);
  return is_same_place (touch, &middle);
}

/* --- life ------------------------------------------------------------------------------------------------------------------- */

PerronTouch *
perron_touch_new (PerronView *view, PerronClock *clock, const PerronTouchHeard *heard, gpointer data)
{
  PerronTouch *touch = g_new0 (PerronTouch, 1);
  touch->view = view;
  touch->clock = clock != NULL ? clock : perron_clock_system ();
  touch->heard = heard;
  touch->data = data;
  touch->controller = gtk_event_controller_legacy_new ();
  gtk_event_controller_set_propagation_phase (touch->controller, GTK_PHASE_CAPTURE);
  g_signal_connect (touch->controller, "event", G_CALLBACK (on_event), touch);
  gtk_widget_add_controller (GTK_WIDGET (view->window), touch->controller);
  return touch;
}

void
perron_touch_free (PerronTouch *touch)
{
  if (touch == NULL)
    return;
  gtk_widget_remove_controller (GTK_WIDGET (touch->view->window), touch->controller);
  g_clear_handle_id (&touch->timer, g_source_remove);
  set_start (touch, NULL);
  set_under (touch, NULL);
  g_free (touch);
}
