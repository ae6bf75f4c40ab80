/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What else is done before a question leaves; nobody need have it. */
void on_asking (void) __attribute__ ((weak));

/* For what is loaded into the real programs (LD_PRELOAD): DIE_CALL=name DIE_AT=n is SIGKILL at the n-th call of that name. */
static void
count_down (const char *call)
{
  static int left;
  const char *wanted = getenv ("DIE_CALL");
  if (wanted == NULL || strcmp (wanted, call) != 0)
    return;
  if (left == 0)
    left = atoi (getenv ("DIE_AT"));
  if (--left == 0)
    kill (getpid (), SIGKILL);
}
