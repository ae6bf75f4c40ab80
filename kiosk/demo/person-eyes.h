/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What a person at the terminal perceives: the current screen, whether it is painted, what was said, what became of a request.
 * Reads the observer socket of perron-kiosk (kiosk/demo/README.md); when the terminal dies and comes back, connects again. One thread.
 */
typedef enum {
  PERRON_PERSON_ERROR_TIMEOUT, /* what was waited for did not come in time */
  PERRON_PERSON_ERROR_SCRIPT,  /* unknown verb, wrong argument */
  PERRON_PERSON_ERROR_DISPLAY, /* X refuses */
  PERRON_PERSON_ERROR_PEER,    /* the dock or the stage said no */
} PerronPersonError;

#define PERRON_PERSON_ERROR (perron_person_error_quark ())
GQuark perron_person_error_quark (void);

typedef struct {
  char *name;
  char *label;
  gboolean enabled;
  double x, y, w, h; /* window coordinates */
} PerronSeenTarget;

typedef struct {
  gint64 serial;
  char *journey;
  char *screen;
  char *kind;
  char *text;
  char *lang;
  char *link;
  gint64 size;
  gint64 contrast;
  GPtrArray *targets; /* PerronSeenTarget* */
} PerronSeenScreen;

typedef enum {
  PERRON_SEEN_SCREEN,
  PERRON_SEEN_SAID,
  PERRON_SEEN_REGISTERED,
  PERRON_SEEN_PROGRESS,
  PERRON_SEEN_WIPED,
  PERRON_SEEN_DEVICE
} PerronSeenKind;

/* One thing that happened, in order. `text` is the sentence, the state; `detail` the outcome and privacy, the reference. DEVICE: "keypads here". */
typedef struct {
  PerronSeenKind kind;
  char *text;
  char *detail;
  char *outcome;
} PerronSeen;

typedef struct PerronEyes PerronEyes;

typedef void (*PerronEyesCallback) (const PerronSeen *seen, gpointer data);

/* `on_seen` (nullable) is called for each thing when it is read. Connects at the first wait. Transfer full. */
PerronEyes *perron_eyes_new (const char *socket_path, PerronEyesCallback on_seen, gpointer data);
void perron_eyes_free (PerronEyes *eyes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronEyes, perron_eyes_free)

const PerronSeenScreen *perron_eyes_get_screen (const PerronEyes *eyes); /* NULL: none yet; borrowed until the next wait */
gboolean perron_eyes_is_painted (const PerronEyes *eyes);

/* How many touches and keys the terminal has answered by a painted frame; changes also when the terminal goes away. */
gint64 perron_eyes_get_answered (const PerronEyes *eyes);
const PerronSeenTarget *perron_eyes_find_target (const PerronEyes *eyes, const char *name);
const GPtrArray *perron_eyes_get_history (const PerronEyes *eyes); /* PerronSeen*, since the beginning */

typedef gboolean (*PerronEyesCondition) (const PerronEyes *eyes, gconstpointer data);

/* Reads until `condition` holds, at most `timeout_ms`. FALSE: it does not hold. */
gboolean perron_eyes_wait (PerronEyes *eyes, guint timeout_ms, PerronEyesCondition condition, gconstpointer data);

G_END_DECLS
