/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/dock-jack.h"

#include <pulse/glib-mainloop.h>
#include <pulse/pulseaudio.h>
#include <string.h>

#define NULL_SINK_DRIVER "module-null-sink.c"

typedef enum { MOVE_NONE, MOVE_LOOK, MOVE_IN, MOVE_OUT } Move;

struct PerronDockJack {
  char *server;
  pa_glib_mainloop *loop;
  pa_context *context;
  PerronDockJackState state;
  Move move;
  void (*done) (const char *why, gpointer data);
  gpointer done_data;
  void (*changed) (gpointer data);
  gpointer changed_data;
};

static const char *const words[] = { "unknown", "out", "in" };

static void look_for_sink (PerronDockJack *jack);

static void
set_state (PerronDockJack *jack, PerronDockJackState state)
{
  if (jack->state == state)
    return;
  jack->state = state;
  jack->changed (jack->changed_data);
}

static void
finish (PerronDockJack *jack, const char *why)
{
  void (*done) (const char *why, gpointer data) = jack->done;
  jack->move = MOVE_NONE;
  jack->done = NULL;
  if (done != NULL)
    done (why, jack->done_data);
}

static void
finish_with_server_error (PerronDockJack *jack)
{
  finish (jack, pa_strerror (pa_context_errno (jack->context)));
}

static void
drop (pa_operation *operation)
{
  if (operation != NULL)
    pa_operation_unref (operation);
}

static void
on_loaded (pa_context *context, uint32_t module, void *data)
{
  PerronDockJack *jack = data;
  if (module == PA_INVALID_INDEX)
    return finish_with_server_error (jack);
  set_state (jack, PERRON_DOCK_JACK_IN);
  finish (jack, NULL);
}

static void
on_unloaded (pa_context *context, int success, void *data)
{
  PerronDockJack *jack = data;
  if (!success)
    return finish_with_server_error (jack);
  set_state (jack, PERRON_DOCK_JACK_OUT);
  finish (jack, NULL);
}

/* Called once with the sink and once with its end, or once with an error when there is no such sink. */
static void
on_sink (pa_context *context, const pa_sink_info *sink, int last, void *data)
{
  PerronDockJack *jack = data;
  if (last > 0 || jack->move == MOVE_NONE)
    return;
  if (last < 0 && pa_context_errno (context) != PA_ERR_NOENTITY)
    return finish_with_server_error (jack);

  gboolean there = last == 0 && sink != NULL;
  Move move = jack->move;
  if (move == MOVE_IN && !there) {
    drop (pa_context_load_module (
      context, "module-null-sink",
      "sink_name=" PERRON_DOCK_JACK_SINK " sink_properties=\"device.description=Casque device.form_factor=headphone\"", on_loaded, jack));
  } else if (move == MOVE_OUT && there) {
    if (sink->owner_module == PA_INVALID_INDEX || g_strcmp0 (sink->driver, NULL_SINK_DRIVER) != 0)
      return finish (jack, "the sink \"" PERRON_DOCK_JACK_SINK "\" is a real device: pull its plug by hand");
    drop (pa_context_unload_module (context, sink->owner_module, on_unloaded, jack));
  } else {
    set_state (jack, there ? PERRON_DOCK_JACK_IN : PERRON_DOCK_JACK_OUT);
    finish (jack, NULL);
  }
}

static void
look_for_sink (PerronDockJack *jack)
{
  drop (pa_context_get_sink_info_by_name (jack->context, PERRON_DOCK_JACK_SINK, on_sink, jack));
}

static void
on_context (pa_context *context, void *data)
{
  PerronDockJack *jack = data;
  pa_context_state_t state = pa_context_get_state (context);
  if (state == PA_CONTEXT_READY) {
    look_for_sink (jack);
  } else if (!PA_CONTEXT_IS_GOOD (state)) {
    set_state (jack, PERRON_DOCK_JACK_UNKNOWN);
    if (jack->move != MOVE_NONE)
      finish_with_server_error (jack);
  }
}

static void
drop_context (PerronDockJack *jack)
{
  if (jack->context == NULL)
    return;
  pa_context_set_state_callback (jack->context, NULL, NULL);
  pa_context_disconnect (jack->context);
  g_clear_pointer (&jack->context, pa_context_unref);
}

/* A server that died is a context that failed: only a new one may connect again. */
static void
begin (PerronDockJack *jack, Move move)
{
  jack->move = move;
  if (jack->context != NULL && pa_context_get_state (jack->context) == PA_CONTEXT_READY)
    return look_for_sink (jack);
  drop_context (jack);
  jack->context = pa_context_new (pa_glib_mainloop_get_api (jack->loop), "perron-dock");
  pa_context_set_state_callback (jack->context, on_context, jack);
  if (pa_context_connect (jack->context, jack->server, PA_CONTEXT_NOAUTOSPAWN, NULL) < 0 && jack->move != MOVE_NONE)
    finish_with_server_error (jack);
}

void
perron_dock_jack_move (PerronDockJack *jack, gboolean in, void (*done) (const char *why, gpointer data), gpointer data)
{
  if (jack->done != NULL)
    return done ("the plug is still moving", data);
  jack->done = done;
  jack->done_data = data;
  if (jack->move == MOVE_LOOK) /* the first look is on its way: its end does this move instead */
    jack->move = in ? MOVE_IN : MOVE_OUT;
  else
    begin (jack, in ? MOVE_IN : MOVE_OUT);
}

const char *
perron_dock_jack_get_state (const PerronDockJack *jack)
{
  return words[jack->state];
}

PerronDockJack *
perron_dock_jack_new (const char *server, void (*changed) (gpointer data), gpointer data)
{
  PerronDockJack *jack = g_new0 (PerronDockJack, 1);
  jack->server = g_strdup (server);
  jack->changed = changed;
  jack->changed_data = data;
  jack->loop = pa_glib_mainloop_new (NULL);
  begin (jack, MOVE_LOOK);
  return jack;
}

void
perron_dock_jack_free (PerronDockJack *jack)
{
  if (jack == NULL)
    return;
  drop_context (jack);
  if (jack->move != MOVE_NONE)
    finish (jack, "the dock is closing");
  pa_glib_mainloop_free (jack->loop);
  g_free (jack->server);
  g_free (jack);
}
