/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/fleet-words.h"

#include <string.h>

void
perron_fleet_put_text (GString *out, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_string_append (out, escaped);
}

/* "12 345", with the narrow space of French. */
void
perron_fleet_put_number (GString *out, gint64 number)
{
  char digits[24];
  g_snprintf (digits, sizeof digits, "%" G_GINT64_FORMAT, number);
  for (gsize i = 0, len = strlen (digits); i < len; i++) {
    if (i > 0 && (len - i) % 3 == 0)
      g_string_append (out, "\u202f");
    g_string_append_c (out, digits[i]);
  }
}

/* "3 jours", "5 h", "12 min": one unit says enough. */
void
perron_fleet_put_duration (GString *out, gint64 seconds)
{
  static const struct {
    gint64 seconds;
    const char *unit, *units;
  } scale[] = { { 86400, "jour", "jours" }, { 3600, "h", "h" }, { 60, "min", "min" }, { 1, "s", "s" } };
  gsize row = 0;
  while (row + 1 < G_N_ELEMENTS (scale) && seconds < scale[row].seconds * (row == 0 ? 2 : 1))
    row++;
  gint64 count = MAX (seconds, 0) / scale[row].seconds;
  perron_fleet_put_number (out, count);
  g_string_append_printf (out, "\u00a0%s", count > 1 ? scale[row].units : scale[row].unit);
}

/* As `perron ready` calls them; one this program does not know goes by its word. */
static const char *
get_title (const char *id)
{
  static const char *const titles[][2] = {
    { "card-reader", "lecteur de carte" }, { "speech", "voix" },      { "sound", "son" },         { "printer", "imprimante" },
    { "keypad", "clavier tactile" },       { "outbox", "file d’attente" }, { "seal", "scellés" }, { "link", "liaison" },
    { "clock", "horloge" },                { "journey", "parcours" }, { "texts", "textes" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++) {
    if (strcmp (titles[i][0], id) == 0)
      return titles[i][1];
  }
  return id;
}

static void
put_checks (GString *out, const PerronHeartbeat *heartbeat, PerronCheckState state)
{
  const char *comma = "\u00a0: ";
  for (guint i = 0; i < heartbeat->check_count; i++) {
    if (heartbeat->checks[i].state != state)
      continue;
    g_string_append (out, comma);
    perron_fleet_put_text (out, get_title (heartbeat->checks[i].id));
    comma = ", ";
  }
}

static void
put_audit (GString *out, const PerronFleetRow *row)
{
  gboolean forked = strcmp (row->alarm.word, "forked") == 0;
  g_string_append_printf (out, "Journal d’audit %s : ligne ", forked ? "modifié" : "revenu en arrière");
  perron_fleet_put_number (out, row->alarm.seen_n);
  g_string_append (out, " présentée, ");
  perron_fleet_put_number (out, row->alarm.kept_n);
  g_string_append (out, " gardée");
}

void
perron_fleet_put_counted (GString *out, gint64 count, const char *one, const char *many)
{
  perron_fleet_put_number (out, count);
  g_string_append_printf (out, " %s", count > 1 ? many : one);
}

void
perron_fleet_put_reason (GString *out, const PerronFleetRow *row, PerronFleetReason reason, gint64 now_ms)
{
  const PerronHeartbeat *is = &row->heartbeat;
  switch (reason) {
  case PERRON_FLEET_AUDIT:
    put_audit (out, row);
    break;
  case PERRON_FLEET_DEAD:
    perron_fleet_put_counted (out, is->dead, "demande refusée trois fois", "demandes refusées trois fois");
    break;
  case PERRON_FLEET_ESCROW:
    g_string_append (out, "Certificat de la caisse périmé : scellé pour le séquestre seul");
    break;
  case PERRON_FLEET_SILENT:
  case PERRON_FLEET_QUIET:
    g_string_append (out, "Sans nouvelles depuis ");
    perron_fleet_put_duration (out, (now_ms - row->seen_ms) / 1000);
    break;
  case PERRON_FLEET_NOT_READY:
    g_string_append (out, "Ne marche pas");
    put_checks (out, is, PERRON_CHECK_NOT_READY);
    break;
  case PERRON_FLEET_STUCK:
  case PERRON_FLEET_LATE:
    g_string_append (out, "Une demande attend depuis trop longtemps");
    break;
  case PERRON_FLEET_CLOCK:
    g_string_append (out, row->offset_ms < 0 ? "Horloge en retard de " : "Horloge en avance de ");
    perron_fleet_put_duration (out, ABS (row->offset_ms) / 1000);
    break;
  case PERRON_FLEET_SPACE:
    g_string_append (out, "Disque presque plein : ");
    perron_fleet_put_number (out, is->free_kib / 1024);
    g_string_append (out, "\u00a0Mio libres");
    break;
  case PERRON_FLEET_RETRIED:
    perron_fleet_put_counted (out, is->attempts[1] + is->attempts[2] + is->attempts[3], "demande refusée, réessayée",
                              "demandes refusées, réessayées");
    break;
  case PERRON_FLEET_ATTENTION:
    g_string_append (out, "À vérifier");
    put_checks (out, is, PERRON_CHECK_ATTENTION);
    break;
  case PERRON_FLEET_UNCHECKED:
    g_string_append (out, "Appareils non vérifiés depuis hier");
    break;
  case PERRON_FLEET_HTTP1:
    g_string_append (out, "Liaison en HTTP/1.1");
    break;
  case PERRON_FLEET_REASONS:
    break;
  }
}

/* As perron_content_describe() says it, in French; what is something else stays as it came. */
void
perron_fleet_put_content (GString *out, const char *content)
{
  static const char *const words[][2] = {
    { "content ", "" }, { "certificates", "certificats" }, { "package", "du paquet" }, { "(previous)", "(précédent)" }, { "(expired)", "(périmé)" },
  };
  g_autoptr (GString) text = g_string_new (*content != '\0' ? content : "—");
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    g_string_replace (text, words[i][0], words[i][1], 0);
  perron_fleet_put_text (out, text->str);
}
