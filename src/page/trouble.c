/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/trouble.h"

#include <inttypes.h>
#include <stdbool.h>

#include "page/html.h"
#include "page/value.h"

#define ROWS_MAX 12

static const char *const words[OUTCOME_COUNT] = {
    [OUTCOME_OK] = "completed",
    [OUTCOME_TIMEOUT] = "no packet was answered in time",
    [OUTCOME_NO_CONNECTION] = "no answer to the control request",
    [OUTCOME_AUTH] = "the responder refused: authentication",
    [OUTCOME_FORMAT] = "the responder refused: format",
    [OUTCOME_PORT_IN_USE] = "the responder refused: port in use",
    [OUTCOME_REFUSED] = "refused",
    [OUTCOME_PORT_UNREACHABLE] = "ICMP: nothing listens on the port",
    [OUTCOME_UNREACHABLE] = "ICMP: no way to the host",
    [OUTCOME_RESOLVE] = "the host name had no address",
    [OUTCOME_LOCAL] = "this host could not send, or read the answers",
    [OUTCOME_VERIFY] = "the reply was not what was sent",
    [OUTCOME_PROHIBITED] = "ICMP: a filter on the way forbids it",
};

static uint32_t lost_of(const struct history_entry *entry)
{
    return entry->lost_sd + entry->lost_ds + entry->lost_unknown;
}

static bool is_bad(const struct history_entry *entry)
{
    return entry->outcome != OUTCOME_OK || (entry->flags & HISTORY_IS_DEGRADED) != 0 ||
           lost_of(entry) > 0;
}

/* Both ended alike. */
static bool is_alike(const struct history_entry *a, const struct history_entry *b)
{
    return is_bad(a) && a->outcome == b->outcome &&
           ((a->flags ^ b->flags) & HISTORY_IS_DEGRADED) == 0;
}

static void add_loss(struct buf *out, uint32_t lost, uint32_t sent)
{
    buf_add_string(out, lost > 0 ? "<td class=\"num hit\">" : "<td class=\"num\">");
    if (sent == 0) {
        buf_add_string(out, HTML_NONE);
    } else {
        buf_printf(out, "%" PRIu32, lost);
    }
    buf_add_string(out, "</td>");
}

static void add_what(struct buf *out, const struct history_entry *entry)
{
    bool is_degraded = (entry->flags & HISTORY_IS_DEGRADED) != 0;
    buf_add_string(out, entry->outcome != OUTCOME_OK ? words[entry->outcome]
                        : is_degraded                ? "over a limit"
                                                     : "packets lost");
}

/* Operations from `oldest` to `newest` ended alike. Before `first` none is kept, so what goes back
 * to it may be older. */
static void add_row(struct buf *out, const struct history_entry *first,
                    const struct history_entry *oldest, const struct history_entry *newest,
                    struct wall now)
{
    size_t count = (size_t)(newest - oldest) + 1;
    struct history_entry sum = {0};
    for (const struct history_entry *entry = oldest; entry <= newest; entry++) {
        sum.sent += entry->sent;
        sum.lost_sd += entry->lost_sd;
        sum.lost_ds += entry->lost_ds;
        sum.lost_unknown += entry->lost_unknown;
    }
    buf_add_string(out, "<tr><td>");
    value_add_time(out, newest->end, now);
    buf_add_string(out, "</td><td>");
    add_what(out, newest);
    if (count > 1) {
        bool is_whole = oldest > first;
        buf_printf(out, "<br><small>%s%zu operations since ", is_whole ? "" : "all ", count);
        value_add_time(out, oldest->end, now);
        buf_add_string(out, is_whole ? "" : ", and perhaps before");
        buf_add_string(out, "</small>");
    }
    buf_add_string(out, "</td>");
    add_loss(out, sum.lost_sd, sum.sent);
    add_loss(out, sum.lost_ds, sum.sent);
    add_loss(out, sum.lost_unknown, sum.sent);
    buf_printf(out, "<td class=\"num\">%" PRIu32 "</td></tr>\n", sum.sent);
}

static size_t add_rows(struct buf *out, const struct history_entry *entries, size_t count,
                       struct wall now)
{
    size_t rows = 0;
    for (size_t i = count; i > 0 && rows < ROWS_MAX; i--) {
        const struct history_entry *newest = &entries[i - 1];
        if (!is_bad(newest)) {
            continue;
        }
        while (i > 1 && is_alike(&entries[i - 2], newest)) {
            i--;
        }
        add_row(out, entries, &entries[i - 1], newest, now);
        rows++;
    }
    return rows;
}

void trouble_add(struct buf *out, const struct history_entry *entries, size_t count,
                 struct wall now)
{
    struct buf rows = {0};
    size_t shown = add_rows(&rows, entries, count, now);
    buf_add_string(out, "<section class=\"card\"><h2>What went wrong</h2>");
    if (shown == 0) {
        buf_printf(out, "<p class=\"soft\">Nothing in the last %zu operations.</p>", count);
    } else {
        buf_add_string(out,
                       "<div class=\"scroll\" id=\"trouble\" tabindex=\"0\" role=\"region\" "
                       "aria-label=\"What went wrong\"><table><thead><tr><th scope=\"col\">When"
                       "</th><th scope=\"col\">What</th><th scope=\"col\" class=\"num\">Lost "
                       "SD&nbsp;&rarr;</th><th scope=\"col\" class=\"num\">DS&nbsp;&larr;</th>"
                       "<th scope=\"col\" class=\"num\">unknown</th><th scope=\"col\" "
                       "class=\"num\">of</th></tr></thead><tbody>\n");
        buf_add(out, rows.bytes, rows.size);
        buf_add_string(out, "</tbody></table></div>");
    }
    buf_add_string(out, "</section>\n");
    buf_fini(&rows);
}
