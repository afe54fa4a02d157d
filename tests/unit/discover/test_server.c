/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Servers of TWAMP: what their greeting says, and that each connection is closed whatever comes. */
#include "discover/discover.h"

#include <errno.h>
#include <string.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "wire/twamp_control.h"

#define MS(n) ((n)*NS_PER_MS)
#define PEERS 40

static struct drive drive;
static struct discover *discover;

static void set_up(size_t count)
{
    static const struct discover_settings settings = {
        .methods = {[DISCOVER_TWAMP] = true},
        .twamp_port = TWAMP_PORT,
        .parallel = 8,
        .rate = 1000,
        .tries = 2,
        .timeout_ns = MS(500),
    };
    struct addr peers[PEERS];
    for (size_t i = 0; i < count; i++) {
        peers[i] = build_addr("198.51.100.1");
        peers[i].ip[3] = (uint8_t)(i + 1);
    }
    discover = discover_new(&settings, peers, count);
    drive_init(&drive, discover_machine(discover), build_at(0));
    drive_poll(&drive);
}

static void tear_down(void)
{
    assert_true(discover_is_over(discover));
    assert_int_equal(drive.opened, drive.closed);
    assert_int_equal(drive.open_count, 0);
    discover_free(discover);
}

static const struct discover_result *result(size_t index)
{
    return discover_result(discover, index, DISCOVER_TWAMP);
}

/* The connection of the `index`th address that was tried. */
static struct channel_id connection(size_t index)
{
    const struct drive_effect *effect = drive_find(&drive, FX_OPEN, index);
    assert_non_null(effect);
    assert_int_equal(effect->fx.transport, TRANSPORT_TCP_STREAM);
    assert_int_equal(effect->fx.peer.port, TWAMP_PORT);
    return effect->fx.id;
}

static void hear(struct channel_id id, enum ev_kind kind, int error)
{
    drive_input(&drive, (struct ev){.kind = kind, .id = id, .error = error});
}

static void say(struct channel_id id, const uint8_t *bytes, size_t size)
{
    drive_input(&drive, (struct ev){.kind = EV_DATA, .id = id, .bytes = bytes, .size = size});
}

static void greet(struct channel_id id, uint32_t modes, uint32_t count, size_t piece)
{
    const struct twamp_greeting greeting = {.modes = modes, .count = count};
    uint8_t bytes[TWAMP_GREETING_BYTES];
    twamp_greeting_encode(&greeting, bytes);
    hear(id, EV_OPENED, 0);
    for (size_t at = 0; at < sizeof bytes; at += piece) {
        size_t left = sizeof bytes - at;
        say(id, bytes + at, left < piece ? left : piece);
    }
}

static void test_modes_are_read(void **state)
{
    (void)state;
    static const size_t pieces[] = {TWAMP_GREETING_BYTES, 1, 13};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        set_up(1);
        drive_until(&drive, build_at(MS(7)));
        greet(connection(0), 15, 2048, pieces[i]);
        assert_int_equal(result(0)->outcome, DISCOVER_ACCEPTED);
        assert_int_equal(result(0)->modes, 15);
        assert_int_equal(result(0)->count, 2048);
        assert_int_equal(result(0)->rtt_ns, MS(7));
        assert_int_equal(result(0)->tries, 1);
        assert_int_equal(drive_count(&drive, FX_SEND), 0); /* a server speaks first */
        tear_down();
    }
    assert_string_equal(discover_server_software(15, 2048), "twampd (perfSONAR)");
    assert_null(discover_server_software(1, 1024));
}

static void test_a_server_that_offers_nothing(void **state)
{
    (void)state;
    set_up(1);
    greet(connection(0), 0, 0, TWAMP_GREETING_BYTES);
    assert_int_equal(result(0)->outcome, DISCOVER_REFUSED);
    tear_down();
}

/* Other services at that port: who speaks otherwise, who says little, who says nothing. */
static void test_who_does_not_greet(void **state)
{
    (void)state;
    static const uint8_t banner[100] = "SSH-2.0-OpenSSH_9.2p1 and so on until this is more than 64";
    set_up(4);
    drive_until(&drive, build_at(MS(10)));
    hear(connection(0), EV_OPENED, 0);
    say(connection(0), banner, sizeof banner);
    hear(connection(1), EV_OPENED, 0);
    say(connection(1), banner, 20);
    hear(connection(1), EV_ENDED, 0);
    hear(connection(2), EV_OPENED, 0);
    greet(connection(3), 1, 1000, TWAMP_GREETING_BYTES); /* no power of two */
    assert_false(discover_is_over(discover));
    drive_until(&drive, build_at(MS(1100)));
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(result(i)->outcome, DISCOVER_UNREADABLE);
    }
    tear_down();
}

static void test_nobody_is_there(void **state)
{
    (void)state;
    static const struct {
        int error;
        enum discover_outcome outcome;
    } rows[] = {{ECONNREFUSED, DISCOVER_CLOSED},
                {EHOSTUNREACH, DISCOVER_UNREACHABLE},
                {ETIMEDOUT, DISCOVER_NO_ANSWER},
                {EMFILE, DISCOVER_UNSENT}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_up(1);
        /* After EV_ERROR there is nothing to close. */
        struct channel_id id = connection(0);
        drive.open_count--;
        drive.closed++;
        hear(id, EV_ERROR, rows[i].error);
        assert_int_equal(result(0)->outcome, rows[i].outcome);
        assert_int_equal(result(0)->error, rows[i].error);
        tear_down();
    }
    set_up(1);
    drive_until(&drive, build_at(MS(999)));
    assert_false(discover_is_over(discover)); /* it has the time of two tries */
    drive_until(&drive, build_at(MS(1000)));
    assert_int_equal(result(0)->outcome, DISCOVER_NO_ANSWER);
    tear_down();
}

/* No more connections at a time than `parallel`, and all are closed when their time is over. */
static void test_many_that_are_silent(void **state)
{
    (void)state;
    size_t most = 0;
    set_up(PEERS);
    for (int64_t at = 0; at <= 6000 && !discover_is_over(discover); at++) {
        drive_until(&drive, build_at(MS(at)));
        most = drive.open_count > most ? drive.open_count : most;
    }
    assert_int_equal(most, 8);
    assert_int_equal(drive.opened, PEERS);
    tear_down();
}

/* What comes when the time is over belongs to nothing. */
static void test_late_greeting(void **state)
{
    (void)state;
    set_up(2);
    struct channel_id id = connection(0);
    drive_until(&drive, build_at(MS(1001)));
    uint8_t bytes[TWAMP_GREETING_BYTES] = {0};
    say(id, bytes, sizeof bytes);
    assert_int_equal(result(0)->outcome, DISCOVER_NO_ANSWER);
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes_are_read),
        cmocka_unit_test(test_a_server_that_offers_nothing),
        cmocka_unit_test(test_who_does_not_greet),
        cmocka_unit_test(test_nobody_is_there),
        cmocka_unit_test(test_many_that_are_silent),
        cmocka_unit_test(test_late_greeting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
