/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/secret.h"

G_BEGIN_DECLS

/*
 * A person as a card or the person says it. Fixed arrays, no pointer: one wipe erases all.
 * Source of shapes and rules: public facts on the Vitale card, sections 2 and 3 (see hw/README.md).
 */

#define PERRON_NAME_BYTES 128    /* UTF-8 with NUL; a 30-character name needs at most 121 */
#define PERRON_HOLDERS_MAX 32    /* 19 people were allowed on an old family card */
#define PERRON_NUMBER_CHARS 15   /* 13 + key of 2 */

typedef enum {
  PERRON_NUMBER_NONE,        /* no number */
  PERRON_NUMBER_NIR,         /* 1/2, month 01-12: the self-service form accepts it */
  PERRON_NUMBER_NIR_PSEUDO,  /* 1/2, month 20-99: genuine, but the self-service form refuses it */
  PERRON_NUMBER_TEMPORARY,   /* 7/8: waiting or provisional number */
  PERRON_NUMBER_PROVISIONAL, /* 3/4 */
  PERRON_NUMBER_MIGRANT,     /* 5/6, 13 characters, no key; also 555555… */
  PERRON_NUMBER_INVALID,     /* not of any known shape */
} PerronNumberKind;

/* Stable word used in JSON: "none", "nir", "nir-pseudo-month", "temporary", "provisional", "migrant", "invalid". */
const char *perron_number_kind_to_string (PerronNumberKind kind);

typedef struct {
  char value[PERRON_NUMBER_CHARS + 1]; /* digits and 2A/2B, no spaces */
  PerronNumberKind kind;
  gboolean key_ok;                     /* FALSE also when there is no key to check */
} PerronNumber;

/* year, month, day are 0 where the raw date does not give a possible one; raw is kept unchanged and is what travels. */
typedef struct {
  char raw[16];
  gint year;
  gint month;
  gint day;
} PerronBirth;

typedef struct {
  char surname[PERRON_NAME_BYTES];
  char given_name[PERRON_NAME_BYTES];
  PerronBirth birth;
  PerronNumber number;
} PerronHolder;

/* In locked memory, always. */
typedef struct {
  guint count;
  PerronHolder list[PERRON_HOLDERS_MAX];
} PerronHolders;

PerronHolders *perron_holders_new (void);
PerronHolders *perron_holders_copy (const PerronHolders *holders);
void perron_holders_free (PerronHolders *holders);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronHolders, perron_holders_free)

/* For the screen: "•• •• •• ••• 176", the last three characters; under 13 the dots alone, "" for none. */
#define PERRON_NUMBER_MASKED_BYTES 64
void perron_number_mask (const PerronNumber *number, char masked[PERRON_NUMBER_MASKED_BYTES]);

/* For the screen while the person holds "Voir": "2 90 01 75 000 001 76". Personal: never spoken, never logged. */
void perron_number_group (const PerronNumber *number, char grouped[PERRON_NUMBER_MASKED_BYTES]);

G_END_DECLS
