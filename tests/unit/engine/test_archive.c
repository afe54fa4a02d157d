/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "support/build.h"
#include "support/cm.h"

#define KEPT 7

static struct report *make_report(const char *name, uint32_t operations)
{
    struct report *report = report_alloc(NULL);
    struct spec *spec = build_jitter_spec(name, "192.0.2.1");
    spec->results.history = KEPT;
    report->spec = spec;
    report->history = operations > 0 ? history_new(KEPT) : NULL;
    for (uint32_t i = 1; i <= operations; i++) {
        const struct history_entry entry = {.end = {i * NS_PER_SECOND}, .sent = i};
        history_append(report->history, &entry);
    }
    return report;
}

/* Targets "c", "a", "" (without operations) and "b". */
static void write_archive(size_t targets, struct buf *out)
{
    struct report *reports[] = {make_report("c", 3), make_report("a", 9), make_report("none", 0),
                                make_report("b", 1)};
    struct archive_writer writer;
    archive_begin(&writer, targets, out);
    for (size_t i = 0; i < 4; i++) {
        archive_add(&writer, reports[i], out);
        report_unref(reports[i]);
    }
    archive_end(&writer, out);
}

/* A copy, whose memory ends where it does. */
static struct archive *read_part(const struct buf *text, size_t size, enum archive_fault *fault)
{
    uint8_t *bytes = mem_alloc(size, 1);
    if (size > 0) {
        memcpy(bytes, text->bytes, size);
    }
    return archive_read(bytes, size, fault);
}

static void expect_found(const struct archive *archive, const struct spec *spec, size_t count,
                         uint32_t last)
{
    struct history_entry entries[HISTORY_MAX];
    struct history *history = archive_find(archive, spec);
    assert_int_equal(history_copy(history, entries, HISTORY_MAX), count);
    assert_int_equal(history_capacity(history), count > 0 ? spec->results.history : 0);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(entries[i].sent, last + 1 - count + i);
        assert_int_equal(entries[i].end.ns, (int64_t)entries[i].sent * NS_PER_SECOND);
    }
    history_unref(history);
}

static void what_was_written_is_found(void **state)
{
    (void)state;
    struct buf text = {0};
    enum archive_fault fault;
    write_archive(4, &text);
    struct archive *archive = read_part(&text, text.size, &fault);
    assert_non_null(archive);
    assert_int_equal(archive_count(archive), 3);
    struct spec *spec = build_jitter_spec("a", "192.0.2.1");
    spec->results.history = 60;
    expect_found(archive, spec, KEPT, 9);
    spec->results.history = 2;
    expect_found(archive, spec, 2, 9);
    spec->results.history = 0;
    expect_found(archive, spec, 0, 0);
    spec_unref(spec);
    static const struct {
        const char *name;
        size_t count;
    } others[] = {{"b", 1}, {"c", 3}, {"none", 0}, {"d", 0}, {"", 0}, {"aa", 0}};
    for (size_t i = 0; i < 6; i++) {
        spec = build_jitter_spec(others[i].name, "192.0.2.1");
        spec->results.history = KEPT;
        expect_found(archive, spec, others[i].count, (uint32_t)others[i].count);
        spec_unref(spec);
    }
    archive_free(archive);
    buf_fini(&text);
}

/* By what a reload would know it by. */
static void another_target_of_that_name_is_none(void **state)
{
    (void)state;
    struct buf text = {0};
    enum archive_fault fault;
    write_archive(4, &text);
    struct archive *archive = read_part(&text, text.size, &fault);
    struct spec *spec = build_jitter_spec("c", "192.0.2.1");
    spec->results.history = KEPT;
    spec->schedule.frequency_ns *= 2; /* keeps */
    spec->path.peer = build_addr("192.0.2.9:16384"); /* a host that moved */
    expect_found(archive, spec, 3, 3);
    spec->packets.count++; /* resets */
    expect_found(archive, spec, 0, 0);
    spec_unref(spec);
    spec = build_echo_spec("c", "192.0.2.1");
    spec->results.history = KEPT;
    expect_found(archive, spec, 0, 0);
    spec_unref(spec);
    archive_free(archive);
    buf_fini(&text);
}

static void each_damage_is_found(void **state)
{
    (void)state;
    struct buf text = {0};
    enum archive_fault fault;
    write_archive(4, &text);
    for (size_t size = 0; size < text.size; size++) {
        assert_null(read_part(&text, size, &fault));
        assert_true(fault == (size < 14 ? ARCHIVE_IS_OTHER : ARCHIVE_IS_DAMAGED));
    }
    for (size_t i = 0; i < text.size * 8; i++) {
        text.bytes[i / 8] = (char)(text.bytes[i / 8] ^ 1 << i % 8);
        assert_null(read_part(&text, text.size, &fault));
        assert_true(fault != ARCHIVE_IS_GOOD);
        text.bytes[i / 8] = (char)(text.bytes[i / 8] ^ 1 << i % 8);
    }
    buf_add_char(&text, '\0');
    assert_null(read_part(&text, text.size, &fault));
    assert_int_equal(fault, ARCHIVE_IS_DAMAGED);
    text.bytes[15] = 2;
    assert_null(read_part(&text, text.size, &fault));
    assert_int_equal(fault, ARCHIVE_IS_LATER);
    buf_fini(&text);
}

static void an_archive_may_be_empty(void **state)
{
    (void)state;
    struct buf text = {0};
    struct archive_writer writer;
    enum archive_fault fault;
    archive_begin(&writer, 0, &text);
    archive_end(&writer, &text);
    assert_int_equal(text.size, 32);
    struct archive *archive = read_part(&text, text.size, &fault);
    assert_int_equal(archive_count(archive), 0);
    archive_free(archive);
    archive_free(NULL);
    buf_fini(&text);
}

/* Of so many that the file would be too large, the newest. */
static void many_targets_keep_less(void **state)
{
    (void)state;
    struct buf text = {0};
    enum archive_fault fault;
    write_archive(ARCHIVE_BYTES_MAX / 440, &text);
    struct archive *archive = read_part(&text, text.size, &fault);
    struct spec *spec = build_jitter_spec("a", "192.0.2.1");
    spec->results.history = KEPT;
    expect_found(archive, spec, 5, 9);
    spec_unref(spec);
    archive_free(archive);
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_found),
        cmocka_unit_test(another_target_of_that_name_is_none),
        cmocka_unit_test(each_damage_is_found),
        cmocka_unit_test(an_archive_may_be_empty),
        cmocka_unit_test(many_targets_keep_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
