/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/speech/speech.h"

G_BEGIN_DECLS

/*
 * Events of the voice on their way from its threads to the main context of whoever made it. After close() nothing is delivered,
 * also what was already on its way. Internal to hw/speech.
 */
typedef struct PerronMailbox PerronMailbox;

PerronMailbox *perron_mailbox_new (PerronSpeechCallback callback, gpointer user); /* remembers the thread-default context */
void perron_mailbox_unref (PerronMailbox *mailbox);
void perron_mailbox_close (PerronMailbox *mailbox);                               /* from the context's thread */
void perron_mailbox_post (PerronMailbox *mailbox, PerronSpeechEventKind kind, guint id, guint start, guint length); /* any thread */

G_END_DECLS
