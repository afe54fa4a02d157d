/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/direction.h"

#include <stddef.h>

void loss_periods_add(struct loss_periods *periods, uint32_t lost, uint32_t position,
                      uint32_t *last_end)
{
    if (lost == 0) {
        return;
    }
    if (periods->count == 0 || lost < periods->length_min) {
        periods->length_min = lost;
    }
    if (lost > periods->length_max) {
        periods->length_max = lost;
    }
    if (periods->count > 0) {
        uint32_t between = position - *last_end;
        if (periods->count == 1 || between < periods->between_min) {
            periods->between_min = between;
        }
        if (between > periods->between_max) {
            periods->between_max = between;
        }
    }
    periods->count++;
    *last_end = position + lost;
}

bool sample_is_answered(const struct sample *sample)
{
    return sample->fate == FATE_RECEIVED || sample->fate == FATE_LATE;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t above(uint32_t a, uint32_t b)
{
    return a > b ? a - b : 0;
}

/* Unanswered packets between two answers. */
struct gap {
    uint32_t lost;
    uint32_t dropped; /* in a socket of this host: their numbers are missing too */
};

static void widen(struct gap *gap, enum fate fate)
{
    gap->lost += fate == FATE_SENT;
    gap->dropped += fate == FATE_DROPPED;
}

/* Whether the count says where packets before this answer were lost; `highest` is the count so
 * far. */
static bool is_told(const struct counted *counted, const struct sample *answer, uint32_t highest)
{
    bool is_head = highest == 0 && counted->is_offset;
    return answer->responder_seq != 0 && !is_head;
}

/* Replies of the gap that were lost on the way back, as far as their numbers lie in it. */
static uint32_t returned_within(const struct counted *counted, const struct gap *gap,
                                uint32_t highest, uint32_t number)
{
    uint32_t missing = counted_missing(counted, highest, number);
    return smaller(above(missing, gap->dropped), gap->lost);
}

/* All gaps of which the count tells. */
struct survey {
    struct gap all;
    uint32_t within; /* see returned_within */
    bool is_reordered; /* packets overtook each other towards the responder */
    bool has_restarted; /* a responder that restarts, or is asked again, begins anew with 1 */
};

static void survey_answer(struct survey *survey, const struct sample *highest,
                          const struct sample *sample, int64_t resolution_ns)
{
    if (highest == NULL || sample->responder_seq > highest->responder_seq) {
        return;
    }
    bool arrived_later = sample->has_remote_times && highest->has_remote_times &&
                         sample->t2_ns - highest->t2_ns >= resolution_ns;
    survey->is_reordered = true;
    survey->has_restarted |= arrived_later;
}

static struct survey survey_gaps(const struct samples *samples, int64_t resolution_ns)
{
    struct survey survey = {0};
    struct gap gap = {0};
    const struct sample *highest = NULL;
    for (uint32_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->items[i];
        widen(&gap, sample->fate);
        if (!sample_is_answered(sample)) {
            continue;
        }
        uint32_t before = highest == NULL ? 0 : highest->responder_seq;
        if (is_told(samples->counted, sample, before)) {
            survey.all.lost += gap.lost;
            survey.all.dropped += gap.dropped;
            survey.within += returned_within(samples->counted, &gap, before, sample->responder_seq);
            survey_answer(&survey, highest, sample, resolution_ns);
        }
        highest = sample->responder_seq > before ? sample : highest;
        gap = (struct gap){0};
    }
    return survey;
}

/* The books of one operation while its gaps are gone through. */
struct books {
    struct round *round;
    const struct counted *counted;
    uint32_t end_sd, end_ds; /* of the latest loss period, in packets sent; 0: there was none */
    bool is_reordered; /* so numbers of the gap may lie outside of it */
    uint32_t lost_left; /* unanswered packets in this gap and those to come, */
    uint32_t returned_left; /* of which so many replies were lost on the way back, */
    uint32_t unsure_left; /* and so many have no direction */
    enum loss_way *ways; /* of each sample; NULL: nobody asks */
};

static struct books books_open(struct round *round, const struct samples *samples,
                               const struct survey *survey)
{
    uint32_t missing = above(counted_missing_in_all(samples->counted), survey->all.dropped);
    struct books books = {
        .round = round,
        .counted = samples->counted,
        .is_reordered = survey->is_reordered,
        .lost_left = survey->all.lost,
    };
    if (survey->is_reordered) {
        books.returned_left = smaller(missing, survey->all.lost);
    } else {
        /* Numbers that lie outside of all gaps are those of packets that came much later, or of
         * copies that the network made: nobody knows. */
        books.returned_left = survey->within;
        books.unsure_left =
            smaller(above(missing, survey->within), survey->all.lost - survey->within);
    }
    return books;
}

static void add_losses(struct way *way, uint32_t lost, uint32_t position, uint32_t *last_end)
{
    way->lost += lost;
    loss_periods_add(&way->periods, lost, position, last_end);
}

/* The unanswered packets before sample `end` and behind the answer before it. */
static void name_gap(const struct books *books, const struct samples *samples, uint32_t end,
                     enum loss_way way)
{
    for (uint32_t i = end; books->ways != NULL && i > 0; i--) {
        const struct sample *sample = &samples->items[i - 1];
        if (sample_is_answered(sample)) {
            return;
        }
        books->ways[i - 1] = sample->fate == FATE_SENT ? way : LOSS_NONE;
    }
}

/* Books the gap, which begins at `position`, and lies between the counts `highest` and `number`.
 * Where packets overtook each other it takes at least what the gaps to come have no room for.
 * Returns where all of its packets were lost. */
static enum loss_way book_gap(struct books *books, const struct gap *gap, const uint32_t between[2],
                              uint32_t position)
{
    struct round *round = books->round;
    uint32_t within = returned_within(books->counted, gap, between[0], between[1]);
    books->lost_left -= gap->lost;
    uint32_t rest = books->is_reordered ? above(books->returned_left, books->lost_left) : 0;
    uint32_t returned = smaller(larger(within, rest), smaller(gap->lost, books->returned_left));
    uint32_t unsure = smaller(gap->lost - returned, books->unsure_left);
    books->returned_left -= returned;
    books->unsure_left -= unsure;
    add_losses(&round->sd, gap->lost - returned - unsure, position, &books->end_sd);
    if (books->counted->copies > 0) {
        unsure += returned; /* or the reply to a copy was lost */
    } else {
        add_losses(&round->ds, returned, position, &books->end_ds);
    }
    round->lost_unknown += unsure;
    if (unsure > 0 || (returned > 0 && returned < gap->lost)) {
        return LOSS_UNKNOWN;
    }
    return returned > 0 ? LOSS_DS : LOSS_SD;
}

static void book_gaps(struct books *books, const struct samples *samples)
{
    struct gap gap = {0};
    uint32_t highest = 0;
    uint32_t position = 0; /* packets sent so far */
    for (uint32_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->items[i];
        widen(&gap, sample->fate);
        position += sample->fate == FATE_SENT || sample->fate == FATE_DROPPED;
        if (!sample_is_answered(sample)) {
            continue;
        }
        const uint32_t between[2] = {highest, sample->responder_seq};
        if (gap.lost > 0 && is_told(books->counted, sample, highest)) {
            name_gap(books, samples, i, book_gap(books, &gap, between, position - gap.lost));
        } else {
            books->round->lost_unknown += gap.lost;
        }
        highest = larger(highest, sample->responder_seq);
        gap = (struct gap){0};
        position++;
    }
    books->round->lost_unknown += gap.lost;
}

/* False: the count tells nothing. */
static bool book_by_count(struct round *round, const struct samples *samples, int64_t resolution_ns,
                          enum loss_way *ways)
{
    if (samples->counted == NULL || samples->counted->is_broken) {
        return false;
    }
    const struct survey survey = survey_gaps(samples, resolution_ns);
    if (!survey.has_restarted) {
        struct books books = books_open(round, samples, &survey);
        books.ways = ways;
        book_gaps(&books, samples);
    }
    return !survey.has_restarted;
}

void direction_name(const struct samples *samples, int64_t resolution_ns, enum loss_way *ways)
{
    struct round round = {0};
    for (uint32_t i = 0; i < samples->count; i++) {
        ways[i] = samples->items[i].fate == FATE_SENT ? LOSS_UNKNOWN : LOSS_NONE;
    }
    book_by_count(&round, samples, resolution_ns, ways);
}

void direction_book(struct round *round, const struct samples *samples, int64_t resolution_ns)
{
    if (book_by_count(round, samples, resolution_ns, NULL)) {
        return;
    }
    for (uint32_t i = 0; i < samples->count; i++) {
        round->lost_unknown += samples->items[i].fate == FATE_SENT;
    }
}
