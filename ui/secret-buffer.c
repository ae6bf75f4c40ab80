/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/secret-buffer.h"

#include "kiosk/core/secret.h"

#include <string.h>

struct _PerronSecretBuffer {
  GtkEntryBuffer parent_instance;
  char *text; /* locked memory, PERRON_SECRET_BUFFER_BYTES, NUL-terminated */
  gsize bytes;
};

G_DEFINE_FINAL_TYPE (PerronSecretBuffer, perron_secret_buffer, GTK_TYPE_ENTRY_BUFFER)

static const char *
secret_get_text (GtkEntryBuffer *buffer, gsize *n_bytes)
{
  PerronSecretBuffer *self = PERRON_SECRET_BUFFER (buffer);
  if (n_bytes != NULL)
    *n_bytes = self->bytes;
  return self->text;
}

static guint
secret_get_length (GtkEntryBuffer *buffer)
{
  PerronSecretBuffer *self = PERRON_SECRET_BUFFER (buffer);
  return (guint) g_utf8_strlen (self->text, (gssize) self->bytes);
}

static guint
secret_insert_text (GtkEntryBuffer *buffer, guint position, const char *chars, guint n_chars)
{
  PerronSecretBuffer *self = PERRON_SECRET_BUFFER (buffer);
  gsize bytes = (gsize) (g_utf8_offset_to_pointer (chars, n_chars) - chars);
  if (self->bytes + bytes >= PERRON_SECRET_BUFFER_BYTES)
    return 0;
  char *at = g_utf8_offset_to_pointer (self->text, position);
  memmove (at + bytes, at, self->bytes - (gsize) (at - self->text) + 1);
  memcpy (at, chars, bytes);
  self->bytes += bytes;
  gtk_entry_buffer_emit_inserted_text (buffer, position, chars, n_chars);
  return n_chars;
}

/* Only says what is going to be deleted: who listens (GtkText keeps it for undo) still finds it in place. */
static guint
secret_delete_text (GtkEntryBuffer *buffer, guint position, guint n_chars)
{
  guint length = secret_get_length (buffer);
  position = MIN (position, length);
  n_chars = MIN (n_chars, length - position);
  if (n_chars > 0)
    gtk_entry_buffer_emit_deleted_text (buffer, position, n_chars);
  return n_chars;
}

/* The last to hear it, and the one who does it, as GtkEntryBuffer's own handler does with its own text. */
static void
secret_deleted_text (GtkEntryBuffer *buffer, guint position, guint n_chars)
{
  PerronSecretBuffer *self = PERRON_SECRET_BUFFER (buffer);
  char *from = g_utf8_offset_to_pointer (self->text, position);
  char *to = g_utf8_offset_to_pointer (from, n_chars);
  gsize kept = self->bytes - (gsize) (to - self->text);
  gsize gone = (gsize) (to - from);
  memmove (from, to, kept);
  self->bytes -= gone;
  /* The freed tail is wiped, so that a deleted digit does not linger behind the end. */
  explicit_bzero (self->text + self->bytes, gone);
  g_object_notify (G_OBJECT (buffer), "text");
  g_object_notify (G_OBJECT (buffer), "length");
}

static void
perron_secret_buffer_finalize (GObject *object)
{
  PerronSecretBuffer *self = PERRON_SECRET_BUFFER (object);
  g_clear_pointer (&self->text, perron_secret_free);
  self->bytes = 0;
  G_OBJECT_CLASS (perron_secret_buffer_parent_class)->finalize (object);
}

static void
perron_secret_buffer_class_init (PerronSecretBufferClass *class)
{
  GtkEntryBufferClass *buffer_class = GTK_ENTRY_BUFFER_CLASS (class);
  G_OBJECT_CLASS (class)->finalize = perron_secret_buffer_finalize;
  buffer_class->get_text = secret_get_text;
  buffer_class->get_length = secret_get_length;
  buffer_class->insert_text = secret_insert_text;
  buffer_class->delete_text = secret_delete_text;
  buffer_class->deleted_text = secret_deleted_text;
}

static void
perron_secret_buffer_init (PerronSecretBuffer *self)
{
  self->text = perron_secret_alloc (PERRON_SECRET_BUFFER_BYTES);
}

GtkEntryBuffer *
perron_secret_buffer_new (void)
{
  return g_object_new (PERRON_TYPE_SECRET_BUFFER, NULL);
}
