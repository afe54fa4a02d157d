/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The flags of ipsla_responder. */
#ifndef RESPONDER_FLAGS_H
#define RESPONDER_FLAGS_H

#include "program/options.h"
#include "reflect/reflect.h"

extern const struct options_program flags_program;

/* The settings that the flags say, or the file that they name; a reload calls it again. 0, or an
 * exit status after a message on standard error. */
int flags_read(const struct options *options, struct reflect_settings *settings);

#endif
