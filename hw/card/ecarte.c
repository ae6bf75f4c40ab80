/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/ecarte.h"

#include <gio/gio.h>
#include <string.h>

#include "kiosk/core/secret.h"

struct PerronECartePresentation {
  PerronECarte *ecarte;
  PerronECarteMode mode;
  guint8 *bearer; /* locked memory, NULL */
  gsize length;
};

struct PerronECarte {
  const PerronECarteProvider *provider;
  gpointer state;
  GMainContext *context;
  PerronECarteCallback callback;
  gpointer data;
  PerronECartePresentation *running; /* with the provider; NULL */
  GSource *answer;                   /* on its way to the callback; NULL */
  PerronECarteOutcome outcome;
  PerronHolders *holders;
};

/* One row a component. */
static const PerronECarteProvider *const providers[] = { &perron_ecarte_none };

const PerronECarteProvider *
perron_ecarte_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (providers); i++) {
    if (g_strcmp0 (providers[i]->name, name) == 0)
      return providers[i];
  }
  return NULL;
}

PerronECarte *
perron_ecarte_new (const PerronECarteProvider *provider)
{
  PerronECarte *ecarte = g_new0 (PerronECarte, 1);
  ecarte->provider = provider;
  ecarte->state = provider->open != NULL ? provider->open () : NULL;
  ecarte->context = g_main_context_ref_thread_default ();
  return ecarte;
}

static void
free_presentation (PerronECartePresentation *presentation)
{
  perron_secret_free (presentation->bearer);
  g_free (presentation);
}

static void
drop_answer (PerronECarte *ecarte)
{
  if (ecarte->answer != NULL)
    g_source_destroy (ecarte->answer);
  g_clear_pointer (&ecarte->answer, g_source_unref);
  g_clear_pointer (&ecarte->holders, perron_holders_free);
}

static gboolean
on_answer (gpointer data)
{
  PerronECarte *ecarte = data;
  g_autoptr (PerronHolders) holders = g_steal_pointer (&ecarte->holders);

  g_clear_pointer (&ecarte->answer, g_source_unref); /* before the call: it may present again */
  ecarte->callback (ecarte->outcome, holders, ecarte->data);
  perron_secret_wipe_stack ();
  return G_SOURCE_REMOVE;
}

static void
answer (PerronECarte *ecarte, PerronECarteOutcome outcome, const PerronHolders *holders)
{
  gboolean people = holders != NULL && holders->count >= 1 && holders->count <= PERRON_HOLDERS_MAX;

  ecarte->outcome = (guint) outcome >= PERRON_ECARTE_OUTCOME_COUNT || (outcome == PERRON_ECARTE_READ && !people) ? PERRON_ECARTE_FAULT : outcome;
  if (ecarte->outcome == PERRON_ECARTE_READ)
    ecarte->holders = perron_holders_copy (holders);
  ecarte->answer = g_idle_source_new ();
  g_source_set_priority (ecarte->answer, G_PRIORITY_DEFAULT);
  g_source_set_callback (ecarte->answer, on_answer, ecarte, NULL);
  g_source_attach (ecarte->answer, ecarte->context);
}

void
perron_ecarte_done (PerronECartePresentation *presentation, PerronECarteOutcome outcome, const PerronHolders *holders)
{
  PerronECarte *ecarte = presentation->ecarte;

  g_return_if_fail (ecarte->running == presentation);
  ecarte->running = NULL;
  free_presentation (presentation);
  answer (ecarte, outcome, holders);
}

void
perron_ecarte_cancel (PerronECarte *ecarte)
{
  PerronECartePresentation *running = g_steal_pointer (&ecarte->running);

  if (running != NULL && ecarte->provider->cancel != NULL)
    ecarte->provider->cancel (ecarte->state, running);
  if (running != NULL)
    free_presentation (running);
  drop_answer (ecarte);
}

void
perron_ecarte_present (PerronECarte *ecarte, PerronECarteMode mode, guint8 *bearer, gsize length, PerronECarteCallback callback,
                       gpointer data)
{
  gboolean code = mode == PERRON_ECARTE_BY_CODE;
  gboolean good = code ? bearer != NULL && length >= 1 && length <= PERRON_ECARTE_BEARER_MAX : bearer == NULL;

  perron_ecarte_cancel (ecarte);
  ecarte->callback = callback;
  ecarte->data = data;
  PerronECartePresentation *presentation = g_new0 (PerronECartePresentation, 1);
  *presentation = (PerronECartePresentation){ .ecarte = ecarte, .mode = mode };
  if (good && code) {
    presentation->bearer = perron_secret_alloc (length);
    presentation->length = length;
    memcpy (presentation->bearer, bearer, length);
  }
  if (bearer != NULL)
    explicit_bzero (bearer, length);
  ecarte->running = presentation;
  if (good)
    ecarte->provider->begin (ecarte->state, presentation);
  else
    perron_ecarte_done (presentation, PERRON_ECARTE_REFUSED, NULL);
}

void
perron_ecarte_free (PerronECarte *ecarte)
{
  if (ecarte == NULL)
    return;
  perron_ecarte_cancel (ecarte);
  if (ecarte->provider->close != NULL)
    ecarte->provider->close (ecarte->state);
  g_main_context_unref (ecarte->context);
  g_free (ecarte);
}

PerronECarteMode
perron_ecarte_get_mode (const PerronECartePresentation *presentation)
{
  return presentation->mode;
}

const guint8 *
perron_ecarte_get_bearer (const PerronECartePresentation *presentation, gsize *ret_length)
{
  *ret_length = presentation->length;
  return presentation->bearer;
}
