/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/device/tpm.h"

gint64 perron_tpm_patience_us;

/* Built with -Dtpm=disabled. */
static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_ABSENT, "TPM: this program was built without TPM support");
  return FALSE;
}

gboolean
perron_tpm_look (const char *tcti G_GNUC_UNUSED, guint32 handle G_GNUC_UNUSED, gboolean *ret_taken G_GNUC_UNUSED, GError **error)
{
  return refuse (error);
}

gboolean
perron_tpm_make (const char *tcti G_GNUC_UNUSED, PerronTpmKey *key G_GNUC_UNUSED, gboolean replace G_GNUC_UNUSED, GError **error)
{
  return refuse (error);
}

gboolean
perron_tpm_check (const char *tcti G_GNUC_UNUSED, const PerronTpmKey *key G_GNUC_UNUSED, GError **error)
{
  return refuse (error);
}

gboolean
perron_tpm_remove (const char *tcti G_GNUC_UNUSED, const PerronTpmKey *key G_GNUC_UNUSED, GError **error)
{
  return refuse (error);
}

gboolean
perron_tpm_sign (const char *tcti G_GNUC_UNUSED, const PerronTpmKey *key G_GNUC_UNUSED, const guint8 digest[32] G_GNUC_UNUSED,
                 guint8 ret_r[PERRON_TPM_FIELD_BYTES] G_GNUC_UNUSED, guint8 ret_s[PERRON_TPM_FIELD_BYTES] G_GNUC_UNUSED, GError **error)
{
  return refuse (error);
}
