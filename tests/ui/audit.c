/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui/audit.h"

#include <math.h>
#include <string.h>

#include "ui/measure.h"
#include "ui/scroller.h"
#include "ui/style.h"
#include "ui/target.h"
#include "ui/widgets.h"

#define FAULT(...) (g_test_message (__VA_ARGS__), 1u)

static double
get_px_per_mm (Stage *stage)
{
  return stage->setup.px_per_m / 1000.0;
}

static gboolean
is_of_frame (const PerronTarget *target)
{
  return g_str_has_prefix (target->name, "bar:") || g_str_has_prefix (target->name, "foot:") || g_str_equal (target->name, "back");
}

/* --- targets ---------------------------------------------------------------------------------------------------------------- */

static GtkWidget *
find_viewport (GtkWidget *widget)
{
  while (widget != NULL && !GTK_IS_VIEWPORT (widget))
    widget = gtk_widget_get_parent (widget);
  return widget;
}

/* What is scrolled out of sight is not touched: only what shows whole is held against its neighbours. */
static gboolean
is_whole (Stage *stage, const PerronTarget *target)
{
  GtkWidget *viewport = find_viewport (perron_target_find (GTK_WIDGET (stage->window), target->name));
  graphene_rect_t seen, common;
  if (viewport == NULL)
    return TRUE;
  return gtk_widget_compute_bounds (viewport, GTK_WIDGET (stage->window), &seen) &&
         graphene_rect_intersection (&seen, &target->bounds, &common) && common.size.height >= target->bounds.size.height - 0.5f;
}

static double
get_gap (const graphene_rect_t *a, const graphene_rect_t *b)
{
  double x = MAX (b->origin.x - (a->origin.x + a->size.width), a->origin.x - (b->origin.x + b->size.width));
  double y = MAX (b->origin.y - (a->origin.y + a->size.height), a->origin.y - (b->origin.y + b->size.height));
  return MAX (x, y);
}

guint
audit_targets (Stage *stage, const char *screen)
{
  g_autoptr (GPtrArray) targets = perron_window_list_targets (stage->window);
  double mm = get_px_per_mm (stage);
  guint faults = targets->len > 3 ? 0 : FAULT ("%s: no target", screen);
  for (guint i = 0; i < targets->len; i++) {
    const PerronTarget *a = g_ptr_array_index (targets, i);
    const graphene_rect_t *r = &a->bounds;
    if (r->size.width / mm < 15 || r->size.height / mm < 15)
      faults += FAULT ("%s: %s is %.1f x %.1f mm", screen, a->name, r->size.width / mm, r->size.height / mm);
    if (r->origin.x < 0 || r->origin.x + r->size.width > stage->setup.width)
      faults += FAULT ("%s: %s is beside the window", screen, a->name);
    if (!is_whole (stage, a))
      continue;
    if (r->origin.y < 0 || r->origin.y + r->size.height > stage->setup.height)
      faults += FAULT ("%s: %s is below the window", screen, a->name);
    for (guint j = i + 1; j < targets->len; j++) {
      const PerronTarget *b = g_ptr_array_index (targets, j);
      if (is_whole (stage, b) && get_gap (&a->bounds, &b->bounds) / mm < 2.95)
        faults += FAULT ("%s: %s and %s are %.1f mm apart", screen, a->name, b->name, get_gap (&a->bounds, &b->bounds) / mm);
    }
  }
  return faults;
}

char *
audit_dup_frame (Stage *stage)
{
  g_autoptr (GPtrArray) targets = perron_window_list_targets (stage->window);
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < targets->len; i++) {
    const PerronTarget *target = g_ptr_array_index (targets, i);
    /* Back is not offered everywhere; its room is. */
    if (is_of_frame (target) && !g_str_equal (target->name, "back"))
      g_string_append_printf (text, "%s %.0f %.0f %.0f %.0f\n", target->name, target->bounds.origin.x, target->bounds.origin.y,
                              target->bounds.size.width, target->bounds.size.height);
  }
  return g_string_free (text, FALSE);
}

/* --- mode ------------------------------------------------------------------------------------------------------------------- */

static GtkWidget *
find_badge (GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (GTK_IS_LABEL (widget) && gtk_widget_has_css_class (widget, "badge"))
    return widget;
  GtkWidget *found = NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_badge (child);
  return found;
}

guint
audit_mode (Stage *stage, const char *screen)
{
  const char *mode = stage->setup.mode != NULL ? stage->setup.mode : "demo";
  GtkWidget *badge = find_badge (GTK_WIDGET (stage->window));
  graphene_rect_t bounds;

  if (g_str_equal (mode, "production"))
    return badge == NULL ? 0 : FAULT ("%s: says \"%s\" in production", screen, gtk_label_get_text (GTK_LABEL (badge)));
  if (badge == NULL || !gtk_widget_compute_bounds (badge, GTK_WIDGET (stage->window), &bounds) || bounds.origin.x < 0 || bounds.origin.y < 0 ||
      bounds.origin.x + bounds.size.width > stage->setup.width || bounds.size.width < 1)
    return FAULT ("%s: does not show that this is %s", screen, mode);
  g_autofree char *key = g_strconcat ("ui.mode.", mode, NULL), *brief = g_strconcat (key, ".short", NULL);
  const char *text = gtk_label_get_text (GTK_LABEL (badge));
  gboolean right = g_strcmp0 (text, perron_catalogue_get (stage->catalogue, stage->setup.language, key)) == 0 ||
                   g_strcmp0 (text, perron_catalogue_get (stage->catalogue, stage->setup.language, brief)) == 0;
  return right ? 0 : FAULT ("%s: says \"%s\" for %s", screen, text, mode);
}

/* --- words ------------------------------------------------------------------------------------------------------------------ */

static guint
audit_label (Stage *stage, GtkLabel *label, const char *screen)
{
  const char *text = gtk_label_get_text (label);
  PangoLayout *layout = gtk_label_get_layout (label);
  int width = 0, height = 0;
  guint faults = 0;
  graphene_rect_t bounds;
  pango_layout_get_pixel_size (layout, &width, &height);
  if (pango_layout_is_ellipsized (layout))
    faults += FAULT ("%s: \"%s\" is cut with dots", screen, text);
  if (width > gtk_widget_get_width (GTK_WIDGET (label)) + 1 || height > gtk_widget_get_height (GTK_WIDGET (label)) + 1)
    faults += FAULT ("%s: \"%s\" needs %d x %d and has %d x %d", screen, text, width, height, gtk_widget_get_width (GTK_WIDGET (label)),
                     gtk_widget_get_height (GTK_WIDGET (label)));
  if (gtk_widget_compute_bounds (GTK_WIDGET (label), GTK_WIDGET (stage->window), &bounds) &&
      (bounds.origin.x < -1 || bounds.origin.x + bounds.size.width > stage->setup.width + 1))
    faults += FAULT ("%s: \"%s\" stands beside the window", screen, text);
  return faults;
}

static guint
audit_tree (Stage *stage, GtkWidget *widget, const char *screen)
{
  guint faults = 0;
  if (!gtk_widget_get_mapped (widget))
    return 0;
  if (GTK_IS_LABEL (widget))
    return audit_label (stage, GTK_LABEL (widget), screen);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    faults += audit_tree (stage, child, screen);
  return faults;
}

guint
audit_words (Stage *stage, const char *screen)
{
  GtkWidget *window = GTK_WIDGET (stage->window), *content = gtk_widget_get_first_child (gtk_window_get_child (GTK_WINDOW (window)));
  guint faults = audit_tree (stage, window, screen);
  if (gtk_widget_get_width (window) != stage->setup.width || gtk_widget_get_height (window) != stage->setup.height)
    faults += FAULT ("%s: the window has become %d x %d", screen, gtk_widget_get_width (window), gtk_widget_get_height (window));
  if (gtk_widget_get_width (content) != stage->setup.width || gtk_widget_get_height (content) != stage->setup.height)
    faults += FAULT ("%s: needs %d x %d", screen, gtk_widget_get_width (content), gtk_widget_get_height (content));
  return faults;
}

guint
audit_capital (Stage *stage)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (stage->window), "H");
  PangoRectangle ink;
  pango_layout_get_pixel_extents (layout, &ink, NULL);
  double mm = ink.height / get_px_per_mm (stage);
  g_test_message ("capital H: %.2f mm", mm);
  static const double scales[PERRON_SIZE_COUNT] = { 1, 1.25, 1.5, 2 };
  return mm >= 7.33 * scales[stage->setup.size] ? 0 : FAULT ("capital H is %.2f mm", mm);
}

guint
audit_still (Stage *stage, const char *screen, const char *first)
{
  g_autofree char *last = stage_dup_places (stage);
  if (g_str_equal (first, last))
    return 0;
  g_auto (GStrv) before = g_strsplit (first, "\n", -1), after = g_strsplit (last, "\n", -1);
  for (guint i = 0; before[i] != NULL && after[i] != NULL; i++)
    if (!g_str_equal (before[i], after[i]))
      return FAULT ("%s: the first frame was not the last: \"%s\" became \"%s\"", screen, before[i], after[i]);
  return FAULT ("%s: something came or went after the first frame", screen);
}

/* --- the walk of the focus -------------------------------------------------------------------------------------------------- */

static gboolean
is_named (GtkWidget *focus)
{
  GtkWidget *widget = focus;
  /* The name of an entry is on the entry; the focus is on the text inside. */
  if (GTK_IS_TEXT (focus))
    widget = gtk_widget_get_parent (focus);
  return gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL);
}

static guint
step_walk (Stage *stage, const char *screen, GHashTable *reached)
{
  guint faults = 0;
  stage_forget (stage);
  gtk_widget_child_focus (GTK_WIDGET (stage->window), GTK_DIR_TAB_FORWARD);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (stage->window));
  if (focus == NULL)
    return FAULT ("%s: the focus is lost", screen);
  const char *name = perron_target_get_name (focus);
  if (name == NULL)
    name = PERRON_IS_HEADING (focus) ? "title" : G_OBJECT_TYPE_NAME (focus);
  if (stage->said->len == 0 && !g_hash_table_contains (reached, name))
    faults += FAULT ("%s: %s says nothing", screen, name);
  if (!is_named (focus))
    faults += FAULT ("%s: %s has no name for a screen reader", screen, name);
  g_hash_table_add (reached, g_strdup (name));
  return faults;
}

guint
audit_walk (Stage *stage, const char *screen)
{
  g_autoptr (GHashTable) reached = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) targets = perron_window_list_targets (stage->window);
  GtkWidget *start = gtk_window_get_focus (GTK_WINDOW (stage->window));
  guint faults = 0, steps = 0;
  if (start == NULL)
    return FAULT ("%s: nothing has the focus on arrival", screen);
  do {
    faults += step_walk (stage, screen, reached);
  } while (++steps <= targets->len + 8 && gtk_window_get_focus (GTK_WINDOW (stage->window)) != start);
  if (gtk_window_get_focus (GTK_WINDOW (stage->window)) != start)
    faults += FAULT ("%s: the walk does not come back after %u steps", screen, steps);
  for (guint i = 0; i < targets->len; i++) {
    const PerronTarget *target = g_ptr_array_index (targets, i);
    if (target->enabled && !g_hash_table_contains (reached, target->name) && !g_str_has_prefix (target->name, "scroll:"))
      faults += FAULT ("%s: the focus never reaches %s", screen, target->name);
  }
  return faults;
}

/* --- contrast as painted ---------------------------------------------------------------------------------------------------- */

typedef struct {
  const guint32 *pixels;
  int width, height;
} Picture;

static double
get_luminance (guint32 pixel)
{
  static const double weights[3] = { 0.0722, 0.7152, 0.2126 };
  double sum = 0;
  for (guint i = 0; i < 3; i++) {
    double c = ((pixel >> (8 * i)) & 0xff) / 255.0;
    sum += weights[i] * (c <= 0.03928 ? c / 12.92 : pow ((c + 0.055) / 1.055, 2.4));
  }
  return sum;
}

static double
get_ratio (double a, double b)
{
  return (MAX (a, b) + 0.05) / (MIN (a, b) + 0.05);
}

/* The ground is the commonest colour of the label's place; the ink is what differs most from it. */
static double
measure_contrast (const Picture *picture, const graphene_rect_t *place)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_direct_hash, g_direct_equal);
  int x1 = CLAMP ((int) place->origin.x, 0, picture->width), x2 = CLAMP ((int) (place->origin.x + place->size.width), 0, picture->width);
  int y1 = CLAMP ((int) place->origin.y, 0, picture->height), y2 = CLAMP ((int) (place->origin.y + place->size.height), 0, picture->height);
  guint32 ground = 0;
  guint most = 0;
  for (int y = y1; y < y2; y++) {
    for (int x = x1; x < x2; x++) {
      guint32 pixel = picture->pixels[y * picture->width + x] & 0xffffff;
      guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, GUINT_TO_POINTER (pixel))) + 1;
      g_hash_table_insert (counts, GUINT_TO_POINTER (pixel), GUINT_TO_POINTER (count));
      if (count > most) {
        most = count;
        ground = pixel;
      }
    }
  }
  double best = 0, under = get_luminance (ground);
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    best = MAX (best, get_ratio (get_luminance (GPOINTER_TO_UINT (key)), under));
  return best;
}

static gboolean
is_dimmed (GtkWidget *widget)
{
  for (; widget != NULL; widget = gtk_widget_get_parent (widget))
    if (!gtk_widget_is_sensitive (widget) || gtk_widget_get_opacity (widget) < 0.01)
      return TRUE;
  return FALSE;
}

/* What fades says that it goes on: it is read where it is clear. */
static gboolean
get_clear (Stage *stage, GtkWidget *viewport, graphene_rect_t *seen)
{
  const Setup *setup = &stage->setup;
  GtkAdjustment *place = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (viewport));
  float fade = (float) (PERRON_SCROLLER_FADE_REM * perron_measure (setup->width, setup->height, setup->px_per_m, setup->size).rem_px);
  if (!gtk_widget_compute_bounds (viewport, GTK_WIDGET (stage->window), seen))
    return FALSE;
  float above = gtk_adjustment_get_value (place) > 1 ? fade : 0;
  float below = gtk_adjustment_get_upper (place) - gtk_adjustment_get_page_size (place) - gtk_adjustment_get_value (place) > 1 ? fade : 0;
  seen->origin.y += above;
  seen->size.height -= above + below;
  return TRUE;
}

static guint
audit_inks (Stage *stage, GtkWidget *widget, const Picture *picture, const char *screen)
{
  graphene_rect_t place, seen, window = GRAPHENE_RECT_INIT (0, 0, picture->width, picture->height);
  guint faults = 0;
  if (!gtk_widget_get_mapped (widget))
    return 0;
  if (!GTK_IS_LABEL (widget)) {
    for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
      faults += audit_inks (stage, child, picture, screen);
    return faults;
  }
  GtkWidget *viewport = find_viewport (widget);
  if (viewport == NULL || !get_clear (stage, viewport, &seen))
    seen = window;
  if (*gtk_label_get_text (GTK_LABEL (widget)) == '\0' || is_dimmed (widget) ||
      !gtk_widget_compute_bounds (widget, GTK_WIDGET (stage->window), &place) || !graphene_rect_contains_rect (&seen, &place))
    return 0;
  double ratio = measure_contrast (picture, &place);
  return ratio >= 7 ? 0 : FAULT ("%s: \"%s\" has a contrast of %.1f", screen, gtk_label_get_text (GTK_LABEL (widget)), ratio);
}

guint
audit_contrast (Stage *stage, const char *screen)
{
  g_autoptr (GdkTexture) texture = stage_draw (stage);
  Picture picture = { .width = gdk_texture_get_width (texture), .height = gdk_texture_get_height (texture) };
  g_autofree guint32 *pixels = g_new (guint32, (gsize) picture.width * (gsize) picture.height);
  gdk_texture_download (texture, (guchar *) pixels, (gsize) picture.width * 4);
  picture.pixels = pixels;
  return audit_inks (stage, GTK_WIDGET (stage->window), &picture, screen);
}

/* The ring stands around what has the focus, in its colour: GTK paints a list of shadows in another order than CSS says. */
guint
audit_ring (Stage *stage)
{
  GdkRGBA ring;
  gtk_widget_child_focus (GTK_WIDGET (stage->window), GTK_DIR_TAB_FORWARD);
  stage_settle (stage);
  g_autoptr (GdkTexture) texture = stage_draw (stage);
  int width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture), count = 0;
  g_autofree guint32 *pixels = g_new (guint32, (gsize) width * (gsize) height);
  gdk_texture_download (texture, (guchar *) pixels, (gsize) width * 4);
  g_assert_true (gdk_rgba_parse (&ring, perron_style_get_colour ("ring", stage->setup.contrast)));
  guint32 wanted = (guint32) (ring.red * 255 + 0.5) << 16 | (guint32) (ring.green * 255 + 0.5) << 8 | (guint32) (ring.blue * 255 + 0.5);
  for (int i = 0; i < width * height; i++)
    count += (pixels[i] & 0xffffff) == wanted;
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (stage->window));
  int around = 2 * (gtk_widget_get_width (focus) + gtk_widget_get_height (focus));
  /* At least 1 mm wide all around; the design has 2 or 3. */
  return count >= around * get_px_per_mm (stage) ? 0 : FAULT ("the focus ring has %d pixels around %d", count, around);
}
