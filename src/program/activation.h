/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets that the service manager opened for this process (sd_listen_fds(3)). */
#ifndef PROGRAM_ACTIVATION_H
#define PROGRAM_ACTIVATION_H

#include <stddef.h>

#include "base/addr.h"

/* Room for the name of a socket, NUL included. */
#define ACTIVATION_TEXT_MAX 128

/* Makes the sockets usable and writes at most `max` of them to `out`. Returns how many, at least 1,
 * or writes to `problem` why not and returns 0. */
size_t activation_take(size_t max, int *out, const char **problem);

/* Writes where a socket listens: "[::]:10967", "unix:/run/ipsla.sock". Returns `text`. */
char *activation_format(int fd, char text[ACTIVATION_TEXT_MAX]);

#endif
