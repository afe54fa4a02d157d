/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/archive.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/siphash.h"
#include "base/wire.h"
#include "probe/spec_field.h"

#define VERSION 1
#define MAGIC_BYTES 14
#define NAME_BYTES_MAX 255
#define HEAD_BYTES 12 /* of a target */
#define ENTRY_BYTES (HISTORY_WORDS * sizeof(uint64_t))

static const char magic[MAGIC_BYTES + 1] = "ipsla-history\n";

static uint64_t next_checksum(uint64_t checksum, const void *bytes, size_t size)
{
    const struct siphash_key key = {{checksum, size}};
    return siphash(&key, bytes, size);
}

static void add_number(struct buf *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = bytes; i > 0; i--) {
        buf_add_char(out, (char)(value >> (8 * (i - 1)) & 0xff));
    }
}

/* What `out` has from `start` on is a part. */
static void end_part(struct archive_writer *writer, const struct buf *out, size_t start)
{
    writer->checksum = next_checksum(writer->checksum, out->bytes + start, out->size - start);
}

void archive_begin(struct archive_writer *writer, size_t targets, struct buf *out)
{
    size_t start = out->size;
    size_t share = ARCHIVE_BYTES_MAX / (targets + 1);
    size_t head = HEAD_BYTES + NAME_BYTES_MAX;
    size_t room = share > head ? share - head : 0;
    *writer = (struct archive_writer){.most = room / ENTRY_BYTES};
    writer->most = writer->most < HISTORY_MAX ? writer->most : HISTORY_MAX;
    writer->entries = mem_alloc(writer->most, sizeof *writer->entries);
    buf_add(out, magic, MAGIC_BYTES);
    add_number(out, VERSION, 2);
    end_part(writer, out, start);
}

void archive_add(struct archive_writer *writer, const struct report *report, struct buf *out)
{
    size_t start = out->size;
    size_t count = history_copy(report->history, writer->entries, writer->most);
    const char *name = report->spec->identity.name;
    size_t name_size = strlen(name);
    if (count == 0 || name_size > NAME_BYTES_MAX) {
        return;
    }
    add_number(out, name_size, 2);
    add_number(out, count, 2);
    add_number(out, spec_identity_hash(report->spec), 8);
    buf_add(out, name, name_size);
    for (size_t i = 0; i < count; i++) {
        uint64_t words[HISTORY_WORDS];
        history_pack(&writer->entries[i], words);
        for (unsigned k = 0; k < HISTORY_WORDS; k++) {
            add_number(out, words[k], 8);
        }
    }
    end_part(writer, out, start);
    writer->targets++;
}

void archive_end(struct archive_writer *writer, struct buf *out)
{
    size_t start = out->size;
    add_number(out, 0, 4);
    add_number(out, writer->targets, 4);
    end_part(writer, out, start);
    add_number(out, writer->checksum, 8);
    free(writer->entries);
    writer->entries = NULL;
}

/* A target in the bytes. */
struct entry {
    const uint8_t *name;
    const uint8_t *operations;
    uint64_t identity;
    uint16_t name_size, count;
};

struct archive {
    uint8_t *bytes;
    struct entry *entries; /* by name */
    size_t count, room;
};

static uint64_t read_u64(struct wire_reader *in)
{
    uint64_t high = wire_read_u32(in);
    return high << 32 | wire_read_u32(in);
}

/* False at the end of the targets, and where something is wrong. */
static bool read_entry(struct wire_reader *in, struct entry *out)
{
    out->name_size = wire_read_u16(in);
    out->count = wire_read_u16(in);
    if (in->failed || out->name_size == 0 || out->name_size > NAME_BYTES_MAX ||
        out->count > HISTORY_MAX) {
        return false;
    }
    out->identity = read_u64(in);
    out->name = in->at;
    wire_skip(in, out->name_size);
    out->operations = in->at;
    wire_skip(in, out->count * ENTRY_BYTES);
    return !in->failed;
}

static void keep(struct archive *archive, const struct entry *entry)
{
    if (archive->count == archive->room) {
        archive->room = archive->room * 2 + 64;
        archive->entries = mem_resize(archive->entries, archive->room, sizeof *archive->entries);
    }
    archive->entries[archive->count++] = *entry;
}

static enum archive_fault read_head(struct wire_reader *in)
{
    uint8_t head[MAGIC_BYTES];
    wire_read_bytes(in, head, sizeof head);
    if (in->failed || memcmp(head, magic, sizeof head) != 0) {
        return ARCHIVE_IS_OTHER;
    }
    uint16_t version = wire_read_u16(in);
    return in->failed          ? ARCHIVE_IS_DAMAGED
           : version > VERSION ? ARCHIVE_IS_LATER
           : version < VERSION ? ARCHIVE_IS_OTHER
                               : ARCHIVE_IS_GOOD;
}

static bool read_targets(struct archive *archive, struct wire_reader *in)
{
    struct entry entry;
    const uint8_t *start = in->at;
    uint64_t checksum = next_checksum(0, archive->bytes, (size_t)(start - archive->bytes));
    while (read_entry(in, &entry)) {
        keep(archive, &entry);
        checksum = next_checksum(checksum, start, (size_t)(in->at - start));
        start = in->at;
    }
    if (in->failed || entry.name_size != 0 || entry.count != 0) {
        return false;
    }
    uint32_t count = wire_read_u32(in);
    checksum = next_checksum(checksum, start, (size_t)(in->at - start));
    bool is_whole = read_u64(in) == checksum && count == archive->count;
    return is_whole && !in->failed && wire_left(in) == 0;
}

static int compare_names(const struct entry *entry, const void *name, size_t size)
{
    size_t least = entry->name_size < size ? entry->name_size : size;
    int order = memcmp(entry->name, name, least);
    return order != 0 ? order : (entry->name_size > size) - (entry->name_size < size);
}

static int compare(const void *left, const void *right)
{
    const struct entry *b = right;
    return compare_names(left, b->name, b->name_size);
}

struct archive *archive_read(uint8_t *bytes, size_t size, enum archive_fault *fault)
{
    struct archive *archive = mem_alloc(1, sizeof *archive);
    struct wire_reader in = wire_reader(bytes, size);
    archive->bytes = bytes;
    *fault = read_head(&in);
    if (*fault == ARCHIVE_IS_GOOD && !read_targets(archive, &in)) {
        *fault = ARCHIVE_IS_DAMAGED;
    }
    if (*fault != ARCHIVE_IS_GOOD) {
        archive_free(archive);
        return NULL;
    }
    if (archive->count > 0) {
        qsort(archive->entries, archive->count, sizeof *archive->entries, compare);
    }
    return archive;
}

void archive_free(struct archive *archive)
{
    if (archive != NULL) {
        free(archive->bytes);
        free(archive->entries);
        free(archive);
    }
}

size_t archive_count(const struct archive *archive)
{
    return archive->count;
}

static const struct entry *find(const struct archive *archive, const char *name)
{
    size_t low = 0, high = archive->count, size = strlen(name);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_names(&archive->entries[middle], name, size);
        if (order == 0) {
            return &archive->entries[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

struct history *archive_find(const struct archive *archive, const struct spec *spec)
{
    const struct entry *entry = find(archive, spec->identity.name);
    size_t capacity = spec->results.history;
    if (entry == NULL || entry->count == 0 || capacity == 0 ||
        entry->identity != spec_identity_hash(spec)) {
        return NULL;
    }
    struct history *history = history_new(capacity);
    size_t skipped = entry->count > capacity ? entry->count - capacity : 0;
    struct wire_reader in = wire_reader(entry->operations, entry->count * ENTRY_BYTES);
    wire_skip(&in, skipped * ENTRY_BYTES);
    while (wire_left(&in) > 0) {
        uint64_t words[HISTORY_WORDS];
        struct history_entry operation;
        for (unsigned k = 0; k < HISTORY_WORDS; k++) {
            words[k] = read_u64(&in);
        }
        history_unpack(words, &operation);
        history_append(history, &operation);
    }
    return history;
}
