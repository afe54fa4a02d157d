/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What releases do without being told, where they differ or where a user wants to see it. */
#ifndef IMPORT_RELEASE_H
#define IMPORT_RELEASE_H

#include <stdbool.h>

#include "import/model.h"

/* Whether `text` ("12.4", "15.2(4)M3", "17.9", "nxos", "xr") is a release that is known. */
bool import_release_is_known(const char *text);

/* "12, 15, 16, 17, asa, nxos or xr". */
const char *import_release_names(void);

/* Writes the defaults of the release into an operation where it has none; NULL: nothing. */
void import_release_fill(struct import_device *device, int entry, const char *release);

/* The thresholds of a reaction to MOS and to losses in a row; for NULL those of 15 and later. */
int64_t import_release_mos(const char *release);
int64_t import_release_losses(const char *release);

#endif
