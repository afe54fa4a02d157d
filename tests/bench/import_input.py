#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the input of the benchmark of `ipsla import` (docs/benchmarks.md): `import_input.py DEVICES OPERATIONS [FILLER]`, running
configurations with so many operations on each device, and FILLER lines about other things per device."""
import sys

HEAD = """version 17.9
hostname dev{0}
interface Loopback0
 ip address 10.{1}.{2}.1 255.255.255.255
"""
OPERATION = """ip sla {0}
 udp-jitter 192.0.2.{1} 16384 num-packets 20 interval 30 source-ip 198.51.100.1
 tos 184
 timeout 2000
 threshold 150
 frequency 30
 tag device-{0}
ip sla schedule {0} life forever start-time now
ip sla reaction-configuration {0} react rtt threshold-value 150 100 threshold-type consecutive 3 action-type trapOnly
track {0} ip sla {0} reachability
"""
FILLER = """interface GigabitEthernet0/{0}
 description link to somewhere else, number {0}
 ip address 198.51.{0}.1 255.255.255.0
 no shutdown
!
"""


def main():
    devices, operations = int(sys.argv[1]), int(sys.argv[2])
    filler = int(sys.argv[3]) // 5 if len(sys.argv) > 3 else 0
    for device in range(devices):
        print(HEAD.format(device, device // 256 % 256, device % 256), end="")
        for number in range(filler):
            print(FILLER.format(number % 256), end="")
        for number in range(1, operations + 1):
            print(OPERATION.format(number, number % 250 + 1), end="")
        print("end")


if __name__ == "__main__":
    main()
