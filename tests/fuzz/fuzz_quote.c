/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* An ICMP error, read as one of each family: what it quotes lies within it. */
#include "fuzz/fuzz.h"

#include <assert.h>

#include "wire/quote.h"

static void check(enum addr_family family, const uint8_t *data, size_t size)
{
    struct quote quote;
    if (quote_read(family, data, size, &quote)) {
        assert(quote.reason != QUOTE_OTHER && quote.label_count <= QUOTE_LABELS_MAX);
        assert(quote.destination.family == family);
        assert(quote.rest >= data && quote.rest + quote.rest_size <= data + size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(ADDR_IPV4, data, size);
    check(ADDR_IPV6, data, size);
    return 0;
}
