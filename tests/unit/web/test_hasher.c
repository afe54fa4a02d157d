/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/hasher.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include "support/cm.h"

#define HASH "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW" /* of "secret" */
#define QUEUE 64

/* The thread of the hasher stands still after each verdict until it is let go. */
struct fixture {
    struct hasher *hasher;
    pthread_t own;
    sem_t told, may_go;
};

static const char peer_a = 0, peer_b = 0;
static char clients[QUEUE + 2];

static void on_wake(void *context)
{
    struct fixture *fixture = context;
    if (!pthread_equal(pthread_self(), fixture->own)) {
        sem_post(&fixture->told);
        sem_wait(&fixture->may_go);
    }
}

static int setup(void **state)
{
    static struct fixture fixture;
    static const uint8_t key[HASHER_KEY_BYTES] = {1};
    fixture = (struct fixture){.own = pthread_self()};
    sem_init(&fixture.told, 0, 0);
    sem_init(&fixture.may_go, 0, 0);
    fixture.hasher = hasher_start(key, on_wake, &fixture);
    *state = &fixture;
    return fixture.hasher == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    for (unsigned i = 0; i < QUEUE + 8; i++) {
        sem_post(&fixture->may_go);
    }
    hasher_stop(fixture->hasher);
    sem_destroy(&fixture->told);
    sem_destroy(&fixture->may_go);
    return 0;
}

static enum hasher_verdict ask(struct fixture *fixture, const char *hash, const char *password,
                               const void *peer, void *client)
{
    const struct attempt attempt = {hash, "user", password, 4, strlen(password), 5};
    return hasher_ask(fixture->hasher, &attempt, peer, client);
}

/* The thread has told one verdict, which this is. */
static void expect_next(struct fixture *fixture, const void *client, enum hasher_verdict wanted)
{
    enum hasher_verdict verdict = HASHER_LATER;
    assert_ptr_equal(hasher_next(fixture->hasher, &verdict), client);
    assert_int_equal(verdict, wanted);
}

static void results_are_remembered(void **state)
{
    struct fixture *fixture = *state;
    enum hasher_verdict verdict;
    assert_int_equal(ask(fixture, HASH, "secret", &peer_a, &clients[0]), HASHER_LATER);
    sem_wait(&fixture->told);
    expect_next(fixture, &clients[0], HASHER_RIGHT);
    assert_null(hasher_next(fixture->hasher, &verdict));
    assert_int_equal(ask(fixture, HASH, "secret", &peer_a, &clients[0]), HASHER_RIGHT);
    assert_int_equal(ask(fixture, HASH, "Secret", &peer_a, &clients[0]), HASHER_LATER);
    sem_post(&fixture->may_go);
    sem_wait(&fixture->told);
    expect_next(fixture, &clients[0], HASHER_WRONG);
    assert_int_equal(ask(fixture, HASH, "Secret", &peer_a, &clients[0]), HASHER_WRONG);
    assert_int_equal(ask(fixture, NULL, "secret", &peer_a, &clients[0]), HASHER_LATER);
    sem_post(&fixture->may_go);
    sem_wait(&fixture->told);
    expect_next(fixture, &clients[0], HASHER_WRONG);
}

/* What was wrong in between does not push out what is right. */
static void right_passwords_are_not_forgotten(void **state)
{
    struct fixture *fixture = *state;
    for (unsigned i = 0; i < 300; i++) {
        char password[16];
        snprintf(password, sizeof password, "wrong%u", i);
        assert_int_equal(ask(fixture, HASH, i == 0 ? "secret" : password, &peer_a, &clients[0]),
                         HASHER_LATER);
        sem_wait(&fixture->told);
        expect_next(fixture, &clients[0], i == 0 ? HASHER_RIGHT : HASHER_WRONG);
        sem_post(&fixture->may_go);
    }
    assert_int_equal(ask(fixture, HASH, "secret", &peer_a, &clients[0]), HASHER_RIGHT);
    assert_int_equal(ask(fixture, HASH, "wrong1", &peer_a, &clients[0]), HASHER_LATER);
}

static void one_peer_does_not_hold_up_another(void **state)
{
    struct fixture *fixture = *state;
    char password[16];
    assert_int_equal(ask(fixture, HASH, "first", &peer_a, &clients[0]), HASHER_LATER);
    sem_wait(&fixture->told); /* it stands still */
    expect_next(fixture, &clients[0], HASHER_WRONG);
    for (unsigned i = 0; i < QUEUE; i++) {
        snprintf(password, sizeof password, "wrong%u", i);
        assert_int_equal(ask(fixture, HASH, password, &peer_a, &clients[i]), HASHER_LATER);
    }
    assert_int_equal(ask(fixture, HASH, "more", &peer_a, &clients[QUEUE]), HASHER_BUSY);
    assert_int_equal(ask(fixture, HASH, "secret", &peer_b, &clients[QUEUE + 1]), HASHER_LATER);
    expect_next(fixture, &clients[0], HASHER_BUSY); /* made room */
    sem_post(&fixture->may_go);
    sem_wait(&fixture->told);
    expect_next(fixture, &clients[QUEUE + 1], HASHER_RIGHT);
    sem_post(&fixture->may_go);
    sem_wait(&fixture->told);
    expect_next(fixture, &clients[1], HASHER_WRONG);
}

static void everybody_is_told_at_the_end(void **state)
{
    struct fixture *fixture = *state;
    enum hasher_verdict verdict;
    assert_int_equal(ask(fixture, HASH, "first", &peer_a, &clients[0]), HASHER_LATER);
    sem_wait(&fixture->told);
    assert_int_equal(ask(fixture, HASH, "second", &peer_a, &clients[1]), HASHER_LATER);
    hasher_give_up(fixture->hasher);
    unsigned busy = 0;
    while (hasher_next(fixture->hasher, &verdict) != NULL) {
        busy += verdict == HASHER_BUSY ? 1 : 0;
    }
    assert_int_equal(busy, 1); /* the first was over already */
    assert_int_equal(ask(fixture, HASH, "secret", &peer_a, &clients[0]), HASHER_BUSY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(results_are_remembered, setup, teardown),
        cmocka_unit_test_setup_teardown(right_passwords_are_not_forgotten, setup, teardown),
        cmocka_unit_test_setup_teardown(one_peer_does_not_hold_up_another, setup, teardown),
        cmocka_unit_test_setup_teardown(everybody_is_told_at_the_end, setup, teardown),
    };
    return cmocka_run_group_tests_name("web hasher", tests, NULL, NULL);
}
