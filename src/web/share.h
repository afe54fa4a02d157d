/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One rendering, and one compression, for all who ask for the same metrics at about the same time.
 * Its bytes are kept while somebody may still need them, at most SHARE_BYTES_MAX: who is so far
 * behind the others is given a rendering of his own, and goes on with the next byte. So nobody
 * waits for anybody, and a lone reader gets a stream. For the one thread that serves. */
#ifndef WEB_SHARE_H
#define WEB_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "expo/filter.h"
#include "expo/format.h"
#include "web/stream.h"

#define SHARE_NS (250 * NS_PER_MS) /* how long they may, unless a test says otherwise */
#define SHARE_BYTES_MAX ((size_t)8 * 1024 * 1024)
/* What is shorter is not shared, but sent with its length. */
#define SHARE_BYTES_MIN ((size_t)64 * 1024)
/* At one time; further answers are not shared. */
#define SHARES_MAX 4

/* What has to be the same. */
struct share_key {
    const struct expo_format *format;
    struct expo_filter filter;
    bool is_gzip;
};

struct share;

/* What is shared now; begins with nothing but `window_ns`. */
struct shares {
    struct share *first;
    unsigned count;
    int64_t window_ns; /* how long others may join an answer */
    int64_t now_ns; /* CLOCK_MONOTONIC */
};

/* A stream of what others get already; NULL: there is nothing of the kind. */
struct stream *shares_join(struct shares *shares, const struct share_key *key);

/* From now on others may join: returns the stream of the first reader. `stream` was opened of
 * `source`, stream_is_short said no for SHARE_BYTES_MIN, and it is compressed if `key` says so.
 * NULL: too many are shared, or the source cannot be opened again; `stream` is still the caller's.
 */
struct stream *shares_offer(struct shares *shares, const struct share_key *key,
                            const struct stream_source *source, struct stream *stream);

/* The time is `now_ns`: forgets what nobody may join and nobody reads. */
void shares_expire(struct shares *shares, int64_t now_ns);

/* What follows is another truth, as after a reload: nobody joins what is shared now. */
void shares_close(struct shares *shares);

void shares_fini(struct shares *shares); /* there is no reader any more */

#endif
