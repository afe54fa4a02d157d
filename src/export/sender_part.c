/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the operations of all dialects have in common. */
#include "export/sender.h"

#include <inttypes.h>

#include "probe/spec_field.h"

#define AFTER_MAX_NS ((int64_t)MS_PER_DAY * NS_PER_MS - NS_PER_SECOND)

void sender_note(struct sender *sender, const char *key, const char *why)
{
    buf_printf(&sender->notes, "! %s: %s\n", key, why);
}

int64_t sender_whole(struct sender *sender, const char *key, int64_t ns, int64_t unit_ns)
{
    if (ns % unit_ns != 0) {
        sender_note(sender, key,
                    unit_ns == NS_PER_SECOND ? "a router has whole seconds; it is rounded up"
                                             : "a router has whole milliseconds; it is rounded up");
    }
    return (ns + unit_ns - 1) / unit_ns;
}

bool sender_differs(const struct sender *sender, const struct schema_key *key)
{
    for (size_t i = 0; i < SCHEMA_SETS_MAX && key->sets[i] != NULL; i++) {
        if (!spec_field_is_equal(spec_field_find(key->sets[i]), sender->spec, sender->defaults)) {
            return true;
        }
    }
    return false;
}

int64_t sender_threshold_ms(struct sender *sender)
{
    int64_t threshold_ns = sender->spec->results.threshold_ns;
    int64_t timeout_ns = sender->spec->schedule.timeout_ns;
    if (threshold_ns > timeout_ns) {
        if (threshold_ns != sender->defaults->results.threshold_ns) {
            sender_note(sender, "threshold", "a router does not schedule one above the timeout");
        }
        threshold_ns = timeout_ns;
    }
    return sender_whole(sender, "threshold", threshold_ns, NS_PER_MS);
}

bool sender_has_train(const struct sender *sender)
{
    return operation_has(sender->spec->operation, RESULT_JITTER);
}

void sender_note_echoes(struct sender *sender)
{
    const struct spec *spec = sender->spec;
    if (sender_has_train(sender)) {
        return;
    }
    if (spec->packets.count != sender->defaults->packets.count) {
        sender_note(sender, "num_packets", "an echo of a router is one packet");
    }
    if (spec->packets.interval_ns != sender->defaults->packets.interval_ns) {
        sender_note(sender, "interval", "an echo of a router is one packet");
    }
}

void sender_note_control(struct sender *sender)
{
    if (sender->spec->operation->has_ports && sender->spec->control.version == CONTROL_V2) {
        sender_note(sender, "control.version", "a router chooses the version itself");
    }
}

void sender_add_life(struct sender *sender, struct buf *out)
{
    int64_t life_ns = sender->spec->schedule.life_ns;
    if (life_ns == SPEC_FOREVER) {
        buf_add_string(out, "life forever");
    } else {
        buf_printf(out, "life %" PRId64, sender_whole(sender, "life", life_ns, NS_PER_SECOND));
    }
}

/* Nothing: pending. */
void sender_add_start(struct sender *sender, struct buf *out)
{
    const struct spec_schedule *schedule = &sender->spec->schedule;
    int64_t seconds;
    switch (schedule->start) {
    case SPEC_START_PENDING:
        break;
    case SPEC_START_AFTER:
        if (schedule->start_after_ns > AFTER_MAX_NS) {
            sender_note(sender, "start", "a router can wait a day at most; it starts at once");
            buf_add_string(out, "start-time now");
            break;
        }
        seconds = sender_whole(sender, "start", schedule->start_after_ns, NS_PER_SECOND);
        buf_printf(out, "start-time after %02" PRId64 ":%02" PRId64 ":%02" PRId64, seconds / 3600,
                   seconds / 60 % 60, seconds % 60);
        break;
    default:
        buf_add_string(out, "start-time now");
        break;
    }
}
