/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The real loop with a scripted machine. Machine, loop and the other side of each conversation
 * share one thread: the hook plays the other side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/host.h"
#include "host/sock.h"
#include "support/build.h"
#include "support/receive.h"

#define GIVE_UP_NS (60 * NS_PER_SECOND)
#define SEEN_MAX 512
#define SCRIPT_MAX 16

struct fake {
    struct fx script[SCRIPT_MAX];
    size_t scripted, performed;
    struct ev seen[SEEN_MAX]; /* without bytes */
    size_t seen_count;
    size_t polls;
    bool awaits_open; /* FX_OPEN not answered yet */
    bool awaits_poll; /* EV_DATA not followed by a poll yet */
    struct mono last_now;
    struct mono deadline;
    struct mono fired; /* first poll at or after the deadline */
    bool is_stuck; /* never moves its deadline */
    void (*react)(struct fake *fake, const struct ev *ev);

    struct host *host;
    struct mono give_up;
    bool is_over;
    void (*play)(struct fake *fake); /* the other side, about every millisecond */
    int client; /* its socket */
    struct addr client_addr;
};

static const struct channel_id first = {.owner = 7, .channel = 1};
static const struct channel_id second = {.owner = 8, .channel = 1};
static const uint8_t hello[5] = {'h', 'e', 'l', 'l', 'o'};

static void fake_input(void *self, const struct ev *ev, struct instant now)
{
    struct fake *fake = self;
    assert_true(now.mono.ns >= fake->last_now.ns);
    fake->last_now = now.mono;
    if (ev->kind == EV_DATA) {
        assert_false(fake->awaits_poll);
        fake->awaits_poll = true;
    } else {
        fake->awaits_open = false;
    }
    assert_true(fake->seen_count < SEEN_MAX);
    fake->seen[fake->seen_count] = *ev;
    fake->seen[fake->seen_count++].bytes = NULL;
    if (fake->react != NULL) {
        fake->react(fake, ev);
    }
}

static bool fake_poll(void *self, struct instant now, struct fx *fx)
{
    struct fake *fake = self;
    assert_false(fake->awaits_open);
    assert_true(now.mono.ns >= fake->last_now.ns);
    fake->last_now = now.mono;
    fake->awaits_poll = false;
    fake->polls++;
    if (!mono_is_before(now.mono, fake->deadline) && !fake->is_stuck) {
        fake->fired = now.mono;
        fake->deadline = MONO_NEVER;
    }
    if (fake->performed == fake->scripted) {
        return false;
    }
    *fx = fake->script[fake->performed++];
    fake->awaits_open = fx->kind == FX_OPEN;
    return true;
}

static struct mono fake_deadline(const void *self)
{
    const struct fake *fake = self;
    return fake->deadline;
}

static const struct machine_ops fake_ops = {fake_input, fake_poll, fake_deadline};

static struct mono fake_after(void *context, struct instant now)
{
    struct fake *fake = context;
    if (fake->play != NULL) {
        fake->play(fake);
    }
    if (fake->is_over || !mono_is_before(now.mono, fake->give_up)) {
        host_stop(fake->host);
    }
    return mono_add(now.mono, NS_PER_MS);
}

static void fake_init(struct fake *fake)
{
    *fake = (struct fake){.deadline = MONO_NEVER};
    struct addr local = build_addr("127.0.0.1:0");
    assert_int_equal(sock_open(&local, &fake->client, &fake->client_addr), 0);
}

static void script(struct fake *fake, struct fx fx)
{
    assert_true(fake->scripted < SCRIPT_MAX);
    fake->script[fake->scripted++] = fx;
}

static void script_open(struct fake *fake, struct channel_id id)
{
    script(fake, (struct fx){.kind = FX_OPEN, .id = id, .local = build_addr("127.0.0.1:0")});
}

static void script_send(struct fake *fake, struct channel_id id, const struct addr *peer)
{
    struct fx fx = {.kind = FX_SEND, .id = id, .peer = *peer, .bytes = hello, .size = sizeof hello};
    script(fake, fx);
}

static void script_close(struct fake *fake, struct channel_id id)
{
    script(fake, (struct fx){.kind = FX_CLOSE, .id = id});
}

/* Runs until the play is over; fails when it does not end. */
static void fake_run(struct fake *fake)
{
    struct machine machine = {.ops = &fake_ops, .self = fake};
    struct host_hook hook = {.after = fake_after, .context = fake};
    fake->host = host_new(machine, hook);
    assert_non_null(fake->host);
    fake->give_up = mono_add(clock_now().mono, GIVE_UP_NS);
    host_run(fake->host);
    host_free(fake->host);
    close(fake->client);
    assert_true(fake->is_over);
}

static void client_send(struct fake *fake, const struct addr *to)
{
    struct sock_parcel parcel = {.peer = *to, .bytes = hello, .size = sizeof hello};
    assert_int_equal(sock_send(fake->client, &parcel), 0);
}

static bool client_receives(struct fake *fake)
{
    uint8_t bytes[64];
    struct sock_datagram datagram;
    return sock_receive(fake->client, bytes, sizeof bytes, &datagram) == 0 &&
           datagram.size == sizeof hello && memcmp(bytes, hello, sizeof hello) == 0;
}

static size_t count_kind(const struct fake *fake, enum ev_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < fake->seen_count; i++) {
        count += fake->seen[i].kind == kind;
    }
    return count;
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory) != NULL) {
        count++;
    }
    closedir(directory);
    return count;
}

static void react_echo(struct fake *fake, const struct ev *ev)
{
    if (ev->kind == EV_DATA) {
        script_send(fake, ev->id, &ev->peer);
        fake->script[fake->scripted - 1].local = ev->local;
    }
}

static void play_echo(struct fake *fake)
{
    if (fake->seen_count == 1) {
        client_send(fake, &fake->seen[0].local);
    }
    fake->is_over = client_receives(fake);
}

static void test_echo(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    fake.react = react_echo;
    fake.play = play_echo;
    script_open(&fake, first);
    fake_run(&fake);
    assert_int_equal(fake.seen[0].kind, EV_OPENED);
    assert_int_not_equal(fake.seen[0].local.port, 0);
    const struct ev *data = &fake.seen[1];
    assert_int_equal(data->kind, EV_DATA);
    assert_int_equal(data->id.owner, first.owner);
    assert_int_equal(data->id.channel, first.channel);
    assert_int_equal(data->size, sizeof hello);
    assert_true(addr_is_equal(&data->peer, &fake.client_addr));
    assert_true(addr_is_equal(&data->local, &fake.seen[0].local));
    assert_int_equal(data->received.source, STAMP_KERNEL);
}

static void play_until_all_performed(struct fake *fake)
{
    fake->is_over = fake->performed == fake->scripted;
}

static void test_open_that_fails(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    fake.play = play_until_all_performed;
    script(&fake, (struct fx){.kind = FX_OPEN, .id = first, .local = fake.client_addr});
    script_open(&fake, second);
    fake_run(&fake);
    assert_int_equal(fake.seen_count, 2);
    assert_int_equal(fake.seen[0].kind, EV_ERROR);
    assert_int_equal(fake.seen[0].error, EADDRINUSE);
    assert_false(fake.seen[0].is_icmp);
    assert_int_equal(fake.seen[0].id.owner, first.owner);
    assert_int_equal(fake.seen[1].kind, EV_OPENED);
}

/* No descriptors left once the loop runs; put back by whoever lowers the limit. */
static void play_starve(struct fake *fake)
{
    if (fake->scripted == 0) {
        struct rlimit limit;
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
        struct rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        script_open(fake, first);
        return;
    }
    fake->is_over = fake->seen_count == 1;
}

static void test_no_descriptors_left(void **state)
{
    (void)state;
    struct fake fake;
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    fake_init(&fake);
    fake.play = play_starve;
    fake_run(&fake);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(fake.seen[0].kind, EV_ERROR);
    assert_int_equal(fake.seen[0].error, EMFILE);
}

static void test_send_that_fails_is_told_before_the_next_poll(void **state)
{
    (void)state;
    struct fake fake;
    struct addr ipv6 = build_addr("[::1]:9");
    fake_init(&fake);
    fake.play = play_until_all_performed;
    script_open(&fake, first);
    script_send(&fake, first, &ipv6);
    script_close(&fake, first);
    fake_run(&fake);
    assert_int_equal(fake.seen_count, 2);
    assert_int_equal(fake.seen[1].kind, EV_ERROR);
    assert_int_equal(fake.seen[1].error, EAFNOSUPPORT);
    assert_false(fake.seen[1].is_icmp);
    assert_true(addr_is_equal(&fake.seen[1].peer, &ipv6));
}

static void play_until_two_seen(struct fake *fake)
{
    fake->is_over = fake->seen_count >= 2;
}

static void test_icmp_error(void **state)
{
    (void)state;
    struct addr closed;
    struct addr local = build_addr("127.0.0.1:0");
    int fd = -1;
    assert_int_equal(sock_open(&local, &fd, &closed), 0);
    close(fd);
    struct fake fake;
    fake_init(&fake);
    fake.play = play_until_two_seen;
    script_open(&fake, first);
    script_send(&fake, first, &closed);
    fake_run(&fake);
    assert_int_equal(fake.seen[1].kind, EV_ERROR);
    assert_int_equal(fake.seen[1].error, ECONNREFUSED);
    assert_true(fake.seen[1].is_icmp);
    assert_true(addr_is_equal(&fake.seen[1].peer, &closed));
    assert_int_equal(fake.seen[1].id.owner, first.owner);
}

static void react_close_and_reopen(struct fake *fake, const struct ev *ev)
{
    if (ev->kind == EV_DATA) {
        script_close(fake, ev->id);
        script_open(fake, ev->id);
    }
}

/* Three datagrams wait when the loop first looks; after the machine has replaced the channel, none
 * of the old socket's may come under the same id. */
static void play_three_and_wait(struct fake *fake)
{
    if (fake->seen_count == 1) {
        for (int i = 0; i < 3; i++) {
            client_send(fake, &fake->seen[0].local);
        }
    }
    if (count_kind(fake, EV_OPENED) == 2) {
        fake->is_over = true;
    }
}

static void test_late_data_of_a_replaced_channel_is_dropped(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    fake.react = react_close_and_reopen;
    fake.play = play_three_and_wait;
    script_open(&fake, first);
    fake_run(&fake);
    assert_int_equal(count_kind(&fake, EV_DATA), 1);
}

static void react_close(struct fake *fake, const struct ev *ev)
{
    if (ev->kind == EV_DATA && ev->id.owner == first.owner) {
        script_close(fake, ev->id);
    }
}

/* The first channel closes on its first datagram; one on the second, sent last, ends the play. */
static void play_three_and_one(struct fake *fake)
{
    if (fake->seen_count == 2) {
        for (int i = 0; i < 3; i++) {
            client_send(fake, &fake->seen[0].local);
        }
        client_send(fake, &fake->seen[1].local);
    }
    fake->is_over = fake->seen_count == 4;
}

static void test_nothing_arrives_after_close(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    fake.react = react_close;
    fake.play = play_three_and_one;
    script_open(&fake, first);
    script_open(&fake, second);
    fake_run(&fake);
    assert_int_equal(count_kind(&fake, EV_DATA), 2);
}

static void play_flood(struct fake *fake)
{
    if (fake->seen_count == 2) {
        for (int i = 0; i < 150; i++) {
            client_send(fake, &fake->seen[0].local);
        }
        client_send(fake, &fake->seen[1].local);
    }
    fake->is_over = count_kind(fake, EV_DATA) == 151;
}

static void test_a_flood_starves_nobody(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    fake.play = play_flood;
    script_open(&fake, first);
    script_open(&fake, second);
    fake_run(&fake);
    size_t place = 0;
    while (fake.seen[place].kind != EV_DATA || fake.seen[place].id.owner != second.owner) {
        place++;
    }
    assert_in_range(place, 2, 2 + 64);
}

static void play_until_fired(struct fake *fake)
{
    fake->is_over = fake->fired.ns != 0;
}

static struct mono no_wish(void *context, struct instant now)
{
    struct fake *fake = context;
    (void)now;
    if (fake->fired.ns != 0) {
        host_stop(fake->host);
    }
    return MONO_NEVER;
}

/* The one timer wakes the loop at the deadline, not before it, and not over and over until it. */
static void test_deadline(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    struct mono due = mono_add(clock_now().mono, 30 * NS_PER_MS + 1);
    fake.deadline = due;
    struct machine machine = {.ops = &fake_ops, .self = &fake};
    struct host_hook hook = {.after = no_wish, .context = &fake};
    fake.host = host_new(machine, hook);
    assert_non_null(fake.host);
    host_run(fake.host);
    host_free(fake.host);
    close(fake.client);
    assert_true(fake.fired.ns >= due.ns);
    assert_in_range(fake.polls, 3, 8);
}

static void test_hook_is_called_when_it_wishes(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    fake.deadline = mono_add(clock_now().mono, 5 * NS_PER_MS);
    fake.play = play_until_fired;
    fake_run(&fake);
}

static void test_passed_deadline_aborts(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit no_core = {0};
        setrlimit(RLIMIT_CORE, &no_core);
        close(STDERR_FILENO);
        struct fake fake = {.is_stuck = true};
        struct machine machine = {.ops = &fake_ops, .self = &fake};
        host_run(host_new(machine, (struct host_hook){0}));
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void test_descriptors_are_closed(void **state)
{
    (void)state;
    size_t before = open_descriptors();
    struct fake fake;
    fake_init(&fake);
    fake.play = play_until_all_performed;
    script_open(&fake, first);
    script_open(&fake, second);
    script_close(&fake, first);
    fake_run(&fake);
    assert_int_equal(open_descriptors(), before);
}

struct sleeper {
    struct fake fake;
    bool was_called;
};

static struct mono stop_on_second_call(void *context, struct instant now)
{
    struct sleeper *sleeper = context;
    (void)now;
    if (sleeper->was_called) {
        host_stop(sleeper->fake.host);
    }
    sleeper->was_called = true;
    return MONO_NEVER;
}

static void *run_host(void *host)
{
    host_run(host);
    return NULL;
}

/* Nothing else would ever end this loop. */
static void test_wake_from_another_thread(void **state)
{
    (void)state;
    struct sleeper sleeper = {.fake = {.deadline = MONO_NEVER}};
    struct machine machine = {.ops = &fake_ops, .self = &sleeper.fake};
    struct host_hook hook = {.after = stop_on_second_call, .context = &sleeper};
    sleeper.fake.host = host_new(machine, hook);
    assert_non_null(sleeper.fake.host);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_host, sleeper.fake.host), 0);
    host_wake(sleeper.fake.host);
    pthread_join(thread, NULL);
    host_free(sleeper.fake.host);
}

static void play_stamps(struct fake *fake)
{
    fake->is_over = count_kind(fake, EV_SENT) == 3;
}

/* Each datagram that asks is told when it left, under its own number. */
static void test_send_stamps(void **state)
{
    (void)state;
    static struct fake fake;
    const struct channel_id id = {.owner = 4, .channel = 1};
    fake_init(&fake);
    fake.play = play_stamps;
    script_open(&fake, id);
    for (uint32_t tag = 70; tag < 73; tag++) {
        struct fx fx = {.kind = FX_SEND,
                        .id = id,
                        .peer = fake.client_addr,
                        .bytes = hello,
                        .size = sizeof hello,
                        .wants_stamp = tag != 71,
                        .tag = tag};
        script(&fake, fx);
    }
    struct fx last = fake.script[fake.scripted - 1];
    last.tag = 99;
    script(&fake, last);
    fake_run(&fake);
    static const uint32_t expected[] = {70, 72, 99};
    for (size_t i = 0, n = 0; i < fake.seen_count; i++) {
        if (fake.seen[i].kind == EV_SENT) {
            assert_int_equal(fake.seen[i].tag, expected[n++]);
            assert_int_equal(fake.seen[i].left.source, STAMP_KERNEL);
            assert_int_equal(fake.seen[i].id.owner, 4);
        }
    }
}

static void script_open_shared(struct fake *fake, struct channel_id id, const char *peer)
{
    script_open(fake, id);
    fake->script[fake->scripted - 1].peer = build_addr(peer);
    fake->script[fake->scripted - 1].may_share = true;
}

static void play_to_shared(struct fake *fake)
{
    if (fake->seen_count == 2) {
        client_send(fake, &fake->seen[0].local);
    }
    fake->is_over = count_kind(fake, EV_DATA) == 1;
}

/* Two channels to different peers are one socket, and who sends decides whose a datagram is; a
 * channel to a peer that is taken gets another socket. */
static void test_shared_socket(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    fake.play = play_to_shared;
    script_open_shared(&fake, first, "127.0.0.5");
    script_open_shared(&fake, second, "127.0.0.1");
    fake_run(&fake);
    assert_int_equal(fake.seen[0].local.port, fake.seen[1].local.port);
    assert_int_equal(fake.seen[2].kind, EV_DATA);
    assert_int_equal(fake.seen[2].id.owner, second.owner);
    assert_int_equal(fake.seen[2].received.source, STAMP_KERNEL);
}

static void test_same_peer_gets_another_socket(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    fake.play = play_until_all_performed;
    script_open_shared(&fake, first, "127.0.0.1");
    script_open_shared(&fake, second, "127.0.0.1");
    fake_run(&fake);
    assert_int_not_equal(fake.seen[0].local.port, fake.seen[1].local.port);
}

static void play_as_a_stranger(struct fake *fake)
{
    if (fake->seen_count == 1) {
        client_send(fake, &fake->seen[0].local);
        fake->seen_count++;
    }
    fake->is_over = host_stats(fake->host)->strangers == 1;
}

static void test_stranger_on_a_shared_socket_is_counted(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    fake.play = play_as_a_stranger;
    script_open_shared(&fake, first, "127.0.0.5");
    fake_run(&fake);
    assert_int_equal(count_kind(&fake, EV_DATA), 0);
}

static void script_waiting_send(struct fake *fake, const struct addr *peer, uint32_t tag)
{
    script_send(fake, first, peer);
    struct fx *fx = &fake->script[fake->scripted - 1];
    fx->may_wait = true;
    fx->wants_stamp = true;
    fx->tag = tag;
}

static void play_three_sent(struct fake *fake)
{
    fake->is_over = count_kind(fake, EV_SENT) == 2 && count_kind(fake, EV_ERROR) == 1;
}

/* What may wait leaves at the end of the turn, and then each is told by its number, also the one
 * that failed. */
static void test_waiting_sends(void **state)
{
    (void)state;
    struct fake fake;
    struct addr ipv6 = build_addr("[::1]:9");
    fake_init(&fake);
    fake.play = play_three_sent;
    script_open(&fake, first);
    script_waiting_send(&fake, &fake.client_addr, 11);
    script_waiting_send(&fake, &fake.client_addr, 12);
    script_waiting_send(&fake, &ipv6, 13);
    fake_run(&fake);
    assert_int_equal(fake.seen[1].kind, EV_ERROR);
    assert_int_equal(fake.seen[1].tag, 13);
    assert_int_equal(fake.seen[1].error, EAFNOSUPPORT);
    assert_int_equal(fake.seen[2].tag, 11);
    assert_int_equal(fake.seen[3].tag, 12);
}

static void play_client_has_it(struct fake *fake)
{
    fake->is_over = fake->performed == fake->scripted && client_receives(fake);
}

/* A channel that closes in the turn of its last packet has sent it. */
static void test_waiting_send_before_close(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    fake.play = play_client_has_it;
    script_open(&fake, first);
    script_waiting_send(&fake, &fake.client_addr, 11);
    script_close(&fake, first);
    fake_run(&fake);
}

/* The client fills the socket between two turns; the machine closes it after its first datagram. */
static void play_overflow(struct fake *fake)
{
    static const uint8_t bytes[20000];
    if (fake->seen_count == 1) {
        struct sock_parcel parcel = {
            .peer = fake->seen[0].local, .bytes = bytes, .size = sizeof bytes};
        for (int i = 0; i < 100; i++) {
            assert_int_equal(sock_send(fake->client, &parcel), 0);
        }
    }
    fake->is_over = count_kind(fake, EV_DROPPED) == 1;
}

static void test_drops_are_told_before_a_channel_is_closed(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    fake.react = react_close;
    fake.play = play_overflow;
    script_open(&fake, first);
    fake_run(&fake);
    const struct ev *last = &fake.seen[fake.seen_count - 1];
    assert_int_equal(last->kind, EV_DROPPED);
    assert_in_range(last->dropped, 1, 99);
}

static void set_tick(struct fake *fake)
{
    host_set_tick(fake->host, NS_PER_MS);
    fake->is_over = fake->seen_count == 150 + 1;
    if (fake->seen_count == 1) {
        for (int i = 0; i < 150; i++) {
            client_send(fake, &fake->seen[0].local);
        }
    }
}

/* With a tick everything still comes, more than a batch of it too. */
static void test_tick(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    fake.play = set_tick;
    script_open(&fake, first);
    fake_run(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_open_that_fails),
        cmocka_unit_test(test_no_descriptors_left),
        cmocka_unit_test(test_send_that_fails_is_told_before_the_next_poll),
        cmocka_unit_test(test_icmp_error),
        cmocka_unit_test(test_late_data_of_a_replaced_channel_is_dropped),
        cmocka_unit_test(test_nothing_arrives_after_close),
        cmocka_unit_test(test_a_flood_starves_nobody),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_hook_is_called_when_it_wishes),
        cmocka_unit_test(test_passed_deadline_aborts),
        cmocka_unit_test(test_descriptors_are_closed),
        cmocka_unit_test(test_wake_from_another_thread),
        cmocka_unit_test(test_send_stamps),
        cmocka_unit_test(test_shared_socket),
        cmocka_unit_test(test_same_peer_gets_another_socket),
        cmocka_unit_test(test_stranger_on_a_shared_socket_is_counted),
        cmocka_unit_test(test_waiting_sends),
        cmocka_unit_test(test_waiting_send_before_close),
        cmocka_unit_test(test_drops_are_told_before_a_channel_is_closed),
        cmocka_unit_test(test_tick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
