/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* The wire itself. Every call returns when `wake` (an eventfd) becomes readable. Called by the line thread of a slot only. */

#define PERRON_IFD_LINE_LOST (-1)
#define PERRON_IFD_LINE_CLOSED (-2)

/* Waits for a dock to appear at `path` and connects. A socket, or -1 when woken. */
int perron_ifd_line_connect (const char *path, int wake);

/* One packet, > 0 bytes; LOST when the dock hung up, CLOSED when woken. A packet larger than `room` counts as LOST. */
ssize_t perron_ifd_line_receive (int fd, int wake, unsigned char *packet, size_t room);

/* Waits a second; false when woken. */
bool perron_ifd_line_pause (int wake);
