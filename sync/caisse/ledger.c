/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/caisse/ledger.h"
#include "sync/engine/wire-json.h"
#include "sync/engine/wire.h"

#include <string.h>

/* Requests of a terminal whose ids are kept, to know a repeated one from a reused number; gaps kept to know a late one. */
#define RECENT_MAX 1000
#define GAPS_MAX 200

G_DEFINE_QUARK (perron-ledger-error-quark, perron_ledger_error)

typedef struct {
  gint64 first, last;
  gboolean is_new;
} Gap;

typedef struct {
  gint64 counter;
  guint8 id[PERRON_UUID_BYTES];
} Seen;

typedef struct {
  gint64 last;
  GArray *gaps; /* Gap, ascending, apart from each other */
  GArray *seen; /* Seen, oldest first */
} Terminal;

struct PerronLedger {
  char *path;
  GHashTable *terminals;
};

static void
terminal_free (gpointer data)
{
  Terminal *terminal = data;
  g_array_unref (terminal->gaps);
  g_array_unref (terminal->seen);
  g_free (terminal);
}

static Terminal *
ensure_terminal (PerronLedger *ledger, const char *name)
{
  Terminal *terminal = g_hash_table_lookup (ledger->terminals, name);
  if (terminal != NULL)
    return terminal;
  terminal = g_new0 (Terminal, 1);
  terminal->gaps = g_array_new (FALSE, TRUE, sizeof (Gap));
  terminal->seen = g_array_new (FALSE, TRUE, sizeof (Seen));
  g_hash_table_insert (ledger->terminals, g_strdup (name), terminal);
  return terminal;
}

/* --- the file --------------------------------------------------------------------------------------------------------------- */

static gboolean
refuse (const PerronLedger *ledger, const char *why, GError **error)
{
  g_set_error (error, PERRON_LEDGER_ERROR, PERRON_LEDGER_ERROR_FILE, "%s: %s", ledger->path, why);
  return FALSE;
}

static gboolean
read_terminal (Terminal *terminal, const WireValue *object)
{
  const WireValue *gaps = wire_array (object, "gaps"), *seen = wire_array (object, "seen");
  if (!wire_int (object, "last", &terminal->last) || gaps == NULL || seen == NULL || wire_count (gaps) > GAPS_MAX ||
      wire_count (seen) > RECENT_MAX)
    return FALSE;
  for (const WireValue *each = wire_first (gaps); each != NULL; each = wire_next (gaps, each)) {
    Gap gap = { 0 };
    if (!wire_int (each, "first", &gap.first) || !wire_int (each, "last", &gap.last))
      return FALSE;
    g_array_append_val (terminal->gaps, gap);
  }
  for (const WireValue *each = wire_first (seen); each != NULL; each = wire_next (seen, each)) {
    Seen one;
    if (!wire_uuid (each, "id", one.id) || !wire_int (each, "counter", &one.counter))
      return FALSE;
    g_array_append_val (terminal->seen, one);
  }
  return TRUE;
}

static gboolean
read_file (PerronLedger *ledger, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;
  char terminal[PERRON_WIRE_TOKEN_MAX + 1];
  gsize len;

  if (!g_file_get_contents (ledger->path, &text, &len, &cause))
    return g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT) || refuse (ledger, cause->message, error);
  g_autofree WireValue *root = wire_read ((const guint8 *) text, len, 8, WIRE_VALUES_MAX);
  if (root == NULL || root->kind != WIRE_OBJECT)
    return refuse (ledger, "not JSON", error);
  for (const WireValue *name = wire_first (root); name != NULL; name = wire_next (root, name + 1)) {
    if (!wire_copy (name, terminal, sizeof terminal) || !perron_wire_token_ok (terminal) ||
        g_hash_table_contains (ledger->terminals, terminal) || !read_terminal (ensure_terminal (ledger, terminal), name + 1))
      return refuse (ledger, "not written by perron-caisse", error);
  }
  return TRUE;
}

PerronLedger *
perron_ledger_load (const char *path, GError **error)
{
  g_autoptr (PerronLedger) ledger = g_new0 (PerronLedger, 1);
  ledger->path = g_strdup (path);
  ledger->terminals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, terminal_free);
  if (path != NULL && !read_file (ledger, error))
    return NULL;
  return g_steal_pointer (&ledger);
}

void
perron_ledger_free (PerronLedger *ledger)
{
  if (ledger == NULL)
    return;
  g_hash_table_unref (ledger->terminals);
  g_free (ledger->path);
  g_free (ledger);
}

static void
append_terminal (GString *out, const char *name, const Terminal *terminal)
{
  g_string_append_printf (out, "%s\"%s\":{\"last\":%" G_GINT64_FORMAT ",\"gaps\":[", out->len > 1 ? ",\n" : "", name, terminal->last);
  for (guint i = 0; i < terminal->gaps->len; i++) {
    const Gap *gap = &g_array_index (terminal->gaps, Gap, i);
    g_string_append_printf (out, "%s{\"first\":%" G_GINT64_FORMAT ",\"last\":%" G_GINT64_FORMAT "}", i > 0 ? "," : "", gap->first, gap->last);
  }
  g_string_append (out, "],\"seen\":[");
  for (guint i = 0; i < terminal->seen->len; i++) {
    const Seen *seen = &g_array_index (terminal->seen, Seen, i);
    char id[PERRON_UUID_CHARS];
    perron_uuid_format (seen->id, id);
    g_string_append_printf (out, "%s{\"counter\":%" G_GINT64_FORMAT ",\"id\":\"%s\"}", i > 0 ? "," : "", seen->counter, id);
  }
  g_string_append (out, "]}");
}

gboolean
perron_ledger_save (PerronLedger *ledger, GError **error)
{
  g_autoptr (GString) out = g_string_new ("{");
  g_autoptr (GError) cause = NULL;
  GHashTableIter iter;
  gpointer name, terminal;

  if (ledger->path == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, ledger->terminals);
  while (g_hash_table_iter_next (&iter, &name, &terminal))
    append_terminal (out, name, terminal);
  g_string_append (out, "}\n");
  if (g_file_set_contents_full (ledger->path, out->str, (gssize) out->len, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &cause))
    return TRUE;
  return refuse (ledger, cause->message, error);
}

/* --- counting --------------------------------------------------------------------------------------------------------------- */

/* Takes one number out of the gaps. FALSE: it was in none. */
static gboolean
fill_gap (Terminal *terminal, gint64 counter)
{
  for (guint i = 0; i < terminal->gaps->len; i++) {
    Gap *gap = &g_array_index (terminal->gaps, Gap, i);
    if (counter < gap->first || counter > gap->last)
      continue;
    Gap after = { counter + 1, gap->last, gap->is_new };
    gap->last = counter - 1;
    if (after.first <= after.last)
      g_array_insert_val (terminal->gaps, i + 1, after);
    if (g_array_index (terminal->gaps, Gap, i).first > g_array_index (terminal->gaps, Gap, i).last)
      g_array_remove_index (terminal->gaps, i);
    return TRUE;
  }
  return FALSE;
}

static gboolean
is_seen (const Terminal *terminal, gint64 counter, const guint8 *id)
{
  for (guint i = terminal->seen->len; i-- > 0;) {
    const Seen *seen = &g_array_index (terminal->seen, Seen, i);
    if (seen->counter == counter && memcmp (seen->id, id, PERRON_UUID_BYTES) == 0)
      return TRUE;
  }
  return FALSE;
}

static PerronCountVerdict
judge (Terminal *terminal, gint64 counter, const guint8 *id)
{
  if (is_seen (terminal, counter, id))
    return PERRON_COUNT_AGAIN;
  if (counter <= terminal->last)
    return fill_gap (terminal, counter) ? PERRON_COUNT_LATE : PERRON_COUNT_REUSED;
  if (counter > terminal->last + 1) {
    Gap gap = { terminal->last + 1, counter - 1, TRUE };
    if (terminal->gaps->len == GAPS_MAX)
      g_array_remove_index (terminal->gaps, 0);
    g_array_append_val (terminal->gaps, gap);
  }
  terminal->last = counter;
  return PERRON_COUNT_NEXT;
}

PerronCountVerdict
perron_ledger_note (PerronLedger *ledger, const char *name, gint64 counter, const guint8 id[PERRON_UUID_BYTES])
{
  Terminal *terminal = ensure_terminal (ledger, name);
  PerronCountVerdict verdict = judge (terminal, counter, id);
  if (verdict == PERRON_COUNT_AGAIN)
    return verdict;
  Seen seen = { .counter = counter };
  memcpy (seen.id, id, sizeof seen.id);
  if (terminal->seen->len == RECENT_MAX)
    g_array_remove_index (terminal->seen, 0);
  g_array_append_val (terminal->seen, seen);
  return verdict;
}

void
perron_ledger_foreach_new_gap (PerronLedger *ledger, PerronGapCallback callback, gpointer data)
{
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, ledger->terminals);
  while (g_hash_table_iter_next (&iter, &name, &value)) {
    const Terminal *terminal = value;
    for (guint i = 0; i < terminal->gaps->len; i++) {
      const Gap *gap = &g_array_index (terminal->gaps, Gap, i);
      if (gap->is_new)
        callback (name, gap->first, gap->last, data);
    }
  }
}
