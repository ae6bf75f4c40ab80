/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "kiosk/journey/state.h"

static gboolean
give_text (PerronFact *ret_fact, PerronPrivacy privacy, const char *text)
{
  if (text == NULL || text[0] == '\0')
    return FALSE;
  *ret_fact = (PerronFact){ .privacy = privacy, .text = text };
  return TRUE;
}

static gboolean
give_keys (PerronFact *ret_fact, PerronPrivacy privacy, const char *const *keys)
{
  if (keys[0] == NULL)
    return FALSE;
  *ret_fact = (PerronFact){ .privacy = privacy, .keys = keys };
  return TRUE;
}

/* "CAMILLE D.": enough to know oneself, little for who looks over the shoulder. */
static gboolean
holder_name (PerronRunner *runner, const PerronHolder *holder, PerronFact *ret_fact)
{
  char initial[8] = "";
  if (holder->surname[0] != '\0')
    initial[g_unichar_to_utf8 (g_unichar_toupper (g_utf8_get_char (holder->surname)), initial)] = '\0';
  if (holder->given_name[0] == '\0')
    return give_text (ret_fact, PERRON_PERSONAL, holder->surname);
  snprintf (runner->person->name, sizeof runner->person->name, "%s %s%s", holder->given_name, initial, initial[0] != '\0' ? "." : "");
  return give_text (ret_fact, PERRON_PERSONAL, runner->person->name);
}

static gboolean
holder_full_name (PerronRunner *runner, const PerronHolder *holder, PerronFact *ret_fact)
{
  snprintf (runner->person->full_name, sizeof runner->person->full_name, "%s%s%s", holder->given_name,
            holder->given_name[0] != '\0' ? " " : "", holder->surname);
  return give_text (ret_fact, PERRON_PERSONAL, runner->person->full_name);
}

static gboolean
holder_masked (PerronRunner *runner, const PerronHolder *holder, PerronFact *ret_fact)
{
  perron_number_mask (&holder->number, runner->person->masked);
  return give_text (ret_fact, PERRON_PERSONAL, runner->person->masked);
}

static gboolean
holder_number (PerronRunner *runner, const PerronHolder *holder, PerronFact *ret_fact)
{
  perron_number_group (&holder->number, runner->person->grouped);
  return give_text (ret_fact, PERRON_PERSONAL, runner->person->grouped);
}

static gboolean
holder_birth (PerronRunner *runner, const PerronHolder *holder, PerronFact *ret_fact)
{
  const char *raw = holder->birth.raw;
  if (strlen (raw) == 8 && strspn (raw, "0123456789") == 8)
    snprintf (runner->person->birth, sizeof runner->person->birth, "%.2s/%.2s/%.4s", raw + 6, raw + 4, raw);
  else
    g_strlcpy (runner->person->birth, raw, sizeof runner->person->birth);
  return give_text (ret_fact, PERRON_PERSONAL, runner->person->birth);
}

static const struct {
  const char *name;
  gboolean (*give) (PerronRunner *runner, const PerronHolder *holder, PerronFact *ret_fact);
} holder_facts[] = {
  { "holder.name", holder_name },     { "holder.full-name", holder_full_name }, { "holder.number-masked", holder_masked },
  { "holder.number", holder_number }, { "holder.birth", holder_birth },
};

/* Every answer is somebody's: personal, whatever it is (kiosk/core/utterance.h). */
static gboolean
answer (PerronRunner *runner, const char *name, PerronFact *ret_fact)
{
  guint slot = perron_journey_slot_of (runner->journey, name);
  if (slot == PERRON_NOWHERE)
    return FALSE;
  PerronSlotState *state = &runner->person->slots[slot];
  if (runner->journey->slots[slot].field == NULL)
    return give_keys (ret_fact, PERRON_PERSONAL, state->keys);
  return give_text (ret_fact, PERRON_PERSONAL, state->shown);
}

static gboolean
spelled (PerronRunner *runner, PerronFact *ret_fact)
{
  char *out = runner->person->spelled;
  for (const char *at = runner->person->reference; *at != '\0'; at++) {
    if (*at == '-')
      continue;
    if (out != runner->person->spelled)
      out = g_stpcpy (out, ", ");
    *out++ = *at;
  }
  *out = '\0';
  return give_text (ret_fact, PERRON_PUBLIC, runner->person->spelled);
}

static gboolean
one_key (const char *key, PerronFact *ret_fact, const char *keys[2])
{
  keys[0] = key;
  keys[1] = NULL;
  return give_keys (ret_fact, PERRON_PUBLIC, keys);
}

static gboolean
session_fact (PerronRunner *runner, const char *name, PerronFact *ret_fact)
{
  if (strcmp (name, "reference") == 0)
    return give_text (ret_fact, PERRON_PUBLIC, runner->person->reference);
  if (strcmp (name, "reference-spelled") == 0)
    return spelled (runner, ret_fact);
  if (strcmp (name, "badge") == 0)
    return give_text (ret_fact, PERRON_PUBLIC, runner->person->badge);
  if (strcmp (name, "progress") == 0)
    return one_key (runner->person->progress, ret_fact, runner->progress_keys);
  if (strcmp (name, "link") == 0)
    return one_key (runner->link, ret_fact, runner->link_keys);
  if (strcmp (name, "step") == 0) {
    snprintf (runner->step, sizeof runner->step, "%u", perron_runner_get_screen (runner)->step % 100);
    return give_text (ret_fact, PERRON_PUBLIC, runner->step);
  }
  if (strcmp (name, "steps") == 0) {
    snprintf (runner->steps, sizeof runner->steps, "%u", runner->journey->steps % 100);
    return give_text (ret_fact, PERRON_PUBLIC, runner->steps);
  }
  return FALSE;
}

gboolean
perron_runner_lookup (gpointer data, const char *name, PerronFact *ret_fact)
{
  PerronRunner *runner = data;
  const PerronHolder *holder = perron_answers_holder (runner);

  for (gsize i = 0; i < G_N_ELEMENTS (holder_facts); i++) {
    if (strcmp (holder_facts[i].name, name) == 0)
      return holder != NULL && holder_facts[i].give (runner, holder, ret_fact);
  }
  if (g_str_has_prefix (name, "answer."))
    return answer (runner, name + strlen ("answer."), ret_fact);
  for (guint i = 0; i < PERRON_HOUSE_FACTS_MAX && runner->house[i].name[0] != '\0'; i++) {
    if (strcmp (runner->house[i].name, name) == 0)
      return give_text (ret_fact, PERRON_PUBLIC, runner->house[i].text);
  }
  return session_fact (runner, name, ret_fact);
}
