/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the kernel says differs from machine to machine; that it is passed on does not. */
#include "host/clock_state.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"
#include "support/cm.h"

static void test_passes_on_what_the_kernel_says(void **state)
{
    (void)state;
    struct timex timex = {0};
    struct clock_state clock = {.slewed_at = {5}};
    int status = adjtimex(&timex);
    assert_true(status >= 0);
    clock_state_read(&clock);
    bool is_good = status != TIME_ERROR && (timex.status & STA_UNSYNC) == 0;
    assert_true(is_good || !clock.is_synchronized);
    assert_int_equal(clock.error, 0);
    assert_int_equal(clock.estimated_error_ns < 0, timex.esterror >= 16000000);
    assert_in_range(clock.maximum_error_ns, 0, 60 * NS_PER_SECOND);
    assert_int_equal(clock.slewed_at.ns, 5);
}

/* From here on this process may not ask, as in a unit with ProtectClock=. */
static bool forbid_asking(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_adjtimex, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_adjtime, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void test_a_refusal_is_not_a_no(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct clock_state clock = {0};
        if (!forbid_asking()) {
            _exit(77);
        }
        clock_state_read(&clock);
        bool is_right = !clock.is_synchronized && clock.fault == CLOCK_UNKNOWN &&
                        clock.error == EPERM && clock.estimated_error_ns == -1 &&
                        clock.maximum_error_ns == -1;
        _exit(is_right ? 0 : 1);
    }
    int status = 0;
    assert_true(waitpid(child, &status, 0) == child && WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Not more often than it is worth it; and this machine's clock is not slewed by its tests. */
static void test_watch_takes_its_time(void **state)
{
    (void)state;
    struct clock_watch watch = {0};
    struct clock_state clock = {0};
    for (unsigned i = 0; i < 100 && watch.mono.ns == 0; i++) {
        assert_false(clock_state_watch(&watch, clock_mono(), &clock));
    }
    const struct clock_watch before = watch;
    assert_true(before.mono.ns > 0 && before.raw_ns > 0 && before.error_ns > 0);
    struct mono soon = mono_add(before.mono, CLOCK_WATCH_NS - 1);
    assert_false(clock_state_watch(&watch, soon, &clock));
    assert_true(watch.mono.ns == before.mono.ns);
    struct clock_watch slewed = {{before.mono.ns - NS_PER_SECOND}, before.raw_ns - NS_PER_MS, 1};
    for (unsigned i = 0; i < 100 && clock.slewed_at.ns == 0; i++) {
        (void)clock_state_watch(&slewed, before.mono, &clock);
    }
    assert_true(clock.slewed_at.ns >= before.mono.ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes_on_what_the_kernel_says),
        cmocka_unit_test(test_a_refusal_is_not_a_no),
        cmocka_unit_test(test_watch_takes_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
