/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "hw/card/card-watch.h"
#include "kiosk/app/shown.h"
#include "kiosk/core/config.h"
#include "kiosk/journey/journey.h"

G_BEGIN_DECLS

/*
 * The wiring of a session: what the person does and what devices and store tell become events of the runner; its effects become
 * calls of the rooms. Nothing is decided here. Main thread only.
 */
typedef struct PerronSession PerronSession;

/* What start needs, loaded and checked before a window is shown. Everything is taken; `config` is borrowed and outlives it. */
typedef struct {
  const PerronConfig *config;
  PerronShown *shown;
  PerronCardSource *card_source; /* nullable: no card reader at all */
  PerronProfiles *profiles;
} PerronSessionParts;

/* Opens the outbox and the voice, shows the window. NULL with the error of the room that refused. Transfer full. */
PerronSession *perron_session_new (GtkApplication *application, const PerronSessionParts *parts, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_session_free (PerronSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronSession, perron_session_free)

G_END_DECLS
