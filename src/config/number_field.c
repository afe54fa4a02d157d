/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/number_field.h"

#include <assert.h>
#include <string.h>

union number {
    uint8_t of_1;
    uint16_t of_2;
    uint32_t of_4;
    int64_t of_8;
};

int64_t number_field_get(const void *at, size_t size)
{
    union number number = {0};
    assert(size <= sizeof number);
    memcpy(&number, at, size);
    switch (size) {
    case 1:
        return number.of_1;
    case 2:
        return number.of_2;
    case 4:
        return number.of_4;
    default:
        return number.of_8;
    }
}

void number_field_put(void *at, size_t size, int64_t value)
{
    union number number = {0};
    switch (size) {
    case 1:
        number.of_1 = (uint8_t)value;
        break;
    case 2:
        number.of_2 = (uint16_t)value;
        break;
    case 4:
        number.of_4 = (uint32_t)value;
        break;
    default:
        number.of_8 = value;
        break;
    }
    memcpy(at, &number, size);
}
