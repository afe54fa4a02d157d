/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/handshake.h"

#include <assert.h>
#include <string.h>

#include "base/crypto.h"
#include "operation/operation.h"

void handshake_seed(struct handshake *handshake, const uint8_t seed[HANDSHAKE_SEED_BYTES])
{
    static const char label[] = "nonces";
    uint8_t drawn[CRYPTO_SHA256_BYTES];
    const struct crypto_part key = {seed, HANDSHAKE_SEED_BYTES};
    const struct crypto_part purpose = {label, sizeof label};
    crypto_hmac(CRYPTO_SHA256, &key, &purpose, 1, drawn);
    memcpy(handshake->seed, seed, sizeof handshake->seed);
    handshake->key = siphash_key(drawn);
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
    handshake->grant = (struct grant){.until = MONO_NEVER, .unused_until = MONO_NEVER};
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

bool handshake_is_slow(const struct spec *spec, int64_t rtt_ns)
{
    return rtt_ns > spec->schedule.timeout_ns / 2;
}

uint32_t handshake_duration_ms(const struct handshake *handshake)
{
    const struct spec *spec = handshake->spec;
    int64_t train_ns =
        operation_train_ns(spec->operation, spec->packets.count, spec->packets.interval_ns);
    int64_t duration_ns = spec->schedule.timeout_ns + train_ns + handshake->extra_ns;
    int64_t rounded_ms = (duration_ns + NS_PER_MS - 1) / NS_PER_MS;
    int64_t most_ms = control_duration_max_ms(spec->control.version, spec->path.peer.family);
    return (uint32_t)(rounded_ms > most_ms ? most_ms : rounded_ms);
}

void handshake_take_grant(struct handshake *handshake, struct mono sent, struct mono received,
                          uint32_t granted_ms)
{
    uint32_t asked_ms = handshake_duration_ms(handshake);
    int64_t took_ns = mono_diff(received, sent);
    bool is_less = granted_ms > 0 && granted_ms < asked_ms;
    uint32_t open_ms = is_less ? granted_ms : asked_ms;
    handshake->grant.until = mono_add(sent, open_ms * NS_PER_MS);
    handshake->grant.unused_until = mono_add(received, HANDSHAKE_UNUSED_NS);
    handshake->extra_ns = handshake_is_slow(handshake->spec, took_ns) ? took_ns : 0;
    uint32_t next_ms = is_less ? granted_ms : handshake_duration_ms(handshake);
    handshake->grant.next_ns = next_ms * NS_PER_MS;
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

int handshake_quoted_bits(const struct handshake *handshake, const uint8_t *quote, size_t size)
{
    return control_row(handshake->spec->control.version)->quoted_bits(handshake, quote, size);
}
