/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is shown on screen passes through GTK, Pango and HarfBuzz, which copy text into ordinary heap memory. This file replaces
 * free() and realloc() of the whole process by ones that wipe a block before it goes back to the allocator, so that a name does not
 * outlive the label that showed it. Blocks over MMAP_FROM come from mmap and are unmapped when freed: the kernel clears those.
 *
 * glibc: an application may replace its malloc family ("Replacing malloc" in its manual); __libc_* are the originals.
 */
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MMAP_FROM (128 * 1024)

void __libc_free (void *block);
void *__libc_malloc (size_t size);
void *__libc_calloc (size_t count, size_t size);
void *__libc_realloc (void *block, size_t size);
void *__libc_memalign (size_t alignment, size_t size);

/* The threshold is fixed: glibc would otherwise raise it by itself each time a mapped block is freed. */
__attribute__ ((constructor)) static void
fix_threshold (void)
{
  mallopt (M_MMAP_THRESHOLD, MMAP_FROM);
}

void
free (void *block)
{
  if (block == NULL)
    return;
  size_t size = malloc_usable_size (block);
  if (size < MMAP_FROM)
    explicit_bzero (block, size);
  __libc_free (block);
}

void *
realloc (void *block, size_t size)
{
  if (block == NULL || size == 0)
    return __libc_realloc (block, size);

  size_t old_size = malloc_usable_size (block);
  /* Mapped blocks move by page tables: nothing is left behind. Where the block already suffices nothing moves at all. */
  if (old_size >= MMAP_FROM || (size <= old_size && size >= old_size / 2))
    return __libc_realloc (block, size);
  void *moved = __libc_malloc (size);
  if (moved == NULL)
    return NULL;
  memcpy (moved, block, old_size < size ? old_size : size);
  free (block);
  return moved;
}
