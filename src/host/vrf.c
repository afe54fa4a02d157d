/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Packet information names the device that a datagram came in by, which belongs to a VRF; traffic
 * of this host within a VRF comes in by the VRF itself. The driver's name tells what is a VRF,
 * sysfs what a device belongs to: rtnetlink would tell both, but the units allow no such socket. */
#include "host/vrf.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

static bool is_vrf(int fd, const char *name)
{
    struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
    struct ifreq request = {.ifr_data = (char *)&info};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    return ioctl(fd, SIOCETHTOOL, &request) == 0 && strcmp(info.driver, "vrf") == 0;
}

/* The name of the device that `name` belongs to. */
static bool find_master(const char *name, char out[IF_NAMESIZE])
{
    char path[64 + IF_NAMESIZE], target[256];
    snprintf(path, sizeof path, "/sys/class/net/%s/master", name);
    ssize_t size = readlink(path, target, sizeof target - 1);
    if (size <= 0) {
        return false;
    }
    target[size] = '\0';
    const char *slash = strrchr(target, '/');
    snprintf(out, IF_NAMESIZE, "%.*s", IF_NAMESIZE - 1, slash == NULL ? target : slash + 1);
    return true;
}

static bool ask(uint32_t interface)
{
    char name[IF_NAMESIZE], master[IF_NAMESIZE];
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    bool is_of_vrf = if_indextoname(interface, name) != NULL &&
                     (is_vrf(fd, name) || (find_master(name, master) && is_vrf(fd, master)));
    close(fd);
    return is_of_vrf;
}

bool vrf_has(struct vrf_memory *memory, uint32_t interface, struct mono now)
{
    uint32_t at = interface % VRF_MEMORY;
    if (interface == 0) {
        return false;
    }
    if (memory->known[at].interface != interface || !mono_is_before(now, memory->known[at].until)) {
        memory->known[at].interface = interface;
        memory->known[at].is_of_vrf = ask(interface);
        memory->known[at].until = mono_add(now, VRF_MEMORY_NS);
    }
    return memory->known[at].is_of_vrf;
}
