/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Several who ask at the same time get one rendering, however fast they read. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "expo/proto.h"
#include "expo/text.h"
#include "support/cm.h"
#include "web/share.h"

#define READERS 8
#define SMALL_BYTES ((size_t)300 * 1000)
/* More than is kept, also when it is compressed: its bytes are as good as random. */
#define LONG_BYTES (3 * SHARE_BYTES_MAX)

/* How often bytes were opened and made, and how many are open. */
struct counts {
    unsigned opened, is_open;
    size_t made;
};

struct bytes {
    struct counts *counts;
    size_t size, at;
};

static char byte_at(size_t place)
{
    uint64_t mixed = (place + 1) * UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    return (char)(mixed >> 56);
}

static size_t read_bytes(void *context, char *out, size_t size)
{
    struct bytes *bytes = context;
    size_t left = bytes->size - bytes->at;
    size_t part = 1 + bytes->at % 70000; /* it comes in parts of any size */
    size = size < part ? size : part;
    size = size < left ? size : left;
    for (size_t i = 0; i < size; i++) {
        out[i] = byte_at(bytes->at++);
    }
    bytes->counts->made += size;
    return size;
}

static void close_bytes(void *context, bool is_complete)
{
    (void)is_complete;
    struct bytes *bytes = context;
    bytes->counts->is_open--;
    free(bytes);
}

static struct stream_source open_again(void *context);

static struct stream_source open_bytes(struct counts *counts, size_t size)
{
    struct bytes *bytes = mem_alloc(1, sizeof *bytes);
    *bytes = (struct bytes){counts, size, 0};
    counts->opened++;
    counts->is_open++;
    return (struct stream_source){bytes, read_bytes, close_bytes, open_again};
}

static struct stream_source open_again(void *context)
{
    const struct bytes *bytes = context;
    return open_bytes(bytes->counts, bytes->size);
}

/* As a route does it. */
static struct stream *ask(struct shares *shares, struct counts *counts, size_t size, bool is_gzip)
{
    const struct share_key key = {.format = &format_text, .is_gzip = is_gzip};
    struct stream *stream = shares_join(shares, &key);
    if (stream == NULL) {
        struct buf whole;
        const struct stream_source source = open_bytes(counts, size);
        stream = stream_open(&source);
        assert_false(stream_is_short(stream, SHARE_BYTES_MIN, &whole));
        assert_true(!is_gzip || stream_compress(stream));
        struct stream *shared = shares_offer(shares, &key, &source, stream);
        stream = shared == NULL ? stream : shared;
    }
    return stream;
}

/* Reads at most `size` bytes more. */
static void read_some(struct stream *stream, size_t size, struct buf *out)
{
    size_t wanted = out->size + size;
    size_t read = 1;
    while (out->size < wanted && read > 0) {
        size_t step = wanted - out->size < 32000 ? wanted - out->size : 32000;
        char *at = buf_room(out, step);
        read = stream_read(stream, at, step);
        buf_take(out, at + read);
    }
}

static void expect_bytes(const struct buf *body, size_t size)
{
    assert_int_equal(body->size, size);
    for (size_t i = 0; i < size; i++) {
        assert_true(body->bytes[i] == byte_at(i));
    }
}

static void all_get_one_rendering(void **state)
{
    (void)state;
    for (unsigned is_gzip = 0; is_gzip <= 1; is_gzip++) {
        struct shares shares = {.window_ns = SHARE_NS};
        struct counts counts = {0};
        struct stream *streams[READERS];
        struct buf bodies[READERS] = {{0}};
        for (size_t i = 0; i < READERS; i++) {
            shares_expire(&shares, (int64_t)i * SHARE_NS / READERS);
            streams[i] = ask(&shares, &counts, SMALL_BYTES, is_gzip);
            read_some(streams[i], 5000 * i, &bodies[i]);
        }
        assert_int_equal(counts.opened, 1);
        for (size_t i = READERS; i-- > 0;) {
            read_some(streams[i], SIZE_MAX / 2, &bodies[i]);
        }
        assert_int_equal(counts.made, SMALL_BYTES);
        for (size_t i = 0; i < READERS; i++) {
            stream_close(streams[i]);
            assert_int_equal(bodies[i].size, bodies[0].size);
            assert_memory_equal(bodies[i].bytes, bodies[0].bytes, bodies[0].size);
        }
        if (is_gzip == 0) {
            expect_bytes(&bodies[0], SMALL_BYTES);
        }
        for (size_t i = 0; i < READERS; i++) {
            buf_fini(&bodies[i]);
        }
        shares_expire(&shares, SHARE_NS);
        assert_int_equal(shares.count, 0);
        assert_int_equal(counts.is_open, 0);
    }
}

/* One who does not read keeps nobody waiting and little memory, and goes on where it was. */
static void a_slow_reader_goes_on_alone(void **state)
{
    (void)state;
    for (unsigned is_gzip = 0; is_gzip <= 1; is_gzip++) {
        struct shares shares = {.window_ns = SHARE_NS};
        struct counts counts = {0};
        struct buf fast = {0}, slow = {0};
        struct stream *first = ask(&shares, &counts, LONG_BYTES, is_gzip);
        struct stream *second = ask(&shares, &counts, LONG_BYTES, is_gzip);
        struct stream *third = ask(&shares, &counts, LONG_BYTES, is_gzip);
        read_some(second, 100001, &slow);
        assert_int_equal(counts.opened, 1);
        read_some(first, SIZE_MAX / 2, &fast);
        assert_int_equal(counts.opened, 3);
        stream_close(first);
        read_some(second, SIZE_MAX / 2, &slow);
        stream_close(second);
        stream_close(third);
        assert_int_equal(slow.size, fast.size);
        assert_memory_equal(slow.bytes, fast.bytes, fast.size);
        if (is_gzip == 0) {
            expect_bytes(&fast, LONG_BYTES);
        }
        assert_int_equal(counts.is_open, 0);
        assert_int_equal(shares.count, 0);
        buf_fini(&fast);
        buf_fini(&slow);
    }
}

static void who_leaves_takes_nothing_along(void **state)
{
    (void)state;
    struct shares shares = {.window_ns = SHARE_NS};
    struct counts counts = {0};
    struct buf body = {0}, rest = {0};
    struct stream *first = ask(&shares, &counts, SMALL_BYTES, false);
    struct stream *second = ask(&shares, &counts, SMALL_BYTES, false);
    read_some(first, 70000, &rest);
    read_some(second, 10, &body);
    stream_close(first);
    read_some(second, SIZE_MAX / 2, &body);
    stream_close(second);
    expect_bytes(&body, SMALL_BYTES);
    buf_fini(&body);
    buf_fini(&rest);
    /* It was read to its end: who asks now has it still. */
    struct stream *third = ask(&shares, &counts, SMALL_BYTES, false);
    assert_int_equal(counts.opened, 1);
    stream_close(third);
    shares_expire(&shares, SHARE_NS);
    /* A reader who gives up leaves nothing to share. */
    struct stream *alone = ask(&shares, &counts, SMALL_BYTES, false);
    stream_close(alone);
    assert_int_equal(counts.opened, 2);
    assert_int_equal(shares.count, 0);
    assert_int_equal(counts.is_open, 0);
}

static void others_get_others(void **state)
{
    (void)state;
    struct shares shares = {.window_ns = SHARE_NS};
    struct counts counts = {0};
    struct share_key key = {.format = &format_text};
    struct stream *stream = ask(&shares, &counts, SMALL_BYTES, false);
    struct stream *joined = shares_join(&shares, &key);
    assert_non_null(joined);
    stream_close(joined);
    key.is_gzip = true;
    assert_null(shares_join(&shares, &key));
    key = (struct share_key){.format = &format_proto};
    assert_null(shares_join(&shares, &key));
    key = (struct share_key){.format = &format_text};
    expo_filter_hide_all(&key.filter);
    assert_null(shares_join(&shares, &key));
    key = (struct share_key){.format = &format_text};
    shares_expire(&shares, SHARE_NS);
    assert_null(shares_join(&shares, &key)); /* too late */
    stream_close(stream);
    assert_int_equal(counts.is_open, 0);
}

static void a_reload_is_seen_at_once(void **state)
{
    (void)state;
    struct shares shares = {.window_ns = SHARE_NS};
    struct counts counts = {0};
    const struct share_key key = {.format = &format_text};
    struct buf body = {0};
    struct stream *stream = ask(&shares, &counts, SMALL_BYTES, false);
    shares_close(&shares);
    assert_null(shares_join(&shares, &key));
    read_some(stream, SIZE_MAX / 2, &body); /* who reads already goes on */
    expect_bytes(&body, SMALL_BYTES);
    buf_fini(&body);
    stream_close(stream);
    assert_int_equal(counts.is_open, 0);
}

/* More are answered each by itself. */
static void few_are_shared_at_once(void **state)
{
    (void)state;
    struct shares shares = {.window_ns = SHARE_NS};
    struct counts counts = {0};
    struct stream *streams[SHARES_MAX + 1];
    for (size_t i = 0; i <= SHARES_MAX; i++) {
        shares_expire(&shares, (int64_t)i * SHARE_NS);
        streams[i] = ask(&shares, &counts, SMALL_BYTES, false);
    }
    assert_int_equal(shares.count, SHARES_MAX);
    assert_int_equal(counts.opened, SHARES_MAX + 1);
    for (size_t i = 0; i <= SHARES_MAX; i++) {
        struct buf body = {0};
        read_some(streams[i], SIZE_MAX / 2, &body);
        expect_bytes(&body, SMALL_BYTES);
        buf_fini(&body);
        stream_close(streams[i]);
    }
    shares_expire(&shares, (SHARES_MAX + 1) * SHARE_NS);
    assert_int_equal(shares.count, 0);
    assert_int_equal(counts.is_open, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_get_one_rendering),
        cmocka_unit_test(a_slow_reader_goes_on_alone),
        cmocka_unit_test(who_leaves_takes_nothing_along),
        cmocka_unit_test(others_get_others),
        cmocka_unit_test(a_reload_is_seen_at_once),
        cmocka_unit_test(few_are_shared_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
