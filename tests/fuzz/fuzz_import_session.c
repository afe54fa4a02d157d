/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a configuration with sessions of TWAMP: the first byte chooses the vendor. */
#include "fuzz/import_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum import_format formats[] = {FORMAT_JUNIPER, FORMAT_HUAWEI, FORMAT_NOKIA};
    if (size > 0) {
        import_input_check(data + 1, size - 1, 1U << formats[data[0] % 3]);
    }
    return 0;
}
