/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/view.h"

#include "i18n/spoken.h"

#include <string.h>

typedef struct {
  PerronView *view;
  const PerronViewFact *facts;
} LookUp;

static gboolean
look_up (gpointer data, const char *name, PerronFact *ret_fact)
{
  LookUp *look = data;
  for (const PerronViewFact *fact = look->facts; fact != NULL && fact->name != NULL; fact++) {
    if (g_str_equal (fact->name, name)) {
      *ret_fact = (PerronFact){ PERRON_PUBLIC, fact->text, NULL };
      return TRUE;
    }
  }
  if (g_str_equal (name, "holder.number-masked")) {
    look->view->masked_seen = TRUE;
    if (look->view->reveal)
      name = "holder.number";
  }
  return perron_runner_lookup (look->view->runner, name, ret_fact);
}

/* The voice never gets the whole number, revealed or not (DESIGN, ground rule 4). */
static gboolean
look_up_spoken (gpointer data, const char *name, PerronFact *ret_fact)
{
  LookUp *look = data;
  for (const PerronViewFact *fact = look->facts; fact != NULL && fact->name != NULL; fact++) {
    if (g_str_equal (fact->name, name)) {
      *ret_fact = (PerronFact){ PERRON_PUBLIC, fact->text, NULL };
      return TRUE;
    }
  }
  if (g_str_equal (name, "holder.number"))
    name = "holder.number-masked";
  return perron_runner_lookup (look->view->runner, name, ret_fact);
}

char *
perron_view_dup_text (PerronView *view, const char *key, const PerronViewFact *facts)
{
  LookUp look = { view, facts };
  return perron_catalogue_format (view->catalogue, view->settings.language, key, look_up, &look, NULL);
}

static char *
dup_spoken_in (PerronView *view, const char *language, const char *key, const PerronViewFact *facts, PerronPrivacy *ret_privacy)
{
  LookUp look = { view, facts };
  return perron_catalogue_format_spoken (view->catalogue, language, key, look_up_spoken, &look, ret_privacy);
}

char *
perron_view_dup_spoken (PerronView *view, const char *key, const PerronViewFact *facts, PerronPrivacy *ret_privacy)
{
  return dup_spoken_in (view, view->settings.language, key, facts, ret_privacy);
}

char *
perron_view_dup_fact (PerronView *view, const char *name, PerronPrivacy *ret_privacy)
{
  LookUp look = { view, NULL };
  PerronFact fact = { PERRON_PUBLIC, NULL, NULL };
  if (!look_up (&look, name, &fact)) {
    *ret_privacy = PERRON_PUBLIC;
    return perron_secret_strdup ("");
  }
  *ret_privacy = fact.privacy;
  if (fact.text != NULL)
    return perron_secret_strdup (fact.text);
  char *joined = perron_secret_strdup ("");
  for (guint i = 0; fact.keys != NULL && fact.keys[i] != NULL; i++) {
    g_autoptr (PerronSecretText) word = perron_view_dup_text (view, fact.keys[i], NULL);
    gsize size = strlen (joined) + strlen (word) + 3;
    char *longer = perron_secret_alloc (size);
    g_snprintf (longer, size, "%s%s%s", joined, i > 0 ? ", " : "", word);
    perron_secret_free (joined);
    joined = longer;
  }
  return joined;
}

void
perron_view_emit (PerronView *view, PerronEventKind kind, const char *name, const char *value)
{
  const PerronEvent event = { .kind = kind, .name = name, .value = value };
  /* They ask about the screen, or leave it: what stands over it goes, also when the answer is the same screen. */
  if (kind == PERRON_EVENT_HELP || kind == PERRON_EVENT_LEAVE)
    perron_window_close_languages (view->window);
  g_signal_emit_by_name (view->window, "event", &event);
}

/* --- speech ----------------------------------------------------------------------------------------------------------------- */

void
perron_speech_plan_init (PerronSpeechPlan *plan, PerronView *view)
{
  plan->view = view;
  plan->language = NULL;
  plan->utterances = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_utterance_free);
}

static const char *
get_language (const PerronSpeechPlan *plan)
{
  return plan->language != NULL ? plan->language : plan->view->settings.language;
}

void
perron_speech_plan_set_language (PerronSpeechPlan *plan, const char *tag)
{
  const PerronLanguage *language = tag != NULL ? perron_catalogue_find_language (plan->view->catalogue, tag) : NULL;
  plan->language = language != NULL && language->voice != NULL ? language->tag : NULL;
}

void
perron_speech_plan_clear (PerronSpeechPlan *plan)
{
  g_clear_pointer (&plan->utterances, g_ptr_array_unref);
}

/* A sentence ends where the text does: without a stop the voice runs two of them together. */
static const char *
get_stop (const char *text)
{
  gsize len = strlen (text);
  return len > 0 && strchr (".!?:;,…", text[len - 1]) == NULL ? ". " : " ";
}

static void
add_spoken (PerronSpeechPlan *plan, PerronPrivacy privacy, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  const char *language = get_language (plan);
  PerronUtterance *last = plan->utterances->len > 0 ? g_ptr_array_index (plan->utterances, plan->utterances->len - 1) : NULL;
  if (last == NULL || last->privacy != privacy || !g_str_equal (last->language, language)) {
    g_ptr_array_add (plan->utterances, perron_utterance_new (privacy, language, text));
    return;
  }
  gsize size = strlen (last->text) + strlen (text) + 3;
  g_autoptr (PerronSecretText) joined = perron_secret_alloc (size);
  g_snprintf (joined, size, "%s%s%s", last->text, get_stop (last->text), text);
  g_ptr_array_set_size (plan->utterances, (int) plan->utterances->len - 1);
  g_ptr_array_add (plan->utterances, perron_utterance_new (privacy, language, joined));
}

void
perron_speech_plan_add_key (PerronSpeechPlan *plan, const char *key, const PerronViewFact *facts)
{
  if (key == NULL)
    return;
  PerronPrivacy privacy = PERRON_PUBLIC;
  g_autoptr (PerronSecretText) text = dup_spoken_in (plan->view, get_language (plan), key, facts, &privacy);
  add_spoken (plan, privacy, text);
}

void
perron_speech_plan_add_fact (PerronSpeechPlan *plan, const char *name)
{
  PerronPrivacy privacy = PERRON_PUBLIC;
  /* As in look_up_spoken(): rows that show the whole number while "Voir" is held still say the masked one. */
  gboolean reveal = plan->view->reveal;
  plan->view->reveal = FALSE;
  g_autoptr (PerronSecretText) text =
    perron_view_dup_fact (plan->view, g_str_equal (name, "holder.number") ? "holder.number-masked" : name, &privacy);
  plan->view->reveal = reveal;
  perron_speech_plan_add_text (plan, privacy, text);
}

void
perron_speech_plan_add_text (PerronSpeechPlan *plan, PerronPrivacy privacy, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  g_autoptr (PerronSecretText) spoken = perron_spoken_normalise (plan->view->catalogue, get_language (plan), text);
  add_spoken (plan, privacy, spoken);
}

gboolean
perron_speech_plan_is_withheld (const PerronSpeechPlan *plan)
{
  for (guint i = 0; i < plan->utterances->len; i++) {
    const PerronUtterance *utterance = g_ptr_array_index (plan->utterances, i);
    if (utterance->privacy == PERRON_PERSONAL && !plan->view->private_listening)
      return TRUE;
  }
  return FALSE;
}

void
perron_speech_plan_send (PerronSpeechPlan *plan, gboolean after)
{
  for (guint i = 0; i < plan->utterances->len; i++)
    g_signal_emit_by_name (plan->view->window, "say", g_ptr_array_index (plan->utterances, i), after || i > 0);
}
