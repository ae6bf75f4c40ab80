/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/demo/person-hands.h"

#include <X11/XKBlib.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#include <cairo-xlib.h>
#include <string.h>

#include "kiosk/demo/person-eyes.h"

struct PerronHands {
  Display *display;
  Window root;
  KeyCode spare; /* a key without meaning, lent to characters that this layout lacks; 0: none */
};

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, PERRON_PERSON_ERROR, PERRON_PERSON_ERROR_DISPLAY, what);
  return FALSE;
}

static KeyCode
find_spare_key (Display *display)
{
  int low, high, per_key;
  XDisplayKeycodes (display, &low, &high);
  KeySym *map = XGetKeyboardMapping (display, (KeyCode) low, high - low + 1, &per_key);
  KeyCode spare = 0;
  for (int i = high - low; i >= 0 && spare == 0; i--) {
    gboolean used = FALSE;
    for (int level = 0; level < per_key; level++)
      used |= map[i * per_key + level] != NoSymbol;
    if (!used)
      spare = (KeyCode) (low + i);
  }
  XFree (map);
  return spare;
}

PerronHands *
perron_hands_new (const char *display, GError **error)
{
  g_autofree PerronHands *hands = g_new0 (PerronHands, 1);
  int ignored;
  hands->display = XOpenDisplay (display);
  if (hands->display == NULL || !XTestQueryExtension (hands->display, &ignored, &ignored, &ignored, &ignored)) {
    g_set_error (error, PERRON_PERSON_ERROR, PERRON_PERSON_ERROR_DISPLAY, "display %s: cannot be opened, or has no XTEST",
                 display != NULL ? display : "(none given)");
    g_clear_pointer (&hands->display, XCloseDisplay);
    return NULL;
  }
  hands->root = DefaultRootWindow (hands->display);
  hands->spare = find_spare_key (hands->display);
  return g_steal_pointer (&hands);
}

void
perron_hands_free (PerronHands *hands)
{
  if (hands == NULL)
    return;
  XCloseDisplay (hands->display);
  g_free (hands);
}

/* --- touch -------------------------------------------------------------------------------------------------------------------- */

/* A window may close between the list and the question: X's answer to that is an error, not the end of the person. */
static int
on_x_error (Display *display, XErrorEvent *event)
{
  return 0;
}

static gboolean
find_window (PerronHands *hands, int *ret_x, int *ret_y)
{
  Window root, parent, *children = NULL;
  unsigned count = 0;
  long largest = 0;

  XErrorHandler before = XSetErrorHandler (on_x_error);
  XQueryTree (hands->display, hands->root, &root, &parent, &children, &count);
  for (unsigned i = 0; i < count; i++) {
    XWindowAttributes attributes = { 0 };
    if (!XGetWindowAttributes (hands->display, children[i], &attributes) || attributes.map_state != IsViewable ||
        (long) attributes.width * attributes.height <= largest)
      continue;
    largest = (long) attributes.width * attributes.height;
    *ret_x = attributes.x;
    *ret_y = attributes.y;
  }
  if (children != NULL)
    XFree (children);
  XSync (hands->display, False);
  XSetErrorHandler (before);
  return largest > 0;
}

gboolean
perron_hands_touch (PerronHands *hands, double x, double y, GError **error)
{
  int left, top;
  if (!find_window (hands, &left, &top))
    return refuse (error, "there is no window on the display");
  XTestFakeMotionEvent (hands->display, -1, left + (int) x, top + (int) y, CurrentTime);
  XTestFakeButtonEvent (hands->display, 1, True, CurrentTime);
  XTestFakeButtonEvent (hands->display, 1, False, CurrentTime);
  XSync (hands->display, False);
  return TRUE;
}

/* --- keys --------------------------------------------------------------------------------------------------------------------- */

static void
press_code (PerronHands *hands, KeyCode code, gboolean shifted)
{
  KeyCode shift = XKeysymToKeycode (hands->display, XK_Shift_L);
  if (shifted)
    XTestFakeKeyEvent (hands->display, shift, True, CurrentTime);
  XTestFakeKeyEvent (hands->display, code, True, CurrentTime);
  XTestFakeKeyEvent (hands->display, code, False, CurrentTime);
  if (shifted)
    XTestFakeKeyEvent (hands->display, shift, False, CurrentTime);
  XSync (hands->display, False);
}

static gboolean
press_symbol (PerronHands *hands, KeySym symbol, GError **error)
{
  KeyCode code = XKeysymToKeycode (hands->display, symbol);
  if (code != 0 && XkbKeycodeToKeysym (hands->display, code, 0, 0) == symbol) {
    press_code (hands, code, FALSE);
    return TRUE;
  }
  if (code != 0 && XkbKeycodeToKeysym (hands->display, code, 0, 1) == symbol) {
    press_code (hands, code, TRUE);
    return TRUE;
  }
  if (hands->spare == 0)
    return refuse (error, "no key can make this character");
  XChangeKeyboardMapping (hands->display, hands->spare, 1, &symbol, 1);
  XSync (hands->display, False);
  press_code (hands, hands->spare, FALSE);
  return TRUE;
}

static gboolean
hold (PerronHands *hands, char **modifiers, guint count, Bool down, GError **error)
{
  static const struct {
    const char *word;
    KeySym symbol;
  } known[] = { { "shift", XK_Shift_L }, { "ctrl", XK_Control_L }, { "alt", XK_Alt_L } };

  for (guint m = 0; m < count; m++) {
    gsize i = 0;
    while (i < G_N_ELEMENTS (known) && strcmp (known[i].word, modifiers[m]) != 0)
      i++;
    if (i == G_N_ELEMENTS (known))
      return refuse (error, "a modifier is shift, ctrl or alt");
    XTestFakeKeyEvent (hands->display, XKeysymToKeycode (hands->display, known[i].symbol), down, CurrentTime);
  }
  return TRUE;
}

gboolean
perron_hands_press (PerronHands *hands, const char *key, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (key, "+", -1);
  const guint modifiers = MAX (g_strv_length (parts), 1) - 1;
  KeySym symbol = parts[0] != NULL ? XStringToKeysym (parts[modifiers]) : NoSymbol;

  if (symbol == NoSymbol)
    return refuse (error, "there is no key of that name");
  return hold (hands, parts, modifiers, True, error) && press_symbol (hands, symbol, error) &&
         hold (hands, parts, modifiers, False, error);
}

gboolean
perron_hands_type (PerronHands *hands, const char *text, GError **error)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);
    /* Keysyms: Latin-1 as is, everything else 0x01000000 + code point (X11 protocol, appendix A). */
    KeySym symbol = c < 0x100 ? (KeySym) c : (KeySym) (0x01000000 | c);
    if (!press_symbol (hands, symbol, error))
      return FALSE;
  }
  return TRUE;
}

/* --- camera ------------------------------------------------------------------------------------------------------------------- */

gboolean
perron_hands_photograph (PerronHands *hands, const char *path, GError **error)
{
  int screen = DefaultScreen (hands->display);
  cairo_surface_t *surface = cairo_xlib_surface_create (hands->display, hands->root, DefaultVisual (hands->display, screen),
                                                        DisplayWidth (hands->display, screen), DisplayHeight (hands->display, screen));
  cairo_status_t status = cairo_surface_write_to_png (surface, path);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, PERRON_PERSON_ERROR, PERRON_PERSON_ERROR_DISPLAY, "%s: %s", path, cairo_status_to_string (status));
  return FALSE;
}
