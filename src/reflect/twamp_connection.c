/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "reflect/twamp.h"

uint32_t twamp_place(const struct reflect *reflect, const struct twamp_connection *connection)
{
    return (uint32_t)(connection - reflect->twamp->connections);
}

struct lease_session *twamp_session(struct reflect *reflect,
                                    const struct twamp_connection *connection, uint32_t i)
{
    struct lease_session *session = &reflect->book.sessions[connection->sessions[i]];
    bool is_alive = session->peer.family != ADDR_NONE;
    return is_alive && session->twamp.connection == connection->serial ? session : NULL;
}

void twamp_stop_sessions(struct reflect *reflect, struct twamp_connection *connection,
                         struct mono now)
{
    for (uint32_t i = 0; i < connection->session_count; i++) {
        struct lease_session *session = twamp_session(reflect, connection, i);
        if (session != NULL) {
            int64_t more_ns = session->twamp.is_started ? session->twamp.timeout_ns : 0;
            session->twamp.is_stopped = true;
            lease_set_expiry(&reflect->book, session, mono_add(now, more_ns));
        }
    }
    connection->session_count = 0;
    connection->is_running = false;
}

void twamp_draw(struct reflect *reflect, uint8_t *out, size_t size)
{
    static const char label[] = "twamp";
    uint8_t drawn[CRYPTO_SHA256_BYTES];
    struct twamp_server *server = reflect->twamp;
    const struct crypto_part key = {&reflect->key, sizeof reflect->key};
    const struct crypto_part parts[] = {{label, sizeof label},
                                        {&server->drawn, sizeof server->drawn}};
    assert(size <= sizeof drawn);
    crypto_hmac(CRYPTO_SHA256, &key, parts, 2, drawn);
    server->drawn++;
    memcpy(out, drawn, size);
}

void twamp_answer(struct reflect *reflect, const struct twamp_connection *connection, size_t size)
{
    reflect->twamp->answering = twamp_place(reflect, connection);
    reflect->twamp->answer_bytes = size;
}

void twamp_wait_until(struct reflect *reflect, struct twamp_connection *connection,
                      struct mono deadline)
{
    connection->deadline = deadline;
    reflect->twamp->due = mono_min(reflect->twamp->due, deadline);
}

void twamp_close(struct reflect *reflect, struct twamp_connection *connection)
{
    twamp_stop_sessions(reflect, connection, reflect->now);
    if (connection->phase != TWAMP_CLOSING) {
        connection->phase = TWAMP_CLOSING;
        reflect->twamp->closing++;
    }
}

void twamp_count(struct reflect *reflect, const struct twamp_connection *connection,
                 enum reflect_result result)
{
    const struct refused what = {
        .source = connection->peer, .port = connection->local.port, .last = reflect->now};
    reflect->stats.requests_twamp[result]++;
    if (result != RESULT_ACCEPTED) {
        refusals_count(&reflect->refusals, result, &what);
    }
}
