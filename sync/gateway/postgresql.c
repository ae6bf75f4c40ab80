/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/postgresql.h"
#include "sync/gateway/store.h"

#include <stdarg.h>
#include <string.h>

#define PARAMETERS_MAX 8
#define PREPARED_MAX 8

struct PerronPg {
  PGconn *connection;
  char *text;
  const char *role; /* nullable; static */
  gboolean open; /* between BEGIN and COMMIT */
  const char *prepared[PREPARED_MAX]; /* on this connection, by the name "s" and their place */
  guint prepared_count;
};

static gboolean
refuse (const char *what, const char *why, GError **error)
{
  g_autofree char *line = g_strdup (why != NULL ? why : "");
  g_set_error (error, PERRON_GATEWAY_ERROR, PERRON_GATEWAY_ERROR_STORE, "%s: %s", what, g_strdelimit (g_strstrip (line), "\n", ' '));
  return FALSE;
}

static gboolean
refuse_connection (PerronPg *pg, GError **error)
{
  return refuse ("postgresql", pg->connection != NULL ? PQerrorMessage (pg->connection) : "no connection", error);
}

/* --- connection --------------------------------------------------------------------------------------------------------------- */

static gboolean
is_socket_list (const char *hosts)
{
  g_auto (GStrv) each = g_strsplit (hosts, ",", -1);
  for (guint i = 0; each[i] != NULL; i++) {
    if (each[i][0] != '/')
      return FALSE;
  }
  return each[0] != NULL;
}

/* No name and no address of a network: neither in clear over one, nor to a server nobody checked. */
static gboolean
check_text (const char *text, GError **error)
{
  g_autofree char *fault = NULL;
  char *message = NULL;
  PQconninfoOption *options = PQconninfoParse (text, &message);
  gboolean socket = FALSE, network = FALSE;

  for (PQconninfoOption *one = options; one != NULL && one->keyword != NULL; one++) {
    socket = socket || (strcmp (one->keyword, "host") == 0 && one->val != NULL && is_socket_list (one->val));
    network = network || (strcmp (one->keyword, "hostaddr") == 0 && one->val != NULL && *one->val != '\0');
  }
  fault = g_strdup (message);
  PQfreemem (message);
  PQconninfoFree (options);
  if (fault != NULL)
    return refuse ("[receiver] postgresql", fault, error);
  return (socket && !network) || refuse ("[receiver] postgresql", "host must be the folder of a Unix socket (host=/…)", error);
}

/* What durability rests on is read back (as for SQLite). synchronous_commit=on also waits for the standby the server names. */
static gboolean
check_durable (PerronPg *pg, GError **error)
{
  static const char *const asked[] = { "fsync", "full_page_writes", "synchronous_commit" };
  for (gsize i = 0; i < G_N_ELEMENTS (asked); i++) {
    g_autofree char *sql = g_strconcat ("SHOW ", asked[i], NULL);
    g_autoptr (PGresult) is = PQexec (pg->connection, sql);
    if (PQresultStatus (is) != PGRES_TUPLES_OK)
      return refuse_connection (pg, error);
    if (strcmp (PQgetvalue (is, 0, 0), "on") != 0)
      return refuse (asked[i], "must be on: this server would lose what it confirmed", error);
  }
  return TRUE;
}

static gboolean
take_role (PerronPg *pg, GError **error)
{
  if (pg->role == NULL)
    return TRUE;
  g_autofree char *sql = g_strconcat ("SET ROLE ", pg->role, NULL);
  g_autoptr (PGresult) set = PQexec (pg->connection, sql);
  return PQresultStatus (set) == PGRES_COMMAND_OK || refuse_connection (pg, error);
}

static gboolean
begin_session (PerronPg *pg, GError **error)
{
  g_autoptr (PGresult) set = NULL;
  if (PQstatus (pg->connection) != CONNECTION_OK)
    return refuse_connection (pg, error);
  set = PQexec (pg->connection, "SET synchronous_commit TO on; SET client_min_messages TO warning");
  if (PQresultStatus (set) != PGRES_COMMAND_OK)
    return refuse_connection (pg, error);
  return check_durable (pg, error) && take_role (pg, error);
}

/* Notices would go to standard error, where the log stands. */
static void
on_notice (void *data G_GNUC_UNUSED, const char *message G_GNUC_UNUSED)
{
}

static gboolean
connect_now (PerronPg *pg, GError **error)
{
  const char *const names[] = { "dbname", "connect_timeout", "fallback_application_name", NULL };
  const char *const values[] = { pg->text, "5", "perron-gateway", NULL };

  pg->connection = PQconnectdbParams (names, values, 1);
  if (pg->connection != NULL)
    PQsetNoticeProcessor (pg->connection, on_notice, NULL);
  if (pg->connection != NULL && begin_session (pg, error))
    return TRUE;
  if (pg->connection == NULL)
    (void) refuse_connection (pg, error);
  perron_pg_give_up (pg);
  return FALSE;
}

PerronPg *
perron_pg_new (const char *connection, const char *role, GError **error)
{
  if (!check_text (connection, error))
    return NULL;
  PerronPg *pg = g_new0 (PerronPg, 1);
  pg->text = g_strdup (connection);
  pg->role = role;
  if (connect_now (pg, error))
    return pg;
  perron_pg_free (pg);
  return NULL;
}

void
perron_pg_give_up (PerronPg *pg)
{
  g_clear_pointer (&pg->connection, PQfinish);
  pg->open = FALSE;
  pg->prepared_count = 0;
}

void
perron_pg_free (PerronPg *pg)
{
  if (pg == NULL)
    return;
  perron_pg_give_up (pg);
  g_free (pg->text);
  g_free (pg);
}

/* A server that was stopped and is back, or a standby that took over: the same string leads there. Not in the middle of a transaction: its
 * second half alone would be committed statement by statement, outside the lock. */
static gboolean
be_connected (PerronPg *pg, GError **error)
{
  if (pg->open)
    return (pg->connection != NULL && PQstatus (pg->connection) == CONNECTION_OK) || refuse_connection (pg, error);
  if (pg->connection != NULL && PQstatus (pg->connection) != CONNECTION_OK)
    perron_pg_give_up (pg);
  return pg->connection != NULL || connect_now (pg, error);
}

/* --- statements --------------------------------------------------------------------------------------------------------------- */

typedef struct {
  int count;
  const char *values[PARAMETERS_MAX];
  int lengths[PARAMETERS_MAX];
  int formats[PARAMETERS_MAX]; /* 1: binary */
  char numbers[PARAMETERS_MAX][24];
} Parameters;

static void
collect (Parameters *to, const char *shape, va_list list)
{
  for (; shape[to->count] != '\0'; to->count++) {
    int i = to->count;
    g_assert (i < PARAMETERS_MAX);
    to->formats[i] = shape[i] == 'b' || shape[i] == 'B';
    if (shape[i] == 'i') {
      g_snprintf (to->numbers[i], sizeof to->numbers[i], "%" G_GINT64_FORMAT, va_arg (list, gint64));
      to->values[i] = to->numbers[i];
    } else if (shape[i] == 't') {
      to->values[i] = va_arg (list, const char *);
    } else if (shape[i] == 'b') {
      to->values[i] = va_arg (list, const char *);
      to->lengths[i] = (int) va_arg (list, gsize);
    } else {
      gsize len;
      to->values[i] = g_bytes_get_data (va_arg (list, GBytes *), &len);
      to->lengths[i] = (int) len;
    }
  }
}

static gboolean
is_good (const PGresult *result)
{
  ExecStatusType status = PQresultStatus (result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

gboolean
perron_pg_run (PerronPg *pg, const char *sql, GError **error)
{
  if (!be_connected (pg, error))
    return FALSE;
  g_autoptr (PGresult) result = PQexec (pg->connection, sql);
  pg->open = strcmp (sql, "BEGIN") == 0 || (pg->open && strcmp (sql, "COMMIT") != 0);
  /* A COMMIT of a failed transaction is answered "ROLLBACK", without an error. */
  if (is_good (result) && (strcmp (sql, "COMMIT") != 0 || strcmp (PQcmdStatus (result), "COMMIT") == 0))
    return TRUE;
  return refuse_connection (pg, error);
}

gboolean
perron_pg_begin_as (PerronPg *pg, const char *role, const char *tenant, GError **error)
{
  g_autofree char *sql = g_strconcat ("SET LOCAL ROLE ", role, NULL);
  if (!perron_pg_run (pg, "BEGIN", error) || !perron_pg_run (pg, sql, error))
    return FALSE;
  g_autoptr (PGresult) set = perron_pg_ask (pg, "SELECT set_config ('perron.tenant', $1::text, true)", error, "t", tenant);
  return set != NULL;
}

PGresult *
perron_pg_ask (PerronPg *pg, const char *sql, GError **error, const char *shape, ...)
{
  Parameters parameters = { 0 };
  va_list list;

  va_start (list, shape);
  collect (&parameters, shape, list);
  va_end (list);
  if (!be_connected (pg, error))
    return NULL;
  g_autoptr (PGresult) result = PQexecParams (pg->connection, sql, parameters.count, NULL, parameters.values, parameters.lengths,
                                              parameters.formats, 1);
  if (is_good (result))
    return g_steal_pointer (&result);
  (void) refuse_connection (pg, error);
  return NULL;
}

static gboolean
find_prepared (const PerronPg *pg, const char *sql, char ret_name[8])
{
  for (guint i = 0; i < pg->prepared_count; i++) {
    if (pg->prepared[i] == sql) {
      g_snprintf (ret_name, 8, "s%u", i);
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
perron_pg_prepare (PerronPg *pg, const char *sql, GError **error)
{
  char name[8];
  if (!be_connected (pg, error))
    return FALSE;
  if (find_prepared (pg, sql, name))
    return TRUE;
  g_assert (pg->prepared_count < PREPARED_MAX);
  g_snprintf (name, sizeof name, "s%u", pg->prepared_count);
  g_autoptr (PGresult) result = PQprepare (pg->connection, name, sql, 0, NULL);
  if (PQresultStatus (result) != PGRES_COMMAND_OK)
    return refuse_connection (pg, error);
  pg->prepared[pg->prepared_count++] = sql;
  return TRUE;
}

static gboolean
send (PerronPg *pg, const char *sql, const Parameters *with)
{
  char name[8];
  if (PQpipelineStatus (pg->connection) != PQ_PIPELINE_ON && PQenterPipelineMode (pg->connection) != 1)
    return FALSE;
  if (find_prepared (pg, sql, name))
    return PQsendQueryPrepared (pg->connection, name, with->count, with->values, with->lengths, with->formats, 1) == 1;
  return PQsendQueryParams (pg->connection, sql, with->count, NULL, with->values, with->lengths, with->formats, 1) == 1;
}

gboolean
perron_pg_send (PerronPg *pg, const char *sql, GError **error, const char *shape, ...)
{
  Parameters parameters = { 0 };
  va_list list;

  va_start (list, shape);
  collect (&parameters, shape, list);
  va_end (list);
  if (pg->connection != NULL && pg->open && send (pg, sql, &parameters))
    return TRUE;
  return refuse_connection (pg, error);
}

gboolean
perron_pg_send_end (PerronPg *pg, GError **error)
{
  return PQpipelineSync (pg->connection) == 1 || refuse_connection (pg, error);
}

gboolean
perron_pg_take_numbers (PerronPg *pg, gint64 *ret_numbers, guint count, GError **error)
{
  g_autoptr (PGresult) result = PQgetResult (pg->connection);
  if (PQresultStatus (result) != PGRES_TUPLES_OK)
    return refuse_connection (pg, error);
  if (PQntuples (result) != (int) count)
    return refuse ("postgresql", "another number of rows than was asked for", error);
  for (guint i = 0; i < count; i++) {
    if (PQgetisnull (result, (int) i, 0))
      return refuse ("postgresql", "a row without an outcome", error);
    ret_numbers[i] = perron_pg_get_number (result, (int) i, 0);
  }
  g_autoptr (PGresult) end = PQgetResult (pg->connection); /* NULL after each statement of a pipeline */
  return end == NULL || refuse_connection (pg, error);
}

gboolean
perron_pg_take_end (PerronPg *pg, GError **error)
{
  g_autoptr (PGresult) result = PQgetResult (pg->connection);
  return (PQresultStatus (result) == PGRES_PIPELINE_SYNC && PQexitPipelineMode (pg->connection) == 1) || refuse_connection (pg, error);
}

/* --- columns ------------------------------------------------------------------------------------------------------------------ */

gint64
perron_pg_get_number (const PGresult *found, int row, int column)
{
  const char *bytes = PQgetvalue (found, row, column);
  gint64 wide;
  gint32 narrow;

  if (PQgetlength (found, row, column) == sizeof wide) {
    memcpy (&wide, bytes, sizeof wide);
    return GINT64_FROM_BE (wide);
  }
  if (PQgetlength (found, row, column) != sizeof narrow)
    return 0;
  memcpy (&narrow, bytes, sizeof narrow);
  return GINT32_FROM_BE (narrow);
}

char *
perron_pg_dup_text (const PGresult *found, int row, int column)
{
  return g_strndup (PQgetvalue (found, row, column), (gsize) PQgetlength (found, row, column));
}

GBytes *
perron_pg_dup_bytes (const PGresult *found, int row, int column)
{
  return g_bytes_new (PQgetvalue (found, row, column), (gsize) PQgetlength (found, row, column));
}

gboolean
perron_pg_copy (const PGresult *found, int row, int column, guint8 *bytes, gsize size, GError **error)
{
  if ((gsize) PQgetlength (found, row, column) != size)
    return refuse (PQfname (found, column), "of another length than agreed", error);
  memcpy (bytes, PQgetvalue (found, row, column), size);
  return TRUE;
}
