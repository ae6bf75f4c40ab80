/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/inner.h"

#include <stdio.h>
#include <string.h>

#include "sync/seal/padding.h"
#include "sync/store/secret-json.h"

/* `.example` until the names are agreed with the receiving side (RFC 2606). */
#define NAMES "https://perron.example/fhir/"

#define URN_BYTES (sizeof "urn:uuid:" + PERRON_UUID_CHARS)

typedef struct {
  char task[PERRON_UUID_CHARS];
  char task_urn[URN_BYTES];
  char patient[PERRON_UUID_CHARS];
  char patient_urn[URN_BYTES];
} Ids;

/* The Patient's id follows from the request's: a bundle opened twice writes the same two resources. */
static void
make_ids (const guint8 id[PERRON_UUID_BYTES], Ids *ids)
{
  guint8 other[PERRON_UUID_BYTES];
  memcpy (other, id, sizeof other);
  other[PERRON_UUID_BYTES - 1] ^= 1;
  perron_uuid_format (id, ids->task);
  perron_uuid_format (other, ids->patient);
  snprintf (ids->task_urn, sizeof ids->task_urn, "urn:uuid:%s", ids->task);
  snprintf (ids->patient_urn, sizeof ids->patient_urn, "urn:uuid:%s", ids->patient);
}

static void
write_coding (PerronSecretJson *json, const char *key, const char *system, const char *code)
{
  perron_secret_json_open (json, key, '{');
  perron_secret_json_open (json, "coding", '[');
  perron_secret_json_open (json, NULL, '{');
  perron_secret_json_string (json, "system", system);
  perron_secret_json_string (json, "code", code);
  perron_secret_json_close (json, '}');
  perron_secret_json_close (json, ']');
  perron_secret_json_close (json, '}');
}

static void
open_input (PerronSecretJson *json, const char *name)
{
  perron_secret_json_open (json, NULL, '{');
  write_coding (json, "type", NAMES "CodeSystem/input", name);
}

/* FHIR has no empty string (R4 datatypes, "string"): what is empty is left out. */
static void
write_input (PerronSecretJson *json, const char *name, const char *value)
{
  if (*value == '\0')
    return;
  open_input (json, name);
  perron_secret_json_string (json, "valueString", value);
  perron_secret_json_close (json, '}');
}

/* FHIR integers end at 2^31; a decimal does not. */
static void
write_number_input (PerronSecretJson *json, const char *name, gint64 value)
{
  open_input (json, name);
  perron_secret_json_number (json, "valueDecimal", value);
  perron_secret_json_close (json, '}');
}

static void
write_identifier (PerronSecretJson *json, const char *key, const char *system, const char *value)
{
  perron_secret_json_open (json, key, '{');
  perron_secret_json_string (json, "system", system);
  perron_secret_json_string (json, "value", value);
  perron_secret_json_close (json, '}');
}

static void
write_reference (PerronSecretJson *json, const char *key, const char *urn)
{
  perron_secret_json_open (json, key, '{');
  perron_secret_json_string (json, "reference", urn);
  perron_secret_json_close (json, '}');
}

static void
write_authored (PerronSecretJson *json, gint64 unix_ms)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (unix_ms / 1000);
  g_autofree char *text = when != NULL ? g_date_time_format (when, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  if (text != NULL)
    perron_secret_json_string (json, "authoredOn", text);
}

static void
write_inputs (PerronSecretJson *json, const PerronRequest *request, gint64 counter)
{
  perron_secret_json_open (json, "input", '[');
  write_number_input (json, "counter", counter);
  write_input (json, "journey", request->journey);
  write_number_input (json, "journey-version", request->journey_version);
  write_input (json, "language", request->language);
  write_input (json, "consent-key", request->consent_key);
  write_input (json, "consent-sha256", request->consent_sha256);
  if (request->has_holder) {
    write_input (json, "identity-source", request->holder_from_card ? "card" : "typed");
    write_input (json, "identity-number-kind", perron_number_kind_to_string (request->holder.number.kind));
  }
  for (guint i = 0; i < request->field_count; i++)
    write_input (json, request->fields[i].name, request->fields[i].value);
  perron_secret_json_close (json, ']');
}

static void
open_entry (PerronSecretJson *json, const char *urn, const char *resource_type, const char *id)
{
  perron_secret_json_open (json, NULL, '{');
  perron_secret_json_string (json, "fullUrl", urn);
  perron_secret_json_open (json, "resource", '{');
  perron_secret_json_string (json, "resourceType", resource_type);
  perron_secret_json_string (json, "id", id);
}

/* PUT, not POST: opening twice changes nothing. */
static void
close_entry (PerronSecretJson *json, const char *resource_type, const char *id)
{
  char url[16 + PERRON_UUID_CHARS];
  snprintf (url, sizeof url, "%s/%s", resource_type, id);
  perron_secret_json_close (json, '}');
  perron_secret_json_open (json, "request", '{');
  perron_secret_json_string (json, "method", "PUT");
  perron_secret_json_string (json, "url", url);
  perron_secret_json_close (json, '}');
  perron_secret_json_close (json, '}');
}

static void
write_task (PerronSecretJson *json, const PerronRequest *request, const Ids *ids, const char *terminal, const char *reference,
            gint64 counter)
{
  open_entry (json, ids->task_urn, "Task", ids->task);
  perron_secret_json_open (json, "identifier", '[');
  write_identifier (json, NULL, NAMES "identifier/reference", reference);
  perron_secret_json_close (json, ']');
  perron_secret_json_string (json, "status", "requested");
  perron_secret_json_string (json, "intent", "order");
  write_coding (json, "code", NAMES "CodeSystem/demande", request->kind);
  if (request->has_holder)
    write_reference (json, "for", ids->patient_urn);
  write_authored (json, request->confirmed_unix_ms);
  perron_secret_json_open (json, "requester", '{');
  write_identifier (json, "identifier", NAMES "identifier/terminal", terminal);
  perron_secret_json_close (json, '}');
  write_inputs (json, request, counter);
  close_entry (json, "Task", ids->task);
}

/* A number read from a card or typed is not a qualified identity: neither system nor type may say INS (sync-security facts 4). */
static void
write_number (PerronSecretJson *json, const PerronNumber *number)
{
  if (number->value[0] == '\0')
    return;
  perron_secret_json_open (json, "identifier", '[');
  perron_secret_json_open (json, NULL, '{');
  write_coding (json, "type", "http://terminology.hl7.org/CodeSystem/v2-0203", "SS");
  perron_secret_json_string (json, "system", NAMES "identifier/numero-non-qualifie");
  perron_secret_json_string (json, "value", number->value);
  perron_secret_json_close (json, '}');
  perron_secret_json_close (json, ']');
}

static void
write_name (PerronSecretJson *json, const PerronHolder *holder)
{
  if (holder->surname[0] == '\0' && holder->given_name[0] == '\0')
    return;
  perron_secret_json_open (json, "name", '[');
  perron_secret_json_open (json, NULL, '{');
  if (holder->surname[0] != '\0')
    perron_secret_json_string (json, "family", holder->surname);
  if (holder->given_name[0] != '\0') {
    perron_secret_json_open (json, "given", '[');
    perron_secret_json_string (json, NULL, holder->given_name);
    perron_secret_json_close (json, ']');
  }
  perron_secret_json_close (json, '}');
  perron_secret_json_close (json, ']');
}

static void
write_telecom (PerronSecretJson *json, const PerronRequest *request)
{
  static const char *const systems[] = { "phone", "email" };
  gboolean open = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (systems); i++) {
    const char *value = perron_request_get_field (request, systems[i]);
    if (value == NULL || *value == '\0')
      continue;
    if (!open)
      perron_secret_json_open (json, "telecom", '[');
    open = TRUE;
    perron_secret_json_open (json, NULL, '{');
    perron_secret_json_string (json, "system", systems[i]);
    perron_secret_json_string (json, "value", value);
    perron_secret_json_close (json, '}');
  }
  if (open)
    perron_secret_json_close (json, ']');
}

/* birthDate as far as it is a date (FHIR allows a year alone); the characters of the card travel beside it as they are. */
static void
write_birth (PerronSecretJson *json, const PerronBirth *birth)
{
  char date[16];

  if (birth->year > 0 && birth->year <= 9999) {
    int length = snprintf (date, sizeof date, "%04d", birth->year);
    if (birth->month >= 1 && birth->month <= 12) {
      length += snprintf (date + length, sizeof date - (gsize) length, "-%02d", birth->month);
      if (birth->day >= 1 && birth->day <= 31)
        snprintf (date + length, sizeof date - (gsize) length, "-%02d", birth->day);
    }
    perron_secret_json_string (json, "birthDate", date);
    explicit_bzero (date, sizeof date);
  }
  if (birth->raw[0] == '\0')
    return;
  perron_secret_json_open (json, "_birthDate", '{');
  perron_secret_json_open (json, "extension", '[');
  perron_secret_json_open (json, NULL, '{');
  perron_secret_json_string (json, "url", NAMES "StructureDefinition/date-lue");
  perron_secret_json_string (json, "valueString", birth->raw);
  perron_secret_json_close (json, '}');
  perron_secret_json_close (json, ']');
  perron_secret_json_close (json, '}');
}

static void
write_patient (PerronSecretJson *json, const PerronRequest *request, const Ids *ids)
{
  open_entry (json, ids->patient_urn, "Patient", ids->patient);
  write_number (json, &request->holder.number);
  write_name (json, &request->holder);
  write_telecom (json, request);
  write_birth (json, &request->holder.birth);
  close_entry (json, "Patient", ids->patient);
}

char *
perron_inner_encode (const PerronRequest *request, const guint8 id[PERRON_UUID_BYTES], const char *terminal, const char *reference,
                     gint64 counter, gsize *ret_len)
{
  PerronSecretJson json;
  Ids ids;

  make_ids (id, &ids);
  perron_secret_json_init (&json, PERRON_PLAIN_MAX + 1);
  perron_secret_json_open (&json, NULL, '{');
  perron_secret_json_string (&json, "resourceType", "Bundle");
  perron_secret_json_string (&json, "type", "transaction");
  perron_secret_json_open (&json, "entry", '[');
  write_task (&json, request, &ids, terminal, reference, counter);
  if (request->has_holder)
    write_patient (&json, request, &ids);
  perron_secret_json_close (&json, ']');
  perron_secret_json_close (&json, '}');
  return perron_secret_json_finish (&json, ret_len);
}
