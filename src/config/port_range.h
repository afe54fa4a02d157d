/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A range of ports as the number of one value (struct value). */
#ifndef CONFIG_PORT_RANGE_H
#define CONFIG_PORT_RANGE_H

#include <stdint.h>

#include "base/port_set.h"

static inline int64_t port_range_pack(struct port_range range)
{
    return (int64_t)range.first << 16 | range.last;
}

static inline struct port_range port_range_unpack(int64_t number)
{
    return (struct port_range){(uint16_t)(number >> 16), (uint16_t)number};
}

static inline unsigned port_range_count(struct port_range range)
{
    return (unsigned)(range.last - range.first) + 1;
}

#endif
