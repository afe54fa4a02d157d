/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Wrong files with the exact text that they are answered with. Each finding is judged: it has a
 * place, and it says what to write instead. Include after cmocka. */
#ifndef UNIT_CONFIG_JUDGE_H
#define UNIT_CONFIG_JUDGE_H

#include "unit/config/expect.h"

struct wrong_input {
    const char *text;
    const char *findings;
};

/* What tells a user what to write. */
static const char *const advice[] = {
    "write ",
    "did you mean '",
    "allowed: ",
    "allowed with: ",
    "required: ",
    "; remove ",
    "quote",
    "; save ",
    "; use spaces",
    "belongs to ",
    "needs ",
    "unique",
    "begin in the same column",
    "a list begins on",
    "a list stands below",
    "; choose",
    "stands once",
};

/* The words of a library, which no user has to know. */
static const char *const foreign[] = {"did not find", "while scanning", "while parsing", "token",
                                      "scalar",       "octet",          "indicator"};

static inline bool has_any(const char *text, size_t length, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (memmem(text, length, parts[i], strlen(parts[i])) != NULL) {
            return true;
        }
    }
    return false;
}

static inline bool is_good_finding(const char *line, size_t length)
{
    unsigned row = 0, column = 0;
    return sscanf(line, "f:%u:%u: ", &row, &column) == 2 && row > 0 && column > 0 &&
           has_any(line, length, advice, sizeof advice / sizeof advice[0]) &&
           !has_any(line, length, foreign, sizeof foreign / sizeof foreign[0]);
}

static inline void judge(const struct wrong_input *input)
{
    struct buf found = {0};
    config_free(parse_text(input->text, &found));
    assert_string_equal(buf_string(&found), input->findings);
    assert_true(found.size > 0);
    for (const char *line = input->findings; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (!is_good_finding(line, length)) {
            fail_msg("not good enough: %.*s", (int)length, line);
        }
        line += length + 1;
    }
    buf_fini(&found);
}

#define JUDGE(table)                                                                               \
    for (size_t row = 0; row < sizeof(table) / sizeof((table)[0]); row++) {                        \
        judge(&(table)[row]);                                                                      \
    }

#endif
