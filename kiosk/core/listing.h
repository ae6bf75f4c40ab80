/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "kiosk/core/reference.h"

G_BEGIN_DECLS

/*
 * One page of the requests of this terminal, as an adviser may see them: references, times, states. There is no place here for who asked or
 * what for: the terminal itself cannot read that. Plain data.
 */
#define PERRON_LISTING_ROWS 5

/* Which page comes after a turn: the first follows the last. END: nobody looks any more. */
typedef enum { PERRON_TURN_FIRST, PERRON_TURN_NEXT, PERRON_TURN_PREVIOUS, PERRON_TURN_STAY, PERRON_TURN_END } PerronTurn;

/* Local time, told from now: how many midnights ago (0: today), hour, minute. */
typedef struct {
  gboolean known; /* FALSE: never, or a clock that was wrong */
  guint days;
  guint hour;
  guint minute;
} PerronMoment;

typedef struct {
  char reference[PERRON_REFERENCE_BYTES];
  const char *state; /* static: "waiting", "sent", "received", "refused", "withdrawn", or a word of kiosk/core/reply-code.h */
  const char *why;   /* static; of "refused": "foreign", "conflict", "invalid", "too-large", "dropped", "other"; else NULL */
  PerronMoment made;
  PerronMoment changed;
} PerronListed;

typedef struct {
  guint waiting;       /* in the whole queue */
  PerronMoment oldest; /* of those waiting */
  PerronMoment contact; /* last good one with the gateway */
  guint page, pages;   /* 1 … ; one empty page when there is nothing */
  guint total;         /* on all pages; never less than the place of the last one here */
  guint count;
  PerronListed list[PERRON_LISTING_ROWS]; /* oldest first */
} PerronListing;

/* Of list[index], its place in the whole list: 1 … total. */
guint perron_listing_get_place (const PerronListing *listing, guint index);

/* `unix_ms` 0: never. Main thread or any; reads the time zone. */
PerronMoment perron_moment_from_unix_ms (gint64 unix_ms, gint64 now_unix_ms);

G_END_DECLS
