/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/device/tpm.h"

G_BEGIN_DECLS

/* The file of a key that is in the TPM: "[tpm-key]", handle, auth, x, y. Pure but for save. */
#define PERRON_KEY_NOTE_BEGIN "[tpm-key]"

/* Hostile text of `len` bytes; `name` is for the error. PERRON_DEVICE_ERROR_FILE. */
gboolean perron_key_note_parse (const char *text, gsize len, const char *name, PerronTpmKey *ret_key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 0600, whole and on the disk when TRUE. */
gboolean perron_key_note_save (const char *path, const PerronTpmKey *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
