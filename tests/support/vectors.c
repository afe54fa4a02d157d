/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/vectors.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *detail)
{
    fprintf(stderr, "%s: %s\n", what, detail);
    exit(1);
}

static unsigned hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));
    if (found == NULL) {
        fail("not a hex digit", (char[]){c, '\0'});
    }
    return (unsigned)(found - digits);
}

size_t hex_decode(const char *hex, uint8_t *out, size_t capacity)
{
    size_t size = strlen(hex) / 2;
    if (strlen(hex) % 2 != 0 || size > capacity) {
        fail("hex of odd or excessive length", hex);
    }
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
    }
    return size;
}

/* "C1 title | hex | decoded | verdict". */
static void parse_line(char *line, struct vector *out)
{
    char *hex = strchr(line, '|');
    char *end = hex == NULL ? NULL : strchr(hex + 1, '|');
    if (end == NULL) {
        fail("a vector without fields", line);
    }
    *end = '\0';
    size_t name_length = strcspn(line, " |");
    if (name_length == 0 || name_length >= sizeof out->name) {
        fail("a vector without a name", line);
    }
    memcpy(out->name, line, name_length);
    out->name[name_length] = '\0';
    hex++;
    hex += strspn(hex, " ");
    hex[strcspn(hex, " ")] = '\0';
    out->size = hex_decode(hex, out->bytes, sizeof out->bytes);
}

void vectors_load_from(struct vectors *vectors, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/vectors/%s", IPSLA_SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fail("cannot open", path);
    }
    memset(vectors, 0, sizeof *vectors);
    char line[4096];
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] != '#' && line[0] != '\n') {
            assert(vectors->count < VECTORS_MAX);
            parse_line(line, &vectors->items[vectors->count++]);
        }
    }
    fclose(file);
}

void vectors_load(struct vectors *vectors)
{
    vectors_load_from(vectors, "ipsla.txt");
}

const struct vector *vectors_find(const struct vectors *vectors, const char *name)
{
    for (size_t i = 0; i < vectors->count; i++) {
        if (strcmp(vectors->items[i].name, name) == 0) {
            return &vectors->items[i];
        }
    }
    fail("no such vector", name);
    return NULL;
}
