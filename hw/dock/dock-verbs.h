/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/dock/dock.h"

#include "hw/dock/dock-jack-line.h"
#include "hw/dock/dock-jack.h"
#include "hw/dock/dock-net.h"
#include "hw/dock/dock-nfc.h"
#include "hw/dock/dock-slot.h"
#include "hw/dock/dock-vpcd.h"
#include "hw/dock/keypad.h"
#include "hw/dock/printer.h"

G_BEGIN_DECLS

/* Inside of the dock: shared by dock.c and the verbs only. */
struct PerronDock {
  char *cards;
  GPtrArray *slots; /* PerronDockSlot */
  GPtrArray *vpcds; /* PerronDockVpcd, one a slot; none without --vpcd */
  PerronDockNet *net;   /* NULL: without --net */
  PerronDockJackLine *jack_line; /* NULL: without --jack */
  PerronDockJack *jack; /* NULL: without --sound */
  PerronDockPrinter *printer; /* NULL: without --printer */
  PerronDockKeypad *keypad;   /* NULL: without --keypad */
  PerronDockNfc *nfc;   /* NULL: without --nfc */
  char *tags;
  void (*changed) (gpointer data);
  gpointer changed_data;
  void (*quit) (gpointer data);
  gpointer quit_data;
};

typedef struct {
  const char *word;
  guint least; /* arguments */
  guint most;
  const char *usage;
  /* TRUE: done, "ok". FALSE with error: refused. FALSE without: `reply` was or will be called by the verb. */
  gboolean (*run) (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error);
} PerronDockVerb;

/* Ends with a verb whose word is NULL. */
extern const PerronDockVerb perron_dock_card_verbs[];
extern const PerronDockVerb perron_dock_world_verbs[];
extern const PerronDockVerb perron_dock_desk_verbs[];
extern const PerronDockVerb perron_dock_nfc_verbs[];

const char *perron_dock_nfc_fault_word (Pn532Fault fault);

/* The answer to `net status`; there must be a net. Transfer full. */
char *perron_dock_dup_net_status (PerronDock *dock);

G_END_DECLS
