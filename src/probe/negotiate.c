/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The control connection of a TWAMP operation: opened when the channel of the packets is, so that
 * their port can be named; closed behind Stop-Sessions, which is sent when nothing is waited for
 * any more: some servers are silent at once. */
#include <assert.h>

#include "operation/operation.h"
#include "probe/phase.h"

void phase_negotiate(struct probe *probe, struct instant now)
{
    const struct twamp_client_setting setting = {
        .spec = probe->spec,
        .seed = probe->handshake.seed,
        .operation = probe->handshake.operations,
        .sender_port = probe->handshake.local.port,
    };
    twamp_client_start(probe->client, &setting);
    probe->phase = PROBE_NEGOTIATE;
    probe->wants_stream = true;
    phase_wait_until(
        probe, mono_min(mono_add(now.mono, probe->spec->schedule.timeout_ns), probe->latest_end));
}

static void fail(struct probe *probe, struct instant now)
{
    probe->round->control_status = probe->client->status;
    phase_finish(probe, probe->client->outcome, now.mono);
}

/* Packets are sent only from now on: what comes before Start-Ack may wait in the reflector. */
static void begin_train(struct probe *probe, struct instant now)
{
    probe->round->control_rtt_ns = probe->client->rtt_ns;
    probe->port = probe->client->port;
    probe->payload.protection = &probe->client->protection;
    probe->phase = PROBE_TRAIN;
    train_start(&probe->train, now);
}

/* A server that never answered, or nobody at all. */
static void input_not_connected(struct probe *probe, const struct ev *ev, struct instant now)
{
    enum outcome outcome = phase_connect_outcome(ev->error);
    probe->is_stream_open = false;
    if (probe->phase == PROBE_NEGOTIATE) {
        probe->round->error = ev->error;
        phase_finish(probe, outcome == OUTCOME_TIMEOUT ? OUTCOME_NO_CONNECTION : outcome, now.mono);
    }
}

void phase_input_stream(struct probe *probe, const struct ev *ev, struct instant now)
{
    struct twamp_client *client = probe->client;
    assert(client != NULL);
    if (ev->kind == EV_ERROR) {
        input_not_connected(probe, ev, now);
    } else if (ev->kind == EV_ENDED) {
        probe->is_stream_over = true;
        twamp_client_end(client);
    } else if (ev->kind == EV_DATA && probe->phase == PROBE_NEGOTIATE) {
        twamp_client_input(client, ev->bytes, ev->size, now);
    }
    if (probe->phase == PROBE_NEGOTIATE && client->state == TWAMP_CLIENT_FAILED) {
        fail(probe, now);
    } else if (probe->phase == PROBE_NEGOTIATE && client->state == TWAMP_CLIENT_RUNNING) {
        begin_train(probe, now);
    }
}

/* At the end of an operation that ran: Stop-Sessions, then the close. */
bool phase_poll_stream(struct probe *probe, struct fx *fx)
{
    struct twamp_client *client = probe->client;
    bool is_over = probe->phase == PROBE_OVER;
    if (is_over && client->state == TWAMP_CLIENT_RUNNING && !probe->is_stream_over) {
        twamp_client_stop(client);
    }
    if (client->answer_bytes > 0 && !probe->is_stream_over) {
        *fx = (struct fx){
            .kind = FX_SEND,
            .id.channel = PROBE_STREAM,
            .bytes = client->answer,
            .size = client->answer_bytes,
        };
        client->answer_bytes = 0;
        return true;
    }
    if (is_over) {
        probe->is_stream_open = false;
        *fx = (struct fx){.kind = FX_CLOSE, .id.channel = PROBE_STREAM};
    }
    return is_over;
}
