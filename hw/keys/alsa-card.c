/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/keys/alsa-card.h"

#include <alsa/asoundlib.h>
#include <glib-unix.h>
#include <string.h>

#define DESCRIPTORS_MAX 4
#define EVENTS_AT_ONCE 64 /* a card that floods us does not keep us from the screen */

struct PerronAlsaCard {
  char *name;
  snd_ctl_t *ctl;
  struct pollfd descriptors[DESCRIPTORS_MAX];
  guint watches[DESCRIPTORS_MAX];
  guint descriptor_count;
  snd_ctl_elem_id_t *jacks[PERRON_ALSA_JACKS_MAX];
  guint jack_count;
  PerronJack jack;
  void (*changed) (gpointer data);
  void (*gone) (PerronAlsaCard *card, gpointer data);
  gpointer data;
};

/* A phantom jack is one that the codec cannot sense: it always says that it is plugged. */
gboolean
perron_alsa_is_jack_name (const char *name)
{
  return (strstr (name, "Headphone") != NULL || strstr (name, "Headset") != NULL) && g_str_has_suffix (name, "Jack") &&
         strstr (name, "Phantom") == NULL && strstr (name, "Mic") == NULL;
}

/* --- elements ----------------------------------------------------------------------------------------------------------------- */

static void
forget_jacks (PerronAlsaCard *card)
{
  for (guint i = 0; i < card->jack_count; i++)
    snd_ctl_elem_id_free (card->jacks[i]);
  card->jack_count = 0;
}

/* A switch that may be read; what only has the name is none. */
static gboolean
is_switch (PerronAlsaCard *card, const snd_ctl_elem_id_t *id)
{
  snd_ctl_elem_info_t *info;
  snd_ctl_elem_info_alloca (&info);
  snd_ctl_elem_info_set_id (info, id);
  return snd_ctl_elem_info (card->ctl, info) >= 0 && snd_ctl_elem_info_get_type (info) == SND_CTL_ELEM_TYPE_BOOLEAN &&
         snd_ctl_elem_info_get_count (info) >= 1 && snd_ctl_elem_info_is_readable (info);
}

static void
keep_if_jack (PerronAlsaCard *card, const snd_ctl_elem_list_t *list, guint index)
{
  snd_ctl_elem_id_t *id;
  char name[64] = "";

  if (card->jack_count == PERRON_ALSA_JACKS_MAX || snd_ctl_elem_id_malloc (&id) < 0)
    return;
  snd_ctl_elem_list_get_id (list, index, id);
  g_strlcpy (name, snd_ctl_elem_id_get_name (id), sizeof name);
  if (perron_alsa_is_jack_name (name) && is_switch (card, id))
    card->jacks[card->jack_count++] = id;
  else
    snd_ctl_elem_id_free (id);
}

static gboolean
find_jacks (PerronAlsaCard *card)
{
  snd_ctl_elem_list_t *list;
  snd_ctl_elem_list_alloca (&list);

  forget_jacks (card);
  if (snd_ctl_elem_list (card->ctl, list) < 0)
    return FALSE;
  const guint count = MIN (snd_ctl_elem_list_get_count (list), PERRON_ALSA_ELEMENTS_MAX);
  if (count == 0)
    return TRUE;
  if (snd_ctl_elem_list_alloc_space (list, count) < 0)
    return FALSE;
  const gboolean listed = snd_ctl_elem_list (card->ctl, list) >= 0;
  const guint used = MIN (snd_ctl_elem_list_get_used (list), count);
  for (guint i = 0; listed && i < used; i++)
    keep_if_jack (card, list, i);
  snd_ctl_elem_list_free_space (list);
  return listed;
}

static gboolean
read_jacks (PerronAlsaCard *card)
{
  PerronJack jack = PERRON_JACK_UNKNOWN;
  for (guint i = 0; i < card->jack_count; i++) {
    snd_ctl_elem_value_t *value;
    snd_ctl_elem_value_alloca (&value);
    snd_ctl_elem_value_set_id (value, card->jacks[i]);
    if (snd_ctl_elem_read (card->ctl, value) < 0)
      return FALSE;
    jack = perron_jack_join (jack, snd_ctl_elem_value_get_boolean (value, 0) != 0 ? PERRON_JACK_IN : PERRON_JACK_OUT);
  }
  card->jack = jack;
  return TRUE;
}

/* --- events ------------------------------------------------------------------------------------------------------------------- */

/* FALSE: the card is gone. `ret_other`: its elements are others than before. */
static gboolean
take_events (PerronAlsaCard *card, gboolean *ret_any, gboolean *ret_other)
{
  snd_ctl_event_t *event;
  snd_ctl_event_alloca (&event);

  *ret_any = *ret_other = FALSE;
  for (guint turn = 0; turn < EVENTS_AT_ONCE; turn++) {
    const int status = snd_ctl_read (card->ctl, event);
    if (status == 0 || status == -EAGAIN || status == -EINTR)
      return TRUE;
    if (status < 0)
      return FALSE;
    if (snd_ctl_event_get_type (event) != SND_CTL_EVENT_ELEM)
      continue;
    const guint mask = snd_ctl_event_elem_get_mask (event);
    *ret_any = TRUE;
    *ret_other |= mask == SND_CTL_EVENT_MASK_REMOVE || (mask & (SND_CTL_EVENT_MASK_ADD | SND_CTL_EVENT_MASK_INFO)) != 0;
  }
  return TRUE;
}

static void
drop_watches (PerronAlsaCard *card)
{
  for (guint i = 0; i < card->descriptor_count; i++)
    g_clear_handle_id (&card->watches[i], g_source_remove);
}

static gboolean
on_ready (gint fd, GIOCondition condition, gpointer data)
{
  PerronAlsaCard *card = data;
  const PerronJack before = card->jack;
  gboolean any, other;
  unsigned short events = 0;

  for (guint i = 0; i < card->descriptor_count; i++)
    card->descriptors[i].revents = card->descriptors[i].fd == fd ? (short) condition : 0;
  const int status = snd_ctl_poll_descriptors_revents (card->ctl, card->descriptors, card->descriptor_count, &events);
  /* A line that hangs up and has nothing to say would wake us for ever. */
  const gboolean there = status >= 0 && take_events (card, &any, &other) &&
                         (any || (condition & (G_IO_ERR | G_IO_HUP)) == 0) && (!other || find_jacks (card)) && (!any || read_jacks (card));
  if (!there) {
    drop_watches (card);
    card->gone (card, card->data);
    return G_SOURCE_CONTINUE;
  }
  if (card->jack != before)
    card->changed (card->data);
  return G_SOURCE_CONTINUE;
}

static gboolean
start_watching (PerronAlsaCard *card)
{
  const int count = snd_ctl_poll_descriptors_count (card->ctl);
  if (count < 1 || count > DESCRIPTORS_MAX || snd_ctl_subscribe_events (card->ctl, 1) < 0 ||
      snd_ctl_poll_descriptors (card->ctl, card->descriptors, (unsigned int) count) != count)
    return FALSE;
  card->descriptor_count = (guint) count;
  for (guint i = 0; i < card->descriptor_count; i++)
    card->watches[i] = g_unix_fd_add (card->descriptors[i].fd, (GIOCondition) card->descriptors[i].events | G_IO_ERR | G_IO_HUP, on_ready, card);
  return TRUE;
}

/* --- life --------------------------------------------------------------------------------------------------------------------- */

PerronAlsaCard *
perron_alsa_card_open (const char *name, gboolean watch, void (*changed) (gpointer data), void (*gone) (PerronAlsaCard *card, gpointer data),
                       gpointer data)
{
  g_autoptr (PerronAlsaCard) card = g_new0 (PerronAlsaCard, 1);

  card->name = g_strdup (name);
  card->changed = changed;
  card->gone = gone;
  card->data = data;
  if (snd_ctl_open (&card->ctl, name, SND_CTL_NONBLOCK | SND_CTL_READONLY) < 0) {
    card->ctl = NULL;
    return NULL;
  }
  /* First the events, then the first look: what changes in between is told. */
  if ((watch && !start_watching (card)) || !find_jacks (card) || !read_jacks (card))
    return NULL;
  return g_steal_pointer (&card);
}

void
perron_alsa_card_free (PerronAlsaCard *card)
{
  if (card == NULL)
    return;
  drop_watches (card);
  forget_jacks (card);
  if (card->ctl != NULL)
    snd_ctl_close (card->ctl);
  g_free (card->name);
  g_free (card);
}

const char *
perron_alsa_card_get_name (const PerronAlsaCard *card)
{
  return card->name;
}

guint
perron_alsa_card_count_jacks (const PerronAlsaCard *card)
{
  return card->jack_count;
}

PerronJack
perron_alsa_card_get_jack (const PerronAlsaCard *card)
{
  return card->jack;
}
