/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "reflect/lease.h"

#include <stdio.h>

#include "base/rng.h"
#include "support/build.h"
#include "support/cm.h"

static struct lease_book book;
static const struct siphash_key key = {{1, 2}};

static struct mono at(int64_t ns)
{
    return (struct mono){ns};
}

static uint32_t add_port(const char *local, bool is_permanent)
{
    struct addr addr = build_addr(local);
    uint32_t port = lease_add_port(&book, &addr, TRANSPORT_UDP, is_permanent);
    assert_int_not_equal(port, LEASE_NONE);
    assert_int_equal(book.ports[port].state, PORT_OPENING);
    book.ports[port].state = PORT_OPEN;
    return port;
}

static uint32_t find_port(const char *local)
{
    struct addr addr = build_addr(local);
    return lease_find_port(&book, &addr, TRANSPORT_UDP);
}

static struct lease_session *add_session(uint32_t port, const char *peer, int64_t expiry_ns)
{
    struct addr addr = build_addr(peer);
    struct lease_session *session = lease_add_session(&book, port, &addr);
    if (session != NULL) {
        lease_set_expiry(&book, session, at(expiry_ns));
    }
    return session;
}

static struct lease_session *find_control(uint32_t port, const char *peer)
{
    struct addr addr = build_addr(peer);
    return lease_find_control(&book, port, &addr);
}

static struct lease_session *find_probe(uint32_t port, const char *peer)
{
    struct addr addr = build_addr(peer);
    return lease_find_probe(&book, port, &addr);
}

static void test_ports(void **state)
{
    (void)state;
    lease_init(&book, &key, 4, 1);
    uint32_t a = add_port("198.51.100.20:16384", false);
    uint32_t b = add_port("198.51.100.20:16385", false);
    uint32_t any = add_port("0.0.0.0:17000", true);
    assert_int_equal(find_port("198.51.100.20:16384"), a);
    assert_int_equal(find_port("198.51.100.20:16385"), b);
    assert_int_equal(find_port("198.51.100.21:16384"), LEASE_NONE);
    assert_int_equal(find_port("203.0.113.5:17000"), any);
    lease_remove_port(&book, a);
    assert_int_equal(find_port("198.51.100.20:16384"), LEASE_NONE);
    assert_int_equal(find_port("198.51.100.20:16385"), b);
    lease_fini(&book);
}

static void test_port_table_fills(void **state)
{
    (void)state;
    lease_init(&book, &key, 3, 2);
    struct addr addr = build_addr("198.51.100.20:1");
    uint32_t count = 0;
    while (lease_add_port(&book, &addr, TRANSPORT_UDP, false) != LEASE_NONE) {
        addr.port++;
        count++;
    }
    assert_int_equal(count, 6); /* one may be closing */
    lease_remove_port(&book, 2);
    assert_int_equal(lease_add_port(&book, &addr, TRANSPORT_UDP, false), 2);
    lease_fini(&book);
}

static void test_sessions_are_found_by_place(void **state)
{
    (void)state;
    lease_init(&book, &key, 8, 0);
    uint32_t port = add_port("198.51.100.20:16384", false);
    uint32_t other_port = add_port("198.51.100.20:16385", false);
    struct lease_session *a = add_session(port, "192.0.2.10:40000", 10);
    struct lease_session *b = add_session(port, "192.0.2.10:40001", 20);
    struct lease_session *c = add_session(other_port, "192.0.2.10:40000", 30);
    assert_int_equal(book.ports[port].sessions, 2);
    assert_ptr_equal(find_control(port, "192.0.2.10:40000"), a);
    assert_ptr_equal(find_control(port, "192.0.2.10:40001"), b);
    assert_ptr_equal(find_control(other_port, "192.0.2.10:40000"), c);
    assert_null(find_control(port, "192.0.2.10:40002"));
    assert_null(find_control(port, "192.0.2.11:40000"));
    assert_ptr_equal(find_probe(port, "192.0.2.10:40001"), b);
    assert_null(find_probe(port, "192.0.2.11:40001"));
    lease_fini(&book);
}

/* An echo probe comes from another port than its request: it takes a session without probes, and
 * keeps it. */
static void test_probe_port_is_bound_once(void **state)
{
    (void)state;
    lease_init(&book, &key, 8, 0);
    uint32_t port = add_port("198.51.100.20:50000", false);
    struct lease_session *a = add_session(port, "192.0.2.10:40000", 10);
    assert_ptr_equal(find_probe(port, "192.0.2.10:50300"), a);
    assert_int_equal(a->probe_port, 50300);
    assert_ptr_equal(find_probe(port, "192.0.2.10:50300"), a);
    assert_null(find_probe(port, "192.0.2.10:50301"));
    struct lease_session *b = add_session(port, "192.0.2.10:40001", 10);
    assert_ptr_equal(find_probe(port, "192.0.2.10:50301"), b);
    assert_ptr_equal(find_probe(port, "192.0.2.10:50300"), a);
    lease_fini(&book);
}

static void test_expiry_in_order(void **state)
{
    (void)state;
    lease_init(&book, &key, 8, 0);
    assert_true(lease_next_expiry(&book).ns == INT64_MAX);
    assert_int_equal(lease_expire(&book, at(100)), LEASE_NONE);
    uint32_t a = add_port("198.51.100.20:1", false), b = add_port("198.51.100.20:2", false);
    add_session(a, "192.0.2.10:40000", 30);
    struct lease_session *moved = add_session(b, "192.0.2.10:40000", 20);
    add_session(b, "192.0.2.11:40000", 25);
    assert_true(lease_next_expiry(&book).ns == 20);
    lease_set_expiry(&book, moved, at(40));
    assert_true(lease_next_expiry(&book).ns == 25);
    assert_int_equal(lease_expire(&book, at(24)), LEASE_NONE);
    assert_int_equal(lease_expire(&book, at(25)), b);
    assert_int_equal(book.ports[b].sessions, 1);
    assert_int_equal(lease_expire(&book, at(40)), a);
    assert_int_equal(lease_expire(&book, at(40)), b);
    assert_int_equal(book.session_count, 0);
    assert_true(lease_next_expiry(&book).ns == INT64_MAX);
    lease_fini(&book);
}

/* Random additions and expiries against what must be there. */
static void test_random(void **state)
{
    (void)state;
    struct rng rng = {5};
    int64_t expiries[64] = {0}; /* by sender; 0: not there */
    size_t count = 0;
    lease_init(&book, &key, 16, 0);
    uint32_t port = add_port("198.51.100.20:16384", false);
    for (int64_t now = 1; now < 20000; now++) {
        unsigned sender = (unsigned)rng_below(&rng, 64);
        struct addr peer = build_addr("192.0.2.10:40000");
        peer.ip[3] = (uint8_t)(sender % 4);
        peer.port = (uint16_t)(40000 + sender / 4);
        struct lease_session *session = lease_find_control(&book, port, &peer);
        assert_int_equal(session != NULL, expiries[sender] != 0);
        if (session == NULL) {
            session = lease_add_session(&book, port, &peer);
            assert_int_equal(session == NULL, count == 16);
            count += session != NULL;
        }
        if (session != NULL) {
            expiries[sender] = now + 1 + (int64_t)rng_below(&rng, 40);
            lease_set_expiry(&book, session, at(expiries[sender]));
        }
        while (lease_expire(&book, at(now)) == port) {
            count--;
        }
        for (unsigned i = 0; i < 64; i++) {
            expiries[i] = expiries[i] <= now ? 0 : expiries[i];
        }
        assert_int_equal(book.session_count, count);
        assert_int_equal(book.ports[port].sessions, count);
    }
    lease_fini(&book);
}

/* The chain that the only session of a book is in. */
static uint32_t chain_of(const struct siphash_key *with, const char *peer)
{
    lease_init(&book, with, 1024, 0);
    add_session(add_port("198.51.100.20:16384", false), peer, 10);
    uint32_t chain = 0;
    while (book.session_heads[chain] == LEASE_NONE) {
        chain++;
    }
    lease_fini(&book);
    return chain;
}

/* Peers that share a chain in one process do not in another: nobody can find them beforehand. */
static void test_chains_depend_on_the_key(void **state)
{
    (void)state;
    static const struct siphash_key other = {{1, 3}};
    unsigned same = 0;
    for (unsigned i = 0; i < 64; i++) {
        char peer[32];
        snprintf(peer, sizeof peer, "192.0.2.%u:40000", i);
        same += chain_of(&key, peer) == chain_of(&other, peer);
    }
    assert_true(same < 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_port_table_fills),
        cmocka_unit_test(test_sessions_are_found_by_place),
        cmocka_unit_test(test_probe_port_is_bound_once),
        cmocka_unit_test(test_expiry_in_order),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_chains_depend_on_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
