/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sound card's control interface without a sound card: an external control plugin (ctl_ext) that the unmodified alsa-lib loads. Its
 * jacks are on the other end of a Unix socket; each byte from there is "element * 2 + plugged". When that end goes, the card is
 * gone (ENODEV), like a USB box that is pulled. See hw/dock/README.md for its configuration. One thread: whoever reads the control.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <alsa/asoundlib.h>
#include <alsa/control_external.h>

#define JACKS_MAX 16
#define NAME_BYTES 44 /* SNDRV_CTL_ELEM_ID_NAME_MAXLEN */

typedef struct {
  snd_ctl_ext_t ext;
  int fd;
  unsigned int count;
  int integer; /* the elements are numbers, not switches: what a terminal must not take for a jack */
  char names[JACKS_MAX][NAME_BYTES];
  unsigned char plugged[JACKS_MAX];
  unsigned int told; /* bit mask: elements that changed since somebody read events */
} Card;

static void
card_close (snd_ctl_ext_t *ext)
{
  Card *card = ext->private_data;
  close (card->fd);
  free (card);
}

static int
card_count (snd_ctl_ext_t *ext)
{
  return (int) ((Card *) ext->private_data)->count;
}

static int
card_list (snd_ctl_ext_t *ext, unsigned int offset, snd_ctl_elem_id_t *id)
{
  const Card *card = ext->private_data;
  if (offset >= card->count)
    return -EINVAL;
  snd_ctl_elem_id_set_interface (id, SND_CTL_ELEM_IFACE_CARD);
  snd_ctl_elem_id_set_name (id, card->names[offset]);
  return 0;
}

static snd_ctl_ext_key_t
card_find (snd_ctl_ext_t *ext, const snd_ctl_elem_id_t *id)
{
  const Card *card = ext->private_data;
  const unsigned int number = snd_ctl_elem_id_get_numid (id);
  if (number > 0 && number <= card->count)
    return number - 1;
  for (unsigned int i = 0; i < card->count; i++) {
    if (strcmp (card->names[i], snd_ctl_elem_id_get_name (id)) == 0)
      return i;
  }
  return SND_CTL_EXT_KEY_NOT_FOUND;
}

static int
card_attribute (snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, int *type, unsigned int *access, unsigned int *count)
{
  const Card *card = ext->private_data;
  *type = card->integer ? SND_CTL_ELEM_TYPE_INTEGER : SND_CTL_ELEM_TYPE_BOOLEAN;
  *access = SND_CTL_EXT_ACCESS_READ;
  *count = 1;
  return 0;
}

static int
card_integer_info (snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *least, long *most, long *step)
{
  *least = 0;
  *most = 100;
  *step = 1;
  return 0;
}

static int
card_read (snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
  const Card *card = ext->private_data;
  if (key >= card->count)
    return -EINVAL;
  *value = card->plugged[key];
  return 0;
}

static void
card_subscribe (snd_ctl_ext_t *ext, int subscribe)
{
}

/* Takes what came over the socket. -ENODEV: the other end is gone. */
static int
card_take (Card *card)
{
  unsigned char bytes[64];
  const ssize_t got = recv (card->fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (got < 0)
    return errno == EAGAIN || errno == EINTR ? 0 : -ENODEV;
  for (ssize_t i = 0; i < got; i++) {
    const unsigned int element = bytes[i] / 2;
    if (element >= card->count)
      continue;
    card->plugged[element] = bytes[i] % 2;
    card->told |= 1u << element;
  }
  return got > 0 ? 0 : -ENODEV;
}

static int
card_event (snd_ctl_ext_t *ext, snd_ctl_elem_id_t *id, unsigned int *mask)
{
  Card *card = ext->private_data;
  const int taken = card->told == 0 ? card_take (card) : 0;
  if (taken < 0)
    return taken;
  for (unsigned int i = 0; i < card->count; i++) {
    if ((card->told >> i & 1u) == 0)
      continue;
    card->told &= ~(1u << i);
    card_list (ext, i, id);
    snd_ctl_elem_id_set_numid (id, i + 1);
    *mask = SND_CTL_EVENT_MASK_VALUE;
    return 1;
  }
  return -EAGAIN;
}

static const snd_ctl_ext_callback_t callbacks = {
  .close = card_close,
  .elem_count = card_count,
  .elem_list = card_list,
  .find_elem = card_find,
  .get_attribute = card_attribute,
  .get_integer_info = card_integer_info,
  .read_integer = card_read,
  .subscribe_events = card_subscribe,
  .read_event = card_event,
};

static int
connect_to (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (strlen (path) >= sizeof address.sun_path)
    return -ENAMETOOLONG;
  strcpy (address.sun_path, path);
  const int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  const int code = errno;
  close (fd);
  return -code;
}

/* "jacks [ "Headphone Jack" … ]" */
static int
read_names (Card *card, snd_config_t *list)
{
  snd_config_iterator_t at, next;
  snd_config_for_each (at, next, list) {
    const char *name;
    if (card->count == JACKS_MAX || snd_config_get_string (snd_config_iterator_entry (at), &name) < 0)
      return -EINVAL;
    snprintf (card->names[card->count++], NAME_BYTES, "%s", name);
  }
  return 0;
}

static int
read_configuration (Card *card, snd_config_t *conf, const char **ret_socket)
{
  snd_config_iterator_t at, next;
  snd_config_for_each (at, next, conf) {
    snd_config_t *entry = snd_config_iterator_entry (at);
    const char *id;
    int status = 0;
    if (snd_config_get_id (entry, &id) < 0 || strcmp (id, "comment") == 0 || strcmp (id, "type") == 0 || strcmp (id, "hint") == 0)
      continue;
    if (strcmp (id, "socket") == 0)
      status = snd_config_get_string (entry, ret_socket);
    else if (strcmp (id, "jacks") == 0)
      status = read_names (card, entry);
    else if (strcmp (id, "integer") == 0)
      card->integer = snd_config_get_bool (entry) == 1;
    else
      status = -EINVAL;
    if (status < 0)
      return status;
  }
  return *ret_socket != NULL && card->count > 0 ? 0 : -EINVAL;
}

/* The first bytes from the dock say how the jacks are now: known before anybody asks. */
static int
open_card (Card *card, const char *name, const char *path, int mode)
{
  const struct timeval patience = { .tv_sec = 1 }; /* a dock that stands still must not hold a terminal */
  unsigned char first;
  card->fd = connect_to (path);
  if (card->fd < 0)
    return card->fd;
  setsockopt (card->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (recv (card->fd, &first, 1, MSG_PEEK) != 1)
    return -ENODEV;
  card_take (card);
  card->told = 0;
  card->ext.version = SND_CTL_EXT_VERSION;
  card->ext.card_idx = 0;
  snprintf (card->ext.id, sizeof card->ext.id, "dock");
  snprintf (card->ext.driver, sizeof card->ext.driver, "perron-dock");
  snprintf (card->ext.name, sizeof card->ext.name, "Dock");
  snprintf (card->ext.longname, sizeof card->ext.longname, "Headset jack of perron-dock");
  snprintf (card->ext.mixername, sizeof card->ext.mixername, "Dock");
  card->ext.poll_fd = card->fd;
  card->ext.callback = &callbacks;
  card->ext.private_data = card;
  return snd_ctl_ext_create (&card->ext, name, mode);
}

SND_CTL_PLUGIN_DEFINE_FUNC (perron);

SND_CTL_PLUGIN_DEFINE_FUNC (perron)
{
  const char *path = NULL;
  Card *card = calloc (1, sizeof *card);
  if (card == NULL)
    return -ENOMEM;
  card->fd = -1;
  int status = read_configuration (card, conf, &path);
  if (status == 0)
    status = open_card (card, name, path, mode);
  if (status < 0) {
    if (card->fd >= 0)
      close (card->fd);
    free (card);
    return status;
  }
  *handlep = card->ext.handle;
  return 0;
}

SND_CTL_PLUGIN_SYMBOL (perron);
