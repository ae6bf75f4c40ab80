/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/target.h"

#include "i18n/secret-text.h"

#include <string.h>

#define FACTS_MAX 4

typedef struct {
  char *name;
  char *key;
  char *detail;
  char *text; /* locked memory */
  PerronPrivacy privacy;
  const char *language;
  char *state;
  guint position, count;
  PerronViewFact facts[FACTS_MAX + 1];
} Mark;

static void
mark_free (Mark *mark)
{
  g_free (mark->name);
  g_free (mark->key);
  g_free (mark->detail);
  perron_secret_free (mark->text);
  g_free (mark->state);
  for (guint i = 0; i < FACTS_MAX; i++) {
    g_free ((char *) mark->facts[i].name);
    g_free ((char *) mark->facts[i].text);
  }
  g_free (mark);
}

static GQuark
get_quark (void)
{
  return g_quark_from_static_string ("perron-target");
}

static Mark *
get_mark (GtkWidget *widget)
{
  return g_object_get_qdata (G_OBJECT (widget), get_quark ());
}

void
perron_target_mark (GtkWidget *widget, const PerronTargetSpec *spec)
{
  Mark *mark = g_new0 (Mark, 1);
  mark->name = g_strdup (spec->name);
  mark->key = g_strdup (spec->key);
  mark->detail = g_strdup (spec->detail);
  mark->text = spec->text != NULL ? perron_secret_strdup (spec->text) : NULL;
  mark->privacy = spec->privacy;
  mark->language = spec->language;
  mark->state = g_strdup (spec->state);
  mark->position = spec->position;
  mark->count = spec->count;
  for (guint i = 0; spec->facts != NULL && spec->facts[i].name != NULL && i < FACTS_MAX; i++)
    mark->facts[i] = (PerronViewFact){ g_strdup (spec->facts[i].name), g_strdup (spec->facts[i].text) };
  g_object_set_qdata_full (G_OBJECT (widget), get_quark (), mark, (GDestroyNotify) mark_free);
}

void
perron_target_set_state (GtkWidget *widget, const char *state_key)
{
  Mark *mark = get_mark (widget);
  g_return_if_fail (mark != NULL);
  g_free (mark->state);
  mark->state = g_strdup (state_key);
}

/* --- words that are no target ----------------------------------------------------------------------------------------------- */

typedef struct {
  char *key, *fact, *text;
  char *name;            /* of a line */
  guint position, count; /* 0: not told */
} Words;

static void
words_free (Words *words)
{
  g_free (words->key);
  g_free (words->fact);
  g_free (words->text);
  g_free (words->name);
  g_free (words);
}

static GQuark
get_words_quark (void)
{
  return g_quark_from_static_string ("perron-words");
}

static const Words *
get_words (GtkWidget *widget)
{
  return widget != NULL ? g_object_get_qdata (G_OBJECT (widget), get_words_quark ()) : NULL;
}

void
perron_target_mark_words (GtkWidget *widget, const char *key, const char *fact)
{
  Words *words = g_new (Words, 1);
  *words = (Words){ .key = g_strdup (key), .fact = g_strdup (fact) };
  g_object_set_qdata_full (G_OBJECT (widget), get_words_quark (), words, (GDestroyNotify) words_free);
}

void
perron_target_mark_said (GtkWidget *widget, const char *text)
{
  perron_target_mark_line (widget, NULL, text, 0, 0);
}

void
perron_target_mark_line (GtkWidget *widget, const char *name, const char *text, guint position, guint count)
{
  Words *words = g_new (Words, 1);
  *words = (Words){ .text = g_strdup (text), .name = g_strdup (name), .position = position, .count = count };
  g_object_set_qdata_full (G_OBJECT (widget), get_words_quark (), words, (GDestroyNotify) words_free);
}

GtkWidget *
perron_target_find_spoken (GtkWidget *widget)
{
  while (widget != NULL && get_mark (widget) == NULL && get_words (widget) == NULL)
    widget = gtk_widget_get_parent (widget);
  return widget;
}

static void
plan_position (PerronSpeechPlan *plan, guint position, guint count)
{
  if (count <= 1)
    return;
  g_autofree char *place = g_strdup_printf ("%u", position);
  g_autofree char *number = g_strdup_printf ("%u", count);
  perron_speech_plan_add_key (plan, "ui.say.position", (PerronViewFact[]){ { "position", place }, { "count", number }, { NULL } });
}

static gboolean
plan_words (GtkWidget *widget, PerronSpeechPlan *plan)
{
  const Words *words = get_words (widget);
  if (words == NULL)
    return FALSE;
  perron_speech_plan_add_key (plan, words->key, NULL);
  if (words->text != NULL)
    perron_speech_plan_add_text (plan, PERRON_PUBLIC, words->text);
  if (words->fact != NULL)
    perron_speech_plan_add_fact (plan, words->fact);
  plan_position (plan, words->position, words->count);
  return TRUE;
}

static GtkWidget *
find_marked (GtkWidget *widget)
{
  while (widget != NULL && get_mark (widget) == NULL)
    widget = gtk_widget_get_parent (widget);
  return widget;
}

const char *
perron_target_get_name (GtkWidget *widget)
{
  GtkWidget *marked = find_marked (widget);
  if (marked != NULL)
    return get_mark (marked)->name;
  const Words *words = get_words (perron_target_find_spoken (widget));
  return words != NULL ? words->name : NULL;
}

GtkWidget *
perron_target_find (GtkWidget *root, const char *name)
{
  const Mark *mark = get_mark (root);
  const Words *words = get_words (root);
  if ((mark != NULL && g_str_equal (mark->name, name)) || (words != NULL && g_strcmp0 (words->name, name) == 0))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = perron_target_find (child, name);
    if (found != NULL)
      return found;
  }
  return NULL;
}

gboolean
perron_target_plan (GtkWidget *widget, PerronSpeechPlan *plan)
{
  GtkWidget *marked = find_marked (widget);
  if (marked == NULL)
    return plan_words (perron_target_find_spoken (widget), plan);
  const Mark *mark = get_mark (marked);
  perron_speech_plan_set_language (plan, mark->language);
  perron_speech_plan_add_key (plan, mark->key, mark->facts);
  perron_speech_plan_add_text (plan, mark->privacy, mark->text);
  perron_speech_plan_add_key (plan, mark->detail, NULL);
  perron_speech_plan_add_key (plan, mark->state, NULL);
  plan_position (plan, mark->position, mark->count);
  perron_speech_plan_set_language (plan, NULL);
  return TRUE;
}

/* --- what is written -------------------------------------------------------------------------------------------------------- */

static void
append_line (PerronSecretBuilder *builder, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  perron_secret_builder_append (builder, text, strlen (text));
  perron_secret_builder_append (builder, "\n", 1);
}

static void
collect_written (GtkWidget *widget, PerronSecretBuilder *builder)
{
  /* Opacity 0: the room of something that is not offered now (frame.c). */
  if (!gtk_widget_get_visible (widget) || gtk_widget_get_opacity (widget) < 0.01)
    return;
  if (GTK_IS_LABEL (widget)) {
    append_line (builder, gtk_label_get_text (GTK_LABEL (widget)));
    return;
  }
  if (GTK_IS_ENTRY (widget)) {
    append_line (builder, gtk_editable_get_text (GTK_EDITABLE (widget)));
    return;
  }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect_written (child, builder);
}

char *
perron_target_dup_written (GtkWidget *root)
{
  PerronSecretBuilder builder;
  perron_secret_builder_init (&builder, 1024);
  collect_written (root, &builder);
  return perron_secret_builder_take (&builder);
}

void
perron_target_collect (GtkWidget *root, GtkWidget *window, GPtrArray *targets)
{
  if (!gtk_widget_get_mapped (root) || gtk_widget_get_opacity (root) < 0.01)
    return;
  Mark *mark = get_mark (root);
  graphene_rect_t bounds;
  if (mark != NULL && gtk_widget_compute_bounds (root, window, &bounds)) {
    PerronTarget *target = g_new0 (PerronTarget, 1);
    target->name = g_strdup (mark->name);
    target->label = perron_target_dup_written (root);
    g_strchomp (target->label);
    target->enabled = gtk_widget_is_sensitive (root);
    target->bounds = bounds;
    g_ptr_array_add (targets, target);
    return;
  }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    perron_target_collect (child, window, targets);
}

void
perron_target_free (PerronTarget *target)
{
  if (target == NULL)
    return;
  g_free (target->name);
  perron_secret_free (target->label);
  g_free (target);
}
