/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Asks a running exporter over HTTP: one GET, the lines of its answer one by one. */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FETCH_URL "http://localhost:10967"
#define FETCH_SECONDS 10 /* that nothing may come for */
#define FETCH_WHOLE "60s" /* that the whole answer may take */
/* A longer line ends the answer as one that cannot be read. */
#define FETCH_LINE_MAX ((size_t)1024 * 1024)

struct fetch;

/* Asks for `path` ("/api/v1/targets") below `url` ("http://HOST[:PORT][/PREFIX]", or "-": standard
 * input is the answer). NULL after a message on standard error, which `program` begins. */
struct fetch *fetch_open(const char *program, const char *url, const char *path);
/* The same; the whole answer must be there within `within_ns`. */
struct fetch *fetch_open_within(const char *program, const char *url, const char *path,
                                int64_t within_ns);

/* The next line without its newline, until the next call. NULL at the end. */
const char *fetch_line(struct fetch *fetch);

/* False after a message: the answer ended in the middle, or a line was too long. */
bool fetch_close(struct fetch *fetch);

#endif
