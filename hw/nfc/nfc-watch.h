/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/nfc/nfc-frame.h"
#include "kiosk/core/config.h"

G_BEGIN_DECLS

/*
 * The terminal's end of perron-nfc: listens on [nfc] socket and says what is on the reader. The terminal starts no process (its filter
 * forbids it); perron-nfc is started beside it and comes by itself, as often as it must. Everything happens in the main context that is
 * the thread's default when it is made, on the thread that runs it; nothing blocks. The other side is taken for hostile: who it is comes
 * from the kernel, what it says is bounded, checked and counted.
 */
typedef struct PerronNfcWatch PerronNfcWatch;

typedef enum {
  PERRON_NFC_EVENT_READER, /* the reader came or went: perron_nfc_watch_is_ready() */
  PERRON_NFC_EVENT_TAP,
  PERRON_NFC_EVENT_GONE, /* what was tapped left, or the reader did: one after each TAP */
} PerronNfcEvent;

typedef struct {
  PerronNfcEvent event;
  PerronNfcKind kind;  /* TAP */
  const guint8 *badge; /* TAP of a badge: PERRON_NFC_HASH_BYTES of keyed hash, or NULL; borrowed for the call */
} PerronNfcNews;

/* From that context; must not free the watch. */
typedef void (*PerronNfcCallback) (const PerronNfcNews *news, gpointer data);

/* Frames a second, above which the other side is let go. */
#define PERRON_NFC_FRAMES_MAX 50

/* Listens. Only a process of our own user, or of [nfc] user, is heard. Error: G_IO_ERROR naming the path. Transfer full. */
PerronNfcWatch *perron_nfc_watch_new (const PerronConfig *config, PerronNfcCallback callback, gpointer data,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_nfc_watch_free (PerronNfcWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronNfcWatch, perron_nfc_watch_free)

gboolean perron_nfc_watch_is_ready (const PerronNfcWatch *watch);

G_END_DECLS
