/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Environment variables in values: ${NAME} becomes the value of NAME, $$ a dollar sign. Any other
 * dollar stands for itself. Done in the values that YAML has told apart: what a variable holds is
 * always one text, and is not looked at for further variables. */
#ifndef CONFIG_EXPAND_H
#define CONFIG_EXPAND_H

#include "config/diagnostics.h"
#include "config/node.h"

/* Expands the values of `tree`, not its keys. A variable that is not set, or holds no UTF-8, is
 * reported. */
void expand_environment(struct tree *tree, struct diagnostics *diagnostics);

#endif
