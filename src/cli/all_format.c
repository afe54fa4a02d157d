/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/all.h"
#include "operation/operation.h"

/* A longer name moves the rest of its line. */
#define NAME_WIDTH_MAX 40
#define NAME_WIDTH_MIN 6
#define CELL_BYTES_MAX 40

/* As a terminal shows it: a character of UTF-8 is one column. */
static size_t count_columns(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return count;
}

int cli_all_name_width(const struct spec_set *targets)
{
    size_t width = NAME_WIDTH_MIN;
    for (size_t i = 0; i < targets->count; i++) {
        size_t length = count_columns(targets->specs[i]->identity.name);
        width = length > width ? length : width;
    }
    return (int)(width < NAME_WIDTH_MAX ? width : NAME_WIDTH_MAX);
}

void cli_all_add_head(int name_width, struct buf *out)
{
    buf_printf(out, "%-*s  %-8s  %9s  %6s  %17s  %4s  %s\n", name_width, "TARGET", "STATE",
               "RTT(ms)", "LOSS", "JITTER SD/DS(ms)", "MOS", "REASON");
}

static void write_loss(const struct round *round, char cell[CELL_BYTES_MAX])
{
    uint32_t lost = round->sent - round->received - round->dropped_here;
    snprintf(cell, CELL_BYTES_MAX, "%.1f%%", 100.0 * lost / round->sent);
}

void cli_all_add_row(const struct cli_result *result, int name_width, struct buf *out)
{
    const struct round *round = result->round;
    char rtt[CELL_BYTES_MAX] = "-", loss[CELL_BYTES_MAX] = "-", jitter[CELL_BYTES_MAX] = "-",
         mos[CELL_BYTES_MAX] = "-";
    struct buf reason = {0};
    if (round->rtt.count > 0) {
        snprintf(rtt, sizeof rtt, "%.3f", moments_average_ns(&round->rtt) / 1e6);
    }
    if (round->sent > 0) {
        write_loss(round, loss);
    }
    if (operation_has(result->spec->operation, RESULT_JITTER) && round->rtt.count > 0) {
        snprintf(jitter, sizeof jitter, "%.3f/%.3f", jitter_average_ns(&round->sd.jitter) / 1e6,
                 jitter_average_ns(&round->ds.jitter) / 1e6);
    }
    if (round->voice.is_scored) {
        snprintf(mos, sizeof mos, "%.2f", round->voice.mos_hundredths / 100.0);
    }
    const char *name = result->spec->identity.name;
    cli_add_reason(result, &reason);
    buf_printf(out, "%-*s  %-8s  %9s  %6s  %17s  %4s%s%s\n",
               name_width + (int)(strlen(name) - count_columns(name)), name,
               target_state_name(cli_state(result)), rtt, loss, jitter, mos,
               reason.size > 0 ? "  " : "", buf_string(&reason));
    buf_fini(&reason);
}
