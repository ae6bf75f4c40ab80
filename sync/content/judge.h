/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/content/install.h"
#include "sync/content/slot.h"

G_BEGIN_DECLS

/* What is known of a pack once its head has been read. Private to sync/content. */
typedef struct {
  PerronTrust trust;         /* the newest root is the one that vouches for it */
  PerronFloor floor;         /* set by perron_judge_welcome() */
  PerronDocument document;   /* of the manifest, into `head` */
  PerronManifest *manifest;
  GBytes *head;
} PerronJudgement;

void perron_judgement_clear (PerronJudgement *judgement);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PerronJudgement, perron_judgement_clear)

/* Signed by whom it must be. `judgement` is zeroed by the caller. */
gboolean perron_judge_genuine (const PerronContentOptions *options, GBytes *head, PerronJudgement *judgement, PerronPackAbout *ret_about,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Newer, not expired, for a program not newer than this one. */
gboolean perron_judge_welcome (const PerronContentOptions *options, PerronJudgement *judgement, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
