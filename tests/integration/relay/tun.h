/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A TUN device inside another network namespace. It lives as long as its descriptor. */
#ifndef RELAY_TUN_H
#define RELAY_TUN_H

#include <net/if.h>

struct tun_settings {
    char namespace_path[256]; /* a namespace file: /run/netns/NAME or /proc/PID/fd/N */
    char device[IFNAMSIZ];
    char address[16]; /* IPv4, dotted */
    unsigned prefix_length;
};

/* Creates the device in the namespace, gives it the address and sets it up. `node` is /dev/net/tun
 * or a device node like it. Returns its non-blocking descriptor, or -1 with errno set and *step
 * saying what failed. The calling thread is back in its own namespace in either case. */
int tun_open(const struct tun_settings *settings, const char *node, const char **step);

#endif
