/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/history_file.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "support/build.h"
#include "support/cm.h"

#define TARGETS 10
#define KEPT 60
#define KILLS 200

/* A directory of its own, and names in it. */
struct fixture {
    char folder[64], path[96], aside[112], new[112];
};

static int setup(void **state)
{
    struct fixture *fixture = mem_alloc(1, sizeof *fixture);
    /* In memory where that is to be had, so that a test of 200 writers takes no time. */
    snprintf(fixture->folder, sizeof fixture->folder, "%s/ipsla-history-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof fixture->path, "%s/history", fixture->folder);
    snprintf(fixture->aside, sizeof fixture->aside, "%s" HISTORY_FILE_DAMAGED, fixture->path);
    snprintf(fixture->new, sizeof fixture->new, "%s" HISTORY_FILE_NEW, fixture->path);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    unlink(fixture->path);
    unlink(fixture->aside);
    unlink(fixture->new);
    assert_int_equal(rmdir(fixture->folder), 0);
    free(fixture);
    return 0;
}

static struct spec *make_spec(unsigned number)
{
    char name[16];
    snprintf(name, sizeof name, "t%u", number);
    struct spec *spec = build_jitter_spec(name, "192.0.2.1");
    spec->results.history = KEPT;
    return spec;
}

/* Every operation of every target ended at `generation`. */
static struct snapshot *make_snapshot(uint32_t generation)
{
    struct snapshot *snapshot = snapshot_new(TARGETS);
    const struct history_entry entry = {.end = {generation * NS_PER_SECOND}};
    for (unsigned i = 0; i < TARGETS; i++) {
        struct report *report = report_alloc(NULL);
        report->spec = make_spec(i);
        report->history = history_new(KEPT);
        for (unsigned k = 0; k < KEPT; k++) {
            history_append(report->history, &entry);
        }
        snapshot->reports[i] = report;
    }
    return snapshot;
}

static int write_generation(const char *path, uint32_t generation)
{
    struct snapshot *snapshot = make_snapshot(generation);
    int error = history_file_write(path, snapshot);
    snapshot_unref(snapshot);
    return error;
}

/* The generation that the whole file is of; 0: there is none. */
static uint32_t read_generation(const char *path)
{
    enum archive_fault fault;
    int error;
    uint32_t generation = 0;
    struct archive *archive = history_file_read(path, &fault, &error);
    assert_int_equal(error, 0);
    assert_int_equal(fault, ARCHIVE_IS_GOOD);
    for (unsigned i = 0; archive != NULL && i < TARGETS; i++) {
        struct history_entry entries[KEPT];
        struct spec *spec = make_spec(i);
        struct history *history = archive_find(archive, spec);
        assert_int_equal(history_copy(history, entries, KEPT), KEPT);
        for (unsigned k = 0; k < KEPT; k++) {
            uint32_t of_this = (uint32_t)(entries[k].end.ns / NS_PER_SECOND);
            assert_true(generation == 0 || generation == of_this);
            generation = of_this;
        }
        history_unref(history);
        spec_unref(spec);
    }
    archive_free(archive);
    return generation;
}

static void what_was_written_is_read(void **state)
{
    const struct fixture *fixture = *state;
    struct stat status;
    assert_int_equal(read_generation(fixture->path), 0);
    assert_int_equal(write_generation(fixture->path, 1), 0);
    assert_int_equal(read_generation(fixture->path), 1);
    assert_int_equal(write_generation(fixture->path, 2), 0);
    assert_int_equal(read_generation(fixture->path), 2);
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 07, 0); /* it names who is measured */
    assert_int_equal(access(fixture->new, F_OK), -1);
}

/* Writes one generation after the other until it is killed; says how far it came. */
static void write_until_killed(const char *path, atomic_uint *begun)
{
    for (;;) {
        uint32_t generation = atomic_load(begun) + 1;
        struct snapshot *snapshot = make_snapshot(generation);
        atomic_store(begun, generation);
        if (history_file_write(path, snapshot) != 0) {
            _exit(1);
        }
        snapshot_unref(snapshot);
    }
}

/* How long a generation takes, in microseconds. */
static unsigned writing_us(const char *path, unsigned generations)
{
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (unsigned i = 1; i <= generations; i++) {
        assert_int_equal(write_generation(path, i), 0);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    int64_t ns = (end.tv_sec - begin.tv_sec) * NS_PER_SECOND + end.tv_nsec - begin.tv_nsec;
    return (unsigned)(ns / NS_PER_US / generations);
}

/* Whenever a writer is killed, what is there is whole, and of the generation that it was writing or
 * of the one before. */
static void a_killed_writer_leaves_the_old_or_the_new(void **state)
{
    const struct fixture *fixture = *state;
    atomic_uint *begun =
        mmap(NULL, sizeof *begun, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(begun != MAP_FAILED);
    unsigned old = 0, new = 0, writing = writing_us(fixture->path, 20);
    atomic_store(begun, 20);
    srand(1);
    for (unsigned i = 0; i < KILLS; i++) {
        unsigned before = atomic_load(begun);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            write_until_killed(fixture->path, begun);
        }
        while (atomic_load(begun) == before) {
            sched_yield();
        }
        usleep((useconds_t)rand() % (4 * writing + 1));
        assert_int_equal(kill(child, SIGKILL), 0);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        unsigned last = atomic_load(begun), found = read_generation(fixture->path);
        assert_true(found == last || found + 1 == last);
        *(found == last ? &new : &old) += 1;
        assert_int_equal(access(fixture->aside, F_OK), -1);
        atomic_store(begun, found); /* the next writes on the one that is there */
    }
    print_message("%u times the one before, %u times the new one\n", old, new);
    assert_true(old > 0 && atomic_load(begun) > 20);
    munmap(begun, sizeof *begun);
}

static void put_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void what_cannot_be_used_is_set_aside(void **state)
{
    const struct fixture *fixture = *state;
    static const struct {
        const char *text;
        enum archive_fault fault;
    } cases[] = {{"", ARCHIVE_IS_OTHER},
                 {"targets: []\n", ARCHIVE_IS_OTHER},
                 {"ipsla-history\n", ARCHIVE_IS_DAMAGED},
                 {"ipsla-history\n\xff\xff", ARCHIVE_IS_LATER}};
    enum archive_fault fault;
    int error;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put_text(fixture->path, cases[i].text);
        assert_null(history_file_read(fixture->path, &fault, &error));
        assert_int_equal(fault, cases[i].fault);
        assert_int_equal(error, 0);
        assert_int_equal(access(fixture->path, F_OK), -1);
        assert_int_equal(access(fixture->aside, F_OK), 0);
        assert_int_equal(read_generation(fixture->path), 0);
    }
    assert_int_equal(write_generation(fixture->path, 3), 0);
    assert_int_equal(truncate(fixture->path, 5000), 0);
    assert_null(history_file_read(fixture->path, &fault, &error));
    assert_int_equal(fault, ARCHIVE_IS_DAMAGED);
}

/* What is no file is left as it is. */
static void other_things_are_errors(void **state)
{
    const struct fixture *fixture = *state;
    enum archive_fault fault;
    int error;
    assert_int_equal(mkfifo(fixture->path, 0600), 0);
    assert_null(history_file_read(fixture->path, &fault, &error));
    assert_int_equal(error, EINVAL);
    unlink(fixture->path);
    assert_null(history_file_read(fixture->folder, &fault, &error));
    assert_int_equal(error, EINVAL);
    assert_int_equal(write_generation("/nowhere/history", 1), -ENOENT);
    assert_int_equal(history_file_try("/nowhere/history"), -ENOENT);
    assert_int_equal(history_file_try(fixture->path), 0);
    assert_int_equal(access(fixture->new, F_OK), -1);
    assert_int_equal(symlink("/nowhere/x", fixture->new), 0);
    assert_int_equal(write_generation(fixture->path, 1), -ELOOP);
    unlink(fixture->new);
}

/* As on a full disk: the one before stays, and nothing else. */
static void what_cannot_be_written_changes_nothing(void **state)
{
    const struct fixture *fixture = *state;
    struct rlimit before, small;
    assert_int_equal(write_generation(fixture->path, 1), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 10000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(write_generation(fixture->path, 2), -EFBIG);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(read_generation(fixture->path), 1);
    assert_int_equal(access(fixture->new, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_written_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(a_killed_writer_leaves_the_old_or_the_new, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_used_is_set_aside, setup, teardown),
        cmocka_unit_test_setup_teardown(other_things_are_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_changes_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
