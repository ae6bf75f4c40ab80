/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/caisse/opening.h"
#include "sync/engine/wire-json.h"

#include "kiosk/core/secret.h"

#include <string.h>

static void
opened_free (gpointer data)
{
  PerronOpened *opened = data;
  g_free (opened->terminal);
  g_free (opened->reference);
  perron_secret_free (opened->content);
  g_free (opened);
}

static void
problem_free (gpointer data)
{
  PerronProblem *problem = data;
  g_free (problem->terminal);
  g_free (problem->id);
  g_free (problem->words);
  g_free (problem);
}

PerronDesk *
perron_desk_new (const PerronDeskOptions *options, PerronLedger *ledger, GError **error)
{
  g_autoptr (PerronDesk) desk = g_new0 (PerronDesk, 1);
  desk->opened = g_ptr_array_new_with_free_func (opened_free);
  desk->problems = g_ptr_array_new_with_free_func (problem_free);
  desk->options = *options;
  desk->ledger = ledger;
  desk->opener = perron_opener_new (options->key, options->certificate, error);
  return desk->opener != NULL ? g_steal_pointer (&desk) : NULL;
}

void
perron_desk_free (PerronDesk *desk)
{
  if (desk == NULL)
    return;
  g_ptr_array_unref (desk->opened);
  g_ptr_array_unref (desk->problems);
  perron_opener_free (desk->opener);
  g_free (desk);
}

static PerronProblem *
add_problem (PerronDesk *desk, const char *kind, gboolean grave, const char *terminal, const guint8 *id, const char *words)
{
  PerronProblem *problem = g_new0 (PerronProblem, 1);
  problem->kind = kind;
  problem->grave = grave;
  problem->terminal = g_strdup (terminal);
  if (id != NULL) {
    problem->id = g_malloc (PERRON_UUID_CHARS);
    perron_uuid_format (id, problem->id);
  }
  problem->words = g_strdup (words);
  g_ptr_array_add (desk->problems, problem);
  return problem;
}

/* --- the outside of the envelope -------------------------------------------------------------------------------------------- */

static gboolean
check_signature (PerronDesk *desk, const PerronEnvelope *envelope)
{
  g_autofree char *name = g_strconcat (envelope->terminal, ".pem", NULL);
  g_autofree char *path = g_build_filename (desk->options.terminals, name, NULL);
  g_autoptr (GError) error = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR)) {
    add_problem (desk, "terminal", TRUE, envelope->terminal, envelope->id, "borne inconnue de cette caisse : l'enveloppe n'est pas ouverte");
    return FALSE;
  }
  g_autoptr (GBytes) bytes = perron_envelope_dup_signed_bytes (envelope->terminal, envelope->dest, envelope->suite, envelope->id, envelope->digest);
  if (perron_seal_verify (path, bytes, envelope->signature, &error))
    return TRUE;
  add_problem (desk, "signature", TRUE, envelope->terminal, envelope->id,
               "la signature n'est pas celle de cette borne : l'enveloppe n'est pas ouverte");
  return FALSE;
}

static gboolean
check_outside (PerronDesk *desk, const PerronEnvelope *envelope)
{
  if (strcmp (envelope->dest, desk->options.caisse) != 0) {
    add_problem (desk, "dest", TRUE, envelope->terminal, envelope->id, "adressée à une autre caisse : l'enveloppe n'est pas ouverte");
    return FALSE;
  }
  if (envelope->suite != PERRON_SUITE_CMS_P256_A256GCM) {
    add_problem (desk, "suite", TRUE, envelope->terminal, envelope->id, "scellée d'une manière que cet outil ne connaît pas");
    return FALSE;
  }
  return check_signature (desk, envelope);
}

/* --- the inside ------------------------------------------------------------------------------------------------------------- */

static const WireValue *
find_task (const WireValue *bundle)
{
  const WireValue *entries = wire_array (bundle, "entry");
  for (const WireValue *entry = wire_first (entries); entry != NULL; entry = wire_next (entries, entry)) {
    const WireValue *resource = wire_object (entry, "resource");
    if (wire_says (resource, "resourceType", "Task"))
      return resource;
  }
  return NULL;
}

static gboolean
read_counter (const WireValue *task, gint64 *ret_counter)
{
  const WireValue *inputs = wire_array (task, "input");
  for (const WireValue *input = wire_first (inputs); input != NULL; input = wire_next (inputs, input)) {
    const WireValue *coding = wire_first_object (wire_array (wire_object (input, "type"), "coding"));
    if (wire_says (coding, "code", "counter"))
      return wire_int (input, "valueDecimal", ret_counter) && *ret_counter >= 1;
  }
  return FALSE;
}

/* The names of inner FHIR that tell whose this is (sync/store/inner.h). FALSE: inside and outside do not agree. */
static gboolean
read_inside (const PerronEnvelope *envelope, PerronOpened *opened)
{
  char id[PERRON_UUID_CHARS], reference[33];

  g_autofree WireValue *bundle =
    wire_read ((const guint8 *) opened->content, opened->content_len, PERRON_WIRE_DEPTH_MAX, PERRON_WIRE_VALUES_MAX);
  const WireValue *task = find_task (bundle);
  const WireValue *requester = wire_object (wire_object (task, "requester"), "identifier");
  perron_uuid_format (envelope->id, id);
  if (!wire_says (task, "id", id) || !wire_says (requester, "value", envelope->terminal) ||
      !wire_text (wire_first_object (wire_array (task, "identifier")), "value", reference, sizeof reference) ||
      !read_counter (task, &opened->counter))
    return FALSE;
  opened->reference = g_strdup (reference);
  return TRUE;
}

static void
note_counter (PerronDesk *desk, PerronOpened *opened)
{
  PerronCountVerdict verdict = perron_ledger_note (desk->ledger, opened->terminal, opened->counter, opened->id);
  opened->again = verdict == PERRON_COUNT_AGAIN;
  if (verdict != PERRON_COUNT_REUSED)
    return;
  PerronProblem *problem =
    add_problem (desk, "replay", TRUE, opened->terminal, opened->id,
                 "ce numéro a déjà servi pour une autre demande : borne copiée ou restaurée ? La demande est ouverte, à vérifier");
  problem->first = problem->last = opened->counter;
}

static void
take_envelope (PerronDesk *desk, const PerronEnvelope *envelope)
{
  g_autoptr (GError) error = NULL;
  gsize len;

  if (!check_outside (desk, envelope))
    return;
  char *content = perron_opener_open (desk->opener, envelope, &len, &error);
  if (content == NULL) {
    add_problem (desk, "altered", TRUE, envelope->terminal, envelope->id,
                 "ne s'ouvre pas avec la clé de cette caisse : altérée, ou scellée pour une autre");
    return;
  }
  PerronOpened *opened = g_new0 (PerronOpened, 1);
  memcpy (opened->id, envelope->id, sizeof opened->id);
  memcpy (opened->digest, envelope->digest, sizeof opened->digest);
  opened->terminal = g_strdup (envelope->terminal);
  opened->content = content;
  opened->content_len = len;
  if (!read_inside (envelope, opened)) {
    add_problem (desk, "mismatch", TRUE, envelope->terminal, envelope->id, "le contenu ne correspond pas à l'enveloppe");
    opened_free (opened);
    return;
  }
  note_counter (desk, opened);
  g_ptr_array_add (desk->opened, opened);
}

void
perron_desk_take (PerronDesk *desk, const PerronWireItem *item)
{
  if (item->envelope != NULL) {
    take_envelope (desk, item->envelope);
    return;
  }
  g_autofree char *words = g_strdup_printf ("entrée illisible (%s)", item->fault != NULL ? item->fault : "status");
  add_problem (desk, item->fault != NULL && strcmp (item->fault, "extension.sha256") == 0 ? "altered" : "shape", TRUE, NULL,
               item->has_id ? item->id : NULL, words);
}

static void
on_gap (const char *terminal, gint64 first, gint64 last, gpointer data)
{
  PerronProblem *problem = add_problem (data, "gap", FALSE, terminal, NULL,
                                        "il manque ces numéros : retirés par la personne avant l'envoi, encore sur la borne, ou supprimés en route");
  problem->first = first;
  problem->last = last;
}

typedef struct {
  PerronOpened *opened;
  guint place;
} Placed;

static gint
compare_places (gconstpointer a, gconstpointer b)
{
  const Placed *one = a, *other = b;
  gint order = strcmp (one->opened->terminal, other->opened->terminal);
  return order != 0 ? order : one->place < other->place ? -1 : one->place > other->place;
}

static gint
compare_counters (gconstpointer a, gconstpointer b)
{
  const PerronOpened *one = ((const Placed *) a)->opened, *other = ((const Placed *) b)->opened;
  gint order = strcmp (one->terminal, other->terminal);
  return order != 0 ? order : one->counter < other->counter ? -1 : one->counter > other->counter ? 1 : compare_places (a, b);
}

/*
 * Two batches of a terminal travel at once and are stored in either order: in the places that its requests have among those of the others,
 * they come in the order in which they were made.
 */
static void
arrange (GPtrArray *opened)
{
  g_autofree Placed *by_place = g_new (Placed, opened->len);
  for (guint i = 0; i < opened->len; i++)
    by_place[i] = (Placed){ opened->pdata[i], i };
  qsort (by_place, opened->len, sizeof *by_place, compare_places);
  g_autofree Placed *by_counter = g_memdup2 (by_place, opened->len * sizeof *by_place);
  qsort (by_counter, opened->len, sizeof *by_counter, compare_counters);
  for (guint i = 0; i < opened->len; i++)
    opened->pdata[by_place[i].place] = by_counter[i].opened;
}

void
perron_desk_close (PerronDesk *desk)
{
  if (desk->opened->len > 1)
    arrange (desk->opened);
  perron_ledger_foreach_new_gap (desk->ledger, on_gap, desk);
}

gboolean
perron_desk_has_grave_problem (const PerronDesk *desk)
{
  for (guint i = 0; i < desk->problems->len; i++) {
    if (((const PerronProblem *) desk->problems->pdata[i])->grave)
      return TRUE;
  }
  return FALSE;
}

PerronReceipt *
perron_desk_sign (PerronDesk *desk, const PerronOpened *opened, gint64 now_unix_ms, GError **error)
{
  g_autoptr (GBytes) bytes = perron_receipt_dup_signed_bytes (desk->options.caisse, opened->id, opened->digest, now_unix_ms);
  GBytes *signature = perron_opener_sign (desk->opener, bytes, error);
  if (signature == NULL)
    return NULL;
  PerronReceipt *receipt = g_new0 (PerronReceipt, 1);
  memcpy (receipt->id, opened->id, sizeof receipt->id);
  memcpy (receipt->digest, opened->digest, sizeof receipt->digest);
  receipt->terminal = g_strdup (opened->terminal);
  receipt->caisse = g_strdup (desk->options.caisse);
  receipt->received_unix_ms = now_unix_ms;
  receipt->signature = signature;
  return receipt;
}

PerronReply *
perron_desk_sign_reply (PerronDesk *desk, const guint8 id[PERRON_UUID_BYTES], const guint8 digest[PERRON_DIGEST_BYTES], const char *terminal,
                        PerronReplyCode code, gint64 number, gint64 now_unix_ms, GError **error)
{
  g_autoptr (GBytes) bytes = perron_reply_dup_signed_bytes (desk->options.caisse, terminal, code, id, digest, number, now_unix_ms);
  GBytes *signature = perron_opener_sign (desk->opener, bytes, error);
  if (signature == NULL)
    return NULL;
  PerronReply *reply = g_new0 (PerronReply, 1);
  memcpy (reply->id, id, sizeof reply->id);
  memcpy (reply->digest, digest, sizeof reply->digest);
  reply->terminal = g_strdup (terminal);
  reply->caisse = g_strdup (desk->options.caisse);
  reply->code = code;
  reply->number = number;
  reply->replied_unix_ms = now_unix_ms;
  reply->signature = signature;
  return reply;
}
