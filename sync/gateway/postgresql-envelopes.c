/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/postgresql-envelopes.h"

#include <string.h>

#define BYTES_MAX (1024 * 1024) /* sealed, a statement: libpq and server each hold it whole */

/* Types of columns (pg_type.dat). */
#define OID_BYTEA 17
#define OID_INT4 23
#define OID_TEXT 25

/*
 * One row for each, in order: the number of a PerronOutcome. The SELECT inside reads what stood there before the statement, and only for
 * what was not new. Ids are not there twice: which of two came first, one statement could not tell.
 */
const char perron_postgresql_put_envelopes[] =
  "WITH fresh AS (INSERT INTO task (id, terminal, dest, suite, digest, signature, sealed, stored_ms)"
  "  SELECT id, terminal, dest, suite, digest, signature, sealed, $8::bigint"
  "  FROM unnest ($1::bytea[], $2::text[], $3::text[], $4::integer[], $5::bytea[], $6::bytea[], $7::bytea[])"
  "    AS given (id, terminal, dest, suite, digest, signature, sealed)"
  "  ON CONFLICT (id) DO NOTHING RETURNING id)"
  "SELECT CASE WHEN fresh.id IS NOT NULL THEN 0 ELSE (SELECT CASE WHEN task.terminal = given.terminal AND task.dest = given.dest"
  "    AND task.digest = given.digest THEN 1 ELSE 2 END FROM task WHERE task.id = given.id) END"
  "  FROM unnest ($1::bytea[], $2::text[], $3::text[], $5::bytea[]) WITH ORDINALITY AS given (id, terminal, dest, digest, place)"
  "  LEFT JOIN fresh USING (id) ORDER BY place";

G_STATIC_ASSERT (PERRON_OUTCOME_CREATED == 0 && PERRON_OUTCOME_SAME == 1 && PERRON_OUTCOME_CONFLICT == 2);

static guint
hash_id (gconstpointer id)
{
  guint random;
  memcpy (&random, (const guint8 *) id + PERRON_UUID_BYTES - sizeof random, sizeof random);
  return random;
}

static gboolean
equal_id (gconstpointer one, gconstpointer other)
{
  return memcmp (one, other, PERRON_UUID_BYTES) == 0;
}

guint
perron_postgresql_envelopes_fit (const PerronGatewayWrite *writes, guint count)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (hash_id, equal_id);
  gsize bytes = 0;

  for (guint i = 0; i < count; i++) {
    bytes += g_bytes_get_size (writes[i].envelope->sealed);
    if (i > 0 && (bytes > BYTES_MAX || g_hash_table_contains (ids, writes[i].envelope->id)))
      return i;
    g_hash_table_add (ids, (gpointer) writes[i].envelope->id);
  }
  return count;
}

/* --- arrays as the server sends and takes them in binary (array_recv): dimensions, nulls, type, length, first index, then each element ----- */

static void
put_number (GByteArray *array, guint32 number)
{
  guint32 big_endian = GUINT32_TO_BE (number);
  g_byte_array_append (array, (const guint8 *) &big_endian, sizeof big_endian);
}

static void
put_element (GByteArray *array, gconstpointer bytes, gsize len)
{
  put_number (array, (guint32) len);
  g_byte_array_append (array, bytes, (guint) len);
}

static void
put_bytes (GByteArray *array, GBytes *bytes)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);
  put_element (array, data, len);
}

static GByteArray *
begin_array (guint type, guint count, gsize bytes)
{
  GByteArray *array = g_byte_array_sized_new ((guint) bytes + count * sizeof (guint32) + 32);
  put_number (array, 1);
  put_number (array, 0);
  put_number (array, type);
  put_number (array, count);
  put_number (array, 1);
  return array;
}

gboolean
perron_postgresql_envelopes_send (PerronPg *pg, const PerronGatewayWrite *writes, guint count, GError **error)
{
  gsize sealed_bytes = 0;
  for (guint i = 0; i < count; i++)
    sealed_bytes += g_bytes_get_size (writes[i].envelope->sealed);
  g_autoptr (GByteArray) ids = begin_array (OID_BYTEA, count, count * PERRON_UUID_BYTES);
  g_autoptr (GByteArray) terminals = begin_array (OID_TEXT, count, count * PERRON_WIRE_TOKEN_MAX);
  g_autoptr (GByteArray) dests = begin_array (OID_TEXT, count, count * PERRON_WIRE_TOKEN_MAX);
  g_autoptr (GByteArray) suites = begin_array (OID_INT4, count, count * sizeof (guint32));
  g_autoptr (GByteArray) digests = begin_array (OID_BYTEA, count, count * PERRON_DIGEST_BYTES);
  g_autoptr (GByteArray) signatures = begin_array (OID_BYTEA, count, count * PERRON_WIRE_SIGNATURE_MAX);
  g_autoptr (GByteArray) sealed = begin_array (OID_BYTEA, count, sealed_bytes);

  for (guint i = 0; i < count; i++) {
    const PerronEnvelope *envelope = writes[i].envelope;
    put_element (ids, envelope->id, PERRON_UUID_BYTES);
    put_element (terminals, envelope->terminal, strlen (envelope->terminal));
    put_element (dests, envelope->dest, strlen (envelope->dest));
    put_number (suites, sizeof (guint32));
    put_number (suites, envelope->suite);
    put_element (digests, envelope->digest, PERRON_DIGEST_BYTES);
    put_bytes (signatures, envelope->signature);
    put_bytes (sealed, envelope->sealed);
  }
  return perron_pg_send (pg, perron_postgresql_put_envelopes, error, "bbbbbbbi", ids->data, (gsize) ids->len, terminals->data,
                         (gsize) terminals->len, dests->data, (gsize) dests->len, suites->data, (gsize) suites->len, digests->data,
                         (gsize) digests->len, signatures->data, (gsize) signatures->len, sealed->data, (gsize) sealed->len,
                         (gint64) (g_get_real_time () / 1000));
}
