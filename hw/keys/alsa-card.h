/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/keys/jack.h"

G_BEGIN_DECLS

/* The control interface of one sound card, and the headset jacks among its elements. Inside of alsa-jack.c. Main thread. */
typedef struct PerronAlsaCard PerronAlsaCard;

/* A card with more is hostile or none of a terminal's. */
#define PERRON_ALSA_ELEMENTS_MAX 4096
#define PERRON_ALSA_JACKS_MAX 16

/* NULL: it cannot be opened. `watch`: events are wanted (`changed`, `gone`), on the default main context. Transfer full. */
PerronAlsaCard *perron_alsa_card_open (const char *name, gboolean watch, void (*changed) (gpointer data),
                                       void (*gone) (PerronAlsaCard *card, gpointer data), gpointer data);
void perron_alsa_card_free (PerronAlsaCard *card);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronAlsaCard, perron_alsa_card_free)

const char *perron_alsa_card_get_name (const PerronAlsaCard *card);
guint perron_alsa_card_count_jacks (const PerronAlsaCard *card);
PerronJack perron_alsa_card_get_jack (const PerronAlsaCard *card);

/* Is an element of this name the switch of a headset's jack? Pure. */
gboolean perron_alsa_is_jack_name (const char *name);

G_END_DECLS
