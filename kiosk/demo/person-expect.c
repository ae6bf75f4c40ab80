/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "kiosk/demo/person-private.h"

/* --- waits -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *word;
  PerronSeenKind kind;
  guint since;
} Wanted;

gboolean
perron_person_is_painted (const PerronEyes *eyes, gconstpointer data)
{
  return perron_eyes_is_painted (eyes);
}

static gboolean
is_on_screen (const PerronEyes *eyes, gconstpointer name)
{
  const PerronSeenScreen *screen = perron_eyes_get_screen (eyes);
  return screen != NULL && strcmp (screen->screen, name) == 0 && perron_eyes_is_painted (eyes);
}

static gboolean
has_text (const PerronEyes *eyes, gconstpointer text)
{
  const PerronSeenScreen *screen = perron_eyes_get_screen (eyes);
  return screen != NULL && strstr (screen->text, text) != NULL;
}

static gboolean
has_no_text (const PerronEyes *eyes, gconstpointer text)
{
  const PerronSeenScreen *screen = perron_eyes_get_screen (eyes);
  return screen != NULL && strstr (screen->text, text) == NULL;
}

static gboolean
has_link (const PerronEyes *eyes, gconstpointer link)
{
  const PerronSeenScreen *screen = perron_eyes_get_screen (eyes);
  return screen != NULL && strcmp (screen->link, link) == 0;
}

static gboolean
has_language (const PerronEyes *eyes, gconstpointer language)
{
  const PerronSeenScreen *screen = perron_eyes_get_screen (eyes);
  return screen != NULL && strcmp (screen->lang, language) == 0;
}

gboolean
perron_person_can_touch (const PerronEyes *eyes, gconstpointer name)
{
  const PerronSeenTarget *target = perron_eyes_find_target (eyes, name);
  return perron_eyes_is_painted (eyes) && target != NULL && target->enabled;
}

static gboolean
has_happened (const PerronEyes *eyes, gconstpointer data)
{
  const Wanted *wanted = data;
  const GPtrArray *history = perron_eyes_get_history (eyes);
  for (guint i = wanted->since; i < history->len; i++) {
    const PerronSeen *seen = g_ptr_array_index (history, i);
    const gboolean heard = strcmp (seen->outcome, "refused") != 0 && strcmp (seen->outcome, "asked") != 0;
    if (seen->kind == wanted->kind && heard && strstr (seen->text, wanted->word) != NULL)
      return TRUE;
  }
  return FALSE;
}

static gboolean
was_refused (const PerronEyes *eyes, gconstpointer data)
{
  const Wanted *wanted = data;
  const GPtrArray *history = perron_eyes_get_history (eyes);
  for (guint i = wanted->since; i < history->len; i++) {
    const PerronSeen *seen = g_ptr_array_index (history, i);
    if (seen->kind == PERRON_SEEN_SAID && strcmp (seen->outcome, "refused") == 0 && strstr (seen->text, wanted->word) != NULL)
      return TRUE;
  }
  return FALSE;
}

gboolean
perron_person_wait (PerronPerson *person, PerronEyesCondition condition, gconstpointer data, GError **error)
{
  if (perron_eyes_wait (person->eyes, person->options.patience_ms, condition, data))
    return TRUE;
  const PerronSeenScreen *screen = perron_eyes_get_screen (person->eyes);
  g_set_error (error, PERRON_PERSON_ERROR, PERRON_PERSON_ERROR_TIMEOUT, "did not happen within %u ms; the screen is \"%s\":\n%s",
               person->options.patience_ms, screen != NULL ? screen->screen : "(none)", screen != NULL ? screen->text : "");
  return FALSE;
}

/* --- expectations ------------------------------------------------------------------------------------------------------------- */

static gboolean
shoot_new_screen (PerronPerson *person, const char *name, GError **error)
{
  if (!person->options.shoot_screens || g_strcmp0 (name, person->last_shot) == 0)
    return TRUE;
  g_free (person->last_shot);
  person->last_shot = g_strdup (name);
  return perron_person_photograph (person, name, error);
}

static gboolean
expect_screen (PerronPerson *person, const char *name, GError **error)
{
  if (!perron_person_wait (person, is_on_screen, name, error))
    return FALSE;
  perron_transcript_add_screen (person->transcript, perron_eyes_get_screen (person->eyes));
  return shoot_new_screen (person, name, error);
}

static gboolean
expect_text (PerronPerson *person, const char *text, GError **error)
{
  return perron_person_wait (person, has_text, text, error);
}

static gboolean
expect_no_text (PerronPerson *person, const char *text, GError **error)
{
  return perron_person_wait (person, has_no_text, text, error);
}

static gboolean
expect_link (PerronPerson *person, const char *link, GError **error)
{
  return perron_person_wait (person, has_link, link, error);
}

static gboolean
expect_language (PerronPerson *person, const char *language, GError **error)
{
  return perron_person_wait (person, has_language, language, error);
}

static gboolean
expect_target (PerronPerson *person, const char *name, GError **error)
{
  return perron_person_wait (person, perron_person_can_touch, name, error);
}

static gboolean
expect_said (PerronPerson *person, const char *text, GError **error)
{
  const Wanted wanted = { text, PERRON_SEEN_SAID, person->mark };
  return perron_person_wait (person, has_happened, &wanted, error);
}

static gboolean
expect_refused (PerronPerson *person, const char *text, GError **error)
{
  const Wanted wanted = { text, PERRON_SEEN_SAID, person->mark };
  return perron_person_wait (person, was_refused, &wanted, error);
}

static gboolean
expect_registered (PerronPerson *person, const char *text, GError **error)
{
  const Wanted wanted = { text, PERRON_SEEN_REGISTERED, person->mark };
  return perron_person_wait (person, has_happened, &wanted, error);
}

/* States pass quickly: one that was reached since the request was registered counts. */
static gboolean
expect_progress (PerronPerson *person, const char *state, GError **error)
{
  const GPtrArray *history = perron_eyes_get_history (person->eyes);
  Wanted wanted = { state, PERRON_SEEN_PROGRESS, 0 };
  for (guint i = 0; i < history->len; i++) {
    const PerronSeen *seen = g_ptr_array_index (history, i);
    if (seen->kind == PERRON_SEEN_REGISTERED)
      wanted.since = i;
  }
  return perron_person_wait (person, has_happened, &wanted, error);
}

static gboolean
expect_device (PerronPerson *person, const char *text, GError **error)
{
  const Wanted wanted = { text, PERRON_SEEN_DEVICE, person->mark };
  return perron_person_wait (person, has_happened, &wanted, error);
}

static gboolean
expect_wiped (PerronPerson *person, const char *nothing, GError **error)
{
  const Wanted wanted = { "", PERRON_SEEN_WIPED, person->mark };
  return perron_person_wait (person, has_happened, &wanted, error);
}

static const struct {
  const char *what;
  gboolean (*act) (PerronPerson *person, const char *word, GError **error);
} expectations[] = {
  { "screen", expect_screen },     { "text", expect_text },       { "no-text", expect_no_text },       { "said", expect_said },
  { "refused", expect_refused },   { "link", expect_link },       { "registered", expect_registered }, { "progress", expect_progress },
  { "wiped", expect_wiped },       { "device", expect_device },       { "language", expect_language }, { "target", expect_target },
};

gboolean
perron_person_expect (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  g_auto (GStrv) words = g_strsplit (rest, " ", 2);
  g_autofree char *argument = perron_person_unquote (words[0] != NULL && words[1] != NULL ? words[1] : "");
  for (gsize i = 0; words[0] != NULL && i < G_N_ELEMENTS (expectations); i++) {
    if (strcmp (expectations[i].what, words[0]) == 0)
      return expectations[i].act (person, argument, error);
  }
  g_set_error (error, PERRON_PERSON_ERROR, PERRON_PERSON_ERROR_SCRIPT, "nothing to expect is called \"%s\"", rest);
  return FALSE;
}
