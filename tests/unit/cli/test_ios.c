/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a router would print, for every operation and way to end, against a golden file:
 * IPSLA_GOLDEN_WRITE=1 writes it. With IPSLA_CASES=FILE the cases go there too, with their JSON,
 * for tests/genie_reads.py. */
#include "cli/ios.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "support/build.h"
#include "support/cm.h"

#define GOLDEN IPSLA_SOURCE_DIR "/tests/unit/cli/ios.golden"
#define US(value) ((value)*NS_PER_US)

struct case_row {
    const char *name;
    const struct operation *operation;
    enum voice_codec codec;
    enum precision precision;
    enum outcome outcome;
    enum return_code code;
};

#define MS_ PRECISION_MILLISECONDS
#define US_ PRECISION_MICROSECONDS
#define NONE VOICE_CODEC_NONE
#define OK OUTCOME_OK, RETURN_CODE_OK
#define OVER OUTCOME_OK, RETURN_CODE_OVER_THRESHOLD
#define TIMEOUT OUTCOME_TIMEOUT, RETURN_CODE_TIMEOUT
#define SILENT OUTCOME_NO_CONNECTION, RETURN_CODE_NOT_CONNECTED
#define REFUSED OUTCOME_PORT_UNREACHABLE, RETURN_CODE_ERROR
#define NAMELESS OUTCOME_RESOLVE, RETURN_CODE_DNS_QUERY_ERROR
#define ALTERED OUTCOME_VERIFY, RETURN_CODE_VERIFY_ERROR
#define LOCAL OUTCOME_LOCAL, RETURN_CODE_ERROR

static const struct case_row cases[] = {
    {"udp-jitter", &operation_udp_jitter, NONE, MS_, OK},
    {"udp-jitter over threshold", &operation_udp_jitter, NONE, MS_, OVER},
    {"udp-jitter without responder", &operation_udp_jitter, NONE, MS_, SILENT},
    {"udp-jitter timeout", &operation_udp_jitter, NONE, MS_, TIMEOUT},
    {"udp-jitter without address", &operation_udp_jitter, NONE, MS_, NAMELESS},
    {"udp-jitter microseconds", &operation_udp_jitter, NONE, US_, OK},
    {"udp-jitter microseconds timeout", &operation_udp_jitter, NONE, US_, TIMEOUT},
    {"voice", &operation_udp_jitter, VOICE_CODEC_G711ALAW, MS_, OK},
    {"voice over threshold", &operation_udp_jitter, VOICE_CODEC_G729A, MS_, OVER},
    {"voice without responder", &operation_udp_jitter, VOICE_CODEC_G711ULAW, MS_, SILENT},
    {"udp-echo", &operation_udp_echo, NONE, MS_, OK},
    {"udp-echo over threshold", &operation_udp_echo, NONE, MS_, OVER},
    {"udp-echo without responder", &operation_udp_echo, NONE, MS_, SILENT},
    {"udp-echo altered", &operation_udp_echo, NONE, MS_, ALTERED},
    {"tcp-connect", &operation_tcp_connect, NONE, MS_, OK},
    {"tcp-connect over threshold", &operation_tcp_connect, NONE, MS_, OVER},
    {"tcp-connect refused", &operation_tcp_connect, NONE, MS_, REFUSED},
    {"tcp-connect timeout", &operation_tcp_connect, NONE, MS_, TIMEOUT},
    {"icmp-echo", &operation_icmp_echo, NONE, MS_, OK},
    {"icmp-echo over threshold", &operation_icmp_echo, NONE, MS_, OVER},
    {"icmp-echo timeout", &operation_icmp_echo, NONE, MS_, TIMEOUT},
    {"icmp-echo not sent", &operation_icmp_echo, NONE, MS_, LOCAL},
    {"icmp-jitter", &operation_icmp_jitter, NONE, MS_, OK},
    {"icmp-jitter over threshold", &operation_icmp_jitter, NONE, MS_, OVER},
    {"icmp-jitter timeout", &operation_icmp_jitter, NONE, MS_, TIMEOUT},
};
#define CASE_COUNT (sizeof cases / sizeof cases[0])

/* One case, and what is told of it. */
struct told {
    struct spec *spec;
    struct round round;
    struct cli_result result;
    struct ios_entry entry;
    char destination[ADDR_TEXT_MAX];
    struct buf statistics, details, summary;
};

/* Parts of a unit that a router cuts off are in every value. */
static void fill_times(struct round *round)
{
    static const int64_t rtts_us[] = {4999, 16001, 1237, 8750};
    for (size_t i = 0; i < sizeof rtts_us / sizeof rtts_us[0]; i++) {
        moments_add(&round->rtt, US(rtts_us[i]));
    }
    round->sent = round->planned = 10;
    round->received = 4;
    round->over_threshold = 1;
}

static void fill_train(struct round *round)
{
    moments_add(&round->sd.delay, US(2900));
    moments_add(&round->sd.delay, US(15100));
    moments_add(&round->ds.delay, US(950));
    moments_add(&round->ds.delay, US(3050));
    moments_add(&round->sd.jitter.positive, US(14900));
    moments_add(&round->sd.jitter.negative, US(1200));
    moments_add(&round->ds.jitter.negative, US(3999));
    round->sd.jitter.samples = 3;
    round->sd.jitter.max_ns = US(14900);
    round->ds.jitter.samples = 2;
    round->ds.jitter.min_ns = round->ds.jitter.max_ns = US(3999);
    round->sd.lost = 3;
    round->sd.periods = (struct loss_periods){2, 1, 2, 3, 3};
    round->ds.lost = 1;
    round->ds.periods = (struct loss_periods){1, 1, 1, 0, 0};
    round->losses = (struct loss_periods){3, 1, 2, 1, 3};
    round->lost_unknown = 1;
    round->late = 1;
    round->out_of_order = 2;
    round->reordering = (struct reordering){1, 2, 3};
    round->unsent = 5;
    round->unprocessed = 6;
}

static void make(const struct case_row *row, struct told *told)
{
    *told = (struct told){0};
    told->spec = row->codec == VOICE_CODEC_NONE
                     ? config_default_spec(row->operation, "192.0.2.1")
                     : config_default_voice_spec(row->codec, "192.0.2.1");
    told->spec->packets.precision = row->precision;
    if (row->outcome != OUTCOME_RESOLVE) {
        told->spec->path.peer = build_addr("192.0.2.1");
    }
    told->round = (struct round){.outcome = row->outcome, .return_code = row->code};
    told->round.started = build_at(0).wall;
    told->round.duration_ns = 3 * NS_PER_SECOND + 1;
    told->round.control_rtt_ns = -1;
    if (row->outcome == OUTCOME_OK) {
        fill_times(&told->round);
        if (operation_has(row->operation, RESULT_JITTER)) {
            fill_train(&told->round);
        }
    }
    if (row->outcome == OUTCOME_OK && row->codec != VOICE_CODEC_NONE) {
        told->round.voice = (struct voice){.is_scored = true, .icpif = 1, .mos_hundredths = 434};
    }
    told->result = (struct cli_result){.spec = told->spec, .round = &told->round};
    told->entry = ios_entry_of(&told->result, 17, told->destination);
    ios_statistics_add_head(&told->statistics);
    ios_statistics_add(&told->entry, false, &told->statistics);
    ios_statistics_add_head(&told->details);
    ios_statistics_add(&told->entry, true, &told->details);
    ios_summary_add_head(&told->summary);
    ios_summary_add(&told->entry, &told->summary);
}

static void unmake(struct told *told)
{
    spec_unref(told->spec);
    buf_fini(&told->statistics);
    buf_fini(&told->details);
    buf_fini(&told->summary);
}

static void add_part(struct buf *out, const char *name, const char *part, const struct buf *text)
{
    buf_printf(out, "== %s: %s\n%s", name, part, buf_string(text));
}

/* All cases behind one another, with the other ways of output or without. */
static void tell_all(bool has_others, struct buf *out)
{
    for (size_t i = 0; i < CASE_COUNT; i++) {
        struct told told;
        struct buf json = {0}, text = {0};
        make(&cases[i], &told);
        if (has_others) {
            cli_json_format(&told.result, false, &json);
            cli_text_format(&told.result, &text);
            add_part(out, cases[i].name, "json", &json);
            add_part(out, cases[i].name, "text", &text);
        }
        add_part(out, cases[i].name, "statistics", &told.statistics);
        add_part(out, cases[i].name, "details", &told.details);
        add_part(out, cases[i].name, "summary", &told.summary);
        buf_fini(&json);
        buf_fini(&text);
        unmake(&told);
    }
}

static void write_file(const char *path, const struct buf *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text->bytes, 1, text->size, file), text->size);
    fclose(file);
}

static void test_layouts_are_those_of_the_golden_file(void **state)
{
    (void)state;
    struct buf all = {0}, golden = {0};
    tell_all(false, &all);
    if (getenv("IPSLA_GOLDEN_WRITE") != NULL) {
        write_file(GOLDEN, &all);
    }
    FILE *file = fopen(GOLDEN, "r");
    assert_non_null(file);
    char *room = buf_room(&golden, 1 << 20);
    buf_take(&golden, room + fread(room, 1, 1 << 20, file));
    fclose(file);
    assert_string_equal(buf_string(&all), buf_string(&golden));
    buf_fini(&all);
    buf_fini(&golden);
}

static void test_cases_can_be_had_with_their_json(void **state)
{
    (void)state;
    struct buf all = {0};
    tell_all(true, &all);
    assert_non_null(strstr(buf_string(&all), "== voice: json\n{"));
    if (getenv("IPSLA_CASES") != NULL) {
        write_file(getenv("IPSLA_CASES"), &all);
    }
    buf_fini(&all);
}

/* The numbers in parentheses of `pattern`, which some line of `text` has, as scripts look for them;
 * -1: no line has it. */
static long found(const struct buf *text, const char *pattern, size_t nth)
{
    regex_t regex;
    regmatch_t groups[4];
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE), 0);
    bool is_there = regexec(&regex, buf_string(text), 4, groups, 0) == 0;
    regfree(&regex);
    return is_there ? strtol(buf_string(text) + groups[nth].rm_so, NULL, 10) : -1;
}

#define THREE "([0-9]+)/([0-9]+)/([0-9]+)"

/* Expressions as network tools and scripts have them, which know of no decimals, no names and no
 * remarks. */
static void test_expressions_of_scripts_find_the_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASE_COUNT; i++) {
        struct told told;
        make(&cases[i], &told);
        const struct buf *text = &told.statistics;
        const struct round *round = &told.round;
        int64_t unit = cases[i].precision == US_ ? NS_PER_US : NS_PER_MS;
        bool is_ok = round->outcome == OUTCOME_OK;
        assert_int_equal(found(text, "IPSLA operation id:[[:space:]]+([0-9]+)$", 1), 17);
        if (is_ok) {
            assert_int_equal(
                found(text, "Latest RTT:[[:space:]]+([0-9]+) (milli|micro)seconds$", 1),
                round->rtt.sum_ns / round->rtt.count / unit);
        }
        assert_int_equal(found(text, "Number of successes: ([0-9]+)$", 1),
                         round->return_code == RETURN_CODE_OK);
        if (operation_has(cases[i].operation, RESULT_JITTER)) {
            assert_int_equal(found(text, "Number Of RTT: ([0-9]+)[[:space:]]+RTT", 1),
                             round->rtt.count);
            assert_int_equal(found(text, "RTT Min/Avg/Max: " THREE, 1), round->rtt.min_ns / unit);
            assert_int_equal(found(text, "RTT Min/Avg/Max: " THREE, 3), round->rtt.max_ns / unit);
            assert_int_equal(found(text, "Samples: ([0-9]+)$", 1), round->sd.delay.count);
            assert_int_equal(found(text, "to Source Latency one way Min/Avg/Max: " THREE, 3),
                             round->ds.delay.max_ns / unit);
            assert_int_equal(found(text, "to Destination Jitter Min/Avg/Max: " THREE, 3),
                             round->sd.jitter.max_ns / unit);
        }
        if (operation_has(cases[i].operation, RESULT_DIRECTION)) {
            assert_int_equal(found(text, "Loss Source to Destination: ([0-9]+)$", 1),
                             round->sd.lost);
            assert_int_equal(
                found(text, "Out Of Sequence: ([0-9]+)[[:space:]]+Tail Drop: ([0-9]+)$", 2),
                round->lost_unknown);
        }
        unmake(&told);
    }
}

static void test_an_entry_that_never_ran(void **state)
{
    (void)state;
    struct buf out = {0};
    const struct ios_entry entry = {.id = 3,
                                    .operation = &operation_udp_jitter,
                                    .destination = "2001:db8:0:1::ffff:1",
                                    .state = IOS_PENDING};
    ios_statistics_add(&entry, true, &out);
    assert_string_equal(buf_string(&out), "IPSLA operation id: 3\n"
                                          "Type of operation: udp-jitter\n"
                                          "Over thresholds occurred: FALSE\n"
                                          "Number of successes: Unknown\n"
                                          "Number of failures: Unknown\n"
                                          "Operation time to live: 0\n"
                                          "Operational state of entry: Pending\n"
                                          "Last time this entry was reset: Never\n");
    buf_fini(&out);
    ios_summary_add(&entry, &out);
    assert_string_equal(buf_string(&out), "~3           udp-jitter      2001:db8:0:1::ffff:1 -"
                                          "                  Unknown        Never\n");
    buf_fini(&out);
}

static void test_life_and_age(void **state)
{
    (void)state;
    struct told told;
    struct buf out = {0};
    make(&cases[0], &told);
    told.entry.life_left_ns = 3569 * NS_PER_SECOND + 1;
    ios_statistics_add(&told.entry, false, &out);
    assert_non_null(strstr(buf_string(&out), "\nOperation time to live: 3569 sec\n"));
    buf_fini(&out);
    told.entry.age_ns = 3661 * NS_PER_SECOND;
    ios_summary_add(&told.entry, &out);
    assert_non_null(strstr(buf_string(&out), " 1 hour, 1 minute, 1 second ago\n"));
    buf_fini(&out);
    unmake(&told);
}

/* Numbers that a label gives win; a number that is none, or is taken, does not count; the others
 * follow from the name alone. */
static void test_numbers(void **state)
{
    (void)state;
    struct ios_name names[] = {
        {.name = "a", .wanted = "7"},  {.name = "b"},
        {.name = "c", .wanted = "7"},  {.name = "d", .wanted = "0"},
        {.name = "e", .wanted = "x7"}, {.name = "f", .wanted = "2147483647"}};
    struct ios_name alone = {.name = "b"};
    ios_names_number(names, sizeof names / sizeof names[0]);
    ios_names_number(&alone, 1);
    assert_int_equal(names[0].id, 7);
    assert_false(names[0].is_made);
    assert_int_equal(names[1].id, alone.id);
    assert_in_range(names[1].id, 100000000, 999999999);
    assert_true(names[2].is_made && names[3].is_made && names[4].is_made);
    assert_int_equal(names[5].id, 2147483647);
}

static void test_responder(void **state)
{
    (void)state;
    struct buf out = {0};
    ios_responder_add(&(struct ios_responder){true, 1967, 1167, true}, &out);
    assert_string_equal(buf_string(&out), "General IP SLA Responder on Control port 1967\n"
                                          "\tGeneral IP SLA Responder on Control V2 port 1167\n"
                                          "General IP SLA Responder is: Enabled\n\n"
                                          "\tPermanent Port IP SLA Responder\n"
                                          "Permanent Port IP SLA Responder is: Enabled\n");
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts_are_those_of_the_golden_file),
        cmocka_unit_test(test_cases_can_be_had_with_their_json),
        cmocka_unit_test(test_expressions_of_scripts_find_the_values),
        cmocka_unit_test(test_an_entry_that_never_ran),
        cmocka_unit_test(test_life_and_age),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_responder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
