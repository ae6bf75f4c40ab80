/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/enrol/authority.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

#include "sync/enrol/authority-db.h"
#include "sync/device/device-key.h"
#include "sync/seal/pem.h"

#define DURABLE (G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE)
/* A code has 30 bits and five tries: what this slows down is whoever stole ca.db without ca.key. */
#define HASH_ROUNDS 100000
/* The answer to a renewal may get lost: the same key asks again within an hour; certificates begin five minutes early. */
#define AGAIN_S (3600 + 300)

struct PerronAuthority {
  char *folder;
  PerronAuthorityOptions options;
  PerronClock *clock;
  PerronIssuer issuer;
  PerronDb *db;
};

G_DEFINE_QUARK (perron-authority-error-quark, perron_authority_error)

static gboolean
refuse (PerronAuthorityError code, const char *name, const char *why, GError **error)
{
  g_set_error (error, PERRON_AUTHORITY_ERROR, (gint) code, "%s: %s", name, why);
  return FALSE;
}

static gint64
now_s (PerronAuthority *authority)
{
  return perron_clock_unix_ms (authority->clock) / 1000;
}

static gboolean
write_file (const char *folder, const char *name, const char *text, int mode, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) cause = NULL;
  return g_file_set_contents_full (path, text, -1, DURABLE, mode, &cause) || refuse (PERRON_AUTHORITY_ERROR_FOLDER, path, cause->message, error);
}

/* The gateway takes "caisse-…" for a caisse: no code makes one (sync/gateway/identity.h). */
static gboolean
check_name (const char *name, GError **error)
{
  if (g_ascii_strncasecmp (name, "caisse-", strlen ("caisse-")) == 0)
    return refuse (PERRON_AUTHORITY_ERROR_NAME, name, "is the name of a caisse, not of a terminal", error);
  return perron_est_name_ok (name) || refuse (PERRON_AUTHORITY_ERROR_NAME, name, "must be 1 to 31 letters, digits, dashes", error);
}

/* --- the folder ------------------------------------------------------------------------------------------------------------------- */

static gboolean
make_certificate (const char *folder, const char *key_path, const char *name, PerronClock *clock, GError **error)
{
  g_autoptr (EVP_PKEY) key = perron_pem_load_private_key (key_path, error);
  g_autoptr (X509) certificate = key != NULL ? perron_issue_authority (key, name, perron_clock_unix_ms (clock) / 1000, error) : NULL;
  g_autofree char *pem = certificate != NULL ? perron_est_certificate_to_pem (certificate) : NULL;
  return pem != NULL && write_file (folder, "ca.pem", pem, 0644, error);
}

/* ca.pem comes last: without it the folder is not an authority, and init begins anew. */
gboolean
perron_authority_init (const char *folder, const char *name, PerronClock *clock, GError **error)
{
  g_autofree char *key = g_build_filename (folder, "ca.key", NULL), *certificate = g_build_filename (folder, "ca.pem", NULL);
  g_autofree char *database = g_build_filename (folder, "ca.db", NULL), *terminals = g_build_filename (folder, "terminals", NULL);
  const PerronAuthorityOptions options = { 1, 0, 1 };

  if (g_file_test (certificate, G_FILE_TEST_EXISTS))
    return refuse (PERRON_AUTHORITY_ERROR_FOLDER, folder, "there is an authority in it already", error);
  if (g_mkdir_with_parents (folder, 0750) != 0 || (g_unlink (database) != 0 && errno != ENOENT) ||
      (g_mkdir (terminals, 0755) != 0 && errno != EEXIST))
    return refuse (PERRON_AUTHORITY_ERROR_FOLDER, folder, g_strerror (errno), error);
  g_autoptr (PerronDb) db = perron_authority_db_open (database, TRUE, error);
  if (db == NULL)
    return FALSE;
  g_clear_pointer (&db, perron_db_free);
  if (g_chmod (database, 0600) != 0)
    return refuse (PERRON_AUTHORITY_ERROR_FOLDER, database, g_strerror (errno), error);
  if (!perron_device_key_make (key, PERRON_DEVICE_KEY_FILE, NULL, 0, error) || !make_certificate (folder, key, name, clock, error))
    return FALSE;
  g_autoptr (PerronAuthority) authority = perron_authority_open (folder, &options, clock, error);
  return authority != NULL && perron_authority_write_crl (authority, error);
}

PerronAuthority *
perron_authority_open (const char *folder, const PerronAuthorityOptions *options, PerronClock *clock, GError **error)
{
  g_autoptr (PerronAuthority) authority = g_new0 (PerronAuthority, 1);
  g_autofree char *key = g_build_filename (folder, "ca.key", NULL), *certificate = g_build_filename (folder, "ca.pem", NULL);
  g_autofree char *database = g_build_filename (folder, "ca.db", NULL);
  authority->folder = g_strdup (folder);
  authority->options = *options;
  authority->clock = clock;
  if ((authority->issuer.certificate = perron_pem_load_certificate (certificate, error)) == NULL ||
      (authority->issuer.key = perron_pem_load_private_key (key, error)) == NULL)
    return NULL;
  if (X509_check_private_key (authority->issuer.certificate, authority->issuer.key) != 1) {
    refuse (PERRON_AUTHORITY_ERROR_FOLDER, folder, "ca.pem is not of ca.key", error);
    return NULL;
  }
  authority->db = perron_authority_db_open (database, FALSE, error);
  return authority->db != NULL ? g_steal_pointer (&authority) : NULL;
}

void
perron_authority_free (PerronAuthority *authority)
{
  if (authority == NULL)
    return;
  X509_free (authority->issuer.certificate);
  EVP_PKEY_free (authority->issuer.key);
  perron_db_free (authority->db);
  g_free (authority->folder);
  g_free (authority);
}

X509 *
perron_authority_get_certificate (PerronAuthority *authority)
{
  return authority->issuer.certificate;
}

/* --- codes ------------------------------------------------------------------------------------------------------------------------ */

static gboolean
hash_code (const char *code, const guint8 salt[PERRON_CODE_SALT_BYTES], guint8 ret_hash[PERRON_CODE_HASH_BYTES])
{
  return PKCS5_PBKDF2_HMAC (code, (int) strlen (code), salt, PERRON_CODE_SALT_BYTES, HASH_ROUNDS, EVP_sha256 (), PERRON_CODE_HASH_BYTES,
                            ret_hash) == 1;
}

gboolean
perron_authority_make_code (PerronAuthority *authority, const char *terminal, char ret_code[PERRON_REFERENCE_BYTES], GError **error)
{
  PerronCodeRow row = { .expires_s = now_s (authority) + authority->options.code_hours * 3600 };
  char code[PERRON_REFERENCE_BYTES];
  if (!check_name (terminal, error))
    return FALSE;
  perron_reference_generate (code);
  if (RAND_bytes (row.salt, sizeof row.salt) != 1 || !hash_code (code, row.salt, row.hash))
    return refuse (PERRON_AUTHORITY_ERROR_DATABASE, terminal, "no random numbers", error);
  if (!perron_authority_db_write_code (authority->db, terminal, &row, error))
    return FALSE;
  memcpy (ret_code, code, sizeof code);
  return TRUE;
}

const char *
perron_verdict_word (PerronVerdict verdict)
{
  static const char *const words[] = {
    [PERRON_VERDICT_ISSUED] = "issued", [PERRON_VERDICT_AGAIN] = "again",     [PERRON_VERDICT_WRONG] = "wrong-code",
    [PERRON_VERDICT_LOCKED] = "locked", [PERRON_VERDICT_LATE] = "late-code",  [PERRON_VERDICT_SPENT] = "spent-code",
    [PERRON_VERDICT_UNKNOWN] = "unknown", [PERRON_VERDICT_REVOKED] = "revoked", [PERRON_VERDICT_TOO_OLD] = "too-old",
  };
  return words[verdict];
}

/* What a code is worth; a wrong one is counted. Nothing but "wrong" is said to somebody who does not know the code, until it is locked. */
static gboolean
judge_code (PerronAuthority *authority, const char *terminal, const char *text, PerronCodeRow *row, PerronVerdict *ret_verdict, GError **error)
{
  char code[PERRON_REFERENCE_BYTES];
  guint8 hash[PERRON_CODE_HASH_BYTES];
  if (!perron_authority_db_read_code (authority->db, terminal, row, error))
    return FALSE;
  *ret_verdict = PERRON_VERDICT_WRONG;
  /* A slip of the tongue or finger: the check character shows it, nobody guesses that way. */
  if (!row->found || !perron_reference_parse (text, code))
    return TRUE;
  if (row->wrong >= PERRON_CODE_ATTEMPTS) {
    *ret_verdict = PERRON_VERDICT_LOCKED;
    return TRUE;
  }
  if (!hash_code (code, row->salt, hash))
    return refuse (PERRON_AUTHORITY_ERROR_DATABASE, terminal, "cannot hash", error);
  if (CRYPTO_memcmp (hash, row->hash, sizeof hash) != 0) {
    row->wrong++;
    return perron_authority_db_write_code (authority->db, terminal, row, error);
  }
  *ret_verdict = now_s (authority) > row->expires_s ? PERRON_VERDICT_LATE : PERRON_VERDICT_ISSUED;
  return TRUE;
}

/* --- issuing ---------------------------------------------------------------------------------------------------------------------- */

static X509 *
issue (PerronAuthority *authority, PerronIssuedRole role, const char *name, EVP_PKEY *key, gint64 days, GError **error)
{
  g_autoptr (X509) certificate = perron_issue_certificate (&authority->issuer, role, name, key, now_s (authority), days, error);
  if (certificate == NULL || !perron_authority_db_add (authority->db, certificate, perron_issued_role_word (role), name, error))
    return NULL;
  return g_steal_pointer (&certificate);
}

/* Before the transaction ends: what the database says was issued, the caisse can verify. */
static gboolean
publish_signer (PerronAuthority *authority, const char *terminal, X509 *certificate, GError **error)
{
  g_autofree char *name = g_strdup_printf ("terminals/%s.pem", terminal);
  g_autofree char *pem = perron_est_certificate_to_pem (certificate);
  return write_file (authority->folder, name, pem, 0644, error);
}

static gboolean
spend (PerronAuthority *authority, PerronIssuedRole role, const char *terminal, EVP_PKEY *key, PerronCodeRow *row, PerronVerdict *verdict,
       X509 **ret_certificate, GError **error)
{
  guint8 digest[32];
  guint slot = role == PERRON_ROLE_ISSUED_SIGNER;
  perron_est_key_digest (key, digest);
  if (row->spent[slot]) {
    g_autoptr (GError) cause = NULL;
    gboolean same = memcmp (row->key[slot], digest, sizeof digest) == 0;
    *ret_certificate =
      same ? perron_authority_db_find_newest (authority->db, terminal, perron_issued_role_word (role), digest, 0, &cause) : NULL;
    *verdict = *ret_certificate != NULL ? PERRON_VERDICT_AGAIN : PERRON_VERDICT_SPENT;
    if (cause != NULL)
      g_propagate_error (error, g_steal_pointer (&cause));
    return cause == NULL;
  }
  row->spent[slot] = TRUE;
  memcpy (row->key[slot], digest, sizeof digest);
  if (!perron_authority_db_write_code (authority->db, terminal, row, error))
    return FALSE;
  g_autoptr (X509) certificate = issue (authority, role, terminal, key, slot ? PERRON_SIGNER_DAYS : authority->options.days, error);
  if (certificate == NULL || (slot == 1 && !publish_signer (authority, terminal, certificate, error)))
    return FALSE;
  *ret_certificate = g_steal_pointer (&certificate);
  return TRUE;
}

gboolean
perron_authority_enrol (PerronAuthority *authority, PerronIssuedRole role, const char *terminal, const char *code, EVP_PKEY *key,
                        PerronVerdict *ret_verdict, X509 **ret_certificate, GError **error)
{
  g_autoptr (X509) certificate = NULL;
  PerronVerdict verdict = PERRON_VERDICT_WRONG;
  PerronCodeRow row;
  if (!check_name (terminal, error) || !perron_db_begin (authority->db, error))
    return FALSE;
  gboolean done = judge_code (authority, terminal, code, &row, &verdict, error) &&
                  (verdict != PERRON_VERDICT_ISSUED || spend (authority, role, terminal, key, &row, &verdict, &certificate, error));
  OPENSSL_cleanse (&row, sizeof row);
  if (!perron_db_end (authority->db, done, error))
    return FALSE;
  *ret_verdict = verdict;
  *ret_certificate = g_steal_pointer (&certificate);
  return TRUE;
}

static gboolean
judge_certificate (PerronAuthority *authority, X509 *presented, const char *name, PerronVerdict *ret_verdict, GError **error)
{
  PerronIssuedRow row;
  if (!perron_authority_db_find (authority->db, presented, &row, error))
    return FALSE;
  if (!row.found || strcmp (row.role, perron_issued_role_word (PERRON_ROLE_ISSUED_TERMINAL)) != 0 || strcmp (row.terminal, name) != 0)
    *ret_verdict = PERRON_VERDICT_UNKNOWN;
  else if (row.revoked_s != 0)
    *ret_verdict = PERRON_VERDICT_REVOKED;
  else if (now_s (authority) > row.not_after_s + authority->options.grace_days * 86400)
    *ret_verdict = PERRON_VERDICT_TOO_OLD;
  else
    *ret_verdict = PERRON_VERDICT_ISSUED;
  return TRUE;
}

static gboolean
renew (PerronAuthority *authority, const char *name, EVP_PKEY *key, PerronVerdict *verdict, X509 **ret_certificate, GError **error)
{
  g_autoptr (GError) cause = NULL;
  guint8 digest[32];
  perron_est_key_digest (key, digest);
  *ret_certificate = perron_authority_db_find_newest (authority->db, name, perron_issued_role_word (PERRON_ROLE_ISSUED_TERMINAL), digest,
                                                      now_s (authority) - AGAIN_S, &cause);
  if (*ret_certificate != NULL) {
    *verdict = PERRON_VERDICT_AGAIN;
    return TRUE;
  }
  if (cause != NULL) {
    g_propagate_error (error, g_steal_pointer (&cause));
    return FALSE;
  }
  *ret_certificate = issue (authority, PERRON_ROLE_ISSUED_TERMINAL, name, key, authority->options.days, error);
  return *ret_certificate != NULL;
}

gboolean
perron_authority_renew (PerronAuthority *authority, X509 *presented, const char *name, EVP_PKEY *key, PerronVerdict *ret_verdict,
                        X509 **ret_certificate, GError **error)
{
  g_autoptr (X509) certificate = NULL;
  PerronVerdict verdict = PERRON_VERDICT_WRONG;
  if (!perron_db_begin (authority->db, error))
    return FALSE;
  gboolean done = judge_certificate (authority, presented, name, &verdict, error) &&
                  (verdict != PERRON_VERDICT_ISSUED || renew (authority, name, key, &verdict, &certificate, error));
  if (!perron_db_end (authority->db, done, error))
    return FALSE;
  *ret_verdict = verdict;
  *ret_certificate = g_steal_pointer (&certificate);
  return TRUE;
}

X509 *
perron_authority_sign (PerronAuthority *authority, PerronIssuedRole role, const char *name, EVP_PKEY *key, gint64 days, GError **error)
{
  /* It goes into a line of OpenSSL's configuration language. */
  gsize length = strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");
  if (length == 0 || length > 64 || name[length] != '\0' || name[0] == '-' || name[0] == '.') {
    refuse (PERRON_AUTHORITY_ERROR_NAME, name, "must be 1 to 64 letters, digits, dashes, dots", error);
    return NULL;
  }
  return issue (authority, role, name, key, days, error);
}

/* --- revoking --------------------------------------------------------------------------------------------------------------------- */

gboolean
perron_authority_revoke (PerronAuthority *authority, const char *terminal, gint64 *ret_count, GError **error)
{
  gint64 count;
  if (!perron_db_begin (authority->db, error))
    return FALSE;
  gboolean done = perron_authority_db_revoke (authority->db, terminal, now_s (authority), &count, error);
  if (!perron_db_end (authority->db, done, error) || !perron_authority_write_crl (authority, error))
    return FALSE;
  *ret_count = count;
  return count > 0 || refuse (PERRON_AUTHORITY_ERROR_UNKNOWN, terminal, "no certificate of it is in force", error);
}

gboolean
perron_authority_write_crl (PerronAuthority *authority, GError **error)
{
  g_autoptr (GArray) revoked = g_array_new (FALSE, TRUE, sizeof (PerronRevoked));
  if (!perron_authority_db_read_revoked (authority->db, revoked, error))
    return FALSE;
  g_autofree char *pem = perron_issue_crl (&authority->issuer, revoked, now_s (authority), PERRON_CRL_DAYS, error);
  return pem != NULL && write_file (authority->folder, "crl.pem", pem, 0644, error);
}

gboolean
perron_authority_list (PerronAuthority *authority, PerronIssuedFunc each, gpointer data, GError **error)
{
  return perron_authority_db_list (authority->db, each, data, error);
}
