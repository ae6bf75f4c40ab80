/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/session-nfc.h"

#include "hw/nfc/badges.h"
#include "hw/nfc/nfc-watch.h"
#include "kiosk/core/log.h"
#include "kiosk/core/tap.h"

struct PerronSessionNfc {
  PerronSessionNfcCallback callback;
  gpointer data;
  PerronNfcWatch *watch;
  PerronECarte *ecarte;
  gboolean presented; /* a telephone, and its outcome is not known yet */
  const char *badges; /* path; NULL: nobody is known here */
  gint64 linger_us;
  gint64 tapped_us; /* monotonic; when the last thing came */
  guint gone;       /* source that will say it is gone; 0 none */
};

static void
tell (PerronSessionNfc *nfc, const char *family, const char *badge)
{
  nfc->callback (&(PerronEvent){ .kind = PERRON_EVENT_TAP, .name = family, .value = badge }, nfc->data);
}

/* `*ret_name` NULL: a stranger. The file is read anew each time: it is small, and `perron badge forget` counts at once. */
static void
find_badge (const PerronSessionNfc *nfc, const guint8 *hash, char ret_name[PERRON_TAP_BADGE_BYTES])
{
  g_autoptr (GError) error = NULL;
  ret_name[0] = '\0';
  if (hash == NULL || nfc->badges == NULL)
    return;
  g_autoptr (PerronBadges) badges = perron_badges_load (nfc->badges, &error);
  if (badges == NULL)
    perron_log_error (PERRON_LOG_BADGES_UNREADABLE, error);
  const char *name = badges != NULL ? perron_badges_find (badges, hash) : NULL;
  g_strlcpy (ret_name, name != NULL ? name : "", PERRON_TAP_BADGE_BYTES);
}

/* People of an e-carte come like those of a card; anything else is the sentence about a telephone. */
static void
on_ecarte (PerronECarteOutcome outcome, const PerronHolders *holders, gpointer data)
{
  PerronSessionNfc *nfc = data;
  nfc->presented = FALSE;
  const PerronEvent read = { .kind = PERRON_EVENT_CARD, .name = perron_card_status_to_string (PERRON_CARD_READ), .holders = holders };

  if (outcome == PERRON_ECARTE_READ)
    nfc->callback (&read, nfc->data);
  else
    tell (nfc, perron_nfc_kind_to_string (PERRON_NFC_PHONE), NULL);
}

static void
forget_gone (PerronSessionNfc *nfc)
{
  if (nfc->gone != 0)
    g_source_remove (nfc->gone);
  nfc->gone = 0;
}

static gboolean
on_gone (gpointer data)
{
  PerronSessionNfc *nfc = data;
  nfc->gone = 0;
  tell (nfc, "gone", NULL);
  return G_SOURCE_REMOVE;
}

static void
on_news (const PerronNfcNews *news, gpointer data)
{
  PerronSessionNfc *nfc = data;
  char badge[PERRON_TAP_BADGE_BYTES];

  if (news->event == PERRON_NFC_EVENT_READER)
    return;
  forget_gone (nfc);
  perron_ecarte_cancel (nfc->ecarte);
  /* A telephone that left before it could be read was one all the same. */
  if (nfc->presented)
    on_ecarte (PERRON_ECARTE_FAULT, NULL, nfc);
  if (news->event == PERRON_NFC_EVENT_TAP)
    nfc->tapped_us = g_get_monotonic_time ();
  if (news->event == PERRON_NFC_EVENT_TAP && news->kind == PERRON_NFC_PHONE) {
    nfc->presented = TRUE;
    perron_ecarte_present (nfc->ecarte, PERRON_ECARTE_BY_NFC, NULL, 0, on_ecarte, nfc);
    return;
  }
  if (news->event == PERRON_NFC_EVENT_TAP) {
    find_badge (nfc, news->badge, badge);
    tell (nfc, badge[0] != '\0' ? "badge-known" : perron_nfc_kind_to_string (news->kind), badge[0] != '\0' ? badge : NULL);
    return;
  }
  gint64 left_us = nfc->tapped_us + nfc->linger_us - g_get_monotonic_time ();
  if (left_us <= 0)
    on_gone (nfc);
  else
    nfc->gone = g_timeout_add ((guint) (left_us / 1000) + 1, on_gone, nfc);
}

gboolean
perron_session_nfc_open (const PerronConfig *config, PerronSessionNfcCallback callback, gpointer data, PerronSessionNfc **ret_nfc,
                         GError **error)
{
  const char *device = perron_config_get (config, PERRON_CONFIG_NFC_DEVICE);
  const char *name = perron_config_get (config, PERRON_CONFIG_ECARTE_PROVIDER);
  const PerronECarteProvider *provider = perron_ecarte_find (name);

  if (device == NULL || *device == '\0')
    return TRUE;
  if (provider != NULL)
    return perron_session_nfc_open_with (config, provider, callback, data, ret_nfc, error);
  g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_VALUE, "[ecarte] provider: \"%s\" is not in this build; there is: none", name);
  return FALSE;
}

gboolean
perron_session_nfc_open_with (const PerronConfig *config, const PerronECarteProvider *provider, PerronSessionNfcCallback callback,
                              gpointer data, PerronSessionNfc **ret_nfc, GError **error)
{
  g_autoptr (GError) inner = NULL;
  g_autoptr (PerronSessionNfc) nfc = g_new0 (PerronSessionNfc, 1);
  nfc->callback = callback;
  nfc->data = data;
  nfc->badges = perron_config_get (config, PERRON_CONFIG_NFC_BADGES);
  nfc->linger_us = perron_config_get_int (config, PERRON_CONFIG_NFC_LINGER_MS) * 1000;
  nfc->ecarte = perron_ecarte_new (provider);
  nfc->watch = perron_nfc_watch_new (config, on_news, nfc, &inner);
  if (nfc->watch != NULL) {
    *ret_nfc = g_steal_pointer (&nfc);
    return TRUE;
  }
  if (inner->domain == PERRON_CONFIG_ERROR) {
    g_propagate_error (error, g_steal_pointer (&inner));
    return FALSE;
  }
  perron_log_error (PERRON_LOG_NFC_UNHEARD, inner);
  return TRUE;
}

void
perron_session_nfc_free (PerronSessionNfc *nfc)
{
  if (nfc == NULL)
    return;
  forget_gone (nfc);
  g_clear_pointer (&nfc->watch, perron_nfc_watch_free);
  g_clear_pointer (&nfc->ecarte, perron_ecarte_free);
  g_free (nfc);
}
