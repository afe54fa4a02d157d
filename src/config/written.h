/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The inverse of target_build: the value of each key, read off a spec by the key's row of the
 * schema. A configuration of what is written here makes an equal spec, whatever it was inherited
 * from. */
#ifndef CONFIG_WRITTEN_H
#define CONFIG_WRITTEN_H

#include "base/buf.h"
#include "config/schema.h"
#include "probe/spec.h"

/* Appends the keys of `scope`, of its base and of its sections that the spec has a value for, one a
 * line behind `indentation` blanks. */
void written_add_keys(const struct schema_scope *scope, const struct spec *spec,
                      unsigned indentation, struct buf *out);

#endif
