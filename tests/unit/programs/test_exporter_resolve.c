/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The file under test is included, with a resolver of the system that answers as the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <stdatomic.h>

static int fake_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                            struct addrinfo **out);
static void fake_freeaddrinfo(struct addrinfo *answers);
#define getaddrinfo fake_getaddrinfo
#define freeaddrinfo fake_freeaddrinfo
#include "exporter_resolve.c"

#define GIVE_UP_NS (20 * NS_PER_SECOND)
#define ANSWERS_MAX 4

/* What names resolve to; under the mutex. No text: failure. */
static pthread_mutex_t fake_mutex = PTHREAD_MUTEX_INITIALIZER;
static const char *fake_answers[ANSWERS_MAX];
static atomic_bool slow_may_end;
static atomic_uint lookups, changes;

struct fake_answer {
    struct addrinfo info;
    struct sockaddr_in sin;
};

static int fake_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                            struct addrinfo **out)
{
    assert_null(service);
    assert_int_equal(hints->ai_family, AF_INET);
    while (strncmp(name, "slow", 4) == 0 && !atomic_load(&slow_may_end)) {
        poll(NULL, 0, 1);
    }
    struct addrinfo *first = NULL;
    pthread_mutex_lock(&fake_mutex);
    for (size_t i = ANSWERS_MAX; i > 0; i--) {
        if (fake_answers[i - 1] == NULL) {
            continue;
        }
        struct fake_answer *answer = mem_alloc(1, sizeof *answer);
        answer->sin.sin_family = AF_INET;
        assert_int_equal(inet_pton(AF_INET, fake_answers[i - 1], &answer->sin.sin_addr), 1);
        answer->info.ai_addr = (struct sockaddr *)&answer->sin;
        answer->info.ai_next = first;
        first = &answer->info;
    }
    pthread_mutex_unlock(&fake_mutex);
    atomic_fetch_add(&lookups, 1);
    *out = first;
    return first == NULL ? EAI_NONAME : 0;
}

static void fake_freeaddrinfo(struct addrinfo *answers)
{
    while (answers != NULL) {
        struct addrinfo *next = answers->ai_next;
        free(answers);
        answers = next;
    }
}

static void fake_set(const char *first, const char *second)
{
    pthread_mutex_lock(&fake_mutex);
    fake_answers[0] = first;
    fake_answers[1] = second;
    pthread_mutex_unlock(&fake_mutex);
}

static void count_change(void *context)
{
    assert_ptr_equal(context, &changes);
    atomic_fetch_add(&changes, 1);
}

static struct resolver *start(const char *name)
{
    atomic_store(&lookups, 0);
    atomic_store(&changes, 0);
    struct resolver *resolver = resolver_new(count_change, &changes);
    resolver_set_names(resolver, &name, 1);
    return resolver;
}

/* Waits until `count` names have been looked up and their results taken. */
static void await_lookups(struct resolver *resolver, unsigned count)
{
    struct mono give_up = mono_add(clock_now().mono, GIVE_UP_NS);
    bool is_quiet = false;
    while (!is_quiet) {
        assert_true(mono_is_before(clock_now().mono, give_up));
        poll(NULL, 0, 1);
        pthread_mutex_lock(&resolver->mutex);
        is_quiet = atomic_load(&lookups) >= count;
        for (size_t i = 0; i < resolver->count; i++) {
            is_quiet = is_quiet && !resolver->names[i]->is_busy;
        }
        pthread_mutex_unlock(&resolver->mutex);
    }
    assert_int_equal(atomic_load(&lookups), count);
}

/* How long the only name rests, from now. */
static int64_t rest_ns(struct resolver *resolver)
{
    pthread_mutex_lock(&resolver->mutex);
    int64_t ns = mono_diff(resolver->names[0]->due, clock_now().mono);
    pthread_mutex_unlock(&resolver->mutex);
    return ns;
}

/* Makes the only name due now. */
static void hurry(struct resolver *resolver)
{
    pthread_mutex_lock(&resolver->mutex);
    resolver->names[0]->due = (struct mono){0};
    pthread_cond_broadcast(&resolver->work);
    pthread_mutex_unlock(&resolver->mutex);
}

static void assert_found(struct resolver *resolver, const char *name, const char *ip)
{
    struct addr addr, expected;
    assert_true(addr_parse_ip(ip, &expected));
    assert_true(resolver_find(resolver, name, &addr));
    assert_true(addr_is_same_ip(&addr, &expected));
}

static void test_address_is_found_once_and_told_once(void **state)
{
    (void)state;
    fake_set("192.0.2.1", NULL);
    struct resolver *resolver = start("router");
    await_lookups(resolver, 1);
    assert_found(resolver, "router", "192.0.2.1");
    assert_int_equal(atomic_load(&changes), 1);
    assert_int_equal(resolver_failures(resolver), 0);
    assert_in_range(rest_ns(resolver), RETRY_NS, AGAIN_NS);
    hurry(resolver);
    await_lookups(resolver, 2);
    assert_int_equal(atomic_load(&changes), 1);
    resolver_stop(resolver);
}

static void test_current_address_is_kept_while_it_is_an_answer(void **state)
{
    (void)state;
    fake_set("192.0.2.1", "192.0.2.2");
    struct resolver *resolver = start("router");
    await_lookups(resolver, 1);
    assert_found(resolver, "router", "192.0.2.1");
    fake_set("192.0.2.2", "192.0.2.1");
    hurry(resolver);
    await_lookups(resolver, 2);
    assert_found(resolver, "router", "192.0.2.1");
    fake_set("192.0.2.2", "192.0.2.3");
    hurry(resolver);
    await_lookups(resolver, 3);
    assert_found(resolver, "router", "192.0.2.2");
    assert_int_equal(atomic_load(&changes), 2);
    resolver_stop(resolver);
}

static void test_failure_counts_and_takes_nothing_away(void **state)
{
    (void)state;
    struct addr addr;
    fake_set(NULL, NULL);
    struct resolver *resolver = start("router");
    await_lookups(resolver, 1);
    assert_false(resolver_find(resolver, "router", &addr));
    assert_int_equal(resolver_failures(resolver), 1);
    assert_in_range(rest_ns(resolver), 0, RETRY_NS);
    fake_set("192.0.2.1", NULL);
    hurry(resolver);
    await_lookups(resolver, 2);
    fake_set(NULL, NULL);
    hurry(resolver);
    await_lookups(resolver, 3);
    assert_found(resolver, "router", "192.0.2.1");
    assert_int_equal(resolver_failures(resolver), 2);
    assert_int_equal(atomic_load(&changes), 1);
    resolver_stop(resolver);
}

static void test_useless_answers_are_passed_over(void **state)
{
    (void)state;
    struct addr addr;
    fake_set("0.0.0.0", "224.0.0.1");
    struct resolver *resolver = start("router");
    await_lookups(resolver, 1);
    assert_false(resolver_find(resolver, "router", &addr));
    assert_int_equal(resolver_failures(resolver), 1);
    resolver_stop(resolver);
}

/* The slow one stands first in the list. */
static void test_slow_name_does_not_hold_up_others(void **state)
{
    (void)state;
    static const char *const names[] = {"slow", "target", "slow"};
    fake_set("192.0.2.1", NULL);
    atomic_store(&slow_may_end, false);
    atomic_store(&lookups, 0);
    struct resolver *resolver = resolver_new(count_change, &changes);
    resolver_set_names(resolver, names, 3);
    assert_int_equal(resolver->count, 2);
    struct addr addr;
    struct mono give_up = mono_add(clock_now().mono, GIVE_UP_NS);
    while (!resolver_find(resolver, "target", &addr)) {
        assert_true(mono_is_before(clock_now().mono, give_up));
        poll(NULL, 0, 1);
    }
    assert_false(resolver_find(resolver, "slow", &addr));
    atomic_store(&slow_may_end, true);
    resolver_stop(resolver);
}

/* The lookup of a removed name comes back to nothing; names that stay keep their address. */
static void test_names_come_and_go(void **state)
{
    (void)state;
    static const char *const more[] = {"router", "slow"};
    static const char *const less[] = {"router"};
    struct addr addr;
    fake_set("192.0.2.1", NULL);
    atomic_store(&slow_may_end, false);
    struct resolver *resolver = start("router");
    await_lookups(resolver, 1);
    resolver_set_names(resolver, more, 2);
    assert_found(resolver, "router", "192.0.2.1");
    resolver_set_names(resolver, less, 1);
    atomic_store(&slow_may_end, true);
    assert_false(resolver_find(resolver, "slow", &addr));
    assert_found(resolver, "router", "192.0.2.1");
    assert_int_equal(atomic_load(&changes), 1);
    resolver_set_names(resolver, NULL, 0);
    assert_false(resolver_find(resolver, "router", &addr));
    resolver_stop(resolver);
    resolver_stop(NULL);
}

int main(void)
{
    log_setup(LOG_LEVEL_ERROR, LOG_FORMAT_LOGFMT);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address_is_found_once_and_told_once),
        cmocka_unit_test(test_current_address_is_kept_while_it_is_an_answer),
        cmocka_unit_test(test_failure_counts_and_takes_nothing_away),
        cmocka_unit_test(test_useless_answers_are_passed_over),
        cmocka_unit_test(test_slow_name_does_not_hold_up_others),
        cmocka_unit_test(test_names_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
