/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/request.h"

#include <string.h>

PerronRequest *
perron_request_new (void)
{
  return perron_secret_alloc (sizeof (PerronRequest));
}

void
perron_request_free (PerronRequest *request)
{
  perron_secret_free (request);
}

static PerronRequestField *
find_field (const PerronRequest *request, const char *name)
{
  for (guint i = 0; i < request->field_count; i++) {
    if (strcmp (request->fields[i].name, name) == 0)
      return (PerronRequestField *) &request->fields[i];
  }
  return NULL;
}

gboolean
perron_request_set_field (PerronRequest *request, const char *name, const char *value)
{
  if (strlen (name) >= PERRON_FIELD_NAME_BYTES || strlen (value) >= PERRON_FIELD_VALUE_BYTES)
    return FALSE;

  PerronRequestField *field = find_field (request, name);
  if (field == NULL) {
    if (request->field_count == PERRON_REQUEST_FIELDS_MAX)
      return FALSE;
    field = &request->fields[request->field_count++];
  }
  return perron_secret_copy_text (field->name, sizeof field->name, name) &&
         perron_secret_copy_text (field->value, sizeof field->value, value);
}

const char *
perron_request_get_field (const PerronRequest *request, const char *name)
{
  const PerronRequestField *field = find_field (request, name);
  return field != NULL ? field->value : NULL;
}
