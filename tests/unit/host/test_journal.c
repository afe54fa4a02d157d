/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A socket of the test stands in for that of the journal. */
#include "host/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/log.h"
#include "support/cm.h"

struct stand_in {
    char directory[32], path[64];
    int fd;
};

static struct stand_in begin(void)
{
    struct stand_in journal = {.directory = "/tmp/journal.XXXXXX"};
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    assert_non_null(mkdtemp(journal.directory));
    snprintf(journal.path, sizeof journal.path, "%s/socket", journal.directory);
    memcpy(name.sun_path, journal.path, strlen(journal.path));
    journal.fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(journal.fd, (struct sockaddr *)&name, sizeof name), 0);
    log_setup(LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
    assert_false(journal_is_open());
    assert_true(journal_open(journal.path));
    return journal;
}

static void end(struct stand_in *journal)
{
    journal_open(NULL);
    close(journal->fd);
    unlink(journal->path);
    rmdir(journal->directory);
}

static void test_entry(void **state)
{
    (void)state;
    char got[1024], wanted[1024];
    struct stand_in journal = begin();
    log_line(LOG_LEVEL_WARN, "cannot resolve", "host", "a b", "tries", LOG_NUMBER(3), "error",
             "one\ntwo", NULL);
    ssize_t size = recv(journal.fd, got, sizeof got, MSG_DONTWAIT);
    int length = snprintf(wanted, sizeof wanted,
                          "PRIORITY=4\nSYSLOG_IDENTIFIER=%s\nIPSLA_HOST=a b\nIPSLA_TRIES=3\n"
                          "IPSLA_ERROR\n%c%c%c%c%c%c%c%cone\ntwo\n"
                          "MESSAGE=cannot resolve host=\"a b\" tries=3 error=\"one\\ntwo\"\n",
                          program_invocation_short_name, 7, 0, 0, 0, 0, 0, 0, 0);
    assert_int_equal(size, length);
    assert_memory_equal(got, wanted, (size_t)length);
    end(&journal);
}

static void test_priorities(void **state)
{
    (void)state;
    static const char digits[] = "7643";
    struct stand_in journal = begin();
    for (unsigned level = LOG_LEVEL_DEBUG; level <= LOG_LEVEL_ERROR; level++) {
        char got[256] = "";
        log_line((enum log_level)level, "x", NULL);
        ssize_t size = recv(journal.fd, got, sizeof got, MSG_DONTWAIT);
        if (level == LOG_LEVEL_DEBUG) {
            assert_int_equal(size, -1); /* below the level that is asked for */
        } else {
            assert_int_equal(got[strlen("PRIORITY=")], digits[level]);
        }
    }
    end(&journal);
}

/* A journal that is gone: the line goes to standard error, with its priority before it. */
static void test_lost_journal(void **state)
{
    (void)state;
    char got[256] = "";
    int ends[2], saved = dup(STDERR_FILENO);
    struct stand_in journal = begin();
    close(journal.fd);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    log_line(LOG_LEVEL_ERROR, "still told", "key", "value", NULL);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    assert_true(read(ends[0], got, sizeof got - 1) > 0);
    assert_string_equal(got, "<3>still told key=value\n");
    close(ends[0]);
    close(ends[1]);
    close(saved);
    end(&journal);
}

static bool has_stderr(uintmax_t device, uintmax_t inode)
{
    char text[64];
    snprintf(text, sizeof text, "%ju:%ju", device, inode);
    setenv("JOURNAL_STREAM", text, 1);
    return journal_has_stderr();
}

/* The variable is inherited by programs whose standard error is another one. */
static void test_whose_stderr(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "x:y", "12", ":"};
    struct stat status;
    assert_int_equal(fstat(STDERR_FILENO, &status), 0);
    assert_true(has_stderr(status.st_dev, status.st_ino));
    assert_false(has_stderr(status.st_dev, status.st_ino + 1));
    assert_false(has_stderr(status.st_dev + 1, status.st_ino));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        setenv("JOURNAL_STREAM", wrong[i], 1);
        assert_false(journal_has_stderr());
    }
    unsetenv("JOURNAL_STREAM");
    assert_false(journal_has_stderr());
}

static void test_no_socket(void **state)
{
    (void)state;
    char path[300];
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_false(journal_open("/nowhere/socket"));
    assert_false(journal_open(path));
    assert_false(journal_is_open());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entry),        cmocka_unit_test(test_priorities),
        cmocka_unit_test(test_lost_journal), cmocka_unit_test(test_whose_stderr),
        cmocka_unit_test(test_no_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
