/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/words.h"

#include <string.h>

#include "kiosk/core/reply-code.h"
#include "kiosk/core/settings.h"

static const char *const kinds[] = {
  [PERRON_SCREEN_MESSAGE] = "message", [PERRON_SCREEN_CHOICE] = "choice",   [PERRON_SCREEN_FORM] = "form",
  [PERRON_SCREEN_CARD] = "card",       [PERRON_SCREEN_HOLDERS] = "holders", [PERRON_SCREEN_CONSENT] = "consent",
  [PERRON_SCREEN_GUIDE] = "guide",     [PERRON_SCREEN_REVIEW] = "review",   [PERRON_SCREEN_TICKET] = "ticket",
  [PERRON_SCREEN_DONE] = "done",       [PERRON_SCREEN_ERROR] = "error",     [PERRON_SCREEN_HELP] = "help",
  [PERRON_SCREEN_LANGUAGE] = "language", [PERRON_SCREEN_LIST] = "list",
};

static const char *const tones[] = {
  [PERRON_TONE_EQUAL] = "equal",
  [PERRON_TONE_MAIN] = "main",
  [PERRON_TONE_QUIET] = "quiet",
};

static const char *const field_types[] = {
  [PERRON_FIELD_NAME] = "name",     [PERRON_FIELD_PHONE] = "phone", [PERRON_FIELD_DATE] = "date",
  [PERRON_FIELD_NUMBER] = "number", [PERRON_FIELD_EMAIL] = "email", [PERRON_FIELD_REFERENCE] = "reference",
};

/* `name`: 0 none may follow, 1 may follow, 2 must follow. */
static const struct {
  const char *word;
  guint name;
} triggers[] = {
  [PERRON_ON_NEXT] = { "next", 0 },
  [PERRON_ON_CHOOSE] = { "choose", 1 },
  [PERRON_ON_SUBMIT] = { "submit", 0 },
  [PERRON_ON_HOLDER] = { "holder", 0 },
  [PERRON_ON_CARD] = { "card", 2 },
  [PERRON_ON_REGISTERED] = { "registered", 0 },
  [PERRON_ON_NOT_REGISTERED] = { "not-registered", 1 },
  [PERRON_ON_PROGRESS] = { "progress", 1 },
  [PERRON_ON_PRINTED] = { "printed", 0 },
  [PERRON_ON_NOT_PRINTED] = { "not-printed", 1 },
  [PERRON_ON_TAP] = { "tap", 2 },
};

static const char *const events[] = {
  [PERRON_EVENT_NEXT] = "next",         [PERRON_EVENT_CHOOSE] = "choose",
  [PERRON_EVENT_FIELD] = "field",       [PERRON_EVENT_SUBMIT] = "submit",
  [PERRON_EVENT_EDIT] = "edit",         [PERRON_EVENT_HOLDER] = "holder",
  [PERRON_EVENT_BACK] = "back",         [PERRON_EVENT_HELP] = "help",
  [PERRON_EVENT_LEAVE] = "leave",       [PERRON_EVENT_RETURN] = "return",
  [PERRON_EVENT_SETTING] = "setting",   [PERRON_EVENT_CARD] = "card",
  [PERRON_EVENT_IDLE] = "idle",         [PERRON_EVENT_STAY] = "stay",
  [PERRON_EVENT_EXPIRE] = "expire",     [PERRON_EVENT_REGISTERED] = "registered",
  [PERRON_EVENT_PROGRESS] = "progress", [PERRON_EVENT_NOT_REGISTERED] = "not-registered",
  [PERRON_EVENT_PRINTER] = "printer",   [PERRON_EVENT_PRINTED] = "printed",
  [PERRON_EVENT_NOT_PRINTED] = "not-printed",
  [PERRON_EVENT_LINK] = "link",         [PERRON_EVENT_TAP] = "tap",
  [PERRON_EVENT_LISTING] = "listing",
};

static const char *const effects[] = {
  [PERRON_EFFECT_CARD_AWAIT] = "card.await",
  [PERRON_EFFECT_CARD_RELEASE] = "card.release",
  [PERRON_EFFECT_QUEUE_SUBMIT] = "queue.submit",
  [PERRON_EFFECT_QUEUE_LOOK_UP] = "queue.look-up",
  [PERRON_EFFECT_QUEUE_WITHDRAW] = "queue.withdraw",
  [PERRON_EFFECT_QUEUE_LIST] = "queue.list",
  [PERRON_EFFECT_TICKET_PRINT] = "ticket.print",
  [PERRON_EFFECT_SETTING] = "setting",
  [PERRON_EFFECT_HELP_CALL] = "help.call",
  [PERRON_EFFECT_SESSION_BEGIN] = "session.begin",
  [PERRON_EFFECT_SESSION_WIPE] = "session.wipe",
};

#define BIT(trigger) (1u << PERRON_ON_##trigger)
#define HOUSE (BIT (REGISTERED) | BIT (NOT_REGISTERED) | BIT (PROGRESS) | BIT (PRINTED) | BIT (NOT_PRINTED))
/* Any screen may wait for something that is held to the reader. */
#define LAW(kind, personal, options, fields, rows, triggers) [PERRON_SCREEN_##kind] = { personal, options, fields, rows, (triggers) | BIT (TAP) }

static const PerronKindLaw laws[] = {
  LAW (MESSAGE, TRUE, TRUE, FALSE, FALSE, BIT (NEXT) | BIT (CHOOSE) | HOUSE),
  LAW (CHOICE, TRUE, TRUE, FALSE, FALSE, BIT (CHOOSE) | BIT (SUBMIT)),
  LAW (FORM, TRUE, FALSE, TRUE, FALSE, BIT (SUBMIT)),
  LAW (CARD, FALSE, TRUE, FALSE, FALSE, BIT (CHOOSE) | BIT (CARD)),
  LAW (HOLDERS, TRUE, TRUE, FALSE, FALSE, BIT (HOLDER) | BIT (CHOOSE)),
  LAW (CONSENT, FALSE, TRUE, FALSE, FALSE, BIT (CHOOSE)),
  LAW (GUIDE, FALSE, FALSE, FALSE, FALSE, BIT (NEXT)),
  LAW (REVIEW, TRUE, TRUE, FALSE, TRUE, BIT (CHOOSE)),
  LAW (TICKET, TRUE, TRUE, FALSE, TRUE, BIT (NEXT) | BIT (CHOOSE) | BIT (PROGRESS)),
  LAW (DONE, FALSE, FALSE, FALSE, FALSE, BIT (NEXT)),
  LAW (ERROR, FALSE, TRUE, FALSE, FALSE, BIT (NEXT) | BIT (CHOOSE)),
  LAW (HELP, FALSE, FALSE, FALSE, FALSE, BIT (NEXT)),
  LAW (LANGUAGE, FALSE, FALSE, FALSE, FALSE, BIT (CHOOSE)),
  LAW (LIST, FALSE, TRUE, FALSE, FALSE, BIT (CHOOSE)),
};

static const char *const reasons[] = { "disk-full", "too-many", "seal", "store", NULL };

static const char *const print_reasons[] = { "paper", "printer", NULL };

static const struct {
  const char *word;
  const char *key;
} progress[] = {
  { "waiting", "progress.waiting" },   { "sent", "progress.sent" },           { "received", "progress.received" },
  { "refused", "progress.refused" },   { "withdrawn", "progress.withdrawn" }, { "unknown", "progress.unknown" },
  { "called", "progress.called" },     { "call-missed", "progress.call-missed" }, { "come-to-desk", "progress.come-to-desk" },
  { "done", "progress.done" },         { "cannot-phone", "progress.cannot-phone" },
  { "cannot-incomplete", "progress.cannot-incomplete" }, { "cannot-elsewhere", "progress.cannot-elsewhere" },
}, links[] = {
  { "online", "ui.link.online" },
  { "offline", "ui.link.offline" },
  { "clock", "ui.link.clock" },
  { "fault", "ui.link.fault" },
};

static const char *const drawings[] = {
  "card-insert", "card-turn", "card-wipe", "card-remove", "card-other", "card-old", "card-professional", "card-staff", "card-identity",
  "card-payment", "card-student", "card-transport", "card-foreign", "card-sim", "tap-phone", "tap-badge",
  "tap-badge-known", "tap-several", "tap-ticket", "tap-card", "card-test", "reader-off", "reader-busy", "person-desk", "headset-jack", "wiped",
  "paper-take", "paper-none", NULL,
};

static const char *const pictograms[] = {
  "person",  "phone", "question", "erase", "back", "speaker", "speaker-off", "headset",    "contrast", "text-size", "language", "card",
  "keyboard", "check", "warning",  "clock", "mail", "lock",    "eye",         "cloud-off", "cloud-done", "paper",     "pencil",   "home", NULL,
};

static const char *const facts[] = {
  "operator",    "site",         "dpo",       "terminal",          "mode",     "holder.name", "holder.full-name", "holder.number-masked",
  "holder.number", "holder.birth", "reference", "reference-spelled", "progress", "link",        "step",             "steps", "badge", NULL,
};

static gboolean
find_word (const char *const *words, gsize count, const char *word, guint *ret_index)
{
  for (gsize i = 0; i < count; i++) {
    if (g_strcmp0 (words[i], word) == 0) {
      *ret_index = (guint) i;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
perron_screen_kind_from_word (const char *word, PerronScreenKind *ret_kind)
{
  return find_word (kinds, G_N_ELEMENTS (kinds), word, (guint *) ret_kind);
}

const char *
perron_screen_kind_to_word (PerronScreenKind kind)
{
  return kinds[kind];
}

gboolean
perron_tone_from_word (const char *word, PerronTone *ret_tone)
{
  return find_word (tones, G_N_ELEMENTS (tones), word, (guint *) ret_tone);
}

gboolean
perron_field_type_from_word (const char *word, PerronFieldType *ret_type)
{
  return find_word (field_types, G_N_ELEMENTS (field_types), word, (guint *) ret_type);
}

gboolean
perron_event_from_word (const char *word, PerronEventKind *ret_kind)
{
  return find_word (events, G_N_ELEMENTS (events), word, (guint *) ret_kind);
}

const char *
perron_effect_to_word (PerronEffectKind kind)
{
  return effects[kind];
}

gboolean
perron_trigger_from_word (const char *word, PerronTrigger *ret_trigger, const char **ret_name)
{
  gsize length = strcspn (word, ":");
  const char *name = word[length] == ':' ? word + length + 1 : NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (triggers); i++) {
    if (strlen (triggers[i].word) != length || strncmp (triggers[i].word, word, length) != 0)
      continue;
    if ((name != NULL && (triggers[i].name == 0 || *name == '\0')) || (name == NULL && triggers[i].name == 2))
      return FALSE;
    *ret_trigger = (PerronTrigger) i;
    *ret_name = name;
    return TRUE;
  }
  return FALSE;
}

const char *
perron_trigger_to_word (PerronTrigger trigger)
{
  return triggers[trigger].word;
}

const PerronKindLaw *
perron_kind_law (PerronScreenKind kind)
{
  return &laws[kind];
}

gboolean
perron_is_reason (const char *word)
{
  return word != NULL && g_strv_contains (reasons, word);
}

const char *
perron_progress_key (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (progress); i++) {
    if (g_strcmp0 (progress[i].word, word) == 0)
      return progress[i].key;
  }
  return NULL;
}

gboolean
perron_is_print_reason (const char *word)
{
  return word != NULL && g_strv_contains (print_reasons, word);
}

const char *
perron_print_reason_word (guint index)
{
  return index < G_N_ELEMENTS (print_reasons) ? print_reasons[index] : NULL;
}

const char *
perron_reason_word (guint index)
{
  return index < G_N_ELEMENTS (reasons) ? reasons[index] : NULL;
}

const char *
perron_progress_word (guint index)
{
  return index < G_N_ELEMENTS (progress) ? progress[index].word : NULL;
}

gboolean
perron_is_drawing (const char *name)
{
  return g_strv_contains (drawings, name);
}

gboolean
perron_is_pictogram (const char *name)
{
  return g_strv_contains (pictograms, name);
}

gboolean
perron_is_fact (const char *name)
{
  return g_strv_contains (facts, name);
}

gboolean
perron_is_progress (const char *word)
{
  return perron_progress_key (word) != NULL || g_strcmp0 (word, PERRON_PROGRESS_REPLIED) == 0;
}

const char *
perron_progress_group (const char *word)
{
  PerronReplyCode code;
  return perron_reply_code_from_string (word, &code) ? PERRON_PROGRESS_REPLIED : NULL;
}

const char *
perron_link_key (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (links); i++) {
    if (g_strcmp0 (links[i].word, word) == 0)
      return links[i].key;
  }
  return NULL;
}

static gboolean
is_digit_below (const char *value, guint count)
{
  return value[0] >= '0' && value[0] < (char) ('0' + count) && value[1] == '\0';
}

gboolean
perron_is_setting (const char *name, const char *value)
{
  if (name == NULL || value == NULL)
    return FALSE;
  if (strcmp (name, "size") == 0)
    return is_digit_below (value, PERRON_SIZE_COUNT);
  if (strcmp (name, "contrast") == 0)
    return is_digit_below (value, PERRON_CONTRAST_COUNT);
  if (strcmp (name, "voice") == 0)
    return strcmp (value, "on") == 0 || strcmp (value, "off") == 0;
  gsize length = strlen (value);
  return strcmp (name, "language") == 0 && length >= 2 && length <= 15 &&
         strspn (value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == length;
}
