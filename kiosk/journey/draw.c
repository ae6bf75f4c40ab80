/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/draw.h"

#include "kiosk/journey/words.h"

static const char *
shape_of (PerronScreenKind kind)
{
  switch (kind) {
  case PERRON_SCREEN_CHOICE:
  case PERRON_SCREEN_CONSENT:
  case PERRON_SCREEN_HOLDERS:
  case PERRON_SCREEN_LANGUAGE:
    return "diamond";
  case PERRON_SCREEN_FORM:
    return "parallelogram";
  case PERRON_SCREEN_CARD:
    return "component";
  case PERRON_SCREEN_ERROR:
    return "octagon";
  case PERRON_SCREEN_TICKET:
  case PERRON_SCREEN_DONE:
    return "doubleoctagon";
  default:
    return "box";
  }
}

static void
draw_rules (const PerronJourney *journey, GString *dot, const char *from, const PerronRule *rules, guint count)
{
  for (guint i = 0; i < count; i++) {
    const PerronRule *rule = &rules[i];
    if (rule->to != PERRON_TO_SCREEN)
      continue;
    g_string_append_printf (dot, "  \"%s\" -> \"%s\" [label=\"%s%s%s%s\"];\n", from, journey->screens[rule->screen].screen.id,
                            perron_trigger_to_word (rule->trigger), rule->name != NULL ? ":" : "", rule->name != NULL ? rule->name : "",
                            rule->condition_count > 0 ? " ?" : "");
  }
}

char *
perron_journey_draw (const PerronJourney *journey)
{
  g_autoptr (GString) dot = g_string_new (NULL);

  g_string_append_printf (dot, "digraph \"%s\" {\n  rankdir=LR;\n  node [fontname=\"sans\"];\n", journey->id);
  for (guint i = 0; i < journey->screen_count; i++) {
    const PerronScreen *screen = &journey->screens[i].screen;
    g_string_append_printf (dot, "  \"%s\" [shape=%s, label=\"%s\\n%s\"];\n", screen->id, shape_of (screen->kind), screen->id,
                            perron_screen_kind_to_word (screen->kind));
  }
  for (guint i = 0; i < journey->screen_count; i++)
    draw_rules (journey, dot, journey->screens[i].screen.id, journey->screens[i].rules, journey->screens[i].rule_count);
  g_string_append (dot, "  \"the card\" [shape=plaintext];\n");
  draw_rules (journey, dot, "the card", journey->card_rules, journey->card_rule_count);
  g_string_append (dot, "  \"a tap\" [shape=plaintext];\n");
  draw_rules (journey, dot, "a tap", journey->tap_rules, journey->tap_rule_count);
  g_string_append (dot, "}\n");
  return g_strdup (dot->str);
}
