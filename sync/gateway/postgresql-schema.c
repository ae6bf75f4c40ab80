/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/postgresql-schema.h"

/* One gateway at a time, each time it starts; nothing is changed that is there. */
const char perron_pg_schema[] =
  "BEGIN; SELECT pg_advisory_xact_lock (726574, 0);"
  "CREATE TABLE IF NOT EXISTS task ("
  "  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
  "  id bytea NOT NULL UNIQUE CHECK (octet_length (id) = 16),"
  "  terminal text NOT NULL,"
  "  dest text NOT NULL,"
  "  suite integer NOT NULL,"
  "  digest bytea NOT NULL CHECK (octet_length (digest) = 32),"
  "  signature bytea NOT NULL,"
  "  sealed bytea NOT NULL,"
  "  stored_ms bigint NOT NULL,"
  "  received boolean NOT NULL DEFAULT false);"
  /* Random bytes: compressing them costs time and gains nothing (sync-security facts 5). */
  "ALTER TABLE task ALTER COLUMN sealed SET STORAGE EXTERNAL;"
  "CREATE INDEX IF NOT EXISTS task_waiting ON task (dest, seq) WHERE NOT received;"
  "CREATE TABLE IF NOT EXISTS receipt ("
  "  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
  "  id bytea NOT NULL UNIQUE REFERENCES task (id),"
  "  terminal text NOT NULL,"
  "  caisse text NOT NULL,"
  "  digest bytea NOT NULL,"
  "  received_ms bigint NOT NULL,"
  "  signature bytea NOT NULL);"
  "CREATE INDEX IF NOT EXISTS receipt_terminal ON receipt (terminal, seq);"
  "CREATE TABLE IF NOT EXISTS head ("
  "  terminal text PRIMARY KEY,"
  "  n bigint NOT NULL,"
  "  hash bytea NOT NULL CHECK (octet_length (hash) = 32),"
  "  time_ms bigint NOT NULL,"
  "  signature bytea NOT NULL);"
  "CREATE TABLE IF NOT EXISTS head_alarm ("
  "  terminal text PRIMARY KEY,"
  "  word text NOT NULL,"
  "  kept_n bigint NOT NULL,"
  "  seen_n bigint NOT NULL,"
  "  count bigint NOT NULL DEFAULT 1,"
  "  last_ms bigint NOT NULL);"
  "CREATE TABLE IF NOT EXISTS heartbeat ("
  "  terminal text PRIMARY KEY,"
  "  seen_ms bigint NOT NULL,"
  "  body text NOT NULL);"
  "COMMIT";

/*
 * Who may do what (sync-security facts 3.5, insider of another caisse). The gateway takes turns in these roles; a statement of ours that
 * forgets its WHERE, or takes another caisse's code, finds nothing.
 *   perron_writer    stores; can read neither an envelope's bytes nor a receipt
 *   perron_caisse    reads the envelopes of the caisse that perron.tenant names
 *   perron_terminal  reads the receipts of the terminal that perron.tenant names
 *   perron_operator  reads how terminals are
 * CREATE ROLE needs a login that may; where it may not, an administrator makes these four and perron_keeper (postgresql-keeping.c) and grants
 * them to it beforehand.
 */
const char perron_pg_roles[] =
  "BEGIN; SELECT pg_advisory_xact_lock (726574, 0);"
  "DO $$ DECLARE one text; BEGIN"
  "  FOREACH one IN ARRAY ARRAY ['perron_writer', 'perron_caisse', 'perron_terminal', 'perron_operator'] LOOP"
  "    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = one) THEN EXECUTE format ('CREATE ROLE %I NOLOGIN', one); END IF;"
  "    IF NOT pg_has_role (session_user, one, 'MEMBER') THEN EXECUTE format ('GRANT %I TO %I', one, session_user); END IF;"
  "  END LOOP;"
  /* A superuser or a role that passes row level security by would see every caisse's rows whatever the policies say. */
  "  SELECT rolname FROM pg_roles WHERE rolname IN ('perron_writer', 'perron_caisse', 'perron_terminal',"
  "    'perron_operator') AND (rolsuper OR rolbypassrls) LIMIT 1 INTO one;"
  "  IF FOUND THEN RAISE EXCEPTION '%: row level security must bind this role', one; END IF;"
  "END $$;"
  "GRANT INSERT, SELECT (id, terminal, dest, digest, received), UPDATE (received, sealed) ON task TO perron_writer;"
  "GRANT INSERT, SELECT (id, terminal, caisse, digest), UPDATE (seq) ON receipt TO perron_writer;"
  "GRANT INSERT, SELECT, UPDATE (number, code, replied_ms, signature) ON reply TO perron_writer;"
  "GRANT INSERT, SELECT, UPDATE, DELETE ON head, head_alarm, heartbeat TO perron_writer;"
  "GRANT SELECT ON task TO perron_caisse;"
  "GRANT SELECT ON receipt, reply TO perron_terminal;"
  "GRANT SELECT (received, stored_ms) ON task TO perron_operator;"
  "GRANT SELECT (received_ms) ON receipt TO perron_operator;"
  "GRANT SELECT ON head_alarm, heartbeat TO perron_operator;"
  "DO $$ BEGIN"
  "  IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE schemaname = current_schema () AND policyname = 'task_caisse') THEN"
  "    ALTER TABLE task ENABLE ROW LEVEL SECURITY;"
  "    ALTER TABLE receipt ENABLE ROW LEVEL SECURITY;"
  "    CREATE POLICY task_caisse ON task FOR SELECT TO perron_caisse USING (dest = current_setting ('perron.tenant', true));"
  "    CREATE POLICY task_writer ON task TO perron_writer USING (true) WITH CHECK (true);"
  "    CREATE POLICY task_operator ON task FOR SELECT TO perron_operator USING (true);"
  "    CREATE POLICY receipt_terminal ON receipt FOR SELECT TO perron_terminal USING (terminal = current_setting ('perron.tenant', true));"
  "    CREATE POLICY receipt_writer ON receipt TO perron_writer USING (true) WITH CHECK (true);"
  "    CREATE POLICY receipt_operator ON receipt FOR SELECT TO perron_operator USING (true);"
  "  END IF;"
  "  IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE schemaname = current_schema () AND policyname = 'reply_terminal') THEN"
  "    ALTER TABLE reply ENABLE ROW LEVEL SECURITY;"
  /* Asked with the rights of who reads: the receipts that are seen are the terminal's own. */
  "    CREATE POLICY reply_terminal ON reply FOR SELECT TO perron_terminal USING (EXISTS (SELECT 1 FROM receipt WHERE receipt.id = reply.id));"
  "    CREATE POLICY reply_writer ON reply TO perron_writer USING (true) WITH CHECK (true);"
  "  END IF;"
  "END $$;"
  "COMMIT";
