/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/listing.h"

/* Days by the calendar, not by hours: at 8 in the morning, 22 o'clock was yesterday. */
static gint64
day_of (GDateTime *time)
{
  GDate date;
  int year, month, day;
  g_date_time_get_ymd (time, &year, &month, &day);
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) day, (GDateMonth) month, (GDateYear) year);
  return g_date_get_julian (&date);
}

PerronMoment
perron_moment_from_unix_ms (gint64 unix_ms, gint64 now_unix_ms)
{
  PerronMoment moment = { 0 };
  g_autoptr (GDateTime) then = unix_ms > 0 ? g_date_time_new_from_unix_local (unix_ms / 1000) : NULL;
  g_autoptr (GDateTime) now = now_unix_ms > 0 ? g_date_time_new_from_unix_local (now_unix_ms / 1000) : NULL;

  if (then == NULL || now == NULL)
    return moment;
  gint64 days = day_of (now) - day_of (then);
  if (days < 0 || days > 9999)
    return moment;
  moment.known = TRUE;
  moment.days = (guint) days;
  moment.hour = (guint) g_date_time_get_hour (then);
  moment.minute = (guint) g_date_time_get_minute (then);
  return moment;
}

guint
perron_listing_get_place (const PerronListing *listing, guint index)
{
  return (listing->page - 1) * PERRON_LISTING_ROWS + index + 1;
}
