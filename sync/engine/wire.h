/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/seal/envelope.h"

G_BEGIN_DECLS

/*
 * The wire between terminal, gateway and caisse: FHIR R4 Bundles of Task (sync/CONTRACT.md; facts/sync-security.md section 4).
 * Pure functions: bytes in, struct out. Everything that comes in is hostile. No I/O, no clock; any thread.
 */

#define PERRON_WIRE_CONTENT_TYPE "application/fhir+json"
#define PERRON_WIRE_BODY_MAX (4 * 1024 * 1024)
#define PERRON_WIRE_ENTRIES_MAX 1000
#define PERRON_WIRE_DEPTH_MAX 24
#define PERRON_WIRE_VALUES_MAX (256 * PERRON_WIRE_ENTRIES_MAX) /* values and names in a body: an entry of ours has 79 */
#define PERRON_WIRE_TOKEN_MAX 31       /* terminal and caisse names: letters, digits, dash */
#define PERRON_WIRE_SIGNATURE_MAX 256  /* an ECDSA P-256 signature in DER has at most 72 bytes; room for what comes after */

typedef enum {
  PERRON_WIRE_ERROR_SYNTAX,      /* not JSON by RFC 8259, nested too deep, not UTF-8 */
  PERRON_WIRE_ERROR_SHAPE,       /* not the Bundle agreed; the message names the element */
  PERRON_WIRE_ERROR_LIMIT,       /* too large, too many */
  PERRON_WIRE_ERROR_UNCONFIRMED, /* an entry is neither confirmed with our digest nor refused by name: nothing of it counts */
} PerronWireError;

#define PERRON_WIRE_ERROR (perron_wire_error_quark ())
GQuark perron_wire_error_quark (void);

/* What the caisse says it has opened. `signature` covers perron_receipt_dup_signed_bytes(); whoever relies on it verifies it. */
typedef struct {
  guint8 id[PERRON_UUID_BYTES];
  guint8 digest[PERRON_DIGEST_BYTES];
  char *terminal;
  char *caisse;
  gint64 received_unix_ms;
  GBytes *signature;
} PerronReceipt;

void perron_receipt_free (PerronReceipt *receipt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronReceipt, perron_receipt_free)

/* What the caisse answers to a request it has acknowledged. `signature` covers perron_reply_dup_signed_bytes(). */
#define PERRON_REPLY_NUMBER_MAX G_MAXINT32 /* FHIR positiveInt */

typedef struct {
  guint8 id[PERRON_UUID_BYTES];
  guint8 digest[PERRON_DIGEST_BYTES];
  char *terminal;
  char *caisse;
  PerronReplyCode code;
  gint64 number; /* of this request: 1 …; a higher one takes the place of a lower one */
  gint64 replied_unix_ms;
  GBytes *signature;
} PerronReply;

void perron_reply_free (PerronReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronReply, perron_reply_free)

/* 1 … PERRON_WIRE_TOKEN_MAX of [A-Za-z0-9-], no dash first. */
gboolean perron_wire_token_ok (const char *token);

/* --- a batch: terminal -> gateway (envelopes), caisse -> gateway (receipts, replies) --- */

/* Names and sizes within the contract? One that is not can never be sent. */
gboolean perron_wire_envelope_ok (const PerronEnvelope *envelope, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Transfer full, NUL-terminated. PERRON_WIRE_ERROR_LIMIT: an envelope whose names or sizes the contract does not allow. */
char *perron_wire_encode_batch (const PerronEnvelope *const *envelopes, guint count, gsize *ret_len, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
char *perron_wire_encode_receipts (const PerronReceipt *const *receipts, guint count, gsize *ret_len, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

char *perron_wire_encode_replies (const PerronReply *const *replies, guint count, gsize *ret_len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One entry as it came: exactly one of envelope, receipt, reply, fault is set; only receipt and reply may come together. */
typedef struct {
  gboolean has_id;
  guint8 id[PERRON_UUID_BYTES];
  const char *fault; /* static word naming the element that is wrong: "request.url", "input", "sha256" … */
  PerronEnvelope *envelope;
  PerronReceipt *receipt;
  PerronReply *reply;
} PerronWireItem;

void perron_wire_item_free (PerronWireItem *item);

/*
 * GPtrArray of PerronWireItem, in order. An error means the Bundle as a whole is not one; a bad entry only gets its `fault`, so
 * that one poisoned entry never blocks the others. The SHA-256 of every envelope is computed and compared here.
 */
GPtrArray *perron_wire_parse_batch (const guint8 *data, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- batch-response: gateway -> whoever sent the batch --- */

typedef struct {
  guint status;      /* 200 same as before, 201 stored now, else 4xx */
  const char *fault; /* for 4xx: static word, goes into the OperationOutcome */
  guint8 id[PERRON_UUID_BYTES];
  guint8 digest[PERRON_DIGEST_BYTES]; /* echoed for 200, 201 */
} PerronWireAnswer;

char *perron_wire_encode_answers (const PerronWireAnswer *answers, guint count, gsize *ret_len) G_GNUC_WARN_UNUSED_RESULT;

/* One who sent a batch: id and digest it must find echoed, and what became of it (200, 201, or the 4xx of an item fault). */
typedef struct {
  const guint8 *id;
  const guint8 *digest;
  guint ret_status;
} PerronWireExpected;

/*
 * The four-fold rule, after the caller has seen HTTP 200/201 and the content type: a batch-response, as many entries as were
 * sent, each either 200/201 with its id and our digest, or a 4xx with an OperationOutcome. Anything else is an error and no
 * ret_status is set: the caller keeps every row.
 */
gboolean perron_wire_parse_answers (const guint8 *data, gsize len, PerronWireExpected *expected, guint count, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* --- searchset: gateway -> caisse (envelopes), gateway -> terminal (receipts, with the replies that followed) --- */

/*
 * Either envelopes or receipts; replies[i] (the array and each element nullable) stands in one Task with receipts[i]. `query` is what was
 * asked ("requester=borne-0001"), `cursor` where the next question begins.
 */
char *perron_wire_encode_search (const PerronEnvelope *const *envelopes, const PerronReceipt *const *receipts,
                                 const PerronReply *const *replies, guint count, const char *query, gint64 cursor,
                                 gsize *ret_len) G_GNUC_WARN_UNUSED_RESULT;

/* As perron_wire_parse_batch; the cursor is that of link "next". */
GPtrArray *perron_wire_parse_search (const guint8 *data, gsize len, gint64 *ret_cursor, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "application/fhir+json", any case, with or without parameters. NULL is allowed. */
gboolean perron_wire_is_fhir (const char *content_type);

G_END_DECLS
