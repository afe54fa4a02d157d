/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The files of programs that measure or poll: their targets as operations. */
#ifndef IMPORT_PEER_H
#define IMPORT_PEER_H

#include "import/format.h"
#include "import/reader.h"

/* As much of a file as is needed to see what it is. */
#define IMPORT_HEAD_BYTES 8192

struct import_peers;

struct import_peers *import_peers_new(void);
void import_peers_free(struct import_peers *peers);

/* What a file that begins with these bytes is. */
enum import_format import_format_guess(const char *bytes, size_t size);

/* A file of this format begins. */
void import_peer_begin(struct import_peers *peers, enum import_format format);
/* One line of a format that is read by lines. */
void import_peer_line(struct import_peers *peers, struct import_reader *reader,
                      const struct import_line *line);
/* Bytes of a format that is read as a whole. */
void import_peer_bytes(struct import_peers *peers, const char *bytes, size_t size);
/* The file is over; its operations go to the device of the reader. */
void import_peer_end(struct import_peers *peers, struct import_reader *reader);
/* All files are over: what belongs to several of them goes to a device of its own. */
void import_peers_finish(struct import_peers *peers, struct import_reader *reader);

#endif
