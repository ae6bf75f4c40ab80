/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <winscard.h>

#include "hw/card/profile.h"
#include "kiosk/core/card-status.h"

G_BEGIN_DECLS

/* What pcscd last said of each reader, and which of them matters. No call to pcscd in here: pure, testable. One thread. */

#define PERRON_PCSC_READERS_MAX 16 /* as pcscd's own limit */
#define PERRON_PCSC_NONE G_MAXUINT

typedef struct {
  /* states[0] is the notification of readers that come and go; the readers follow. szReader points into names. */
  SCARD_READERSTATE states[PERRON_PCSC_READERS_MAX + 1];
  char names[PERRON_PCSC_READERS_MAX][MAX_READERNAME + 1];
  guint count;
} PerronPcscTable;

/* Empty, and everything unknown. The table must not move afterwards. */
void perron_pcsc_table_init (PerronPcscTable *table);

/*
 * Takes the readers of `list` (names one after the other, an empty one last, `size` bytes in all) whose name contains `filter`;
 * keeps what is known of those that were there.
 */
void perron_pcsc_table_set_readers (PerronPcscTable *table, const char *list, gsize size, const char *filter);

/* After SCardGetStatusChange(): what was news becomes what is known. TRUE when the list of readers must be asked again. */
gboolean perron_pcsc_table_settle (PerronPcscTable *table);

/*
 * The state of the whole: READING (a powered card; its row in `ret_index`), MUTE, NO_CARD or NO_READER. A Vitale by its ATR comes
 * before other cards; with several readers, a professional's card is as good as none.
 */
PerronCardStatus perron_pcsc_table_choose (const PerronPcscTable *table, const PerronProfiles *profiles, guint *ret_index);

/* Cards that came and went in the reader of row `index`, modulo 65536: differs when a card was swapped between two looks. */
guint perron_pcsc_table_counter (const PerronPcscTable *table, guint index);

G_END_DECLS
