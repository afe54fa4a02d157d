/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Random worlds, each from one seed:
 *   sim_soak [--worlds N] [--seed S]
 * World i is that of seed S + i, so a failure repeats alone with --worlds 1 --seed (its seed). */
#include "sim/soak.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REPEAT_EVERY 50
#define FAILURES_MAX 10

/* A crash has no other way to say which world it was. */
static volatile uint64_t current_seed;

static void say_seed(void)
{
    char digits[32];
    size_t at = sizeof(digits);
    uint64_t seed = current_seed;
    digits[--at] = '\n';
    do {
        digits[--at] = (char)('0' + seed % 10);
        seed /= 10;
    } while (seed > 0);
    static const char text[] = "sim_soak: crashed; repeat: sim_soak --worlds 1 --seed ";
    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    (void)!write(STDERR_FILENO, digits + at, sizeof(digits) - at);
}

static void on_abort(int number)
{
    (void)number;
    say_seed();
}

/* Present when a sanitizer is; it ends the program without a signal. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static bool parse_number(const char *text, uint64_t *out)
{
    char *end;
    if (text == NULL || text[0] < '0' || text[0] > '9') {
        return false;
    }
    *out = strtoull(text, &end, 10);
    return *end == '\0';
}

static bool parse_options(int argc, char **argv, uint64_t *worlds, uint64_t *seed)
{
    for (int i = 1; i < argc; i += 2) {
        uint64_t *out = strcmp(argv[i], "--worlds") == 0 ? worlds
                        : strcmp(argv[i], "--seed") == 0 ? seed
                                                         : NULL;
        if (out == NULL || !parse_number(argv[i + 1], out)) {
            return false;
        }
    }
    return true;
}

static void add_kinds(struct soak_kinds *sum, const struct soak_kinds *part)
{
    sum->jitter_ms += part->jitter_ms;
    sum->jitter_us += part->jitter_us;
    sum->voice += part->voice;
    sum->echo += part->echo;
    sum->tcp += part->tcp;
    sum->permanent += part->permanent;
    sum->stamp += part->stamp;
    sum->directed += part->directed;
    sum->refused += part->refused;
    sum->noticed += part->noticed;
}

static void print_kinds(const struct soak_kinds *kinds)
{
    printf("succeeded: %llu udp-jitter ms, %llu us, %llu scored, %llu udp-echo, %llu tcp-connect, "
           "%llu stamp and twamp-light, %llu with losses on the way there, %llu without control; "
           "%llu refused, %llu stamps of the kernel\n",
           (unsigned long long)kinds->jitter_ms, (unsigned long long)kinds->jitter_us,
           (unsigned long long)kinds->voice, (unsigned long long)kinds->echo,
           (unsigned long long)kinds->tcp, (unsigned long long)kinds->stamp,
           (unsigned long long)kinds->directed, (unsigned long long)kinds->permanent,
           (unsigned long long)kinds->refused, (unsigned long long)kinds->noticed);
}

/* With enough worlds each kind of operation must have been there. */
static bool is_complete(const struct soak_kinds *kinds, uint64_t worlds)
{
    return worlds < 100 || (kinds->jitter_ms && kinds->jitter_us && kinds->voice && kinds->echo &&
                            kinds->tcp && kinds->stamp && kinds->directed && kinds->permanent &&
                            kinds->refused && kinds->noticed);
}

static uint64_t check_repeats(struct soak_world *world)
{
    uint64_t seed = world->rig.world.seed;
    uint64_t trace = world->trace;
    soak_run(world, seed);
    if (world->trace == trace) {
        return 0;
    }
    fprintf(stderr, "seed %llu: two runs differ\n", (unsigned long long)seed);
    return 1;
}

int main(int argc, char **argv)
{
    uint64_t worlds = 1000;
    uint64_t seed = 1;
    if (!parse_options(argc, argv, &worlds, &seed)) {
        fprintf(stderr, "usage: sim_soak [--worlds N] [--seed S]\n");
        return 2;
    }
    signal(SIGABRT, on_abort);
    if (__sanitizer_set_death_callback != NULL) {
        __sanitizer_set_death_callback(say_seed);
    }
    uint64_t failures = 0;
    uint64_t operations = 0;
    uint64_t probes = 0;
    uint64_t answered = 0;
    struct soak_kinds kinds = {0};
    struct soak_world *world = malloc(sizeof(*world));
    for (uint64_t i = 0; world != NULL && i < worlds && failures < FAILURES_MAX; i++) {
        current_seed = seed + i;
        soak_run(world, current_seed);
        failures += world->failures;
        operations += world->operations;
        probes += world->probes;
        answered += world->answered;
        add_kinds(&kinds, &world->kinds);
        if (i % REPEAT_EVERY == 0) {
            failures += check_repeats(world);
        }
    }
    free(world);
    printf(
        "%llu worlds from seed %llu: %llu operations, %llu probes, %llu answered, %llu failures\n",
        (unsigned long long)worlds, (unsigned long long)seed, (unsigned long long)operations,
        (unsigned long long)probes, (unsigned long long)answered, (unsigned long long)failures);
    print_kinds(&kinds);
    return failures == 0 && operations > 0 && is_complete(&kinds, worlds) ? 0 : 1;
}
