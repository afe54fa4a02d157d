/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Between the files that write a target as an operation of a router. */
#ifndef EXPORT_SENDER_H
#define EXPORT_SENDER_H

#include "export/export.h"

struct sender {
    enum export_dialect dialect;
    const struct spec *spec, *defaults;
    struct buf type, lines; /* the type line without indentation; what stands below it */
    struct buf notes; /* comments about what cannot be told */
};

void sender_note(struct sender *sender, const char *key, const char *why);

/* In whole units, rounded up, with a note when it is not whole. */
int64_t sender_whole(struct sender *sender, const char *key, int64_t ns, int64_t unit_ns);

/* A field that the key sets has another value than by default. */
bool sender_differs(const struct sender *sender, const struct schema_key *key);

bool sender_has_train(const struct sender *sender);
/* Not above the timeout. */
int64_t sender_threshold_ms(struct sender *sender);
void sender_note_echoes(struct sender *sender);
void sender_note_control(struct sender *sender);

/* "life forever"; "start-time now", or nothing when it is pending. */
void sender_add_life(struct sender *sender, struct buf *out);
void sender_add_start(struct sender *sender, struct buf *out);

/* IOS XR: all lines. */
void sender_add_xr(struct sender *sender, uint32_t id);

#endif
