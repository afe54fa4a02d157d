# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""A routed way of six hops in network namespaces, whose third has two equal members:

    sender - r1 - r2 - r3a - r4 - r5 - host
                     \\ r3b /
r2 chooses between them by addresses and ports. r3b can lose packets, r4 can rewrite DSCP."""

import subprocess

import harness

HOST = "10.6.0.2"
HOPS = 6
MEMBERS = ("10.3.0.2", "10.3.1.2")  # r3a, r3b
# name, device and address of both ends
LINKS = (("sender", "10.1.0.1", "r1", "10.1.0.2"), ("r1", "10.2.0.1", "r2", "10.2.0.2"),
         ("r2", "10.3.0.1", "r3a", "10.3.0.2"), ("r2", "10.3.1.1", "r3b", "10.3.1.2"),
         ("r3a", "10.4.0.1", "r4", "10.4.0.2"), ("r3b", "10.4.1.1", "r4", "10.4.1.2"),
         ("r4", "10.5.0.1", "r5", "10.5.0.2"), ("r5", "10.6.0.1", "host", "10.6.0.2"))
ROUTES = (("sender", "default via 10.1.0.2"), ("r1", "default via 10.2.0.2"),
          ("r2", "10.6.0.0/24 nexthop via 10.3.0.2 nexthop via 10.3.1.2"),
          ("r3a", "10.6.0.0/24 via 10.4.0.2"), ("r3b", "10.6.0.0/24 via 10.4.1.2"), ("r4", "10.6.0.0/24 via 10.5.0.2"),
          ("host", "default via 10.6.0.1"), ("r5", "10.1.0.0/24 via 10.5.0.1"), ("r4", "10.1.0.0/24 via 10.4.0.1"),
          ("r3a", "10.1.0.0/24 via 10.3.0.1"), ("r3b", "10.1.0.0/24 via 10.3.1.1"), ("r2", "10.1.0.0/24 via 10.2.0.1"))
SETTINGS = {"ipv4/ip_forward": 1, "ipv4/icmp_ratelimit": 0, "ipv4/fib_multipath_hash_policy": 1,
            "ipv4/conf/all/rp_filter": 0, "ipv4/conf/default/rp_filter": 0}


class Way:
    """The namespaces, by name, with everything set up."""

    def __init__(self):
        harness.require_program("ip")
        names = ("sender", "r1", "r2", "r3a", "r3b", "r4", "r5", "host")
        self.spaces = {name: harness.Namespace() for name in names}
        for name in names:
            self._set(name)
        for number, link in enumerate(LINKS):
            self._link(number, *link)
        for name, route in ROUTES:
            self.run(name, f"ip route add {route}")
        self.sender, self.host = self.spaces["sender"], self.spaces["host"]

    def run(self, name, command):
        with self.spaces[name].entered():
            done = subprocess.run(command.split(), check=False, capture_output=True, text=True)
        if done.returncode != 0:
            harness.skip(f"this kernel or its tools lack something: {command}: {done.stderr.strip()}")

    def _set(self, name):
        for setting, value in SETTINGS.items():
            try:
                with self.spaces[name].entered(), open(f"/proc/sys/net/{setting}", "w", encoding="ascii") as file:
                    file.write(str(value))
            except OSError as error:
                harness.skip(f"this kernel does not let a namespace set net/{setting}: {error.strerror}")

    def _link(self, number, left, left_address, right, right_address):
        self.run(left, f"ip link add l{number} type veth peer name l{number} netns {self.spaces[right].path}")
        for name, address in ((left, left_address), (right, right_address)):
            self.run(name, f"ip addr add {address}/30 dev l{number}")
            self.run(name, f"ip link set l{number} up")

    def filter(self, name, rule):
        """A rule for what the router forwards."""
        harness.require_program("nft")
        self.run(name, "nft add table ip way")
        self.run(name, "nft add chain ip way forward { type filter hook forward priority 0 ; }")
        self.run(name, f"nft add rule ip way forward {rule}")
