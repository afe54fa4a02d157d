/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The scores of calls that nobody made: a grid of loss and delay, to lay beside what a router
 * prints for such a path. */
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "cli/cli.h"
#include "program/options.h"

#define ADVANTAGE_MAX 20
#define LOSS_MAX_PERCENT 10
#define PERCENT 100

static const unsigned one_way_ms[] = {0, 25, 50, 75, 100, 150, 200, 300, 600};
enum { COLUMNS = sizeof one_way_ms / sizeof one_way_ms[0] };

static const struct option_row rows[] = {
    {"codec", "NAME", NULL, "only g711ulaw, g711alaw or g729a (default: a table for each)", false},
    {"advantage-factor", "N", "0", "what users forgive, 0 to 20", false},
};

static const struct options_program program = {
    .name = "ipsla voice-table",
    .usage = "[flags]",
    .summary = "Prints ICPIF and MOS for a grid of loss and delay, to compare with a router's.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
};

static void add_cell(struct voice_input input, uint32_t loss_percent, unsigned delay_ms,
                     struct buf *out)
{
    struct voice voice;
    input.lost = loss_percent;
    input.loss_runs = loss_percent;
    input.rtt_ns = 2.0 * delay_ms * NS_PER_MS;
    voice_score(&input, &voice);
    buf_printf(out, "  %2u %u.%02u", (unsigned)voice.icpif, voice.mos_hundredths / 100u,
               voice.mos_hundredths % 100u);
}

void cli_voice_table_format(enum voice_codec codec, unsigned advantage, struct buf *out)
{
    const struct voice_input input = {
        .codec = codec,
        .advantage = advantage,
        .packet_bytes = voice_codec_packet_bytes(codec),
        .sent = PERCENT,
        .one_way_ns = -1,
    };
    buf_printf(out, "%s, advantage factor %u: ICPIF and MOS\n", voice_codec_name(codec), advantage);
    buf_add_string(out, "by loss and one-way delay (half of the average round trip)\n\n      ");
    for (size_t i = 0; i < COLUMNS; i++) {
        buf_printf(out, " %6u ms", one_way_ms[i]);
    }
    buf_add_char(out, '\n');
    for (uint32_t loss = 0; loss <= LOSS_MAX_PERCENT; loss++) {
        buf_printf(out, "%4u %%", (unsigned)loss);
        for (size_t i = 0; i < COLUMNS; i++) {
            add_cell(input, loss, one_way_ms[i], out);
        }
        buf_add_char(out, '\n');
    }
}

/* VOICE_CODEC_NONE: all of them. */
static bool read_codec(const struct options *options, enum voice_codec *out)
{
    const char *text = options_value(options, "codec");
    *out = VOICE_CODEC_NONE;
    if (text == NULL || voice_codec_parse(text, out)) {
        return true;
    }
    options_refuse(options, "codec", text, "g711ulaw, g711alaw or g729a");
    return false;
}

static bool read_advantage(const struct options *options, unsigned *out)
{
    const char *text = options_value(options, "advantage-factor");
    uint64_t value;
    if (!options_parse_number(text, 0, ADVANTAGE_MAX, &value)) {
        options_refuse(options, "advantage-factor", text, "0 to 20");
        return false;
    }
    *out = (unsigned)value;
    return true;
}

int cli_voice_table(int argc, char **argv)
{
    struct options options;
    enum voice_codec wanted;
    unsigned advantage;
    int status = OPTIONS_EXIT_USAGE;
    if (!options_parse(&program, argc, argv, &options, &status)) {
        return status;
    }
    if (!read_codec(&options, &wanted) || !read_advantage(&options, &advantage)) {
        return OPTIONS_EXIT_USAGE;
    }
    struct buf out = {0};
    for (enum voice_codec codec = VOICE_CODEC_NONE + 1; codec < VOICE_CODEC_COUNT; codec++) {
        if (wanted == VOICE_CODEC_NONE || wanted == codec) {
            buf_add_string(&out, out.size > 0 ? "\n" : "");
            cli_voice_table_format(codec, advantage, &out);
        }
    }
    fputs(buf_string(&out), stdout);
    buf_fini(&out);
    return EXIT_SUCCESS;
}
