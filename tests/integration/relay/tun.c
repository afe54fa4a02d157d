/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "relay/tun.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUEUE_PACKETS 4096

static struct ifreq device_request(const struct tun_settings *settings)
{
    struct ifreq request;
    memset(&request, 0, sizeof(request));
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", settings->device);
    return request;
}

static int set_address(int fd, unsigned long command, const struct tun_settings *settings,
                       struct in_addr value)
{
    struct ifreq request = device_request(settings);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = value};
    memcpy(&request.ifr_addr, &address, sizeof(address));
    return ioctl(fd, command, &request);
}

static int configure(const struct tun_settings *settings, const char **step)
{
    *step = "configure the device";
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    struct in_addr address;
    struct in_addr mask = {htonl(UINT32_MAX << (32 - settings->prefix_length))};
    struct ifreq request = device_request(settings);
    int result = -1;
    if (inet_pton(AF_INET, settings->address, &address) != 1) {
        errno = EINVAL;
    } else if (set_address(fd, SIOCSIFADDR, settings, address) == 0 &&
               set_address(fd, SIOCSIFNETMASK, settings, mask) == 0) {
        request.ifr_qlen = QUEUE_PACKETS;
        result = ioctl(fd, SIOCSIFTXQLEN, &request);
    }
    if (result == 0) {
        request = device_request(settings);
        request.ifr_flags = IFF_UP | IFF_RUNNING;
        result = ioctl(fd, SIOCSIFFLAGS, &request);
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}

static int create(const struct tun_settings *settings, const char *node, const char **step)
{
    *step = "open the TUN node";
    int fd = open(node, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    *step = "create the TUN device";
    struct ifreq request = device_request(settings);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (ioctl(fd, TUNSETIFF, &request) == 0 && configure(settings, step) == 0) {
        return fd;
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

int tun_open(const struct tun_settings *settings, const char *node, const char **step)
{
    *step = "open the namespaces";
    int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    int other = open(settings->namespace_path, O_RDONLY | O_CLOEXEC);
    int fd = -1;
    int saved;
    if (own >= 0 && other >= 0) {
        *step = "enter the namespace";
        if (setns(other, CLONE_NEWNET) == 0) {
            fd = create(settings, node, step);
            saved = errno;
            if (setns(own, CLONE_NEWNET) != 0) {
                saved = errno;
                *step = "return from the namespace";
                close(fd);
                fd = -1;
            }
            errno = saved;
        }
    }
    saved = errno;
    if (own >= 0) {
        close(own);
    }
    if (other >= 0) {
        close(other);
    }
    errno = saved;
    return fd;
}
