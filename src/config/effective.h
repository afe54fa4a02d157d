/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A configuration written out again: every key of every target, module and responder with its
 * value, wherever that came from. It is a file that makes the same again, once the secrets are put
 * in the place of EFFECTIVE_SECRET: no secret is in it, nor the name of its file. */
#ifndef CONFIG_EFFECTIVE_H
#define CONFIG_EFFECTIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "config/config.h"

#define EFFECTIVE_SECRET "<secret>"

/* Reference-counted and immutable: any thread may read it. */
struct effective;

/* Keeps nothing of `config` but references on its targets. */
struct effective *effective_new(const struct config *config);
/* Says of each target of operation auto what it is measured by: `measured` are the targets in the
 * same order. Before anybody else has it. */
void effective_set_measured(struct effective *effective, struct spec_set *measured);
/* Of a responder without targets. */
struct effective *effective_of_responder(const struct reflect_settings *settings);
struct effective *effective_ref(struct effective *effective);
void effective_unref(struct effective *effective); /* NULL is fine */

/* One reading of it. */
struct effective_reader;

/* `tail`, which it takes over, comes behind the configuration. */
struct effective_reader *effective_open(struct effective *effective, struct buf *tail);
/* The next at most `size` bytes go to `out`. Returns how many; 0 at the end. */
size_t effective_read(struct effective_reader *reader, char *out, size_t size);
void effective_close(struct effective_reader *reader);

#endif
