/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/hint.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/dscp.h"
#include "base/time.h"
#include "config/duration.h"
#include "config/parse.h"
#include "config/words.h"

#define TEXT_MAX 64
#define WORDS_MAX 40
/* More choices than this are not listed. */
#define LISTED_MAX 8

/* Other words for a value; `text` is in small letters. */
static const struct {
    enum slot slot;
    const char *text, *value;
} others[] = {
    {SLOT_OPERATION, "ping", "icmp-echo"},
    {SLOT_OPERATION, "icmp", "icmp-echo"},
    {SLOT_OPERATION, "jitter", "udp-jitter"},
    {SLOT_OPERATION, "udp", "udp-jitter"},
    {SLOT_OPERATION, "echo", "udp-echo"},
    {SLOT_OPERATION, "tcp", "tcp-connect"},
    {SLOT_CODEC, "pcmu", "g711ulaw"},
    {SLOT_CODEC, "g711u", "g711ulaw"},
    {SLOT_CODEC, "pcma", "g711alaw"},
    {SLOT_CODEC, "g711a", "g711alaw"},
    {SLOT_IP_VERSION, "ipv4", "4"},
    {SLOT_IP_VERSION, "v4", "4"},
    {SLOT_IP_VERSION, "ipv6", "6"},
    {SLOT_IP_VERSION, "v6", "6"},
    {SLOT_PRECISION, "ms", "milliseconds"},
    {SLOT_PRECISION, "us", "microseconds"},
    {SLOT_DSCP, "be", "default"},
    {SLOT_DSCP, "best-effort", "default"},
    {SLOT_DSCP, "expedited", "ef"},
    {SLOT_CONTROL_VERSION, "false", "none"},
    {SLOT_CONTROL_VERSION, "off", "none"},
    {SLOT_LIFE, "infinite", "forever"},
    {SLOT_LIFE, "always", "forever"},
    {SLOT_START, "immediately", "now"},
    {SLOT_START, "never", "pending"},
    {SLOT_TIMESTAMPS, "software", "kernel"},
    {SLOT_TIMESTAMPS, "userspace", "user"},
    {SLOT_LISTEN, "localhost", "127.0.0.1:1967"},
};

static const char *const yes[] = {"yes", "on", "y", "1", "enabled"};
static const char *const no[] = {"no", "off", "n", "0", "disabled"};

/* Units as people write them, in small letters, the longer before its beginning. */
static const struct {
    const char *text, *unit;
} units[] = {
    {"microseconds", "us"}, {"microsecond", "us"},  {"usec", "us"},        {"\xc2\xb5s", "us"},
    {"\xce\xbcs", "us"},    {"milliseconds", "ms"}, {"millisecond", "ms"}, {"msec", "ms"},
    {"seconds", "s"},       {"second", "s"},        {"secs", "s"},         {"sec", "s"},
    {"minutes", "m"},       {"minute", "m"},        {"mins", "m"},         {"min", "m"},
    {"hours", "h"},         {"hour", "h"},          {"hrs", "h"},          {"hr", "h"},
    {"days", "d"},          {"day", "d"},
};

/* Copies `text` in small letters without white space around it; false when it is too long. */
static bool tidy(const char *text, char out[TEXT_MAX])
{
    size_t length = 0;
    text += strspn(text, " \t");
    for (; *text != '\0'; text++) {
        if (length + 1 == TEXT_MAX) {
            return false;
        }
        out[length++] = (char)tolower((unsigned char)*text);
    }
    while (length > 0 && (out[length - 1] == ' ' || out[length - 1] == '\t')) {
        length--;
    }
    out[length] = '\0';
    return true;
}

static void remove_all(char *text, const char *set)
{
    char *to = text;
    for (; *text != '\0'; text++) {
        if (strchr(set, *text) == NULL) {
            *to++ = *text;
        }
    }
    *to = '\0';
}

/* "1.5s" as "1500ms"; false when it is no such number. */
static bool write_fraction(const char *text, struct buf *out)
{
    char unit[TEXT_MAX], one[TEXT_MAX], formatted[DURATION_TEXT_MAX];
    int64_t unit_ns;
    size_t whole = strspn(text, "0123456789");
    if (whole == 0 || whole > 6 || (text[whole] != '.' && text[whole] != ',')) {
        return false;
    }
    const char *fraction = text + whole + 1;
    size_t digits = strspn(fraction, "0123456789");
    snprintf(unit, sizeof unit, "%s", fraction + digits);
    snprintf(one, sizeof one, "1%.8s", unit);
    if (digits == 0 || digits > 6 || duration_parse(one, &unit_ns) != NULL) {
        return false;
    }
    int64_t number = 0, scale = 1;
    for (size_t i = 0; i < whole; i++) {
        number = number * 10 + (text[i] - '0');
    }
    for (size_t i = 0; i < digits; i++) {
        number = number * 10 + (fraction[i] - '0');
        scale *= 10;
    }
    if (number > INT64_MAX / unit_ns) {
        return false;
    }
    buf_add_string(out, duration_format(number * unit_ns / scale, formatted));
    return true;
}

/* "30 Sec" as "30s", "0.5s" as "500ms". */
static void write_duration(char *text, struct buf *out)
{
    remove_all(text, " \t");
    size_t number = strspn(text, "0123456789.,");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text + number, units[i].text) == 0) {
            strcpy(text + number, units[i].unit);
            break;
        }
    }
    if (!write_fraction(text, out)) {
        buf_add_string(out, text);
    }
}

/* "1_000" and "1,000" as "1000", "007" as "7". */
static void write_number(char text[TEXT_MAX], struct buf *out)
{
    remove_all(text, "_, +");
    size_t zeros = strspn(text, "0");
    buf_add_string(out, text + zeros - (zeros > 0 && !isdigit((unsigned char)text[zeros]) ? 1 : 0));
}

/* "http://h:80/x", "[::1]:5" and "h:5" as the host alone. */
static void write_host(const char *text, struct buf *out)
{
    const char *scheme = strstr(text, "://");
    const char *host = scheme == NULL ? text : scheme + 3;
    const char *colon = strchr(host, ':');
    bool is_ipv6 = colon != NULL && strchr(colon + 1, ':') != NULL;
    host += host[0] == '[' ? 1 : 0;
    const char *end = is_ipv6 ? "]" : scheme == NULL ? ":" : ":/";
    buf_add(out, host, strcspn(host, end));
}

/* "10.0.0.1/8" as "10.0.0.0/8". */
static void write_prefix(const char *text, struct buf *out)
{
    char ip[TEXT_MAX];
    struct addr addr;
    size_t length = strcspn(text, "/");
    unsigned bits = 0;
    snprintf(ip, sizeof ip, "%.*s", (int)length, text);
    if (text[length] == '\0' || sscanf(text + length + 1, "%3u", &bits) != 1 ||
        !addr_parse_ip(ip, &addr)) {
        return;
    }
    size_t size = addr.family == ADDR_IPV4 ? 4 : 16;
    for (size_t i = 0; i < size; i++) {
        unsigned kept = bits >= 8 * (i + 1) ? 8 : bits > 8 * i ? bits - 8 * (unsigned)i : 0;
        addr.ip[i] &= (uint8_t)(0xff00u >> kept);
    }
    buf_printf(out, "%s/%u", addr_format_ip(&addr, ip), bits);
}

/* "10.0.0.1" as "10.0.0.1:1967". */
static void write_endpoint(const char *text, struct buf *out)
{
    struct addr addr;
    char formatted[ADDR_TEXT_MAX];
    if (addr_parse_ip(text, &addr)) {
        addr.port = 1967;
        buf_add_string(out, addr_format(&addr, formatted));
    }
}

/* Writes `text`, tidied, as the kind of the key is written. */
static void write_kind(const struct schema_key *key, char text[TEXT_MAX], struct buf *out)
{
    switch (key->kind) {
    case SCHEMA_DURATION:
    case SCHEMA_TOLERANCE:
    case SCHEMA_LIFE:
    case SCHEMA_BOUNDS:
        write_duration(text, out);
        break;
    case SCHEMA_START:
        buf_add_string(out, "after ");
        write_duration(strncmp(text, "after ", 6) == 0 ? text + 6 : text, out);
        break;
    case SCHEMA_INTEGER:
    case SCHEMA_BYTES:
    case SCHEMA_IDS:
        write_number(text, out);
        break;
    case SCHEMA_HOST:
        write_host(text, out);
        break;
    case SCHEMA_PREFIXES:
        write_prefix(text, out);
        break;
    case SCHEMA_ENDPOINTS:
        write_endpoint(text, out);
        break;
    case SCHEMA_PORTS:
    case SCHEMA_PORT_RANGE:
        remove_all(text, " ");
        buf_add_string(out, text);
        break;
    default:
        buf_add_string(out, text);
        break;
    }
}

static bool is_switch(const struct schema_key *key)
{
    return key->kind == SCHEMA_CHOICE && strcmp(key->choices[0], "false") == 0;
}

static bool is_among(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Another word for a value, or NULL. */
static const char *find_other(const struct schema_key *key, const char *text)
{
    if (is_switch(key)) {
        return is_among(text, yes, sizeof yes / sizeof yes[0]) ? "true"
               : is_among(text, no, sizeof no / sizeof no[0])  ? "false"
                                                               : NULL;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (others[i].slot == key->slot && strcmp(others[i].text, text) == 0) {
            return others[i].value;
        }
    }
    return NULL;
}

/* The words that the key takes. Returns their number. */
static size_t list_words(const struct schema_key *key, const char *words[WORDS_MAX])
{
    static const char *const starts[] = {"spread", "now", "pending"};
    size_t count = 0;
    switch (key->kind) {
    case SCHEMA_CHOICE:
    case SCHEMA_CHOICES:
        while (count < WORDS_MAX && key->choices[count] != NULL) {
            words[count] = key->choices[count];
            count++;
        }
        return count;
    case SCHEMA_OPERATION:
        for (; count < OPERATION_COUNT && count < WORDS_MAX; count++) {
            words[count] = operation_at(count)->name;
        }
        return count;
    case SCHEMA_DSCP:
        while (count < WORDS_MAX && dscp_name(count) != NULL) {
            words[count] = dscp_name(count);
            count++;
        }
        return count;
    case SCHEMA_START:
        memcpy(words, starts, sizeof starts);
        return sizeof starts / sizeof starts[0];
    case SCHEMA_LIFE:
        words[0] = "forever";
        return 1;
    default:
        return 0;
    }
}

bool hint_value(const struct schema_key *key, const char *text, struct buf *out)
{
    char tidied[TEXT_MAX];
    const char *words[WORDS_MAX];
    if (!tidy(text, tidied)) {
        return false;
    }
    const char *word = find_other(key, tidied);
    size_t count = list_words(key, words);
    word = word != NULL ? word : words_nearest(tidied, words, count);
    word = word != NULL ? word : words_containing(tidied, words, count);
    struct buf written = {0};
    if (word != NULL) {
        buf_add_string(&written, word);
    } else {
        write_kind(key, tidied, &written);
    }
    bool is_good =
        strcmp(buf_string(&written), text) != 0 && parse_is_valid(key, buf_string(&written));
    if (is_good) {
        words_add_safe(out, buf_string(&written));
    }
    buf_fini(&written);
    return is_good;
}

void hint_allowed(const struct schema_key *key, const char *text, struct buf *out)
{
    const char *words[WORDS_MAX];
    size_t count = list_words(key, words);
    if (key->kind != SCHEMA_CHOICE || count <= LISTED_MAX) {
        schema_add_ranges(key, out);
        return;
    }
    words_add_nearest(text, words, count, out);
    buf_add_string(out, " and others, see ipsla.yml(5)");
}

const char *hint_shape(const struct schema_key *key)
{
    /* lint: table */
    switch (key->slot) {
    case SLOT_DEFAULTS:
        return "{frequency: 30s}";
    case SLOT_MODULES:
        return "{voice: {codec: g729a}}";
    case SLOT_TARGETS:
        return "[{name: a, host: 192.0.2.1}]";
    case SLOT_KEYS:
        return "[{id: 1, algorithm: md5, secret_file: FILE}]";
    case SLOT_CLOCK:
        return "{assume_synchronized: true}";
    case SLOT_EVIDENCE:
        return "{size: 0}";
    case SLOT_IMPAIR:
        return "{rules: [{loss_sd: 5%}]}";
    case SLOT_IMPAIR_RULES:
        return "[{loss_sd: 5%}]";
    case SLOT_RESPONDER:
        return "{}";
    case SLOT_PROBE:
        return "{modules: [jitter], allow: [192.0.2.0/24]}";
    case SLOT_CONTROL:
        return "{version: 2}";
    case SLOT_PATH:
        return "{frequency: 5m}";
    case SLOT_LIMITS:
        return "{loss: 1%, rtt: 150ms}";
    case SLOT_GROUP_TARGETS:
        return "['192.0.2.1:16384']";
    case SLOT_GROUP_LABELS:
    case SLOT_LABELS:
        return "{site: paris}";
    case SLOT_BUCKETS:
        return "[1ms, 10ms, 100ms]";
    default:
        break;
    }
    switch (key->kind) {
    case SCHEMA_ENDPOINTS:
        return "[1967]";
    case SCHEMA_PREFIXES:
        return "[192.0.2.0/24]";
    case SCHEMA_HOSTS:
        return "[192.0.2.1, 192.0.2.2]";
    case SCHEMA_PORTS:
        return "[1024-65535]";
    case SCHEMA_IDS:
        return "[1]";
    case SCHEMA_CHOICES:
        return "[ipsla-v2, stamp]";
    case SCHEMA_NAMES:
        return "[jitter]";
    case SCHEMA_FILES:
        return "[targets/*.yml]";
    case SCHEMA_LIST:
        return "[...]";
    case SCHEMA_SECTION:
    case SCHEMA_MAPPING:
        return "{...}";
    default:
        return NULL;
    }
}
