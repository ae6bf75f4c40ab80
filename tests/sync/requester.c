/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * requester FOLDER COUNT: registers COUNT requests of invented people through the registrar, one after the other as perron-kiosk does,
 * prints what must not be found on the disk (one a line), then "ready", and ends when its standard input does; the last line is the locked
 * memory in use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/store/registrar.h"
#include "tests/sync/seal-fixture.h"

typedef struct {
  GMainLoop *loop;
  PerronRegistrar *registrar;
  guint left;
} Wait;

static void
set (PerronRequest *request, const char *name, char *target, gsize size, const char *value)
{
  g_assert_true (target != NULL ? perron_secret_copy_text (target, size, value) : perron_request_set_field (request, name, value));
  puts (value);
}

static PerronRequest *
invent (guint i)
{
  PerronRequest *request = perron_request_new ();
  PerronHolder *holder = &request->holder;
  char value[128];

  g_assert_true (perron_secret_copy_text (request->kind, sizeof request->kind, "rappel"));
  puts (request->kind);
  request->has_holder = TRUE;
  g_snprintf (value, sizeof value, "ESSAINOM%03u", i);
  set (request, NULL, holder->surname, sizeof holder->surname, value);
  g_snprintf (value, sizeof value, "PRENOMESSAI%03u", i);
  set (request, NULL, holder->given_name, sizeof holder->given_name, value);
  guint64 number = G_GUINT64_CONSTANT (2900199000000) + i;
  g_snprintf (value, sizeof value, "%" G_GUINT64_FORMAT "%02u", number, (guint) (97 - number % 97));
  set (request, NULL, holder->number.value, sizeof holder->number.value, value);
  g_snprintf (value, sizeof value, "0639980%03u", i);
  set (request, "phone", NULL, 0, value);
  g_snprintf (value, sizeof value, "essai%03u@exemple.example", i);
  set (request, "email", NULL, 0, value);
  return request;
}

static void
on_news (const PerronNews *news, gpointer data)
{
  Wait *wait = data;
  if (news->kind == PERRON_NEWS_NOT_REGISTERED)
    g_error ("%s", news->error->message);
  if (news->kind != PERRON_NEWS_REGISTERED)
    return;
  if (--wait->left == 0)
    g_main_loop_quit (wait->loop);
  else
    perron_registrar_submit (wait->registrar, invent (wait->left));
}

int
main (int argc, char **argv)
{
  if (argc != 3)
    return 2;
  g_autoptr (GError) error = NULL;
  SealKeys keys;
  PerronFakeClock clock;
  g_autofree char *path = g_build_filename (argv[1], "outbox.db", NULL);
  PerronOutboxOptions options = { path, 100000, 0, 0, TRUE, { 0 } };
  Wait wait = { g_main_loop_new (NULL, FALSE), NULL, (guint) atoi (argv[2]) };

  perron_fake_clock_init (&clock, SEAL_NOW_MS, 1000);
  seal_keys_make (&keys, 90);
  wait.registrar = perron_registrar_new (&options, &keys.options, &clock.clock, on_news, &wait, &error);
  if (wait.registrar == NULL)
    g_error ("%s", error->message);
  perron_registrar_submit (wait.registrar, invent (wait.left));
  g_main_loop_run (wait.loop);
  puts ("ready");
  fflush (stdout);
  char byte;
  while (read (STDIN_FILENO, &byte, 1) > 0)
    continue;
  perron_registrar_free (wait.registrar);
  printf ("%" G_GSIZE_FORMAT "\n", perron_secret_in_use ());
  seal_keys_remove (&keys);
  g_main_loop_unref (wait.loop);
  return 0;
}
