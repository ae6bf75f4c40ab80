/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/fleet-page.h"
#include "sync/gateway/fleet-words.h"

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

/* --- one row ------------------------------------------------------------------------------------------------------------------ */

static void
begin_cell (GString *out, const char *name, const char *style)
{
  g_string_append_printf (out, "<td role=\"cell\"%s data-name=\"%s\">", style, name);
}

static void
put_state (GString *out, const PerronFleetRow *row, gint64 now_ms)
{
  begin_cell (out, "État", " class=\"state\"");
  g_string_append_printf (out, "<span class=\"level\">%s</span>", levels[row->level].says);
  if (row->reasons != 0)
    g_string_append (out, "<ul>");
  for (guint i = 0; i < PERRON_FLEET_REASONS; i++) {
    if ((row->reasons >> i & 1) == 0)
      continue;
    g_string_append (out, "<li>");
    perron_fleet_put_reason (out, row, (PerronFleetReason) i, now_ms);
    g_string_append (out, "</li>");
  }
  g_string_append (out, row->reasons != 0 ? "</ul></td>" : "</td>");
}

static void
put_versions (GString *out, const PerronHeartbeat *is)
{
  begin_cell (out, "Contenu", "");
  perron_fleet_put_content (out, is->content);
  g_string_append (out, "</td>");
  begin_cell (out, "Programme", "");
  perron_fleet_put_text (out, *is->program != '\0' ? is->program : "—");
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
  perron_fleet_put_number (out, is->waiting);
  g_string_append (out, "</td>");
  begin_cell (out, "La plus ancienne", " class=\"n\"");
  if (is->waiting > 0)
    perron_fleet_put_duration (out, is->oldest_s);
  else
    g_string_append (out, "—");
  g_string_append (out, "</td>");
  begin_cell (out, "Refusées", " class=\"n\"");
  perron_fleet_put_number (out, is->dead);
  g_string_append (out, "</td>");
}

static void
put_row (GString *out, const PerronFleetRow *row, gint64 now_ms)
{
  g_string_append_printf (out, "<tr role=\"row\" class=\"%s\"><th role=\"rowheader\" scope=\"row\">", levels[row->level].style);
  perron_fleet_put_text (out, row->terminal);
  g_string_append (out, "</th>");
  put_state (out, row, now_ms);
  if (!row->has_heartbeat) {
    g_string_append (out, "<td role=\"cell\" colspan=\"7\" class=\"soft\">Elle n’a encore rien dit d’elle-même.</td></tr>\n");
    return;
  }
  begin_cell (out, "Vue il y a", " class=\"n\"");
  perron_fleet_put_duration (out, (now_ms - row->seen_ms) / 1000);
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
    perron_fleet_put_number (out, rows->len);
    g_string_append (out, "</b></a></li>");
  }
  g_string_append_printf (out,
                          "</ul></nav><form method=\"get\" action=\"" PERRON_FLEET_PATH "\"><input type=\"hidden\" name=\"etat\" value=\"%s\">"
                          "<div><label for=\"nom\">Nom de la borne</label><input id=\"nom\" name=\"nom\" maxlength=\"%d\" value=\"",
                          levels[query->level].word, PERRON_WIRE_TOKEN_MAX);
  perron_fleet_put_text (out, query->name);
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

/* Not of a terminal, and graver than any: what people asked for has arrived, and nobody takes it. */
static void
put_overdue (GString *out, const GArray *overdue, gint64 now_ms)
{
  if (overdue == NULL || overdue->len == 0)
    return;
  g_string_append (out, "<section class=\"overdue\" aria-labelledby=\"overdue\"><h2 id=\"overdue\">Des demandes attendent leur caisse</h2><ul>");
  for (guint i = 0; i < overdue->len; i++) {
    const PerronOverdue *one = &g_array_index (overdue, PerronOverdue, i);
    g_string_append (out, "<li><b>Caisse ");
    perron_fleet_put_text (out, one->caisse);
    g_string_append (out, "</b>\u00a0: ");
    perron_fleet_put_counted (out, one->count, "demande qu’elle n’a pas relevée, déposée il y a ",
                              "demandes qu’elle n’a pas relevées, la plus ancienne déposée il y a ");
    perron_fleet_put_duration (out, (now_ms - one->oldest_unix_ms) / 1000);
    g_string_append (out, "</li>");
  }
  g_string_append (out, "</ul><p>Appelez la caisse. Rien n’est effacé sans qu’une personne le décide.</p></section>\n");
}

static void
put_table (GString *out, const GPtrArray *rows, guint first, guint end, gint64 now_ms)
{
  static const char *const columns[] = { "Borne",      "État",            "Vue il y a", "En attente", "La plus ancienne",
                                         "Refusées", "Appareils prêts", "Contenu",    "Programme" };
  g_string_append (out, "<table role=\"table\"><caption>");
  if (first > 0 || end < rows->len)
    g_string_append_printf (out, "%u à %u, sur ", first + 1, end);
  perron_fleet_put_counted (out, rows->len, "borne", "bornes");
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
perron_fleet_page (const GPtrArray *fleet, const GArray *overdue, const PerronFleetQuery *query, gint64 now_ms, gsize *ret_len)
{
  g_autoptr (GPtrArray) rows = perron_fleet_select (fleet, query->level, query->name);
  GString *out = g_string_sized_new (64 * 1024);
  guint pages, page = find_page (rows, query->page, &pages), first = (page - 1) * PERRON_FLEET_PAGE_ROWS;

  put_head (out, now_ms);
  put_overdue (out, overdue, now_ms);
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
perron_fleet_json (const GPtrArray *fleet, const GArray *overdue, const PerronFleetQuery *query, gint64 now_ms, gsize *ret_len)
{
  g_autoptr (GPtrArray) rows = perron_fleet_select (fleet, query->level, query->name);
  GString *out = g_string_sized_new (64 * 1024);
  guint pages, page = find_page (rows, query->page, &pages), first = (page - 1) * PERRON_FLEET_PAGE_ROWS;

  g_string_append_printf (out, "{\"now_ms\":%" G_GINT64_FORMAT ",\"count\":%u,\"page\":%u,\"pages\":%u,\"overdue\":[", now_ms, rows->len, page,
                          pages);
  for (guint i = 0; overdue != NULL && i < overdue->len; i++) {
    const PerronOverdue *one = &g_array_index (overdue, PerronOverdue, i);
    g_string_append_printf (out, "%s{\"caisse\":\"%s\",\"count\":%" G_GINT64_FORMAT ",\"oldest_ms\":%" G_GINT64_FORMAT "}", i > 0 ? "," : "",
                            one->caisse, one->count, one->oldest_unix_ms);
  }
  g_string_append (out, "],\"terminals\":[");
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
