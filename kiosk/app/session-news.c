/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/session-private.h"

#include <string.h>

#include "kiosk/core/log.h"

static void
said_item_free (SaidItem *item)
{
  perron_utterance_free (item->utterance);
  g_free (item);
}

void
perron_session_forget_said (PerronSession *session)
{
  g_queue_clear_full (&session->said, (GDestroyNotify) said_item_free);
}

void
perron_session_on_window_event (PerronWindow *window, const PerronEvent *event, gpointer data)
{
  PerronSession *session = data;
  perron_session_stir (session);
  perron_idle_touch (session->idle);
  perron_session_step (session, event);
}

void
perron_session_on_window_say (PerronWindow *window, const PerronUtterance *utterance, gboolean after, gpointer data)
{
  PerronSession *session = data;

  if (!session->settings.voice)
    return;
  guint id = after ? perron_speech_say_after (session->speech, utterance) : perron_speech_say (session->speech, utterance);
  if (session->observer == NULL)
    return;
  perron_observer_tell_said (session->observer, utterance, "asked");
  SaidItem *item = g_new (SaidItem, 1);
  *item = (SaidItem){ id, perron_utterance_copy (utterance) };
  g_queue_push_tail (&session->said, item);
}

static void
tell_outcome (PerronSession *session, guint id, const char *outcome, gboolean last)
{
  for (GList *at = session->said.head; at != NULL; at = at->next) {
    SaidItem *item = at->data;
    if (item->id != id)
      continue;
    perron_observer_tell_said (session->observer, item->utterance, outcome);
    if (last) {
      said_item_free (item);
      g_queue_delete_link (&session->said, at);
    }
    return;
  }
}

void
perron_session_show_voice_output (PerronSession *session)
{
  PerronOutput output = perron_speech_get_output (session->speech);
  perron_window_set_voice_output (session->window, output != PERRON_OUTPUT_NONE, output == PERRON_OUTPUT_HEADSET);
}

void
perron_session_on_speech (const PerronSpeechEvent *event, gpointer data)
{
  PerronSession *session = data;

  switch (event->kind) {
  case PERRON_SPEECH_STARTED:
    tell_outcome (session, event->id, "started", FALSE);
    break;
  case PERRON_SPEECH_FINISHED:
    perron_idle_listen (session->idle);
    tell_outcome (session, event->id, "finished", TRUE);
    break;
  case PERRON_SPEECH_CUT:
    tell_outcome (session, event->id, "cut", TRUE);
    break;
  case PERRON_SPEECH_REFUSED:
    tell_outcome (session, event->id, "refused", TRUE);
    break;
  case PERRON_SPEECH_OUTPUT:
    perron_session_show_voice_output (session);
    break;
  case PERRON_SPEECH_WORD:
    break;
  }
}

void
perron_session_on_card (const PerronCardNews *news, gpointer data)
{
  PerronSession *session = data;
  const PerronEvent event = { .kind = PERRON_EVENT_CARD,
                              .name = perron_card_status_to_string (news->status),
                              .value = news->card,
                              .holders = news->holders };

  if (perron_card_status_is_a_hand (news->status)) {
    perron_idle_touch (session->idle);
    perron_session_stir (session);
  }
  perron_session_step (session, &event);
}

void
perron_session_on_tap (const PerronEvent *event, gpointer data)
{
  PerronSession *session = data;

  perron_session_stir (session);
  perron_idle_touch (session->idle);
  if (g_strcmp0 (event->name, "badge-known") == 0)
    perron_session_enter_adviser (session);
  perron_session_step (session, event);
}

static const char *
refusal_word (const GError *error)
{
  if (g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_FULL))
    return "disk-full";
  if (g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_TOO_MANY))
    return "too-many";
  return error->domain == PERRON_SEAL_ERROR ? "seal" : "store";
}

static void
on_registered (PerronSession *session, const PerronNews *news)
{
  if (news->ticket != session->ticket)
    return; /* of a session that ended meanwhile: stored, but nobody is there to be told */
  session->ticket = 0;
  if (news->kind == PERRON_NEWS_NOT_REGISTERED) {
    perron_log_error (PERRON_LOG_REQUEST_REFUSED, news->error);
    perron_session_step (session, &(PerronEvent){ .kind = PERRON_EVENT_NOT_REGISTERED, .name = refusal_word (news->error) });
    return;
  }
  perron_session_step (session, &(PerronEvent){ .kind = PERRON_EVENT_REGISTERED, .name = news->reference });
  perron_observer_tell (session->observer, "registered", news->reference, NULL);
}

/* "Treated" is only ever said on the caisse's own word. */
static const char *
progress_word (PerronItemState state, PerronReplyCode reply)
{
  if (reply != PERRON_REPLY_NONE)
    return perron_reply_code_to_string (reply);
  return state == PERRON_ITEM_DEAD ? "refused" : perron_item_state_to_string (state);
}

static void
on_progress (PerronSession *session, const PerronNews *news)
{
  const char *word = progress_word (news->state, news->reply);
  perron_session_step (session, &(PerronEvent){ .kind = PERRON_EVENT_PROGRESS, .name = word, .value = news->reference });
  perron_observer_tell (session->observer, "progress", news->reference, word);
}

void
perron_session_show_link (PerronSession *session, const char *link)
{
  static const char *const words[] = {
    [PERRON_LINK_ONLINE] = "online", [PERRON_LINK_OFFLINE] = "offline", [PERRON_LINK_CLOCK] = "clock", [PERRON_LINK_FAULT] = "fault",
  };
  PerronLink state = PERRON_LINK_OFFLINE;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    if (strcmp (link, words[i]) == 0)
      state = (PerronLink) i;
  }
  session->link = g_intern_string (link);
  perron_window_set_link (session->window, state);
  perron_session_tell_other (session, &(PerronEvent){ .kind = PERRON_EVENT_LINK, .name = link });
  perron_session_step (session, &(PerronEvent){ .kind = PERRON_EVENT_LINK, .name = link });
}

void
perron_session_on_news (const PerronNews *news, gpointer data)
{
  PerronSession *session = data;

  switch (news->kind) {
  case PERRON_NEWS_REGISTERED:
  case PERRON_NEWS_NOT_REGISTERED:
    on_registered (session, news);
    break;
  case PERRON_NEWS_PROGRESS:
    on_progress (session, news);
    break;
  case PERRON_NEWS_UNKNOWN:
    perron_session_step (session, &(PerronEvent){ .kind = PERRON_EVENT_PROGRESS, .name = "unknown", .value = news->reference });
    break;
  case PERRON_NEWS_NOT_WITHDRAWN:
    /* Too late: what is true now follows as PROGRESS. */
    break;
  case PERRON_NEWS_LISTING:
    perron_session_step (session, &(PerronEvent){ .kind = PERRON_EVENT_LISTING, .listing = news->listing });
    break;
  case PERRON_NEWS_LINK:
    perron_session_show_link (session, news->link);
    break;
  }
}

void
perron_session_on_idle (PerronIdleMoment moment, gpointer data)
{
  perron_session_step (data, &(PerronEvent){ .kind = moment == PERRON_IDLE_ASK ? PERRON_EVENT_IDLE : PERRON_EVENT_EXPIRE });
}

/* Any touch or key counts as a sign of life, also one that hits nothing. Seen before anybody else, and passed on. */
gboolean
perron_session_on_input (GtkEventControllerLegacy *controller, GdkEvent *event, gpointer data)
{
  PerronSession *session = data;
  GdkEventType type = gdk_event_get_event_type (event);

  if (type == GDK_BUTTON_PRESS || type == GDK_TOUCH_BEGIN || type == GDK_KEY_PRESS)
    perron_idle_touch (session->idle);
  perron_session_stir (session);
  if (session->observer != NULL && (type == GDK_BUTTON_RELEASE || type == GDK_TOUCH_END || type == GDK_KEY_RELEASE)) {
    session->touched++;
    gtk_widget_queue_draw (GTK_WIDGET (session->window));
  }
  return GDK_EVENT_PROPAGATE;
}

static void
on_after_paint (GdkFrameClock *frame_clock, gpointer data)
{
  PerronSession *session = data;
  perron_observer_tell_screen (session->observer, session->window, session->runner, perron_journey_get_id (session->journey),
                               &session->settings, session->link);
  if (session->answered != session->touched) {
    session->answered = session->touched;
    perron_observer_tell_answered (session->observer, session->answered);
  }
}

void
perron_session_on_realize (GtkWidget *window, gpointer data)
{
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (on_after_paint), data);
}
