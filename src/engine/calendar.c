/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Random phases are not even enough: of ten thousand trains of ten packets a minute, some
 * millisecond always has nine packets where the average is below two. The first target has the
 * choice, so what a start gives way to depends on the order of the set and on nothing else: a
 * restart finds the same phases again. */
#include "engine/calendar.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/nonce.h"

#define MINUTE_NS (60 * NS_PER_SECOND)
#define SLOT_NS (250 * NS_PER_US)
#define SLOTS ((int64_t)(MINUTE_NS / SLOT_NS))
#define SLOTS_PER_MS (NS_PER_MS / SLOT_NS)
/* Slots that a millisecond may touch, wherever it begins. */
#define WINDOW (SLOTS_PER_MS + 1)

/* The operations of a target within the minute. */
struct schedule {
    int64_t runs, period; /* slots */
    int64_t packets, interval_ns;
    unsigned
        first; /* packets at the start: the request and, soon after its answer, the first probe */
};

static bool read_schedule(const struct spec *spec, struct schedule *out)
{
    int64_t frequency_ns = spec->schedule.frequency_ns;
    bool repeats =
        frequency_ns < MINUTE_NS ? MINUTE_NS % frequency_ns == 0 : frequency_ns % MINUTE_NS == 0;
    *out = (struct schedule){
        .runs = frequency_ns < MINUTE_NS ? MINUTE_NS / frequency_ns : 1,
        .period = frequency_ns / SLOT_NS,
        .packets = spec->packets.count,
        .interval_ns = spec->packets.interval_ns,
        .first = control_has_request(spec->control.version) ? 2 : 1,
    };
    return repeats && out->runs * (out->packets + 1) <= CALENDAR_PACKETS_MAX;
}

static int64_t wrap(int64_t slot)
{
    return slot - floor_div(slot, SLOTS) * SLOTS;
}

static int64_t slot_of(const struct schedule *schedule, int64_t start, int64_t run, int64_t packet)
{
    return wrap(start + run * schedule->period + packet * schedule->interval_ns / SLOT_NS);
}

static unsigned weight(const struct schedule *schedule, int64_t packet)
{
    return packet == 0 ? schedule->first : 1;
}

/* The most that any millisecond around `slot` has. */
static unsigned peak(const struct calendar *calendar, int64_t slot)
{
    unsigned sum = 0, highest = 0;
    for (int64_t i = 1 - WINDOW; i < WINDOW; i++) {
        sum += calendar->slots[wrap(slot + i)];
        highest = sum > highest ? sum : highest;
        if (i >= 0) {
            sum -= calendar->slots[wrap(slot + i + 1 - WINDOW)];
        }
    }
    return highest;
}

static bool fits(const struct calendar *calendar, const struct schedule *schedule, int64_t start)
{
    const int64_t minute_ms = MINUTE_NS / NS_PER_MS;
    int64_t most = (3 * (int64_t)calendar->packets + 3 * minute_ms) / minute_ms;
    for (int64_t run = 0; run < schedule->runs; run++) {
        for (int64_t packet = 0; packet < schedule->packets; packet++) {
            int64_t slot = slot_of(schedule, start, run, packet);
            if (peak(calendar, slot) + weight(schedule, packet) > most) {
                return false;
            }
        }
    }
    return true;
}

/* Counts a target in (1) or out (-1). A slot that is full counts no further. */
static void count(struct calendar *calendar, const struct schedule *schedule, int64_t start,
                  int direction)
{
    for (int64_t run = 0; run < schedule->runs; run++) {
        for (int64_t packet = 0; packet < schedule->packets; packet++) {
            uint8_t *slot = &calendar->slots[slot_of(schedule, start, run, packet)];
            int packets = *slot + direction * (int)weight(schedule, packet);
            *slot = packets < 0 ? 0 : packets > UINT8_MAX ? UINT8_MAX : (uint8_t)packets;
        }
    }
    int64_t packets = schedule->runs * (schedule->packets + schedule->first - 1);
    calendar->packets += (uint64_t)(direction * packets);
}

void calendar_fini(struct calendar *calendar)
{
    free(calendar->slots);
    *calendar = (struct calendar){0};
}

int64_t calendar_phase_ns(const struct calendar *calendar, const struct spec *spec)
{
    uint64_t drawn = nonce_draw(&calendar->key, NONCE_START, spec_hash(spec));
    return (int64_t)(drawn % (uint64_t)spec->schedule.frequency_ns);
}

/* The slot of its phase. */
static int64_t slot_of_phase(const struct calendar *calendar, const struct spec *spec)
{
    return calendar_phase_ns(calendar, spec) / SLOT_NS;
}

int64_t calendar_book(struct calendar *calendar, const struct spec *spec)
{
    struct schedule schedule;
    if (!read_schedule(spec, &schedule)) {
        return 0;
    }
    if (calendar->slots == NULL) {
        calendar->slots = mem_alloc((size_t)SLOTS, sizeof calendar->slots[0]);
    }
    int64_t phase = slot_of_phase(calendar, spec), later = 0;
    while (later * SLOT_NS <= CALENDAR_DELAY_MAX_NS && !fits(calendar, &schedule, phase + later)) {
        later++;
    }
    if (later * SLOT_NS > CALENDAR_DELAY_MAX_NS) {
        later = 0; /* it is as full everywhere near */
    }
    count(calendar, &schedule, phase + later, 1);
    return later * SLOT_NS;
}

void calendar_cancel(struct calendar *calendar, const struct spec *spec, int64_t later_ns)
{
    struct schedule schedule;
    if (read_schedule(spec, &schedule)) {
        count(calendar, &schedule, slot_of_phase(calendar, spec) + later_ns / SLOT_NS, -1);
    }
}
