/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/route_path.h"

#include <string.h>

#define NAME "NAME"
#define ID "ID"

/* Takes `text` of `size` from the end of the first *end bytes of `path`. */
static bool take_back(const char *path, size_t *end, const char *text, size_t size)
{
    if (*end < size || memcmp(path + *end - size, text, size) != 0) {
        return false;
    }
    *end -= size;
    return true;
}

/* Takes what follows the name in the pattern. */
static bool take_tail(const char *path, size_t *end, const char *tail, struct route_parts *out)
{
    const char *id = strstr(tail, "/" ID);
    if (id == NULL) {
        return take_back(path, end, tail, strlen(tail));
    }
    const char *behind = id + strlen("/" ID);
    if (!take_back(path, end, behind, strlen(behind))) {
        return false;
    }
    size_t digits_end = *end;
    while (*end > 0 && path[*end - 1] >= '0' && path[*end - 1] <= '9') {
        (*end)--;
    }
    out->id = path + *end;
    out->id_size = digits_end - *end;
    return out->id_size > 0 && take_back(path, end, tail, (size_t)(id + 1 - tail));
}

bool route_path_match(const char *pattern, const char *path, struct route_parts *out)
{
    const char *name = strstr(pattern, "/" NAME) + 1;
    size_t head = (size_t)(name - pattern), end = strlen(path);
    *out = (struct route_parts){.name = path + head};
    if (strncmp(path, pattern, head) != 0 || !take_tail(path, &end, name + strlen(NAME), out) ||
        end <= head) {
        return false;
    }
    out->name_size = end - head;
    return true;
}
