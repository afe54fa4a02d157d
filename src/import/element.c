/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/element.h"

#include <string.h>
#include <strings.h>

#define JITTER "ipsla_latest_jitter_average_seconds"
#define JITTER_MAX "ipsla_latest_jitter_maximum_seconds"
#define LOSS "ipsla_latest_packet_loss_ratio"
#define DELAY "ipsla_latest_one_way_delay_average_seconds"
#define DELAY_MAX "ipsla_latest_one_way_delay_maximum_seconds"
#define CODE "ipsla_operation_return_code"

/* lint: table */
static const struct import_element elements[] = {
    {"rtt", "rtt", ELEMENT_MS, "rtt", "ipsla_latest_rtt_average_seconds{%s}", 5000, 3000, false},
    {"timeout", "timeout", ELEMENT_STATE, NULL, CODE "{%s} == 4", 0, 0, false},
    {"connectionLoss", "connection-loss", ELEMENT_STATE, NULL, CODE "{%s} == 6", 0, 0, false},
    {"verifyError", "verify-error", ELEMENT_STATE, NULL, CODE "{%s} == 9", 0, 0, false},
    {"overThreshold", NULL, ELEMENT_STATE, NULL, CODE "{%s} == 3", 0, 0, false},
    {"jitterAvg", "jitter-average", ELEMENT_MS, "jitter",
     "max without (direction) (" JITTER "{%s})", 100, 100, false},
    {"jitterSDAvg", "jitter-average source-to-dest", ELEMENT_MS, "jitter_sd",
     JITTER "{%s,direction=\"sd\"}", 100, 100, false},
    {"jitterDSAvg", "jitter-average dest-to-source", ELEMENT_MS, "jitter_ds",
     JITTER "{%s,direction=\"ds\"}", 100, 100, false},
    {"packetLossSD", "packet-loss source-to-dest", ELEMENT_PACKET_SHARE, "loss_sd",
     LOSS "{%s,direction=\"sd\"}", 10000, 10000, false},
    {"packetLossDS", "packet-loss dest-to-source", ELEMENT_PACKET_SHARE, "loss_ds",
     LOSS "{%s,direction=\"ds\"}", 10000, 10000, false},
    {"packetLoss", NULL, ELEMENT_PACKET_SHARE, "loss", "sum without (direction) (" LOSS "{%s})",
     10000, 10000, false},
    {"packetMIA", NULL, ELEMENT_PACKET_SHARE, NULL, LOSS "{%s,direction=\"unknown\"}", 10000, 10000,
     false},
    {"packetLateArrival", NULL, ELEMENT_PACKETS, NULL, "increase(ipsla_packets_late_total{%s}[$f])",
     10000, 10000, false},
    {"packetOutOfSequence", NULL, ELEMENT_PACKETS, NULL,
     "increase(ipsla_packets_out_of_order_total{%s}[$f])", 10000, 10000, false},
    {"successivePacketLoss", NULL, ELEMENT_PACKETS, NULL,
     "max without (direction) (ipsla_loss_period_packets_max{%s})", 10000, 10000, false},
    {"mos", NULL, ELEMENT_HUNDREDTH, "mos", "ipsla_mos_score{%s,method=\"cisco\"}", 500, 100, true},
    {"mosCQDS", NULL, ELEMENT_HUNDREDTH, NULL, "ipsla_mos_score{%s,method=\"emodel_cq\"}", 400, 310,
     true},
    {"mosLQDS", NULL, ELEMENT_HUNDREDTH, NULL, "ipsla_mos_score{%s,method=\"emodel_lq\"}", 400, 310,
     true},
    {"icpif", NULL, ELEMENT_NUMBER, NULL, "ipsla_icpif{%s}", 93, 93, false},
    {"rFactorDS", NULL, ELEMENT_NUMBER, NULL, "ipsla_r_factor{%s}", 80, 60, true},
    {"latencySDAvg", NULL, ELEMENT_MS, "one_way_sd", DELAY "{%s,direction=\"sd\"}", 5000, 3000,
     false},
    {"latencyDSAvg", NULL, ELEMENT_MS, "one_way_ds", DELAY "{%s,direction=\"ds\"}", 5000, 3000,
     false},
    {"maxOfLatencySD", NULL, ELEMENT_MS, NULL, DELAY_MAX "{%s,direction=\"sd\"}", 5000, 3000,
     false},
    {"maxOfLatencyDS", NULL, ELEMENT_MS, NULL, DELAY_MAX "{%s,direction=\"ds\"}", 5000, 3000,
     false},
    {"maxOfPositiveSD", NULL, ELEMENT_MS, NULL, JITTER_MAX "{%s,direction=\"sd\"}", 10000, 10000,
     false},
    {"maxOfNegativeSD", NULL, ELEMENT_MS, NULL, JITTER_MAX "{%s,direction=\"sd\"}", 10000, 10000,
     false},
    {"maxOfPositiveDS", NULL, ELEMENT_MS, NULL, JITTER_MAX "{%s,direction=\"ds\"}", 10000, 10000,
     false},
    {"maxOfNegativeDS", NULL, ELEMENT_MS, NULL, JITTER_MAX "{%s,direction=\"ds\"}", 10000, 10000,
     false},
    {"iaJitterSD", NULL, ELEMENT_MS, NULL, "ipsla_interarrival_jitter_seconds{%s,direction=\"sd\"}",
     20, 20, false},
    {"iaJitterDS", NULL, ELEMENT_MS, NULL, "ipsla_interarrival_jitter_seconds{%s,direction=\"ds\"}",
     20, 20, false},
};

#define COUNT (sizeof elements / sizeof elements[0])

const struct import_element *import_element_at(size_t index)
{
    return index < COUNT ? &elements[index] : NULL;
}

const struct import_element *import_element_find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++) {
        bool is_xr = elements[i].xr != NULL && strcasecmp(elements[i].xr, name) == 0;
        if (is_xr || strcasecmp(elements[i].ios, name) == 0) {
            return &elements[i];
        }
    }
    return NULL;
}
