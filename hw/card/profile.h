/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/card-error.h"
#include "hw/card/channel.h"
#include "kiosk/core/person.h"

G_BEGIN_DECLS

/*
 * What is known of cards, as data: hw/profiles/<name>.json (shapes: hw/profiles/README.md). Immutable after loading: any thread may read.
 */

#define PERRON_AID_MAX 16
#define PERRON_PROFILE_STEPS_MAX 6
#define PERRON_PROFILE_PATHS_MAX 4
#define PERRON_PROFILE_FILES_MAX 4
#define PERRON_PROFILE_ATRS_MAX 16
#define PERRON_PROFILE_FILE_BYTES_MAX 16384
#define PERRON_PROFILE_DEPTH_MAX 8

/* A card matches when (atr & mask) == value; `prefix`: only the first `length` bytes are compared, the ATR may go on. */
typedef struct {
  guint8 value[PERRON_ATR_MAX];
  guint8 mask[PERRON_ATR_MAX];
  guint8 length;
  gboolean prefix;
} PerronAtrMask;

typedef enum {
  PERRON_STEP_SELECT,   /* p1, id */
  PERRON_STEP_READ_SFI, /* sfi: the whole file with that short identifier */
  PERRON_STEP_READ,     /* the whole current file */
} PerronStepKind;

typedef struct {
  PerronStepKind kind;
  guint8 p1; /* 00 by file identifier, 02 a file under the current folder, 04 by name (ISO/IEC 7816-4 clause 7.1.1) */
  guint8 id[PERRON_AID_MAX];
  guint8 id_length;
  guint8 sfi;
} PerronProfileStep;

/* Steps to one file; the last one reads. */
typedef struct {
  PerronProfileStep steps[PERRON_PROFILE_STEPS_MAX];
  guint count;
} PerronProfilePath;

typedef enum {
  PERRON_CARD_FIELD_SURNAME,
  PERRON_CARD_FIELD_GIVEN_NAME,
  PERRON_CARD_FIELD_BIRTH,
  PERRON_CARD_FIELD_NUMBER,
  PERRON_CARD_FIELD_COUNT,
} PerronCardField;

/* A file with one template a person. The n-th template of each file is the same person. */
typedef struct {
  gboolean required;                     /* without it the card is unreadable; one file of a profile, the first joined */
  guint32 template_tag;
  guint32 tags[PERRON_CARD_FIELD_COUNT]; /* 0: not in this file */
  PerronProfilePath paths[PERRON_PROFILE_PATHS_MAX]; /* tried in order while the card says "no such file" */
  guint path_count;
} PerronProfileFile;

/* The card's own list of its files, looked at only in doubt: does it name `file` in the application `aid` as its identity? */
typedef struct {
  PerronProfilePath path; /* no step: the profile knows no map */
  guint8 aid[PERRON_AID_MAX];
  guint8 aid_length;
  guint16 file;
} PerronProfileMap;

typedef struct {
  char name[24];
  PerronAtrMask atrs[PERRON_PROFILE_ATRS_MAX]; /* a hint only: which profile is tried first */
  guint atr_count;
  PerronProfileStep decide;                    /* the SELECT that decides whether the card is of this kind */
  PerronProfileFile files[PERRON_PROFILE_FILES_MAX];
  guint file_count;
  PerronProfileMap map;
  guint max_file_bytes;
  guint max_holders;
  guint max_depth;
} PerronProfile;

typedef struct PerronProfiles PerronProfiles;

/* Loads every .json of `folder`; refuses the whole when one is wrong. Blocks for the reads. Transfer full. */
PerronProfiles *perron_profiles_load (const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Adds one file held in memory; `name` stands in errors. After FALSE only free is allowed. For the loader, tests and fuzzers. */
gboolean perron_profiles_add (PerronProfiles *profiles, const char *name, const char *text, gsize length,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
PerronProfiles *perron_profiles_new (void);
void perron_profiles_free (PerronProfiles *profiles);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronProfiles, perron_profiles_free)

guint perron_profiles_count (const PerronProfiles *profiles);
const PerronProfile *perron_profiles_get (const PerronProfiles *profiles, guint index);

gboolean perron_profile_matches (const PerronProfile *profile, const guint8 *atr, gsize length);

/*
 * The family an ATR belongs to: one of "vitale-1", "health-professional", "staff", "identity", "payment", "student", "transport",
 * "health-foreign", "sim"; NULL when none claims it. Static. `ret_decides` TRUE: no SELECT is sent to such a card.
 */
const char *perron_profiles_find_family (const PerronProfiles *profiles, const guint8 *atr, gsize length, gboolean *ret_decides);

/* TRUE for a public test identity (public facts, section 3.6) or a simulated one (perron_nir_is_simulated()). */
gboolean perron_profiles_is_made_up (const PerronProfiles *profiles, const PerronHolder *holder);

G_END_DECLS
