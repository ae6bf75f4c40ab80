/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/net/die-at.h"

#include <dlfcn.h>

/*
 * The questions of a program to a server, as libcurl is told of them (sync/http/line.c), for what is loaded into it: DIE_CALL=ask before the n-th
 * leaves, answered when the n-th has ended.
 */
int curl_multi_add_handle (void *multi, void *curl);
int curl_multi_remove_handle (void *multi, void *curl);

int
curl_multi_add_handle (void *multi, void *curl)
{
  int (*real) (void *, void *) = (int (*) (void *, void *)) dlsym (RTLD_NEXT, "curl_multi_add_handle");
  count_down ("ask");
  if (on_asking != NULL)
    on_asking ();
  return real (multi, curl);
}

int
curl_multi_remove_handle (void *multi, void *curl)
{
  int (*real) (void *, void *) = (int (*) (void *, void *)) dlsym (RTLD_NEXT, "curl_multi_remove_handle");
  count_down ("answered");
  return real (multi, curl);
}
