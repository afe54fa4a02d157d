/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/yaml_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "config/encoding.h"
#include "config/words.h"

/* Of what is plain, only these words are something else than a text. */
static bool is_word_of_yaml(const char *text)
{
    static const char *const words[] = {"true", "false", "yes", "no",  "on",
                                        "off",  "y",     "n",   "null"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_plain(const char *text)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";
    struct addr addr;
    if (addr_parse_ip(text, &addr)) {
        return addr.family == ADDR_IPV4;
    }
    return isalpha((unsigned char)text[0]) && text[strspn(text, safe)] == '\0' &&
           !is_word_of_yaml(text);
}

void yaml_add_text(struct buf *out, const char *text)
{
    if (is_plain(text)) {
        buf_add_string(out, text);
        return;
    }
    buf_add_char(out, '\'');
    for (; *text != '\0'; text++) {
        buf_add_string(out, *text == '\'' ? "'" : "");
        buf_add_char(out, *text);
    }
    buf_add_char(out, '\'');
}

void yaml_add_comment(struct buf *out, const char *text)
{
    struct mark at;
    struct buf problem = {0};
    bool is_odd = words_have_control(text) || !encoding_check(text, strlen(text), &at, &problem);
    buf_add_string(out, is_odd ? "(other than printable characters)" : text);
    buf_fini(&problem);
}

void yaml_add_prefixes(const struct addr_prefix *prefixes, size_t count, struct buf *out)
{
    char text[ADDR_TEXT_MAX];
    for (size_t i = 0; i < count; i++) {
        struct addr addr = {.family = prefixes[i].family};
        memcpy(addr.ip, prefixes[i].ip, sizeof addr.ip);
        buf_add_string(out, i == 0 ? "[" : ", ");
        buf_printf(out, "'%s/%u'", addr_format_ip(&addr, text), (unsigned)prefixes[i].length);
    }
    buf_add_string(out, count == 0 ? "[]" : "]");
}
