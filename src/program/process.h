/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Figures of this process from the kernel. */
#ifndef PROGRAM_PROCESS_H
#define PROGRAM_PROCESS_H

#include "base/time.h"
#include "expo/expo.h"

/* Sets `process` of the view, and how many log lines were dropped. What cannot be read is
 * EXPO_UNKNOWN, or negative. */
void process_read(struct wall started, struct expo_view *out);

#endif
