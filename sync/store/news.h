/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/store/registrar.h"

G_BEGIN_DECLS

/* The one way from the registrar's thread back to its creator's main context. Private to sync/store. */
typedef struct PerronNewsDoor PerronNewsDoor;

/* Creator's thread: news come on its thread-default main context. */
PerronNewsDoor *perron_news_door_new (PerronNewsCallback callback, gpointer data);

/* Any thread; copies. Never runs the callback itself, even when the main context is idle. */
void perron_news_send (PerronNewsDoor *door, const PerronNews *news);

/* Creator's thread: whatever is still under way is dropped. */
void perron_news_door_close (PerronNewsDoor *door);

G_END_DECLS
