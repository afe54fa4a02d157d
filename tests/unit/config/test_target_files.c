/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Files with targets: what they say, and what becomes of them when they change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"
#include "unit/config/folder.h"

#include "config/schema.h"
#include "probe/spec_set.h"

#define MAIN                                                                                       \
    "target_files: ['*.yml', more/*.json]\n"                                                       \
    "defaults: {frequency: 20s}\n"                                                                 \
    "modules: {slow: {frequency: 5m}}\n"                                                           \
    "targets: [{name: main, host: 192.0.2.9, port: 5}]\n"

static struct config *read_main(const struct folder *folder, const char *text)
{
    struct diagnostics diagnostics = {0};
    folder_write(folder, "ipsla.conf", text);
    const struct config_source source = {.file = folder_path(folder, "ipsla.conf"),
                                         .now = {.ns = 1}};
    struct config *config = config_read(&source, &diagnostics);
    assert_non_null(config);
    diagnostics_fini(&diagnostics);
    return config;
}

/* As the exporter does it; `now` tells readings apart. */
static void reread(const struct folder *folder, struct config *config, int64_t now)
{
    struct config *again =
        config_reread_files(config, folder_path(folder, "ipsla.conf"), (struct wall){.ns = now});
    assert_non_null(again);
    config_take_targets(config, again);
}

static const struct target_file *file_of(const struct config *config, const char *end)
{
    for (size_t i = 0; i < config->files->count; i++) {
        const char *path = config->files->items[i].path;
        if (strlen(path) > strlen(end) && strcmp(path + strlen(path) - strlen(end), end) == 0) {
            return &config->files->items[i];
        }
    }
    fail_msg("no file %s", end);
    return NULL;
}

static const struct spec *target_of(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->targets->count; i++) {
        if (strcmp(config->targets->specs[i]->identity.name, name) == 0) {
            return config->targets->specs[i];
        }
    }
    return NULL;
}

static void expect_names(const struct config *config, const char *names)
{
    struct buf found = {0};
    for (size_t i = 0; i < config->targets->count; i++) {
        buf_printf(&found, "%s%s", i > 0 ? " " : "", config->targets->specs[i]->identity.name);
    }
    assert_string_equal(buf_string(&found), names);
    buf_fini(&found);
}

/* The findings of one file that holds `text`, without its path. */
static void expect_file(const char *text, const char *findings)
{
    struct folder folder = folder_make();
    struct buf found = {0};
    folder_write(&folder, "a.yml", text);
    struct config *config = read_main(&folder, MAIN);
    struct diagnostics *diagnostics = &config->files->items[0].findings;
    free(diagnostics->file);
    diagnostics->file = mem_string("f");
    diagnostics_format(diagnostics, &found);
    assert_string_equal(buf_string(&found), findings);
    assert_int_equal(config->files->items[0].is_good, diagnostics->error_count == 0);
    buf_fini(&found);
    config_free(config);
    folder_remove(&folder);
}

static void hosts_are_read_as_they_are_written(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    folder_write(&folder, "a.yml",
                 "- targets: [192.0.2.1, '192.0.2.2:7', '[2001:db8::1]:8', 2001:db8::2, "
                 "'[2001:db8::3]', 'h.example:9']\n  labels: {__port__: '5', site: x}\n"
                 "- targets: [any name]\n  labels: {__host__: 192.0.2.3, __port__: '6'}\n"
                 "- targets: [192.0.2.4]\n  labels: {__name__: other, __port__: '6'}\n");
    struct config *config = read_main(&folder, MAIN);
    expect_names(config, "main 192.0.2.1 192.0.2.2:7 [2001:db8::1]:8 2001:db8::2 [2001:db8::3] "
                         "h.example:9 any name other");
    static const struct {
        const char *name, *host;
        unsigned port;
    } rows[] = {
        {"192.0.2.1", "192.0.2.1", 5},         {"192.0.2.2:7", "192.0.2.2", 7},
        {"[2001:db8::1]:8", "2001:db8::1", 8}, {"2001:db8::2", "2001:db8::2", 5},
        {"[2001:db8::3]", "2001:db8::3", 5},   {"h.example:9", "h.example", 9},
        {"any name", "192.0.2.3", 6},          {"other", "192.0.2.4", 6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct spec *spec = target_of(config, rows[i].name);
        assert_string_equal(spec->identity.host, rows[i].host);
        assert_int_equal(spec->path.port, rows[i].port);
    }
    config_free(config);
    folder_remove(&folder);
}

static void nothing_follows_the_brackets(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    folder_write(&folder, "a.yml", "- targets: ['[2001:db8::1]x']\n");
    struct config *config = read_main(&folder, MAIN);
    assert_false(config->files->items[0].is_good);
    config_free(config);
    folder_remove(&folder);
}

static void labels_are_labels_or_keys(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    folder_write(
        &folder, "a.yml",
        "- targets: ['192.0.2.1:5', '192.0.2.2:5']\n"
        "  labels: {site: x, __module__: slow, __buckets__: '1ms, 5ms', __tag__: t,\n"
        "    __control_version__: 2, __control_retries__: 5, __meta_a: b, __address__: c,\n"
        "    __timeout__: 1s, __limits_rtt__: '100ms, 150ms'}\n");
    struct config *config = read_main(&folder, MAIN);
    assert_int_equal(config->targets->count, 3);
    for (size_t i = 1; i < 3; i++) {
        const struct spec *spec = config->targets->specs[i];
        assert_int_equal(spec->identity.label_count, 1);
        assert_string_equal(spec->identity.labels[0].value, "x");
        assert_int_equal(spec->schedule.frequency_ns, 300 * NS_PER_SECOND);
        assert_int_equal(spec->schedule.timeout_ns, NS_PER_SECOND);
        assert_int_equal(spec->results.layout->count, 2);
        assert_int_equal(spec->results.layout->bounds_ns[1], 5 * NS_PER_MS);
        assert_int_equal(spec->control.version, CONTROL_V2);
        assert_int_equal(spec->control.tries, 5);
        assert_string_equal(spec->identity.tag, "t");
    }
    config_free(config);
    folder_remove(&folder);
}

/* As an entry of `targets`, key by key: derived from the rows, so none can be forgotten. */
static void every_key_of_a_target_can_be_a_label(void **state)
{
    (void)state;
    static const struct {
        const struct schema_scope *scope;
        const char *head;
    } scopes[] = {{&schema_target, ""},    {&schema_defaults, ""},
                  {&schema_operation, ""}, {&schema_control, "control_"},
                  {&schema_path, "path_"}, {&schema_limit, "limits_"}};
    for (size_t s = 0; s < sizeof scopes / sizeof scopes[0]; s++) {
        for (size_t i = 0; i < scopes[s].scope->count; i++) {
            const struct schema_key *key = &scopes[s].scope->keys[i];
            bool is_text = key->kind != SCHEMA_SECTION && key->kind != SCHEMA_LABELS &&
                           key->kind != SCHEMA_HOSTS;
            struct buf text = {0}, finding = {0};
            buf_printf(&text, "- {targets: [192.0.2.1], labels: {__%s%s__: \"\\x01\"}}\n",
                       scopes[s].head, key->name);
            struct folder folder = folder_make();
            folder_write(&folder, "a.yml", buf_string(&text));
            struct config *config = read_main(&folder, MAIN);
            diagnostics_format(&config->files->items[0].findings, &finding);
            bool is_unknown = strstr(buf_string(&finding), "unknown key") != NULL;
            assert_false(config->files->items[0].is_good);
            assert_int_equal(is_unknown, !is_text);
            config_free(config);
            folder_remove(&folder);
            buf_fini(&text);
            buf_fini(&finding);
        }
    }
}

static void the_packet_rate_is_of_all_files(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    folder_write(&folder, "a.yml", "- targets: ['192.0.2.1:5']\n");
    folder_write(&folder, "b.yml", "- targets: ['192.0.2.2:5', '192.0.2.3:5', '192.0.2.4:5']\n");
    folder_write(&folder, "c.yml", "- targets: ['192.0.2.5:5']\n");
    struct config *config = read_main(&folder, MAIN "max_packet_rate: 3\n"); /* 11 each in 20 s */
    expect_names(config, "main 192.0.2.1:5 192.0.2.5:5");
    assert_string_equal(
        file_of(config, "/b.yml")->findings.items[0].message,
        "with these targets 4 packets a second are sent; allowed: 3 (max_packet_rate)");
    config_free(config);
    folder_remove(&folder);
}

static void the_example_is_good(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    struct config *config =
        read_main(&folder, "target_files: ['" IPSLA_SOURCE_DIR "/config/targets.example.yml']\n");
    expect_names(config, "192.0.2.1:16384 192.0.2.2:16384 lyon-core1");
    assert_int_equal(config->files->items[0].findings.count, 0);
    assert_int_equal(target_of(config, "lyon-core1")->control.version, CONTROL_V2);
    config_free(config);
    folder_remove(&folder);
}

static void json_is_read(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    assert_int_equal(mkdir(folder_path(&folder, "more"), 0700), 0);
    folder_write(&folder, "more/a.json",
                 "[\n\t{\n\t\t\"targets\":[\"192.0.2.1:5\"],\n\t\t\"labels\" : {\"a\":"
                 "\"x\\/y\\u00e9\\ud83d\\ude00\", \"__frequency__\":\"10s\"}\n\t}\n]\n");
    struct config *config = read_main(&folder, MAIN);
    const struct spec *spec = target_of(config, "192.0.2.1:5");
    assert_non_null(spec);
    assert_string_equal(spec->identity.labels[0].value, "x/y\xc3\xa9\xf0\x9f\x98\x80");
    assert_int_equal(spec->schedule.frequency_ns, 10 * NS_PER_SECOND);
    config_free(config);
    folder_remove(&folder);
}

static void errors_have_their_place(void **state)
{
    (void)state;
    expect_file("[]\n", "");
    expect_file("", "f:1:1: the file is empty\n");
    expect_file("targets: []\n", "f:1:1: not a list of groups; write - targets: [HOST:PORT]\n");
    expect_file("- labels: {a: b}\n",
                "f:1:3: [0].targets: the key is missing; required: up to 100000 entries\n");
    expect_file("- targets: [{a: b}]\n  label: {}\n",
                "f:1:13: [0].targets[0]: not a host; write HOST or HOST:PORT, and keys as labels: "
                "__port__\nf:2:3: [0].label: unknown key; did you mean 'labels'?\n");
    /* What is wrong with a label is said once, for all targets. */
    expect_file(
        "- targets: ['192.0.2.1:5', '192.0.2.2:5']\n"
        "  labels: {__prt__: 1, __frequency__: 5, __tag__: [x], target: y}\n",
        "f:2:12: [0].labels.__prt__: unknown key; did you mean '__port__'?\n"
        "f:2:39: [0].targets[0].frequency: '5' has no unit (us, ms, s, m, h or d), as in "
        "20ms or 60s; allowed: 100ms to 7d\n"
        "f:2:51: [0].labels.__tag__: not a single text; write '__tag__: ...', several values "
        "with commas\n"
        "f:2:56: [0].targets[0].labels.target: the exporter uses this label name itself; "
        "choose another\n");
    expect_file(
        "- targets: ['192.0.2.1:5']\n  labels: {__timeout__: 30s}\n",
        "f:2:25: [0].targets[0].timeout: '30s' is longer than frequency '20s' (line 2 of the "
        "configuration); allowed: a timeout up to the frequency\n");
    expect_file("- targets: ['192.0.2.1:5', '192.0.2.1:5']\n",
                "f:1:28: [0].targets[1].name: '192.0.2.1:5' is the name of the target on line 1 "
                "already; names are unique\n");
    expect_file("- targets: [a\n", "f:1:12: the '[' opened here is never closed; write ']'\n");
}

static void what_is_no_file_is_reported(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    struct buf found = {0};
    folder_write(&folder, "z.yml", "- targets: ['192.0.2.1:5']\n");
    assert_int_equal(mkfifo(folder_path(&folder, "fifo.yml"), 0600), 0);
    assert_int_equal(mkdir(folder_path(&folder, "dir.yml"), 0700), 0);
    folder_link(&folder, "loop.yml", "loop.yml");
    folder_link(&folder, "nowhere", "gone.yml");
    folder_write(&folder, "large.yml", "");
    assert_int_equal(truncate(folder_path(&folder, "large.yml"), 100 * 1024 * 1024), 0);
    folder_write(&folder, "utf16.yml", "\xff\xfe");
    folder_write(&folder, "latin1.yml", "- targets: [caf\xe9]\n");
    struct config *config = read_main(&folder, MAIN);
    assert_int_equal(config->files->count, 8);
    for (size_t i = 0; i < config->files->count; i++) {
        struct diagnostics *diagnostics = &config->files->items[i].findings;
        assert_int_equal(diagnostics->count, i < 7 ? 1 : 0);
        if (i < 7) {
            buf_printf(&found, "%s\n", diagnostics->items[0].message);
        }
    }
    assert_string_equal(buf_string(&found), "cannot be read: Is a directory\n"
                                            "cannot be read: not a regular file\n"
                                            "cannot be read: No such file or directory\n"
                                            "is too large; at most 16777216 bytes are read\n"
                                            "the byte 0xe9 is not UTF-8; save the file as UTF-8\n"
                                            "cannot be read: Too many levels of symbolic links\n"
                                            "the file is UTF-16; save it as UTF-8\n");
    expect_names(config, "main 192.0.2.1:5");
    buf_fini(&found);
    config_free(config);
    folder_remove(&folder);
}

static void expect_hash(const struct folder *folder, const char *hash, bool is_same)
{
    struct config *config = read_main(folder, MAIN);
    assert_int_equal(strcmp(config->hash, hash) == 0, is_same);
    config_free(config);
}

/* Two exporters with one hash measure the same, wherever their files are. */
static void the_hash_is_of_the_files_too(void **state)
{
    (void)state;
    struct folder here = folder_make(), there = folder_make();
    folder_write(&here, "a.yml", "- targets: [one]\n");
    folder_write(&there, "b.yml", "- targets: [one]\n");
    struct config *config = read_main(&here, MAIN);
    expect_hash(&there, config->hash, true);
    folder_write(&there, "b.yml", "- targets: [two]\n");
    expect_hash(&there, config->hash, false);
    folder_write(&there, "b.yml", "- targets: [one]\n");
    folder_write(&there, "c.yml", "- targets: [three]\n");
    expect_hash(&there, config->hash, false);
    unlink(folder_path(&there, "c.yml"));
    folder_write(&here, "a.yml", "- targets: [");
    reread(&here, config, 2); /* what is in force is what it was */
    expect_hash(&there, config->hash, true);
    folder_write(&here, "a.yml", "- targets: [four]\n");
    reread(&here, config, 3);
    expect_hash(&there, config->hash, false);
    config_free(config);
    folder_remove(&here);
    folder_remove(&there);
}

static void a_broken_file_keeps_its_own(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    folder_write(&folder, "a.yml", "- targets: ['192.0.2.1:5']\n");
    folder_write(&folder, "b.yml", "- targets: ['192.0.2.2:5']\n");
    struct config *config = read_main(&folder, MAIN);
    expect_names(config, "main 192.0.2.1:5 192.0.2.2:5");
    assert_false(target_files_have_changed(config->files));
    /* One breaks while the other changes. */
    folder_write(&folder, "a.yml", "- targets: [");
    folder_write(&folder, "b.yml", "- targets: ['192.0.2.2:5', '192.0.2.3:5']\n");
    assert_true(target_files_have_changed(config->files));
    reread(&folder, config, 2);
    assert_false(target_files_have_changed(config->files));
    expect_names(config, "main 192.0.2.1:5 192.0.2.2:5 192.0.2.3:5");
    const struct target_file *a = file_of(config, "/a.yml"), *b = file_of(config, "/b.yml");
    assert_true(!a->is_good && a->is_news && a->good_at.ns == 1 && a->targets->count == 1);
    assert_true(b->is_good && b->is_news && b->good_at.ns == 2 && b->targets->count == 2);
    assert_false(target_files_are_good(config->files));
    /* Nothing new: the fault is known. */
    reread(&folder, config, 3);
    assert_false(file_of(config, "/a.yml")->is_news);
    expect_names(config, "main 192.0.2.1:5 192.0.2.2:5 192.0.2.3:5");
    /* It is mended. */
    folder_write(&folder, "a.yml", "- targets: ['192.0.2.4:5']\n");
    reread(&folder, config, 4);
    expect_names(config, "main 192.0.2.4:5 192.0.2.2:5 192.0.2.3:5");
    assert_int_equal(file_of(config, "/a.yml")->good_at.ns, 4);
    /* What is removed is gone. */
    unlink(folder_path(&folder, "a.yml"));
    assert_true(target_files_have_changed(config->files));
    reread(&folder, config, 5);
    expect_names(config, "main 192.0.2.2:5 192.0.2.3:5");
    config_free(config);
    folder_remove(&folder);
}

static void unchanged_targets_stay_the_same_object(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    folder_write(&folder, "a.yml", "- targets: ['192.0.2.1:5']\n");
    struct config *config = read_main(&folder, MAIN);
    const struct spec *before = spec_ref(target_of(config, "192.0.2.1:5"));
    folder_write(&folder, "b.yml", "- targets: ['192.0.2.2:5']\n");
    struct config *again =
        config_reread_files(config, folder_path(&folder, "ipsla.conf"), (struct wall){.ns = 2});
    spec_set_renew(again->targets, config->targets);
    spec_set_renew(again->files->items[0].targets, config->targets);
    assert_ptr_equal(target_of(again, "192.0.2.1:5"), before);
    assert_ptr_equal(file_of(again, "/a.yml")->targets->specs[0], before);
    config_free(again);
    config_free(config);
    spec_unref(before);
    folder_remove(&folder);
}

static void names_and_source_ports_are_of_one_file(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    folder_write(&folder, "a.yml",
                 "- targets: ['192.0.2.1:5']\n"
                 "- {targets: ['192.0.2.2:5'], labels: {__source_port__: '7'}}\n");
    folder_write(&folder, "b.yml", "- targets: ['192.0.2.3:5']\n");
    struct config *config = read_main(&folder, MAIN);
    folder_write(&folder, "b.yml", "- targets: ['192.0.2.3:5', main]\n  labels: {__port__: '5'}\n");
    folder_write(&folder, "c.yml",
                 "- {targets: ['192.0.2.4:5'], labels: {__source_port__: '7'}}\n");
    reread(&folder, config, 2);
    expect_names(config, "main 192.0.2.1:5 192.0.2.2:5 192.0.2.3:5");
    const struct diagnostics *b = &file_of(config, "/b.yml")->findings;
    const struct diagnostics *c = &file_of(config, "/c.yml")->findings;
    assert_non_null(strstr(b->items[0].message, "the name is one of a target in "));
    assert_non_null(strstr(b->items[0].message, "/ipsla.conf already"));
    assert_int_equal(b->items[0].column, 28);
    assert_non_null(strstr(c->items[0].message, "the source port is one of a target in "));
    /* A target moves to a file before: from then on the later one may not have it. */
    folder_write(&folder, "a.yml", "- targets: ['192.0.2.3:5']\n");
    reread(&folder, config, 3);
    expect_names(config, "main 192.0.2.3:5 192.0.2.4:5");
    assert_int_equal(file_of(config, "/b.yml")->targets->count, 0);
    config_free(config);
    folder_remove(&folder);
}

/* The configuration is what it was when it was loaded. */
static void only_target_files_are_read_again(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    folder_write(&folder, "k", "secret\n");
    folder_write(
        &folder, "a.yml",
        "- {targets: ['192.0.2.1:5'], labels: {__control_version__: '2', __control_key__: '1'}}\n");
    struct config *config =
        read_main(&folder, MAIN "keys: [{id: 1, algorithm: sha256, secret_file: k}]\n");
    folder_write(&folder, "ipsla.conf", "targets: [");
    unlink(folder_path(&folder, "k"));
    reread(&folder, config, 2);
    expect_names(config, "main 192.0.2.1:5");
    assert_int_equal(target_of(config, "192.0.2.1:5")->control.key.size, 6);
    assert_int_equal(target_of(config, "192.0.2.1:5")->schedule.frequency_ns, 20 * NS_PER_SECOND);
    config_free(config);
    folder_remove(&folder);
}

static void one_link_for_all_is_followed(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    struct paths places = {0};
    assert_int_equal(mkdir(folder_path(&folder, "1"), 0700), 0);
    assert_int_equal(mkdir(folder_path(&folder, "2"), 0700), 0);
    folder_write(&folder, "1/a.yml", "- targets: ['192.0.2.1:5']\n");
    folder_write(&folder, "2/a.yml", "- targets: ['192.0.2.2:5']\n");
    folder_link(&folder, "1", "..data");
    folder_link(&folder, "..data/a.yml", "a.yml");
    struct config *config = read_main(&folder, MAIN);
    expect_names(config, "main 192.0.2.1:5");
    folder_link(&folder, "2", "..tmp");
    folder_rename(&folder, "..tmp", "..data");
    assert_true(target_files_have_changed(config->files));
    reread(&folder, config, 2);
    expect_names(config, "main 192.0.2.2:5");
    target_files_add_places(config->files, &places);
    bool has_folder = false;
    for (size_t i = 0; i < places.count; i++) {
        has_folder = has_folder || strcmp(places.items[i], folder.path) == 0;
    }
    assert_true(has_folder);
    paths_fini(&places);
    config_free(config);
    folder_remove(&folder);
}

/* Prints what is watched for `pattern`, without the folder. */
static void expect_places(const struct folder *folder, const char *pattern, const char *expected)
{
    struct paths places = {0};
    struct buf found = {0};
    size_t length = strlen(folder->path);
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", folder->path, pattern);
    file_pattern_add_places(whole, &places);
    for (size_t i = 0; i < places.count; i++) {
        assert_memory_equal(places.items[i], folder->path, length);
        buf_printf(&found, "%s%s", i > 0 ? " " : "", places.items[i] + length);
    }
    assert_string_equal(buf_string(&found), expected);
    buf_fini(&found);
    paths_fini(&places);
}

static void each_directory_of_a_pattern_is_watched(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    expect_places(&folder, "t/*.yml", "");
    expect_places(&folder, "t/*/*.yml", "");
    assert_int_equal(mkdir(folder_path(&folder, "t"), 0700), 0);
    expect_places(&folder, "t/*.yml", "/t");
    expect_places(&folder, "t/a.yml", "/t");
    assert_int_equal(mkdir(folder_path(&folder, "t/x"), 0700), 0);
    assert_int_equal(mkdir(folder_path(&folder, "u"), 0700), 0);
    expect_places(&folder, "t/*/*.yml", "/t /t/x");
    folder_link(&folder, "../u", "t/y");
    expect_places(&folder, "t/*/*.yml", "/t /t/.. /t/x /t/y");
    folder_write(&folder, "real.yml", "");
    folder_link(&folder, "../real.yml", "t/x/l.yml");
    expect_places(&folder, "t/x/*.yml", "/t/x /t/x/..");
    folder_link(&folder, "loop", "loop");
    expect_places(&folder, "loop/*.yml", "");
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_read_as_they_are_written),
        cmocka_unit_test(nothing_follows_the_brackets),
        cmocka_unit_test(labels_are_labels_or_keys),
        cmocka_unit_test(every_key_of_a_target_can_be_a_label),
        cmocka_unit_test(the_packet_rate_is_of_all_files),
        cmocka_unit_test(the_example_is_good),
        cmocka_unit_test(json_is_read),
        cmocka_unit_test(errors_have_their_place),
        cmocka_unit_test(what_is_no_file_is_reported),
        cmocka_unit_test(a_broken_file_keeps_its_own),
        cmocka_unit_test(unchanged_targets_stay_the_same_object),
        cmocka_unit_test(names_and_source_ports_are_of_one_file),
        cmocka_unit_test(only_target_files_are_read_again),
        cmocka_unit_test(one_link_for_all_is_followed),
        cmocka_unit_test(the_hash_is_of_the_files_too),
        cmocka_unit_test(each_directory_of_a_pattern_is_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
