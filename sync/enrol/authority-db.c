/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/enrol/authority-db.h"

#include <string.h>
#include <time.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

#define VERSION "1"

static const char schema[] = "CREATE TABLE certificate ("
                             "  serial BLOB PRIMARY KEY CHECK (length (serial) = 16),"
                             "  name TEXT NOT NULL,"
                             "  role TEXT NOT NULL,"
                             "  key BLOB NOT NULL CHECK (length (key) = 32),"
                             "  not_before_s INTEGER NOT NULL,"
                             "  not_after_s INTEGER NOT NULL,"
                             "  revoked_s INTEGER NOT NULL DEFAULT 0,"
                             "  der BLOB NOT NULL"
                             ") STRICT;"
                             "CREATE INDEX certificate_name ON certificate (name);"
                             "CREATE TABLE code ("
                             "  terminal TEXT PRIMARY KEY,"
                             "  salt BLOB NOT NULL,"
                             "  hash BLOB NOT NULL,"
                             "  expires_s INTEGER NOT NULL,"
                             "  wrong INTEGER NOT NULL,"
                             "  terminal_key BLOB,"
                             "  signer_key BLOB"
                             ") STRICT;"
                             "PRAGMA user_version = " VERSION ";";

static gboolean
refuse (sqlite3 *db, GError **error)
{
  g_set_error (error, PERRON_AUTHORITY_ERROR, PERRON_AUTHORITY_ERROR_DATABASE, "ca.db: %s", sqlite3_errmsg (db));
  return FALSE;
}

static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql, GError **error)
{
  sqlite3_stmt *query = NULL;
  if (sqlite3_prepare_v2 (db, sql, -1, &query, NULL) != SQLITE_OK)
    (void) refuse (db, error);
  return query;
}

static gboolean
finish (sqlite3 *db, sqlite3_stmt *query, GError **error)
{
  return sqlite3_step (query) == SQLITE_DONE || refuse (db, error);
}

static gboolean
run (sqlite3 *db, const char *sql, GError **error)
{
  return sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK || refuse (db, error);
}

static gboolean
has_version (sqlite3 *db, const char *version)
{
  g_autoptr (sqlite3_stmt) query = prepare (db, "PRAGMA user_version", NULL);
  return query != NULL && sqlite3_step (query) == SQLITE_ROW && g_strcmp0 ((const char *) sqlite3_column_text (query, 0), version) == 0;
}

sqlite3 *
perron_authority_db_open (const char *path, gboolean create, GError **error)
{
  sqlite3 *db = NULL;
  gboolean opened = sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0), NULL) == SQLITE_OK &&
                    sqlite3_busy_timeout (db, 10000) == SQLITE_OK;
  /* DELETE with EXTRA: the folder can be copied as it lies, and a code spent is spent after a power cut. */
  if (opened && run (db, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA trusted_schema=OFF", error) &&
      (!create || run (db, schema, error)) && has_version (db, VERSION))
    return db;
  if (error != NULL && *error == NULL)
    g_set_error (error, PERRON_AUTHORITY_ERROR, PERRON_AUTHORITY_ERROR_DATABASE, "%s: %s", path,
                 opened ? "not the index of an authority, or of another version" : "cannot be opened");
  sqlite3_close (db);
  return NULL;
}

gboolean
perron_authority_db_begin (sqlite3 *db, GError **error)
{
  return run (db, "BEGIN IMMEDIATE", error);
}

gboolean
perron_authority_db_end (sqlite3 *db, gboolean keep, GError **error)
{
  gboolean kept = keep && run (db, "COMMIT", error);
  if (sqlite3_get_autocommit (db) == 0)
    sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  return kept;
}

/* --- codes ------------------------------------------------------------------------------------------------------------------------ */

static gboolean
read_blob (sqlite3_stmt *query, int column, guint8 *bytes, gsize size)
{
  if (sqlite3_column_bytes (query, column) != (int) size)
    return FALSE;
  memcpy (bytes, sqlite3_column_blob (query, column), size);
  return TRUE;
}

gboolean
perron_authority_db_read_code (sqlite3 *db, const char *terminal, PerronCodeRow *ret_row, GError **error)
{
  g_autoptr (sqlite3_stmt) query =
    prepare (db, "SELECT salt, hash, expires_s, wrong, terminal_key, signer_key FROM code WHERE terminal = ?", error);
  PerronCodeRow row = { 0 };
  if (query == NULL)
    return FALSE;
  sqlite3_bind_text (query, 1, terminal, -1, SQLITE_STATIC);
  int code = sqlite3_step (query);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return refuse (db, error);
  row.found = code == SQLITE_ROW && read_blob (query, 0, row.salt, sizeof row.salt) && read_blob (query, 1, row.hash, sizeof row.hash);
  if (row.found) {
    row.expires_s = sqlite3_column_int64 (query, 2);
    row.wrong = sqlite3_column_int64 (query, 3);
    for (int i = 0; i < 2; i++)
      row.spent[i] = read_blob (query, 4 + i, row.key[i], sizeof row.key[i]);
  }
  *ret_row = row;
  return TRUE;
}

gboolean
perron_authority_db_write_code (sqlite3 *db, const char *terminal, const PerronCodeRow *row, GError **error)
{
  g_autoptr (sqlite3_stmt) query = prepare (
    db, "INSERT OR REPLACE INTO code (terminal, salt, hash, expires_s, wrong, terminal_key, signer_key) VALUES (?, ?, ?, ?, ?, ?, ?)", error);
  if (query == NULL)
    return FALSE;
  sqlite3_bind_text (query, 1, terminal, -1, SQLITE_STATIC);
  sqlite3_bind_blob (query, 2, row->salt, sizeof row->salt, SQLITE_STATIC);
  sqlite3_bind_blob (query, 3, row->hash, sizeof row->hash, SQLITE_STATIC);
  sqlite3_bind_int64 (query, 4, row->expires_s);
  sqlite3_bind_int64 (query, 5, row->wrong);
  for (int i = 0; i < 2; i++) {
    if (row->spent[i])
      sqlite3_bind_blob (query, 6 + i, row->key[i], sizeof row->key[i], SQLITE_STATIC);
  }
  return finish (db, query, error);
}

/* --- certificates ----------------------------------------------------------------------------------------------------------------- */

static gint64
seconds_of (const ASN1_TIME *time)
{
  struct tm parts = { 0 };
  return ASN1_TIME_to_tm (time, &parts) == 1 ? (gint64) timegm (&parts) : 0;
}

gboolean
perron_authority_db_add (sqlite3 *db, X509 *certificate, const char *role, const char *name, GError **error)
{
  g_autoptr (sqlite3_stmt) query = prepare (
    db, "INSERT INTO certificate (serial, name, role, key, not_before_s, not_after_s, der) VALUES (?, ?, ?, ?, ?, ?, ?)", error);
  guint8 serial[PERRON_SERIAL_BYTES], key[32];
  guint8 *der = NULL;
  if (query == NULL)
    return FALSE;
  int len = i2d_X509 (certificate, &der);
  perron_issue_get_serial (certificate, serial);
  perron_est_key_digest (X509_get0_pubkey (certificate), key);
  sqlite3_bind_blob (query, 1, serial, sizeof serial, SQLITE_STATIC);
  sqlite3_bind_text (query, 2, name, -1, SQLITE_STATIC);
  sqlite3_bind_text (query, 3, role, -1, SQLITE_STATIC);
  sqlite3_bind_blob (query, 4, key, sizeof key, SQLITE_STATIC);
  sqlite3_bind_int64 (query, 5, seconds_of (X509_get0_notBefore (certificate)));
  sqlite3_bind_int64 (query, 6, seconds_of (X509_get0_notAfter (certificate)));
  sqlite3_bind_blob (query, 7, der, len, SQLITE_STATIC);
  gboolean added = finish (db, query, error);
  OPENSSL_free (der);
  return added;
}

gboolean
perron_authority_db_find (sqlite3 *db, X509 *certificate, PerronIssuedRow *ret_row, GError **error)
{
  g_autoptr (sqlite3_stmt) query = prepare (db, "SELECT name, role, not_after_s, revoked_s FROM certificate WHERE serial = ? AND der = ?", error);
  guint8 serial[PERRON_SERIAL_BYTES];
  guint8 *der = NULL;
  if (query == NULL)
    return FALSE;
  int len = i2d_X509 (certificate, &der);
  perron_issue_get_serial (certificate, serial);
  sqlite3_bind_blob (query, 1, serial, sizeof serial, SQLITE_STATIC);
  sqlite3_bind_blob (query, 2, der, len, SQLITE_STATIC);
  int code = sqlite3_step (query);
  PerronIssuedRow row = { .found = code == SQLITE_ROW };
  if (row.found) {
    g_strlcpy (row.terminal, (const char *) sqlite3_column_text (query, 0), sizeof row.terminal);
    g_strlcpy (row.role, (const char *) sqlite3_column_text (query, 1), sizeof row.role);
    row.not_after_s = sqlite3_column_int64 (query, 2);
    row.revoked_s = sqlite3_column_int64 (query, 3);
  }
  *ret_row = row;
  OPENSSL_free (der);
  return code == SQLITE_ROW || code == SQLITE_DONE || refuse (db, error);
}

X509 *
perron_authority_db_find_newest (sqlite3 *db, const char *name, const char *role, const guint8 key[32], gint64 since_s, GError **error)
{
  g_autoptr (sqlite3_stmt) query = prepare (db,
                                            "SELECT der FROM certificate WHERE name = ? AND role = ? AND key = ? AND not_before_s >= ?"
                                            " AND revoked_s = 0 ORDER BY not_after_s DESC LIMIT 1",
                                            error);
  if (query == NULL)
    return NULL;
  sqlite3_bind_text (query, 1, name, -1, SQLITE_STATIC);
  sqlite3_bind_text (query, 2, role, -1, SQLITE_STATIC);
  sqlite3_bind_blob (query, 3, key, 32, SQLITE_STATIC);
  sqlite3_bind_int64 (query, 4, since_s);
  int code = sqlite3_step (query);
  if (code == SQLITE_DONE)
    return NULL;
  const guint8 *at = code == SQLITE_ROW ? sqlite3_column_blob (query, 0) : NULL;
  X509 *certificate = at != NULL ? d2i_X509 (NULL, &at, sqlite3_column_bytes (query, 0)) : NULL;
  if (certificate == NULL)
    (void) refuse (db, error);
  return certificate;
}

gboolean
perron_authority_db_revoke (sqlite3 *db, const char *terminal, gint64 now_s, gint64 *ret_count, GError **error)
{
  g_autoptr (sqlite3_stmt) revoke = prepare (db, "UPDATE certificate SET revoked_s = ? WHERE name = ? AND revoked_s = 0", error);
  g_autoptr (sqlite3_stmt) forget = revoke != NULL ? prepare (db, "DELETE FROM code WHERE terminal = ?", error) : NULL;
  if (forget == NULL)
    return FALSE;
  sqlite3_bind_int64 (revoke, 1, now_s);
  sqlite3_bind_text (revoke, 2, terminal, -1, SQLITE_STATIC);
  if (!finish (db, revoke, error))
    return FALSE;
  *ret_count = sqlite3_changes64 (db);
  sqlite3_bind_text (forget, 1, terminal, -1, SQLITE_STATIC);
  return finish (db, forget, error);
}

gboolean
perron_authority_db_read_revoked (sqlite3 *db, GArray *revoked, GError **error)
{
  g_autoptr (sqlite3_stmt) query = prepare (db, "SELECT serial, revoked_s FROM certificate WHERE revoked_s != 0 ORDER BY serial", error);
  int code;
  if (query == NULL)
    return FALSE;
  while ((code = sqlite3_step (query)) == SQLITE_ROW) {
    PerronRevoked row = { .revoked_unix_s = sqlite3_column_int64 (query, 1) };
    if (read_blob (query, 0, row.serial, sizeof row.serial))
      g_array_append_val (revoked, row);
  }
  return code == SQLITE_DONE || refuse (db, error);
}

gboolean
perron_authority_db_list (sqlite3 *db, PerronIssuedFunc each, gpointer data, GError **error)
{
  g_autoptr (sqlite3_stmt) query = prepare (db,
                                            "SELECT name, role, lower (hex (serial)), not_before_s, not_after_s, revoked_s FROM certificate"
                                            " ORDER BY name, not_before_s, serial",
                                            error);
  int code;
  if (query == NULL)
    return FALSE;
  while ((code = sqlite3_step (query)) == SQLITE_ROW) {
    PerronIssued issued = { .terminal = (const char *) sqlite3_column_text (query, 0),
                            .role = (const char *) sqlite3_column_text (query, 1),
                            .not_before_s = sqlite3_column_int64 (query, 3),
                            .not_after_s = sqlite3_column_int64 (query, 4),
                            .revoked_s = sqlite3_column_int64 (query, 5) };
    g_strlcpy (issued.serial, (const char *) sqlite3_column_text (query, 2), sizeof issued.serial);
    each (&issued, data);
  }
  return code == SQLITE_DONE || refuse (db, error);
}
