/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/keys/jack.h"

G_BEGIN_DECLS

/*
 * The headset's jack as the mixer of a sound card tells it: the switches that ALSA's drivers name "Headphone Jack", "Front Headphone
 * Jack", "Headset Jack" … (kernel: Documentation/sound/hd-audio/notes.rst), by control events and not by looking again. Cards come
 * and go. Main thread only; callbacks on the default main context; alsa-lib's open and read of a control do not wait.
 */
typedef struct PerronAlsaJack PerronAlsaJack;

typedef void (*PerronAlsaJackCallback) (PerronJack jack, gpointer data);

/*
 * `names`: "cards" for every sound card there is, whenever it is plugged in; else controls as alsa-lib names them ("hw:1", or one of
 * asound.conf), with commas between, at most PERRON_ALSA_JACK_CARDS_MAX. `callback`: what they say together is another than before;
 * begins with the first turn of the main loop. Never fails: what is not there is looked for again. Transfer full.
 */
#define PERRON_ALSA_JACK_CARDS_MAX 8
PerronAlsaJack *perron_alsa_jack_new (const char *names, PerronAlsaJackCallback callback, gpointer data);
void perron_alsa_jack_free (PerronAlsaJack *jack); /* not from inside its callback */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronAlsaJack, perron_alsa_jack_free)

PerronJack perron_alsa_jack_get (const PerronAlsaJack *jack);

/* Once, now: how many jacks there are and what they say together. Any thread while no PerronAlsaJack exists in this process. */
guint perron_alsa_jack_look (const char *names, PerronJack *ret_jack);

G_END_DECLS
