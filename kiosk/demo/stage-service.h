/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/demo/stage-keeper.h"
#include "kiosk/demo/stage-world.h"

G_BEGIN_DECLS

/* One program of the world: what it is comes from the table in stage-services.c, how it is run from stage-service.c. One thread. */

typedef enum {
  PERRON_READY_AT_ONCE,  /* nobody connects to it */
  PERRON_READY_SOCKET,   /* `ready_at` is a Unix socket that accepts */
  PERRON_READY_PORT,     /* `ready_at` is a port of 127.0.0.1 that accepts */
  PERRON_READY_DISPLAY,  /* writes the number of its display to @DISPLAY_FD@ */
  PERRON_READY_GROWS,    /* `ready_at` is a file that gets longer */
  PERRON_READY_PAINTED,  /* `ready_at` is an observer socket; a "painted" line comes out of it */
} PerronReadiness;

#define PERRON_SERVICE_ARGS_MAX 32 /* with the NULL at the end */

typedef struct {
  const char *name;
  const char *argv[PERRON_SERVICE_ARGS_MAX]; /* templates; argv[0] a path or a name looked up in PATH; "" is left out */
  PerronReadiness readiness;
  const char *ready_at;     /* template */
  gboolean gentle;          /* leaves something behind when killed outright: gets SIGTERM when the stage dies */
  const char *follower;     /* service that cannot live without this one: restarted after it; nullable */
} PerronServiceRow;

extern const PerronServiceRow perron_services[];
extern const guint perron_service_count;

typedef struct {
  const PerronServiceRow *row;
  PerronWorld *world;          /* borrowed */
  const PerronKeeper *keeper;  /* borrowed */
  char **wrap;                 /* words put before its own ("strace", "-f"); nullable */
  pid_t pid;                   /* 0: not running */
  int status;                  /* of wait, of its last end */
  guint starts;
  char *missing;               /* the program that was not found; NULL: it is there */
} PerronService;

/* Starts it and waits until it is ready, at most 30 s. Nothing to do when it runs. FALSE: it is not running. Its program missing from
 * this build is PERRON_STAGE_ERROR_PROGRAM with service->missing set. */
gboolean perron_service_start (PerronService *service, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SIGTERM, and SIGKILL after 5 s, to its whole process group; returns when it is gone. */
void perron_service_stop (PerronService *service);

/* SIGKILL to its whole process group; returns when it is gone. */
void perron_service_kill (PerronService *service);

/* Takes note of its end without waiting. TRUE when it has just ended. */
gboolean perron_service_reap (PerronService *service);

G_END_DECLS
