/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Content packs: what is in use, and taking a new one by hand (a USB key in a place that stays offline). */
#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/ctl/ctl.h"
#include "kiosk/journey/check-content.h"
#include "sync/content/install.h"

static char *
format_time (gint64 unix_ms)
{
  g_autoptr (GDateTime) moment = g_date_time_new_from_unix_utc (unix_ms / 1000);
  return moment != NULL ? g_date_time_format (moment, "%Y-%m-%d %H:%M UTC") : g_strdup ("?");
}

static void
print_about (const PerronPackAbout *about)
{
  g_autofree char *expires = format_time (about->expires_unix_ms);
  printf ("%s %" G_GINT64_FORMAT ": %u files, %" G_GINT64_FORMAT " bytes, until %s, signed under root %" G_GINT64_FORMAT "\n",
          perron_content_role_word (about->role), about->version, about->files, about->bytes, expires, about->root_version);
}

/* 3: this machine's fault (no root, no disk); 1: the pack's. The word first, for scripts. */
static int
refuse (const GError *error)
{
  gboolean ours = g_error_matches (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_DISK) || error->domain != PERRON_CONTENT_ERROR;
  return perron_ctl_fail (ours ? 3 : 1, "%s: %s",
                          error->domain == PERRON_CONTENT_ERROR ? perron_content_error_word ((PerronContentError) error->code) : "content",
                          error->message);
}

static int
open_pack (const char *path)
{
  return open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

/* --- verify ----------------------------------------------------------------------------------------------------------------- */

static int
run_verify (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const PerronContentOptions options = perron_content_options (config);
  PerronPackAbout about;

  if (argc != 2)
    return perron_ctl_fail (2, "content verify PACK");
  int fd = open_pack (argv[1]);
  if (fd < 0)
    return perron_ctl_fail (3, "%s: %s", argv[1], g_strerror (errno));
  gboolean welcome = perron_pack_judge (&options, fd, &about, &error);
  close (fd);
  if (!welcome)
    return refuse (error);
  print_about (&about);
  printf ("may be installed here\n");
  return 0;
}

/* --- check ------------------------------------------------------------------------------------------------------------------ */

/* What the terminal itself would ask before it shows this to anybody. */
static guint
check_folder (PerronConfig *config, const char *folder)
{
  const PerronContentOptions options = perron_content_options (config);
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_auto (PerronContentInUse) in_use = { 0 };

  perron_content_look (&options, PERRON_ROLE_CONTENT, TRUE, &in_use);
  g_autofree char *before = in_use.files != NULL ? g_build_filename (in_use.files, "journeys", NULL)
                                                 : g_strdup (perron_config_get (config, PERRON_CONFIG_PATHS_JOURNEYS));
  const PerronContentFolder content = { .folder = folder,
                                        .start = perron_config_get (config, PERRON_CONFIG_JOURNEY_START),
                                        .known_texts = perron_config_get (config, PERRON_CONFIG_PATHS_TEXTS),
                                        .known_ui = perron_config_get (config, PERRON_CONFIG_PATHS_UI),
                                        .before_journeys = before };
  (void) perron_journey_check_content (&content, faults);
  for (guint i = 0; i < faults->len; i++)
    printf ("%s\n", (const char *) g_ptr_array_index (faults, i));
  return faults->len;
}

/* 0: sound; 1: not, and why; 3: cannot tell. */
static int
check_pack (PerronConfig *config, int fd, PerronPackAbout *ret_about)
{
  g_autoptr (GError) error = NULL;
  const PerronContentOptions options = perron_content_options (config);
  g_autofree char *folder = g_dir_make_tmp ("perron-pack-XXXXXX", &error);
  if (folder == NULL)
    return perron_ctl_fail (3, "%s", error->message);

  int status = 0;
  if (!perron_pack_unpack_to (&options, fd, folder, ret_about, &error))
    status = refuse (error);
  else if (ret_about->role == PERRON_ROLE_CONTENT && check_folder (config, folder) > 0)
    status = perron_ctl_fail (1, "unfit: a genuine pack with faults in it");
  perron_pack_discard (folder);
  return status;
}

static int
run_check (PerronConfig *config, int argc, char **argv)
{
  PerronPackAbout about;
  if (argc != 2)
    return perron_ctl_fail (2, "content check PACK");
  int fd = open_pack (argv[1]);
  if (fd < 0)
    return perron_ctl_fail (3, "%s: %s", argv[1], g_strerror (errno));
  int status = check_pack (config, fd, &about);
  close (fd);
  if (status != 0)
    return status;
  print_about (&about);
  printf ("no fault\n");
  return 0;
}

/* --- install ---------------------------------------------------------------------------------------------------------------- */

static int
run_install (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const PerronContentOptions options = perron_content_options (config);
  PerronPackAbout about;

  if (argc != 2)
    return perron_ctl_fail (2, "content install PACK");
  int fd = open_pack (argv[1]);
  if (fd < 0)
    return perron_ctl_fail (3, "%s: %s", argv[1], g_strerror (errno));
  int status = check_pack (config, fd, &about);
  gboolean installed = status == 0 && perron_content_install (&options, fd, &about, &error);
  close (fd);
  if (status != 0)
    return status;
  if (!installed)
    return refuse (error);
  print_about (&about);
  printf ("installed: the terminal shows it when nobody is there\n");
  return 0;
}

static int
run_rollback (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const PerronContentOptions options = perron_content_options (config);
  PerronContentRole role = PERRON_ROLE_CONTENT;
  gint64 version;

  if (argc > 2 || (argc == 2 && !perron_content_role_parse (argv[1], &role)))
    return perron_ctl_fail (2, "content rollback [content|certificates]");
  if (!perron_content_roll_back (&options, role, &version, &error))
    return refuse (error);
  printf ("%s: back to %" G_GINT64_FORMAT "; the one left is never taken again, a newer one is\n", perron_content_role_word (role), version);
  return 0;
}

/* --- list ------------------------------------------------------------------------------------------------------------------- */

static const char *const origin_words[] = {
  [PERRON_CONTENT_FROM_PACKAGE] = "package",
  [PERRON_CONTENT_FROM_CURRENT] = "current",
  [PERRON_CONTENT_FROM_PREVIOUS] = "previous",
};

static void
put (JsonBuilder *json, const char *member, const char *value)
{
  json_builder_set_member_name (json, member);
  if (value != NULL)
    json_builder_add_string_value (json, value);
  else
    json_builder_add_null_value (json);
}

static void
put_in_use (JsonBuilder *json, const char *role, const PerronContentInUse *in_use)
{
  json_builder_set_member_name (json, role);
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "version");
  json_builder_add_int_value (json, in_use->version);
  put (json, "origin", origin_words[in_use->origin]);
  json_builder_set_member_name (json, "expires_unix_ms");
  json_builder_add_int_value (json, in_use->expires_unix_ms);
  json_builder_set_member_name (json, "expired");
  json_builder_add_boolean_value (json, in_use->expired);
  put (json, "files", in_use->files);
  put (json, "fault", in_use->fault);
  json_builder_end_object (json);
}

static void
print_in_use (const char *role, const PerronContentInUse *in_use)
{
  if (in_use->origin == PERRON_CONTENT_FROM_PACKAGE) {
    printf ("%s: %s\n", role, "what came with the program");
  } else {
    g_autofree char *expires = format_time (in_use->expires_unix_ms);
    printf ("%s: %" G_GINT64_FORMAT " (%s), until %s%s\n", role, in_use->version, origin_words[in_use->origin], expires,
            in_use->expired ? ", EXPIRED" : "");
  }
  if (in_use->fault != NULL)
    printf ("  passed over: %s\n", in_use->fault);
}

static int
run_list (PerronConfig *config, int argc, char **argv)
{
  const PerronContentOptions options = perron_content_options (config);
  g_autoptr (JsonBuilder) json = perron_ctl_take_switch (&argc, argv, "--json") ? json_builder_new () : NULL;
  gboolean whole = TRUE;

  if (argc != 1)
    return perron_ctl_fail (2, "content list [--json]");
  if (json != NULL)
    json_builder_begin_object (json);
  for (guint role = 0; role < PERRON_ROLE_COUNT; role++) {
    g_auto (PerronContentInUse) in_use = { 0 };
    perron_content_look (&options, (PerronContentRole) role, TRUE, &in_use);
    whole &= in_use.fault == NULL;
    if (json != NULL)
      put_in_use (json, perron_content_role_word ((PerronContentRole) role), &in_use);
    else
      print_in_use (perron_content_role_word ((PerronContentRole) role), &in_use);
  }
  if (json != NULL) {
    json_builder_end_object (json);
    g_autoptr (JsonNode) root = json_builder_get_root (json);
    g_autofree char *text = json_to_string (root, TRUE);
    puts (text);
  }
  return whole ? 0 : 1;
}

const PerronVerb perron_ctl_content[] = {
  { "list", run_list, "list [--json]   what is in use; 1: something installed was passed over" },
  { "check", run_check, "check PACK   genuine, and fit to be shown" },
  { "verify", run_verify, "verify PACK   genuine, newer than what is here, not expired" },
  { "install", run_install, "install PACK   check, verify, take it (also from a USB key)" },
  { "rollback", run_rollback, "rollback [content|certificates]   back to the one before" },
  { NULL, NULL, NULL },
};
