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
#include <stdio.h>

static int fake_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                            struct addrinfo **out);
static void fake_freeaddrinfo(struct addrinfo *answers);
#define getaddrinfo fake_getaddrinfo
#define freeaddrinfo fake_freeaddrinfo
#define lookup_address real_lookup_address
#include "host/lookup.c"
#undef lookup_address

static int lookup_address(const char *text, enum addr_family family, const struct addr *current,
                          struct addr *out);
#include "exporter/resolve.c"

#define GIVE_UP_NS (60 * NS_PER_SECOND)
#define ANSWERS_MAX 4

/* What names resolve to; under the mutex. No text: failure. */
static pthread_mutex_t fake_mutex = PTHREAD_MUTEX_INITIALIZER;
static const char *fake_answers[ANSWERS_MAX];
static atomic_bool slow_may_end;
static int fake_failure = EAI_NONAME; /* when there is no answer */
static atomic_uint lookups, changes, in_flight;
static atomic_uint questions[2]; /* for IPv4, for IPv6 */

struct fake_answer {
    struct addrinfo info;
    struct sockaddr_in sin;
    struct sockaddr_in6 sin6;
};

/* NULL when `text` is no address of that family. "%7" behind it is its scope. */
static struct fake_answer *fake_answer_new(const char *text, int family)
{
    struct fake_answer *answer = mem_alloc(1, sizeof *answer);
    char ip[64];
    size_t length = strcspn(text, "%");
    snprintf(ip, sizeof ip, "%.*s", (int)length, text);
    answer->info.ai_family = family;
    answer->sin.sin_family = AF_INET;
    answer->sin6.sin6_family = AF_INET6;
    answer->sin6.sin6_scope_id = text[length] == '%' ? 7 : 0;
    bool is_ipv6 = family == AF_INET6;
    void *place = is_ipv6 ? (void *)&answer->sin6.sin6_addr : (void *)&answer->sin.sin_addr;
    answer->info.ai_addr =
        is_ipv6 ? (struct sockaddr *)&answer->sin6 : (struct sockaddr *)&answer->sin;
    if (inet_pton(family, ip, place) != 1) {
        free(answer);
        return NULL;
    }
    return answer;
}

static int fake_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                            struct addrinfo **out)
{
    assert_null(service);
    atomic_fetch_add(&questions[hints->ai_family == AF_INET6], 1);
    while (strncmp(name, "slow", 4) == 0 && !atomic_load(&slow_may_end)) {
        poll(NULL, 0, 1);
    }
    struct addrinfo *first = NULL;
    pthread_mutex_lock(&fake_mutex);
    for (size_t i = ANSWERS_MAX; i > 0; i--) {
        if (fake_answers[i - 1] == NULL) {
            continue;
        }
        struct fake_answer *answer = fake_answer_new(fake_answers[i - 1], hints->ai_family);
        if (answer != NULL) {
            answer->info.ai_next = first;
            first = &answer->info;
        }
    }
    int failure = first == NULL ? fake_failure : 0;
    pthread_mutex_unlock(&fake_mutex);
    *out = first;
    return failure;
}

static void fake_freeaddrinfo(struct addrinfo *answers)
{
    while (answers != NULL) {
        struct addrinfo *next = answers->ai_next;
        free(answers);
        answers = next;
    }
}

static int lookup_address(const char *text, enum addr_family family, const struct addr *current,
                          struct addr *out)
{
    atomic_fetch_add(&in_flight, 1);
    int error = real_lookup_address(text, family, current, out);
    atomic_fetch_add(&lookups, 1);
    atomic_fetch_sub(&in_flight, 1);
    return error;
}

/* Lookups outlive the resolver that wanted them: those of an earlier test end before the next
 * begins. */
static int await_no_lookup(void **state)
{
    (void)state;
    struct mono give_up = mono_add(clock_now().mono, GIVE_UP_NS);
    atomic_store(&slow_may_end, true);
    while (atomic_load(&in_flight) > 0) {
        assert_true(mono_is_before(clock_now().mono, give_up));
        poll(NULL, 0, 1);
    }
    return 0;
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

static bool find_any(struct resolver *resolver, const char *text, struct addr *out)
{
    struct resolver_name name = {text, ADDR_NONE};
    return resolver_find(resolver, &name, out);
}

static struct resolver *start_for(const char *text, enum addr_family family)
{
    struct resolver_name name = {text, family};
    atomic_store(&questions[0], 0);
    atomic_store(&questions[1], 0);
    atomic_store(&lookups, 0);
    atomic_store(&changes, 0);
    struct resolver *resolver = resolver_new(count_change, &changes);
    resolver_set_names(resolver, &name, 1);
    return resolver;
}

static struct resolver *start(const char *text)
{
    return start_for(text, ADDR_NONE);
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
    int64_t ns = mono_diff(resolver->names[0]->due.due, clock_now().mono);
    pthread_mutex_unlock(&resolver->mutex);
    return ns;
}

/* Makes the only name due now. */
static void hurry(struct resolver *resolver)
{
    pthread_mutex_lock(&resolver->mutex);
    struct name *name = resolver->names[0];
    heap_set(name->has_failed ? &resolver->failed : &resolver->queue, &name->due, (struct mono){0});
    pthread_cond_broadcast(&resolver->work);
    pthread_mutex_unlock(&resolver->mutex);
}

static void assert_found(struct resolver *resolver, const char *name, const char *ip)
{
    struct addr addr, expected;
    assert_true(addr_parse_ip(ip, &expected));
    assert_true(find_any(resolver, name, &addr));
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
    struct resolver_lookup first, second;
    fake_set(NULL, NULL);
    struct resolver *resolver = start("router");
    await_lookups(resolver, 1);
    assert_false(find_any(resolver, "router", &addr));
    assert_false(resolver_latest(resolver, &(struct resolver_name){"router", ADDR_NONE}, &first));
    assert_int_equal(resolver_failures(resolver), 1);
    assert_in_range(rest_ns(resolver), 0, RETRY_NS);
    fake_set("192.0.2.1", NULL);
    hurry(resolver);
    await_lookups(resolver, 2);
    assert_true(resolver_latest(resolver, &(struct resolver_name){"router", ADDR_NONE}, &first));
    assert_true(first.at.ns > 0 && first.duration_ns >= 0);
    fake_set(NULL, NULL);
    hurry(resolver);
    await_lookups(resolver, 3);
    assert_true(resolver_latest(resolver, &(struct resolver_name){"router", ADDR_NONE}, &second));
    assert_int_equal(second.at.ns, first.at.ns);
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
    assert_false(find_any(resolver, "router", &addr));
    assert_int_equal(resolver_failures(resolver), 1);
    resolver_stop(resolver);
}

/* The slow one stands first in the list. */
static void test_slow_name_does_not_hold_up_others(void **state)
{
    (void)state;
    static const struct resolver_name names[] = {
        {"slow", ADDR_NONE}, {"target", ADDR_NONE}, {"slow", ADDR_NONE}};
    fake_set("192.0.2.1", NULL);
    atomic_store(&slow_may_end, false);
    atomic_store(&lookups, 0);
    struct resolver *resolver = resolver_new(count_change, &changes);
    resolver_set_names(resolver, names, 3);
    assert_int_equal(resolver->count, 2);
    struct addr addr;
    struct mono give_up = mono_add(clock_now().mono, GIVE_UP_NS);
    while (!find_any(resolver, "target", &addr)) {
        assert_true(mono_is_before(clock_now().mono, give_up));
        poll(NULL, 0, 1);
    }
    assert_false(find_any(resolver, "slow", &addr));
    atomic_store(&slow_may_end, true);
    resolver_stop(resolver);
}

enum { DEAD = 60, GOOD = 10 };

static bool are_all_found(struct resolver *resolver, char texts[][16])
{
    struct addr addr;
    for (unsigned i = DEAD; i < DEAD + GOOD; i++) {
        if (!find_any(resolver, texts[i], &addr)) {
            return false;
        }
    }
    return true;
}

/* However many names there are that nobody answers. */
static void test_many_slow_names_hold_up_nobody(void **state)
{
    (void)state;
    static char texts[DEAD + GOOD][16];
    struct resolver_name names[DEAD + GOOD];
    for (unsigned i = 0; i < DEAD + GOOD; i++) {
        snprintf(texts[i], sizeof texts[i], "%s%u", i < DEAD ? "slow" : "target", i);
        names[i] = (struct resolver_name){texts[i], ADDR_NONE};
    }
    fake_set("192.0.2.1", NULL);
    atomic_store(&slow_may_end, false);
    struct resolver *resolver = resolver_new(count_change, &changes);
    resolver_set_names(resolver, names, DEAD + GOOD);
    struct mono give_up = mono_add(clock_now().mono, GIVE_UP_NS);
    while (!are_all_found(resolver, texts)) {
        assert_true(mono_is_before(clock_now().mono, give_up));
        poll(NULL, 0, 1);
    }
    while (resolver_waiting(resolver) != DEAD) {
        assert_true(mono_is_before(clock_now().mono, give_up));
        poll(NULL, 0, 1);
    }
    atomic_store(&slow_may_end, true);
    resolver_stop(resolver);
}

static void judge(struct resolver *resolver, bool is_dead, bool works)
{
    struct resolver_name name = {"router", ADDR_NONE};
    if (is_dead) {
        resolver_judge(resolver, &name, true);
    }
    if (works) {
        resolver_judge(resolver, &name, false);
    }
    resolver_leave_dead(resolver);
}

static void await_failovers(struct resolver *resolver, uint64_t count)
{
    struct mono give_up = mono_add(clock_now().mono, GIVE_UP_NS);
    while (resolver_failovers(resolver) < count) {
        assert_true(mono_is_before(clock_now().mono, give_up));
        poll(NULL, 0, 1);
    }
}

/* One after the other, round and round; while somebody succeeds there, nobody moves. */
static void test_dead_address_is_left(void **state)
{
    (void)state;
    fake_set("192.0.2.1", "192.0.2.2");
    struct resolver *resolver = start("router");
    await_lookups(resolver, 1);
    judge(resolver, true, true);
    judge(resolver, false, true);
    assert_false(resolver->names[0]->wants_next);
    judge(resolver, true, false);
    await_failovers(resolver, 1);
    assert_found(resolver, "router", "192.0.2.2");
    judge(resolver, true, false); /* not again within a minute */
    assert_false(resolver->names[0]->wants_next);
    resolver->names[0]->next_after = (struct mono){0};
    judge(resolver, true, false);
    await_failovers(resolver, 2);
    assert_found(resolver, "router", "192.0.2.1");
    resolver_stop(resolver);
}

/* A server that is silent is asked less and less often. */
static void test_pause_grows(void **state)
{
    (void)state;
    int before = fake_failure;
    fake_failure = EAI_AGAIN;
    fake_set(NULL, NULL);
    struct resolver *resolver = start("router");
    await_lookups(resolver, 1);
    assert_in_range(rest_ns(resolver), 0, RETRY_NS);
    for (unsigned i = 2; i < 9; i++) {
        hurry(resolver);
        await_lookups(resolver, i);
    }
    assert_in_range(rest_ns(resolver), RETRY_MAX_NS / 2, RETRY_MAX_NS);
    resolver_stop(resolver);
    fake_failure = before;
}

/* Its interface may have been made anew, and then has another index. */
static void test_link_local_is_looked_up_all_the_time(void **state)
{
    (void)state;
    fake_set("fe80::1%7", NULL);
    struct resolver *resolver = start("fe80::1%eth0");
    await_lookups(resolver, 1);
    assert_in_range(rest_ns(resolver), 0, LINK_LOCAL_NS);
    resolver_stop(resolver);
}

/* The lookup of a removed name comes back to nothing; names that stay keep their address. */
static void test_names_come_and_go(void **state)
{
    (void)state;
    static const struct resolver_name more[] = {{"router", ADDR_NONE}, {"slow", ADDR_NONE}};
    static const struct resolver_name less[] = {{"router", ADDR_NONE}};
    struct addr addr;
    fake_set("192.0.2.1", NULL);
    atomic_store(&slow_may_end, false);
    struct resolver *resolver = start("router");
    await_lookups(resolver, 1);
    resolver_set_names(resolver, more, 2);
    assert_found(resolver, "router", "192.0.2.1");
    resolver_set_names(resolver, less, 1);
    atomic_store(&slow_may_end, true);
    assert_false(find_any(resolver, "slow", &addr));
    assert_found(resolver, "router", "192.0.2.1");
    assert_int_equal(atomic_load(&changes), 1);
    resolver_set_names(resolver, NULL, 0);
    assert_false(find_any(resolver, "router", &addr));
    resolver_stop(resolver);
    resolver_stop(NULL);
}

static void assert_questions(unsigned ipv4, unsigned ipv6)
{
    assert_int_equal(atomic_load(&questions[0]), ipv4);
    assert_int_equal(atomic_load(&questions[1]), ipv6);
}

static void test_ipv4_comes_before_ipv6(void **state)
{
    (void)state;
    fake_set("2001:db8::1", "192.0.2.1");
    struct resolver *resolver = start("router");
    await_lookups(resolver, 1);
    assert_found(resolver, "router", "192.0.2.1");
    assert_questions(1, 0);
    resolver_stop(resolver);
    fake_set("2001:db8::1", NULL);
    resolver = start("router");
    await_lookups(resolver, 1);
    assert_found(resolver, "router", "2001:db8::1");
    assert_questions(1, 1);
    resolver_stop(resolver);
}

/* A server that cannot tell about IPv4 does not move a target to IPv6. */
static void test_passing_failure_is_not_no_address(void **state)
{
    (void)state;
    fake_set("192.0.2.1", NULL);
    struct resolver *resolver = start("router");
    await_lookups(resolver, 1);
    fake_set("2001:db8::1", NULL);
    fake_failure = EAI_AGAIN;
    hurry(resolver);
    await_lookups(resolver, 2);
    fake_failure = EAI_NONAME;
    assert_found(resolver, "router", "192.0.2.1");
    assert_int_equal(resolver_failures(resolver), 1);
    assert_questions(2, 0);
    resolver_stop(resolver);
    fake_failure = EAI_AGAIN;
    resolver = start("router");
    await_lookups(resolver, 1);
    assert_found(resolver, "router", "2001:db8::1");
    resolver_stop(resolver);
    fake_failure = EAI_NONAME;
}

static void test_each_version_is_a_name_of_its_own(void **state)
{
    (void)state;
    static const struct resolver_name names[] = {
        {"router", ADDR_IPV6}, {"router", ADDR_IPV4}, {"router", ADDR_IPV6}};
    struct addr four, six, none;
    fake_set("192.0.2.1", "2001:db8::1");
    struct resolver *resolver = start_for("router", ADDR_IPV4);
    await_lookups(resolver, 1);
    resolver_set_names(resolver, names, 3);
    assert_int_equal(resolver->count, 2);
    await_lookups(resolver, 2);
    assert_true(resolver_find(resolver, &names[0], &six));
    assert_true(resolver_find(resolver, &names[1], &four));
    assert_int_equal(six.family, ADDR_IPV6);
    assert_int_equal(four.family, ADDR_IPV4);
    assert_false(find_any(resolver, "router", &none));
    resolver_stop(resolver);
}

static void test_link_local_needs_its_interface(void **state)
{
    (void)state;
    struct addr addr;
    fake_set("fe80::1", "::ffff:192.0.2.1");
    struct resolver *resolver = start("router");
    await_lookups(resolver, 1);
    assert_false(find_any(resolver, "router", &addr));
    fake_set("fe80::1%7", NULL);
    hurry(resolver);
    await_lookups(resolver, 2);
    assert_true(find_any(resolver, "router", &addr));
    assert_int_equal(addr.scope, 7);
    resolver_stop(resolver);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup(test, await_no_lookup)
    log_setup(LOG_LEVEL_ERROR, LOG_FORMAT_LOGFMT);
    const struct CMUnitTest tests[] = {
        EACH(test_address_is_found_once_and_told_once),
        EACH(test_current_address_is_kept_while_it_is_an_answer),
        EACH(test_failure_counts_and_takes_nothing_away),
        EACH(test_useless_answers_are_passed_over),
        EACH(test_ipv4_comes_before_ipv6),
        EACH(test_passing_failure_is_not_no_address),
        EACH(test_each_version_is_a_name_of_its_own),
        EACH(test_link_local_needs_its_interface),
        EACH(test_slow_name_does_not_hold_up_others),
        EACH(test_many_slow_names_hold_up_nobody),
        EACH(test_dead_address_is_left),
        EACH(test_pause_grows),
        EACH(test_link_local_is_looked_up_all_the_time),
        EACH(test_names_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
