/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Whether a datagram came through a VRF. A socket that is bound to no device gets those of all VRFs
 * when net.ipv4.udp_l3mdev_accept is set, and what it sends leaves by the default table. */
#ifndef HOST_VRF_H
#define HOST_VRF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

#define VRF_MEMORY 16
/* A device is asked about again after this time. */
#define VRF_MEMORY_NS NS_PER_SECOND

/* Of interfaces that were asked about; all zero: none. One thread's own. */
struct vrf_memory {
    struct {
        uint32_t interface;
        bool is_of_vrf;
        struct mono until;
    } known[VRF_MEMORY];
};

/* Whether the interface of that index is a VRF or belongs to one. False for 0, and when the system
 * does not tell (sysfs of another network namespace). */
bool vrf_has(struct vrf_memory *memory, uint32_t interface, struct mono now);

#endif
