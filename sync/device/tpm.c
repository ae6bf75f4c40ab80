/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/device/tpm.h"

#include <string.h>
#include <sys/random.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

typedef enum { JOB_LOOK, JOB_MAKE, JOB_CHECK, JOB_SIGN, JOB_REMOVE } Job;

/* One question to the TPM, in a thread of its own: tpm2-tss has no time-out that every TCTI honours, and a TPM that hangs must not hang the
 * terminal. Owned by both sides; the one that was given up frees it when the TPM lets go at last. */
typedef struct {
  gatomicrefcount users;
  GMutex mutex;
  GCond ended;
  gboolean done;
  char *tcti;
  Job job;
  PerronTpmKey key;
  gboolean replace;
  gboolean taken;
  guint8 digest[32];
  guint8 r[PERRON_TPM_FIELD_BYTES], s[PERRON_TPM_FIELD_BYTES];
  GError *error;
  ESYS_CONTEXT *esys;
} Question;

gint64 perron_tpm_patience_us = PERRON_DEVICE_PATIENCE_S * G_TIME_SPAN_SECOND;

/* tpm2-tss writes every refusal on standard error, where our log is. Before main, while there is one thread. */
__attribute__ ((constructor)) static void
hush (void)
{
  g_setenv ("TSS2_LOG", "all+none", FALSE);
}

static void
question_unref (Question *question)
{
  if (!g_atomic_ref_count_dec (&question->users))
    return;
  g_mutex_clear (&question->mutex);
  g_cond_clear (&question->ended);
  g_clear_error (&question->error);
  g_free (question->tcti);
  memset (&question->key, 0, sizeof question->key);
  g_free (question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_unref)

/* TPM 2.0 part 2, 6.6: format-one codes carry the number of a handle, session or parameter that is of no use here. */
static TPM2_RC
bare_code (TSS2_RC code)
{
  if ((code & TSS2_RC_LAYER_MASK) != TSS2_TPM_RC_LAYER && (code & TSS2_RC_LAYER_MASK) != TSS2_RESMGR_TPM_RC_LAYER)
    return 0;
  TPM2_RC bare = code & ~TSS2_RC_LAYER_MASK;
  return (bare & TPM2_RC_FMT1) != 0 ? bare & (TPM2_RC_FMT1 | 0x3f) : bare;
}

static PerronDeviceError
classify (TSS2_RC code)
{
  switch (bare_code (code)) {
  case 0:
    return PERRON_DEVICE_ERROR_ABSENT; /* a layer under the TPM: TCTI, kernel */
  case TPM2_RC_LOCKOUT:
  case TPM2_RC_RETRY:
  case TPM2_RC_YIELDED:
  case TPM2_RC_TESTING:
  case TPM2_RC_NV_RATE:
  case TPM2_RC_NV_UNAVAILABLE:
  case TPM2_RC_OBJECT_MEMORY: /* 0x902: every slot is taken by somebody else */
  case TPM2_RC_SESSION_MEMORY:
  case TPM2_RC_MEMORY:
    return PERRON_DEVICE_ERROR_BUSY;
  case TPM2_RC_HANDLE:
  case TPM2_RC_REFERENCE_H0:
  case TPM2_RC_AUTH_FAIL:
  case TPM2_RC_BAD_AUTH:
    return PERRON_DEVICE_ERROR_FOREIGN;
  default:
    return PERRON_DEVICE_ERROR_REFUSED;
  }
}

static gboolean
ok (TSS2_RC code, const char *what, GError **error)
{
  if (code == TSS2_RC_SUCCESS)
    return TRUE;
  g_set_error (error, PERRON_DEVICE_ERROR, classify (code), "TPM: %s: 0x%x %s", what, code, Tss2_RC_Decode (code));
  return FALSE;
}

/* ECDSA with SHA-256 is part of the key: the TPM itself refuses any other scheme, SHA-1 among them. No dictionary attack counter: 32 random
 * bytes are not guessed, and a counter would let anybody lock the terminal out. */
static const TPMT_PUBLIC wanted = {
  .type = TPM2_ALG_ECC,
  .nameAlg = TPM2_ALG_SHA256,
  .objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
                      TPMA_OBJECT_NODA | TPMA_OBJECT_SIGN_ENCRYPT,
  .parameters.eccDetail = { .symmetric.algorithm = TPM2_ALG_NULL,
                            .scheme = { .scheme = TPM2_ALG_ECDSA, .details.ecdsa.hashAlg = TPM2_ALG_SHA256 },
                            .curveID = TPM2_ECC_NIST_P256,
                            .kdf.scheme = TPM2_ALG_NULL },
};

/* The TPM may leave leading zeros out. */
static gboolean
read_field (const TPM2B_ECC_PARAMETER *from, guint8 ret_field[PERRON_TPM_FIELD_BYTES])
{
  if (from->size > PERRON_TPM_FIELD_BYTES)
    return FALSE;
  memset (ret_field, 0, PERRON_TPM_FIELD_BYTES);
  memcpy (ret_field + PERRON_TPM_FIELD_BYTES - from->size, from->buffer, from->size);
  return TRUE;
}

static gboolean
is_key (const TPMT_PUBLIC *found, const PerronTpmKey *key)
{
  guint8 x[PERRON_TPM_FIELD_BYTES], y[PERRON_TPM_FIELD_BYTES];
  return found->type == wanted.type && found->objectAttributes == wanted.objectAttributes &&
         found->parameters.eccDetail.curveID == TPM2_ECC_NIST_P256 &&
         found->parameters.eccDetail.scheme.details.ecdsa.hashAlg == TPM2_ALG_SHA256 && read_field (&found->unique.ecc.x, x) &&
         read_field (&found->unique.ecc.y, y) && memcmp (x, key->x, sizeof x) == 0 && memcmp (y, key->y, sizeof y) == 0;
}

static gboolean
find (Question *question, ESYS_TR *ret_object, GError **error)
{
  TPM2B_PUBLIC *public = NULL;
  ESYS_TR object;
  if (!ok (Esys_TR_FromTPMPublic (question->esys, question->key.handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &object),
           "no key at its handle", error) ||
      !ok (Esys_ReadPublic (question->esys, object, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &public, NULL, NULL), "public key", error))
    return FALSE;
  gboolean same = is_key (&public->publicArea, &question->key);
  Esys_Free (public);
  if (!same) {
    g_set_error (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_FOREIGN, "TPM: the key at 0x%x is another than the one of this terminal",
                 question->key.handle);
    return FALSE;
  }
  *ret_object = object;
  return TRUE;
}

static gboolean
sign (Question *question, GError **error)
{
  TPM2B_DIGEST digest = { .size = sizeof question->digest };
  TPM2B_AUTH auth = { .size = sizeof question->key.auth };
  const TPMT_SIG_SCHEME scheme = { .scheme = TPM2_ALG_ECDSA, .details.ecdsa.hashAlg = TPM2_ALG_SHA256 };
  const TPMT_TK_HASHCHECK ticket = { .tag = TPM2_ST_HASHCHECK, .hierarchy = TPM2_RH_NULL };
  TPMT_SIGNATURE *signature = NULL;
  ESYS_TR object;

  if (!find (question, &object, error))
    return FALSE;
  memcpy (digest.buffer, question->digest, sizeof question->digest);
  memcpy (auth.buffer, question->key.auth, sizeof question->key.auth);
  if (!ok (Esys_TR_SetAuth (question->esys, object, &auth), "auth value", error) ||
      !ok (Esys_Sign (question->esys, object, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &digest, &scheme, &ticket, &signature),
           "signature", error))
    return FALSE;
  gboolean fits = signature->sigAlg == TPM2_ALG_ECDSA && read_field (&signature->signature.ecdsa.signatureR, question->r) &&
                  read_field (&signature->signature.ecdsa.signatureS, question->s);
  Esys_Free (signature);
  if (!fits)
    g_set_error_literal (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_REFUSED, "TPM: the signature is not of the form asked for");
  return fits;
}

static gboolean
evict (ESYS_CONTEXT *esys, ESYS_TR object, guint32 handle, GError **error)
{
  ESYS_TR at = ESYS_TR_NONE;
  return ok (Esys_EvictControl (esys, ESYS_TR_RH_OWNER, object, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, handle, &at), "persistent handle",
             error);
}

static gboolean
look (Question *question, ESYS_TR *ret_object, GError **error)
{
  TSS2_RC code =
    Esys_TR_FromTPMPublic (question->esys, question->key.handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ret_object);
  question->taken = code == TSS2_RC_SUCCESS;
  return question->taken || classify (code) == PERRON_DEVICE_ERROR_FOREIGN || ok (code, "persistent handle", error);
}

/* Somebody else's key is never touched without a word: whoever asked says that it may go. */
static gboolean
make_room (Question *question, GError **error)
{
  ESYS_TR object;
  if (!look (question, &object, error))
    return FALSE;
  if (!question->taken)
    return TRUE;
  if (question->replace)
    return evict (question->esys, object, question->key.handle, error);
  g_set_error (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_REFUSED, "TPM: there is a key at 0x%x already", question->key.handle);
  return FALSE;
}

/* A primary key of the owner from a random `unique`: no blob of it ever exists outside the TPM, so there is nothing to copy. */
static gboolean
create (Question *question, ESYS_TR *ret_object, GError **error)
{
  TPM2B_SENSITIVE_CREATE sensitive = { .sensitive.userAuth.size = sizeof question->key.auth };
  TPM2B_PUBLIC template = { .publicArea = wanted }, *public = NULL;
  TPMS_ECC_POINT *point = &template.publicArea.unique.ecc;
  const TPM2B_DATA outside = { 0 };
  const TPML_PCR_SELECTION no_pcr = { 0 };

  memcpy (sensitive.sensitive.userAuth.buffer, question->key.auth, sizeof question->key.auth);
  point->x.size = point->y.size = PERRON_TPM_FIELD_BYTES;
  if (getrandom (point->x.buffer, point->x.size, 0) != point->x.size || getrandom (point->y.buffer, point->y.size, 0) != point->y.size) {
    g_set_error_literal (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_REFUSED, "no random numbers");
    return FALSE;
  }
  if (!ok (Esys_CreatePrimary (question->esys, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &sensitive, &template, &outside,
                               &no_pcr, ret_object, &public, NULL, NULL, NULL),
           "new key", error))
    return FALSE;
  gboolean fits = read_field (&public->publicArea.unique.ecc.x, question->key.x) && read_field (&public->publicArea.unique.ecc.y, question->key.y) &&
                  is_key (&public->publicArea, &question->key);
  Esys_Free (public);
  if (!fits)
    g_set_error_literal (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_REFUSED, "TPM: the new key is not as asked for");
  return fits;
}

static gboolean
make (Question *question, GError **error)
{
  ESYS_TR object = ESYS_TR_NONE;
  if (!make_room (question, error))
    return FALSE;
  gboolean made = create (question, &object, error) && evict (question->esys, object, question->key.handle, error);
  if (object != ESYS_TR_NONE)
    Esys_FlushContext (question->esys, object);
  return made;
}

static gboolean
ask (Question *question, GError **error)
{
  ESYS_TR object;
  switch (question->job) {
  case JOB_LOOK:
    return look (question, &object, error);
  case JOB_MAKE:
    return make (question, error);
  case JOB_CHECK:
    return find (question, &object, error);
  case JOB_SIGN:
    return sign (question, error);
  default:
    return find (question, &object, error) && evict (question->esys, object, question->key.handle, error);
  }
}

static void
run (Question *question)
{
  TSS2_TCTI_CONTEXT *tcti = NULL;
  if (!ok (Tss2_TctiLdr_Initialize (question->tcti, &tcti), "not reached", &question->error))
    return;
  if (ok (Esys_Initialize (&question->esys, tcti, NULL), "not reached", &question->error)) {
    (void) ask (question, &question->error);
    Esys_Finalize (&question->esys);
  }
  Tss2_TctiLdr_Finalize (&tcti);
}

static gpointer
on_thread (gpointer data)
{
  g_autoptr (Question) question = data;
  run (question);
  g_mutex_lock (&question->mutex);
  question->done = TRUE;
  g_cond_signal (&question->ended);
  g_mutex_unlock (&question->mutex);
  return NULL;
}

static gboolean
wait_for_answer (Question *question, GError **error)
{
  gint64 until = g_get_monotonic_time () + perron_tpm_patience_us;
  g_mutex_lock (&question->mutex);
  while (!question->done && g_cond_wait_until (&question->ended, &question->mutex, until))
    ;
  gboolean done = question->done;
  g_mutex_unlock (&question->mutex);
  if (!done) {
    g_set_error_literal (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_ABSENT, "TPM: no answer in time");
    return FALSE;
  }
  if (question->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&question->error));
  return FALSE;
}

static Question *
question_new (const char *tcti, Job job, const PerronTpmKey *key)
{
  Question *question = g_new0 (Question, 1);
  g_atomic_ref_count_init (&question->users);
  g_mutex_init (&question->mutex);
  g_cond_init (&question->ended);
  question->tcti = g_strdup (tcti);
  question->job = job;
  question->key = *key;
  return question;
}

static gboolean
put (Question *question, GError **error)
{
  g_atomic_ref_count_inc (&question->users);
  g_autoptr (GThread) thread = g_thread_try_new ("tpm", on_thread, question, error);
  if (thread != NULL)
    return wait_for_answer (question, error);
  question_unref (question);
  return FALSE;
}

gboolean
perron_tpm_look (const char *tcti, guint32 handle, gboolean *ret_taken, GError **error)
{
  const PerronTpmKey key = { .handle = handle };
  g_autoptr (Question) question = question_new (tcti, JOB_LOOK, &key);
  if (!put (question, error))
    return FALSE;
  *ret_taken = question->taken;
  return TRUE;
}

gboolean
perron_tpm_make (const char *tcti, PerronTpmKey *key, gboolean replace, GError **error)
{
  g_autoptr (Question) question = question_new (tcti, JOB_MAKE, key);
  question->replace = replace;
  if (!put (question, error))
    return FALSE;
  *key = question->key;
  return TRUE;
}

gboolean
perron_tpm_check (const char *tcti, const PerronTpmKey *key, GError **error)
{
  g_autoptr (Question) question = question_new (tcti, JOB_CHECK, key);
  return put (question, error);
}

gboolean
perron_tpm_remove (const char *tcti, const PerronTpmKey *key, GError **error)
{
  g_autoptr (Question) question = question_new (tcti, JOB_REMOVE, key);
  return put (question, error);
}

gboolean
perron_tpm_sign (const char *tcti, const PerronTpmKey *key, const guint8 digest[32], guint8 ret_r[PERRON_TPM_FIELD_BYTES],
                 guint8 ret_s[PERRON_TPM_FIELD_BYTES], GError **error)
{
  g_autoptr (Question) question = question_new (tcti, JOB_SIGN, key);
  memcpy (question->digest, digest, sizeof question->digest);
  if (!put (question, error))
    return FALSE;
  memcpy (ret_r, question->r, sizeof question->r);
  memcpy (ret_s, question->s, sizeof question->s);
  return TRUE;
}
