/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/fleet-page.h"

#include <string.h>

static const struct {
  const char *word;  /* in the address */
  const char *title; /* of the view */
  const char *says;  /* of a terminal */
  const char *style;
} levels[] = {
  [PERRON_FLEET_FINE] = { "en-ordre", "En ordre", "En ordre", "fine" },
  [PERRON_FLEET_WATCH] = { "a-surveiller", "À surveiller", "À surveiller", "watch" },
  [PERRON_FLEET_ACT] = { "a-traiter", "À traiter", "À traiter", "act" },
  [PERRON_FLEET_LEVELS] = { "toutes", "Toutes", NULL, NULL },
};

/* --- words -------------------------------------------------------------------------------------------------------------------- */

static void
put_text (GString *out, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_string_append (out, escaped);
}

/* "12 345", with the narrow space of French. */
static void
put_number (GString *out, gint64 number)
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
static void
put_duration (GString *out, gint64 seconds)
{
  static const struct {
    gint64 seconds;
    const char *unit, *units;
  } scale[] = { { 86400, "jour", "jours" }, { 3600, "h", "h" }, { 60, "min", "min" }, { 1, "s", "s" } };
  gsize row = 0;
  while (row + 1 < G_N_ELEMENTS (scale) && seconds < scale[row].seconds * (row == 0 ? 2 : 1))
    row++;
  gint64 count = MAX (seconds, 0) / scale[row].seconds;
  put_number (out, count);
  g_string_append_printf (out, "\u00a0%s", count > 1 ? scale[row].units : scale[row].unit);
}

static void
put_checks (GString *out, const PerronHeartbeat *heartbeat, PerronCheckState state)
{
  const char *comma = "\u00a0: ";
  for (guint i = 0; i < heartbeat->check_count; i++) {
    if (heartbeat->checks[i].state != state)
      continue;
    g_string_append (out, comma);
    put_text (out, heartbeat->checks[i].id);
    comma = ", ";
  }
}

static void
put_audit (GString *out, const PerronFleetRow *row)
{
  gboolean forked = strcmp (row->alarm.word, "forked") == 0;
  g_string_append_printf (out, "Journal d’audit %s : ligne ", forked ? "modifié" : "revenu en arrière");
  put_number (out, row->alarm.seen_n);
  g_string_append (out, " présentée, ");
  put_number (out, row->alarm.kept_n);
  g_string_append (out, " gardée");
}

static void
put_counted (GString *out, gint64 count, const char *one, const char *many)
{
  put_number (out, count);
  g_string_append_printf (out, " %s", count > 1 ? many : one);
}

/* One sentence a reason: what it is, in the words of whoever will call or drive there. */
static void
put_reason (GString *out, const PerronFleetRow *row, PerronFleetReason reason)
{
  const PerronHeartbeat *is = &row->heartbeat;
  switch (reason) {
  case PERRON_FLEET_AUDIT:
    put_audit (out, row);
    break;
  case PERRON_FLEET_DEAD:
    put_counted (out, is->dead, "demande refusée trois fois", "demandes refusées trois fois");
    break;
  case PERRON_FLEET_ESCROW:
    g_string_append (out, "Certificat de la caisse périmé : scellé pour le séquestre seul");
    break;
  case PERRON_FLEET_SILENT:
  case PERRON_FLEET_QUIET:
    g_string_append (out, "Sans nouvelles");
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
    put_duration (out, ABS (row->offset_ms) / 1000);
    break;
  case PERRON_FLEET_SPACE:
    g_string_append (out, "Disque presque plein : ");
    put_number (out, is->free_kib / 1024);
    g_string_append (out, "\u00a0Mio libres");
    break;
  case PERRON_FLEET_RETRIED:
    put_counted (out, is->attempts[1] + is->attempts[2] + is->attempts[3], "demande refusée, réessayée", "demandes refusées, réessayées");
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

/* --- one row ------------------------------------------------------------------------------------------------------------------ */

static void
begin_cell (GString *out, const char *name, const char *style)
{
  g_string_append_printf (out, "<td role=\"cell\"%s data-name=\"%s\">", style, name);
}

static void
put_state (GString *out, const PerronFleetRow *row)
{
  begin_cell (out, "État", " class=\"state\"");
  g_string_append_printf (out, "<span class=\"level\">%s</span>", levels[row->level].says);
  if (row->reasons != 0)
    g_string_append (out, "<ul>");
  for (guint i = 0; i < PERRON_FLEET_REASONS; i++) {
    if ((row->reasons >> i & 1) == 0)
      continue;
    g_string_append (out, "<li>");
    put_reason (out, row, (PerronFleetReason) i);
    g_string_append (out, "</li>");
  }
  g_string_append (out, row->reasons != 0 ? "</ul></td>" : "</td>");
}

static void
put_versions (GString *out, const PerronHeartbeat *is)
{
  begin_cell (out, "Contenu", "");
  put_text (out, *is->content != '\0' ? is->content : "—");
  g_string_append (out, "</td>");
  begin_cell (out, "Programme", "");
  put_text (out, *is->program != '\0' ? is->program : "—");
  g_string_append (out, "</td>");
}

static void
put_readiness (GString *out, const PerronHeartbeat *is)
{
  guint absent = perron_heartbeat_count (is, PERRON_CHECK_NOT_CONFIGURED);
  begin_cell (out, "Appareils prêts", " class=\"n\"");
  if (is->check_count > absent)
    g_string_append_printf (out, "%u sur %u", perron_heartbeat_count (is, PERRON_CHECK_READY), is->check_count - absent);
  else
    g_string_append (out, "—");
  g_string_append (out, "</td>");
}

static void
put_queue (GString *out, const PerronHeartbeat *is)
{
  begin_cell (out, "En attente", " class=\"n\"");
  put_number (out, is->waiting);
  g_string_append (out, "</td>");
  begin_cell (out, "La plus ancienne", " class=\"n\"");
  if (is->waiting > 0)
    put_duration (out, is->oldest_s);
  else
    g_string_append (out, "—");
  g_string_append (out, "</td>");
  begin_cell (out, "Refusées", " class=\"n\"");
  put_number (out, is->dead);
  g_string_append (out, "</td>");
}

static void
put_row (GString *out, const PerronFleetRow *row, gint64 now_ms)
{
  g_string_append_printf (out, "<tr role=\"row\" class=\"%s\"><th role=\"rowheader\" scope=\"row\">", levels[row->level].style);
  put_text (out, row->terminal);
  g_string_append (out, "</th>");
  put_state (out, row);
  if (!row->has_heartbeat) {
    g_string_append (out, "<td role=\"cell\" colspan=\"7\" class=\"soft\">Elle n’a encore rien dit d’elle-même.</td></tr>\n");
    return;
  }
  begin_cell (out, "Vue il y a", " class=\"n\"");
  put_duration (out, (now_ms - row->seen_ms) / 1000);
  g_string_append (out, "</td>");
  put_queue (out, &row->heartbeat);
  put_readiness (out, &row->heartbeat);
  put_versions (out, &row->heartbeat);
  g_string_append (out, "</tr>\n");
}

/* --- the page ----------------------------------------------------------------------------------------------------------------- */

static void
put_address (GString *out, PerronFleetLevel level, const char *name, guint page)
{
  g_string_append_printf (out, PERRON_FLEET_PATH "?etat=%s", levels[level].word);
  if (*name != '\0')
    g_string_append_printf (out, "&amp;nom=%s", name); /* a token: letters, digits, dash */
  if (page > 1)
    g_string_append_printf (out, "&amp;page=%u", page);
}

static void
put_views (GString *out, const GPtrArray *fleet, const PerronFleetQuery *query)
{
  static const PerronFleetLevel order[] = { PERRON_FLEET_LEVELS, PERRON_FLEET_ACT, PERRON_FLEET_WATCH, PERRON_FLEET_FINE };
  g_string_append (out, "<div class=\"bar\"><nav aria-label=\"Vues\"><ul class=\"views\">");
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++) {
    g_autoptr (GPtrArray) rows = perron_fleet_select (fleet, order[i], query->name);
    g_string_append (out, "<li><a href=\"");
    put_address (out, order[i], query->name, 1);
    g_string_append_printf (out, "\"%s>%s <b>", order[i] == query->level ? " aria-current=\"page\"" : "", levels[order[i]].title);
    put_number (out, rows->len);
    g_string_append (out, "</b></a></li>");
  }
  g_string_append_printf (out,
                          "</ul></nav><form method=\"get\" action=\"" PERRON_FLEET_PATH "\"><input type=\"hidden\" name=\"etat\" value=\"%s\">"
                          "<div><label for=\"nom\">Nom de la borne</label><input id=\"nom\" name=\"nom\" maxlength=\"%d\" value=\"",
                          levels[query->level].word, PERRON_WIRE_TOKEN_MAX);
  put_text (out, query->name);
  g_string_append (out, "\"></div><button>Chercher</button></form></div>\n");
}

static void
put_head (GString *out, gint64 now_ms)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (now_ms / 1000);
  g_autofree char *text = now != NULL ? g_date_time_format (now, "%d/%m/%Y à %H:%M") : g_strdup ("");
  g_string_append (out, "<!DOCTYPE html>\n<html lang=\"fr\"><head><meta charset=\"utf-8\">"
                        "<meta name=\"viewport\" content=\"width=device-width\"><title>Bornes — Perron</title>"
                        "<link rel=\"stylesheet\" href=\"" PERRON_FLEET_STYLE_PATH "\"></head><body>\n<header><h1>Bornes</h1><p>État du ");
  g_string_append_printf (out, "%s (UTC). Celles qui ont besoin de quelqu’un sont en premier.</p></header>\n<main>\n", text);
}

static void
put_table (GString *out, const GPtrArray *rows, guint first, guint end, gint64 now_ms)
{
  static const char *const columns[] = { "Borne",      "État",            "Vue il y a", "En attente", "La plus ancienne",
                                         "Refusées", "Appareils prêts", "Contenu",    "Programme" };
  g_string_append (out, "<table role=\"table\"><caption>");
  put_counted (out, rows->len, "borne", "bornes");
  if (first > 0 || end < rows->len)
    g_string_append_printf (out, ", de la %uᵉ à la %uᵉ", first + 1, end);
  g_string_append (out, "</caption><thead role=\"rowgroup\"><tr role=\"row\">");
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    g_string_append_printf (out, "<th role=\"columnheader\" scope=\"col\"%s>%s</th>", i >= 2 && i <= 6 ? " class=\"n\"" : "", columns[i]);
  g_string_append (out, "</tr></thead><tbody role=\"rowgroup\">\n");
  for (guint i = first; i < end; i++)
    put_row (out, rows->pdata[i], now_ms);
  g_string_append (out, "</tbody></table>\n");
}

static void
put_page_link (GString *out, const PerronFleetQuery *query, guint page, const char *rel, const char *says)
{
  g_string_append_printf (out, "<a rel=\"%s\" href=\"", rel);
  put_address (out, query->level, query->name, page);
  g_string_append_printf (out, "\">%s</a>", says);
}

static void
put_pages (GString *out, const PerronFleetQuery *query, guint page, guint pages)
{
  if (pages < 2)
    return;
  g_string_append (out, "<nav class=\"pages\" aria-label=\"Pages\">");
  if (page > 1)
    put_page_link (out, query, page - 1, "prev", "Page précédente");
  g_string_append_printf (out, "<span>Page %u sur %u</span>", page, pages);
  if (page < pages)
    put_page_link (out, query, page + 1, "next", "Page suivante");
  g_string_append (out, "</nav>\n");
}

/* The page that is there for the one asked: 1 … `ret_pages`. */
static guint
find_page (const GPtrArray *rows, guint page, guint *ret_pages)
{
  *ret_pages = MAX ((rows->len + PERRON_FLEET_PAGE_ROWS - 1) / PERRON_FLEET_PAGE_ROWS, 1);
  return CLAMP (page, 1, *ret_pages);
}

char *
perron_fleet_page (const GPtrArray *fleet, const PerronFleetQuery *query, gint64 now_ms, gsize *ret_len)
{
  g_autoptr (GPtrArray) rows = perron_fleet_select (fleet, query->level, query->name);
  GString *out = g_string_sized_new (64 * 1024);
  guint pages, page = find_page (rows, query->page, &pages), first = (page - 1) * PERRON_FLEET_PAGE_ROWS;

  put_head (out, now_ms);
  put_views (out, fleet, query);
  if (rows->len > 0)
    put_table (out, rows, first, MIN (first + PERRON_FLEET_PAGE_ROWS, rows->len), now_ms);
  else
    g_string_append (out, "<p class=\"none\">Aucune borne ici.</p>\n");
  put_pages (out, query, page, pages);
  g_string_append (out, "</main>\n<footer>Lecture seule. Rien d’une personne n’est sur cette page. <a href=\"" PERRON_FLEET_JSON_PATH
                        "\">Les mêmes données en JSON</a></footer></body></html>\n");
  *ret_len = out->len;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* --- the same for machines ---------------------------------------------------------------------------------------------------- */

static void
put_json_row (GString *out, const PerronFleetRow *row)
{
  const char *comma = "";
  gsize len;

  g_string_append_printf (out, "{\"terminal\":\"%s\",\"level\":\"%s\",\"reasons\":[", row->terminal, perron_fleet_level_word (row->level));
  for (guint i = 0; i < PERRON_FLEET_REASONS; i++) {
    if ((row->reasons >> i & 1) == 0)
      continue;
    g_string_append_printf (out, "%s\"%s\"", comma, perron_fleet_reason_word ((PerronFleetReason) i));
    comma = ",";
  }
  g_string_append_printf (out, "],\"seen_ms\":%" G_GINT64_FORMAT ",\"offset_ms\":%" G_GINT64_FORMAT, row->seen_ms, row->offset_ms);
  if (row->has_alarm)
    g_string_append_printf (out,
                            ",\"alarm\":{\"why\":\"%s\",\"kept\":%" G_GINT64_FORMAT ",\"seen\":%" G_GINT64_FORMAT ",\"count\":%" G_GINT64_FORMAT
                            "}",
                            row->alarm.word, row->alarm.kept_n, row->alarm.seen_n, row->alarm.count);
  if (row->has_heartbeat) {
    g_autofree char *heartbeat = perron_heartbeat_encode (&row->heartbeat, &len);
    g_string_append_printf (out, ",\"heartbeat\":%s", heartbeat);
  }
  g_string_append_c (out, '}');
}

char *
perron_fleet_json (const GPtrArray *fleet, const PerronFleetQuery *query, gint64 now_ms, gsize *ret_len)
{
  g_autoptr (GPtrArray) rows = perron_fleet_select (fleet, query->level, query->name);
  GString *out = g_string_sized_new (64 * 1024);
  guint pages, page = find_page (rows, query->page, &pages), first = (page - 1) * PERRON_FLEET_PAGE_ROWS;

  g_string_append_printf (out, "{\"now_ms\":%" G_GINT64_FORMAT ",\"count\":%u,\"page\":%u,\"pages\":%u,\"terminals\":[", now_ms, rows->len, page,
                          pages);
  for (guint i = first; i < MIN (first + PERRON_FLEET_PAGE_ROWS, rows->len); i++) {
    g_string_append (out, i > first ? ",\n" : "\n");
    put_json_row (out, rows->pdata[i]);
  }
  g_string_append (out, "]}\n");
  *ret_len = out->len;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

void
perron_fleet_query_read (PerronFleetQuery *query, const char *level, const char *name, gint64 page)
{
  *query = (PerronFleetQuery){ .level = PERRON_FLEET_LEVELS, .page = (guint) CLAMP (page, 1, G_MAXINT32) };
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++) {
    if (g_strcmp0 (level, levels[i].word) == 0)
      query->level = (PerronFleetLevel) i;
  }
  if (name != NULL && perron_wire_token_ok (name))
    g_strlcpy (query->name, name, sizeof query->name);
}
