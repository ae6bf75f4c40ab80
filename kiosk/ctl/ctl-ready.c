/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/ctl/ctl-ready.h"

#include <json-glib/json-glib.h>
#include <stdarg.h>
#include <stdio.h>

#include "kiosk/core/clock.h"
#include "kiosk/ctl/ctl.h"
#include "sync/store/ready-file.h"

static const struct {
  const char *word;
  const char *sign;
  guint weight; /* how bad */
} states[] = {
  [PERRON_READY_YES] = { "ready", "prêt", 0 },
  [PERRON_READY_ATTENTION] = { "attention", "à voir", 1 },
  [PERRON_READY_NO] = { "not-ready", "PAS PRÊT", 2 },
  [PERRON_READY_NONE] = { "not-configured", "absent", 0 },
};

static void
say_list (PerronReadyAnswer *answer, PerronReadyState state, const char *format, va_list list)
{
  if (answer->says->len > 0 && states[state].weight < states[answer->state].weight)
    return;
  answer->state = state;
  g_string_vprintf (answer->says, format, list);
}

void
perron_ready_say (PerronReadyAnswer *answer, PerronReadyState state, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  say_list (answer, state, format, list);
  va_end (list);
}

void
perron_ready_fail (PerronReadyAnswer *answer, const char *sentence, const GError *error)
{
  perron_ready_say (answer, PERRON_READY_NO, "%s", sentence);
  if (error != NULL)
    g_string_assign (answer->detail, error->message);
}

void
perron_ready_tell (PerronReadyAnswer *answer, const char *name, gint64 value)
{
  PerronReadyFact *fact = g_new (PerronReadyFact, 1);
  *fact = (PerronReadyFact){ name, value };
  g_ptr_array_add (answer->facts, fact);
}

/* --- what is printed ---------------------------------------------------------------------------------------------------------- */

static void
put (JsonBuilder *json, const char *member, const char *value)
{
  json_builder_set_member_name (json, member);
  json_builder_add_string_value (json, value);
}

static void
put_answer (JsonBuilder *json, const PerronReadyCheck *check, const PerronReadyAnswer *answer)
{
  json_builder_begin_object (json);
  put (json, "id", check->id);
  put (json, "title", check->title);
  put (json, "state", states[answer->state].word);
  put (json, "says", answer->says->str);
  put (json, "detail", answer->detail->str);
  put (json, "proves", check->proves);
  put (json, "does_not_prove", check->leaves_open);
  json_builder_set_member_name (json, "facts");
  json_builder_begin_object (json);
  for (guint i = 0; i < answer->facts->len; i++) {
    const PerronReadyFact *fact = g_ptr_array_index (answer->facts, i);
    json_builder_set_member_name (json, fact->name);
    json_builder_add_int_value (json, fact->value);
  }
  json_builder_end_object (json);
  json_builder_end_object (json);
}

static void
print_answer (const PerronReadyCheck *check, const PerronReadyAnswer *answer)
{
  printf ("%s : %s. %s\n", check->title, states[answer->state].sign, answer->says->str);
  if (answer->detail->len > 0)
    printf ("    %s\n", answer->detail->str);
  printf ("    prouve : %s\n    ne prouve pas : %s\n", check->proves, check->leaves_open);
}

typedef struct {
  PerronConfig *config;
  JsonBuilder *json; /* NULL: words */
  PerronReadyFile kept;
  guint faults;
} Report;

static void
run_check (Report *report, const PerronReadyCheck *check)
{
  PerronReadyAnswer answer = { PERRON_READY_YES, g_string_new (NULL), g_string_new (NULL), g_ptr_array_new_with_free_func (g_free) };
  check->look (report->config, &answer);
  report->faults += answer.state == PERRON_READY_NO;
  perron_ready_file_add (&report->kept, check->id, states[answer.state].word);
  if (report->json != NULL)
    put_answer (report->json, check, &answer);
  else
    print_answer (check, &answer);
  fflush (stdout);
  g_string_free (answer.says, TRUE);
  g_string_free (answer.detail, TRUE);
  g_ptr_array_unref (answer.facts);
}

static void
run_checks (Report *report)
{
  static const PerronReadyCheck *const tables[] = { perron_ready_devices, perron_ready_house, perron_ready_content, perron_ready_identity };
  for (gsize table = 0; table < G_N_ELEMENTS (tables); table++) {
    for (const PerronReadyCheck *check = tables[table]; check->id != NULL; check++)
      run_check (report, check);
  }
}

static void
print_json (Report *report)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (perron_clock_unix_ms (perron_clock_system ()) / 1000);
  g_autofree char *at = now != NULL ? g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");

  json_builder_begin_object (report->json);
  put (report->json, "terminal", perron_config_get (report->config, PERRON_CONFIG_TERMINAL_ID));
  put (report->json, "at", at);
  json_builder_set_member_name (report->json, "checks");
  json_builder_begin_array (report->json);
  run_checks (report);
  json_builder_end_array (report->json);
  json_builder_set_member_name (report->json, "ready");
  json_builder_add_boolean_value (report->json, report->faults == 0);
  json_builder_end_object (report->json);
  g_autoptr (JsonNode) root = json_builder_get_root (report->json);
  g_autofree char *text = json_to_string (root, TRUE);
  puts (text);
}

/* For perron-sync, which may not look at devices itself and tells the gateway. */
static int
keep (Report *report)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = perron_ready_file_path (perron_config_get (report->config, PERRON_CONFIG_QUEUE_DATABASE));
  report->kept.at_unix_ms = perron_clock_unix_ms (perron_clock_system ());
  return perron_ready_file_save (path, &report->kept, &error) ? 0 : perron_ctl_fail (3, "%s", error->message);
}

static int
run_ready (PerronConfig *config, int argc, char **argv)
{
  Report report = { .config = config };
  const gboolean wants_json = perron_ctl_take_switch (&argc, argv, "--json"), wants_kept = perron_ctl_take_switch (&argc, argv, "--keep");

  if (argc != 1)
    return perron_ctl_fail (2, "ready [--json] [--keep]");
  if (wants_json) {
    g_autoptr (JsonBuilder) json = json_builder_new ();
    report.json = json;
    print_json (&report);
  } else {
    run_checks (&report);
    if (report.faults == 0)
      printf ("La borne est prête.\n");
    else
      printf ("La borne n’est pas prête : %u point(s) à régler.\n", report.faults);
  }
  const int kept = wants_kept ? keep (&report) : 0;
  return kept != 0 ? kept : report.faults == 0 ? 0 : 1;
}

const PerronVerb perron_ctl_ready[] = {
  { "", run_ready, "[--json] [--keep]   every device and channel, and what each check proves; 0 ready, 1 not" },
  { NULL, NULL, NULL },
};
