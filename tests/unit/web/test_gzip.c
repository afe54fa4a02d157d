/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What gzip.c writes, read by zlib. */
#include "web/gzip.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "support/cm.h"

/* A text and how it is handed out. */
struct text {
    const char *bytes;
    size_t size, taken;
    size_t step; /* at most so many bytes at once */
};

static size_t read_text(void *context, char *out, size_t size)
{
    struct text *text = context;
    size_t left = text->size - text->taken;
    size = size < left ? size : left;
    size = size < text->step ? size : text->step;
    memcpy(out, text->bytes + text->taken, size);
    text->taken += size;
    return size;
}

static void assert_unpacks(const struct buf *packed, const char *bytes, size_t size)
{
    char *unpacked = mem_alloc(size + 1, 1);
    z_stream stream = {.next_in = (z_const Bytef *)packed->bytes,
                       .avail_in = (uInt)packed->size,
                       .next_out = (Bytef *)unpacked,
                       .avail_out = (uInt)size + 1};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    assert_int_equal(stream.total_out, size);
    assert_memory_equal(unpacked, bytes, size);
    inflateEnd(&stream);
    free(unpacked);
}

/* Read in parts of `part` bytes; returns how many bytes it became. */
static size_t pack(const char *bytes, size_t size, size_t step, size_t part)
{
    struct text text = {bytes, size, 0, step};
    const struct gzip_source source = {&text, read_text};
    struct gzip *gzip = gzip_open(&source);
    struct buf packed = {0};
    size_t got;
    assert_non_null(gzip);
    do {
        char *at = buf_room(&packed, part);
        got = gzip_read(gzip, at, part);
        assert_true(got <= part);
        buf_take(&packed, at + got);
    } while (got > 0);
    gzip_close(gzip);
    assert_unpacks(&packed, bytes, size);
    size_t packed_size = packed.size;
    buf_fini(&packed);
    return packed_size;
}

static void make_lines(struct buf *out, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        buf_printf(out, "ipsla_packets_sent_total{target=\"site-%05u\",region=\"r%u\"} %u\n", i,
                   i % 40, i * 7919);
    }
}

static void test_text_of_every_size_comes_back(void **state)
{
    (void)state;
    struct buf lines = {0};
    make_lines(&lines, 5000);
    static const size_t sizes[] = {0, 1, 2, 100, 16383, 16384, 16385, 32768, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        pack(buf_string(&lines), sizes[i], SIZE_MAX, 16384);
        pack(buf_string(&lines), sizes[i], 777, 511);
    }
    pack(buf_string(&lines), 3000, 1, 1);
    buf_fini(&lines);
}

static void test_lines_shrink(void **state)
{
    (void)state;
    struct buf lines = {0};
    make_lines(&lines, 20000);
    assert_true(pack(lines.bytes, lines.size, SIZE_MAX, 16384) < lines.size / 5);
    buf_fini(&lines);
}

/* Cannot shrink; memory that others have used is no worse than new memory. */
static void test_noise_comes_back(void **state)
{
    (void)state;
    struct rng rng = {7};
    char *noise = mem_alloc(300000, 1);
    for (size_t i = 0; i < 300000; i++) {
        noise[i] = (char)rng_below(&rng, 256);
    }
    for (unsigned i = 0; i < 4; i++) {
        assert_true(pack(noise, 300000, SIZE_MAX, 16384) < 310000);
    }
    free(noise);
}

static void test_a_body_is_replaced_by_its_compressed_form(void **state)
{
    (void)state;
    struct buf lines = {0};
    struct buf body = {0};
    make_lines(&lines, 1000);
    buf_add(&body, lines.bytes, lines.size);
    assert_true(gzip_compress(&body));
    assert_unpacks(&body, lines.bytes, lines.size);
    buf_fini(&body);
    buf_fini(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_of_every_size_comes_back),
        cmocka_unit_test(test_lines_shrink),
        cmocka_unit_test(test_noise_comes_back),
        cmocka_unit_test(test_a_body_is_replaced_by_its_compressed_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
