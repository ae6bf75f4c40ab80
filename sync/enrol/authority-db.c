/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/enrol/authority-db.h"

#include <time.h>

#define VERSION 1

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
                             "PRAGMA user_version = " G_STRINGIFY (VERSION) ";";

static gboolean
report (sqlite3 *handle, int code, const char *what, GError **error)
{
  g_set_error (error, PERRON_AUTHORITY_ERROR, PERRON_AUTHORITY_ERROR_DATABASE, "ca.db: %s: %s", what, sqlite3_errstr (code));
  return FALSE;
}

/* DELETE with EXTRA: the folder can be copied as it lies, and a code spent is spent after a power cut. */
static gboolean
set_up (PerronDb *db, gboolean create, GError **error)
{
  gint64 version;
  return perron_db_script (db, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA trusted_schema=OFF", error) &&
         (!create || perron_db_script (db, schema, error)) && perron_db_number (db, &version, error, "PRAGMA user_version", "") &&
         (version == VERSION || report (NULL, SQLITE_NOTADB, "not the index of an authority, or of another version", error));
}

PerronDb *
perron_authority_db_open (const char *path, gboolean create, GError **error)
{
  g_autoptr (sqlite3) handle = NULL;
  int code = sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0), NULL);
  if (code != SQLITE_OK) {
    (void) report (handle, code, path, error);
    return NULL;
  }
  sqlite3_busy_timeout (handle, 10000);
  g_autoptr (PerronDb) db = perron_db_new (g_steal_pointer (&handle), report);
  return set_up (db, create, error) ? g_steal_pointer (&db) : NULL;
}

/* --- codes ------------------------------------------------------------------------------------------------------------------------ */

gboolean
perron_authority_db_read_code (PerronDb *db, const char *terminal, PerronCodeRow *ret_row, GError **error)
{
  PerronCodeRow row = { 0 };
  g_autoptr (PerronDbQuery) query =
    perron_db_query (db, error, "SELECT salt, hash, expires_s, wrong, terminal_key, signer_key FROM code WHERE terminal = ?", "t", terminal);
  if (query == NULL || !perron_db_step (query, &row.found, error))
    return FALSE;
  if (row.found) {
    if (!perron_db_copy_blob (query, 0, row.salt, sizeof row.salt, error) || !perron_db_copy_blob (query, 1, row.hash, sizeof row.hash, error))
      return FALSE;
    row.expires_s = perron_db_int (query, 2);
    row.wrong = perron_db_int (query, 3);
    for (int i = 0; i < 2; i++) {
      row.spent[i] = perron_db_size (query, 4 + i) > 0;
      if (row.spent[i] && !perron_db_copy_blob (query, 4 + i, row.key[i], sizeof row.key[i], error))
        return FALSE;
    }
  }
  *ret_row = row;
  return TRUE;
}

gboolean
perron_authority_db_write_code (PerronDb *db, const char *terminal, const PerronCodeRow *row, GError **error)
{
  const guint8 *key[2] = { row->spent[0] ? row->key[0] : NULL, row->spent[1] ? row->key[1] : NULL };
  return perron_db_run (
    db, error, "INSERT OR REPLACE INTO code (terminal, salt, hash, expires_s, wrong, terminal_key, signer_key) VALUES (?, ?, ?, ?, ?, ?, ?)",
    "tbbiibb", terminal, row->salt, sizeof row->salt, row->hash, sizeof row->hash, row->expires_s, row->wrong, key[0], sizeof row->key[0],
    key[1], sizeof row->key[1]);
}

/* --- certificates ----------------------------------------------------------------------------------------------------------------- */

static gint64
seconds_of (const ASN1_TIME *time)
{
  struct tm parts = { 0 };
  return ASN1_TIME_to_tm (time, &parts) == 1 ? (gint64) timegm (&parts) : 0;
}

gboolean
perron_authority_db_add (PerronDb *db, X509 *certificate, const char *role, const char *name, GError **error)
{
  guint8 serial[PERRON_SERIAL_BYTES], key[32];
  guint8 *der = NULL;
  int len = i2d_X509 (certificate, &der);

  perron_issue_get_serial (certificate, serial);
  perron_est_key_digest (X509_get0_pubkey (certificate), key);
  gboolean added = perron_db_run (
    db, error, "INSERT INTO certificate (serial, name, role, key, not_before_s, not_after_s, der) VALUES (?, ?, ?, ?, ?, ?, ?)", "bttbiib",
    serial, sizeof serial, name, role, key, sizeof key, seconds_of (X509_get0_notBefore (certificate)),
    seconds_of (X509_get0_notAfter (certificate)), der, (gsize) len);
  OPENSSL_free (der);
  return added;
}

static gboolean
find (PerronDb *db, const guint8 *serial, const guint8 *der, gsize len, PerronIssuedRow *row, GError **error)
{
  g_autoptr (PerronDbQuery) query =
    perron_db_query (db, error, "SELECT name, role, not_after_s, revoked_s FROM certificate WHERE serial = ? AND der = ?", "bb", serial,
                     (gsize) PERRON_SERIAL_BYTES, der, len);
  if (query == NULL || !perron_db_step (query, &row->found, error))
    return FALSE;
  if (row->found) {
    perron_db_copy_text (query, 0, row->terminal, sizeof row->terminal);
    perron_db_copy_text (query, 1, row->role, sizeof row->role);
    row->not_after_s = perron_db_int (query, 2);
    row->revoked_s = perron_db_int (query, 3);
  }
  return TRUE;
}

gboolean
perron_authority_db_find (PerronDb *db, X509 *certificate, PerronIssuedRow *ret_row, GError **error)
{
  guint8 serial[PERRON_SERIAL_BYTES];
  guint8 *der = NULL;
  int len = i2d_X509 (certificate, &der);
  PerronIssuedRow row = { 0 };

  perron_issue_get_serial (certificate, serial);
  gboolean ok = find (db, serial, der, (gsize) len, &row, error);
  OPENSSL_free (der);
  if (ok)
    *ret_row = row;
  return ok;
}

X509 *
perron_authority_db_find_newest (PerronDb *db, const char *name, const char *role, const guint8 key[32], gint64 since_s, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (db, error,
                                                     "SELECT der FROM certificate WHERE name = ? AND role = ? AND key = ? AND not_before_s >= ?"
                                                     " AND revoked_s = 0 ORDER BY not_after_s DESC, rowid DESC LIMIT 1",
                                                     "ttbi", name, role, key, (gsize) 32, since_s);
  if (query == NULL || !perron_db_step (query, &row, error) || !row)
    return NULL;
  g_autoptr (GBytes) der = perron_db_dup_bytes (query, 0);
  gsize len;
  const guint8 *at = g_bytes_get_data (der, &len);
  X509 *certificate = d2i_X509 (NULL, &at, (long) len);
  if (certificate == NULL)
    (void) perron_db_fault (db, SQLITE_CORRUPT, "a certificate", error);
  return certificate;
}

gboolean
perron_authority_db_revoke (PerronDb *db, const char *terminal, gint64 now_s, gint64 *ret_count, GError **error)
{
  if (!perron_db_run (db, error, "UPDATE certificate SET revoked_s = ? WHERE name = ? AND revoked_s = 0", "it", now_s, terminal))
    return FALSE;
  gint64 count = perron_db_changes (db);
  if (!perron_db_run (db, error, "DELETE FROM code WHERE terminal = ?", "t", terminal))
    return FALSE;
  *ret_count = count;
  return TRUE;
}

gboolean
perron_authority_db_read_revoked (PerronDb *db, GArray *revoked, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query =
    perron_db_query (db, error, "SELECT serial, revoked_s FROM certificate WHERE revoked_s != 0 ORDER BY serial", "");
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  while (row) {
    PerronRevoked one = { .revoked_unix_s = perron_db_int (query, 1) };
    if (!perron_db_copy_blob (query, 0, one.serial, sizeof one.serial, error))
      return FALSE;
    g_array_append_val (revoked, one);
    if (!perron_db_step (query, &row, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
perron_authority_db_list (PerronDb *db, PerronIssuedFunc each, gpointer data, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (db, error,
                                                     "SELECT name, role, lower (hex (serial)), not_before_s, not_after_s, revoked_s"
                                                     " FROM certificate ORDER BY name, not_before_s, rowid",
                                                     "");
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  while (row) {
    PerronIssued issued = { .terminal = perron_db_text (query, 0), .role = perron_db_text (query, 1), .not_before_s = perron_db_int (query, 3),
                            .not_after_s = perron_db_int (query, 4), .revoked_s = perron_db_int (query, 5) };
    perron_db_copy_text (query, 2, issued.serial, sizeof issued.serial);
    each (&issued, data);
    if (!perron_db_step (query, &row, error))
      return FALSE;
  }
  return TRUE;
}
