/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/config_file.h"

#include <stdio.h>

struct config *config_file_load(const char *file)
{
    struct diagnostics diagnostics = {0};
    struct buf text = {0};
    struct config *config = config_load(file, &diagnostics);
    diagnostics_format(&diagnostics, &text);
    fputs(buf_string(&text), stderr);
    buf_fini(&text);
    diagnostics_fini(&diagnostics);
    return config;
}
