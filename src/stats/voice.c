/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/voice.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#define RTP_BYTES 12
/* At this loss the MIB fixes ICPIF and MOS. */
#define CISCO_LOSS_MAX_PERCENT 10.0
/* R without any impairment, all other inputs of G.107 at their defaults. */
#define R_CLEAN 93.2

/* Equipment impairment that IOS adds for a loss: known at every second percent, the last value is
 * the line through the two before it. */
#define LOSS_STEP_PERCENT 2.0
#define LOSS_STEPS 6

struct codec {
    const char *name;
    uint32_t packet_bytes;
    double bytes_per_ms;
    double look_ahead_ms;
    double cisco_ie[LOSS_STEPS];
    /* G.113 Appendix I: G.711 with packet loss concealment, G.729A with voice activity detection.
     */
    struct voice_impairment emodel;
};

#define G711(codec_name)                                                                           \
    {                                                                                              \
        .name = (codec_name), .packet_bytes = RTP_BYTES + 160, .bytes_per_ms = 8,                  \
        .cisco_ie = {0, 12, 22, 28, 32, 36}, .emodel = {.ie = 0, .bpl = 25.1},                     \
    }

static const struct codec codecs[VOICE_CODEC_COUNT] = {
    [VOICE_CODEC_NONE] = {.name = ""},
    [VOICE_CODEC_G711ULAW] = G711("g711ulaw"),
    [VOICE_CODEC_G711ALAW] = G711("g711alaw"),
    [VOICE_CODEC_G729A] = {.name = "g729a",
                           .packet_bytes = RTP_BYTES + 20,
                           .bytes_per_ms = 1,
                           .look_ahead_ms = 5,
                           .cisco_ie = {10, 20, 30, 38, 42, 46},
                           .emodel = {.ie = 11, .bpl = 19}},
};

const char *voice_codec_name(enum voice_codec codec)
{
    assert((unsigned)codec < VOICE_CODEC_COUNT);
    return codecs[codec].name;
}

bool voice_codec_parse(const char *name, enum voice_codec *out)
{
    for (unsigned i = VOICE_CODEC_NONE + 1; i < VOICE_CODEC_COUNT; i++) {
        if (strcmp(name, codecs[i].name) == 0) {
            *out = (enum voice_codec)i;
            return true;
        }
    }
    return false;
}

uint32_t voice_codec_packet_bytes(enum voice_codec codec)
{
    assert((unsigned)codec < VOICE_CODEC_COUNT);
    return codecs[codec].packet_bytes;
}

static double clamp(double value, double min, double max)
{
    return value < min ? min : value > max ? max : value;
}

double voice_mos(double r_factor)
{
    double r = clamp(r_factor, 0, 100);
    /* Below R = 6.5 the curve dips under 1. */
    return clamp(1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r), 1, 4.5);
}

double voice_delay_impairment(double delay_ms)
{
    if (delay_ms <= 100) {
        return 0;
    }
    double x = log2(delay_ms / 100);
    return 25 * (pow(1 + pow(x, 6), 1.0 / 6) - 3 * pow(1 + pow(x / 3, 6), 1.0 / 6) + 2);
}

double voice_loss_impairment(const struct voice_impairment *codec, double loss_percent,
                             double burst_ratio)
{
    assert(burst_ratio >= 1);
    return codec->ie + (95 - codec->ie) * loss_percent / (loss_percent / burst_ratio + codec->bpl);
}

double voice_burst_ratio(uint32_t sent, uint32_t lost, uint32_t loss_runs)
{
    if (loss_runs == 0) {
        return 1;
    }
    double length = (double)lost / loss_runs;
    double random_length = lost < sent ? (double)sent / (sent - lost) : length;
    return length > random_length ? length / random_length : 1;
}

/* IOS looks MOS up in the table of R and MOS that textbooks print, between two rows on the straight
 * line, and cuts to hundredths: docs/measurement.md has the evidence. */
uint16_t voice_cisco_mos(unsigned icpif)
{
    static const struct {
        unsigned r, mos_hundredths;
    } rows[] = {{0, 100}, {50, 260}, {60, 310}, {70, 360}, {80, 400}, {90, 430}, {100, 450}};
    assert(icpif <= VOICE_ICPIF_MAX);
    unsigned r = VOICE_ICPIF_MAX - icpif;
    size_t above = 1;
    while (r > rows[above].r) {
        above++;
    }
    unsigned step_r = rows[above].r - rows[above - 1].r;
    unsigned step_mos = rows[above].mos_hundredths - rows[above - 1].mos_hundredths;
    return (uint16_t)(rows[above - 1].mos_hundredths + step_mos * (r - rows[above - 1].r) / step_r);
}

/* At least 1: that is what routers print on a path without delay. */
static double cisco_delay_impairment(double delay_ms)
{
    double knee_ms = delay_ms - 177.3;
    double impairment = 0.024 * delay_ms + (knee_ms > 0 ? 0.11 * knee_ms : 0);
    return fmax(1, round(impairment));
}

static double cisco_loss_impairment(const double ie[LOSS_STEPS], double loss_percent)
{
    double steps = loss_percent / LOSS_STEP_PERCENT;
    size_t below = (size_t)steps;
    assert(below + 1 < LOSS_STEPS);
    return round(ie[below] + (ie[below + 1] - ie[below]) * (steps - (double)below));
}

/* A late packet is not lost here: docs/measurement.md says why that is likely. */
static uint8_t cisco_icpif(const struct voice_input *input)
{
    double loss_percent = 100.0 * input->lost / input->sent;
    if (loss_percent >= CISCO_LOSS_MAX_PERCENT) {
        return VOICE_ICPIF_MAX;
    }
    double icpif = cisco_delay_impairment(input->rtt_ns / 2e6) +
                   cisco_loss_impairment(codecs[input->codec].cisco_ie, loss_percent) -
                   input->advantage;
    return (uint8_t)clamp(icpif, 0, VOICE_ICPIF_MAX);
}

/* From mouth to ear: the path, and the time it takes to gather the voice of one packet. */
static double mouth_to_ear_ms(const struct voice_input *input)
{
    const struct codec *codec = &codecs[input->codec];
    double way_ns = input->one_way_ns >= 0 ? input->one_way_ns : input->rtt_ns / 2;
    double voice_bytes = input->packet_bytes > RTP_BYTES ? input->packet_bytes - RTP_BYTES : 0;
    return way_ns / 1e6 + voice_bytes / codec->bytes_per_ms + codec->look_ahead_ms;
}

void voice_score(const struct voice_input *input, struct voice *out)
{
    uint32_t missing = input->lost + input->late;
    assert(input->codec != VOICE_CODEC_NONE && input->sent > 0 && missing <= input->sent);
    double missing_percent = 100.0 * missing / input->sent;
    double burst_ratio = voice_burst_ratio(input->sent, missing, input->loss_runs);
    double listening =
        R_CLEAN + input->advantage -
        voice_loss_impairment(&codecs[input->codec].emodel, missing_percent, burst_ratio);
    double conversation = listening - voice_delay_impairment(mouth_to_ear_ms(input));
    uint8_t icpif = cisco_icpif(input);
    *out = (struct voice){
        .is_scored = true,
        .icpif = icpif,
        .mos_hundredths = voice_cisco_mos(icpif),
        .r_factor = clamp(conversation, 0, 100),
        .mos_cq = voice_mos(conversation),
        .mos_lq = voice_mos(listening),
    };
}
