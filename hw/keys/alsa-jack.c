/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/keys/alsa-jack.h"

#include <alsa/asoundlib.h>
#include <gio/gio.h>
#include <string.h>

#include "hw/keys/alsa-card.h"

#define DEVICES "/dev/snd"
#define RETRY_FIRST_MS 500
#define RETRY_CAP_MS 8000

struct PerronAlsaJack {
  char **names;   /* of controls; NULL: every card */
  GPtrArray *cards; /* PerronAlsaCard */
  PerronJack jack;  /* that the callback knows of */
  GFileMonitor *monitor; /* cards come and go; NULL for named controls: nothing tells of a plugin */
  guint source;          /* the first scan, or the next attempt */
  guint retry_ms;
  PerronAlsaJackCallback callback;
  gpointer data;
};

/* What alsa-lib says of every card that is not there is not worth an operator's eye. */
static void
on_alsa_message (const char *file, int line, const char *function, int code, const char *format, ...)
{
  g_debug ("alsa-lib: %s: %s", function, snd_strerror (code));
}

static char **
split_names (const char *names)
{
  if (strcmp (names, "cards") == 0)
    return NULL;
  char **split = g_strsplit (names, ",", PERRON_ALSA_JACK_CARDS_MAX);
  for (guint i = 0; split[i] != NULL; i++)
    g_strstrip (split[i]);
  return split;
}

/* Names of the cards that are there: "hw:0" … Transfer full. */
static char **
list_cards (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  int card = -1;
  for (guint i = 0; i < PERRON_ALSA_JACK_CARDS_MAX && snd_card_next (&card) >= 0 && card >= 0; i++) {
    g_autofree char *name = g_strdup_printf ("hw:%d", card);
    g_strv_builder_add (builder, name);
  }
  return g_strv_builder_end (builder);
}

static PerronJack
join (const GPtrArray *cards)
{
  PerronJack jack = PERRON_JACK_UNKNOWN;
  for (guint i = 0; i < cards->len; i++)
    jack = perron_jack_join (jack, perron_alsa_card_get_jack (g_ptr_array_index (cards, i)));
  return jack;
}

static void
tell (PerronAlsaJack *self)
{
  const PerronJack jack = join (self->cards);
  if (jack == self->jack)
    return;
  self->jack = jack;
  self->callback (jack, self->data);
}

static void
on_changed (gpointer data)
{
  tell (data);
}

static gboolean on_turn (gpointer data);

/* Named controls tell nobody when they come back. */
static void
retry_later (PerronAlsaJack *self)
{
  if (self->names == NULL || self->source != 0)
    return;
  self->source = g_timeout_add (self->retry_ms, on_turn, self);
  self->retry_ms = MIN (self->retry_ms * 2, RETRY_CAP_MS);
}

static void
on_gone (PerronAlsaCard *card, gpointer data)
{
  PerronAlsaJack *self = data;
  g_ptr_array_remove (self->cards, card); /* frees it */
  tell (self);
  self->retry_ms = RETRY_FIRST_MS;
  retry_later (self);
}

static gboolean
is_open (const PerronAlsaJack *self, const char *name)
{
  for (guint i = 0; i < self->cards->len; i++) {
    if (strcmp (perron_alsa_card_get_name (g_ptr_array_index (self->cards, i)), name) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
scan (PerronAlsaJack *self)
{
  g_auto (GStrv) there = self->names == NULL ? list_cards () : NULL;
  char **names = self->names != NULL ? self->names : there;
  gboolean all = TRUE;

  for (guint i = 0; names[i] != NULL; i++) {
    if (is_open (self, names[i]))
      continue;
    PerronAlsaCard *card = perron_alsa_card_open (names[i], TRUE, on_changed, on_gone, self);
    if (card != NULL)
      g_ptr_array_add (self->cards, card);
    all &= card != NULL;
  }
  if (all)
    self->retry_ms = RETRY_FIRST_MS;
  else
    retry_later (self);
  tell (self);
}

static gboolean
on_turn (gpointer data)
{
  PerronAlsaJack *self = data;
  self->source = 0;
  scan (self);
  return G_SOURCE_REMOVE;
}

/* udev makes the node first and gives it to our group after: a change of attributes is another chance. A card that leaves says so. */
static void
on_devices (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  if (event == G_FILE_MONITOR_EVENT_CREATED || event == G_FILE_MONITOR_EVENT_ATTRIBUTE_CHANGED)
    scan (data);
}

PerronAlsaJack *
perron_alsa_jack_new (const char *names, PerronAlsaJackCallback callback, gpointer data)
{
  PerronAlsaJack *self = g_new0 (PerronAlsaJack, 1);

  snd_lib_error_set_handler (on_alsa_message);
  self->names = split_names (names);
  self->cards = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_alsa_card_free);
  self->retry_ms = RETRY_FIRST_MS;
  self->callback = callback;
  self->data = data;
  if (self->names == NULL) {
    g_autoptr (GFile) folder = g_file_new_for_path (DEVICES);
    self->monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, NULL);
    if (self->monitor != NULL)
      g_signal_connect (self->monitor, "changed", G_CALLBACK (on_devices), self);
  }
  self->source = g_idle_add_full (G_PRIORITY_DEFAULT, on_turn, self, NULL);
  return self;
}

void
perron_alsa_jack_free (PerronAlsaJack *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->source, g_source_remove);
  if (self->monitor != NULL) {
    g_signal_handlers_disconnect_by_data (self->monitor, self);
    g_file_monitor_cancel (self->monitor);
    g_object_unref (self->monitor);
  }
  g_ptr_array_unref (self->cards);
  g_strfreev (self->names);
  g_free (self);
  snd_config_update_free_global ();
}

PerronJack
perron_alsa_jack_get (const PerronAlsaJack *self)
{
  return self->jack;
}

guint
perron_alsa_jack_look (const char *names, PerronJack *ret_jack)
{
  g_autoptr (GPtrArray) cards = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_alsa_card_free);
  guint count = 0;

  snd_lib_error_set_handler (on_alsa_message);
  g_auto (GStrv) split = split_names (names);
  g_auto (GStrv) all = split == NULL ? list_cards () : g_strdupv (split);
  for (guint i = 0; all[i] != NULL; i++) {
    PerronAlsaCard *card = perron_alsa_card_open (all[i], FALSE, NULL, NULL, NULL);
    if (card == NULL)
      continue;
    g_ptr_array_add (cards, card);
    count += perron_alsa_card_count_jacks (card);
  }
  *ret_jack = join (cards);
  g_clear_pointer (&cards, g_ptr_array_unref);
  snd_config_update_free_global ();
  return count;
}
