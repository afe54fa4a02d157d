/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Every file of corpus/ (a directory there is one input of several files) against the file of the
 * same name in golden/: configuration, report and rules. IPSLA_GOLDEN_WRITE=1 writes these. The
 * name says how it is read: "NAME.towards.cfg", "NAME.device.cfg", "NAME.17.cfg" (a release). */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/config.h"
#include "import/import.h"
#include "support/cm.h"

#define CORPUS IPSLA_SOURCE_DIR "/tests/unit/import/corpus"
#define GOLDEN IPSLA_SOURCE_DIR "/tests/unit/import/golden"
#define CASES_MIN 90

static void feed_file(struct import *import, const char *path, size_t piece)
{
    const char *name = strrchr(path, '/') + 1;
    char bytes[512];
    size_t got;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    import_file(import, name);
    while ((got = fread(bytes, 1, piece, file)) > 0) {
        import_feed(import, bytes, got);
    }
    fclose(file);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Calls `each` for the files of a directory, in the order of their names. */
static size_t list(const char *path, void (*each)(void *context, const char *path), void *context)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);
    assert_true(count >= 0);
    for (int i = 0; i < count; i++) {
        char name[600];
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        each(context, name);
        free(entries[i]);
    }
    free(entries);
    return (size_t)count;
}

struct reading {
    struct import *import;
    size_t piece;
};

static void feed_each(void *context, const char *path)
{
    struct reading *reading = context;
    feed_file(reading->import, path, reading->piece);
}

static struct import *read_input(const char *path, enum import_output output, size_t piece)
{
    struct stat status;
    struct import_settings settings = {.output = output,
                                       .wants_rules = true,
                                       .wish = {.is_towards = strstr(path, ".towards.") != NULL,
                                                .is_from_device = strstr(path, ".device.") != NULL,
                                                .release = strstr(path, ".12.") != NULL   ? "12.4"
                                                           : strstr(path, ".17.") != NULL ? "17"
                                                                                          : NULL}};
    struct reading reading = {import_new(&settings), piece};
    assert_int_equal(stat(path, &status), 0);
    if (S_ISDIR(status.st_mode)) {
        list(path, feed_each, &reading);
    } else {
        feed_file(reading.import, path, piece);
    }
    import_finish(reading.import);
    return reading.import;
}

static void check_configuration(const char *path, const struct buf *text)
{
    struct diagnostics diagnostics = {0};
    struct buf said = {0};
    struct config *config = config_parse(path, buf_string(text), text->size, &diagnostics);
    diagnostics_format(&diagnostics, &said);
    bool is_empty = strcmp(buf_string(text), "targets: []\n") == 0;
    if (config == NULL && !is_empty) {
        fail_msg("%s: %s", path, buf_string(&said));
    }
    config_free(config);
    diagnostics_fini(&diagnostics);
    buf_fini(&said);
}

static void build(const char *path, size_t piece, struct buf *out)
{
    struct import *yaml = read_input(path, IMPORT_YAML, piece);
    struct import *report = read_input(path, IMPORT_REPORT, piece);
    check_configuration(path, import_text(yaml));
    buf_printf(out, "%s\n%s\n%s", buf_string(import_text(yaml)), buf_string(import_text(report)),
               buf_string(import_rules_text(yaml)));
    import_free(yaml);
    import_free(report);
}

static void compare(const char *path, const struct buf *have)
{
    char golden[600];
    struct buf want = {0};
    char bytes[4096];
    size_t got;
    snprintf(golden, sizeof golden, "%s/%s.golden", GOLDEN, strrchr(path, '/') + 1);
    FILE *file = fopen(golden, getenv("IPSLA_GOLDEN_WRITE") != NULL ? "wb" : "rb");
    if (file == NULL) {
        fail_msg("%s is missing: IPSLA_GOLDEN_WRITE=1 writes it", golden);
    }
    if (getenv("IPSLA_GOLDEN_WRITE") != NULL) {
        fwrite(have->bytes, 1, have->size, file);
    } else {
        while ((got = fread(bytes, 1, sizeof bytes, file)) > 0) {
            buf_add(&want, bytes, got);
        }
        if (strcmp(buf_string(&want), buf_string(have)) != 0) {
            fail_msg("%s differs; now it is:\n%s", golden, buf_string(have));
        }
    }
    fclose(file);
    buf_fini(&want);
}

static void check_input(void *context, const char *path)
{
    struct buf whole = {0};
    struct buf pieces = {0};
    (void)context;
    build(path, 512, &whole);
    build(path, 7, &pieces); /* where a chunk ends changes nothing */
    assert_string_equal(buf_string(&pieces), buf_string(&whole));
    compare(path, &whole);
    buf_fini(&whole);
    buf_fini(&pieces);
}

static void test_every_input(void **state)
{
    (void)state;
    assert_true(list(CORPUS, check_input, NULL) >= CASES_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
