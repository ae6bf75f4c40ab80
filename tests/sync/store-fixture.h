/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/store/outbox.h"

G_BEGIN_DECLS

/* An outbox in a folder of its own, a clock that stands still, and envelopes of known bytes instead of sealed ones. */
typedef struct {
  char *folder;
  char *path;
  PerronFakeClock clock;
  PerronOutboxOptions options;
  PerronOutbox *outbox;
  guint made; /* ids given so far */
} Fixture;

void fixture_set_up (Fixture *fixture, gconstpointer data);
void fixture_tear_down (Fixture *fixture, gconstpointer data);

/* Closes and opens again with the options; returns whether a broken file was set aside. */
gboolean fixture_reopen (Fixture *fixture);

/* A second connection, as perron-sync has one. */
PerronOutbox *fixture_open_second (Fixture *fixture);

void fixture_make_id (Fixture *fixture, guint8 id[PERRON_UUID_BYTES]);

/* A seal callback: `data` is the id; the bytes are the same for the same id and counter. */
PerronEnvelope *fixture_seal (gpointer id, gint64 counter, const char *reference, GError **error);

/* Enqueues one more; aborts when that fails. */
gint64 fixture_enqueue (Fixture *fixture, char reference[PERRON_REFERENCE_BYTES]);

PerronItem fixture_find (Fixture *fixture, const char *reference);

/* The one number a query gives, on a connection of its own. */
gint64 fixture_ask (Fixture *fixture, const char *sql);
void fixture_change (Fixture *fixture, const char *sql);

/* Removes a folder and all in it. */
void fixture_remove_folder (const char *folder);

G_END_DECLS
