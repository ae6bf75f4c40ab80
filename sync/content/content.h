/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/clock.h"
#include "kiosk/core/config.h"

G_BEGIN_DECLS

/*
 * Content that came down in signed packs (sync/content/README.md): which is in use, taking a new one, going back to the one before.
 * A pack is never trusted for lying on this machine: whoever uses it verifies it first, from the root file of the configuration on.
 * Every function may be called from any thread and blocks for the disk; none keeps anything between two calls.
 */
typedef enum {
  PERRON_ROLE_CONTENT,      /* journeys, texts, pictures */
  PERRON_ROLE_CERTIFICATES, /* of caisses and of the gateway's authority */
  PERRON_ROLE_COUNT,
} PerronContentRole;

typedef enum {
  PERRON_CONTENT_ERROR_FORMAT,    /* not a pack, or one cut short */
  PERRON_CONTENT_ERROR_LIMIT,     /* too large, too many */
  PERRON_CONTENT_ERROR_PATH,      /* a name that no pack, or no pack of this role, may carry */
  PERRON_CONTENT_ERROR_SIGNATURE, /* too few of the right keys signed */
  PERRON_CONTENT_ERROR_ROLE,      /* signed by the keys of the other role */
  PERRON_CONTENT_ERROR_VERSION,   /* not newer than what was taken before */
  PERRON_CONTENT_ERROR_HERE,      /* this very pack is in use already */
  PERRON_CONTENT_ERROR_EXPIRED,   /* pack or root, by this machine's clock */
  PERRON_CONTENT_ERROR_PROGRAM,   /* needs a newer program */
  PERRON_CONTENT_ERROR_DIGEST,    /* a file is not the one that was signed */
  PERRON_CONTENT_ERROR_ROOT,      /* no usable root file, or the chain of roots does not lead from it to the pack's */
  PERRON_CONTENT_ERROR_DISK,      /* cannot be read or written here */
  PERRON_CONTENT_ERROR_NONE,      /* there is nothing to go back to */
} PerronContentError;

#define PERRON_CONTENT_ERROR (perron_content_error_quark ())
GQuark perron_content_error_quark (void);

/* "signature", "version", "expired" … : for the operator's screen and the heartbeat. */
const char *perron_content_error_word (PerronContentError code);

/* "content", "certificates": in packs, folders and addresses. */
const char *perron_content_role_word (PerronContentRole role);
gboolean perron_content_role_parse (const char *word, PerronContentRole *ret_role);

typedef struct {
  const char *folder; /* [content] folder */
  const char *root;   /* [content] root, the trust anchor; NULL: this terminal takes no packs */
  PerronClock *clock;
} PerronContentOptions;

/* From the configuration, which it borrows; the system's clock. */
PerronContentOptions perron_content_options (const PerronConfig *config);

typedef enum {
  PERRON_CONTENT_FROM_PACKAGE,  /* nothing installed, or nothing whole: what the program's own package brought */
  PERRON_CONTENT_FROM_CURRENT,
  PERRON_CONTENT_FROM_PREVIOUS, /* the newest does not verify, or was withdrawn */
} PerronContentOrigin;

typedef struct {
  PerronContentOrigin origin;
  gint64 version;         /* 0: the package's */
  gint64 expires_unix_ms; /* 0: the package's */
  gboolean expired;       /* by the clock given: still used, since a terminal that stops helps nobody; to be said */
  char *files;            /* folder of its files; NULL: the package's */
  char *fault;            /* nullable: why a newer one was passed over; English, for logs and operators */
} PerronContentInUse;

void perron_content_in_use_clear (PerronContentInUse *in_use);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PerronContentInUse, perron_content_in_use_clear)

/* As perron_content_look() and deep, but never that version: who looked into it found it unfit to be shown. */
void perron_content_look_past (const PerronContentOptions *options, PerronContentRole role, gint64 version, PerronContentInUse *ret_in_use);

/*
 * What to use now: current if it verifies, else previous, else the package's; there is always an answer. `deep`: signatures and every
 * file (before use, at each start); otherwise signatures alone (milliseconds; for showing).
 */
void perron_content_look (const PerronContentOptions *options, PerronContentRole role, gboolean deep, PerronContentInUse *ret_in_use);

/* While this descriptor is open nobody empties the folder of its files; for who reads them little by little. -1: could not be, or there
 * are none. */
int perron_content_hold (const PerronContentInUse *in_use);

/* "content 42, certificates 7", "content 41 prev exp, certificates package": for heartbeat, log and people; ASCII, under 80 bytes.
 * Looks without reading the files. Transfer full. */
char *perron_content_describe (const PerronContentOptions *options);

/* A file of the certificates in use ("caisses/000.pem", "gateway-ca.pem"), all of them verified just now; NULL: there is none, the
 * configuration's own counts. Transfer full. */
char *perron_content_dup_certificate (const PerronContentOptions *options, const char *name);

/* Of the certificate of a caisse: "caisses/CODE.pem" as above. */
char *perron_content_dup_caisse_certificate (const PerronContentOptions *options, const char *code);

G_END_DECLS
