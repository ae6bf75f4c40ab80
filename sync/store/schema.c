/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/schema.h"

/* "Pern": so that no other SQLite file is taken for an outbox. */
#define APPLICATION_ID 0x5065726e

/*
 * Row i leads from version i to i + 1; rows are only ever added.
 *
 * outbox is narrow and changes (state, lease); sealed is wide and is only written once and deleted once: a lease of 200 rows then
 * rewrites a few pages instead of every envelope. terminal has one row: counter, link, hold after a channel fault, audit head.
 * lease_* and hold_* count on the boot clock; *_ms are wall time.
 */
static const char *const steps[] = {
  "CREATE TABLE terminal ("
  "  one INTEGER PRIMARY KEY CHECK (one = 1),"
  "  counter INTEGER NOT NULL,"
  "  contact_ms INTEGER NOT NULL DEFAULT 0,"
  "  link TEXT NOT NULL DEFAULT '',"
  "  link_fault TEXT NOT NULL DEFAULT '',"
  "  hold_boot TEXT NOT NULL DEFAULT '',"
  "  hold_until INTEGER NOT NULL DEFAULT 0,"
  "  audit_first INTEGER NOT NULL DEFAULT 1,"
  "  audit_before BLOB NOT NULL DEFAULT (zeroblob (32)) CHECK (length (audit_before) = 32),"
  "  audit_n INTEGER NOT NULL DEFAULT 0,"
  "  audit_head BLOB NOT NULL DEFAULT (zeroblob (32)) CHECK (length (audit_head) = 32)"
  ") STRICT;"
  "INSERT INTO terminal (one, counter) VALUES (1, 0);"
  "CREATE TABLE outbox ("
  "  seq INTEGER PRIMARY KEY,"
  "  id BLOB NOT NULL UNIQUE CHECK (length (id) = 16),"
  "  reference TEXT NOT NULL UNIQUE,"
  "  terminal TEXT NOT NULL,"
  "  dest TEXT NOT NULL,"
  "  suite INTEGER NOT NULL,"
  "  digest BLOB NOT NULL CHECK (length (digest) = 32),"
  "  sealed_len INTEGER NOT NULL,"
  "  created_ms INTEGER NOT NULL,"
  "  changed_ms INTEGER NOT NULL,"
  "  state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 4),"
  "  attempts INTEGER NOT NULL DEFAULT 0,"
  "  next_ms INTEGER NOT NULL DEFAULT 0,"
  "  lease_boot TEXT,"
  "  lease_pid INTEGER,"
  "  lease_until INTEGER,"
  "  last_fault TEXT NOT NULL DEFAULT '',"
  "  gateway_receipt TEXT,"
  "  received_ms INTEGER,"
  "  receipt_signature BLOB"
  ") STRICT;"
  "CREATE INDEX outbox_state ON outbox (state, seq);"
  "CREATE TABLE sealed ("
  "  seq INTEGER PRIMARY KEY REFERENCES outbox (seq) ON DELETE CASCADE,"
  "  bytes BLOB NOT NULL,"
  "  signature BLOB NOT NULL"
  ") STRICT;"
  "CREATE TABLE audit ("
  "  n INTEGER PRIMARY KEY,"
  "  at_ms INTEGER NOT NULL,"
  "  event INTEGER NOT NULL,"
  "  id BLOB NOT NULL CHECK (length (id) = 16),"
  "  detail INTEGER NOT NULL,"
  "  hash BLOB NOT NULL CHECK (length (hash) = 32)"
  ") STRICT;",
  /* decided_ms: a human looked at what could not be delivered and kept it. anchor: from at_ms to last_ms, times agreed with the gateway,
   * the audit log ended with line n: every line up to n is older than at_ms, whatever clock stamped it. */
  "ALTER TABLE outbox ADD COLUMN decided_ms INTEGER NOT NULL DEFAULT 0;"
  "CREATE TABLE anchor ("
  "  n INTEGER PRIMARY KEY,"
  "  at_ms INTEGER NOT NULL,"
  "  last_ms INTEGER NOT NULL"
  ") STRICT;",
  /* What the caisse answered last: a word of kiosk/core/reply-code.h, its number and the caisse's signature. */
  "ALTER TABLE outbox ADD COLUMN reply_number INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE outbox ADD COLUMN reply_code TEXT NOT NULL DEFAULT '';"
  "ALTER TABLE outbox ADD COLUMN replied_ms INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE outbox ADD COLUMN reply_signature BLOB;",
};

#define NEWEST ((gint64) G_N_ELEMENTS (steps))

static gboolean
read_version (PerronDb *db, gint64 *ret_version, GError **error)
{
  gint64 application, version;
  if (!perron_db_number (db, &application, error, "PRAGMA application_id", "") ||
      !perron_db_number (db, &version, error, "PRAGMA user_version", ""))
    return FALSE;
  if (version > NEWEST || (application != APPLICATION_ID && application != 0)) {
    g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_VERSION,
                 "the outbox has schema %" G_GINT64_FORMAT " of application %#" G_GINT64_MODIFIER
                 "x: this program knows up to %" G_GINT64_FORMAT " of %#x; it is left as it is",
                 version, (guint64) application, NEWEST, APPLICATION_ID);
    return FALSE;
  }
  *ret_version = version;
  return TRUE;
}

gint64
perron_schema_get_newest (void)
{
  return NEWEST;
}

gboolean
perron_schema_migrate (PerronDb *db, gboolean fresh, GError **error)
{
  return perron_schema_migrate_to (db, fresh, NEWEST, error);
}

gboolean
perron_schema_migrate_to (PerronDb *db, gboolean fresh, gint64 wanted, GError **error)
{
  gint64 version;
  if (!read_version (db, &version, error))
    return FALSE;
  if (version == 0 && !fresh)
    return perron_schema_check (db, error);
  for (; version < wanted; version++) {
    g_autofree char *script = g_strdup_printf ("BEGIN IMMEDIATE; %s PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT",
                                               steps[version], APPLICATION_ID, (int) version + 1);
    if (!perron_db_script (db, script, error)) {
      perron_db_end (db, FALSE, NULL);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
perron_schema_check (PerronDb *db, GError **error)
{
  gint64 version;
  if (!read_version (db, &version, error))
    return FALSE;
  if (version == NEWEST)
    return TRUE;
  g_set_error (error, PERRON_STORE_ERROR, version == 0 ? PERRON_STORE_ERROR_CORRUPT : PERRON_STORE_ERROR_VERSION,
               "the outbox has schema %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT ": perron-kiosk brings it up when it starts", version,
               NEWEST);
  return FALSE;
}
