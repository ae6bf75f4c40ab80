/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What a caisse may answer to a request after its receipt: a closed set, so that no personal datum can travel with it, and nothing that
 * tells what the request was about: gateway and adviser see it. The words are signed, stored and sent: never change one, only add.
 */
typedef enum {
  PERRON_REPLY_NONE,             /* no reply yet; has no word */
  PERRON_REPLY_CALLED,           /* the call took place; something is still to do */
  PERRON_REPLY_CALL_MISSED,      /* the caisse called, nobody answered */
  PERRON_REPLY_COME_TO_DESK,     /* the person is asked to come to a desk */
  PERRON_REPLY_DONE,             /* treated: nothing remains */
  PERRON_REPLY_CANNOT_PHONE,     /* cannot be done: the number that was left does not work */
  PERRON_REPLY_CANNOT_INCOMPLETE, /* cannot be done: something is missing that only a person can bring */
  PERRON_REPLY_CANNOT_ELSEWHERE, /* cannot be done here: another caisse is in charge */
} PerronReplyCode;

#define PERRON_REPLY_COUNT (PERRON_REPLY_CANNOT_ELSEWHERE + 1)

/* "called", "call-missed", "come-to-desk", "done", "cannot-phone", "cannot-incomplete", "cannot-elsewhere"; "" for NONE. */
const char *perron_reply_code_to_string (PerronReplyCode code);

/* FALSE for "" too: a reply always says something. */
gboolean perron_reply_code_from_string (const char *word, PerronReplyCode *ret_code) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
