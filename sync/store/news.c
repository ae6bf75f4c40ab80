/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/news.h"

struct PerronNewsDoor {
  GMainContext *context;
  PerronNewsCallback callback; /* NULL once closed; only touched on the creator's thread */
  gpointer data;
};

typedef struct {
  PerronNewsDoor *door;
  PerronNews news;
  char *reference;
  char *link;
  PerronListing listing;
  GError *error;
} Letter;

static void
door_clear (gpointer data)
{
  PerronNewsDoor *door = data;
  g_main_context_unref (door->context);
}

static void
door_unref (PerronNewsDoor *door)
{
  g_atomic_rc_box_release_full (door, door_clear);
}

PerronNewsDoor *
perron_news_door_new (PerronNewsCallback callback, gpointer data)
{
  PerronNewsDoor *door = g_atomic_rc_box_new0 (PerronNewsDoor);
  door->context = g_main_context_ref_thread_default ();
  door->callback = callback;
  door->data = data;
  return door;
}

static void
letter_free (gpointer data)
{
  Letter *letter = data;
  door_unref (letter->door);
  g_free (letter->reference);
  g_free (letter->link);
  g_clear_error (&letter->error);
  g_free (letter);
}

static gboolean
deliver (gpointer data)
{
  Letter *letter = data;
  if (letter->door->callback != NULL)
    letter->door->callback (&letter->news, letter->door->data);
  return G_SOURCE_REMOVE;
}

void
perron_news_send (PerronNewsDoor *door, const PerronNews *news)
{
  Letter *letter = g_new0 (Letter, 1);
  letter->door = g_atomic_rc_box_acquire (door);
  letter->reference = g_strdup (news->reference);
  letter->link = g_strdup (news->link);
  letter->error = news->error != NULL ? g_error_copy (news->error) : NULL;
  letter->news = *news;
  letter->news.reference = letter->reference;
  letter->news.link = letter->link;
  if (news->listing != NULL) {
    letter->listing = *news->listing;
    letter->news.listing = &letter->listing;
  }
  letter->news.error = letter->error;

  /* Not g_main_context_invoke(): that may run the callback here, on the wrong thread. */
  GSource *source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver, letter, letter_free);
  g_source_attach (source, door->context);
  g_source_unref (source);
}

void
perron_news_door_close (PerronNewsDoor *door)
{
  door->callback = NULL;
  door_unref (door);
}
