/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/engine/wire.h"

G_BEGIN_DECLS

/*
 * How a terminal is, for whoever looks after many: plain JSON, no FHIR, nothing of a person (sync/CONTRACT.md section 8; sync-security
 * facts 2.1). No member can hold what somebody typed: numbers, closed lists of words, and the versions of program and content. Pure; any
 * thread; what comes in is hostile.
 */
#define PERRON_HEARTBEAT_PATH "/heartbeat"
#define PERRON_HEARTBEAT_TYPE "application/json"
#define PERRON_HEARTBEAT_BODY_MAX (8 * 1024)
#define PERRON_HEARTBEAT_TEXT_MAX 95
#define PERRON_HEARTBEAT_CHECKS_MAX 32
#define PERRON_HEARTBEAT_ATTEMPTS 4

typedef enum {
  PERRON_RECIPIENTS_CAISSE,  /* the caisse's certificate is valid: it can open what is registered here */
  PERRON_RECIPIENTS_ESCROW,  /* it is not: requests are sealed to the national escrow alone */
  PERRON_RECIPIENTS_COUNT,
} PerronRecipients;

/* The words of `perron ready`. */
typedef enum {
  PERRON_CHECK_READY,
  PERRON_CHECK_ATTENTION,
  PERRON_CHECK_NOT_READY,
  PERRON_CHECK_NOT_CONFIGURED,
  PERRON_CHECK_COUNT,
} PerronCheckState;

const char *perron_check_state_word (PerronCheckState state);
gboolean perron_check_state_parse (const char *word, PerronCheckState *ret_state) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  char id[PERRON_WIRE_TOKEN_MAX + 1];
  PerronCheckState state;
} PerronCheck;

/* Plain memory: copied by assignment. Ages in seconds, sizes in KiB, moments in milliseconds of the Unix clock; 0: never, none. */
typedef struct {
  char terminal[PERRON_WIRE_TOKEN_MAX + 1];
  gint64 time_ms; /* the terminal's clock: what lies between it and the gateway's is its offset */
  char program[PERRON_HEARTBEAT_TEXT_MAX + 1];
  char content[PERRON_HEARTBEAT_TEXT_MAX + 1]; /* version of journeys, texts and certificates; "" unknown */
  char protocol[12];                           /* "h2", "http/1.1": what the gateway's front offered */
  PerronRecipients recipients;
  gint64 waiting;
  gint64 dead;
  gint64 oldest_s; /* age of the oldest that waits */
  gint64 attempts[PERRON_HEARTBEAT_ATTEMPTS]; /* of those that wait, refused 0, 1, 2, 3 or more times */
  gint64 receipt_ms;                          /* the caisse's last receipt */
  gint64 free_kib;
  gint64 wal_kib;
  gint64 audit_n;
  gint64 ready_ms; /* when `perron ready` looked */
  guint check_count;
  PerronCheck checks[PERRON_HEARTBEAT_CHECKS_MAX];
} PerronHeartbeat;

/* Transfer full. */
char *perron_heartbeat_encode (const PerronHeartbeat *heartbeat, gsize *ret_len);

/* PERRON_WIRE_ERROR, naming the member. Members this version does not know are ignored. */
gboolean perron_heartbeat_parse (const guint8 *data, gsize len, PerronHeartbeat *ret_heartbeat, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many of its checks are in this state. */
guint perron_heartbeat_count (const PerronHeartbeat *heartbeat, PerronCheckState state);

G_END_DECLS
