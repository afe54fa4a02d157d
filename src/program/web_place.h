/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The words of flags that say where HTTP is served: addresses, sockets, URLs. */
#ifndef PROGRAM_WEB_PLACE_H
#define PROGRAM_WEB_PLACE_H

#include <stdbool.h>

#include "base/addr.h"

#define WEB_PATH_MAX 512
#define WEB_UNIX_PATH_MAX 108

/* A Unix socket to listen at. */
struct web_unix {
    char path[WEB_UNIX_PATH_MAX];
    unsigned mode; /* its permissions */
};

/* Each returns NULL, or what is wrong, as the end of a sentence about the text. */

/* "10967", ":10967", "192.0.2.1:10967", "[2001:db8::1]:10967", "localhost:10967", whose name is
 * resolved. A port alone means every address, which is :: as every program says it. */
const char *web_place_parse(const char *text, struct addr *out);

bool web_place_is_unix(const char *text); /* begins with "unix:" */
/* "unix:/run/ipsla.sock", "unix:/run/ipsla.sock,mode=0600"; the mode is 0660 otherwise. */
const char *web_place_parse_unix(const char *text, struct web_unix *out);

/* "ipsla", "/ipsla/" become "/ipsla"; "/" becomes "". */
const char *web_place_parse_prefix(const char *text, char out[WEB_PATH_MAX]);

/* The path of "https://example.net/ipsla/", in the same form. */
const char *web_place_parse_url(const char *text, char out[WEB_PATH_MAX]);

/* Whether a path can stand in links and logs as it is. */
bool web_place_is_plain(const char *path);

#endif
