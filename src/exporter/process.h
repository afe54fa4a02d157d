/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Figures of this process from the kernel. */
#ifndef EXPORTER_PROCESS_H
#define EXPORTER_PROCESS_H

#include "base/time.h"
#include "expo/expo.h"

/* What cannot be read is EXPO_UNKNOWN, or negative. */
void process_read(struct wall started, struct expo_process *out);

#endif
