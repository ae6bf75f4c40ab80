/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/caisse/opening.h"

G_BEGIN_DECLS

/* What the desk opened, for a person (French, standard output) … */
void perron_report_print (const PerronDesk *desk);

/* … and for a program: {"opened":[{"id","terminal","counter","reference","again","content"}],"problems":[{"kind","words",…}],"more":bool}.
 * `content` is what the terminal sealed, byte for byte. Wiped and freed by perron_report_free_json(). */
char *perron_report_to_json (const PerronDesk *desk, gsize *ret_len);
void perron_report_free_json (char *json, gsize len);

G_END_DECLS
