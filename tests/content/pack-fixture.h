/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/content/build.h"
#include "sync/content/install.h"

G_BEGIN_DECLS

/* Keys for two generations, root 1 (the anchor), a folder for packs and a store, a clock that stands still. */
#define PACK_NOW_S G_GINT64_CONSTANT (1795300000)
#define PACK_DAY_S (24 * 3600)
#define PACK_KEYS 6 /* a role: 0 … 2 of root 1, 3 … 5 of root 2 */

typedef struct {
  char *folder;
  char *anchor; /* root file 1 */
  char *store;
  PerronFakeClock clock;
  PerronContentOptions options;
} PackFixture;

void pack_set_up (PackFixture *fixture, gconstpointer data);
void pack_tear_down (PackFixture *fixture, gconstpointer data);

/* "<role><index>.key" of the fixture; role PERRON_ROLE_ROOT for root keys. Borrowed. */
const char *pack_key (PackFixture *fixture, guint role, guint index);

/* A root whose keys are 0 … 2 of each role, plus `shift`; signed by the root keys of the list (ends with -1). Transfer full: its path. */
char *pack_make_root (PackFixture *fixture, gint64 version, guint shift, const int *signers);

/* What the next pack is; start from pack_recipe() and change. */
typedef struct {
  PerronContentRole role;
  gint64 version;
  gint64 created_s;
  gint64 expires_s;
  guint needs[3];
  const char *text;           /* of i18n/po/fr.po */
  const char *certificate;    /* text of caisses/000.pem; NULL: a good one */
  const char *signers[9];     /* paths of keys, ends with NULL */
  const char *roots[PERRON_ROOT_CHAIN_MAX + 1];
} PackRecipe;

PackRecipe pack_recipe (PackFixture *fixture, PerronContentRole role, gint64 version);

/* An open pack file. */
int pack_make (PackFixture *fixture, const PackRecipe *recipe);
int pack_make_from_text (PackFixture *fixture, const char *head, const char *files);

/* Installs; aborts when it is refused. */
void pack_install (PackFixture *fixture, const PackRecipe *recipe);

/* Must be refused so; returns the message, for more looks. */
void pack_assert_refused (PackFixture *fixture, int fd, PerronContentError code);

/* fr.po of what is in use; NULL: the package's. Transfer full. */
char *pack_read_in_use (PackFixture *fixture, PerronContentInUse *ret_in_use);

G_END_DECLS
