# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The load that the measurements of run.sh share, ours and the bare loop's."""

import sys

import bench

QUICK = "--quick" in sys.argv


class Load:
    """Operations whose probes make up `rate` a second, each session in its own phase of the interval."""

    def __init__(self, targets, rate, seconds, **keys):
        self.targets, self.rate = targets, rate
        interval_us = targets * 1_000_000 // rate
        self.interval_ns = interval_us * 1000
        self.packets = max(2, int(seconds * 1e6) // interval_us)
        self.config = bench.configuration(targets, bench.spread(targets, interval_us), frequency="300s",
                                          timeout="1s", num_packets=self.packets, interval=f"{interval_us}us", **keys)
        self.lead_in = interval_us / 1e6 + 1.0


def bare_probe_ns(targets, rate, seconds=2):
    """CPU of the bare loop with the stamps that the exporter takes, ns a probe."""
    return bench.bare("send", "--targets", targets, "--rate", rate, "--duration", seconds, "--tx")["ns_per_probe"]
