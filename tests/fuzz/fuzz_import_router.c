/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the configuration of a router. */
#include "fuzz/import_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    import_input_check(data, size, FORMATS_ROUTERS);
    return 0;
}
