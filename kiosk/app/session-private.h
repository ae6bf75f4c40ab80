/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/keys/alsa-jack.h"
#include "hw/keys/keys.h"
#include "hw/print/printer.h"
#include "hw/speech/speech.h"
#include "kiosk/app/idle.h"
#include "kiosk/app/observer.h"
#include "kiosk/app/session-nfc.h"
#include "kiosk/app/session.h"
#include "kiosk/app/shown.h"
#include "kiosk/journey/runner.h"
#include "sync/device/device-key.h"
#include "sync/store/registrar.h"
#include "ui/window.h"

/* Shared by session.c (a step and its effects), session-news.c (what the rooms tell) and session-open.c (begin and end). */

G_BEGIN_DECLS

struct PerronSession {
  const PerronConfig *config;
  PerronShown *shown;
  PerronCatalogue *catalogue; /* of what is shown */
  PerronJourney *journey;     /* on screen: of the public or of the adviser */
  PerronRunner *runner;
  struct {
    PerronJourney *journey;
    PerronRunner *runner;
  } people, adviser; /* adviser: NULL when there is none */
  PerronDeviceKey *sign_key; /* used by the registrar's thread alone; outlives it */
  PerronRegistrar *registrar;
  PerronCardWatch *card;
  PerronSessionNfc *nfc; /* nullable */
  PerronSpeech *speech;
  PerronKeypad *keypad; /* NULL: none in the configuration */
  PerronKeys *keys;
  PerronAlsaJack *mixer;               /* NULL: none in the configuration */
  PerronJack switch_jack, mixer_jack;  /* what the kernel's switches say, and the mixers */
  PerronPrinter *printer;            /* NULL: none in the configuration */
  PerronPrinterState printer_state;  /* that the runner knows of */
  gboolean printing;                 /* a paper of this person is on its way */
  PerronDocument *to_print;          /* waits for the printer's answer to something else */
  guint volume;         /* step of the voice, session-keys.c */
  PerronWindow *window; /* owned by the application */
  PerronIdle *idle;
  PerronObserver *observer;
  PerronSettings settings;
  const char *link;
  guint ticket;             /* of the request now being registered, 0: none */
  guint touched, answered;  /* touches and keys let go; those that a painted frame has answered. Observed runs only */
  char *first_screen;       /* id */
  gboolean somebody;        /* between the first sign of a person and the wipe */
  gint64 stirred_ms;        /* boot clock: last touch, key or card */
  GThread *look_thread;     /* a look for new content under way; NULL: none */
  guint look_timer, look_source;
  gint64 unfit_version, certificates_version;
  GQueue said;              /* SaidItem: handed to the voice, outcome not known yet; observed runs only */
};

typedef struct {
  guint id;
  PerronUtterance *utterance;
} SaidItem;

/* One event through the runner; its effects carried out; the window told. */
void perron_session_step (PerronSession *session, const PerronEvent *event);

void perron_session_set_default_settings (PerronSession *session);
void perron_session_show_settings (PerronSession *session);
void perron_session_carry_out (PerronSession *session, const PerronEffect *effect);

/* session-adviser.c */
void perron_session_open_adviser (PerronSession *session); /* beside a new runner of the public */
void perron_session_close_adviser (PerronSession *session);
void perron_session_enter_adviser (PerronSession *session); /* a known badge: when nobody is in the middle of anything */
void perron_session_leave_adviser (PerronSession *session); /* wiped: whoever comes next is the public */
void perron_session_tell_other (PerronSession *session, const PerronEvent *event); /* how the house is, to the runner that is not shown */

/* session-keys.c */
gboolean perron_session_open_keys (PerronSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_session_close_keys (PerronSession *session);
void perron_session_reset_keys (PerronSession *session); /* what a person set goes with them */

/* session-content.c */
void perron_session_open_content (PerronSession *session);
void perron_session_close_content (PerronSession *session);
void perron_session_stir (PerronSession *session); /* a sign of somebody */

/* session-open.c: a runner and a window for what is shown, on its first screen. Those of before are the caller's to free. */
void perron_session_begin (PerronSession *session, GtkApplication *application);

/* session-print.c */
void perron_session_open_printer (PerronSession *session);
void perron_session_close_printer (PerronSession *session);
void perron_session_ask_printer (PerronSession *session); /* how it is: known when a ticket is shown */
void perron_session_print (PerronSession *session);
void perron_session_wipe_printer (PerronSession *session); /* what is not on paper yet is taken back */

void perron_session_show_voice_output (PerronSession *session);
void perron_session_show_link (PerronSession *session, const char *link); /* "online" | "offline" | "clock" | "fault" */
void perron_session_forget_said (PerronSession *session);

/* Callbacks of the rooms; data is the session. */
void perron_session_on_window_event (PerronWindow *window, const PerronEvent *event, gpointer data);
void perron_session_on_window_say (PerronWindow *window, const PerronUtterance *utterance, gboolean after, gpointer data);
void perron_session_on_speech (const PerronSpeechEvent *event, gpointer data);
void perron_session_on_card (const PerronCardNews *news, gpointer data);
void perron_session_on_tap (const PerronEvent *event, gpointer data);
void perron_session_on_news (const PerronNews *news, gpointer data);
void perron_session_on_idle (PerronIdleMoment moment, gpointer data);
gboolean perron_session_on_input (GtkEventControllerLegacy *controller, GdkEvent *event, gpointer data);
void perron_session_on_realize (GtkWidget *window, gpointer data);

G_END_DECLS
