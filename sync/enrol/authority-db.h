/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/db/db.h"
#include "sync/enrol/authority.h"

G_BEGIN_DECLS

/* ca.db: certificates and codes. Private to sync/enrol. Every error is PERRON_AUTHORITY_ERROR_DATABASE. */
PerronDb *perron_authority_db_open (const char *path, gboolean create, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define PERRON_CODE_SALT_BYTES 16
#define PERRON_CODE_HASH_BYTES 32

typedef struct {
  gboolean found;
  guint8 salt[PERRON_CODE_SALT_BYTES];
  guint8 hash[PERRON_CODE_HASH_BYTES];
  gint64 expires_s;
  gint64 wrong;
  gboolean spent[2];    /* by role TERMINAL, SIGNER */
  guint8 key[2][32];    /* digest of the key it was spent on */
} PerronCodeRow;

gboolean perron_authority_db_read_code (PerronDb *db, const char *terminal, PerronCodeRow *ret_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_authority_db_write_code (PerronDb *db, const char *terminal, const PerronCodeRow *row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean perron_authority_db_add (PerronDb *db, X509 *certificate, const char *role, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  gboolean found;
  char terminal[32];
  char role[16];
  gint64 not_after_s;
  gint64 revoked_s;
} PerronIssuedRow;

/* Found only when it is this very certificate, byte for byte. */
gboolean perron_authority_db_find (PerronDb *db, X509 *certificate, PerronIssuedRow *ret_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The newest of that name, role and key that begins at `since_s` or later and is not revoked; NULL without an error: none. Transfer full. */
X509 *perron_authority_db_find_newest (PerronDb *db, const char *name, const char *role, const guint8 key[32], gint64 since_s, GError **error);

gboolean perron_authority_db_revoke (PerronDb *db, const char *terminal, gint64 now_s, gint64 *ret_count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_authority_db_read_revoked (PerronDb *db, GArray *revoked, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_authority_db_list (PerronDb *db, PerronIssuedFunc each, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
