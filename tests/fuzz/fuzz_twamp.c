/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* TWAMP-Control from strangers. The first octet chooses: a server without keys or with one, or a
 * client in one of its modes; the second in which pieces the rest of the bytes comes. Whatever it
 * is, a client answers three messages of a server at most, and nothing is opened without one. */
#include "fuzz/fuzz.h"

#include <assert.h>

#include "operation/operation.h"
#include "probe/twamp_client.h"
#include "support/build.h"
#include "support/drive.h"
#include "support/twamp.h"

/* Set-Up-Response, Request-TW-Session, Start-Sessions. */
enum { ANSWERS_MAX = 3 };

static size_t piece_of(uint8_t choice, size_t left)
{
    size_t wanted = choice == 0 ? left : choice;
    return wanted < left ? wanted : left;
}

static void serve(bool is_keyed, uint8_t choice, const uint8_t *data, size_t size)
{
    struct twamp_caller client;
    twamp_prepare(is_keyed);
    responder_set_up();
    if (twamp_connect(&client, RESPONDER_PEER)) {
        for (size_t at = 0; at < size && twamp_is_open(&client);) {
            size_t piece = piece_of(choice, size - at);
            piece = piece > IO_STREAM_BYTES_MAX ? IO_STREAM_BYTES_MAX : piece;
            twamp_send(&client, data + at, piece);
            at += piece;
        }
    }
    const struct reflect_stats *stats = reflect_stats(responder.reflect);
    assert(stats->sessions <= stats->requests_twamp[RESULT_ACCEPTED]);
    assert(!is_keyed || stats->sessions == 0);
    responder_tear_down();
}

static void ask(uint8_t mode, uint8_t choice, const uint8_t *data, size_t size)
{
    static const uint8_t seed[TWAMP_CLIENT_SEED_BYTES] = {1};
    struct spec *spec = build_jitter_spec("t", "192.0.2.1");
    const struct twamp_client_setting setting = {.spec = spec, .seed = seed, .sender_port = 40000};
    struct twamp_client client = {0};
    unsigned answers = 0;
    spec->operation = &operation_twamp;
    spec->control.mode = mode;
    spec->control.key = (struct auth_key){.algorithm = AUTH_TWAMP, .size = 1, .secret = "k"};
    twamp_client_start(&client, &setting);
    for (size_t at = 0; at < size;) {
        size_t piece = piece_of(choice, size - at);
        twamp_client_input(&client, data + at, piece, build_at(0));
        answers += client.answer_bytes > 0;
        client.answer_bytes = 0; /* it has left */
        at += piece;
    }
    twamp_client_end(&client);
    assert(answers <= ANSWERS_MAX && client.state >= TWAMP_CLIENT_RUNNING);
    assert(client.state != TWAMP_CLIENT_RUNNING || (answers == ANSWERS_MAX && client.port != 0));
    spec_unref(spec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    if (data[0] % 8 < 4) {
        serve(data[0] % 2 == 1, data[1], data + 2, size - 2);
    } else {
        ask(data[0] % 4, data[1], data + 2, size - 2);
    }
    return 0;
}
