/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/packets.h"

#include <inttypes.h>

#include "base/time.h"
#include "page/html.h"
#include "page/plot.h"
#include "page/value.h"

#define HEIGHT 180.0
#define LANE_HEIGHT 16.0
/* More packets than this share columns, which show the lowest and the highest round trip. */
#define COLUMNS_MAX 300
/* Numbers that are listed in words. */
#define LISTED_MAX 12

/* What is drawn in a lane of its own. */
static const struct lane {
    enum trail_fate fate;
    const char *class, *name; /* HTML */
    const char *word; /* for the description */
} lanes[] = {
    {TRAIL_LOST_SD, "sd", "SD&nbsp;&rarr;", "lost source to destination"},
    {TRAIL_LOST_DS, "ds", "DS&nbsp;&larr;", "lost destination to source"},
    {TRAIL_LOST_EITHER, "sd", "SD or DS", "lost, some there and some back"},
    {TRAIL_LOST_UNKNOWN, "unknown", "lost", "lost, direction not known"},
    {TRAIL_LATE, "rtt", "late", "answered after the timeout"},
    {TRAIL_DROPPED, "unknown", "here", "dropped in this host"},
    {TRAIL_UNSENT, "unknown", "unsent", "not sent"},
};
#define LANE_COUNT (sizeof lanes / sizeof lanes[0])

struct tally_of_fates {
    uint32_t of[TRAIL_FATE_COUNT];
    int64_t max_ns;
};

static struct tally_of_fates count_fates(const uint32_t *trail, uint32_t count)
{
    struct tally_of_fates tally = {0};
    for (uint32_t i = 0; i < count; i++) {
        struct trail_packet packet = trail_unpack(trail[i]);
        tally.of[packet.fate]++;
        tally.max_ns = packet.rtt_ns > tally.max_ns ? packet.rtt_ns : tally.max_ns;
    }
    return tally;
}

/* "1 to 4, 7, 9, ...": the numbers of packets with a fate. */
static void add_numbers(struct buf *out, const uint32_t *trail, uint32_t count,
                        enum trail_fate fate)
{
    unsigned listed = 0;
    for (uint32_t i = 0, end; i < count; i = end) {
        end = i + 1;
        if (trail_unpack(trail[i]).fate != fate) {
            continue;
        }
        while (end < count && trail_unpack(trail[end]).fate == fate) {
            end++;
        }
        if (++listed > LISTED_MAX) {
            buf_add_string(out, ", ...");
            return;
        }
        buf_printf(out, end - i > 1 ? "%s%" PRIu32 " to %" PRIu32 : "%s%" PRIu32,
                   listed > 1 ? ", " : "", i + 1, end);
    }
}

static void describe(struct buf *text, const uint32_t *trail, uint32_t count,
                     const struct tally_of_fates *tally)
{
    buf_printf(text, "%" PRIu32 " packets, %" PRIu32 " answered in time", count,
               tally->of[TRAIL_RECEIVED]);
    for (size_t i = 0; i < LANE_COUNT; i++) {
        uint32_t number = tally->of[lanes[i].fate];
        if (number > 0) {
            buf_printf(text, "; %" PRIu32 " %s: ", number, lanes[i].word);
            add_numbers(text, trail, count, lanes[i].fate);
        }
    }
}

/* The lowest and the highest round trip of some packets; negative: none was received. */
struct range {
    int64_t min_ns, max_ns;
};

static struct range range_of(const uint32_t *trail, uint32_t begin, uint32_t end)
{
    struct range range = {-1, -1};
    for (uint32_t i = begin; i < end; i++) {
        struct trail_packet packet = trail_unpack(trail[i]);
        if (packet.fate != TRAIL_RECEIVED && packet.fate != TRAIL_LATE) {
            continue;
        }
        range.min_ns =
            range.min_ns < 0 || packet.rtt_ns < range.min_ns ? packet.rtt_ns : range.min_ns;
        range.max_ns = packet.rtt_ns > range.max_ns ? packet.rtt_ns : range.max_ns;
    }
    return range;
}

/* A stem from 0 to the lowest, and on it what is between the two. */
static void add_stem(struct buf *out, const struct plot *plot, double x, double width,
                     const struct range *range)
{
    double low = plot_y(plot, (double)range->min_ns);
    double high = plot_y(plot, (double)range->max_ns);
    double head = low - high < 5 ? 5 : low - high;
    plot_add_rect(out, "area", &(struct plot_rect){x, low, width, plot->height - low});
    plot_add_rect(out, "rtt", &(struct plot_rect){x, high, width, head});
}

static void add_hint(struct buf *out, const uint32_t *trail, uint32_t begin, uint32_t end)
{
    struct range range = range_of(trail, begin, end);
    buf_printf(out, "packet %" PRIu32, begin + 1);
    if (end - begin > 1) {
        buf_printf(out, " to %" PRIu32, end);
    }
    if (range.min_ns >= 0) {
        buf_printf(out, ": %.3f", (double)range.min_ns / NS_PER_MS);
        if (end - begin > 1) {
            buf_printf(out, " to %.3f", (double)range.max_ns / NS_PER_MS);
        }
        buf_add_string(out, " ms");
    }
    for (size_t i = 0; i < LANE_COUNT && end - begin == 1; i++) {
        if (trail_unpack(trail[begin]).fate == lanes[i].fate) {
            buf_printf(out, ": %s", lanes[i].word);
        }
    }
}

/* How many packets share a column. */
static uint32_t packets_each(uint32_t count)
{
    return (count + COLUMNS_MAX - 1) / COLUMNS_MAX;
}

static void add_round_trips(struct buf *out, const uint32_t *trail, uint32_t count,
                            const struct plot *plot)
{
    uint32_t each = packets_each(count);
    double step = PLOT_WIDTH / ((double)count / each);
    double width = step * 0.7 > 10 ? 10 : step * 0.7;
    for (uint32_t i = 0; i < count; i += each) {
        uint32_t end = i + each < count ? i + each : count;
        struct range range = range_of(trail, i, end);
        double left = (double)i / count * PLOT_WIDTH;
        if (range.min_ns >= 0) {
            add_stem(out, plot, left + (step - width) / 2, width, &range);
        }
        plot_begin_hint(out, &(struct plot_rect){left, 0, step, plot->height});
        add_hint(out, trail, i, end);
        plot_end_hint(out);
    }
}

static void add_lane(struct buf *out, const uint32_t *trail, uint32_t count,
                     const struct lane *lane)
{
    const struct plot plot = {.height = LANE_HEIGHT};
    double step = PLOT_WIDTH / count;
    double width = step * 0.7 > 10 ? 10 : step * 0.7 < 2 ? 2 : step * 0.7;
    uint32_t each = packets_each(count);
    buf_printf(out, "<div class=\"y one\"><span>%s</span></div>", lane->name);
    plot_begin(out, &plot, "lane", NULL);
    for (uint32_t i = 0, drawn = UINT32_MAX; i < count; i++) {
        if (trail_unpack(trail[i]).fate == lane->fate && i / each != drawn) {
            drawn = i / each;
            double x = (double)i * step + (step - width) / 2;
            plot_add_rect(out, lane->class, &(struct plot_rect){x, 2, width, LANE_HEIGHT - 4});
        }
    }
    buf_add_string(out, "<path class=\"grid\" d=\"M0 15.5H600\"/>");
    plot_end(out);
}

static void add_words(struct buf *out, const uint32_t *trail, uint32_t count,
                      const struct tally_of_fates *tally)
{
    buf_printf(out, "<p class=\"soft\">%" PRIu32 " of %" PRIu32 " packets answered in time",
               tally->of[TRAIL_RECEIVED], count);
    for (size_t i = 0; i < LANE_COUNT; i++) {
        uint32_t number = tally->of[lanes[i].fate];
        if (number > 0) {
            buf_printf(out, "; <b>%" PRIu32 " %s</b>: ", number, lanes[i].word);
            add_numbers(out, trail, count, lanes[i].fate);
        }
    }
    buf_add_string(out, ".</p>");
}

void packets_add(struct buf *out, const uint32_t *trail, uint32_t count)
{
    struct tally_of_fates tally = count_fates(trail, count);
    double max_ms = plot_round_up((double)tally.max_ns / NS_PER_MS);
    const struct plot plot = {.height = HEIGHT, .y_max = max_ms * NS_PER_MS};
    struct buf label = {0};
    if (count == 0) {
        return;
    }
    describe(&label, trail, count, &tally);
    buf_add_string(out,
                   "<figure class=\"card\" id=\"packets\"><figcaption><h2>Packets of the latest "
                   "operation</h2></figcaption>");
    add_words(out, trail, count, &tally);
    buf_add_string(out, "<div class=\"plot\">");
    buf_printf(out,
               "<div class=\"y\" aria-hidden=\"true\"><span>%.4g ms</span><span>%.4g</span>"
               "<span>0</span></div>",
               max_ms, max_ms / 2);
    plot_begin(out, &plot, "half", buf_string(&label));
    buf_fini(&label);
    plot_add_grid(out, &plot);
    add_round_trips(out, trail, count, &plot);
    plot_end(out);
    for (size_t i = 0; i < LANE_COUNT; i++) {
        if (tally.of[lanes[i].fate] > 0) {
            add_lane(out, trail, count, &lanes[i]);
        }
    }
    buf_printf(out,
               "<div class=\"x\"><span>packet 1</span><span>%" PRIu32 "</span></div></div>"
               "</figure>\n",
               count);
}
