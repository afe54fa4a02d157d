/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/share.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Renderings are always read in such steps: then what is made again is compressed alike. */
#define PART_BYTES ((size_t)16 * 1024)

struct part {
    struct part *next;
    size_t size; /* less than PART_BYTES: the last one */
    char bytes[PART_BYTES];
};

struct reader {
    struct share *share; /* NULL: it has left it, and reads a rendering of its own */
    struct reader *next; /* of the share */
    struct part *part; /* with its next byte; NULL: it has to be looked for */
    uint64_t at; /* bytes read so far */
    struct stream *own;
    struct part own_part; /* the latest of `own`, which ends with byte `own_end` */
    uint64_t own_end;
};

struct share {
    struct shares *shares;
    struct share *next;
    struct share_key key;
    int64_t begin_ns;
    struct stream_source source; /* what can be opened again */
    struct stream *stream; /* NULL: it was read to its end */
    bool is_open; /* others may join: nothing was dropped */
    struct part *first, *last;
    uint64_t begin, end; /* which bytes the parts have */
    struct reader *readers;
};

static void drop_first(struct share *share)
{
    struct part *part = share->first;
    share->first = part->next;
    share->begin += part->size;
    if (share->first == NULL) {
        share->last = NULL;
    }
    free(part);
}

static void free_share(struct share *share)
{
    struct share **link = &share->shares->first;
    while (*link != share) {
        link = &(*link)->next;
    }
    *link = share->next;
    share->shares->count--;
    while (share->first != NULL) {
        drop_first(share);
    }
    stream_close(share->stream);
    free(share);
}

/* --- what is kept --- */

/* The one that is furthest behind; NULL when there is none. */
static struct reader *slowest_of(const struct share *share)
{
    struct reader *slowest = share->readers;
    for (struct reader *reader = share->readers; reader != NULL; reader = reader->next) {
        slowest = reader->at < slowest->at ? reader : slowest;
    }
    return slowest;
}

static void leave(struct reader *reader)
{
    struct reader **link = &reader->share->readers;
    while (*link != reader) {
        link = &(*link)->next;
    }
    *link = reader->next;
    reader->share = NULL;
    reader->part = NULL;
}

/* The same bytes again, made in the same steps. */
static void begin_own(struct reader *reader)
{
    const struct share *share = reader->share;
    const struct stream_source source = share->source.again(share->source.context);
    struct buf whole;
    reader->own = stream_open(&source);
    bool is_short = stream_is_short(reader->own, SHARE_BYTES_MIN, &whole);
    bool is_ready = !share->key.is_gzip || stream_compress(reader->own);
    assert(!is_short && is_ready);
    leave(reader);
}

/* Makes room for a part: drops what all have read, and lets those go who are too far behind. */
static void make_room(struct share *share)
{
    if (share->end - share->begin + PART_BYTES > SHARE_BYTES_MAX) {
        share->is_open = false;
    }
    while (!share->is_open && share->first != NULL) {
        struct reader *slowest = slowest_of(share);
        if (slowest->at >= share->begin + share->first->size) {
            drop_first(share);
        } else if (share->end - share->begin + PART_BYTES > SHARE_BYTES_MAX) {
            begin_own(slowest);
        } else {
            return;
        }
    }
}

/* The next bytes of the stream become the part; less than PART_BYTES are the last ones. */
static void fill_part(struct part *part, struct stream *stream)
{
    size_t read = 1;
    part->size = 0;
    while (part->size < PART_BYTES && read > 0) {
        read = stream_read(stream, part->bytes + part->size, PART_BYTES - part->size);
        part->size += read;
    }
}

static void add_part(struct share *share)
{
    struct part *part = mem_resize(NULL, 1, sizeof *part);
    part->next = NULL;
    fill_part(part, share->stream);
    if (part->size < PART_BYTES) {
        stream_close(share->stream);
        share->stream = NULL;
    }
    share->end += part->size;
    *(share->last == NULL ? &share->first : &share->last->next) = part;
    share->last = part;
}

/* --- a reader, as the source of a stream --- */

/* The part with byte `at`, which there is. */
static struct part *find_part(const struct share *share, uint64_t at)
{
    uint64_t end = share->begin;
    if (at >= share->end - share->last->size) {
        return share->last;
    }
    for (struct part *part = share->first;; part = part->next) {
        end += part->size;
        if (at < end) {
            return part;
        }
    }
}

/* Copies what the part has of the reader's next bytes. */
static size_t take(struct reader *reader, const struct part *part, char *out, size_t size)
{
    size_t taken = (size_t)(reader->at % PART_BYTES);
    size_t left = part->size - taken;
    size = size < left ? size : left;
    memcpy(out, part->bytes + taken, size);
    reader->at += size;
    return size;
}

static size_t read_own(struct reader *reader, char *out, size_t size)
{
    bool has_ended = reader->own_end > 0 && reader->own_part.size < PART_BYTES;
    while (reader->own_end <= reader->at && !has_ended) {
        fill_part(&reader->own_part, reader->own);
        reader->own_end += reader->own_part.size;
        has_ended = reader->own_part.size < PART_BYTES;
    }
    return reader->own_end <= reader->at ? 0 : take(reader, &reader->own_part, out, size);
}

static size_t read_shared(void *context, char *out, size_t size)
{
    struct reader *reader = context;
    struct share *share = reader->share;
    if (share == NULL) {
        return read_own(reader, out, size);
    }
    if (reader->at == share->end && share->stream != NULL) {
        make_room(share);
        add_part(share);
    }
    if (reader->at == share->end) {
        return 0;
    }
    if (reader->part == NULL) {
        reader->part = find_part(share, reader->at);
    }
    size = take(reader, reader->part, out, size);
    if (reader->at % PART_BYTES == 0) {
        reader->part = reader->part->next;
    }
    return size;
}

static void close_shared(void *context, bool is_complete)
{
    (void)is_complete;
    struct reader *reader = context;
    struct share *share = reader->share;
    stream_close(reader->own);
    if (share != NULL) {
        leave(reader);
        if (share->readers == NULL && !(share->is_open && share->stream == NULL)) {
            free_share(share);
        }
    }
    free(reader);
}

static struct stream *add_reader(struct share *share)
{
    struct reader *reader = mem_alloc(1, sizeof *reader);
    *reader = (struct reader){.share = share, .next = share->readers};
    share->readers = reader;
    return stream_open(&(struct stream_source){reader, read_shared, close_shared, NULL});
}

/* --- shares --- */

struct stream *shares_join(struct shares *shares, const struct share_key *key)
{
    for (struct share *share = shares->first; share != NULL; share = share->next) {
        if (share->is_open && share->key.format == key->format &&
            share->key.is_gzip == key->is_gzip &&
            memcmp(&share->key.filter, &key->filter, sizeof key->filter) == 0) {
            return add_reader(share);
        }
    }
    return NULL;
}

struct stream *shares_offer(struct shares *shares, const struct share_key *key,
                            const struct stream_source *source, struct stream *stream)
{
    if (shares->count == SHARES_MAX || source->again == NULL) {
        return NULL;
    }
    struct share *share = mem_alloc(1, sizeof *share);
    *share = (struct share){
        .shares = shares,
        .next = shares->first,
        .key = *key,
        .begin_ns = shares->now_ns,
        .source = *source,
        .stream = stream,
        .is_open = true,
    };
    shares->first = share;
    shares->count++;
    return add_reader(share);
}

void shares_expire(struct shares *shares, int64_t now_ns)
{
    struct share *share;
    shares->now_ns = now_ns;
    for (struct share *next = shares->first; (share = next) != NULL;) {
        next = share->next;
        share->is_open = share->is_open && now_ns - share->begin_ns < shares->window_ns;
        if (!share->is_open && share->readers == NULL) {
            free_share(share);
        }
    }
}

void shares_close(struct shares *shares)
{
    for (struct share *share = shares->first; share != NULL; share = share->next) {
        share->is_open = false;
    }
    shares_expire(shares, shares->now_ns);
}

void shares_fini(struct shares *shares)
{
    while (shares->first != NULL) {
        free_share(shares->first);
    }
}
