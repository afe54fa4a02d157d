/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/peer.h"

#include <stdlib.h>

#include "base/mem.h"

struct import_peers {
    enum import_format format;
};

struct import_peers *import_peers_new(void)
{
    return mem_alloc(1, sizeof(struct import_peers));
}

void import_peers_free(struct import_peers *peers)
{
    free(peers);
}

enum import_format import_format_guess(const char *bytes, size_t size)
{
    (void)bytes;
    (void)size;
    return FORMAT_IOS;
}

void import_peer_begin(struct import_peers *peers, enum import_format format)
{
    peers->format = format;
}

void import_peer_line(struct import_peers *peers, struct import_reader *reader,
                      const struct import_line *line)
{
    (void)peers;
    (void)reader;
    (void)line;
}

void import_peer_bytes(struct import_peers *peers, const char *bytes, size_t size)
{
    (void)peers;
    (void)bytes;
    (void)size;
}

void import_peer_end(struct import_peers *peers, struct import_reader *reader)
{
    (void)peers;
    (void)reader;
}

void import_peers_finish(struct import_peers *peers, struct import_reader *reader)
{
    (void)peers;
    (void)reader;
}
