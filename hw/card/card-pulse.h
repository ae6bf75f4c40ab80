/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/card-source.h"

G_BEGIN_DECLS

/*
 * When a card last gave a sign: a card that never answers blocks the thread that asked it, on some readers for ever (hardware facts,
 * section 1.4, trap 5), so somebody else must be able to say so, and to give it up. One writer, any readers.
 */
typedef struct {
  gint64 since_us; /* atomic: monotonic time of the last sign of the card that is being read; 0: none is */
  gint queuing;    /* atomic: it has not been opened yet, so it has not been asked anything */
  gint unwanted;   /* atomic, set by the owner: nobody asks for the card any more, so it is asked nothing more (ERROR_REMOVED instead) */
} PerronCardPulse;

/* A reading begins, not opened yet; it is over. Any thread, does not block. */
void perron_card_pulse_begin (PerronCardPulse *pulse);
void perron_card_pulse_end (PerronCardPulse *pulse);

/* A card that gives no sign for so long is silent: a state has its name within a second, and a Vitale answers in some 10 ms. */
#define PERRON_CARD_SILENCE_US (900 * G_TIME_SPAN_MILLISECOND)

/*
 * At `now_us`: NO_CARD none is being read; READING it may still speak; MUTE it is silent; HELD nobody asked it anything yet. Opening a card
 * that has just been seen takes no time, unless another program is in a transaction with it: it is not the card that is silent then.
 * `ret_left_us`: what is said of READING holds so much longer; PERRON_CARD_SILENCE_US at most. Any thread.
 */
PerronCardStatus perron_card_pulse_judge (const PerronCardPulse *pulse, gint64 now_us, gint64 *ret_left_us);

/*
 * A source that passes everything on to `inner` (taken) and beats when it was opened and at each answer. `pulse` must outlive it. Same
 * threads as any source.
 */
PerronCardSource *perron_card_pulse_source_new (PerronCardSource *inner, PerronCardPulse *pulse);

G_END_DECLS
