/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The file of `ipsla probe --write`: the packets of each operation, as the engine has kept them
 * (engine/evidence.h), as pcapng. */
#ifndef CLI_TAP_H
#define CLI_TAP_H

#include <stdbool.h>

#include "engine/engine.h"

/* Of one operation; packets beyond are left out and counted. */
#define TAP_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct tap;

/* Opens `file` and writes the beginning; `engine` keeps its operations from now on. NULL with errno
 * set when it cannot. */
struct tap *tap_open(const char *file, struct engine *engine);

/* Writes the operations that are over; NULL is fine. */
void tap_write(struct tap *tap);

/* Ends the file and frees the tap; NULL is fine. False after a message when something could not be
 * written. */
bool tap_close(struct tap *tap);

#endif
