/* SPDX-License-Identifier: GPL-3.0-or-later */
/* perron-pack: makes and signs packs and roots, where the signing keys are kept. A terminal does not need it. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "sync/content/build.h"

typedef struct {
  char *role;
  char *out;
  char *expires;
  char *needs;
  char *threshold;
  gint64 version;
  char **keys;
  char **roots;
  char **root_keys;
  char **content_keys;
  char **certificates_keys;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  char **const texts[] = { &arguments->role, &arguments->out, &arguments->expires, &arguments->needs, &arguments->threshold };
  char ***const lists[] = { &arguments->keys, &arguments->roots, &arguments->root_keys, &arguments->content_keys, &arguments->certificates_keys };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (*texts[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    g_strfreev (*lists[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static int
fail (int status, const char *message)
{
  fprintf (stderr, "perron-pack: %s\n", message);
  return status;
}

static gboolean
read_time (const char *text, gint64 *ret_unix_s, GError **error)
{
  if (text != NULL && perron_span_to_time ((PerronSpan){ text, strlen (text) }, ret_unix_s))
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--expires YYYY-MM-DDTHH:MM:SSZ must be given");
  return FALSE;
}

static gboolean
require (gboolean given, const char *what, GError **error)
{
  if (!given)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s must be given", what);
  return given;
}

/* --- verbs ------------------------------------------------------------------------------------------------------------------ */

static gboolean
build (const Arguments *arguments, const char *folder, GError **error)
{
  PerronBuildOptions options = { .version = arguments->version,
                                 .created_unix_s = perron_clock_unix_ms (perron_clock_system ()) / 1000,
                                 .roots = (const char *const *) arguments->roots };
  const char *needs = arguments->needs != NULL ? arguments->needs : PERRON_VERSION;

  return require (folder != NULL, "a folder", error) && require (arguments->out != NULL, "--out FILE", error) &&
         require (arguments->version > 0, "--version NUMBER", error) &&
         require (perron_content_role_parse (arguments->role, &options.role), "--role content|certificates", error) &&
         require (perron_span_to_release ((PerronSpan){ needs, strlen (needs) }, options.needs), "--needs N.N.N", error) &&
         read_time (arguments->expires, &options.expires_unix_s, error) &&
         perron_build_pack (folder, &options, (const char *const *) arguments->keys, arguments->out, error);
}

static gboolean
add_keys (PerronRoot *root, guint which, char **paths, guint threshold, GError **error)
{
  PerronRootRole *role = &root->roles[which];
  role->threshold = threshold;
  for (guint i = 0; paths != NULL && paths[i] != NULL; i++) {
    if (!require (role->count < PERRON_ROOT_KEYS_MAX, "at most 8 keys a role", error) ||
        !perron_build_load_public (paths[i], role->keys[role->count++], error))
      return FALSE;
  }
  return require (role->count >= threshold, "as many keys as signatures, for each of root, content, certificates", error);
}

static gboolean
make_root (const Arguments *arguments, const char *nothing, GError **error)
{
  PerronRoot root = { .version = arguments->version };
  guint64 threshold = 2;

  return require (nothing == NULL, "no folder", error) && require (arguments->out != NULL, "--out FILE", error) &&
         require (arguments->version > 0, "--version NUMBER", error) && read_time (arguments->expires, &root.expires_unix_s, error) &&
         (arguments->threshold == NULL || g_ascii_string_to_unsigned (arguments->threshold, 10, 2, PERRON_ROOT_KEYS_MAX, &threshold, error)) &&
         add_keys (&root, PERRON_ROLE_CONTENT, arguments->content_keys, (guint) threshold, error) &&
         add_keys (&root, PERRON_ROLE_CERTIFICATES, arguments->certificates_keys, (guint) threshold, error) &&
         add_keys (&root, PERRON_ROLE_ROOT, arguments->root_keys, (guint) threshold, error) &&
         perron_build_root (&root, (const char *const *) arguments->keys, arguments->out, error);
}

static gboolean
sign (const Arguments *arguments, const char *path, GError **error)
{
  if (!require (path != NULL, "a pack or a root file", error) || !require (arguments->keys != NULL, "--sign KEY", error))
    return FALSE;
  for (guint i = 0; arguments->keys[i] != NULL; i++) {
    if (!perron_build_add_signature (path, arguments->keys[i], error))
      return FALSE;
  }
  return TRUE;
}

static const struct {
  const char *verb;
  gboolean (*run) (const Arguments *arguments, const char *operand, GError **error);
} verbs[] = { { "build", build }, { "root", make_root }, { "sign", sign } };

int
main (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  const GOptionEntry entries[] = {
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &arguments.out, "file to write", "FILE" },
    { "role", 0, 0, G_OPTION_ARG_STRING, &arguments.role, "build: content or certificates", "ROLE" },
    { "version", 0, 0, G_OPTION_ARG_INT64, &arguments.version, "build, root: higher than any before", "NUMBER" },
    { "expires", 0, 0, G_OPTION_ARG_STRING, &arguments.expires, "build, root: from when on it is not taken any more", "TIME" },
    { "needs", 0, 0, G_OPTION_ARG_STRING, &arguments.needs, "build: oldest program that can use it (this one's version)", "N.N.N" },
    { "root", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments.roots, "build: root file to send along, oldest first", "FILE" },
    { "sign", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments.keys, "private Ed25519 key (PEM) to sign with", "KEY" },
    { "threshold", 0, 0, G_OPTION_ARG_STRING, &arguments.threshold, "root: signatures needed in each role (2)", "N" },
    { "root-key", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments.root_keys, "root: a key that signs roots", "KEY" },
    { "content-key", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments.content_keys, "root: a key that signs content", "KEY" },
    { "certificates-key", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments.certificates_keys, "root: a key that signs certificates", "KEY" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("build DIR | root | sign FILE");
  g_autoptr (GError) error = NULL;

  setlocale (LC_CTYPE, "C.UTF-8");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return fail (2, error->message);
  for (gsize i = 0; i < G_N_ELEMENTS (verbs) && argc >= 2 && argc <= 3; i++) {
    if (strcmp (argv[1], verbs[i].verb) == 0)
      return verbs[i].run (&arguments, argv[2], &error) ? 0 : fail (error->domain == G_OPTION_ERROR ? 2 : 3, error->message);
  }
  return fail (2, "build DIR --role ROLE --version N --expires TIME --out PACK [--root FILE]... --sign KEY...; root ...; sign FILE --sign KEY");
}
