/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Why the system did not send a datagram: the errno values of sendmsg(2), in classes that tell what
 * to look at. The names are label values. */
#ifndef BASE_SEND_ERROR_H
#define BASE_SEND_ERROR_H

enum send_error {
    SEND_ERROR_BUFFER, /* a socket buffer, a queue of a device or memory is full */
    SEND_ERROR_UNREACHABLE, /* no route, no neighbour, or an ICMP error of an earlier datagram */
    SEND_ERROR_DEVICE, /* the network device is down or gone */
    SEND_ERROR_REFUSED, /* a firewall, a security module or a policy of this host */
    SEND_ERROR_SIZE, /* larger than the path or the device allows, with DF */
    SEND_ERROR_ADDRESS, /* the source address is not of this host, or does not fit */
    SEND_ERROR_OTHER,
};
#define SEND_ERROR_COUNT 7

/* `error` is an errno value. */
enum send_error send_error_of(int error);

/* "buffer", "unreachable"... */
const char *send_error_name(enum send_error error);

#endif
