/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/caisse/report.h"
#include "kiosk/core/secret.h"
#include "sync/engine/wire-json.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX 4096 /* of one line; no field of a terminal is as long */

/* --- for a person ----------------------------------------------------------------------------------------------------------- */

static const char *
french (const char *code)
{
  static const struct {
    const char *code;
    const char *words;
  } names[] = {
    { "rappel", "être rappelé par un conseiller" }, { "phone", "Téléphone" }, { "email", "Adresse électronique" },
    { "topic", "Sujet" }, { "slot-1", "Premier créneau" }, { "slot-2", "Second créneau" }, { "language", "Langue lue" },
    { "journey", "Parcours" }, { "journey-version", "Version du parcours" }, { "identity-source", "Identité" },
    { "identity-number-kind", "Nature du numéro" }, { "card", "lue sur la carte" }, { "typed", "tapée par la personne" },
    { "consent-key", "Texte confirmé" }, { "consent-sha256", "Empreinte du texte" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (names[i].code, code) == 0)
      return names[i].words;
  }
  return code;
}

/* One line for one thing: nothing from an envelope may steer the terminal it is printed on. */
static void
print_line (const char *name, const char *value)
{
  printf ("  %s : ", name);
  for (const char *at = value; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);
    if (g_unichar_iscntrl (c))
      putchar (' ');
    else
      fwrite (at, 1, (gsize) (g_utf8_next_char (at) - at), stdout);
  }
  putchar ('\n');
}

/* A string of an envelope, in memory that is wiped. `word`: of our own code list. */
static void
print_string (const char *name, const WireValue *value, gboolean word)
{
  g_autoptr (PerronSecretText) text = perron_secret_alloc (TEXT_MAX);
  if (wire_copy (value, text, TEXT_MAX))
    print_line (name, word ? french (text) : text);
}

static const WireValue *
first_code (const WireValue *concept)
{
  return wire_member (wire_first_object (wire_array (concept, "coding")), "code");
}

static void
print_task (const WireValue *task)
{
  const WireValue *inputs = wire_array (task, "input");
  char code[64];

  print_string ("Demande", first_code (wire_object (task, "code")), TRUE);
  print_string ("Confirmée (heure de la borne)", wire_member (task, "authoredOn"), FALSE);
  for (const WireValue *input = wire_first (inputs); input != NULL; input = wire_next (inputs, input)) {
    if (wire_copy (first_code (wire_object (input, "type")), code, sizeof code))
      print_string (french (code), wire_member (input, "valueString"), TRUE);
  }
}

static void
print_patient (const WireValue *patient)
{
  const WireValue *name = wire_first_object (wire_array (patient, "name"));

  print_string ("Nom", wire_member (name, "family"), FALSE);
  print_string ("Prénom", wire_first (wire_array (name, "given")), FALSE);
  print_string ("Naissance", wire_member (patient, "birthDate"), FALSE);
  print_string ("Numéro (non qualifié)", wire_member (wire_first_object (wire_array (patient, "identifier")), "value"), FALSE);
}

static void
print_opened (const PerronOpened *opened)
{
  printf ("Demande %s, borne %s, n° %" G_GINT64_FORMAT "%s\n", opened->reference, opened->terminal, opened->counter,
          opened->again ? " (déjà ouverte, accusé renvoyé)" : "");
  g_autofree WireValue *bundle =
    wire_read ((const guint8 *) opened->content, opened->content_len, PERRON_WIRE_DEPTH_MAX, PERRON_WIRE_VALUES_MAX);
  const WireValue *entries = wire_array (bundle, "entry");
  for (const WireValue *entry = wire_first (entries); entry != NULL; entry = wire_next (entries, entry)) {
    const WireValue *resource = wire_object (entry, "resource");
    if (wire_says (resource, "resourceType", "Task"))
      print_task (resource);
    else if (wire_says (resource, "resourceType", "Patient"))
      print_patient (resource);
  }
}

static void
print_problem (const PerronProblem *problem)
{
  printf ("Problème");
  if (problem->terminal != NULL)
    printf (", borne %s", problem->terminal);
  if (problem->first > 0 && problem->first == problem->last)
    printf (", n° %" G_GINT64_FORMAT, problem->first);
  else if (problem->first > 0)
    printf (", n° %" G_GINT64_FORMAT " à %" G_GINT64_FORMAT, problem->first, problem->last);
  if (problem->id != NULL)
    printf (", %s", problem->id);
  printf (" : %s\n", problem->words);
}

void
perron_report_print (const PerronDesk *desk)
{
  if (desk->opened->len == 0)
    printf ("Aucune demande n'attend.\n");
  for (guint i = 0; i < desk->opened->len; i++)
    print_opened (desk->opened->pdata[i]);
  for (guint i = 0; i < desk->problems->len; i++)
    print_problem (desk->problems->pdata[i]);
  if (desk->more)
    printf ("D'autres demandes attendent encore : lancez la collecte de nouveau.\n");
}

/* --- for a program ---------------------------------------------------------------------------------------------------------- */

static void
append_member (GString *out, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (out, "\"%s\":", name);
  wire_append (out, value);
  g_string_append_c (out, ',');
}

static void
append_opened (GString *out, const PerronOpened *opened)
{
  char id[PERRON_UUID_CHARS];
  perron_uuid_format (opened->id, id);
  g_string_append_printf (out, "{\"id\":\"%s\",", id);
  append_member (out, "terminal", opened->terminal);
  append_member (out, "reference", opened->reference);
  g_string_append_printf (out, "\"counter\":%" G_GINT64_FORMAT ",\"again\":%s,\"content\":", opened->counter, opened->again ? "true" : "false");
  g_string_append_len (out, opened->content, (gssize) opened->content_len);
  g_string_append_c (out, '}');
}

static void
append_problem (GString *out, const PerronProblem *problem)
{
  g_string_append_c (out, '{');
  append_member (out, "kind", problem->kind);
  append_member (out, "terminal", problem->terminal);
  append_member (out, "id", problem->id);
  append_member (out, "words", problem->words);
  if (problem->first > 0)
    g_string_append_printf (out, "\"first\":%" G_GINT64_FORMAT ",\"last\":%" G_GINT64_FORMAT ",", problem->first, problem->last);
  g_string_append_printf (out, "\"grave\":%s}", problem->grave ? "true" : "false");
}

char *
perron_report_to_json (const PerronDesk *desk, gsize *ret_len)
{
  gsize room = 4096 + desk->problems->len * 512;
  for (guint i = 0; i < desk->opened->len; i++)
    room += ((const PerronOpened *) desk->opened->pdata[i])->content_len + 512;
  /* Enough from the start: growing would leave copies of what belongs to persons behind. */
  GString *out = g_string_sized_new (room);
  g_string_append (out, "{\"opened\":[");
  for (guint i = 0; i < desk->opened->len; i++) {
    g_string_append (out, i > 0 ? ",\n" : "\n");
    append_opened (out, desk->opened->pdata[i]);
  }
  g_string_append (out, "],\n\"problems\":[");
  for (guint i = 0; i < desk->problems->len; i++) {
    g_string_append (out, i > 0 ? ",\n" : "\n");
    append_problem (out, desk->problems->pdata[i]);
  }
  g_string_append_printf (out, "],\n\"more\":%s}\n", desk->more ? "true" : "false");
  *ret_len = out->len;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

void
perron_report_free_json (char *json, gsize len)
{
  if (json != NULL)
    explicit_bzero (json, len);
  g_free (json);
}
