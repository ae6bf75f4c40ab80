/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/config.h"

G_BEGIN_DECLS

/*
 * perron ready: one row a device or channel. A check looks, and changes nothing that a person at the terminal could notice. It says
 * what it proves and what it does not: an operator must not read more into "ready" than there is.
 */
typedef enum {
  PERRON_READY_YES,
  PERRON_READY_ATTENTION, /* works; somebody should look at it in the next days */
  PERRON_READY_NO,
  PERRON_READY_NONE,      /* the configuration does not want it */
} PerronReadyState;

typedef struct {
  PerronReadyState state;
  GString *says;   /* one sentence; never anything of a person */
  GString *detail; /* of the log's kind; may be empty */
  GPtrArray *facts; /* PerronReadyFact */
} PerronReadyAnswer;

typedef struct {
  const char *name;
  gint64 value;
} PerronReadyFact;

typedef struct {
  const char *id;
  const char *title;
  const char *proves;
  const char *leaves_open;
  void (*look) (PerronConfig *config, PerronReadyAnswer *answer);
} PerronReadyCheck;

/* Each ends with a row of NULL. */
extern const PerronReadyCheck perron_ready_devices[]; /* ctl-ready-devices.c */
extern const PerronReadyCheck perron_ready_house[];   /* ctl-ready-house.c */

extern const PerronReadyCheck perron_ready_content[];  /* ctl-ready-content.c */
extern const PerronReadyCheck perron_ready_identity[]; /* ctl-ready-identity.c */

/* What the word of a link fault (sync/http) means for whoever reads. Static. */
const char *perron_ready_link_sentence (const char *fault);

/* Is that fault about who this terminal is: certificate, key, clock? */
gboolean perron_ready_link_is_identity (const char *fault);

/* Sets the state unless a worse one stands, and replaces the sentence when it does. */
void perron_ready_say (PerronReadyAnswer *answer, PerronReadyState state, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Not ready, and why; `error` nullable. */
void perron_ready_fail (PerronReadyAnswer *answer, const char *sentence, const GError *error);

/* `name` is static. */
void perron_ready_tell (PerronReadyAnswer *answer, const char *name, gint64 value);

G_END_DECLS
