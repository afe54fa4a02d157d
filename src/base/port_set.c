/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/port_set.h"

#include <stdlib.h>
#include <string.h>

/* Reads the number at *text, which ends at `end` or at the end of the text, and steps over it. 0:
 * it is none. */
static uint16_t read_port(const char **text, char end)
{
    char *after;
    bool is_digit = **text >= '0' && **text <= '9';
    unsigned long number = is_digit ? strtoul(*text, &after, 10) : 0;
    if (number == 0 || number > UINT16_MAX || (*after != end && *after != '\0')) {
        return 0;
    }
    *text = *after == '\0' ? after : after + 1;
    return (uint16_t)number;
}

const char *port_range_parse(const char *text, struct port_range *out)
{
    bool is_single = strchr(text, '-') == NULL;
    struct port_range range = {.first = read_port(&text, '-')};
    range.last = is_single || range.first == 0 ? range.first : read_port(&text, '\0');
    if (range.first == 0 || range.last == 0) {
        return "is not a port or a range of ports such as 5000-5999";
    }
    if (range.last < range.first) {
        return "is a range that ends before it begins";
    }
    *out = range;
    return NULL;
}

void port_set_add(struct port_set *set, struct port_range range)
{
    for (uint32_t port = range.first; port <= range.last; port++) {
        set->bits[port / 8] |= (uint8_t)(1 << port % 8);
    }
}

void port_set_remove(struct port_set *set, struct port_range range)
{
    for (uint32_t port = range.first; port <= range.last; port++) {
        set->bits[port / 8] &= (uint8_t) ~(1 << port % 8);
    }
}

bool port_set_has(const struct port_set *set, uint16_t port)
{
    return (set->bits[port / 8] >> port % 8 & 1) != 0;
}

void port_set_remove_list(struct port_set *set, const char *list)
{
    char word[16];
    struct port_range range;
    while (*list != '\0') {
        size_t length = strcspn(list, ",\n");
        if (length < sizeof word) {
            memcpy(word, list, length);
            word[length] = '\0';
            if (port_range_parse(word, &range) == NULL) {
                port_set_remove(set, range);
            }
        }
        list += list[length] == '\0' ? length : length + 1;
    }
}
