/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "program/options.h"

int output_end(const char *program, int status)
{
    errno = 0; /* of an earlier write it is not known any more */
    bool was_written = ferror(stdout) == 0;
    if (fflush(stdout) == 0 && was_written) {
        return status;
    }
    fprintf(stderr, "%s: the output cannot be written%s%s\n", program, errno != 0 ? ": " : "",
            errno != 0 ? strerror(errno) : "");
    return OPTIONS_EXIT_USAGE;
}
