/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/adapter.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* After net/if.h, whose names they use. */
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>

/* Reading the clock over the bus takes about 1 us. When it takes longer, the thread was interrupted
 * and the reading is repeated. */
#define GOOD_NS 2000
#define TRIES 4

/* The clock id of an open descriptor, built as the kernel's ptp documentation describes. */
static clockid_t clock_of(int fd)
{
    return (clockid_t)((~(unsigned)fd << 3) | 3u);
}

static int64_t read_ns(clockid_t clock)
{
    struct timespec at = {0};
    clock_gettime(clock, &at);
    return (int64_t)at.tv_sec * NS_PER_SECOND + at.tv_nsec;
}

static struct ifreq request_for(const char *device, void *data)
{
    struct ifreq request = {.ifr_data = data};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
    return request;
}

/* The number N of the adapter's clock /dev/ptpN, or -errno. */
static int find_clock(int fd, const char *device)
{
    const unsigned needed =
        SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
    struct ethtool_ts_info info = {.cmd = ETHTOOL_GET_TS_INFO};
    struct ifreq request = request_for(device, (void *)&info);
    if (ioctl(fd, SIOCETHTOOL, &request) != 0) {
        return -errno;
    }
    bool stamps_all = (info.rx_filters & (1u << HWTSTAMP_FILTER_ALL)) != 0;
    bool can = (info.so_timestamping & needed) == needed && stamps_all && info.phc_index >= 0;
    return can ? info.phc_index : -EOPNOTSUPP;
}

/* Another program (a PTP daemon) may have switched it on. Its settings stay when they include all
 * packets. */
static int switch_on(int fd, const char *device)
{
    struct hwtstamp_config config = {0};
    struct ifreq request = request_for(device, (void *)&config);
    bool is_on = ioctl(fd, SIOCGHWTSTAMP, &request) == 0 && config.tx_type != HWTSTAMP_TX_OFF &&
                 config.rx_filter == HWTSTAMP_FILTER_ALL;
    if (is_on) {
        return 0;
    }
    config = (struct hwtstamp_config){.tx_type = HWTSTAMP_TX_ON, .rx_filter = HWTSTAMP_FILTER_ALL};
    return ioctl(fd, SIOCSHWTSTAMP, &request) == 0 ? 0 : -errno;
}

int adapter_open(int fd, const char *device, struct adapter *out)
{
    char path[32];
    int number = find_clock(fd, device);
    int error = number < 0 ? number : switch_on(fd, device);
    if (error != 0) {
        return error;
    }
    snprintf(path, sizeof path, "/dev/ptp%d", number);
    int made = open(path, O_RDONLY | O_CLOEXEC);
    if (made < 0) {
        return -errno;
    }
    *out = (struct adapter){.fd = made};
    return 0;
}

void adapter_close(struct adapter *adapter)
{
    close(adapter->fd);
}

void adapter_read(struct adapter *adapter)
{
    int64_t best_ns = INT64_MAX;
    for (int i = 0; i < TRIES && best_ns > GOOD_NS; i++) {
        int64_t before_ns = read_ns(CLOCK_MONOTONIC);
        int64_t own_ns = read_ns(clock_of(adapter->fd));
        int64_t took_ns = read_ns(CLOCK_MONOTONIC) - before_ns;
        if (took_ns < best_ns) {
            best_ns = took_ns;
            adapter->mono.ns = before_ns + took_ns / 2;
            adapter->own.ns = own_ns;
        }
    }
    int64_t error_ns = best_ns / 2 + 1;
    adapter->error_ns = error_ns > UINT32_MAX ? UINT32_MAX : (uint32_t)error_ns;
}

bool adapter_moment(const struct adapter *adapter, struct wall own, struct mono *out)
{
    int64_t age_ns = wall_diff(adapter->own, own);
    if (own.ns == 0 || age_ns < -(int64_t)adapter->error_ns || age_ns > NS_PER_SECOND) {
        return false;
    }
    *out = mono_add(adapter->mono, -age_ns);
    return true;
}
