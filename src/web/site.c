/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "web/routes.h"

const char *site_path(const struct site *site, const char *path)
{
    size_t length = strlen(site->route_prefix);
    return strncmp(path, site->route_prefix, length) == 0 && path[length] == '/' ? path + length
                                                                                 : "";
}
