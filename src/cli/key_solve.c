/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which of the ways to compute the MD5 digest of version 1 is the real one? One captured request
 * whose key is known tells: every way is tried on it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "config/secret.h"
#include "program/options.h"
#include "wire/frame.h"
#include "wire/ipsla.h"

/* Captures are read whole: one handshake is enough, so a large one is a mistake. */
#define CAPTURE_BYTES_MAX ((size_t)64 * 1024 * 1024)

static const struct option_row rows[] = {
    {"pcap", "FILE", NULL, "A capture (pcap or pcapng) with a signed request to UDP 1967."},
    {"secret", "TEXT", NULL, "The key's secret; other users of this machine can see it."},
    {"secret-file", "FILE", NULL, "File whose one line is the secret."},
};

static const struct options_program program = {
    .name = "ipsla key-solve",
    .usage = "--pcap FILE --secret-file FILE",
    .summary = "Names the MD5 layout of captured version 1 requests whose key is known.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
};

static bool read_secret(const struct options *options, struct auth_key *key)
{
    const char *text = options_value(options, "secret");
    const char *file = options_value(options, "secret-file");
    *key = (struct auth_key){.id = 1, .algorithm = AUTH_MD5};
    if ((text == NULL) == (file == NULL)) {
        fprintf(stderr, "ipsla key-solve: give --secret-file or --secret\n");
        return false;
    }
    if (file != NULL) {
        bool is_exposed;
        const char *problem = secret_read(NULL, file, key, &is_exposed);
        if (problem != NULL) {
            fprintf(stderr, "ipsla key-solve: %s %s\n", file, problem);
        }
        return problem == NULL;
    }
    key->size = strlen(text);
    if (key->size == 0 || key->size > AUTH_SECRET_MD5_MAX) {
        fprintf(stderr, "ipsla key-solve: a secret has 1 to %d bytes\n", AUTH_SECRET_MD5_MAX);
        return false;
    }
    memcpy(key->secret, text, key->size);
    return true;
}

/* The whole file; NULL after a message. The caller frees it. */
static uint8_t *read_capture(const char *file, size_t *size)
{
    FILE *stream = fopen(file, "rb");
    if (stream == NULL) {
        fprintf(stderr, "ipsla key-solve: %s: %s\n", file, strerror(errno));
        return NULL;
    }
    struct buf bytes = {0};
    char chunk[65536];
    size_t got;
    while (bytes.size <= CAPTURE_BYTES_MAX && (got = fread(chunk, 1, sizeof chunk, stream)) > 0) {
        buf_add(&bytes, chunk, got);
    }
    bool has_failed = ferror(stream) != 0;
    fclose(stream);
    if (has_failed || bytes.size > CAPTURE_BYTES_MAX) {
        fprintf(stderr, "ipsla key-solve: %s: %s\n", file,
                has_failed ? "cannot be read" : "larger than 64 MiB");
        buf_fini(&bytes);
        return NULL;
    }
    *size = bytes.size;
    return bytes.bytes != NULL ? (uint8_t *)bytes.bytes : mem_alloc(1, 1);
}

/* How often each layout fitted. */
struct findings {
    unsigned requests; /* signed ones */
    unsigned fits[AUTH_LAYOUT_COUNT];
};

static void try_request(const struct packet *datagram, const struct auth_key *key,
                        struct findings *findings)
{
    struct ipsla_request request;
    unsigned layout;
    if (datagram->destination.port != IPSLA_CONTROL_PORT ||
        ipsla_request_decode(datagram->bytes, datagram->size, &request) != IPSLA_ACCEPT ||
        !request.wants_auth) {
        return;
    }
    findings->requests++;
    bool is_found = auth_verify(datagram->bytes, datagram->size, key, &layout);
    printf("request id %u, key id %u: %s\n", (unsigned)request.id,
           (unsigned)auth_key_id(datagram->bytes, datagram->size),
           is_found ? auth_layout_name(layout) : "no layout fits");
    if (is_found) {
        findings->fits[layout]++;
    }
}

/* Tries every request in the capture. False when it is none. */
static bool try_capture(const uint8_t *bytes, size_t size, const struct auth_key *key,
                        struct findings *findings)
{
    struct pcap pcap = {0};
    struct pcap_frame frame;
    struct packet packet;
    enum pcap_step step;
    size_t at = 0, used;
    do {
        step = pcap_read(&pcap, bytes + at, size - at, &used, &frame);
        at += used;
        if (step == PCAP_FRAME && frame_read(&frame, &packet) == FRAME_PACKET &&
            packet_read_udp(&packet)) {
            try_request(&packet, key, findings);
        }
    } while (step != PCAP_MORE && step != PCAP_BAD);
    bool is_capture = pcap.is_open;
    pcap_fini(&pcap);
    return is_capture;
}

static int conclude(const struct findings *findings)
{
    if (findings->requests == 0) {
        printf("no signed version 1 request to UDP 1967 in this capture\n");
        return EXIT_FAILURE;
    }
    for (unsigned i = 0; i < AUTH_LAYOUT_COUNT; i++) {
        if (findings->fits[i] == findings->requests) {
            printf("auth_layout: %s\n", auth_layout_name(i));
            return EXIT_SUCCESS;
        }
    }
    printf("no layout fits all requests: another secret, or a way that is not known here\n");
    return EXIT_FAILURE;
}

int cli_key_solve(int argc, char **argv)
{
    struct options options;
    struct auth_key key;
    struct findings findings = {0};
    size_t size = 0;
    int status = OPTIONS_EXIT_USAGE;
    if (!options_parse(&program, argc, argv, &options, &status)) {
        return status;
    }
    const char *file = options_value(&options, "pcap");
    if (file == NULL) {
        fprintf(stderr, "ipsla key-solve: which capture? (--pcap FILE)\n");
        return OPTIONS_EXIT_USAGE;
    }
    if (!read_secret(&options, &key)) {
        return OPTIONS_EXIT_USAGE;
    }
    uint8_t *bytes = read_capture(file, &size);
    if (bytes != NULL && try_capture(bytes, size, &key, &findings)) {
        status = conclude(&findings);
    } else {
        if (bytes != NULL) {
            fprintf(stderr, "ipsla key-solve: %s is neither pcap nor pcapng\n", file);
        }
        status = OPTIONS_EXIT_USAGE;
    }
    free(bytes);
    auth_key_wipe(&key);
    return status;
}
