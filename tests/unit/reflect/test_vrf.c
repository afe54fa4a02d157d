/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* An answer never leaves into another VRF than that of the request. tests/vm shows it with a kernel
 * that has VRFs. */
#include <string.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/responder.h"

/* A datagram that the host has of another VRF. */
static void deliver_from_vrf(uint16_t port, const void *bytes, size_t size)
{
    const struct drive_channel *channel = drive_channel(&responder.drive, port);
    assert_non_null(channel);
    struct ev ev = build_data(channel->id, RESPONDER_PEER, RESPONDER_IP, bytes, size);
    ev.local.port = port;
    ev.is_of_vrf = true;
    responder.datagrams++;
    drive_input(&responder.drive, ev);
}

static void test_other_vrfs_are_not_answered(void **state)
{
    (void)state;
    uint8_t probe[32];
    const struct ipsla_jitter_ms jitter = {.send_ms = 43200000, .sender_seq = 1};
    const struct ipsla_request request = {
        .id = 1, .command = IPSLA_COMMAND_JITTER, .port = 16384, .duration_ms = 5000};
    uint8_t bytes[IPSLA_REQUEST_BYTES_MAX];
    responder_prepare();
    responder_set_up();
    deliver_from_vrf(1967, bytes, ipsla_request_encode(&request, bytes));
    assert_int_equal(responder_dropped(DROP_OTHER_VRF), 1);
    assert_int_equal(responder.drive.effect_count, 0);
    /* A host there that has the address of one here has not its session. */
    responder_ask(RESPONDER_PEER, 16384, 5000);
    responder.drive.effect_count = 0;
    ipsla_jitter_ms_encode(&jitter, probe, sizeof probe);
    deliver_from_vrf(16384, probe, sizeof probe);
    assert_int_equal(responder_dropped(DROP_OTHER_VRF), 2);
    assert_int_equal(responder.drive.effect_count, 0);
    responder_send_jitter(16384, RESPONDER_PEER, 1);
    assert_int_equal(reflect_stats(responder.reflect)->jitter_probes, 1);
    responder_tear_down();
}

static void test_every_socket_is_in_the_vrf(void **state)
{
    (void)state;
    struct mono now = {0};
    struct fx fx;
    unsigned opened = 0;
    responder_prepare();
    strcpy(responder.settings.device, "red");
    responder.settings.permanent[responder.settings.permanent_count++] =
        build_addr("0.0.0.0:16000");
    responder.settings.permanent_tcp[responder.settings.permanent_tcp_count++] =
        build_addr("0.0.0.0:16001");
    struct reflect *reflect = reflect_new(&responder.settings, &responder_seed);
    struct machine machine = reflect_machine(reflect);
    while (machine.ops->poll(machine.self, (struct instant){.mono = now}, &fx)) {
        const struct ev ev = {.kind = EV_OPENED, .id = fx.id, .local = fx.local};
        assert_int_equal(fx.kind, FX_OPEN);
        assert_string_equal(fx.options.device, "red");
        machine.ops->input(machine.self, &ev, (struct instant){.mono = now});
        opened++;
    }
    assert_int_equal(opened, responder.settings.listen_count + 2);
    reflect_free(reflect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_vrfs_are_not_answered),
        cmocka_unit_test(test_every_socket_is_in_the_vrf),
    };
    return cmocka_run_group_tests(tests, responder_load, NULL);
}
