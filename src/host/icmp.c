/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/icmp.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/sock.h"

#define TYPE_AT 0
#define IDENTIFIER_AT 4
#define IP_HEADER_BYTES_MIN 20
#define ACCEPT_ALL UINT32_MAX
#define QUOTE_AT 8 /* in an ICMP error, the IP header */
#define IP_DESTINATION_AT 16
#define IP6_DESTINATION_AT 24
#define IP6_DESTINATION_TAIL 12

static int attach(int fd, struct sock_filter *code, size_t count)
{
    struct sock_fprog program = {.len = (unsigned short)count, .filter = code};
    int result = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    return result == 0 ? 0 : -errno;
}

/* Accepts only replies of this type and identifier. The first instruction loads the length of the
 * IP header into X; the offsets count from there. */
static int attach_filter4(int fd, uint8_t reply_type, uint16_t identifier)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
        BPF_STMT(BPF_LD | BPF_B | BPF_IND, TYPE_AT),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, reply_type, 0, 3),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, IDENTIFIER_AT),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, ACCEPT_ALL),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    return attach(fd, code, sizeof code / sizeof code[0]);
}

/* The same for IPv6, whose raw sockets receive no IP header. ICMP6_FILTER rejects other types
 * before the kernel copies the packet, which matters for neighbour discovery. */
static int attach_filter6(int fd, uint16_t identifier)
{
    struct icmp6_filter types;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, IDENTIFIER_AT),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, ACCEPT_ALL),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    ICMP6_FILTER_SETBLOCKALL(&types);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &types);
    if (setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &types, sizeof types) != 0) {
        return -errno;
    }
    return attach(fd, code, sizeof code / sizeof code[0]);
}

/* Accepts only "unreachable" and "time exceeded" that quote an IP header with this destination. */
static int attach_errors4(int fd, const struct addr *peer)
{
    uint32_t destination;
    memcpy(&destination, peer->ip, sizeof destination);
    struct sock_filter code[] = {
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
        BPF_STMT(BPF_LD | BPF_B | BPF_IND, TYPE_AT),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP_DEST_UNREACH, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP_TIME_EXCEEDED, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_IND, QUOTE_AT + IP_DESTINATION_AT),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohl(destination), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, ACCEPT_ALL),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    return attach(fd, code, sizeof code / sizeof code[0]);
}

/* The same for IPv6, of whose destination the last four bytes are compared: whoever reads the
 * message compares the rest. */
static int attach_errors6(int fd, const struct addr *peer)
{
    struct icmp6_filter types;
    uint32_t destination;
    memcpy(&destination, peer->ip + IP6_DESTINATION_TAIL, sizeof destination);
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, QUOTE_AT + IP6_DESTINATION_AT + IP6_DESTINATION_TAIL),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohl(destination), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, ACCEPT_ALL),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    ICMP6_FILTER_SETBLOCKALL(&types);
    ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &types);
    ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &types);
    if (setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &types, sizeof types) != 0) {
        return -errno;
    }
    return attach(fd, code, sizeof code / sizeof code[0]);
}

static int attach_filter(int fd, const struct icmp_call *call)
{
    if (call->transport == TRANSPORT_ICMP_ERRORS) {
        return call->local.family == ADDR_IPV6 ? attach_errors6(fd, &call->peer)
                                               : attach_errors4(fd, &call->peer);
    }
    if (call->local.family == ADDR_IPV6) {
        return attach_filter6(fd, call->identifier);
    }
    bool is_echo = call->transport == TRANSPORT_ICMP_ECHO;
    return attach_filter4(fd, is_echo ? ICMP_ECHOREPLY : ICMP_TIMESTAMPREPLY, call->identifier);
}

static int make_socket(const struct icmp_call *call, int type)
{
    type |= SOCK_NONBLOCK | SOCK_CLOEXEC;
    int fd = call->local.family == ADDR_IPV6 ? socket(AF_INET6, type, IPPROTO_ICMPV6)
                                             : socket(AF_INET, type, IPPROTO_ICMP);
    return fd < 0 ? -errno : fd;
}

static bool is_refusal(int error)
{
    return error == -EACCES || error == -EPERM || error == -EPROTONOSUPPORT;
}

/* A descriptor or -errno. */
static int make(const struct icmp_call *call, bool *is_raw)
{
    int fd = -EPROTONOSUPPORT;
    *is_raw = false;
    if (call->transport == TRANSPORT_ICMP_ECHO) {
        fd = make_socket(call, SOCK_DGRAM);
    }
    if (is_refusal(fd)) {
        *is_raw = true;
        fd = make_socket(call, SOCK_RAW);
    }
    return is_refusal(fd) ? -EPROTONOSUPPORT : fd;
}

int icmp_open(const struct icmp_call *call, struct icmp_socket *out)
{
    struct icmp_socket made = {.fd = -1};
    bool is_ipv6 = call->local.family == ADDR_IPV6;
    bool is_raw;
    if (is_ipv6 && call->transport == TRANSPORT_ICMP_TIMESTAMP) {
        return -EAFNOSUPPORT;
    }
    made.fd = make(call, &is_raw);
    if (made.fd < 0) {
        return made.fd;
    }
    int error = is_raw ? attach_filter(made.fd, call) : 0;
    if (error == 0) {
        error = sock_adopt(made.fd, &call->local, &call->options, &made.bound);
    }
    if (error != 0) {
        close(made.fd);
        return error;
    }
    if (is_raw) {
        made.bound.port = call->identifier;
    }
    made.has_ip_header = is_raw && !is_ipv6;
    *out = made;
    return 0;
}

bool icmp_strip(const uint8_t **bytes, size_t *size)
{
    size_t header = *size == 0 ? 0 : ((*bytes)[0] & 0xfu) * 4u;
    if (header < IP_HEADER_BYTES_MIN || *size < header) {
        return false;
    }
    *bytes += header;
    *size -= header;
    return true;
}

bool icmp_is_quoted(const uint8_t *quote, size_t size, uint16_t identifier)
{
    return size >= ICMP_MINLEN &&
           (quote[IDENTIFIER_AT] << 8 | quote[IDENTIFIER_AT + 1]) == identifier;
}
