/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <string.h>

#include "kiosk/demo/person-peer.h"
#include "kiosk/demo/person-private.h"

/* --- what is perceived -------------------------------------------------------------------------------------------------------- */

static void
on_seen (const PerronSeen *seen, gpointer data)
{
  PerronPerson *person = data;
  const PerronSeenScreen *screen = perron_eyes_get_screen (person->eyes);

  switch (seen->kind) {
  case PERRON_SEEN_SCREEN:
    break;
  case PERRON_SEEN_SAID:
    perron_transcript_add_screen (person->transcript, screen);
    if (strcmp (seen->outcome, "started") == 0)
      perron_transcript_add (person->transcript, strcmp (seen->detail, "personal") == 0 ? "headset" : "voice", seen->text);
    else if (strcmp (seen->outcome, "refused") == 0)
      perron_transcript_add (person->transcript, "silent", "(personal, and no headset: shown, not said)");
    break;
  case PERRON_SEEN_REGISTERED:
    perron_transcript_add (person->transcript, "QUEUED", seen->text);
    break;
  case PERRON_SEEN_PROGRESS:
    perron_transcript_add (person->transcript, "state", seen->text);
    break;
  case PERRON_SEEN_DEVICE:
    perron_transcript_add (person->transcript, "device", seen->text);
    break;
  case PERRON_SEEN_WIPED:
    perron_transcript_add (person->transcript, "WIPED", "everything of this person was erased");
    break;
  }
}

PerronPerson *
perron_person_new (const PerronPersonOptions *options, PerronTranscript *transcript, GError **error)
{
  g_autoptr (PerronPerson) person = g_new0 (PerronPerson, 1);
  person->options = *options;
  person->transcript = transcript;
  person->eyes = perron_eyes_new (options->observer, on_seen, person);
  person->hands = perron_hands_new (options->display, error);
  return person->hands != NULL ? g_steal_pointer (&person) : NULL;
}

void
perron_person_free (PerronPerson *person)
{
  if (person == NULL)
    return;
  g_clear_pointer (&person->eyes, perron_eyes_free);
  g_clear_pointer (&person->hands, perron_hands_free);
  g_free (person->last_shot);
  g_free (person);
}

PerronEyes *
perron_person_get_eyes (PerronPerson *person)
{
  return person->eyes;
}

/* --- verbs -------------------------------------------------------------------------------------------------------------------- */

typedef gboolean (*Verb) (PerronPerson *person, const char *rest, char **ret_answer, GError **error);

/* Something is done now: what was on screen before it belongs to the transcript, what is expected comes after it. */
static void
begin_action (PerronPerson *person, const char *label, const char *text)
{
  perron_transcript_add_screen (person->transcript, perron_eyes_get_screen (person->eyes));
  perron_transcript_add (person->transcript, label, text);
  person->mark = perron_eyes_get_history (person->eyes)->len;
}

char *
perron_person_unquote (const char *text)
{
  gsize length = strlen (text);
  return length >= 2 && text[0] == '"' && text[length - 1] == '"' ? g_strndup (text + 1, length - 2) : g_strdup (text);
}

gboolean
perron_person_photograph (PerronPerson *person, const char *name, GError **error)
{
  if (person->options.shots == NULL)
    return TRUE;
  g_autofree char *path = g_strdup_printf ("%s/%02u-%s.png", person->options.shots, ++person->shots, name);
  return perron_person_wait (person, perron_person_is_painted, NULL, error) && perron_hands_photograph (person->hands, path, error);
}

static gboolean
do_shot (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  return perron_person_photograph (person, rest, error);
}

static gboolean
do_look (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  return perron_person_wait (person, perron_person_is_painted, NULL, error);
}

/* Bar and foot have an edge around their buttons. What has its middle so near to them is cut, arrows or not: they come a frame later. */
#define EDGE_PX 24

/* Bar and foot stand still; what is between them scrolls. 0: visible; -1: above; 1: below. */
static gint
find_out_of_sight (const PerronEyes *eyes, const PerronSeenTarget *target)
{
  const PerronSeenTarget *foot = perron_eyes_find_target (eyes, "foot:help"), *bar = perron_eyes_find_target (eyes, "bar:language");
  const double middle = target->y + target->h / 2;
  if (g_regex_match_simple ("^((bar|foot|scroll|key):|back$)", target->name, 0, 0) || foot == NULL || bar == NULL)
    return 0;
  return middle > foot->y - EDGE_PX ? 1 : middle < bar->y + bar->h + EDGE_PX ? -1 : 0;
}

typedef struct {
  const char *name;
  double y;
} Place;

static gboolean
has_moved (const PerronEyes *eyes, gconstpointer data)
{
  const Place *before = data;
  const PerronSeenTarget *target = perron_eyes_find_target (eyes, before->name);
  return perron_eyes_is_painted (eyes) && (target == NULL || target->y != before->y);
}

static gboolean
is_answered (const PerronEyes *eyes, gconstpointer data)
{
  const gint64 *before = data;
  return perron_eyes_get_answered (eyes) != *before;
}

/* Nobody touches twice within a frame: the next look is at what answered this touch. */
static gboolean
press_target (PerronPerson *person, const PerronSeenTarget *target, GError **error)
{
  const gint64 before = perron_eyes_get_answered (person->eyes);
  return perron_hands_touch (person->hands, target->x + target->w / 2, target->y + target->h / 2, error) &&
         perron_person_wait (person, is_answered, &before, error);
}

/* Scrolls like a person does, by the arrows, until it is in sight. */
static gboolean
bring_in_sight (PerronPerson *person, const char *name, GError **error)
{
  const PerronSeenTarget *target = perron_eyes_find_target (person->eyes, name);
  for (gint where; target != NULL && (where = find_out_of_sight (person->eyes, target)) != 0;) {
    const char *arrow = where > 0 ? "scroll:down" : "scroll:up";
    const Place before = { name, target->y };
    if (!perron_person_wait (person, perron_person_can_touch, arrow, error) ||
        !press_target (person, perron_eyes_find_target (person->eyes, arrow), error) ||
        !perron_person_wait (person, has_moved, &before, error))
      return FALSE;
    target = perron_eyes_find_target (person->eyes, name);
  }
  return TRUE;
}

static gboolean
touch_target (PerronPerson *person, const char *name, GError **error)
{
  if (!perron_person_wait (person, perron_person_can_touch, name, error) || !bring_in_sight (person, name, error) ||
      !perron_person_wait (person, perron_person_can_touch, name, error)) {
    g_prefix_error (error, "\"%s\" cannot be touched: ", name);
    return FALSE;
  }
  return press_target (person, perron_eyes_find_target (person->eyes, name), error);
}

static gboolean
do_touch (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  if (!perron_person_wait (person, perron_person_can_touch, rest, error)) {
    g_prefix_error (error, "\"%s\" cannot be touched: ", rest);
    return FALSE;
  }
  const PerronSeenTarget *target = perron_eyes_find_target (person->eyes, rest);
  g_autofree char *text = g_strdup_printf ("« %s »  (%s)", target->label, rest);
  begin_action (person, "touch", text);
  return touch_target (person, rest, error);
}

static gboolean
do_key (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  if (!perron_person_wait (person, perron_person_is_painted, NULL, error))
    return FALSE;
  begin_action (person, "key", rest);
  const gint64 before = perron_eyes_get_answered (person->eyes);
  return perron_hands_press (person->hands, rest, error) && perron_person_wait (person, is_answered, &before, error);
}

/* A key of the terminal's own keypad, or a switch: through the dock, like a finger through the metal. */
static gboolean
do_keypad (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  if (!perron_person_wait (person, perron_person_is_painted, NULL, error))
    return FALSE;
  begin_action (person, "keypad", rest);
  const gint64 before = perron_eyes_get_answered (person->eyes);
  g_autofree char *verb = g_strconcat ("key ", rest, NULL);
  *ret_answer = perron_peer_ask (person->options.dock, verb, error);
  return *ret_answer != NULL && perron_person_wait (person, is_answered, &before, error);
}

static gboolean
do_type (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  g_autofree char *text = perron_person_unquote (rest);
  if (!perron_person_wait (person, perron_person_is_painted, NULL, error))
    return FALSE;
  begin_action (person, "types", text);
  return perron_hands_type (person->hands, text, error);
}

static gboolean
do_tap_type (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  g_autofree char *text = perron_person_unquote (rest);
  begin_action (person, "taps", text);
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    g_autofree char *letter = g_strndup (at, (gsize) (g_utf8_next_char (at) - at));
    g_autofree char *name = g_strconcat ("key:", strcmp (letter, " ") == 0 ? "space" : letter, NULL);
    if (!touch_target (person, name, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
do_dock (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  begin_action (person, "dock", rest);
  *ret_answer = perron_peer_ask (person->options.dock, rest, error);
  return *ret_answer != NULL;
}

/* Held to the reader, and left there: a word of the shelf, or a file. */
static gboolean
do_tap (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  static const char *const shelf[][2] = {
    { "badge", "desfire-badge.json" }, { "phone", "phone.json" },      { "bank", "bank-card.json" },
    { "transport", "navigo-b.json" },  { "identity", "cnie.json" },    { "ticket", "ultralight.json" },
  };
  const char *file = rest;
  for (gsize i = 0; i < G_N_ELEMENTS (shelf); i++)
    file = strcmp (shelf[i][0], rest) == 0 ? shelf[i][1] : file;
  g_autofree char *line = g_strdup_printf ("tap %s", file);
  begin_action (person, "taps", rest);
  *ret_answer = perron_peer_ask (person->options.dock, line, error);
  return *ret_answer != NULL;
}

static gboolean
do_take_away (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  begin_action (person, "takes", "away what lay on the reader");
  *ret_answer = perron_peer_ask (person->options.dock, "untap", error);
  return *ret_answer != NULL;
}

static gboolean
do_stage (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  begin_action (person, "stage", rest);
  *ret_answer = perron_peer_ask (person->options.stage, rest, error);
  return *ret_answer != NULL;
}

static gboolean
is_silent_again (const PerronEyes *eyes, gconstpointer since)
{
  const GPtrArray *history = perron_eyes_get_history (eyes);
  for (guint i = history->len; i > *(const guint *) since; i--) {
    const PerronSeen *seen = g_ptr_array_index (history, i - 1);
    if (seen->kind == PERRON_SEEN_SAID)
      return strcmp (seen->outcome, "finished") == 0 || strcmp (seen->outcome, "refused") == 0;
  }
  return FALSE;
}

/* Lets the voice end its sentence, as somebody does who cannot see. */
static gboolean
do_listen (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  return perron_person_wait (person, is_silent_again, &person->mark, error);
}

static gboolean
do_say (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  g_autofree char *text = perron_person_unquote (rest);
  perron_transcript_add_screen (person->transcript, perron_eyes_get_screen (person->eyes));
  perron_transcript_add (person->transcript, "·", text);
  return TRUE;
}

/* A program of this build or of the system, in the world's environment; what it prints belongs to the transcript. */
static gboolean
do_run (PerronPerson *person, const char *rest, char **ret_answer, GError **error)
{
  const char *const argv[] = { "/bin/sh", "-c", rest, NULL };
  g_autoptr (GSubprocess) program =
    g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, error);
  begin_action (person, "runs", rest);
  if (program == NULL || !g_subprocess_communicate_utf8 (program, NULL, NULL, ret_answer, NULL, error))
    return FALSE;
  perron_transcript_add (person->transcript, "", g_strchomp (*ret_answer));
  if (g_subprocess_get_successful (program))
    return TRUE;
  g_set_error (error, PERRON_PERSON_ERROR, PERRON_PERSON_ERROR_PEER, "%s: failed: %s", rest, *ret_answer);
  return FALSE;
}

static const struct {
  const char *verb;
  Verb act;
} verbs[] = {
  { "wait", perron_person_expect }, { "expect", perron_person_expect }, { "touch", do_touch }, { "key", do_key }, { "type", do_type },
  { "keypad", do_keypad },
  { "tap-type", do_tap_type }, { "dock", do_dock }, { "stage", do_stage }, { "shot", do_shot }, { "say", do_say }, { "run", do_run },
  { "look", do_look },     { "listen", do_listen },           { "tap", do_tap }, { "take-away", do_take_away },
};

gboolean
perron_person_do (PerronPerson *person, const char *line, char **ret_answer, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (line));
  *ret_answer = NULL;
  if (*stripped == '\0' || *stripped == '#')
    return TRUE;

  g_auto (GStrv) words = g_strsplit (stripped, " ", 2);
  const char *rest = words[1] != NULL ? g_strstrip (words[1]) : "";
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++) {
    if (strcmp (verbs[i].verb, words[0]) == 0)
      return verbs[i].act (person, rest, ret_answer, error);
  }
  g_set_error (error, PERRON_PERSON_ERROR, PERRON_PERSON_ERROR_SCRIPT, "no verb \"%s\"", words[0]);
  return FALSE;
}
