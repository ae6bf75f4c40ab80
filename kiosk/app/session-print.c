/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ticket on paper: its words from the catalogue, its fate to the runner. */
#include "kiosk/app/session-private.h"

#include "hw/print/ticket.h"
#include "kiosk/core/log.h"

static void on_printed (PerronPrinterState state, const GError *error, gpointer data);

static void
tell_state (PerronSession *session, PerronPrinterState state)
{
  const gboolean prints = perron_printer_state_prints (state);

  if (state != session->printer_state)
    perron_log_count (prints ? PERRON_LOG_PRINTER_READY : PERRON_LOG_PRINTER_OUT, (gint64) state);
  session->printer_state = state;
  const PerronEvent event = { .kind = PERRON_EVENT_PRINTER, .name = prints ? "ready" : "out" };
  perron_session_tell_other (session, &event);
  perron_session_step (session, &event);
  perron_observer_tell (session->observer, "printer", NULL, perron_printer_state_to_string (state));
}

/* --- the words on it ---------------------------------------------------------------------------------------------------------- */

#define TEXTS_MAX 10

typedef struct {
  PerronSession *session;
  const char *language;
  char date[32];
  char *texts[TEXTS_MAX]; /* locked memory */
  guint count;
} Words;

static void
words_clear (Words *words)
{
  for (guint i = 0; i < words->count; i++)
    perron_secret_free (words->texts[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Words, words_clear)

/* A request that nobody told of since it was registered waits: that is what being registered means. */
static gboolean
look_up (gpointer data, const char *name, PerronFact *ret_fact)
{
  static const char *const waiting[] = { "progress.waiting", NULL };
  const Words *words = data;

  if (g_str_equal (name, "date"))
    *ret_fact = (PerronFact){ .privacy = PERRON_PUBLIC, .text = words->date };
  else if (perron_runner_lookup (words->session->runner, name, ret_fact))
    return TRUE;
  else if (g_str_equal (name, "progress"))
    *ret_fact = (PerronFact){ .privacy = PERRON_PUBLIC, .keys = waiting };
  else
    return FALSE;
  return TRUE;
}

/* The privacy is the catalogue's: a text that names a person is refused by the document itself. */
static PerronTicketText
word (Words *words, const char *key)
{
  PerronTicketText text = { PERRON_PUBLIC, NULL };
  g_assert (words->count < TEXTS_MAX);
  words->texts[words->count]
    = perron_catalogue_format (words->session->catalogue, words->language, key, look_up, words, &text.privacy);
  text.text = words->texts[words->count++];
  return text;
}

static PerronDocument *
build (PerronSession *session, const char *language, GError **error)
{
  g_auto (Words) words = { .session = session, .language = language };
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%d/%m/%Y, %H:%M");
  PerronFact reference = { 0 };

  g_strlcpy (words.date, date, sizeof words.date);
  if (!perron_runner_lookup (session->runner, "reference", &reference))
    reference.text = NULL;
  const PerronTicket ticket = { .title = word (&words, "paper.title"),
                                .reference_label = word (&words, "paper.reference"),
                                .reference = reference.text,
                                .where = word (&words, "paper.where"),
                                .follow = word (&words, "paper.follow"),
                                .withdraw = word (&words, "paper.withdraw"),
                                .notes = { word (&words, "paper.note.1"), word (&words, "paper.note.2") },
                                .help = word (&words, "paper.help"),
                                .place = word (&words, "paper.place"),
                                .date = word (&words, "paper.date") };
  return perron_ticket_build (&ticket, error);
}

/* Receipt printers have one script: a language that is not written in it gets the first one, which every caisse reads. */
static PerronDocument *
build_readable (PerronSession *session, GError **error)
{
  g_autoptr (GError) unreadable = NULL;
  guint count;
  const char *first = perron_catalogue_get_languages (session->catalogue, &count)[0].tag;
  PerronDocument *document = build (session, session->settings.language, &unreadable);

  if (document != NULL || !g_error_matches (unreadable, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_TEXT)) {
    if (document == NULL)
      g_propagate_error (error, g_steal_pointer (&unreadable));
    return document;
  }
  return build (session, first, error);
}

/* --- jobs --------------------------------------------------------------------------------------------------------------------- */

static void
tell_failure (PerronSession *session, const GError *error)
{
  const gboolean paper = g_error_matches (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_PAPER_OUT) ||
                         g_error_matches (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_COVER);
  perron_log_error (PERRON_LOG_NOT_PRINTED, error);
  perron_session_step (session, &(PerronEvent){ .kind = PERRON_EVENT_NOT_PRINTED, .name = paper ? "paper" : "printer" });
}

static void
start (PerronSession *session, PerronDocument *document)
{
  g_autoptr (GError) error = NULL;
  session->printing = perron_printer_print (session->printer, document, on_printed, session, &error);
  if (!session->printing)
    tell_failure (session, error);
}

/* A question or a job has ended. Of a person who left: nobody is there to be told. */
static void
on_printed (PerronPrinterState state, const GError *error, gpointer data)
{
  PerronSession *session = data;
  const gboolean printing = session->printing;

  session->printing = FALSE;
  if (!g_error_matches (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_CANCELLED))
    tell_state (session, state);
  if (printing && error != NULL) {
    tell_failure (session, error);
  } else if (printing) {
    perron_log (PERRON_LOG_PRINTED);
    perron_session_step (session, &(PerronEvent){ .kind = PERRON_EVENT_PRINTED });
    perron_observer_tell (session->observer, "printed", NULL, NULL);
  }
  if (session->to_print != NULL && !perron_printer_is_busy (session->printer))
    start (session, g_steal_pointer (&session->to_print));
}

void
perron_session_print (PerronSession *session)
{
  g_autoptr (GError) error = NULL;
  PerronDocument *document = session->printer != NULL ? build_readable (session, &error) : NULL;

  if (document == NULL) {
    if (error == NULL)
      g_set_error_literal (&error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_ABSENT, "no printer");
    tell_failure (session, error);
    return;
  }
  if (!perron_printer_is_busy (session->printer)) {
    start (session, document);
    return;
  }
  /* It is just being asked how it is, or the paper of somebody who left is taken back: this one comes next. */
  g_clear_pointer (&session->to_print, perron_document_free);
  session->to_print = document;
}

void
perron_session_ask_printer (PerronSession *session)
{
  g_autoptr (GError) error = NULL;
  if (session->printer == NULL || perron_printer_is_busy (session->printer))
    return;
  if (!perron_printer_ask (session->printer, on_printed, session, &error))
    g_debug ("%s", error->message);
}

void
perron_session_open_printer (PerronSession *session)
{
  const PerronPrinterOptions options = { .device = perron_config_get (session->config, PERRON_CONFIG_PRINTER_DEVICE),
                                         .dots = (guint) perron_config_get_int (session->config, PERRON_CONFIG_PRINTER_DOTS) };
  if (options.device == NULL || *options.device == '\0')
    return;
  session->printer_state = PERRON_PRINTER_STATE_COUNT; /* none of them: the first answer is news */
  session->printer = perron_printer_new (&options);
  perron_session_ask_printer (session);
}

void
perron_session_close_printer (PerronSession *session)
{
  g_clear_pointer (&session->printer, perron_printer_free);
  g_clear_pointer (&session->to_print, perron_document_free);
}

void
perron_session_wipe_printer (PerronSession *session)
{
  g_clear_pointer (&session->to_print, perron_document_free);
  if (session->printing)
    perron_printer_cancel (session->printer);
  session->printing = FALSE;
}
