/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A TPM 2.0 of its own (swtpm) with its state in `folder`, reached by `tcti`. */
typedef struct {
  char *folder;
  char *tcti;
  GPid pid; /* 0: switched off */
} Emulator;

void emulator_make (Emulator *emulator);
void emulator_switch_on (Emulator *emulator);
void emulator_switch_off (Emulator *emulator); /* its state stays */
void emulator_freeze (Emulator *emulator, gboolean frozen);
void emulator_remove (Emulator *emulator);

G_END_DECLS
