/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The inside of a machine of discover/discover.h, for its files: slot.c (questions in flight),
 * hear.c (what came back), discover.c (what is asked when). */
#ifndef DISCOVER_STATE_H
#define DISCOVER_STATE_H

#include "discover/ask.h"
#include "discover/server.h"

#define FAMILY_COUNT 2
#define CHANNEL_COUNT (DISCOVER_METHOD_COUNT * FAMILY_COUNT)
/* The owner of all connections, whose channels are questions; each other channel is its own. */
#define CONNECTIONS CHANNEL_COUNT

struct slot {
    size_t index; /* of the result */
    struct mono deadline; /* of the latest request */
    struct instant sent[DISCOVER_TRIES_MAX];
    uint32_t numbers[DISCOVER_TRIES_MAX];
    bool is_open; /* TWAMP: the connection, from the attempt on */
    struct server_talk talk; /* TWAMP */
};

struct channel {
    bool is_wanted; /* some question needs it */
    bool is_open;
    int error; /* it could not be opened */
    struct addr local;
};

enum phase { PHASE_OPENING, PHASE_OPEN, PHASE_CLOSING, PHASE_OVER };

struct discover {
    struct discover_settings settings;
    struct discover_result *results; /* of question index x DISCOVER_METHOD_COUNT + method */
    size_t count; /* of questions, those that are not asked included */
    size_t next; /* the first question that was not asked */
    size_t over_count;
    struct slot *slots; /* settings.parallel of them */
    size_t slot_count;
    struct channel channels[CHANNEL_COUNT];
    unsigned channel; /* PHASE_OPENING, PHASE_CLOSING: the next one */
    size_t *closing; /* questions whose connections are to be closed; as many as slots at most */
    size_t closing_count;
    struct mono next_send;
    enum phase phase;
    uint32_t next_number;
    uint64_t unmatched;
    uint8_t bytes[DISCOVER_REQUEST_BYTES_MAX];
};

enum discover_method question_method(size_t index);
unsigned question_channel(enum discover_method method, enum addr_family family);
/* It will not be asked. */
void question_leave_out(struct discover *discover, size_t index, int error);

/* The channel of a question, but for one with a connection of its own. */
struct channel *slot_channel(struct discover *discover, size_t index);
struct discover_result *slot_result(const struct discover *discover, const struct slot *slot);
/* Its question has its result; the last slot takes the place. */
void slot_finish(struct discover *discover, struct slot *slot);
/* NULL: the question is not in flight. */
struct slot *slot_with(struct discover *discover, size_t index);
/* The slot's request with this number. */
struct discover_request slot_request(struct discover *discover, const struct slot *slot,
                                     unsigned number);

/* hear.c */
void discover_hear(struct discover *discover, const struct ev *ev, struct instant now);

#endif
