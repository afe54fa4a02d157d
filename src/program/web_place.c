/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/web_place.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_BYTES 256
#define MODE_DEFAULT 0660
#define MODE_MAX 0777

/* The first IPv4 address of the name, else its first. */
static bool resolve(const char *name, struct addr *out)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found;
    struct addr addr = {0};
    if (getaddrinfo(name, NULL, &hints, &found) != 0) {
        return false;
    }
    for (const struct addrinfo *at = found; at != NULL && addr.family != ADDR_IPV4;
         at = at->ai_next) {
        if (at->ai_family == AF_INET) {
            addr = (struct addr){.family = ADDR_IPV4};
            memcpy(addr.ip, &((const struct sockaddr_in *)(const void *)at->ai_addr)->sin_addr, 4);
        } else if (at->ai_family == AF_INET6 && addr.family == ADDR_NONE) {
            addr.family = ADDR_IPV6;
            memcpy(addr.ip, &((const struct sockaddr_in6 *)(const void *)at->ai_addr)->sin6_addr,
                   16);
        }
    }
    freeaddrinfo(found);
    *out = addr;
    return addr.family != ADDR_NONE;
}

const char *web_place_parse(const char *text, struct addr *out)
{
    static const char syntax[] =
        "is not a port, or a host and port such as 127.0.0.1:10967 or localhost:10967";
    char name[NAME_BYTES];
    const char *colon = strrchr(text, ':');
    struct addr addr;
    if (addr_parse_ip_port(text, out)) {
        if (colon == NULL || colon == text) {
            out->family = ADDR_IPV6;
        }
        return NULL;
    }
    if (colon == NULL || strchr(text, ':') != colon || !addr_parse_ip_port(colon, &addr) ||
        strcspn(text, "[]/ ") < (size_t)(colon - text) || colon - text >= NAME_BYTES) {
        return syntax;
    }
    snprintf(name, sizeof name, "%.*s", (int)(colon - text), text);
    if (!resolve(name, out)) {
        return "has a name that has no address";
    }
    out->port = addr.port;
    return NULL;
}

bool web_place_is_unix(const char *text)
{
    return strncmp(text, "unix:", 5) == 0;
}

const char *web_place_parse_unix(const char *text, struct web_unix *out)
{
    static const char mode[] = ",mode=";
    const char *path = text + 5;
    const char *comma = strchr(path, ',');
    size_t length = comma == NULL ? strlen(path) : (size_t)(comma - path);
    out->mode = MODE_DEFAULT;
    if (path[0] != '/' || length < 2) {
        return "needs an absolute path, as in unix:/run/ipsla.sock";
    }
    if (length >= WEB_UNIX_PATH_MAX) {
        return "is too long a path for a socket (107 bytes)";
    }
    if (comma != NULL) {
        const char *digits = comma + sizeof mode - 1;
        bool is_mode = strncmp(comma, mode, sizeof mode - 1) == 0 && *digits != '\0' &&
                       strlen(digits) <= 4 && strspn(digits, "01234567") == strlen(digits);
        unsigned long bits = is_mode ? strtoul(digits, NULL, 8) : 0;
        if (!is_mode || bits > MODE_MAX) {
            return "has no such permissions; they are octal, as in unix:/run/ipsla.sock,mode=0660";
        }
        out->mode = (unsigned)bits;
    }
    memcpy(out->path, path, length);
    out->path[length] = '\0';
    return NULL;
}

bool web_place_is_plain(const char *path)
{
    return strpbrk(path, "?#% \t\r\n\"<>\\") == NULL;
}

const char *web_place_parse_prefix(const char *text, char out[WEB_PATH_MAX])
{
    while (*text == '/') {
        text++;
    }
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '/') {
        length--;
    }
    static const char problem[] = "is not a path such as /ipsla";
    if (!web_place_is_plain(text) || length > WEB_PATH_MAX - 2) {
        return problem;
    }
    snprintf(out, WEB_PATH_MAX, "%s%.*s", length > 0 ? "/" : "", (int)length, text);
    return strstr(out, "//") == NULL ? NULL : problem;
}

const char *web_place_parse_url(const char *text, char out[WEB_PATH_MAX])
{
    static const char problem[] = "is not a URL such as https://example.net/ipsla/";
    size_t scheme = strncasecmp(text, "http://", 7) == 0    ? 7
                    : strncasecmp(text, "https://", 8) == 0 ? 8
                                                            : 0;
    const char *host = text + scheme;
    size_t length = strcspn(host, "/");
    if (scheme == 0 || length == 0 || !web_place_is_plain(host)) {
        return problem;
    }
    return web_place_parse_prefix(host + length, out) == NULL ? NULL : problem;
}
