/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Configuration texts and what must come out of them. Include after cmocka. */
#ifndef UNIT_CONFIG_EXPECT_H
#define UNIT_CONFIG_EXPECT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/config.h"

/* A text and its findings as printed, "" for none. Everything is an error but for lines with
 * "warning:". */
struct expectation {
    const char *name;
    const char *text;
    const char *findings;
};

/* Parses `text`; the findings as printed go to `out`. */
static inline struct config *parse_text(const char *text, struct buf *out)
{
    struct diagnostics diagnostics = {0};
    struct config *config = config_parse("f", text, strlen(text), &diagnostics);
    diagnostics_format(&diagnostics, out);
    assert_true((config == NULL) == (diagnostics.error_count > 0));
    diagnostics_fini(&diagnostics);
    return config;
}

/* Parses a text that must have no finding at all. */
static inline struct config *parse_good(const char *text)
{
    struct buf findings = {0};
    struct config *config = parse_text(text, &findings);
    assert_string_equal(buf_string(&findings), "");
    assert_non_null(config);
    buf_fini(&findings);
    return config;
}

static inline void expect_findings(const struct expectation *expectations, size_t count)
{
    size_t failures = 0;
    for (size_t i = 0; i < count; i++) {
        struct buf findings = {0};
        config_free(parse_text(expectations[i].text, &findings));
        if (strcmp(buf_string(&findings), expectations[i].findings) != 0) {
            print_error("%s:\n--- expected\n%s--- found\n%s", expectations[i].name,
                        expectations[i].findings, buf_string(&findings));
            failures++;
        }
        buf_fini(&findings);
    }
    assert_int_equal(failures, 0);
}

#define EXPECT_FINDINGS(table) expect_findings((table), sizeof(table) / sizeof((table)[0]))

/* A whole file around one target's further keys, in flow style: "frequency: 10s, tag: x". */
static inline char *target_text(const char *keys)
{
    struct buf text = {0};
    buf_printf(&text, "targets: [{name: a, host: 192.0.2.1, port: 5000%s%s}]\n",
               keys[0] == '\0' ? "" : ", ", keys);
    char *copy = mem_string(buf_string(&text));
    buf_fini(&text);
    return copy;
}

#endif
