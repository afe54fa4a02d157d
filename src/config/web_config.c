/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/web_config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "base/time.h"
#include "config/value.h"
#include "config/web_tls.h"
#include "config/words.h"
#include "config/yaml.h"

#define FILE_BYTES_MAX ((size_t)1024 * 1024)

#define HASH_TAIL 53 /* salt and digest */
#define COST_MIN 4
#define COST_MAX 31
#define COST_SLOW 14 /* from here on a password takes most of a second or more */

#define BURST_MAX 100000
#define INTERVAL_MAX_NS (24 * 3600 * NS_PER_SECOND)

const char *const web_header_names[WEB_HEADERS] = {
    "Strict-Transport-Security", "X-Content-Type-Options",  "X-Frame-Options",
    "X-XSS-Protection",          "Content-Security-Policy",
};

/* A bcrypt hash as Go reads it: "$2", any or no byte, "$", two digits, "$", and the tail. Go
 * computes each of them as $2b$. Returns the cost; 0: it is none. */
static unsigned read_hash(const char *text, char out[WEB_HASH_SIZE])
{
    static const char alphabet[] =
        "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    if (strncmp(text, "$2", 2) != 0) {
        return 0;
    }
    const char *at = text[2] == '$' || text[2] == '\0' ? text + 2 : text + 3;
    if (at[0] != '$' || !isdigit((unsigned char)at[1]) || !isdigit((unsigned char)at[2]) ||
        at[3] != '$' || strlen(at + 4) != HASH_TAIL || strspn(at + 4, alphabet) != HASH_TAIL) {
        return 0;
    }
    unsigned cost = (unsigned)((at[1] - '0') * 10 + at[2] - '0');
    snprintf(out, WEB_HASH_SIZE, "$2b%s", at);
    return cost >= COST_MIN && cost <= COST_MAX ? cost : 0;
}

/* The hash is not repeated: the message goes to the log. */
static void read_user(struct web_reader *reader, const struct node *node)
{
    struct web_config *config = reader->config;
    struct web_user *user = &config->users[config->user_count];
    if (node->is_refused) {
        return;
    }
    if (strchr(node->key, ':') != NULL) {
        diagnostics_error(reader->diagnostics, place_key(node),
                          "a user name has no colon: it ends the name in a request");
    }
    unsigned cost = node->kind == NODE_SCALAR ? read_hash(node->text, user->hash) : 0;
    if (cost == 0) {
        diagnostics_error(reader->diagnostics, place_value(node),
                          "expected a bcrypt hash of cost 4 to 31, as by htpasswd -nBC 10 NAME");
        return;
    }
    if (cost >= COST_SLOW) {
        diagnostics_warn(reader->diagnostics, place_value(node),
                         "a hash of cost %u takes most of a second or more to check; 10 is usual",
                         cost);
    }
    user->name = node->key;
    config->user_count++;
    config->cost_max = cost > config->cost_max ? cost : config->cost_max;
}

static void read_users(struct web_reader *reader, const struct node *node)
{
    if (!value_is_mapping(node, reader->diagnostics)) {
        return;
    }
    reader->config->users = mem_alloc(node->count, sizeof *reader->config->users);
    for (const struct node *at = node->first; at != NULL; at = at->next) {
        read_user(reader, at);
    }
}

static void read_http2(struct web_reader *reader, const struct node *node)
{
    web_section_bool(reader, node); /* HTTP/1.1 is all there is */
}

/* Some headers take few values. */
static bool is_header_value(enum web_header header, const char *value)
{
    switch (header) {
    case WEB_HEADER_CONTENT_TYPE_OPTIONS:
        return strcmp(value, "nosniff") == 0;
    case WEB_HEADER_FRAME_OPTIONS:
        return strcmp(value, "deny") == 0 || strcmp(value, "sameorigin") == 0;
    default:
        return !words_have_control(value);
    }
}

static void read_header(struct web_reader *reader, const struct node *node)
{
    char quoted[WORDS_QUOTE_MAX];
    const char *value = web_section_text(reader, node);
    for (unsigned i = 0; value != NULL && i < WEB_HEADERS; i++) {
        if (strcmp(web_header_names[i], node->key) != 0) {
            continue;
        }
        reader->config->headers[i] = value;
        if (!is_header_value((enum web_header)i, value)) {
            diagnostics_error(reader->diagnostics, place_value(node),
                              "%s is no value of this header", words_quote(value, quoted));
        }
    }
}

static void read_headers(struct web_reader *reader, const struct node *node)
{
    struct web_key rows[WEB_HEADERS];
    for (unsigned i = 0; i < WEB_HEADERS; i++) {
        rows[i] = (struct web_key){web_header_names[i], read_header};
    }
    web_section_read(reader, node, rows, WEB_HEADERS);
}

static void read_http(struct web_reader *reader, const struct node *node)
{
    static const struct web_key rows[] = {{"http2", read_http2}, {"headers", read_headers}};
    web_section_read(reader, node, rows, sizeof rows / sizeof rows[0]);
}

/* A duration as Go writes it: "1s", "1m30s", "0.5s". False when it is none. */
static bool parse_go_duration(const char *text, int64_t *out_ns)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1},  {"us", 1e3},     {"µs", 1e3},  {"ms", 1e6},
                 {"s", 1e9}, {"m", 60 * 1e9}, {"h", 3600e9}};
    double sum_ns = 0;
    bool is_good = isdigit((unsigned char)*text) || *text == '.';
    while (is_good && *text != '\0') {
        size_t digits = strspn(text, "0123456789.");
        double number = digits < 20 ? strtod(text, NULL) : -1;
        size_t length = strcspn(text + digits, "0123456789.");
        is_good = false;
        for (size_t i = 0; i < sizeof units / sizeof units[0] && digits > 0 && number >= 0; i++) {
            if (strlen(units[i].name) == length &&
                memcmp(units[i].name, text + digits, length) == 0) {
                sum_ns += number * units[i].ns;
                is_good = true;
            }
        }
        text += digits + length;
    }
    is_good = is_good && sum_ns <= (double)INTERVAL_MAX_NS;
    *out_ns = is_good ? (int64_t)sum_ns : 0;
    return is_good;
}

static void read_interval(struct web_reader *reader, const struct node *node)
{
    const char *text = web_section_text(reader, node);
    if (text != NULL && strcmp(text, "0") != 0 &&
        !parse_go_duration(text, &reader->config->limit_interval_ns)) {
        diagnostics_error(reader->diagnostics, place_value(node),
                          "expected a duration such as 100ms, 1s or 1m30s, of at most 24h");
    }
}

static void read_burst(struct web_reader *reader, const struct node *node)
{
    const char *text = web_section_text(reader, node);
    if (text == NULL) {
        return;
    }
    size_t digits = strspn(text, "0123456789");
    unsigned long burst = digits < 8 && text[digits] == '\0' ? strtoul(text, NULL, 10) : 0;
    if (burst < 1 || burst > BURST_MAX) {
        diagnostics_error(reader->diagnostics, place_value(node), "expected a number from 1 to %d",
                          BURST_MAX);
        burst = 1;
    }
    reader->config->limit_burst = (unsigned)burst;
}

static void read_limit(struct web_reader *reader, const struct node *node)
{
    static const struct web_key rows[] = {{"interval", read_interval}, {"burst", read_burst}};
    web_section_read(reader, node, rows, sizeof rows / sizeof rows[0]);
    if (reader->config->limit_interval_ns > 0 && reader->config->limit_burst == 0) {
        diagnostics_error(reader->diagnostics, place_below(node, "burst"),
                          "the key is missing; without it every request would be refused");
    }
}

static const struct web_key sections[] = {
    {"tls_server_config", web_tls_read},
    {"http_server_config", read_http},
    {"basic_auth_users", read_users},
    {"rate_limit", read_limit},
};

struct web_config *web_config_parse(const char *file, const char *text, size_t size,
                                    struct diagnostics *diagnostics, struct web_files *files)
{
    struct web_reader reader = {diagnostics, files, mem_alloc(1, sizeof *reader.config)};
    diagnostics->file = mem_string(file);
    reader.config->tree = yaml_parse(text, size, diagnostics);
    if (reader.config->tree != NULL) {
        web_section_read(&reader, reader.config->tree->root, sections,
                         sizeof sections / sizeof sections[0]);
    }
    diagnostics_sort(diagnostics);
    if (diagnostics->error_count > 0) {
        web_config_free(reader.config);
        return NULL;
    }
    return reader.config;
}

struct web_config *web_config_load(const char *file, struct diagnostics *diagnostics,
                                   struct web_files *files)
{
    struct buf text = {0};
    struct web_config *config = NULL;
    files->count = 1;
    const char *problem = watched_read(&files->files[0], file, FILE_BYTES_MAX, &text);
    if (problem == NULL) {
        config = web_config_parse(file, buf_string(&text), text.size, diagnostics, files);
    } else {
        diagnostics->file = mem_string(file);
        diagnostics_error(diagnostics, place_file(), "cannot be read: %s", problem);
    }
    crypto_wipe(text.bytes, text.size); /* may hold a key */
    buf_fini(&text);
    return config;
}

void web_config_free(struct web_config *config)
{
    if (config != NULL) {
        web_tls_fini(&config->tls);
        free(config->users);
        tree_free(config->tree);
        free(config);
    }
}

bool web_files_are_same(const struct web_files *a, const struct web_files *b)
{
    bool are_same = a->count == b->count;
    for (size_t i = 0; are_same && i < a->count; i++) {
        are_same = watched_is_same(&a->files[i], &b->files[i]);
    }
    return are_same;
}

bool web_files_have_changed(const struct web_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        if (watched_has_changed(&files->files[i])) {
            return true;
        }
    }
    return false;
}

void web_files_fini(struct web_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        watched_fini(&files->files[i]);
    }
    files->count = 0;
}
