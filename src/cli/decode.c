/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla decode: reads a capture from a file or a pipe to its end, then prints what was measured. */
#include "cli/decode.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/duration.h"
#include "host/entropy.h"
#include "program/options.h"

#define WINDOW_BYTES (2 * PCAP_RECORD_MAX)
#define TIMEOUT_MIN_NS NS_PER_MS
#define TIMEOUT_MAX_NS (3600 * NS_PER_SECOND)

enum { EXIT_NONE = 1 };

static const struct option_row rows[] = {
    {"output", "FORMAT", "text", "text, json (an object a line), or csv."},
    {"packets", NULL, NULL, "Every packet, too."},
    {"host", "ADDRESS", NULL, "Only what comes from or goes to this address."},
    {"port", "N", NULL,
     "Only sessions with this port of the responder; UDP echoes on it need no control request."},
    {"timeout", "DURATION", "5s", "A reply that took longer is late: that of the operation."},
    {"control-port", "N", "1967", "Control port of version 1."},
    {"control-port-v2", "N", "1167", "Control port of version 2."},
    {"both-ends", NULL, NULL,
     "The interfaces of the capture are at both ends and share a clock: one-way delay."},
    {"assume-synchronized", NULL, NULL,
     "The clock of the capture is on UTC: one-way delay by the responder's times."},
};

static const struct options_program program = {
    .name = "ipsla decode",
    .usage = "FILE [flags]",
    .summary = "Says what IP SLA and ICMP operations measured whose packets are in a capture (pcap "
               "or pcapng; - is\nstandard input), with the results that the sender had.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
    .positional_max = 1,
};

struct decoder {
    struct capture capture;
    struct pcap pcap;
    enum cli_decode_output output;
    bool wants_packets;
    uint32_t sessions;
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    is_interrupted = 1;
}

/* Ctrl-C ends the reading, as the end of the file does: tcpdump in the same pipe gets it too. */
static void catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static bool read_port(const struct options *options, const char *name, uint16_t *out)
{
    const char *text = options_value(options, name);
    uint64_t value;
    if (text == NULL) {
        return true;
    }
    if (!options_parse_number(text, 1, UINT16_MAX, &value)) {
        options_refuse(options, name, text, "1 to 65535");
        return false;
    }
    *out = (uint16_t)value;
    return true;
}

static bool read_timeout(const struct options *options, int64_t *out)
{
    const char *text = options_value(options, "timeout");
    int64_t value;
    if (duration_parse(text, &value) != NULL || value < TIMEOUT_MIN_NS || value > TIMEOUT_MAX_NS) {
        options_refuse(options, "timeout", text, "a duration from 1ms to 1h");
        return false;
    }
    *out = value;
    return true;
}

static bool read_options(const struct options *options, struct capture_options *out)
{
    uint8_t key[SIPHASH_KEY_BYTES];
    const char *host = options_value(options, "host");
    entropy_fill(key, sizeof key);
    out->key = siphash_key(key);
    out->has_both_ends = options_has(options, "both-ends");
    out->is_synchronized = options_has(options, "assume-synchronized");
    if (host != NULL && !addr_parse_ip(host, &out->host)) {
        options_refuse(options, "host", host, "an IP address");
        return false;
    }
    return read_port(options, "port", &out->port) &&
           read_port(options, "control-port", &out->control_ports[CONTROL_V1]) &&
           read_port(options, "control-port-v2", &out->control_ports[CONTROL_V2]) &&
           read_timeout(options, &out->timeout_ns);
}

static bool read_output(const struct options *options, enum cli_decode_output *out)
{
    static const char *const names[] = {
        [DECODE_TEXT] = "text", [DECODE_JSON] = "json", [DECODE_CSV] = "csv"};
    const char *text = options_value(options, "output");
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum cli_decode_output)i;
            return true;
        }
    }
    options_refuse(options, "output", text, "text, json or csv");
    return false;
}

/* Reads the records of the window; what is left of it, the beginning of one, moves to its front.
 * False when what comes is no capture. */
static bool read_window(struct decoder *decoder, uint8_t *window, size_t *size)
{
    struct pcap_frame frame;
    size_t at = 0, used;
    enum pcap_step step;
    do {
        step = pcap_read(&decoder->pcap, window + at, *size - at, &used, &frame);
        if (step == PCAP_FRAME) {
            capture_add(&decoder->capture, &frame);
        }
        at += used;
    } while (step != PCAP_MORE && step != PCAP_BAD);
    memmove(window, window + at, *size - at);
    *size -= at;
    return step != PCAP_BAD;
}

/* To the end of the file, an interrupt, or what is no capture. */
static void read_capture(struct decoder *decoder, int fd, struct cli_decode_end *end)
{
    uint8_t *window = mem_alloc(WINDOW_BYTES, 1);
    size_t size = 0;
    ssize_t got = 1;
    while (got > 0 && !is_interrupted) {
        got = read(fd, window + size, WINDOW_BYTES - size);
        if (got > 0) {
            size += (size_t)got;
            if (!read_window(decoder, window, &size)) {
                end->problem = decoder->pcap.problem;
                break;
            }
        }
    }
    if (got < 0 && errno != EINTR) {
        end->problem = strerror(errno);
    } else if (end->problem == NULL && !is_interrupted &&
               (size > 0 || decoder->pcap.skip > 0 || !decoder->pcap.is_open)) {
        end->problem =
            decoder->pcap.is_open ? "the file ends within a record" : "neither pcap nor pcapng";
    }
    end->offset = decoder->pcap.offset;
    end->strangers = decoder->pcap.strangers;
    free(window);
}

static void print(struct buf *out, FILE *stream)
{
    fputs(buf_string(out), stream);
    buf_fini(out);
}

static void print_session(void *context, const struct capture_session *session)
{
    struct decoder *decoder = context;
    struct buf out = {0};
    decoder->sessions++;
    switch (decoder->output) {
    case DECODE_TEXT:
        cli_decode_add_text(session, decoder->wants_packets, &out);
        break;
    case DECODE_JSON:
        cli_decode_add_json(session, decoder->wants_packets, &out);
        break;
    case DECODE_CSV:
        cli_decode_add_csv(session, decoder->sessions, decoder->wants_packets, &out);
        break;
    }
    print(&out, stdout);
}

static int print_all(struct decoder *decoder, const struct cli_decode_end *end)
{
    struct buf out = {0}, notes = {0};
    capture_end(&decoder->capture);
    if (decoder->output == DECODE_CSV) {
        cli_decode_add_csv_head(decoder->wants_packets, &out);
        print(&out, stdout);
    }
    capture_each(&decoder->capture, print_session, decoder);
    if (decoder->output == DECODE_JSON) {
        cli_decode_add_json_end(&decoder->capture, end, decoder->sessions, &out);
        print(&out, stdout);
    }
    fflush(stdout);
    cli_decode_add_notes(&decoder->capture, end, &notes);
    if (decoder->sessions == 0) {
        buf_printf(&notes, "%s: no measurement in it\n", end->name);
    }
    print(&notes, stderr);
    return end->problem == NULL && decoder->sessions > 0 ? EXIT_SUCCESS : EXIT_NONE;
}

static int decode(struct decoder *decoder, const char *file)
{
    bool is_input = strcmp(file, "-") == 0;
    struct cli_decode_end end = {.name = is_input ? "standard input" : file};
    int fd = is_input ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        fprintf(stderr, "%s: %s: %s\n", program.name, file, strerror(errno));
        return OPTIONS_EXIT_USAGE;
    }
    catch_interrupts();
    read_capture(decoder, fd, &end);
    if (!is_input) {
        close(fd);
    }
    int status = print_all(decoder, &end);
    capture_fini(&decoder->capture);
    pcap_fini(&decoder->pcap);
    return status;
}

int cli_decode_main(int argc, char **argv)
{
    struct options options;
    struct capture_options settings = {0};
    struct decoder decoder = {0};
    int status;
    if (!options_parse(&program, argc, argv, &options, &status)) {
        return status;
    }
    if (options.positional_count == 0) {
        fprintf(stderr, "%s: which file? (- is standard input)\n", program.name);
        return OPTIONS_EXIT_USAGE;
    }
    if (!read_options(&options, &settings) || !read_output(&options, &decoder.output)) {
        return OPTIONS_EXIT_USAGE;
    }
    decoder.wants_packets = options_has(&options, "packets");
    capture_init(&decoder.capture, &settings);
    return decode(&decoder, options.positional[0]);
}
