/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/caisse/opening.h"

G_BEGIN_DECLS

/*
 * What the caisse must remember of a request to answer it later: whose it was, its digest, the number of the last reply. One small file a
 * request, "<reference>.<id>.json", in a folder of its own; nothing of what the request said. One thread; blocks for the disk.
 */
typedef enum {
  PERRON_REGISTER_ERROR_FILE,      /* cannot be read or written, or is not what this program wrote */
  PERRON_REGISTER_ERROR_NOT_FOUND, /* never opened here, or forgotten */
  PERRON_REGISTER_ERROR_SEVERAL,   /* two terminals gave the same reference: the id says which */
} PerronRegisterError;

#define PERRON_REGISTER_ERROR (perron_register_error_quark ())
GQuark perron_register_error_quark (void);

typedef struct {
  guint8 id[PERRON_UUID_BYTES];
  guint8 digest[PERRON_DIGEST_BYTES];
  char terminal[PERRON_WIRE_TOKEN_MAX + 1];
  gint64 number; /* of the last reply that was tried; 0: none */
  char *path;
} PerronRegistered;

void perron_registered_free (PerronRegistered *registered);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronRegistered, perron_registered_free)

/* Each opened request that is not there yet, durable. Makes the folder. What nothing was written about for 90 days is forgotten. */
gboolean perron_register_keep (const char *folder, const PerronDesk *desk, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* `text` is a reference as a person types it, or an id. Transfer full. */
PerronRegistered *perron_register_find (const char *folder, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next number is written before it is used: one that was tried is never used for another reply, whatever became of it. */
gboolean perron_register_take_number (PerronRegistered *registered, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
