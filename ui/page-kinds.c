/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page.h"

/* --- what a kind adds, where it is more than one shared piece ---------------------------------------------------------------- */

static void
fill_readable (PerronPage *page)
{
  perron_page_fill_options (page);
  /* Neither: the house goes on by itself, in a moment. */
  if (page->screen->has_next)
    perron_page_add_next (page, "next", "ui.next", PERRON_EVENT_NEXT);
}

static void
fill_choice (PerronPage *page)
{
  perron_page_fill_options (page);
  /* One touch chooses and goes on; several are told to be enough by a button. */
  if (perron_page_toggles (page))
    perron_page_add_next (page, "submit", "ui.next", PERRON_EVENT_SUBMIT);
}

static void
fill_review (PerronPage *page)
{
  perron_page_fill_rows (page);
  fill_readable (page);
}

static void
fill_help (PerronPage *page)
{
  perron_page_add_next (page, "next", "ui.return", PERRON_EVENT_NEXT);
}

static void
fill_done (PerronPage *page)
{
  perron_page_add_next (page, "next", "ui.finish", PERRON_EVENT_NEXT);
}

static const PerronPageKind kinds[] = {
  [PERRON_SCREEN_MESSAGE] = { .fill = fill_readable, .refresh = perron_page_refresh_options, .how = "ui.say.how-read" },
  [PERRON_SCREEN_CHOICE] = { .fill = fill_choice, .refresh = perron_page_refresh_options, .how = "ui.say.how-choose" },
  [PERRON_SCREEN_FORM] = { .fill = perron_page_fill_form,
                           .refresh = perron_page_refresh_form,
                           .say = perron_page_say_form,
                           .how = "ui.say.how-type" },
  [PERRON_SCREEN_CARD] = { .fill = perron_page_fill_options, .picture_large = TRUE, .how = "ui.say.how-card" },
  [PERRON_SCREEN_HOLDERS] = { .fill = perron_page_fill_holders, .say = perron_page_say_holders, .how = "ui.say.how-choose" },
  [PERRON_SCREEN_CONSENT] = { .fill = perron_page_fill_options, .refresh = perron_page_refresh_options, .how = "ui.say.how-choose" },
  [PERRON_SCREEN_GUIDE] = { .fill = fill_readable, .picture_large = TRUE, .how = "ui.say.how-read" },
  [PERRON_SCREEN_REVIEW] = { .fill = fill_review,
                             .refresh = perron_page_refresh_rows,
                             .say = perron_page_say_rows,
                             .how = "ui.say.how-review" },
  [PERRON_SCREEN_TICKET] = { .fill = fill_review,
                             .refresh = perron_page_refresh_rows,
                             .say = perron_page_say_rows,
                             .how = "ui.say.how-read" },
  [PERRON_SCREEN_DONE] = { .fill = fill_done, .picture_large = TRUE, .how = "ui.say.how-read" },
  [PERRON_SCREEN_ERROR] = { .fill = fill_readable, .how = "ui.say.how-read" },
  [PERRON_SCREEN_LANGUAGE] = { .fill = perron_page_fill_languages, .say = perron_page_say_languages, .how = "ui.say.how-choose" },
  [PERRON_SCREEN_LIST] = { .fill = perron_page_fill_list,
                           .refresh = perron_page_refresh_list,
                           .say = perron_page_say_list },
  [PERRON_SCREEN_HELP] = { .fill = fill_help, .picture_large = TRUE, .how = "ui.say.how-read" },
};

/* Of no journey: it may stand over any screen. */
static const PerronPageKind languages = { .fill = perron_page_fill_languages, .say = perron_page_say_languages, .how = "ui.say.how-choose" };

const PerronPageKind *
perron_page_kind_of (const PerronScreen *screen)
{
  if (screen == perron_page_get_languages ())
    return &languages;
  g_assert ((guint) screen->kind < G_N_ELEMENTS (kinds));
  return &kinds[screen->kind];
}
