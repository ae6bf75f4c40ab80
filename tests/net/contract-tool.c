/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/head.h"
#include "sync/engine/heartbeat.h"

#include <stdio.h>
#include <string.h>

/* Reads an example of the contract from standard input as the programs would: contract-tool batch|answer|search|head|
 * heartbeat. Prints what it found. */

static int
print_items (GPtrArray *items, const GError *error)
{
  if (items == NULL) {
    printf ("error %s\n", error->message);
    return 1;
  }
  for (guint i = 0; i < items->len; i++) {
    const PerronWireItem *item = items->pdata[i];
    char id[PERRON_UUID_CHARS];
    perron_uuid_format (item->id, id);
    printf ("%s%s", item->envelope != NULL ? "envelope " : item->receipt != NULL ? "receipt " : "", item->fault != NULL ? item->fault : "");
    if (item->reply != NULL)
      printf ("%s %" G_GINT64_FORMAT " ", perron_reply_code_to_string (item->reply->code), item->reply->number);
    printf ("%s\n", id);
  }
  return 0;
}

/* The example answers the example request and, in its second entry, something else. */
static int
print_answers (const guint8 *data, gsize len, const char *digest_hex, GError **error)
{
  guint8 id[PERRON_UUID_BYTES], digest[PERRON_DIGEST_BYTES];
  PerronWireExpected expected[2] = { { id, digest, 0 }, { id, digest, 0 } };
  if (!perron_uuid_parse ("0192f3c1-0000-7000-8000-000000000001", id) || strlen (digest_hex) != 64)
    return 2;
  for (guint i = 0; i < sizeof digest; i++)
    digest[i] = (guint8) (g_ascii_xdigit_value (digest_hex[2 * i]) << 4 | g_ascii_xdigit_value (digest_hex[2 * i + 1]));
  if (!perron_wire_parse_answers (data, len, expected, 2, error)) {
    printf ("error %s\n", (*error)->message);
    return 1;
  }
  printf ("%u %u\n", expected[0].ret_status, expected[1].ret_status);
  return 0;
}

static int
print_head (const guint8 *data, gsize len)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronHead) head = perron_head_parse (data, len, &error);
  if (head == NULL) {
    printf ("error %s\n", error->message);
    return 1;
  }
  printf ("head %s %" G_GINT64_FORMAT " after %" G_GINT64_FORMAT "\n", head->terminal, head->n, head->after_n);
  return 0;
}

/* Read and written again: nothing may be lost between. */
static int
print_heartbeat (const guint8 *data, gsize len)
{
  g_autoptr (GError) error = NULL;
  PerronHeartbeat heartbeat;
  if (!perron_heartbeat_parse (data, len, &heartbeat, &error)) {
    printf ("error %s\n", error->message);
    return 1;
  }
  g_autofree char *text = perron_heartbeat_encode (&heartbeat, &len);
  puts (text);
  return 0;
}

int
main (int argc, char **argv)
{
  static guint8 data[65536];
  gsize len = fread (data, 1, sizeof data, stdin);
  g_autoptr (GError) error = NULL;
  gint64 cursor = 0;

  if (argc == 3 && strcmp (argv[1], "answer") == 0)
    return print_answers (data, len, argv[2], &error);
  if (argc != 2)
    return 2;
  if (strcmp (argv[1], "head") == 0)
    return print_head (data, len);
  if (strcmp (argv[1], "heartbeat") == 0)
    return print_heartbeat (data, len);
  gboolean search = strcmp (argv[1], "search") == 0;
  g_autoptr (GPtrArray) items = search ? perron_wire_parse_search (data, len, &cursor, &error) : perron_wire_parse_batch (data, len, &error);
  int status = print_items (items, error);
  if (search)
    printf ("cursor %" G_GINT64_FORMAT "\n", cursor);
  return status;
}
