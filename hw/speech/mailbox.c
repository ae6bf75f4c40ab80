/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/speech/mailbox.h"

struct PerronMailbox {
  gatomicrefcount references;
  GMainContext *context;
  PerronSpeechCallback callback;
  gpointer user;
  gboolean closed; /* only the context's thread looks and sets */
};

typedef struct {
  PerronMailbox *mailbox;
  PerronSpeechEvent event;
} Letter;

PerronMailbox *
perron_mailbox_new (PerronSpeechCallback callback, gpointer user)
{
  PerronMailbox *mailbox = g_new0 (PerronMailbox, 1);
  g_atomic_ref_count_init (&mailbox->references);
  mailbox->context = g_main_context_ref_thread_default ();
  mailbox->callback = callback;
  mailbox->user = user;
  return mailbox;
}

void
perron_mailbox_unref (PerronMailbox *mailbox)
{
  if (mailbox == NULL || !g_atomic_ref_count_dec (&mailbox->references))
    return;
  g_main_context_unref (mailbox->context);
  g_free (mailbox);
}

void
perron_mailbox_close (PerronMailbox *mailbox)
{
  mailbox->closed = TRUE;
}

static gboolean
deliver (gpointer user)
{
  const Letter *letter = user;
  if (!letter->mailbox->closed)
    letter->mailbox->callback (&letter->event, letter->mailbox->user);
  return G_SOURCE_REMOVE;
}

static void
free_letter (gpointer user)
{
  Letter *letter = user;
  perron_mailbox_unref (letter->mailbox);
  g_free (letter);
}

void
perron_mailbox_post (PerronMailbox *mailbox, PerronSpeechEventKind kind, guint id, guint start, guint length)
{
  Letter *letter = g_new0 (Letter, 1);
  g_atomic_ref_count_inc (&mailbox->references);
  letter->mailbox = mailbox;
  letter->event = (PerronSpeechEvent){ kind, id, start, length };

  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver, letter, free_letter);
  g_source_attach (source, mailbox->context);
}
