/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The private folder of one demonstration: keys, configuration files, free ports, and the names under which commands and
 * configuration templates know them ("@RUN@", "@NET_PORT@" …). One thread.
 */
typedef enum {
  PERRON_STAGE_ERROR_FOLDER,   /* cannot be made or written; message names it */
  PERRON_STAGE_ERROR_TEMPLATE, /* a template names something unknown; message names file and word */
  PERRON_STAGE_ERROR_PROGRAM,  /* pki.sh or a service failed; message says which, and where its log is */
  PERRON_STAGE_ERROR_COMMAND,  /* unknown verb or service */
} PerronStageError;

#define PERRON_STAGE_ERROR (perron_stage_error_quark ())
GQuark perron_stage_error_quark (void);

typedef struct PerronWorld PerronWorld;

typedef struct {
  const char *dir;         /* the folder; made; emptied of an earlier demonstration, and of nothing else */
  const char *display;     /* X display to use; NULL: a virtual one is started */
  const char *wayland;     /* Wayland display to use; NULL: X */
  const char *sound;       /* PulseAudio server that plays for real; NULL: only recorded */
  const char *screen;      /* "1280x1024" */
  const char *const *sets; /* "group.key=value" for perron.conf, NULL-terminated, nullable */
} PerronWorldOptions;

/* Makes folders, keys (pki.sh, 0.3 s) and configuration files. Blocks. Transfer full. */
PerronWorld *perron_world_new (const PerronWorldOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_world_free (PerronWorld *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronWorld, perron_world_free)

/* Borrowed; NULL when unknown. */
const char *perron_world_get (const PerronWorld *world, const char *name);
void perron_world_set (PerronWorld *world, const char *name, const char *value);

/* `text` with every "@NAME@" replaced; `where` is named in the error. Transfer full. */
char *perron_world_expand (const PerronWorld *world, const char *where, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Environment of everything that runs in this world: "NAME=value" strings, nothing of the user's home in it. Transfer full. */
char **perron_world_dup_environment (const PerronWorld *world);

G_END_DECLS
