/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Results of `ipsla probe` as entries of a router, and the numbers of these. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "cli/ios.h"
#include "program/options.h"

/* Numbers that are made have nine digits, so that they are not mistaken for a router's own. */
#define MADE_MIN UINT32_C(100000000)
#define SAID_MAX 20 /* lines */
#define MADE_COUNT UINT32_C(900000000)

const char *ios_wanted_id(const struct spec *spec)
{
    for (size_t i = 0; i < spec->identity.label_count; i++) {
        if (strcmp(spec->identity.labels[i].name, IOS_ID_LABEL) == 0) {
            return spec->identity.labels[i].value;
        }
    }
    return NULL;
}

/* A set of numbers; 0 is a free place. */
struct taken {
    uint32_t *places;
    size_t count; /* of places: more than twice the numbers */
};

/* Where `id` is, or would be. */
static uint32_t *place_of(const struct taken *taken, uint32_t id)
{
    size_t at = id % taken->count;
    while (taken->places[at] != 0 && taken->places[at] != id) {
        at = (at + 1) % taken->count;
    }
    return &taken->places[at];
}

static bool is_taken(const struct taken *taken, uint32_t id)
{
    return *place_of(taken, id) != 0;
}

static uint32_t make_id(const struct taken *taken, const char *name)
{
    uint32_t id = (uint32_t)(crypto_stable_hash(name, strlen(name)) % MADE_COUNT);
    while (is_taken(taken, MADE_MIN + id)) {
        id = (id + 1) % MADE_COUNT;
    }
    return MADE_MIN + id;
}

void ios_names_number(struct ios_name *names, size_t count)
{
    struct taken taken = {.count = 2 * count + 1};
    taken.places = mem_alloc(taken.count, sizeof *taken.places);
    for (size_t i = 0; i < count; i++) {
        uint64_t id;
        bool is_wanted = names[i].wanted != NULL &&
                         options_parse_number(names[i].wanted, 1, CLI_ID_MAX, &id) &&
                         !is_taken(&taken, (uint32_t)id);
        names[i].is_made = !is_wanted;
        if (is_wanted) {
            names[i].id = (uint32_t)id;
            *place_of(&taken, names[i].id) = names[i].id;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (names[i].is_made) {
            names[i].id = make_id(&taken, names[i].name);
            *place_of(&taken, names[i].id) = names[i].id;
        }
    }
    free(taken.places);
}

void ios_names_say(const char *program, const struct ios_name *names, size_t count)
{
    size_t made = 0;
    for (size_t i = 0; i < count; i++) {
        if (names[i].is_made && made++ < SAID_MAX) {
            fprintf(stderr, "%s: %s has no label " IOS_ID_LABEL ": it is operation %" PRIu32 "\n",
                    program, names[i].name, names[i].id);
        }
    }
    if (made > SAID_MAX) {
        fprintf(stderr, "%s: and %zu more without the label\n", program, made - SAID_MAX);
    }
}

struct ios_entry ios_entry_of(const struct cli_result *result, uint32_t id,
                              char destination[ADDR_TEXT_MAX])
{
    const struct spec *spec = result->spec;
    const struct round *round = result->round;
    bool is_over = round->return_code == RETURN_CODE_OVER_THRESHOLD;
    bool has_address = spec->path.peer.family != ADDR_NONE;
    return (struct ios_entry){
        .id = id,
        .operation = spec->operation,
        .precision = spec->packets.precision,
        .has_codec = spec->packets.codec != VOICE_CODEC_NONE,
        .destination =
            has_address ? addr_format_ip(&spec->path.peer, destination) : spec->identity.host,
        .state = IOS_ACTIVE,
        .round = round,
        .age_ns = round->duration_ns,
        .successes = round->return_code == RETURN_CODE_OK,
        .failures = round->return_code != RETURN_CODE_OK,
        .life_left_ns = SPEC_FOREVER,
        .was_over_threshold = is_over,
    };
}

void cli_ios_add_head(enum cli_output output, struct buf *out)
{
    if (output == CLI_IOS_SUMMARY) {
        ios_summary_add_head(out);
    } else {
        ios_statistics_add_head(out);
    }
}

void cli_ios_add(enum cli_output output, const struct ios_entry *entry, struct buf *out)
{
    if (output == CLI_IOS_SUMMARY) {
        ios_summary_add(entry, out);
    } else {
        ios_statistics_add(entry, output == CLI_IOS_DETAILS, out);
        buf_add_char(out, '\n');
    }
}
