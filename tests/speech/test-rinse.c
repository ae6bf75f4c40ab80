/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the engine keeps of a text and its sound after a rinse: nothing. The process looks through its own writable memory; needles are kept
 * turned around (complement), so that the search does not find itself.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hw/speech/engine.h"
#include "kiosk/core/secret.h"

#define NEEDLE_MAX 256

typedef struct {
  guint8 turned[NEEDLE_MAX];
  gsize len;
} Needle;

static void
turn (Needle *needle, gconstpointer bytes, gsize len)
{
  g_assert_cmpuint (len, <=, NEEDLE_MAX);
  for (gsize i = 0; i < len; i++)
    needle->turned[i] = (guint8) ~((const guint8 *) bytes)[i];
  needle->len = len;
}

static guint
count_in (const guint8 *bytes, gsize len, const Needle *needle)
{
  guint count = 0;
  guint8 first = (guint8) ~needle->turned[0];
  for (const guint8 *at = bytes; len >= needle->len && (at = memchr (at, first, len - needle->len + 1 - (gsize) (at - bytes))) != NULL; at++) {
    gsize same = 1;
    while (same < needle->len && (at[same] ^ needle->turned[same]) == 0xff)
      same++;
    count += same == needle->len;
    if ((gsize) (at - bytes) == len - needle->len)
      break;
  }
  return count;
}

/* Places of a needle in all writable memory of this process; its own copy of a region is not itself looked through. */
static guint
count_everywhere (const Needle *needle)
{
  static guint8 copy[1 << 20];
  guint count = 0;
  g_autofree char *maps = NULL;
  int fd = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (maps, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    guint64 start, end;
    char rights[5];
    if (sscanf (lines[i], "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %4s", &start, &end, rights) != 3 || rights[0] != 'r' || rights[1] != 'w')
      continue;
    for (guint64 at = start; at < end; at += sizeof copy - NEEDLE_MAX) {
      if (at >= (guintptr) copy - sizeof copy && at < (guintptr) copy + sizeof copy)
        continue;
      gssize got = pread (fd, copy, MIN (sizeof copy, end - at), (off_t) at);
      if (got > 0)
        count += count_in (copy, (gsize) got, needle);
    }
  }
  memset (copy, 0, sizeof copy);
  close (fd);
  return count;
}

typedef struct {
  Needle sound; /* from the middle of what was made last */
} Ears;

static gboolean
hear (const gint16 *samples, gsize count, gpointer user)
{
  Ears *ears = user;
  if (count >= 512 && ABS ((gint) samples[count / 2]) > 500)
    turn (&ears->sound, samples + count / 2, 64);
  return TRUE;
}

static void
hear_word (guint64 sample, guint start, guint length, gpointer user)
{
}

static void
speak (const char *voice, const Needle *text, const char *around, Ears *ears)
{
  static const PerronEngineReceiver receiver = { hear, hear_word };
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronSecretText) whole = perron_secret_alloc (1024);
  gsize lead = strlen (around);

  memcpy (whole, around, lead);
  for (gsize i = 0; i < text->len; i++)
    whole[lead + i] = (char) ~text->turned[i];
  g_assert_true (perron_engine_speak (voice, 130, whole, &receiver, ears, &error));
  g_assert_no_error (error);
}

/* The name in the encodings that the engine and its callers use. */
static guint
count_name (const Needle *name)
{
  Needle wide = { .len = 4 * name->len };
  memset (wide.turned, 0xff, sizeof wide.turned);
  for (gsize i = 0; i < name->len; i++)
    wide.turned[4 * i] = name->turned[i];
  return count_everywhere (name) + count_everywhere (&wide);
}

static void
test_nothing_is_kept (gconstpointer voice)
{
  static const char *const arounds[] = { "", "Votre carte dit: ",
                                         "Relisez votre demande avant de confirmer. Vous serez appelé lundi matin ou vendredi. Votre nom est " };
  const char name_in_pieces[] = { 'z', 'o', 'r', 'g', 'l', 'u', 'b', 'e' };
  Needle name;
  guint kept_sounds = 0;

#ifdef __SANITIZE_ADDRESS__
  return g_test_skip ("the shadow memory of the sanitizer is larger than any search, and its allocator keeps what was freed");
#endif
  turn (&name, name_in_pieces, sizeof name_in_pieces);
  memset ((char *) name_in_pieces, 0, sizeof name_in_pieces);
  for (gsize i = 0; i < G_N_ELEMENTS (arounds); i++) {
    Ears ears = { 0 };
    speak (voice, &name, arounds[i], &ears);
    perron_secret_wipe_stack ();
    g_assert_cmpuint (ears.sound.len, >, 0);
    g_assert_cmpuint (count_name (&name), >, 0); /* the search bites: the engine does keep it */
    kept_sounds += count_everywhere (&ears.sound);
    perron_engine_rinse (voice, strlen (arounds[i]) + name.len);
    perron_secret_wipe_stack ();
    g_assert_cmpuint (count_name (&name), ==, 0);
    g_assert_cmpuint (count_everywhere (&ears.sound), ==, 0);
  }
  g_assert_cmpuint (kept_sounds, >, 0); /* not each time: a quieter end may have gone over it */
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_test_init (&argc, &argv, NULL);
  if (!perron_secret_prepare (&error) || !perron_engine_open (&error))
    g_error ("%s", error->message);
  g_test_add_data_func ("/rinse/fr", "fr", test_nothing_is_kept);
  g_test_add_data_func ("/rinse/en", "en", test_nothing_is_kept);
  return g_test_run ();
}
