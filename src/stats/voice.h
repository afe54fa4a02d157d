/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How a call over the measured path would sound: ICPIF and MOS as IOS prints them, and the E-model
 * of ITU-T G.107. Arithmetic on counts and averages only. Which of the numbers are anchored to real
 * devices: docs/measurement.md. */
#ifndef STATS_VOICE_H
#define STATS_VOICE_H

#include <stdbool.h>
#include <stdint.h>

/* The numbers are those of CISCO-RTTMON-TC-MIB RttMonCodecType. */
enum voice_codec {
    VOICE_CODEC_NONE,
    VOICE_CODEC_G711ULAW,
    VOICE_CODEC_G711ALAW,
    VOICE_CODEC_G729A,
};
#define VOICE_CODEC_COUNT 4

/* What the MIB allows at most, and fixes for a loss of 10 % and more. */
#define VOICE_ICPIF_MAX 93

/* "g711ulaw", "g711alaw", "g729a": the words of IOS; "" for VOICE_CODEC_NONE. */
const char *voice_codec_name(enum voice_codec codec);
/* False when `name` is no codec; `out` untouched. */
bool voice_codec_parse(const char *name, enum voice_codec *out);

/* UDP payload of one packet as IOS sends it by default: 12 bytes of RTP and 20 ms of voice. */
uint32_t voice_codec_packet_bytes(enum voice_codec codec);

/* What a codec makes of a path, in the terms of G.107: impairment without loss, and robustness
 * against random loss. */
struct voice_impairment {
    double ie, bpl;
};

/* What an operation measured. */
struct voice_input {
    enum voice_codec codec; /* not VOICE_CODEC_NONE */
    unsigned advantage; /* 0..20 */
    uint32_t packet_bytes; /* UDP payload, 12 bytes of RTP included */
    uint32_t sent; /* > 0 */
    uint32_t lost;
    uint32_t late; /* answered too late: of no use to a call, but no loss to ICPIF */
    uint32_t loss_runs; /* runs of lost or late packets */
    double rtt_ns; /* average */
    double one_way_ns; /* of the slower direction; negative: not known */
};

/* All zero, is_scored false: no codec, or nothing came back (IOS prints 0 then). */
struct voice {
    bool is_scored;
    uint8_t icpif; /* 0..VOICE_ICPIF_MAX */
    uint16_t mos_hundredths; /* of the ICPIF, as the MIB has it: 100..436 */
    double r_factor; /* 0..100 */
    double mos_cq, mos_lq; /* of the E-model: with and without the delay; 1..4.5 */
};

void voice_score(const struct voice_input *input, struct voice *out);

/* The parts, for one direction of a call. MOS of an R factor (G.107 Annex B), 1..4.5. */
double voice_mos(double r_factor);
/* Idd of G.107 for a delay from mouth to ear. */
double voice_delay_impairment(double delay_ms);
/* Ie,eff of G.107; `burst_ratio` >= 1, 1 for random loss. */
double voice_loss_impairment(const struct voice_impairment *codec, double loss_percent,
                             double burst_ratio);
/* BurstR: how much longer the runs of losses are than random loss would make them, at least 1. */
double voice_burst_ratio(uint32_t sent, uint32_t lost, uint32_t loss_runs);
/* MOS in hundredths that IOS prints for an ICPIF of 0..VOICE_ICPIF_MAX: 436..100. */
uint16_t voice_cisco_mos(unsigned icpif);

#endif
