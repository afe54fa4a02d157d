/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sections of a web configuration: one row a key. For web_config.c and web_tls.c only. */
#ifndef CONFIG_WEB_SECTION_H
#define CONFIG_WEB_SECTION_H

#include "config/node.h"
#include "config/web_config.h"

struct web_reader {
    struct diagnostics *diagnostics;
    struct web_files *files;
    struct web_config *config;
};

struct web_key {
    const char *name;
    void (*read)(struct web_reader *reader, const struct node *node);
};

/* Lets each key of the mapping `node` be read by its row. What has no row, or is no mapping, is an
 * error; what has no value is as if it were not there. */
void web_section_read(struct web_reader *reader, const struct node *node,
                      const struct web_key *keys, size_t count);

/* The text of a scalar that is not empty, or NULL with an error. */
const char *web_section_text(struct web_reader *reader, const struct node *node);

/* The place of the text of `node` among `names`; `count` with an error when it is none of them. */
size_t web_section_word(struct web_reader *reader, const struct node *node,
                        const char *const *names, size_t count);

/* true, false and the other words that YAML 1.1 has for them. */
bool web_section_bool(struct web_reader *reader, const struct node *node);

/* Whether `node` is a list; reported otherwise. */
bool web_section_is_list(struct web_reader *reader, const struct node *node);

#endif
