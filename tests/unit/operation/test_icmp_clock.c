/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "operation/icmp_clock.h"

#include "base/rng.h"
#include "support/build.h"
#include "support/cm.h"

#define MS(value) ((value)*NS_PER_MS)
#define PACKETS_MAX 20

/* A host and the path to it: packets leave 20 ms apart, its clock shows `wall` when the first does.
 */
struct host {
    struct wall wall;
    bool is_swapped;
    uint32_t not_utc; /* 0, or bit 31 */
    int64_t rtt_ms;
    uint32_t count, lost; /* packets; bit mask of those without answer */
    uint32_t stepped_at; /* packets from here on meet it an hour ahead; 0: none */
    uint32_t tick_ms; /* how fine its clock is */
};

static struct sample samples[PACKETS_MAX];

static uint32_t word(const struct host *host, uint32_t index)
{
    bool is_stepped = host->stepped_at != 0 && index >= host->stepped_at;
    int64_t at_ns = host->wall.ns + MS(20) * index + MS(host->rtt_ms) / 2;
    at_ns += is_stepped ? 3600 * NS_PER_SECOND : 0;
    uint32_t ms = wall_ms_of_day((struct wall){at_ns}) / host->tick_ms * host->tick_ms;
    return host->is_swapped ? icmp_time_swap(ms | host->not_utc) : ms | host->not_utc;
}

static enum byte_order judge(const struct host *host, enum byte_order known)
{
    struct train train = {.samples = samples, .count = host->count, .next = host->count};
    for (uint32_t i = 0; i < host->count; i++) {
        struct icmp_times times = {.receive_ms = word(host, i), .transmit_ms = word(host, i)};
        samples[i] = (struct sample){.t1_ns = BUILD_WALL_NS + MS(20) * i, .fate = FATE_SENT};
        if ((host->lost & 1U << i) == 0) {
            samples[i].t4_ns = samples[i].t1_ns + MS(host->rtt_ms);
            samples[i].fate = FATE_RECEIVED;
            icmp_clock_keep(&samples[i], &times);
        }
    }
    return icmp_clock_order(&train, known);
}

static const struct host good = {.wall = {BUILD_WALL_NS}, .rtt_ms = 4, .count = 10, .tick_ms = 1};

static void test_what_is_kept_comes_back(void **state)
{
    (void)state;
    struct sample sample = {0};
    const struct icmp_times times = {.receive_ms = 0x82345678, .transmit_ms = 0xfedcba98};
    icmp_clock_keep(&sample, &times);
    assert_true(sample.has_remote_times && sample.t3_ns == sample.t2_ns);
    struct icmp_times out = icmp_clock_read(&sample, BYTE_ORDER_NETWORK);
    assert_true(out.receive_ms == times.receive_ms && out.transmit_ms == times.transmit_ms);
    out = icmp_clock_read(&sample, BYTE_ORDER_SWAPPED);
    assert_true(out.receive_ms == 0x78563482 && out.transmit_ms == 0x98badcfe);
}

/* Whatever its clock shows, right or wrong, of UTC or not, and with a step or losses in between. */
static void test_each_order_is_found(void **state)
{
    (void)state;
    struct rng rng = {11};
    for (unsigned run = 0; run < 20000; run++) {
        struct host host = good;
        host.wall.ns += (int64_t)rng_below(&rng, (uint64_t)(MS_PER_DAY * NS_PER_MS));
        host.is_swapped = run % 2 == 0;
        host.not_utc = run % 3 == 0 ? ICMP_TIME_NOT_UTC : 0;
        host.stepped_at = run % 5 == 0 ? 5 : 0;
        host.lost = run % 7 == 0 ? 0x152 : 0;
        host.rtt_ms = (int64_t)rng_below(&rng, 200);
        assert_int_equal(judge(&host, BYTE_ORDER_UNKNOWN),
                         host.is_swapped ? BYTE_ORDER_SWAPPED : BYTE_ORDER_NETWORK);
    }
}

/* One reply: by its value, when the clock is right; else by what is known. */
static void test_one_reply(void **state)
{
    (void)state;
    struct host host = good;
    host.count = 1;
    assert_int_equal(judge(&host, BYTE_ORDER_UNKNOWN), BYTE_ORDER_NETWORK);
    host.is_swapped = true;
    assert_int_equal(judge(&host, BYTE_ORDER_UNKNOWN), BYTE_ORDER_SWAPPED);
    host.not_utc = ICMP_TIME_NOT_UTC;
    assert_int_equal(judge(&host, BYTE_ORDER_SWAPPED), BYTE_ORDER_SWAPPED);
    host.lost = 1;
    assert_int_equal(judge(&host, BYTE_ORDER_SWAPPED), BYTE_ORDER_UNKNOWN);
}

/* A clock of whole seconds, or one that is set all the time, is none. */
static void test_senseless(void **state)
{
    (void)state;
    struct host host = good;
    host.tick_ms = 1000;
    assert_int_equal(judge(&host, BYTE_ORDER_UNKNOWN), BYTE_ORDER_SENSELESS);
    host.rtt_ms = 2000;
    assert_int_equal(judge(&host, BYTE_ORDER_UNKNOWN), BYTE_ORDER_NETWORK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_kept_comes_back),
        cmocka_unit_test(test_each_order_is_found),
        cmocka_unit_test(test_one_reply),
        cmocka_unit_test(test_senseless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
