/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/demo/person-peer.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>

char *
perron_peer_ask (const char *socket_path, const char *line, GError **error)
{
  if (socket_path == NULL) {
    g_set_error (error, PERRON_PERSON_ERROR, PERRON_PERSON_ERROR_SCRIPT, "nobody was named to whom \"%s\" could be said", line);
    return NULL;
  }
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (socket_path);
  g_autoptr (GSocketConnection) connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, error);
  if (connection == NULL)
    return NULL;

  g_autofree char *whole = g_strconcat (line, "\n", NULL);
  g_autoptr (GDataInputStream) in = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  if (!g_output_stream_write_all (out, whole, strlen (whole), NULL, NULL, error))
    return NULL;
  g_autofree char *answer = g_data_input_stream_read_line (in, NULL, NULL, error);
  if (answer == NULL || g_str_has_prefix (answer, "error")) {
    if (error != NULL && *error == NULL)
      g_set_error (error, PERRON_PERSON_ERROR, PERRON_PERSON_ERROR_PEER, "%s", answer != NULL ? answer : "no answer");
    return NULL;
  }
  return g_steal_pointer (&answer);
}
