/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "hw/nfc/badges.h"
#include "hw/nfc/nfc-watch.h"
#include "kiosk/ctl/ctl.h"

/* perron badge: the badges of a place. The terminal is stopped while one is enrolled: there is one reader, and one who hears it. */

typedef struct {
  GMainLoop *loop;
  gboolean tapped;
  PerronNfcKind kind;
  gboolean has_hash;
  guint8 hash[PERRON_NFC_HASH_BYTES];
} Wait;

static void
on_news (const PerronNfcNews *news, gpointer data)
{
  Wait *wait = data;
  if (news->event != PERRON_NFC_EVENT_TAP || wait->tapped)
    return;
  wait->tapped = TRUE;
  wait->kind = news->kind;
  wait->has_hash = news->badge != NULL;
  if (wait->has_hash)
    memcpy (wait->hash, news->badge, sizeof wait->hash);
  g_main_loop_quit (wait->loop);
}

static gboolean
on_late (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
wait_for_tap (PerronConfig *config, guint timeout_s, Wait *wait, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  wait->loop = loop;
  g_autoptr (PerronNfcWatch) watch = perron_nfc_watch_new (config, on_news, wait, error);
  if (watch == NULL)
    return FALSE;
  guint late = g_timeout_add_seconds (timeout_s, on_late, loop);
  fprintf (stderr, "perron: lay the badge on the reader\n");
  g_main_loop_run (loop);
  g_source_remove (late);
  return TRUE;
}

static PerronBadges *
load (PerronConfig *config, GError **error)
{
  const char *path = perron_config_require (config, PERRON_CONFIG_NFC_BADGES, error);
  return path != NULL ? perron_badges_load (path, error) : NULL;
}

static int
enrol (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Wait wait = { 0 };
  guint64 timeout_s = 30;
  const char *word = perron_ctl_take_value (&argc, argv, "--timeout");
  if (argc != 2 || (word != NULL && !g_ascii_string_to_unsigned (word, 10, 1, 600, &timeout_s, NULL)))
    return perron_ctl_fail (2, "badge enrol NAME [--timeout 1..600]");
  g_autoptr (PerronBadges) badges = load (config, &error);
  if (badges == NULL || !wait_for_tap (config, (guint) timeout_s, &wait, &error))
    return perron_ctl_fail (3, "%s", error->message);
  if (!wait.tapped)
    return perron_ctl_fail (1, "nothing was laid on the reader: is perron-nfc running, and the terminal stopped?");
  if (wait.kind != PERRON_NFC_BADGE)
    return perron_ctl_fail (1, "not a badge: %s", perron_nfc_kind_to_string (wait.kind));
  if (!wait.has_hash)
    return perron_ctl_fail (3, "this badge has no lasting identifier, or perron-nfc has no [nfc] badge_key");
  gboolean done = perron_badges_enrol (badges, argv[1], wait.hash, &error);
  return done ? 0 : perron_ctl_fail (g_error_matches (error, PERRON_BADGES_ERROR, PERRON_BADGES_ERROR_FILE) ? 3 : 1, "%s", error->message);
}

static int
list (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  if (argc != 1)
    return perron_ctl_fail (2, "badge list");
  g_autoptr (PerronBadges) badges = load (config, &error);
  if (badges == NULL)
    return perron_ctl_fail (3, "%s", error->message);
  for (guint i = 0; i < perron_badges_count (badges); i++)
    printf ("%s\n", perron_badges_get_name (badges, i));
  return 0;
}

static int
forget (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  if (argc != 2)
    return perron_ctl_fail (2, "badge forget NAME");
  g_autoptr (PerronBadges) badges = load (config, &error);
  if (badges == NULL)
    return perron_ctl_fail (3, "%s", error->message);
  if (perron_badges_forget (badges, argv[1], &error))
    return 0;
  return perron_ctl_fail (g_error_matches (error, PERRON_BADGES_ERROR, PERRON_BADGES_ERROR_FILE) ? 3 : 1, "%s", error->message);
}

const PerronVerb perron_ctl_badge[] = {
  { "enrol", enrol, "enrol NAME [--timeout S]      the badge that is laid on the reader gets that name; stop the terminal first" },
  { "list", list, "list                          names of the badges, one a line" },
  { "forget", forget, "forget NAME" },
  { NULL, NULL, NULL },
};
