/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/printer-paper.h"

#include <string.h>

typedef struct {
  GString *text;
  GBytes *image;
  guint images;
} Sheet;

struct PerronPaper {
  void (*answer) (const guint8 *bytes, gsize length, gpointer data);
  void (*cut) (gpointer data);
  gpointer data;
  PerronPaperSensors sensors;
  gboolean counts_rows;
  guint rows_left;
  const char *code_page;
  GByteArray *buffer;
  Sheet now, last;
  guint documents;
  guint unknown;
};

PerronPaper *
perron_paper_new (void (*answer) (const guint8 *bytes, gsize length, gpointer data), void (*cut) (gpointer data), gpointer data)
{
  PerronPaper *paper = g_new0 (PerronPaper, 1);
  paper->answer = answer;
  paper->cut = cut;
  paper->data = data;
  paper->code_page = "CP437";
  paper->buffer = g_byte_array_new ();
  paper->now.text = g_string_new (NULL);
  paper->last.text = g_string_new (NULL);
  return paper;
}

static void
sheet_clear (Sheet *sheet)
{
  g_string_truncate (sheet->text, 0);
  g_clear_pointer (&sheet->image, g_bytes_unref);
  sheet->images = 0;
}

void
perron_paper_free (PerronPaper *paper)
{
  if (paper == NULL)
    return;
  sheet_clear (&paper->now);
  sheet_clear (&paper->last);
  g_string_free (paper->now.text, TRUE);
  g_string_free (paper->last.text, TRUE);
  g_byte_array_unref (paper->buffer);
  g_free (paper);
}

/* --- what it says ------------------------------------------------------------------------------------------------------------ */

static gboolean
is_offline (const PerronPaper *paper)
{
  return paper->sensors.out || paper->sensors.cover || paper->sensors.fault;
}

static void
answer_byte (PerronPaper *paper, guint byte)
{
  const guint8 one = (guint8) byte;
  paper->answer (&one, 1, paper->data);
}

static void
answer_now (PerronPaper *paper, guint question)
{
  const PerronPaperSensors *is = &paper->sensors;
  if (question == 1)
    answer_byte (paper, 0x12 | (is_offline (paper) ? 0x08 : 0));
  else if (question == 2)
    answer_byte (paper, 0x12 | (is->cover ? 0x04 : 0) | (is->out ? 0x20 : 0) | (is->fault ? 0x40 : 0));
  else if (question == 3)
    answer_byte (paper, 0x12 | (is->fault ? 0x08 : 0));
  else if (question == 4)
    answer_byte (paper, 0x12 | (is->low || is->out ? 0x0C : 0) | (is->out ? 0x60 : 0));
}

static void
sheet_drop (PerronPaper *paper)
{
  g_byte_array_set_size (paper->buffer, 0);
  sheet_clear (&paper->now);
}

/* DLE DC4 8 and its seven constants: forget everything that came. */
static const guint8 clear_command[] = { 0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8 };

/* --- what it prints ---------------------------------------------------------------------------------------------------------- */

static void
use_row (PerronPaper *paper)
{
  if (paper->counts_rows && paper->rows_left > 0 && --paper->rows_left == 0) {
    paper->counts_rows = FALSE;
    paper->sensors.out = TRUE;
  }
}

static void
print_bytes (PerronPaper *paper, const guint8 *bytes, gsize length)
{
  gsize size;
  g_autofree char *text = g_convert ((const char *) bytes, (gssize) length, "UTF-8", paper->code_page, NULL, &size, NULL);
  if (text == NULL)
    paper->unknown++;
  else if (paper->now.text->len + size <= PERRON_PAPER_TEXT_MAX)
    g_string_append_len (paper->now.text, text, (gssize) size);
}

static gsize
print_text (PerronPaper *paper, const guint8 *bytes, gsize length)
{
  gsize count = 0;
  if (*bytes == '\n') {
    print_bytes (paper, bytes, 1);
    use_row (paper);
    return 1;
  }
  if (*bytes < 0x20) {
    paper->unknown++;
    return 1;
  }
  while (count < length && bytes[count] >= 0x20)
    count++;
  print_bytes (paper, bytes, count);
  return count;
}

static gsize
print_image (PerronPaper *paper, const guint8 *bytes, gsize length)
{
  if (length < 8)
    return 0;
  const guint across = bytes[4] | (guint) bytes[5] << 8, down = bytes[6] | (guint) bytes[7] << 8;
  const gsize size = (gsize) across * down;
  if (size > PERRON_PAPER_BUFFER_MAX / 2) {
    paper->unknown++;
    return 8;
  }
  if (length < 8 + size)
    return 0;
  g_autofree char *head = g_strdup_printf ("P4\n%u %u\n", across * 8, down);
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_byte_array_append (file, (const guint8 *) head, (guint) strlen (head));
  g_byte_array_append (file, bytes + 8, (guint) size);
  g_clear_pointer (&paper->now.image, g_bytes_unref);
  paper->now.image = g_byte_array_free_to_bytes (g_steal_pointer (&file));
  paper->now.images++;
  use_row (paper);
  return 8 + size;
}

static gsize
cut_paper (PerronPaper *paper, gsize length)
{
  const Sheet sheet = paper->last;
  paper->last = paper->now;
  paper->now = sheet;
  sheet_clear (&paper->now);
  paper->documents++;
  paper->cut (paper->data);
  return length;
}

static gsize
do_escape (PerronPaper *paper, const guint8 *bytes, gsize length)
{
  static const struct {
    guint8 number;
    const char *name;
  } pages[] = { { 0, "CP437" }, { 2, "CP850" }, { 16, "CP1252" }, { 19, "CP858" } };

  if (bytes[1] == '@') {
    paper->code_page = "CP437";
    return 2;
  }
  if (strchr ("taEdJ!-3M", bytes[1]) == NULL) {
    paper->unknown++;
    return 2;
  }
  if (length < 3)
    return 0;
  for (gsize i = 0; bytes[1] == 't' && i < G_N_ELEMENTS (pages); i++) {
    if (pages[i].number == bytes[2])
      paper->code_page = pages[i].name;
  }
  return 3;
}

static gsize
do_group (PerronPaper *paper, const guint8 *bytes, gsize length)
{
  if (length < 3)
    return 0;
  if (bytes[1] == 'v' && bytes[2] == '0')
    return print_image (paper, bytes, length);
  if (bytes[1] == 'V') {
    const gsize size = bytes[2] == 65 || bytes[2] == 66 ? 4 : 3;
    return length < size ? 0 : cut_paper (paper, size);
  }
  if (bytes[1] == 'r')
    answer_byte (paper, (paper->sensors.low ? 0x03 : 0) | (paper->sensors.out ? 0x0C : 0));
  else if (bytes[1] != '!' && bytes[1] != 'B' && bytes[1] != 'a')
    paper->unknown++;
  return 3;
}

/* One command or one run of text: bytes taken, 0: not all of it is there. */
static gsize
do_one (PerronPaper *paper, const guint8 *bytes, gsize length)
{
  const guint8 first = bytes[0];
  if (first != 0x10 && first != 0x1B && first != 0x1D)
    return print_text (paper, bytes, length);
  if (length < 2)
    return 0;
  if (first == 0x1B)
    return do_escape (paper, bytes, length);
  if (first == 0x1D)
    return do_group (paper, bytes, length);
  if (bytes[1] == 0x14)
    return length < sizeof clear_command ? 0 : sizeof clear_command; /* all before it is printed: nothing to forget */
  if (length < 3)
    return 0;
  answer_now (paper, bytes[1] == 0x04 ? bytes[2] : 0);
  return 3;
}

static void
go_on (PerronPaper *paper)
{
  gsize taken = 1;
  while (taken > 0 && paper->buffer->len > 0 && !is_offline (paper)) {
    taken = do_one (paper, paper->buffer->data, paper->buffer->len);
    g_byte_array_remove_range (paper->buffer, 0, (guint) taken);
  }
}

/*
 * A printer that stands still answers DLE EOT in the very stream it does not carry out, and wherever it stands. TRUE: it was told to
 * forget everything.
 */
static gboolean
answer_at_standstill (PerronPaper *paper, const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i + 2 < length; i++) {
    if (bytes[i] == 0x10 && bytes[i + 1] == 0x04)
      answer_now (paper, bytes[i + 2]);
    if (length - i >= sizeof clear_command && memcmp (bytes + i, clear_command, sizeof clear_command) == 0)
      return TRUE;
  }
  return FALSE;
}

void
perron_paper_feed (PerronPaper *paper, const guint8 *bytes, gsize length)
{
  if (is_offline (paper) && answer_at_standstill (paper, bytes, length))
    return sheet_drop (paper);
  if (length <= PERRON_PAPER_BUFFER_MAX - paper->buffer->len)
    g_byte_array_append (paper->buffer, bytes, (guint) length);
  const gsize before = paper->buffer->len;
  const gboolean stood = is_offline (paper);
  go_on (paper);
  /* Paper that ends in the middle of what came: the questions behind that point are answered too. */
  if (!stood && is_offline (paper) && paper->buffer->len < before && answer_at_standstill (paper, paper->buffer->data, paper->buffer->len))
    sheet_drop (paper);
}

PerronPaperSensors
perron_paper_get_sensors (const PerronPaper *paper)
{
  return paper->sensors;
}

void
perron_paper_set_sensors (PerronPaper *paper, PerronPaperSensors sensors)
{
  const gboolean stood = is_offline (paper);
  paper->sensors = sensors;
  paper->counts_rows = FALSE;
  /* As the real ones do: what it still holds comes out on the new roll. */
  if (stood && !is_offline (paper))
    go_on (paper);
}

void
perron_paper_set_rows_left (PerronPaper *paper, guint rows)
{
  paper->counts_rows = rows > 0;
  paper->rows_left = rows;
}

const char *
perron_paper_get_text (const PerronPaper *paper)
{
  return paper->last.text->str;
}

const char *
perron_paper_get_partial_text (const PerronPaper *paper)
{
  return paper->now.text->str;
}

GBytes *
perron_paper_get_image (const PerronPaper *paper)
{
  return paper->last.image;
}

guint
perron_paper_count_images (const PerronPaper *paper)
{
  return paper->last.images;
}

guint
perron_paper_count_documents (const PerronPaper *paper)
{
  return paper->documents;
}

guint
perron_paper_count_unknown (const PerronPaper *paper)
{
  return paper->unknown;
}
