/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/handshake.h"

#include <assert.h>
#include <string.h>

#include "operation/operation.h"

void handshake_seed(struct handshake *handshake, const uint8_t seed[HANDSHAKE_SEED_BYTES])
{
    memcpy(handshake->seed, seed, sizeof handshake->seed);
}

static void choose_layout(struct handshake *handshake, unsigned configured)
{
    handshake->has_layout = true;
    handshake->is_layout_known = configured > 0;
    handshake->layout = configured > 0 ? (uint8_t)(configured - 1) : 0;
    handshake->layouts_left = AUTH_LAYOUT_COUNT - 1;
}

void handshake_forget_layout(struct handshake *handshake)
{
    handshake->has_layout = false;
}

void handshake_start(struct handshake *handshake, const struct spec *spec)
{
    handshake->spec = spec;
    handshake->tries = 0;
    handshake->failed_tries = 0;
    handshake->has_bad_digest = false;
    if (!handshake->has_layout) {
        choose_layout(handshake, spec->control.auth_layout);
    }
    const struct control *control = control_row(spec->control.version);
    if (control->start != NULL) {
        control->start(handshake);
    }
    handshake->operations++;
}

bool handshake_has_tries(const struct handshake *handshake)
{
    return handshake->tries < handshake->spec->control.tries;
}

void handshake_fail_try(struct handshake *handshake)
{
    handshake->failed_tries++;
}

bool handshake_has_failed(const struct handshake *handshake)
{
    return handshake->tries > 0 && handshake->failed_tries == handshake->tries;
}

int64_t handshake_duration_ns(const struct spec *spec)
{
    bool is_train = operation_has(spec->operation, RESULT_JITTER);
    int64_t train_ns = is_train ? spec->packets.count * spec->packets.interval_ns : 0;
    return spec->schedule.timeout_ns + train_ns;
}

size_t handshake_write(struct handshake *handshake, struct instant now, uint8_t *out)
{
    assert(handshake_has_tries(handshake));
    size_t size = control_row(handshake->spec->control.version)->write(handshake, now, out);
    handshake->sent[handshake->tries] = now.mono;
    handshake->tries++;
    handshake->deadline = mono_add(now.mono, handshake->spec->control.timeout_ns);
    return size;
}

enum handshake_verdict handshake_judge(struct handshake *handshake, const struct ev *ev,
                                       struct mono now, struct handshake_answer *out)
{
    return control_row(handshake->spec->control.version)->judge(handshake, ev, now, out);
}
