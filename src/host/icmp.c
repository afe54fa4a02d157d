/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/icmp.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/sock.h"

#define TYPE_AT 0
#define IDENTIFIER_AT 4
#define IP_HEADER_BYTES_MIN 20
#define ACCEPT_ALL UINT32_MAX

/* Only replies of our type with our identifier pass. Offsets count from the IP header, whose length
 * the first instruction takes into X. */
static int attach_filter(int fd, uint8_t reply_type, uint16_t identifier)
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
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    int result = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    return result == 0 ? 0 : -errno;
}

static int make_socket(int type)
{
    int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP);
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
        fd = make_socket(SOCK_DGRAM);
    }
    if (is_refusal(fd)) {
        *is_raw = true;
        fd = make_socket(SOCK_RAW);
    }
    return is_refusal(fd) ? -EPROTONOSUPPORT : fd;
}

int icmp_open(const struct icmp_call *call, struct icmp_socket *out)
{
    struct icmp_socket made = {.fd = -1};
    uint8_t reply_type =
        call->transport == TRANSPORT_ICMP_ECHO ? ICMP_ECHOREPLY : ICMP_TIMESTAMPREPLY;
    if (call->local.family == ADDR_IPV6) {
        return -EAFNOSUPPORT;
    }
    made.fd = make(call, &made.is_raw);
    if (made.fd < 0) {
        return made.fd;
    }
    int error = made.is_raw ? attach_filter(made.fd, reply_type, call->identifier) : 0;
    if (error == 0) {
        error = sock_adopt(made.fd, &call->local, &call->options, &made.bound);
    }
    if (error != 0) {
        close(made.fd);
        return error;
    }
    if (made.is_raw) {
        made.bound.port = call->identifier;
    }
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
