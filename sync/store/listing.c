/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/listing.h"

#include "sync/store/outbox-private.h"

#include <string.h>

/* What the gateway or this terminal said when it was set aside (sync/engine/pass.c), as one of a few words that a person can be told. */
static const char *
why_of (const PerronItem *item)
{
  static const struct {
    const char *fault, *why;
  } words[] = {
    { "refused-403", "foreign" }, { "refused-409", "conflict" }, { "refused-410", "too-old" }, { "refused-413", "too-large" },
    { "refused-422", "invalid" }, { "unfit", "too-large" },      { "dropped", "dropped" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    if (strcmp (words[i].fault, item->last_fault) == 0)
      return words[i].why;
  }
  return "other";
}

static void
fill_one (PerronListed *one, const PerronItem *item, gint64 now_unix_ms)
{
  gboolean aside = item->state == PERRON_ITEM_DEAD;
  g_strlcpy (one->reference, item->reference, sizeof one->reference);
  one->state = item->reply != PERRON_REPLY_NONE ? perron_reply_code_to_string (item->reply)
               : aside                          ? "refused"
                                                : perron_item_state_to_string (item->state);
  one->why = aside ? why_of (item) : NULL;
  one->made = perron_moment_from_unix_ms (item->created_unix_ms, now_unix_ms);
  one->changed = perron_moment_from_unix_ms (item->changed_unix_ms, now_unix_ms);
}

static guint
turn_page (guint page, guint pages, PerronTurn turn)
{
  page = MIN (MAX (page, 1), pages);
  switch (turn) {
  case PERRON_TURN_FIRST:
    return 1;
  case PERRON_TURN_NEXT:
    return page == pages ? 1 : page + 1;
  case PERRON_TURN_PREVIOUS:
    return page == 1 ? pages : page - 1;
  case PERRON_TURN_STAY:
  case PERRON_TURN_END:
    break;
  }
  return page;
}

static gboolean
read_page (PerronOutbox *outbox, gint64 now_unix_ms, PerronTurn turn, guint page, PerronListing *ret_listing, GError **error)
{
  PerronListing listing = { 0 };
  PerronOutboxStats stats;
  gint64 total;
  g_autoptr (GArray) items = g_array_new (FALSE, TRUE, sizeof (PerronItem));

  if (!perron_outbox_stats (outbox, &stats, error) || !perron_outbox_list_open (outbox, 0, 0, items, &total, error))
    return FALSE;
  listing.pages = (guint) MAX (1, MIN ((total + PERRON_LISTING_ROWS - 1) / PERRON_LISTING_ROWS, G_MAXINT));
  listing.page = turn_page (page, listing.pages, turn);
  if (!perron_outbox_list_open (outbox, (listing.page - 1) * PERRON_LISTING_ROWS, PERRON_LISTING_ROWS, items, &total, error))
    return FALSE;
  listing.waiting = (guint) stats.count[PERRON_ITEM_WAITING];
  listing.oldest = perron_moment_from_unix_ms (stats.oldest_waiting_unix_ms, now_unix_ms);
  listing.contact = perron_moment_from_unix_ms (stats.last_contact_unix_ms, now_unix_ms);
  listing.count = items->len;
  listing.total = (guint) MIN (total, G_MAXINT);
  for (guint i = 0; i < items->len; i++)
    fill_one (&listing.list[i], &g_array_index (items, PerronItem, i), now_unix_ms);
  *ret_listing = listing;
  return TRUE;
}

gboolean
perron_listing_read (PerronOutbox *outbox, gint64 now_unix_ms, PerronTurn turn, guint *page, PerronListing *ret_listing, GError **error)
{
  /* How many, which page and what stands there are of one moment: never "24 of 23". */
  if (!perron_outbox_check_usable (outbox, error) || !perron_db_begin_looking (outbox->db, error) ||
      !perron_db_end (outbox->db, read_page (outbox, now_unix_ms, turn, *page, ret_listing, error), error))
    return FALSE;
  *page = ret_listing->page;
  return TRUE;
}
