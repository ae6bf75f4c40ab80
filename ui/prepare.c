/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/prepare.h"

#include "ui/window.h"

#include <fontconfig/fontconfig.h>

G_DEFINE_QUARK (perron-ui-error-quark, perron_ui_error)

static gboolean
add_font (const char *ui_folder, const char *name, GError **error)
{
  g_autofree char *file = g_build_filename (ui_folder, "fonts", name, NULL);
  /* Pango falls back in silence on a font it cannot read: better to know at start. */
  if (g_file_test (file, G_FILE_TEST_IS_REGULAR) && FcConfigAppFontAddFile (NULL, (const FcChar8 *) file))
    return TRUE;
  g_set_error (error, PERRON_UI_ERROR, PERRON_UI_ERROR_FONT, "%s: font missing or unreadable", file);
  return FALSE;
}

gboolean
perron_ui_prepare (const char *ui_folder, GError **error)
{
  /*
   * cairo: 61 ms to the first frame and 23 MiB against 460 ms and 168 MiB for GL in software (desktop facts, section 2).
   * Empty: our sheet is complete, the default theme would only be parsed and overruled. simple: dead keys without a plug-in.
   */
  g_setenv ("GSK_RENDERER", "cairo", FALSE);
  g_setenv ("GTK_THEME", "Empty", TRUE);
  g_setenv ("GTK_IM_MODULE", "gtk-im-context-simple", TRUE);
  return add_font (ui_folder, "AtkinsonHyperlegible-Regular.ttf", error) && add_font (ui_folder, "AtkinsonHyperlegible-Bold.ttf", error);
}

void
perron_ui_calm (const PerronMeasure *measure)
{
  GtkSettings *settings = gtk_settings_get_default ();
  g_object_set (settings, "gtk-cursor-blink", FALSE, "gtk-enable-animations", FALSE, "gtk-font-name",
                "Atkinson Hyperlegible,Noto Sans,Noto Sans Arabic,sans-serif 12", "gtk-xft-dpi",
                /* 12 pt = rem_px: the root size differs between X11 and Wayland unless it is set (desktop facts, section 2). */
                (int) (measure->rem_px * 72 / 12 * 1024), "gtk-entry-select-on-focus", FALSE, "gtk-label-select-on-focus", FALSE, NULL);
}
