/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target without a fuzzer: over every file of a corpus directory, then over mutations
 * of them from a seed. What it does depends on its arguments only.
 *
 *   replay DIRECTORY [MUTATIONS [SEED]]
 *
 * A directory that is missing is an empty corpus: mutations then start from nothing. When the
 * target aborts, the input is printed as hex. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "fuzz/fuzz.h"

enum { INPUT_MAX = 4096, CORPUS_MAX = 1024 };

struct input {
    uint8_t *bytes;
    size_t size;
};

struct corpus {
    struct input inputs[CORPUS_MAX];
    size_t count;
};

/* For the signal handler, which has nothing else to look at. */
static struct input current;

static void print_current(int signal_number)
{
    static const char digits[] = "0123456789abcdef";
    char line[2 * INPUT_MAX + 1];
    size_t length = 0;
    for (size_t i = 0; i < current.size; i++) {
        line[length++] = digits[current.bytes[i] >> 4];
        line[length++] = digits[current.bytes[i] & 15];
    }
    line[length++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written;
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* Runs the target on an allocation of exactly the input's size, so that a sanitizer sees
 * over-reads. */
static void run(const uint8_t *bytes, size_t size)
{
    current = (struct input){mem_alloc(size, 1), size};
    if (size > 0) {
        memcpy(current.bytes, bytes, size);
    }
    LLVMFuzzerTestOneInput(current.bytes, current.size);
    free(current.bytes);
    current = (struct input){NULL, 0};
}

static void load_file(struct corpus *corpus, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    struct input *input = &corpus->inputs[corpus->count++];
    input->bytes = mem_alloc(INPUT_MAX, 1);
    input->size = fread(input->bytes, 1, INPUT_MAX, file);
    fclose(file);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* In the order of names, so that a run repeats anywhere. */
static void load(struct corpus *corpus, const char *directory)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
        if (corpus->count < CORPUS_MAX) {
            load_file(corpus, path);
        }
        free(entries[i]);
    }
    free(entries);
}

static void change_bytes(struct rng *rng, uint8_t *bytes, size_t *size)
{
    static const uint8_t edges[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x08, 0x10, 0x1c};
    size_t at = *size == 0 ? 0 : (size_t)rng_below(rng, *size);
    switch (rng_below(rng, 5)) {
    case 0:
        *size = at;
        break;
    case 1:
        if (*size < INPUT_MAX) {
            memmove(bytes + at + 1, bytes + at, *size - at);
            bytes[at] = (uint8_t)rng_u64(rng);
            *size += 1;
        }
        break;
    case 2:
        bytes[at] ^= (uint8_t)(1u << rng_below(rng, 8));
        break;
    case 3:
        bytes[at] = edges[rng_below(rng, sizeof edges)];
        break;
    default:
        bytes[at] = (uint8_t)rng_u64(rng);
        break;
    }
}

/* The head of one input, the tail of another, and a few changes. */
static size_t mutate(const struct corpus *corpus, struct rng *rng, uint8_t bytes[INPUT_MAX])
{
    size_t size = 0;
    memset(bytes, 0, INPUT_MAX);
    if (corpus->count > 0) {
        const struct input *head = &corpus->inputs[rng_below(rng, corpus->count)];
        const struct input *tail = &corpus->inputs[rng_below(rng, corpus->count)];
        size = head->size;
        memcpy(bytes, head->bytes, size);
        if (rng_below(rng, 4) == 0 && tail->size > 0) {
            size_t keep = (size_t)rng_below(rng, size + 1);
            size_t from = (size_t)rng_below(rng, tail->size);
            size_t room = INPUT_MAX - keep;
            size_t added = tail->size - from < room ? tail->size - from : room;
            memcpy(bytes + keep, tail->bytes + from, added);
            size = keep + added;
        }
    } else {
        size = (size_t)rng_below(rng, 200);
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)rng_u64(rng);
        }
    }
    for (uint64_t changes = 1 + rng_below(rng, 8); changes > 0; changes--) {
        change_bytes(rng, bytes, &size);
    }
    return size;
}

int main(int argc, char **argv)
{
    static struct corpus corpus;
    uint8_t bytes[INPUT_MAX];
    if (argc < 2) {
        fprintf(stderr, "usage: %s DIRECTORY [MUTATIONS [SEED]]\n", argv[0]);
        return 2;
    }
    unsigned long mutations = argc > 2 ? strtoul(argv[2], NULL, 10) : 5000;
    struct rng rng = {argc > 3 ? strtoull(argv[3], NULL, 10) : 1};
    signal(SIGABRT, print_current);
    load(&corpus, argv[1]);
    run(bytes, 0);
    for (size_t i = 0; i < corpus.count; i++) {
        run(corpus.inputs[i].bytes, corpus.inputs[i].size);
    }
    for (unsigned long i = 0; i < mutations; i++) {
        run(bytes, mutate(&corpus, &rng, bytes));
    }
    printf("%zu files, %lu mutations\n", corpus.count, mutations);
    for (size_t i = 0; i < corpus.count; i++) {
        free(corpus.inputs[i].bytes);
    }
    return 0;
}
