/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* JSON writes a character beyond U+FFFF as two escapes, "\\ud83d\\ude00", which YAML does not know.
 */
#ifndef CONFIG_SURROGATES_H
#define CONFIG_SURROGATES_H

#include "base/buf.h"

/* Writes the character itself for each such pair in the JSON `text`. */
void surrogates_join(struct buf *text);

#endif
