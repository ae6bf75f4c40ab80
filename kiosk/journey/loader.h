/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/model.h"
#include "kiosk/journey/strict-json.h"

G_BEGIN_DECLS

/* The two halves of reading a journey: first what stands on the screens, then the ways between them (which name screens and answers). */

typedef struct {
  PerronAt at;
  PerronJourney *journey;
} PerronLoader;

/* A copy that lives as long as the journey; NULL stays NULL. */
const char *perron_loader_keep (const PerronLoader *loader, const char *text);
gpointer perron_loader_alloc (const PerronLoader *loader, gsize count, gsize size);

/* a-z 0-9 and dashes, at most PERRON_ID_MAX. */
gboolean perron_loader_id (const PerronLoader *loader, JsonObject *object, const char *name, gboolean required,
                           const char **ret_id) G_GNUC_WARN_UNUSED_RESULT;

gboolean perron_loader_screens (PerronLoader *loader, JsonArray *screens) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_loader_ways (PerronLoader *loader, JsonArray *screens) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_loader_card_ways (PerronLoader *loader, JsonObject *card) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_loader_tap_ways (PerronLoader *loader, JsonObject *tap) G_GNUC_WARN_UNUSED_RESULT; /* nullable: none */

G_END_DECLS
