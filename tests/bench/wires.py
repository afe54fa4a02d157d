# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What probes travel on: loopback, or a pair of virtual Ethernet devices whose far end is in a namespace of its own."""

import subprocess

import bench

DEVICES = ("lo", "veth")
NEAR, FAR = "10.99.0.1", "10.99.0.2"


def _ip(*words):
    subprocess.run(["ip", *map(str, words)], check=True)


class Wire:
    """`device` to capture on, `target` to probe, `namespace` (a process's id, or None) of what answers."""

    def __init__(self, kind):
        self.kind = kind
        self.device, self.target, self.namespace, self.holder = "lo", bench.address(0), None, None

    def __enter__(self):
        if self.kind == "veth":
            self.device, self.target = "near", FAR
            self.holder = bench.Program(["unshare", "--net", "sleep", "infinity"], core=None)
            self.namespace = self.holder.pid
            own = self._namespace_of("self")
            bench.wait_for(lambda: self._namespace_of(self.namespace) != own, "a namespace")
            _ip("link", "add", "near", "type", "veth", "peer", "name", "far", "netns", self.namespace)
            _ip("address", "add", f"{NEAR}/30", "dev", "near")
            _ip("link", "set", "near", "up")
            for words in (("link", "set", "lo", "up"), ("address", "add", f"{FAR}/30", "dev", "far"),
                          ("link", "set", "far", "up")):
                subprocess.run(["nsenter", f"--net=/proc/{self.namespace}/ns/net", "ip", *words], check=True)
            bench.run(["ping", "-n", "-q", "-c", 1, "-W", 5, FAR])  # its address is resolved
        return self

    @staticmethod
    def _namespace_of(pid):
        return subprocess.run(["readlink", f"/proc/{pid}/ns/net"], capture_output=True, check=False).stdout

    def __exit__(self, *_):
        if self.holder is not None:
            _ip("link", "delete", "near")
            self.holder.stop()
