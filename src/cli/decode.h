/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What `ipsla decode` prints: each session of a capture, and what the capture is. */
#ifndef CLI_DECODE_H
#define CLI_DECODE_H

#include "capture/session.h"
#include "cli/cli.h"

enum cli_decode_output { DECODE_TEXT, DECODE_JSON, DECODE_CSV };

/* How a file ended. */
struct cli_decode_end {
    const char *name; /* of the file, for people */
    uint64_t offset; /* as far as it was read */
    uint64_t strangers; /* frames of interfaces that it does not describe */
    const char *problem; /* what is wrong behind that; NULL: nothing */
};

/* One session; `number` counts them from 1. */
void cli_decode_add_text(const struct capture_session *session, bool with_packets, struct buf *out);
void cli_decode_add_json(const struct capture_session *session, bool with_packets, struct buf *out);
void cli_decode_add_csv(const struct capture_session *session, uint32_t number, bool with_packets,
                        struct buf *out);
void cli_decode_add_csv_head(bool with_packets, struct buf *out);

/* The capture as a whole: a last object, or lines for people about what was not as it should be. */
void cli_decode_add_json_end(const struct capture *capture, const struct cli_decode_end *end,
                             uint32_t sessions, struct buf *out);
void cli_decode_add_notes(const struct capture *capture, const struct cli_decode_end *end,
                          struct buf *out);

#endif
