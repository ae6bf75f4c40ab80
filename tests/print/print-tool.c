/* SPDX-License-Identifier: GPL-3.0-or-later */
/* print-tool DEVICE ask | ticket REFERENCE [PERSONAL]: one job by the printer of the terminal; "state code" on stdout. */
#include <stdio.h>
#include <string.h>

#include "hw/print/printer.h"
#include "hw/print/ticket.h"

static void
on_done (PerronPrinterState state, const GError *error, gpointer data)
{
  printf ("%s %d\n", perron_printer_state_to_string (state), error != NULL ? error->code : -1);
  g_main_loop_quit (data);
}

static PerronDocument *
make_document (char **words, GError **error)
{
  const PerronTicket ticket = {
    .title = { PERRON_PUBLIC, "Votre demande de « Mon espace santé » — reçue à l’accueil" },
    .reference_label = { PERRON_PUBLIC, "Votre référence :" },
    .reference = words[1],
    .where = { PERRON_PUBLIC, "Elle est enregistrée sur cette borne ; elle partira dès que le réseau revient. Cœur, 5 €." },
    .notes = { { PERRON_PERSONAL, words[1] != NULL ? words[2] : NULL } },
    .help = { PERRON_PUBLIC, "Une question ? Appelez le" },
    .date = { PERRON_PUBLIC, "21 novembre 2026" },
    .address = { PERRON_PUBLIC, "https://perron.invalid/suivi?r=été" },
  };
  return perron_ticket_build (&ticket, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (argc < 3)
    return 2;
  const PerronPrinterOptions options = { .device = argv[1], .answer_ms = 1000, .stall_ms = 5000, .finish_ms = 5000 };
  g_autoptr (PerronPrinter) printer = perron_printer_new (&options);
  PerronDocument *document = strcmp (argv[2], "ask") != 0 ? make_document (argv + 2, &error) : NULL;
  if (error != NULL) {
    printf ("refused %d\n", error->code);
    return 0;
  }
  gboolean started = document != NULL ? perron_printer_print (printer, document, on_done, loop, &error)
                                      : perron_printer_ask (printer, on_done, loop, &error);
  if (!started)
    return 3;
  g_main_loop_run (loop);
  return 0;
}
