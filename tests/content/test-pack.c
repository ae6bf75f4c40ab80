/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every way in which a pack is not what it should be, each refused by its name; facts sync-security 3.5, "compromised update server". */
#include <string.h>
#include <unistd.h>

#include "tests/content/pack-fixture.h"

/* --- what the facts name ---------------------------------------------------------------------------------------------------- */

static void
test_good (PackFixture *fixture, gconstpointer data)
{
  g_auto (PerronContentInUse) in_use = { 0 };
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 7);

  pack_install (fixture, &recipe);
  g_autofree char *text = pack_read_in_use (fixture, &in_use);
  g_assert_cmpstr (text, ==, "one");
  g_assert_cmpint (in_use.version, ==, 7);
  g_assert_cmpint (in_use.origin, ==, PERRON_CONTENT_FROM_CURRENT);
  g_assert_false (in_use.expired);
  g_assert_null (in_use.fault);
  g_autofree char *words = perron_content_describe (&fixture->options);
  g_assert_cmpstr (words, ==, "content 7, certificates package");
}

static void
test_one_of_three (PackFixture *fixture, gconstpointer data)
{
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 7);
  recipe.signers[1] = NULL;
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_SIGNATURE);
  recipe.signers[0] = NULL;
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_SIGNATURE);
  /* The same key twice is one key. */
  recipe.signers[0] = recipe.signers[1] = pack_key (fixture, PERRON_ROLE_CONTENT, 1);
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_SIGNATURE);
  /* One of the role, one of another, and of nobody. */
  recipe.signers[1] = pack_key (fixture, PERRON_ROLE_CERTIFICATES, 1);
  recipe.signers[2] = pack_key (fixture, PERRON_ROLE_ROOT, 1);
  recipe.signers[3] = pack_key (fixture, PERRON_ROLE_CONTENT, 4);
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_SIGNATURE);
}

static void
test_swapped_role (PackFixture *fixture, gconstpointer data)
{
  for (guint role = 0; role < PERRON_ROLE_COUNT; role++) {
    PackRecipe recipe = pack_recipe (fixture, (PerronContentRole) role, 7);
    recipe.signers[0] = pack_key (fixture, 1 - role, 0);
    recipe.signers[1] = pack_key (fixture, 1 - role, 1);
    pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_ROLE);
    /* All three root keys sign no pack at all. */
    for (guint i = 0; i < 3; i++)
      recipe.signers[i] = pack_key (fixture, PERRON_ROLE_ROOT, i);
    pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_SIGNATURE);
  }
}

static void
test_old_version (PackFixture *fixture, gconstpointer data)
{
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 7);
  pack_install (fixture, &recipe);
  /* The same again, another of the same version, one before. */
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_HERE);
  recipe.text = "two";
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_VERSION);
  recipe.version = 6;
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_VERSION);
  recipe.version = 8;
  pack_install (fixture, &recipe);
}

static void
test_expired (PackFixture *fixture, gconstpointer data)
{
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 7);
  recipe.expires_s = PACK_NOW_S;
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_EXPIRED);
  recipe.expires_s = PACK_NOW_S + 1;
  pack_install (fixture, &recipe);
  /* What is in use stays in use when its time comes, and says so. */
  g_auto (PerronContentInUse) in_use = { 0 };
  perron_fake_clock_advance (&fixture->clock, 1000);
  perron_content_look (&fixture->options, PERRON_ROLE_CONTENT, TRUE, &in_use);
  g_assert_true (in_use.expired && in_use.version == 7);
}

/* A clock put back two years does not bring an expired pack to life: packs taken since say how late it is at least. */
static void
test_clock_put_back (PackFixture *fixture, gconstpointer data)
{
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 7);
  pack_install (fixture, &recipe);
  fixture->clock.now_unix_ms -= G_GINT64_CONSTANT (730) * PACK_DAY_S * 1000;
  recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 8);
  recipe.created_s = PACK_NOW_S - 400 * PACK_DAY_S;
  recipe.expires_s = PACK_NOW_S - 10 * PACK_DAY_S;
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_EXPIRED);
}

static void
test_newer_program (PackFixture *fixture, gconstpointer data)
{
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 7);
  recipe.needs[0] = 9999;
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_PROGRAM);
}

/* --- bytes ------------------------------------------------------------------------------------------------------------------ */

static char *
read_pack (int fd, gsize *ret_len)
{
  off_t len = lseek (fd, 0, SEEK_END);
  char *bytes = g_malloc0 ((gsize) len + 1);
  g_assert_cmpint (pread (fd, bytes, (gsize) len, 0), ==, len);
  *ret_len = (gsize) len;
  return bytes;
}

/* Each byte altered alone, and the pack cut at each length: never taken. (Signature lines may be spoiled as long as two others stand.) */
static void
test_each_byte (PackFixture *fixture, gconstpointer data)
{
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 7);
  int fd = pack_make (fixture, &recipe);
  gsize len;
  g_autofree char *bytes = read_pack (fd, &len);
  PerronPackAbout about;

  for (gsize i = 0; i < len; i++) {
    g_autoptr (GError) error = NULL;
    char altered = (char) (bytes[i] ^ (1 << (i % 8)));
    g_assert_cmpint (pwrite (fd, &altered, 1, (off_t) i), ==, 1);
    g_assert_false (perron_pack_inspect (&fixture->options, fd, &about, &error));
    g_assert_true (error->domain == PERRON_CONTENT_ERROR);
    g_assert_cmpint (pwrite (fd, bytes + i, 1, (off_t) i), ==, 1);
  }
  g_assert_true (perron_pack_inspect (&fixture->options, fd, &about, NULL));
  for (gsize i = 0; i < len; i++) {
    g_assert_cmpint (ftruncate (fd, (off_t) (len - 1 - i)), ==, 0);
    g_assert_false (perron_pack_inspect (&fixture->options, fd, &about, NULL));
  }
  close (fd);
}

static void
test_something_behind (PackFixture *fixture, gconstpointer data)
{
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 7);
  int fd = pack_make (fixture, &recipe);
  g_assert_cmpint (lseek (fd, 0, SEEK_END), >, 0);
  g_assert_cmpint (write (fd, "x", 1), ==, 1);
  pack_assert_refused (fixture, fd, PERRON_CONTENT_ERROR_FORMAT);
}

/* The head of one pack, the files of another: each is signed, the mixture is not. */
static void
test_mix_of_two (PackFixture *fixture, gconstpointer data)
{
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 7);
  int fd = pack_make (fixture, &recipe);
  gsize len, other_len;
  g_autofree char *one = read_pack (fd, &len);
  close (fd);
  recipe.text = "two";
  fd = pack_make (fixture, &recipe);
  g_autofree char *two = read_pack (fd, &other_len);
  g_assert_cmpuint (len, ==, other_len);
  gsize half = (gsize) (strstr (one, "\n\n") - one) + 2;
  g_assert_cmpint (pwrite (fd, one, half, 0), ==, (gssize) half);
  pack_assert_refused (fixture, fd, PERRON_CONTENT_ERROR_DIGEST);
}

/* --- heads written by hand, and well signed: the format itself refuses ------------------------------------------------------ */

#define ABOUT "perron-manifest 1\nrole content\nversion 7\ncreated 2026-11-01T00:00:00Z\nexpires 2027-11-01T00:00:00Z\nneeds 0.1.0\n"
#define ZEROS "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

typedef struct {
  const char *name;
  const char *body;
  PerronContentError code;
} BodyCase;

#define FILE_CASE(name, path) { name, ABOUT "file 0 " ZEROS " " path "\nend\n", PERRON_CONTENT_ERROR_PATH }

static const BodyCase bodies[] = {
  FILE_CASE ("dots", "journeys/../x"),
  FILE_CASE ("dots-first", "../journeys/x"),
  FILE_CASE ("absolute", "/journeys/x"),
  FILE_CASE ("no-name", "journeys/"),
  FILE_CASE ("twice-slash", "journeys//x"),
  FILE_CASE ("hidden", "journeys/.x"),
  FILE_CASE ("dash-first", "journeys/-rf"),
  FILE_CASE ("space", "journeys/a b"),
  FILE_CASE ("backslash", "journeys/a\\b"),
  FILE_CASE ("star", "journeys/*"),
  FILE_CASE ("tilde", "journeys/~x"),
  FILE_CASE ("elsewhere", "bin/sh"),
  FILE_CASE ("beside", "journeysx/a"),
  FILE_CASE ("top", "journeys"),
  FILE_CASE ("fonts", "ui/fonts/x.ttf"),
  FILE_CASE ("deep", "journeys/a/b/c/d/e/f"),
  FILE_CASE ("long",
             "journeys/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
  FILE_CASE ("other-role", "caisses/000.pem"),
  FILE_CASE ("authority", "gateway-ca.pem"),
  { "folder-and-file", ABOUT "file 0 " ZEROS " journeys/a\nfile 0 " ZEROS " journeys/a/b\nend\n", PERRON_CONTENT_ERROR_PATH },
  { "not-in-order", ABOUT "file 0 " ZEROS " journeys/b\nfile 0 " ZEROS " journeys/a\nend\n", PERRON_CONTENT_ERROR_FORMAT },
  { "twice", ABOUT "file 0 " ZEROS " journeys/a\nfile 0 " ZEROS " journeys/a\nend\n", PERRON_CONTENT_ERROR_FORMAT },
  { "no-file", ABOUT "end\n", PERRON_CONTENT_ERROR_FORMAT },
  { "large", ABOUT "file 8388609 " ZEROS " journeys/a\nend\n", PERRON_CONTENT_ERROR_LIMIT },
  { "huge", ABOUT "file 999999999999999 " ZEROS " journeys/a\nend\n", PERRON_CONTENT_ERROR_LIMIT },
  { "minus", ABOUT "file -1 " ZEROS " journeys/a\nend\n", PERRON_CONTENT_ERROR_FORMAT },
  { "plus", ABOUT "file +0 " ZEROS " journeys/a\nend\n", PERRON_CONTENT_ERROR_FORMAT },
  { "zero-before", ABOUT "file 00 " ZEROS " journeys/a\nend\n", PERRON_CONTENT_ERROR_FORMAT },
  { "two-spaces", ABOUT "file  0 " ZEROS " journeys/a\nend\n", PERRON_CONTENT_ERROR_FORMAT },
  { "capital-hash",
    ABOUT "file 0 E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855 journeys/a\nend\n", PERRON_CONTENT_ERROR_FORMAT },
  { "unknown-line", ABOUT "link journeys/a journeys/b\nend\n", PERRON_CONTENT_ERROR_FORMAT },
  { "version-zero",
    "perron-manifest 1\nrole content\nversion 0\ncreated 2026-11-01T00:00:00Z\nexpires 2027-11-01T00:00:00Z\nneeds 0.1.0\nfile 0 " ZEROS
    " journeys/a\nend\n", PERRON_CONTENT_ERROR_FORMAT },
  { "no-such-day",
    "perron-manifest 1\nrole content\nversion 7\ncreated 2026-02-30T00:00:00Z\nexpires 2027-11-01T00:00:00Z\nneeds 0.1.0\nfile 0 " ZEROS
    " journeys/a\nend\n", PERRON_CONTENT_ERROR_FORMAT },
  { "role-root",
    "perron-manifest 1\nrole root\nversion 7\ncreated 2026-11-01T00:00:00Z\nexpires 2027-11-01T00:00:00Z\nneeds 0.1.0\nfile 0 " ZEROS
    " journeys/a\nend\n", PERRON_CONTENT_ERROR_FORMAT },
  { "other-format", "perron-manifest 2\nrole content\nend\n", PERRON_CONTENT_ERROR_FORMAT },
};

static char *
sign_body (PackFixture *fixture, const char *body)
{
  GString *head = g_string_new (body);
  for (guint i = 0; i < 2; i++) {
    g_autofree char *line = perron_build_sign (pack_key (fixture, PERRON_ROLE_CONTENT, i), body, strlen (body), NULL);
    g_string_append (head, line);
  }
  return g_string_free (head, FALSE);
}

static void
test_body (PackFixture *fixture, gconstpointer data)
{
  const BodyCase *row = data;
  g_autofree char *head = sign_body (fixture, row->body);
  pack_assert_refused (fixture, pack_make_from_text (fixture, head, ""), row->code);
}

/* The way bodies are signed above is right: a good one is taken. */
static void
test_body_good (PackFixture *fixture, gconstpointer data)
{
  g_autofree char *head = sign_body (fixture, ABOUT "file 0 " ZEROS " journeys/a-b_C.9\nend\n");
  PerronPackAbout about;
  int fd = pack_make_from_text (fixture, head, "");
  g_assert_true (perron_content_install (&fixture->options, fd, &about, NULL));
  close (fd);
}

/* A line of a manifest is not allowed to look like another document that the same keys signed. */
static void
test_no_head (PackFixture *fixture, gconstpointer data)
{
  static const char *const heads[] = { "", "\n", "<html>\n", "perron-manifest 1\nend\n", "perron-root 1\nend\n" };
  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++) {
    g_autoptr (GError) error = NULL;
    PerronPackAbout about;
    int fd = pack_make_from_text (fixture, heads[i], "\n");
    g_assert_false (perron_content_install (&fixture->options, fd, &about, &error));
    g_assert_true (g_error_matches (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_FORMAT) ||
                   g_error_matches (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_SIGNATURE));
    close (fd);
  }
}

static void
test_endless_head (PackFixture *fixture, gconstpointer data)
{
  g_autofree char *head = g_strnfill (600 * 1024, 'a');
  pack_assert_refused (fixture, pack_make_from_text (fixture, head, ""), PERRON_CONTENT_ERROR_FORMAT);
}

static void
test_bad_certificate (PackFixture *fixture, gconstpointer data)
{
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CERTIFICATES, 7);
  recipe.certificate = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_FORMAT);
  recipe.certificate = NULL;
  pack_install (fixture, &recipe);
  g_autofree char *path = perron_content_dup_caisse_certificate (&fixture->options, "000");
  g_autofree char *other = perron_content_dup_caisse_certificate (&fixture->options, "001");
  g_autofree char *odd = perron_content_dup_caisse_certificate (&fixture->options, "../caisses/000");
  g_assert_true (path != NULL && other == NULL && odd == NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CASE(name, function) g_test_add ("/pack/" name, PackFixture, NULL, pack_set_up, function, pack_tear_down)
  CASE ("good", test_good);
  CASE ("one-of-three", test_one_of_three);
  CASE ("swapped-role", test_swapped_role);
  CASE ("old-version", test_old_version);
  CASE ("expired", test_expired);
  CASE ("clock-put-back", test_clock_put_back);
  CASE ("newer-program", test_newer_program);
  CASE ("each-byte", test_each_byte);
  CASE ("something-behind", test_something_behind);
  CASE ("mix-of-two", test_mix_of_two);
  CASE ("body-good", test_body_good);
  CASE ("no-head", test_no_head);
  CASE ("endless-head", test_endless_head);
  CASE ("bad-certificate", test_bad_certificate);
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autofree char *name = g_strconcat ("/pack/body/", bodies[i].name, NULL);
    g_test_add (name, PackFixture, &bodies[i], pack_set_up, test_body, pack_tear_down);
  }
  return g_test_run ();
}
