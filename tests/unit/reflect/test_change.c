/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Other settings for a responder that runs: sessions live on. */
#include "reflect/reflect.h"

#include <errno.h>
#include <stdio.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "support/responder.h"

static void change(void)
{
    drive_forget(&responder.drive);
    reflect_change(responder.reflect, &responder.settings);
    assert_false(reflect_is_listening(responder.reflect));
    drive_poll(&responder.drive);
}

/* A probe is answered, as number `count` of its session. */
static void expect_answer(const char *peer, uint16_t port, uint16_t count)
{
    responder_send_jitter(port, peer, count);
    assert_int_equal(responder_last_jitter(peer).responder_seq, count);
}

static uint32_t sessions(void)
{
    return reflect_stats(responder.reflect)->sessions;
}

static void start(void)
{
    responder_prepare();
    responder.settings.max_sessions = 2;
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 60000);
    expect_answer(RESPONDER_PEER, 16384, 1);
}

static void sessions_live_on(void **state)
{
    (void)state;
    start();
    responder_allow("192.0.2.0/24");
    responder.settings.requests_per_source = 7;
    responder.settings.keys[0] = (struct auth_key){.id = 1, .algorithm = AUTH_MD5};
    responder.settings.key_count = 1;
    change();
    assert_true(reflect_is_listening(responder.reflect));
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 0);
    assert_int_equal(drive_count(&responder.drive, FX_CLOSE), 0);
    expect_answer(RESPONDER_PEER, 16384, 2);
    responder_ask(RESPONDER_OTHER, 16385, 60000);
    assert_int_equal(responder_results(RESULT_AUTH), 1); /* the key is in force */
    responder.settings.key_count = 0;
    responder.settings.allow_count = 0;
    responder_allow("203.0.113.0/24");
    change();
    responder_ask(RESPONDER_PEER, 16385, 60000);
    assert_int_equal(responder_dropped(DROP_NOT_ALLOWED), 1); /* and the list */
    responder_tear_down();
}

/* More sessions than the tables had room for; all of them end. */
static void limits_grow_and_shrink(void **state)
{
    (void)state;
    char peer[32];
    start();
    responder.settings.max_sessions = 100;
    change();
    assert_int_equal(reflect_stats(responder.reflect)->max_sessions, 100);
    for (unsigned i = 1; i < 60; i++) {
        snprintf(peer, sizeof peer, "192.0.2.%u:40000", 100 + i);
        responder_ask(peer, (uint16_t)(16384 + i), 60000);
        expect_answer(peer, (uint16_t)(16384 + i), 1);
        drive_forget(&responder.drive);
    }
    assert_int_equal(sessions(), 60);
    expect_answer(RESPONDER_PEER, 16384, 2);
    responder.settings.max_sessions = 10;
    change();
    assert_int_equal(sessions(), 60);
    expect_answer(RESPONDER_PEER, 16384, 3);
    responder_ask(RESPONDER_OTHER, 17000, 60000);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 60);
    drive_until(&responder.drive, build_at(200 * NS_PER_SECOND));
    assert_int_equal(sessions(), 0);
    assert_int_equal(responder.drive.open_count, responder.settings.listen_count);
    responder_tear_down();
}

static void permanent_ports_come_and_go(void **state)
{
    (void)state;
    start();
    responder.settings.permanent[0] = build_addr("0.0.0.0:5000");
    responder.settings.permanent[1] = build_addr("0.0.0.0:5001");
    responder.settings.permanent_count = 2;
    responder.settings.permanent_tcp[0] = build_addr("0.0.0.0:5000");
    responder.settings.permanent_tcp_count = 1;
    change();
    assert_true(reflect_is_listening(responder.reflect));
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 3);
    expect_answer(RESPONDER_OTHER, 5001, 1);
    responder.settings.permanent[0] = build_addr("0.0.0.0:5001");
    responder.settings.permanent[1] = build_addr("0.0.0.0:5002");
    change();
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 1);
    assert_int_equal(drive_count(&responder.drive, FX_CLOSE), 1);
    expect_answer(RESPONDER_OTHER, 5001, 2);
    responder.settings.permanent_count = responder.settings.permanent_tcp_count = 0;
    change();
    assert_true(reflect_is_listening(responder.reflect));
    assert_int_equal(drive_count(&responder.drive, FX_CLOSE), 3);
    assert_int_equal(sessions(), 1); /* that on 5001 ended with it */
    expect_answer(RESPONDER_PEER, 16384, 2);
    responder_tear_down();
}

/* A port that is open for a while stays for ever. */
static void an_open_port_becomes_permanent(void **state)
{
    (void)state;
    start();
    responder.settings.permanent[0] = build_addr(RESPONDER_IP ":16384");
    responder.settings.permanent_count = 1;
    change();
    assert_true(reflect_is_listening(responder.reflect));
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 0);
    drive_until(&responder.drive, build_at(300 * NS_PER_SECOND));
    assert_int_equal(sessions(), 0);
    assert_non_null(drive_channel(&responder.drive, 16384));
    responder_tear_down();
}

static void a_port_that_cannot_be_had_is_said(void **state)
{
    (void)state;
    int error = 0;
    start();
    responder.settings.permanent[0] = build_addr("0.0.0.0:5000");
    responder.settings.permanent_count = 1;
    responder.drive.open_error = EADDRINUSE;
    change();
    assert_false(reflect_is_listening(responder.reflect));
    assert_int_equal(reflect_listen_error(responder.reflect, &error)->port, 5000);
    assert_int_equal(error, EADDRINUSE);
    responder.drive.open_error = 0;
    responder.settings.permanent_count = 0;
    change();
    assert_true(reflect_is_listening(responder.reflect));
    expect_answer(RESPONDER_PEER, 16384, 2);
    responder_tear_down();
}

static void where_it_listens_needs_a_restart(void **state)
{
    struct reflect_settings running, wanted;
    (void)state;
    reflect_settings_default(&running);
    wanted = running;
    wanted.max_sessions++;
    assert_true(reflect_may_change(&running, &wanted));
    wanted.listen[0].port++;
    assert_false(reflect_may_change(&running, &wanted));
    wanted = running;
    wanted.device[0] = 'r';
    assert_false(reflect_may_change(&running, &wanted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_live_on),
        cmocka_unit_test(limits_grow_and_shrink),
        cmocka_unit_test(permanent_ports_come_and_go),
        cmocka_unit_test(an_open_port_becomes_permanent),
        cmocka_unit_test(a_port_that_cannot_be_had_is_said),
        cmocka_unit_test(where_it_listens_needs_a_restart),
    };
    return cmocka_run_group_tests(tests, responder_load, NULL);
}
