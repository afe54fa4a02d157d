/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Whom a responder serves and refuses, of one worker and of several. */
#include "reflect/refusals.h"
#include "reflect/roster.h"
#include "support/cm.h"

static struct addr source(unsigned number)
{
    struct addr addr = {.family = ADDR_IPV4, .ip = {192, 0, 2}, .port = 1000};
    addr.ip[3] = (uint8_t)number;
    return addr;
}

static struct mono at(int64_t seconds)
{
    return (struct mono){seconds * NS_PER_SECOND};
}

static const struct roster_source *row_of(const struct roster *roster, unsigned number)
{
    const struct addr wanted = source(number);
    for (size_t i = 0; i < ROSTER_SOURCES; i++) {
        if (roster->sources[i].requests > 0 &&
            addr_is_same_ip(&roster->sources[i].source, &wanted)) {
            return &roster->sources[i];
        }
    }
    return NULL;
}

static void note(struct roster *roster, unsigned number, int64_t seconds)
{
    const struct addr peer = source(number);
    roster_note(roster, &peer, at(seconds));
}

static void test_the_one_silent_longest_gives_way(void **state)
{
    (void)state;
    struct roster roster = {0};
    for (unsigned i = 0; i < ROSTER_SOURCES; i++) {
        note(&roster, i, i);
    }
    note(&roster, 0, 100);
    note(&roster, 200, 101);
    assert_int_equal(row_of(&roster, 0)->requests, 2);
    assert_null(row_of(&roster, 1));
    assert_int_equal(row_of(&roster, 200)->requests, 1);
    assert_int_equal(row_of(&roster, 200)->source.port, 0);
}

static void test_workers_together(void **state)
{
    (void)state;
    struct roster one = {.session_count = ROSTER_SESSIONS - 1}, other = {.session_count = 3};
    other.sessions[0].port = 7;
    for (unsigned i = 0; i < ROSTER_SOURCES; i++) {
        note(&one, i, 10 + i);
    }
    note(&other, 100, 1); /* older than all: there is no room for it */
    note(&other, 101, 50);
    roster_join(&one, &other);
    assert_int_equal(one.session_count, ROSTER_SESSIONS);
    assert_int_equal(one.sessions[ROSTER_SESSIONS - 1].port, 7);
    assert_null(row_of(&one, 100));
    assert_non_null(row_of(&one, 101));
    assert_null(row_of(&one, 0));
}

static void refuse(struct refusals *refusals, unsigned number)
{
    refusals_count(refusals, 1, &(struct refused){.source = source(number), .last = at(1)});
}

static void test_refusals_together(void **state)
{
    (void)state;
    struct refusals one = {0}, other = {0};
    for (unsigned i = 0; i < REFUSAL_ROWS - 1; i++) {
        refuse(&one, i);
    }
    refuse(&other, 100);
    refuse(&other, 101);
    refuse(&other, 101);
    refusals_add(&one, &other);
    assert_int_equal(one.rows[1][REFUSAL_ROWS - 1].source.ip[3], 100);
    assert_int_equal(one.beyond[1], 2);
    assert_int_equal(one.rows[0][0].count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_one_silent_longest_gives_way),
        cmocka_unit_test(test_workers_together),
        cmocka_unit_test(test_refusals_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
