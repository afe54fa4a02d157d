/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Evidence: what an operation sent and received, with the times that its result is computed from,
 * as a pcapng file. Stands at the seam (probe/io.h) between machine and host, and changes nothing.
 */
#ifndef CLI_TAP_H
#define CLI_TAP_H

#include <stdbool.h>

#include "cli/cli.h"
#include "probe/io.h"

/* Bytes of one operation that are kept until it is over; packets beyond are left out and counted.
 */
#define TAP_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct tap;

/* Opens `file` and writes the beginning. NULL with errno set when it cannot. */
struct tap *tap_open(const char *file);

/* `machine` with the tap before it. */
struct machine tap_machine(struct tap *tap, struct machine machine);

/* The operation is over: writes its packets. */
void tap_write(struct tap *tap, const struct cli_result *result);

/* Ends the file and frees the tap; NULL is fine. False after a message when something could not be
 * written. */
bool tap_close(struct tap *tap);

#endif
