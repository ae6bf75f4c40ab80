/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/dock-net.h"

#include <gio/gio.h>

#include "hw/dock/dock.h"

/* 2400 bytes every 300 ms are 64 kbit/s: one chunk is in flight a direction, so the delay makes the rate. */
#define SLOW_DELAY_MS 300
#define SLOW_CHUNK 2400
#define FAST_CHUNK 65536

struct PerronDockNet {
  guint16 port;
  guint16 target;
  PerronDockNetState state;
  GSocket *socket; /* bound; listening unless cut */
  GSource *accepting;
  GCancellable *cut; /* of the connections of this stretch of life */
  guint connections;
  guint64 bytes;
  void (*changed) (gpointer data);
  gpointer changed_data;
};

/* Both directions of a connection. `net` is there as long as `cut` is not cancelled. */
typedef struct {
  gint references;
  PerronDockNet *net;
  GCancellable *cut;
  GSocketConnection *ends[2];
} Link;

typedef struct {
  Link *link;
  GInputStream *from;
  GOutputStream *to;
  GSocket *to_socket;
  GBytes *chunk;
} Direction;

static const char *const words[] = { "up", "slow", "cut" };

const char *
perron_dock_net_state_to_string (PerronDockNetState state)
{
  return words[state];
}

static void
unref_link (Link *link)
{
  if (--link->references > 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (link->ends); i++) {
    if (link->ends[i] != NULL)
      g_io_stream_close (G_IO_STREAM (link->ends[i]), NULL, NULL);
    g_clear_object (&link->ends[i]);
  }
  /* A cut link no longer belongs to the count: cutting set it to 0. */
  if (!g_cancellable_is_cancelled (link->cut)) {
    link->net->connections--;
    link->net->changed (link->net->changed_data);
  }
  g_object_unref (link->cut);
  g_free (link);
}

static void
free_direction (Direction *direction)
{
  g_clear_pointer (&direction->chunk, g_bytes_unref);
  unref_link (direction->link);
  g_free (direction);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Direction, free_direction)

static void read_chunk (Direction *direction);

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Direction) direction = data;
  if (!g_output_stream_write_all_finish (direction->to, result, NULL, NULL)) {
    (void) g_socket_shutdown (direction->to_socket, TRUE, TRUE, NULL);
    return;
  }
  g_clear_pointer (&direction->chunk, g_bytes_unref);
  if (!g_cancellable_is_cancelled (direction->link->cut))
    read_chunk (g_steal_pointer (&direction));
}

static gboolean
write_chunk (gpointer data)
{
  Direction *direction = data;
  gsize size;
  if (g_cancellable_is_cancelled (direction->link->cut)) {
    free_direction (direction);
    return G_SOURCE_REMOVE;
  }
  const void *bytes = g_bytes_get_data (direction->chunk, &size);
  direction->link->net->bytes += size;
  g_output_stream_write_all_async (direction->to, bytes, size, G_PRIORITY_DEFAULT, direction->link->cut, on_written, direction);
  return G_SOURCE_REMOVE;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Direction) direction = data;
  direction->chunk = g_input_stream_read_bytes_finish (direction->from, result, NULL);
  if (g_cancellable_is_cancelled (direction->link->cut))
    return;
  if (direction->chunk == NULL || g_bytes_get_size (direction->chunk) == 0) {
    (void) g_socket_shutdown (direction->to_socket, direction->chunk == NULL, TRUE, NULL);
    return;
  }
  if (direction->link->net->state == PERRON_DOCK_NET_SLOW)
    g_timeout_add (SLOW_DELAY_MS, write_chunk, g_steal_pointer (&direction));
  else
    write_chunk (g_steal_pointer (&direction));
}

static void
read_chunk (Direction *direction)
{
  gsize size = direction->link->net->state == PERRON_DOCK_NET_SLOW ? SLOW_CHUNK : FAST_CHUNK;
  g_input_stream_read_bytes_async (direction->from, size, G_PRIORITY_DEFAULT, direction->link->cut, on_read, direction);
}

static void
start_direction (Link *link, guint from, guint to)
{
  Direction *direction = g_new0 (Direction, 1);
  link->references++;
  direction->link = link;
  direction->from = g_io_stream_get_input_stream (G_IO_STREAM (link->ends[from]));
  direction->to = g_io_stream_get_output_stream (G_IO_STREAM (link->ends[to]));
  direction->to_socket = g_socket_connection_get_socket (link->ends[to]);
  read_chunk (direction);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Link *link = data;
  link->ends[1] = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, NULL);
  if (link->ends[1] != NULL && !g_cancellable_is_cancelled (link->cut)) {
    start_direction (link, 0, 1);
    start_direction (link, 1, 0);
  }
  unref_link (link);
}

static gboolean
on_accept (GSocket *socket, GIOCondition condition, gpointer data)
{
  PerronDockNet *net = data;
  g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, NULL);
  if (accepted == NULL)
    return G_SOURCE_CONTINUE;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", net->target);
  Link *link = g_new0 (Link, 1);
  link->references = 1;
  link->net = net;
  link->cut = g_object_ref (net->cut);
  link->ends[0] = g_socket_connection_factory_create_connection (accepted);
  net->connections++;
  net->changed (net->changed_data);
  g_socket_client_connect_to_host_async (client, address, net->target, link->cut, on_connected, link);
  return G_SOURCE_CONTINUE;
}

static gboolean
reserve_port (PerronDockNet *net, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, net->port);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL || !g_socket_bind (socket, address, TRUE, error))
    return FALSE;
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (socket, error);
  if (bound == NULL)
    return FALSE;
  net->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  net->socket = g_steal_pointer (&socket);
  return TRUE;
}

static gboolean
open_port (PerronDockNet *net, GError **error)
{
  if (net->accepting != NULL)
    return TRUE;
  if (net->socket == NULL && !reserve_port (net, error))
    return FALSE;
  g_socket_set_blocking (net->socket, FALSE);
  if (!g_socket_listen (net->socket, error))
    return FALSE;
  net->cut = g_cancellable_new ();
  net->accepting = g_socket_create_source (net->socket, G_IO_IN, NULL);
  g_source_set_callback (net->accepting, G_SOURCE_FUNC (on_accept), net, NULL);
  g_source_attach (net->accepting, NULL);
  return TRUE;
}

static void
close_port (PerronDockNet *net)
{
  if (net->accepting != NULL)
    g_source_destroy (net->accepting);
  g_clear_pointer (&net->accepting, g_source_unref);
  if (net->socket != NULL)
    (void) g_socket_close (net->socket, NULL);
  g_clear_object (&net->socket);
  if (net->cut != NULL)
    g_cancellable_cancel (net->cut);
  g_clear_object (&net->cut);
  net->connections = 0;
}

gboolean
perron_dock_net_set (PerronDockNet *net, PerronDockNetState state, GError **error)
{
  if (state == net->state)
    return TRUE;
  gboolean done;
  net->state = state;
  if (state == PERRON_DOCK_NET_CUT) {
    close_port (net);
    done = reserve_port (net, error); /* bound and not listening: connections are refused */
  } else {
    done = open_port (net, error);
    if (!done)
      net->state = PERRON_DOCK_NET_CUT;
  }
  net->changed (net->changed_data);
  return done;
}

static gboolean
parse_ports (const char *ports, PerronDockNet *net, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (ports, ":", 3);
  guint64 listen, target;
  if (g_strv_length (parts) != 2 || !g_ascii_string_to_unsigned (parts[0], 10, 0, 65535, &listen, NULL)
      || !g_ascii_string_to_unsigned (parts[1], 10, 1, 65535, &target, NULL)) {
    g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_OPTION, "--net %s: must be LISTEN_PORT:TARGET_PORT", ports);
    return FALSE;
  }
  net->port = (guint16) listen;
  net->target = (guint16) target;
  return TRUE;
}

PerronDockNet *
perron_dock_net_new (const char *ports, void (*changed) (gpointer data), gpointer data, GError **error)
{
  g_autoptr (PerronDockNet) net = g_new0 (PerronDockNet, 1);
  net->changed = changed;
  net->changed_data = data;
  if (!parse_ports (ports, net, error))
    return NULL;
  if (!open_port (net, error)) {
    g_prefix_error (error, "--net %s: ", ports);
    return NULL;
  }
  return g_steal_pointer (&net);
}

void
perron_dock_net_free (PerronDockNet *net)
{
  if (net == NULL)
    return;
  close_port (net);
  g_free (net);
}

PerronDockNetState
perron_dock_net_get_state (const PerronDockNet *net)
{
  return net->state;
}

guint
perron_dock_net_get_port (const PerronDockNet *net)
{
  return net->port;
}

guint
perron_dock_net_get_target (const PerronDockNet *net)
{
  return net->target;
}

guint
perron_dock_net_count_connections (const PerronDockNet *net)
{
  return net->connections;
}

guint64
perron_dock_net_count_bytes (const PerronDockNet *net)
{
  return net->bytes;
}
