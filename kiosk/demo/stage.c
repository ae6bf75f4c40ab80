/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/demo/stage.h"

#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

struct PerronStage {
  PerronWorld *world;
  PerronKeeper keeper;
  PerronService *services; /* as many as rows */
  gboolean *wanted;
  gboolean ending;
};

static PerronService *
find_service (const PerronStage *stage, const char *name)
{
  for (guint i = 0; i < perron_service_count; i++) {
    if (g_strcmp0 (perron_services[i].name, name) == 0)
      return &stage->services[i];
  }
  return NULL;
}

static gboolean
wrap_service (PerronStage *stage, const char *wrap, GError **error)
{
  g_auto (GStrv) halves = g_strsplit (wrap, "=", 2);
  PerronService *service = find_service (stage, halves[0]);
  if (service != NULL && service->wrap == NULL && halves[1] != NULL)
    return g_shell_parse_argv (halves[1], NULL, &service->wrap, error);
  g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_COMMAND, "--wrap %s: must be NAME=COMMAND, once a service", wrap);
  return FALSE;
}

PerronStage *
perron_stage_new (const PerronWorldOptions *world, const PerronStageOptions *options, GError **error)
{
  g_autoptr (PerronStage) stage = g_new0 (PerronStage, 1);
  stage->services = g_new0 (PerronService, perron_service_count);
  stage->wanted = g_new0 (gboolean, perron_service_count);
  stage->world = perron_world_new (world, error);
  if (stage->world == NULL || !perron_keeper_start (&stage->keeper, perron_world_get (stage->world, "SCRATCH"), error))
    return NULL;

  perron_world_set (stage->world, "PANEL", options->panel ? "--panel" : "");
  for (guint i = 0; i < perron_service_count; i++) {
    stage->services[i] = (PerronService){ .row = &perron_services[i], .world = stage->world, .keeper = &stage->keeper };
    stage->wanted[i] = options->without == NULL || !g_strv_contains (options->without, perron_services[i].name);
    if ((world->display != NULL || world->wayland != NULL) && perron_services[i].readiness == PERRON_READY_DISPLAY)
      stage->wanted[i] = FALSE;
  }
  for (guint i = 0; options->wraps != NULL && options->wraps[i] != NULL; i++) {
    if (!wrap_service (stage, options->wraps[i], error))
      return NULL;
  }
  return g_steal_pointer (&stage);
}

void
perron_stage_free (PerronStage *stage)
{
  if (stage == NULL)
    return;
  for (guint i = perron_service_count; i > 0; i--) {
    perron_service_stop (&stage->services[i - 1]);
    g_free (stage->services[i - 1].missing);
    g_strfreev (stage->services[i - 1].wrap);
  }
  perron_keeper_finish (&stage->keeper);
  g_clear_pointer (&stage->world, perron_world_free);
  g_free (stage->services);
  g_free (stage->wanted);
  g_free (stage);
}

PerronWorld *
perron_stage_get_world (PerronStage *stage)
{
  return stage->world;
}

const PerronKeeper *
perron_stage_get_keeper (const PerronStage *stage)
{
  return &stage->keeper;
}

gboolean
perron_stage_is_ending (const PerronStage *stage)
{
  return stage->ending;
}

gboolean
perron_stage_start_all (PerronStage *stage, GError **error)
{
  for (guint i = 0; i < perron_service_count; i++) {
    PerronService *service = &stage->services[i];
    g_autoptr (GError) cause = NULL;
    if (!stage->wanted[i] || perron_service_start (service, &cause))
      continue;
    if (service->missing == NULL) {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
    g_printerr ("perron-stage: left out: %s\n", cause->message);
  }
  return TRUE;
}

/* --- who ended ---------------------------------------------------------------------------------------------------------------- */

static void
tell_end (const PerronService *service)
{
  if (WIFSIGNALED (service->status))
    g_printerr ("perron-stage: %s ended by signal %d\n", service->row->name, WTERMSIG (service->status));
  else
    g_printerr ("perron-stage: %s ended with status %d\n", service->row->name, WEXITSTATUS (service->status));
}

void
perron_stage_reap (gpointer data)
{
  PerronStage *stage = data;
  for (guint i = 0; i < perron_service_count; i++) {
    if (perron_service_reap (&stage->services[i]))
      tell_end (&stage->services[i]);
  }
}

gboolean
perron_stage_is_running (const PerronStage *stage, const char *name)
{
  const PerronService *service = find_service (stage, name);
  return service != NULL && service->pid != 0;
}

/* --- verbs -------------------------------------------------------------------------------------------------------------------- */

static char *
answer_error (const GError *error)
{
  return g_strdup_printf ("error %s", error->message);
}

static char *
do_start (PerronStage *stage, PerronService *service)
{
  g_autoptr (GError) error = NULL;
  if (!perron_service_start (service, &error))
    return answer_error (error);
  PerronService *follower = find_service (stage, service->row->follower);
  if (follower != NULL && stage->wanted[follower - stage->services]) {
    perron_service_stop (follower);
    if (!perron_service_start (follower, &error))
      return answer_error (error);
  }
  return g_strdup_printf ("ok %d", service->pid);
}

static char *
do_stop (PerronStage *stage, PerronService *service)
{
  perron_service_stop (service);
  return g_strdup ("ok");
}

static char *
do_kill (PerronStage *stage, PerronService *service)
{
  perron_service_kill (service);
  return g_strdup ("ok");
}

static char *
do_restart (PerronStage *stage, PerronService *service)
{
  perron_service_stop (service);
  return do_start (stage, service);
}

static char *
do_pid (PerronStage *stage, PerronService *service)
{
  return g_strdup_printf ("ok %d", service->pid);
}

static const struct {
  const char *verb;
  char *(*act) (PerronStage *stage, PerronService *service);
} service_verbs[] = {
  { "start", do_start }, { "stop", do_stop }, { "kill", do_kill }, { "restart", do_restart }, { "pid", do_pid },
};

static char *
to_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static char *
do_env (PerronStage *stage)
{
  static const char *const names[] = { "DISPLAY", "PCSCLITE_CSOCK_NAME", "ALSA_CONFIG_PATH",
                                       "PERRON_STAGE", "PERRON_DOCK", "PERRON_OBSERVER", "PERRON_DIR" };
  static const char *const words[] = { "DIR", "CONF", "DATA", "KEYS", "LOGS", "RUN", "NET_PORT", "NGINX_PORT", "SOUND_SERVER" };
  g_auto (GStrv) env = perron_world_dup_environment (stage->world);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    json_builder_set_member_name (builder, names[i]);
    json_builder_add_string_value (builder, g_environ_getenv (env, names[i]));
  }
  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    json_builder_set_member_name (builder, words[i]);
    json_builder_add_string_value (builder, perron_world_get (stage->world, words[i]));
  }
  json_builder_end_object (builder);
  return to_json (builder);
}

static char *
do_status (PerronStage *stage)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  for (guint i = 0; i < perron_service_count; i++) {
    const PerronService *service = &stage->services[i];
    json_builder_set_member_name (builder, service->row->name);
    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "state");
    json_builder_add_string_value (builder, service->pid != 0           ? "running"
                                            : service->missing != NULL ? "missing"
                                            : stage->wanted[i]         ? "ended"
                                                                       : "not-wanted");
    json_builder_set_member_name (builder, "pid");
    json_builder_add_int_value (builder, service->pid);
    json_builder_set_member_name (builder, "starts");
    json_builder_add_int_value (builder, service->starts);
    json_builder_end_object (builder);
  }
  json_builder_end_object (builder);
  return to_json (builder);
}

/* The caisse comes for its envelopes: a program of its own, with its own key and its own way to nginx. */
static char *
do_collect (PerronStage *stage)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_build_filename (perron_world_get (stage->world, "BUILD"), "sync/caisse/perron-caisse", NULL);
  g_autofree char *config = g_build_filename (perron_world_get (stage->world, "CONF"), "caisse.conf", NULL);
  g_autofree char *opened = g_build_filename (perron_world_get (stage->world, "DIR"), "opened.json", NULL);
  const char *const argv[] = { program, "collect", "--config", config, "--json", opened, NULL };
  g_auto (GStrv) env = perron_world_dup_environment (stage->world);
  g_autofree char *out = NULL;
  g_autofree char *complaint = NULL;
  gint status;

  if (!g_spawn_sync (NULL, (char **) argv, env, G_SPAWN_DEFAULT, NULL, NULL, &out, &complaint, &status, &error))
    return answer_error (error);
  if (!g_spawn_check_wait_status (status, NULL)) {
    g_strdelimit (complaint, "\n", ' ');
    return g_strdup_printf ("error perron-caisse: %s", complaint);
  }
  g_autofree char *printed = g_build_filename (perron_world_get (stage->world, "DIR"), "opened.txt", NULL);
  if (!g_file_set_contents_full (printed, out, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error))
    return answer_error (error);
  return g_strdup_printf ("ok %s", opened);
}

static char *
do_quit (PerronStage *stage)
{
  stage->ending = TRUE;
  return g_strdup ("ok");
}

static const struct {
  const char *verb;
  char *(*act) (PerronStage *stage);
} stage_verbs[] = { { "env", do_env }, { "status", do_status }, { "collect", do_collect }, { "quit", do_quit } };

char *
perron_stage_do (gpointer data, const char *line)
{
  PerronStage *stage = data;
  g_auto (GStrv) words = g_strsplit (line, " ", 2);
  const char *verb = words[0] != NULL ? words[0] : "";

  for (guint i = 0; i < G_N_ELEMENTS (stage_verbs); i++) {
    if (strcmp (stage_verbs[i].verb, verb) == 0)
      return stage_verbs[i].act (stage);
  }
  for (guint i = 0; i < G_N_ELEMENTS (service_verbs); i++) {
    if (strcmp (service_verbs[i].verb, verb) != 0)
      continue;
    PerronService *service = find_service (stage, words[1]);
    return service != NULL ? service_verbs[i].act (stage, service)
                           : g_strdup_printf ("error %s: no service \"%s\"", verb, words[1] != NULL ? words[1] : "");
  }
  return g_strdup_printf ("error no verb \"%s\"", verb);
}
