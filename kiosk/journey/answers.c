/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "kiosk/core/nir.h"
#include "kiosk/journey/state.h"

const PerronHolder *
perron_answers_holder (const PerronRunner *runner)
{
  const PerronPerson *person = runner->person;
  return person->chosen < person->holders.count ? &person->holders.list[person->chosen] : NULL;
}

static const char *
typed (const PerronRunner *runner, const char *name)
{
  guint slot = perron_journey_slot_of (runner->journey, name);
  return slot != PERRON_NOWHERE ? runner->person->slots[slot].text : "";
}

/* The typed number deserves a second look: key wrong, or of no known shape. Thirteen digits carry no key. */
static gboolean
is_number_doubtful (const PerronRunner *runner)
{
  guint slot = perron_journey_slot_of (runner->journey, "number");
  PerronNumber number = { 0 };
  char normal[PERRON_TYPED_BYTES];
  gboolean doubtful = FALSE;

  if (slot == PERRON_NOWHERE || runner->journey->slots[slot].field == NULL)
    return FALSE;
  if (perron_field_check (runner->journey->slots[slot].field, runner->person->slots[slot].text, normal) && normal[0] != '\0') {
    perron_nir_parse (normal, strlen (normal), &number);
    /* Migrants' numbers have no key that is known (facts of the Vitale card, 3.2): nothing to doubt. */
    gboolean keyed = strlen (normal) == 15 && number.kind != PERRON_NUMBER_MIGRANT;
    doubtful = number.kind == PERRON_NUMBER_INVALID || (keyed && !number.key_ok);
  }
  explicit_bzero (normal, sizeof normal);
  explicit_bzero (&number, sizeof number);
  return doubtful;
}

static gboolean
holds (const PerronRunner *runner, const PerronCondition *condition)
{
  const PerronPerson *person = runner->person;
  guint on_card = person->from_card ? person->holders.count : 0;

  switch (condition->kind) {
  case PERRON_IF_CARD_NO_HOLDER:
    return on_card == 0;
  case PERRON_IF_CARD_ONE_HOLDER:
    return on_card == 1;
  case PERRON_IF_CARD_SEVERAL_HOLDERS:
    return on_card > 1;
  case PERRON_IF_HOLDER_KNOWN:
    return perron_answers_holder (runner) != NULL;
  case PERRON_IF_HOLDER_CONFIRMED:
    return person->confirmed;
  case PERRON_IF_HOLDER_FROM_CARD:
    return person->from_card && perron_answers_holder (runner) != NULL;
  case PERRON_IF_NUMBER_DOUBTFUL:
    return is_number_doubtful (runner);
  case PERRON_IF_PRINTER_READY:
    return runner->printer;
  case PERRON_IF_ANSWER:
    return person->slots[condition->slot].picks != 0 || person->slots[condition->slot].text[0] != '\0';
  case PERRON_IF_ANSWER_IS:
    return (person->slots[condition->slot].picks >> condition->option & 1u) != 0;
  }
  return FALSE;
}

gboolean
perron_answers_condition (const PerronRunner *runner, const PerronCondition *condition)
{
  return holds (runner, condition) != condition->negated;
}

static guint
count_bits (guint32 mask)
{
  return (guint) __builtin_popcount (mask);
}

static void
refresh_keys (PerronRunner *runner, guint slot)
{
  PerronSlotState *state = &runner->person->slots[slot];
  const PerronScreen *screen = &runner->journey->screens[runner->journey->slots[slot].screen].screen;
  guint count = 0;

  for (guint i = 0; i < screen->option_count; i++) {
    if (state->picks >> i & 1u)
      state->keys[count++] = screen->options[i].label;
  }
  state->keys[count] = NULL;
}

gboolean
perron_answers_toggle (PerronRunner *runner, const char *option)
{
  const PerronScreen *screen = perron_runner_base (runner);
  guint slot = perron_journey_choice_slot (runner->journey, runner->current);
  guint index = perron_screen_option_of (screen, option);

  if (slot == PERRON_NOWHERE || index == PERRON_NOWHERE)
    return FALSE;
  guint32 picks = runner->person->slots[slot].picks ^ 1u << index;
  if (count_bits (picks) > screen->pick_max)
    return FALSE;
  runner->person->slots[slot].picks = picks;
  refresh_keys (runner, slot);
  return TRUE;
}

void
perron_answers_choose (PerronRunner *runner, guint option)
{
  guint slot = perron_journey_choice_slot (runner->journey, runner->current);
  if (slot == PERRON_NOWHERE)
    return;
  runner->person->slots[slot].picks = 1u << option;
  refresh_keys (runner, slot);
}

gboolean
perron_answers_type (PerronRunner *runner, const char *name, const char *text)
{
  const PerronScreen *screen = perron_runner_base (runner);

  for (guint i = 0; i < screen->field_count; i++) {
    const PerronField *field = &screen->fields[i];
    if (g_strcmp0 (field->id, name) != 0)
      continue;
    PerronSlotState *state = &runner->person->slots[perron_journey_slot_of (runner->journey, name)];
    if (!perron_field_accepts (field, text) || strcmp (state->text, text) == 0)
      return FALSE;
    gboolean fits = perron_secret_copy_text (state->text, sizeof state->text, text);
    perron_field_show (field, state->text, state->shown);
    if (runner->refused == field)
      runner->refused = NULL;
    return fits;
  }
  return FALSE;
}

gboolean
perron_answers_complete (PerronRunner *runner)
{
  const PerronScreen *screen = perron_runner_base (runner);
  guint slot = perron_journey_choice_slot (runner->journey, runner->current);
  char normal[PERRON_TYPED_BYTES];

  runner->refused = NULL;
  if (slot != PERRON_NOWHERE && count_bits (runner->person->slots[slot].picks) < screen->pick_min)
    return FALSE;
  for (guint i = 0; i < screen->field_count && runner->refused == NULL; i++) {
    const PerronSlotState *state = &runner->person->slots[perron_journey_slot_of (runner->journey, screen->fields[i].id)];
    if (!perron_field_check (&screen->fields[i], state->text, normal))
      runner->refused = &screen->fields[i];
  }
  explicit_bzero (normal, sizeof normal);
  return runner->refused == NULL;
}

static void
read_typed (const PerronRunner *runner, const char *name, char normal[PERRON_TYPED_BYTES])
{
  guint slot = perron_journey_slot_of (runner->journey, name);
  memset (normal, 0, PERRON_TYPED_BYTES);
  if (slot == PERRON_NOWHERE || runner->journey->slots[slot].field == NULL ||
      !perron_field_check (runner->journey->slots[slot].field, runner->person->slots[slot].text, normal))
    memset (normal, 0, PERRON_TYPED_BYTES);
}

void
perron_answers_holder_from_typed (PerronRunner *runner)
{
  PerronPerson *person = runner->person;
  PerronHolder *holder = &person->holders.list[0];
  char normal[PERRON_TYPED_BYTES];

  perron_answers_forget_holder (runner);
  read_typed (runner, "surname", normal);
  g_strlcpy (holder->surname, normal, sizeof holder->surname);
  read_typed (runner, "given-name", normal);
  g_strlcpy (holder->given_name, normal, sizeof holder->given_name);
  read_typed (runner, "birth", normal);
  perron_field_read_birth (normal, &holder->birth);
  read_typed (runner, "number", normal);
  perron_nir_parse (normal, strlen (normal), &holder->number);
  explicit_bzero (normal, sizeof normal);
  if (holder->surname[0] != '\0') {
    person->holders.count = 1;
    person->chosen = 0;
    person->confirmed = TRUE;
  }
}

void
perron_answers_forget_holder (PerronRunner *runner)
{
  explicit_bzero (&runner->person->holders, sizeof runner->person->holders);
  runner->person->chosen = PERRON_NO_HOLDER;
  runner->person->from_card = FALSE;
  runner->person->confirmed = FALSE;
}

gboolean
perron_answers_take_reference (PerronRunner *runner)
{
  return perron_reference_parse (typed (runner, "reference"), runner->person->reference);
}

void
perron_answers_wipe (PerronRunner *runner)
{
  explicit_bzero (runner->person, sizeof *runner->person);
  runner->person->chosen = PERRON_NO_HOLDER;
}
