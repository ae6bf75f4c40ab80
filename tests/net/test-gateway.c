/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/identity.h"
#include "sync/gateway/store.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_identity (void)
{
  static const struct {
    const char *verified, *subject, *name;
    PerronRole role;
  } rows[] = {
    { "SUCCESS", "CN=borne-0001,O=Perron demonstration", "borne-0001", PERRON_ROLE_TERMINAL },
    { "SUCCESS", "O=X,CN=caisse-000", "000", PERRON_ROLE_CAISSE },
    { "NONE", "CN=borne-0001", NULL, 0 },
    { "FAILED:expired", "CN=borne-0001", NULL, 0 },
    { NULL, "CN=borne-0001", NULL, 0 },
    { "SUCCESS", NULL, NULL, 0 },
    { "SUCCESS", "", NULL, 0 },
    { "SUCCESS", "O=borne-0001", NULL, 0 },
    { "SUCCESS", "CN=borne-0001,CN=caisse-000", NULL, 0 },
    { "SUCCESS", "CN=x\\,CN=caisse-000", NULL, 0 },
    { "SUCCESS", "CN=borne-0001+CN=caisse-000", NULL, 0 },
    { "SUCCESS", "CN=\"caisse-000\"", NULL, 0 },
    { "SUCCESS", "CN=caisse-", NULL, 0 },
    { "SUCCESS", "CN=borne 1", NULL, 0 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    PerronIdentity who;
    g_assert_true (perron_identity_parse (rows[i].verified, rows[i].subject, &who) == (rows[i].name != NULL));
    if (rows[i].name != NULL) {
      g_assert_cmpstr (who.name, ==, rows[i].name);
      g_assert_cmpint (who.role, ==, rows[i].role);
    }
  }
}

/* --- contract of sync/gateway/store.h: add a row to `stores` for another implementation ----------------------------------------- */

static PerronEnvelope *
make_envelope (guint8 number, guint8 digest, const char *terminal, const char *dest)
{
  PerronEnvelope *envelope = g_new0 (PerronEnvelope, 1);
  envelope->id[15] = number;
  envelope->digest[0] = digest;
  envelope->terminal = g_strdup (terminal);
  envelope->dest = g_strdup (dest);
  envelope->suite = 1;
  envelope->sealed = g_bytes_new_static ("sealed-bytes", 12);
  envelope->signature = g_bytes_new_static ("signature", 9);
  return envelope;
}

static PerronOutcome
put (PerronGatewayStore *store, guint8 number, guint8 digest, const char *terminal, const char *dest)
{
  g_autoptr (PerronEnvelope) envelope = make_envelope (number, digest, terminal, dest);
  PerronGatewayWrite write = { .envelope = envelope };
  g_assert_true (store->write (store, &write, 1, NULL));
  return write.ret_outcome;
}

static PerronOutcome
acknowledge (PerronGatewayStore *store, guint8 number, guint8 digest, const char *terminal, const char *caisse)
{
  g_autoptr (PerronReceipt) receipt = g_new0 (PerronReceipt, 1);
  PerronGatewayWrite write = { .receipt = receipt };
  receipt->id[15] = number;
  receipt->digest[0] = digest;
  receipt->terminal = g_strdup (terminal);
  receipt->caisse = g_strdup (caisse);
  receipt->received_unix_ms = 5;
  receipt->signature = g_bytes_new_static ("sig", 3);
  g_assert_true (store->write (store, &write, 1, NULL));
  return write.ret_outcome;
}

static guint
count_waiting (PerronGatewayStore *store, const char *caisse, gint64 since, guint limit, gsize bytes, gint64 *ret_cursor)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_envelope_free);
  g_assert_true (store->read_waiting (store, caisse, since, limit, bytes, found, ret_cursor, NULL));
  return found->len;
}

static guint
count_receipts (PerronGatewayStore *store, const char *terminal, gint64 since, gint64 *ret_cursor)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_receipt_free);
  g_assert_true (store->read_receipts (store, terminal, since, 100, found, ret_cursor, NULL));
  return found->len;
}

static void
check_writes (PerronGatewayStore *store)
{
  g_assert_cmpint (put (store, 1, 10, "borne-0001", "000"), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (put (store, 1, 10, "borne-0001", "000"), ==, PERRON_OUTCOME_SAME);
  g_assert_cmpint (put (store, 1, 11, "borne-0001", "000"), ==, PERRON_OUTCOME_CONFLICT);
  g_assert_cmpint (put (store, 1, 10, "borne-0002", "000"), ==, PERRON_OUTCOME_CONFLICT);
  g_assert_cmpint (put (store, 1, 10, "borne-0001", "999"), ==, PERRON_OUTCOME_CONFLICT);
  g_assert_cmpint (put (store, 2, 20, "borne-0001", "000"), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (put (store, 3, 30, "borne-0001", "999"), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (acknowledge (store, 9, 90, "borne-0001", "000"), ==, PERRON_OUTCOME_UNKNOWN);
  g_assert_cmpint (acknowledge (store, 3, 30, "borne-0001", "000"), ==, PERRON_OUTCOME_FOREIGN);
  g_assert_cmpint (acknowledge (store, 1, 10, "borne-0002", "000"), ==, PERRON_OUTCOME_FOREIGN);
  g_assert_cmpint (acknowledge (store, 1, 11, "borne-0001", "000"), ==, PERRON_OUTCOME_CONFLICT);
}

static void
check_reads (PerronGatewayStore *store)
{
  gint64 cursor;
  g_assert_cmpuint (count_waiting (store, "000", 0, 100, 1 << 20, &cursor), ==, 2);
  g_assert_cmpuint (count_waiting (store, "000", cursor, 100, 1 << 20, &cursor), ==, 0);
  g_assert_cmpuint (count_waiting (store, "000", 0, 1, 1 << 20, &cursor), ==, 1);
  g_assert_cmpuint (count_waiting (store, "000", cursor, 100, 1, &cursor), ==, 1);
  g_assert_cmpuint (count_waiting (store, "999", 0, 100, 1 << 20, &cursor), ==, 1);
  g_assert_cmpuint (count_receipts (store, "borne-0001", 0, &cursor), ==, 0);

  g_assert_cmpint (acknowledge (store, 1, 10, "borne-0001", "000"), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (acknowledge (store, 1, 10, "borne-0001", "000"), ==, PERRON_OUTCOME_SAME);
  g_assert_cmpuint (count_waiting (store, "000", 0, 100, 1 << 20, &cursor), ==, 1);
  g_assert_cmpuint (count_receipts (store, "borne-0001", 0, &cursor), ==, 1);
  g_assert_cmpuint (count_receipts (store, "borne-0001", cursor, &cursor), ==, 0);
  g_assert_cmpuint (count_receipts (store, "borne-0002", 0, &cursor), ==, 0);
  /* A late copy of what the caisse has acknowledged is still recognised, though its bytes are gone. */
  g_assert_cmpint (put (store, 1, 10, "borne-0001", "000"), ==, PERRON_OUTCOME_SAME);
  g_assert_cmpuint (count_waiting (store, "000", 0, 100, 1 << 20, &cursor), ==, 1);
}

static const struct {
  const char *name;
  PerronGatewayStore *(*make) (const char *path, GError **error);
} stores[] = { { "sqlite", perron_gateway_store_sqlite_new } };

static void
test_store (gconstpointer data)
{
  gsize which = GPOINTER_TO_SIZE (data);
  g_autofree char *folder = g_dir_make_tmp ("perron-store-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "gateway.db", NULL);
  g_autoptr (GError) error = NULL;
  PerronGatewayStore *store = stores[which].make (path, &error);

  g_assert_no_error (error);
  check_writes (store);
  check_reads (store);
  perron_gateway_store_free (store);

  g_autoptr (PerronGatewayStore) again = stores[which].make (path, &error);
  PerronGatewayCounts counts;
  g_assert_no_error (error);
  g_assert_true (again->count (again, &counts, NULL));
  g_assert_cmpint (counts.waiting, ==, 2);
  g_assert_cmpint (counts.received, ==, 1);
  g_clear_pointer (&again, perron_gateway_store_free);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/identity", test_identity);
  for (gsize i = 0; i < G_N_ELEMENTS (stores); i++) {
    g_autofree char *path = g_strdup_printf ("/gateway/store/%s", stores[i].name);
    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_store);
  }
  return g_test_run ();
}
