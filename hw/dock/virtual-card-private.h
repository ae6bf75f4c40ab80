/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/dock/virtual-card.h"

G_BEGIN_DECLS

/* What the loader builds and the APDU engine runs. Shared by the virtual-card*.c files only. */

typedef enum {
  SHORT_READ_6C,   /* wrong Le: 6Cxx, as T=0 cards do */
  SHORT_READ_9000, /* what there is, as if asked for */
  SHORT_READ_6282, /* what there is, with "end of file reached before Le bytes" */
} ShortRead;

typedef struct {
  gint32 fid; /* -1: none */
  guint8 sfi; /* 0: none */
  guint16 sw; /* 0: readable; else what a read answers */
  GByteArray *data;
} CardFile;

typedef struct {
  gint32 fid;
  GByteArray *aid; /* NULL: none */
  GPtrArray *files;
} CardFolder;

typedef struct {
  PerronVirtualFault kind;
  guint at;
  guint times;
  guint16 sw;
  PerronVirtualCard *other; /* owned; for SWAP, until taken */
} CardFault;

struct PerronVirtualCard {
  char *name;
  char *folder;
  char *title;
  GBytes *atr;
  guint order;
  guint think_ms;
  guint8 cla;
  gboolean select_61;
  ShortRead short_read;
  GPtrArray *folders; /* CardFolder */
  GPtrArray *faults;  /* CardFault */

  guint apdus;
  CardFolder *current;
  CardFile *open;
  GByteArray *pending; /* for GET RESPONSE */
  CardFault *swap;     /* the one that happened */
};

CardFile *perron_card_file_new (void);
void perron_card_file_free (CardFile *file);
CardFolder *perron_card_folder_new (void);
void perron_card_folder_free (CardFolder *folder);
void perron_card_fault_free (CardFault *fault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardFile, perron_card_file_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardFolder, perron_card_folder_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardFault, perron_card_fault_free)

/* `depth` 0 for a card a person inserts, 1 for one that takes its place: that one cannot be swapped again. */
PerronVirtualCard *perron_virtual_card_parse_at (const char *name, const char *folder, const char *text, gsize length, guint depth,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
PerronVirtualCard *perron_virtual_card_load_at (const char *path, guint depth, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
