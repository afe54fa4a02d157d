/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A million altered messages, from strangers who may lie about who they are: no datagram causes
 * more than one, none a longer one, and none that goes elsewhere. */
#include "reflect/reflect.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/responder.h"

#define MESSAGES 1000000
#define BYTES_MAX 256

/* A vector with some bytes changed, cut off or added, in memory of exactly that size. */
static uint8_t *alter(struct rng *rng, const struct vector *vector, size_t *size)
{
    uint8_t bytes[BYTES_MAX];
    *size = vector->size < BYTES_MAX ? vector->size : BYTES_MAX;
    memcpy(bytes, vector->bytes, *size);
    for (uint64_t changes = rng_below(rng, 4); *size > 0 && changes > 0; changes--) {
        bytes[rng_below(rng, *size)] = (uint8_t)rng_u64(rng);
    }
    if (rng_below(rng, 8) == 0) {
        *size = rng_below(rng, *size + 1);
    }
    while (rng_below(rng, 8) == 0 && *size < BYTES_MAX) {
        bytes[(*size)++] = (uint8_t)rng_u64(rng);
    }
    uint8_t *copy = mem_alloc(*size, 1);
    memcpy(copy, bytes, *size);
    return copy;
}

static void give(struct rng *rng)
{
    static const char *const peers[] = {RESPONDER_PEER, RESPONDER_PEER_2, RESPONDER_OTHER,
                                        "198.51.100.9:53", "198.51.100.9:1967"};
    const struct vector *vector = &responder.vectors.items[rng_below(rng, responder.vectors.count)];
    const struct drive_channel *to =
        &responder.drive.open[rng_below(rng, responder.drive.open_count)];
    const char *peer = peers[rng_below(rng, sizeof peers / sizeof peers[0])];
    size_t size;
    uint8_t *bytes = alter(rng, vector, &size);
    struct ev ev = build_data(to->id, peer, RESPONDER_IP, bytes, size);
    ev.local.port = to->local.port;
    drive_forget(&responder.drive);
    responder.datagrams++;
    drive_input(&responder.drive, ev);
    free(bytes);
    const struct drive_effect *sent = drive_find(&responder.drive, FX_SEND, 0);
    assert_null(drive_find(&responder.drive, FX_SEND, 1));
    if (sent != NULL && (sent->fx.size > size || !addr_is_equal(&sent->fx.peer, &ev.peer))) {
        fail_msg("%zu bytes of %s were answered with %zu", size, vector->name, sent->fx.size);
    }
}

static void test_never_more_than_came(void **state)
{
    (void)state;
    struct rng rng = {1};
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder.settings.max_sessions = 50;
    responder.settings.requests_per_source = 0;
    responder.settings.min_source_port = 0;
    responder_set_up();
    for (unsigned i = 0; i < MESSAGES; i++) {
        give(&rng);
        if (i % 1000 == 0) {
            drive_until(&responder.drive, build_at(i / 1000 * NS_PER_SECOND));
        }
    }
    assert_true(responder_results(RESULT_ACCEPTED) > 1000);
    assert_true(reflect_stats(responder.reflect)->jitter_probes > 1000);
    responder_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_never_more_than_came)};
    return cmocka_run_group_tests(tests, responder_load, NULL);
}
