/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/reply-code.h"
#include "sync/engine/wire-text.h"

G_BEGIN_DECLS

/* A reply's code as three elements of a FHIR R4 Task (sync/CONTRACT.md section 5). For encoder and parser alone. */
typedef struct {
  const char *status;   /* Task.status: "in-progress", "completed", "rejected" */
  const char *business; /* Task.businessStatus */
  const char *reason;   /* Task.statusReason; NULL: there is none */
} PerronReplyWords;

/* Not NONE. Borrowed, static. */
const PerronReplyWords *wire_reply_words (PerronReplyCode code);

/* Task.status is that of some reply? */
gboolean wire_reply_has_status (const WireValue *task);

/* FALSE: the three do not go together. */
gboolean wire_reply_code (const WireValue *task, PerronReplyCode *ret_code);

G_END_DECLS
