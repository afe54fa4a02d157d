/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* STAMP, TWAMP Light: how a reflector departs from the documents, as its replies show; bits.
 * docs/stamp.md says what is done about each. */
#ifndef STATS_DEVIATION_H
#define STATS_DEVIATION_H

enum deviation {
    DEVIATION_SWAPPED = 1U << 0, /* it exchanges T1 and T3; they are exchanged back */
    DEVIATION_NANOSECONDS = 1U << 1, /* it writes them where NTP has a fraction, and does not say
                                        so */
    DEVIATION_ECHO = 1U << 2, /* it returns the request as it is: no reflector */
    DEVIATION_NO_SENDER = 1U << 3, /* it does not return what the sender wrote */
    DEVIATION_ESTIMATE = 1U << 4, /* it always claims the same error, better than a microsecond */
    DEVIATION_NO_TTL = 1U << 5, /* a reply ends before it */
    DEVIATION_SAME_TIMES = 1U << 6, /* T2 and T3 are the same in each reply */
};
#define DEVIATION_COUNT 7

/* The value of the label `kind`, and what it means: a clause that begins with "it"; `bit` from 0:
 * of 1U << bit. */
const char *deviation_name(unsigned bit);
const char *deviation_text(unsigned bit);

#endif
