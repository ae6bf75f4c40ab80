/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK_BYTES 24

/* Made at run time from a seed, so that the mark itself stands nowhere else in the process. */
static void
write_mark (char *out, guint seed)
{
  for (guint i = 0; i < MARK_BYTES; i++)
    out[i] = (char) ('A' + (seed * 7 + i * i + 3 * i) % 26);
}

static guint
count_in_range (int memory, guint64 from, guint64 to, guint seed)
{
  guint found = 0;
  g_autofree char *page = g_malloc (4096 + MARK_BYTES);
  char mark[MARK_BYTES];

  for (guint64 at = from; at < to; at += 4096) {
    ssize_t count = pread (memory, page, 4096 + MARK_BYTES, (off_t) at);
    write_mark (mark, seed);
    for (ssize_t i = 0; i + MARK_BYTES <= count && i < 4096; i++)
      found += memcmp (page + i, mark, MARK_BYTES) == 0;
    explicit_bzero (mark, sizeof mark);
    explicit_bzero (page, 4096 + MARK_BYTES);
  }
  return found;
}

static guint
count_in_heap (guint seed)
{
  guint found = 0;
  char line[512];
  g_autofree char *maps_text = NULL;
  int memory = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (memory, >=, 0);
  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps_text, NULL, NULL));
  g_auto (GStrv) maps = g_strsplit (maps_text, "\n", -1);
  for (guint i = 0; maps[i] != NULL; i++) {
    guint64 from, to;
    g_strlcpy (line, maps[i], sizeof line);
    if (strstr (line, "[heap]") != NULL && sscanf (line, "%lx-%lx", &from, &to) == 2)
      found += count_in_range (memory, from, to, seed);
  }
  close (memory);
  return found;
}

static void
test_free_wipes (void)
{
  char *block = malloc (200);
  write_mark (block + 60, 1);
  g_assert_cmpuint (count_in_heap (1), ==, 1); /* the search works */
  free (block);
  g_assert_cmpuint (count_in_heap (1), ==, 0);
}

static void
test_realloc_wipes (void)
{
  char *block = malloc (200);
  char *fence = malloc (200); /* so that it must move */
  write_mark (block + 60, 2);
  block = realloc (block, 40000);
  g_assert_cmpuint (count_in_heap (2), ==, 1);
  free (block);
  free (fence);
  g_assert_cmpuint (count_in_heap (2), ==, 0);
}

static void
test_glib_uses_it (void)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < 300; i++)
    g_string_append_c (text, 'x');
  write_mark (text->str + 100, 3);
  for (guint i = 0; i < 3000; i++)
    g_string_append_c (text, 'x');
  g_assert_cmpuint (count_in_heap (3), ==, 1);
  g_string_free (text, TRUE);
  g_assert_cmpuint (count_in_heap (3), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/wiping/free", test_free_wipes);
  g_test_add_func ("/app/wiping/realloc", test_realloc_wipes);
  g_test_add_func ("/app/wiping/glib", test_glib_uses_it);
  return g_test_run ();
}
