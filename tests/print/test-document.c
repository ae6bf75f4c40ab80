/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "hw/print/cp858.h"
#include "hw/print/escpos.h"
#include "hw/print/pdf.h"
#include "hw/print/ticket.h"
#include "kiosk/core/reference.h"

/* What the table gives must be what the C library's CP858 reads: two tables, two authors. */
static void
test_page (void)
{
  const char text[] = "É è à ç ù ñ ß Å € « » ° ² ½ ÿ";
  guint8 bytes[64];
  guint lost;
  const gsize length = perron_cp858_encode (text, bytes, sizeof bytes, &lost, NULL);
  g_autofree char *back = g_convert ((const char *) bytes, (gssize) length, "UTF-8", "CP858", NULL, NULL, NULL);
  g_assert_cmpstr (back, ==, text);
  g_assert_cmpuint (lost, ==, 0);
  for (guint byte = 0x80; byte < 0x100; byte++) {
    const char one[] = { (char) byte, '\0' };
    g_autofree char *sign = g_convert (one, 1, "UTF-8", "CP858", NULL, NULL, NULL);
    g_assert_cmpuint (g_utf8_get_char (sign), ==, perron_cp858_decode ((guint8) byte));
  }
}

static void
test_forms (void)
{
  static const struct {
    const char *text, *bytes;
    guint lost;
  } cases[] = {
    { "œuvre, Œuvre", "oeuvre, OEuvre", 0 }, { "l’été", "l'\x82t\x82", 0 },     { "e\xCC\x81t\xC3\xA9", "\x82t\x82", 0 },
    { "Łukasz Dvořák", "Lukasz Dvor\xA0k", 0 }, { "a\xC2\xA0" "b\xE2\x80\xAF" "c", "a b c", 0 }, { "fin…", "fin...", 0 },
    { "\x1B@\x1Dr", " @ r", 0 },             { "中", "?", 1 },                   { "a\xE2\x80\x8B" "b", "ab", 0 },
    { "Nguyễn", "Nguyen", 0 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    char bytes[64] = { 0 };
    guint lost;
    gboolean all;
    perron_cp858_encode (cases[i].text, (guint8 *) bytes, sizeof bytes - 1, &lost, &all);
    g_assert_cmpstr (bytes, ==, cases[i].bytes);
    g_assert_cmpuint (lost, ==, cases[i].lost);
    g_assert_true (all);
  }
}

/* Never past the end, never half a form. */
static void
test_room (void)
{
  for (gsize room = 0; room < 8; room++) {
    guint8 bytes[9];
    gboolean all;
    memset (bytes, 0xAA, sizeof bytes);
    const gsize length = perron_cp858_encode ("a…b…", bytes, room, NULL, &all);
    g_assert_cmpuint (length, <=, room);
    g_assert_cmpuint (bytes[room], ==, 0xAA);
    g_assert_cmpint (all, ==, FALSE);
    g_assert_true (length == 0 || length == 1 || length == 4 || length == 5);
  }
}

static void
test_rows (void)
{
  static const struct {
    const char *text;
    gsize columns, row, next;
  } cases[] = { { "abc def", 7, 7, 7 }, { "abc def", 6, 3, 4 }, { "abc def", 3, 3, 4 }, { "abcdef", 4, 4, 4 }, { "", 4, 0, 0 },
                { " abcdef", 4, 4, 4 } };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    gsize next;
    const gsize row = perron_print_break_row ((const guint8 *) cases[i].text, strlen (cases[i].text), cases[i].columns, &next);
    g_assert_cmpuint (row, ==, cases[i].row);
    g_assert_cmpuint (next, ==, cases[i].next);
  }
}

static void
expect_refused (PerronDocument *document, PerronPrivacy privacy, const char *text, PerronPrintError code)
{
  g_autoptr (GError) error = NULL;
  const guint before = perron_document_get_line_count (document);
  g_assert_false (perron_document_add_text (document, PERRON_PRINT_TEXT, privacy, text, &error));
  g_assert_error (error, PERRON_PRINT_ERROR, (gint) code);
  g_clear_error (&error);
  g_assert_cmpuint (perron_document_get_line_count (document), ==, before);
}

static void
test_personal (void)
{
  g_autoptr (PerronDocument) document = perron_document_new (FALSE);
  g_autoptr (PerronDocument) asked = perron_document_new (TRUE);
  g_autoptr (GError) error = NULL;

  expect_refused (document, PERRON_PERSONAL, "Camille Exemple", PERRON_PRINT_ERROR_PERSONAL);
  expect_refused (document, PERRON_PUBLIC, "2 85 05 99 999 001", PERRON_PRINT_ERROR_PERSONAL);
  expect_refused (document, PERRON_PUBLIC, "n° 1850599999001", PERRON_PRINT_ERROR_PERSONAL);
  expect_refused (document, PERRON_PUBLIC, "2 85 05 2A 999 0012", PERRON_PRINT_ERROR_PERSONAL);
  g_assert_false (perron_document_add_qr (document, PERRON_PUBLIC, "https://x.invalid/2850599999001", &error));
  g_assert_error (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_PERSONAL);
  g_clear_error (&error);
  g_assert_true (perron_document_add_text (document, PERRON_PRINT_TEXT, PERRON_PUBLIC, "36 46, le 21/11/2026", &error));
  g_assert_no_error (error);
  g_assert_true (perron_document_add_text (asked, PERRON_PRINT_TEXT, PERRON_PERSONAL, "Camille Exemple", &error));
  g_assert_no_error (error);
}

static void
test_bounds (void)
{
  g_autoptr (PerronDocument) document = perron_document_new (FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *longest = g_strnfill (PERRON_PRINT_TEXT_MAX, 'x');
  g_autofree char *longer = g_strnfill (PERRON_PRINT_TEXT_MAX + 1, 'x');

  expect_refused (document, PERRON_PUBLIC, longer, PERRON_PRINT_ERROR_TEXT);
  expect_refused (document, PERRON_PUBLIC, "\xFF", PERRON_PRINT_ERROR_TEXT);
  expect_refused (document, PERRON_PUBLIC, NULL, PERRON_PRINT_ERROR_TEXT);
  expect_refused (document, PERRON_PUBLIC, "مرحبا بكم", PERRON_PRINT_ERROR_TEXT);
  for (guint i = 0; i < PERRON_PRINT_LINES_MAX; i++) {
    g_assert_true (perron_document_add_text (document, PERRON_PRINT_LARGE, PERRON_PUBLIC, longest, &error));
    g_assert_no_error (error);
  }
  expect_refused (document, PERRON_PUBLIC, "x", PERRON_PRINT_ERROR_TEXT);
  perron_document_add_rule (document);
  g_assert_cmpuint (perron_document_get_line_count (document), ==, PERRON_PRINT_LINES_MAX);
  g_auto (PerronEscpos) job = { 0 };
  g_assert_true (perron_escpos_encode (document, 384, &job, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (job.length, <=, PERRON_ESCPOS_BYTES_MAX);
}

static void
test_ticket (void)
{
  g_autoptr (GError) error = NULL;
  char reference[PERRON_REFERENCE_BYTES];
  PerronTicket ticket = { .reference = "nothing", .where = { PERRON_PUBLIC, "Enregistrée sur cette borne." } };

  g_assert_null (perron_ticket_build (&ticket, &error));
  g_assert_error (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_TEXT);
  g_clear_error (&error);
  perron_reference_generate (reference);
  ticket.reference = reference;
  for (guint note = 0; note < 2; note++) {
    ticket.personal_asked = note == 1;
    ticket.notes[0] = (PerronTicketText){ PERRON_PERSONAL, "Camille Exemple" };
    g_autoptr (PerronDocument) document = perron_ticket_build (&ticket, &error);
    g_assert_cmpint (document != NULL, ==, ticket.personal_asked);
    if (document == NULL)
      g_assert_error (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_PERSONAL);
    g_clear_error (&error);
  }
}

/* Found by the fuzzer: an empty text is a row of its own, not a null pointer. */
static void
test_empty (void)
{
  g_autoptr (PerronDocument) document = perron_document_new (FALSE);
  g_autoptr (GError) error = NULL;
  g_auto (PerronEscpos) job = { 0 };
  g_assert_true (perron_document_add_text (document, PERRON_PRINT_TEXT, PERRON_PUBLIC, "", &error));
  g_assert_nonnull (perron_document_get_line (document, 0).bytes);
  g_assert_true (perron_escpos_encode (document, 384, &job, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (job.length, ==, 5 + 1 + 4 + 4); /* head, the row, to the knife, cut */
}

/* The whole document is wiped with it. */
static void
test_wiped (void)
{
  const gsize before = perron_secret_in_use ();
  g_autoptr (GError) error = NULL;
  PerronDocument *document = perron_document_new (TRUE);
  g_assert_true (perron_document_add_text (document, PERRON_PRINT_TEXT, PERRON_PERSONAL, "Camille Exemple", &error));
  g_assert_true (perron_document_add_qr (document, PERRON_PUBLIC, "é", &error));
  PerronEscpos job = { 0 };
  g_assert_true (perron_escpos_encode (document, 576, &job, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (perron_secret_in_use (), >, before);
  perron_escpos_clear (&job);
  perron_document_free (document);
  g_assert_cmpuint (perron_secret_in_use (), ==, before);
}

static void
test_pdf (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("perron-pdf-XXXXXX", &error);
  g_autoptr (PerronDocument) document = perron_document_new (FALSE);
  gsize length = 0;

  g_assert_no_error (error);
  g_assert_true (perron_document_add_text (document, PERRON_PRINT_LARGE, PERRON_PUBLIC, "K7RA-42XU", &error));
  g_assert_true (perron_document_add_qr (document, PERRON_PUBLIC, "https://perron.invalid/", &error));
  g_assert_true (perron_pdf_write (folder, document, &error));
  g_assert_no_error (error);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *name = g_dir_read_name (dir);
  g_assert_true (g_str_has_prefix (name, "perron-") && g_str_has_suffix (name, ".pdf"));
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_assert_null (g_dir_read_name (dir)); /* nothing half made is left */
  g_autofree char *bytes = NULL;
  g_assert_true (g_file_get_contents (path, &bytes, &length, &error));
  g_assert_true (length > 8 && memcmp (bytes, "%PDF-", 5) == 0 && g_strstr_len (bytes + length - 8, 8, "%%EOF") != NULL);
  g_assert_cmpint (remove (path), ==, 0);
  g_assert_cmpint (remove (folder), ==, 0);
  g_assert_false (perron_pdf_write (folder, document, &error));
  g_assert_error (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_FOLDER);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/print/cp858/page", test_page);
  g_test_add_func ("/print/cp858/forms", test_forms);
  g_test_add_func ("/print/cp858/room", test_room);
  g_test_add_func ("/print/document/rows", test_rows);
  g_test_add_func ("/print/document/personal", test_personal);
  g_test_add_func ("/print/document/bounds", test_bounds);
  g_test_add_func ("/print/document/empty", test_empty);
  g_test_add_func ("/print/document/wiped", test_wiped);
  g_test_add_func ("/print/ticket", test_ticket);
  g_test_add_func ("/print/pdf", test_pdf);
  return g_test_run ();
}
