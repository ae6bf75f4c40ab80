/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <curl/curl.h>
#include <glib.h>

G_BEGIN_DECLS

/* Private to sync/http. The thread that moves bytes: what was started goes on while its owner does something else. */
typedef struct PerronLine PerronLine;

/* One transfer as the line sees it; part of somebody's larger struct. */
typedef struct {
  CURL *curl;    /* set up by the owner, who leaves it alone from start to end */
  CURLcode code; /* after the end */
  gboolean ended;
} PerronTransfer;

/* One connection at most. No thread yet: the first start makes it; it sleeps while nothing is under way. NULL: libcurl does not start. */
PerronLine *perron_line_new (void);

/* Nothing is under way any more. Joins the thread, closes the connection. NULL is fine. */
void perron_line_free (PerronLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronLine, perron_line_free)

/* Owner's thread; callbacks of the handle come from the line's. */
void perron_line_start (PerronLine *line, PerronTransfer *transfer);
void perron_line_await (PerronLine *line, PerronTransfer *transfer); /* blocks */

G_END_DECLS
