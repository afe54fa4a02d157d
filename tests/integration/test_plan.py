# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""ipsla plan against what an exporter then does: packets and bytes on a device of its own, series and bytes of a scrape."""

import json
import subprocess

import harness

NEAR, FAR = "192.0.2.10", "192.0.2.1"
MACS = {NEAR: "02:00:00:00:00:01", FAR: "02:00:00:00:00:02"}
ETHERNET_BYTES = 14
# Each target runs some operations and ends: then nothing more is on the way, and all of it can be counted.
HEAD = "defaults: {frequency: 1s, timeout: 500ms, interval: 10ms, start: now, life: 2s}\n"
TARGETS = {
    "jitter": "labels: {site: paris}, port: 16384",
    "fine": "port: 16385, precision: microseconds, control: {version: 2}, series: all",
    "echo": "operation: udp-echo, port: 7001, series: minimal",
    "light": "operation: twamp-light, port: 862, num_packets: 5, request_data_size: 41, histograms: classic, reflector: stateless",
    "connect": "operation: tcp-connect, port: 50001",
    "server": "operation: tcp-connect, port: 443, control: {version: none}",
    "twamp": "operation: twamp, port: 862, num_packets: 5",
}


def config(*names):
    lines = (f"  - {{name: {name}, host: {FAR}, {TARGETS[name]}}}\n" for name in names)
    return HEAD + "targets:\n" + "".join(lines)


class PlanTest(harness.Case):
    def setUp(self):
        super().setUp()
        harness.require_program("ip")
        self.near, self.far = harness.Namespace(), harness.Namespace()
        self.ip(self.near, f"link add near address {MACS[NEAR]} type veth peer name far address {MACS[FAR]} "
                           f"netns /proc/self/fd/{self.far.fd}")
        # Only measurements shall be counted: no search for neighbours of either kind.
        for namespace, device, own, peer in ((self.near, "near", NEAR, FAR), (self.far, "far", FAR, NEAR)):
            self.ip(namespace, f"link set {device} addrgenmode none")
            self.ip(namespace, f"address add {own}/24 dev {device}")
            self.ip(namespace, f"link set {device} up")
            self.ip(namespace, f"neigh replace {peer} lladdr {MACS[peer]} dev {device} nud permanent")
        self.responder(self.far, "--allow", "192.0.2.0/24", "--stamp-port", "862", "--twamp-port", "862", "--permanent-tcp-port", "443")

    def ip(self, namespace, words):
        with namespace.entered():
            done = subprocess.run(["ip", *words.split()], capture_output=True, text=True, check=False,
                                  pass_fds=(self.far.fd,))
        if done.returncode != 0:
            harness.skip(f"ip {words}: {done.stderr.strip()}")
        return done.stdout

    def counted(self):
        """{"tx": (packets, bytes of IP), "rx": ...} of the exporter's device."""
        stats = json.loads(self.ip(self.near, "-s -j link show near"))[0]["stats64"]
        return {way: (stats[way]["packets"], stats[way]["bytes"] - ETHERNET_BYTES * stats[way]["packets"])
                for way in ("tx", "rx")}

    def plan(self, text, *flags):
        done = self.run_program(self.near, "ipsla", "plan", harness.write_file("plan.yml", text), "--output=json", *flags)
        self.assertEqual(done.code, 0, done.evidence)
        return done.json()

    def planned(self, metrics, names):
        """What the operations that ran put on the wire, by the plan of one a second of each."""
        sums = {"tx": [0, 0], "rx": [0, 0]}
        for name in names:
            average = self.plan(config(name))["average"]
            operations = metrics.get("ipsla_operations_total", target=name)
            for way, word in (("tx", "sent"), ("rx", "received")):
                sums[way][0] += round(operations * average[f"{word}_packets"])
                sums[way][1] += round(operations * average[f"{word}_bytes"])
        return {way: tuple(values) for way, values in sums.items()}

    def run_once(self, names, tolerance):
        """False when a busy machine missed packets or repeated a request: then there is nothing to compare."""
        before = self.counted()
        exporter = harness.Exporter(self.near, config(*names))
        metrics = exporter.wait_metrics(lambda metrics: not any(metrics.all("ipsla_target_active").values()),
                                        "the end of each target")
        spoilt = [name for name in ("packets_unsent", "control_retries", "operation_failures", "operations_missed")
                  if metrics.total(f"ipsla_{name}_total") > 0]
        if not spoilt:
            wanted, found = self.planned(metrics, names), {}

            def is_planned():
                found.update((way, tuple(now - then for now, then in zip(values, before[way])))
                             for way, values in self.counted().items())
                return all(abs(a - b) <= tolerance * b for way in wanted for a, b in zip(found[way], wanted[way]))

            harness.wait_for(is_planned, lambda: f"{names}: planned {wanted}, found {found}")
            print(f"{names}: planned {wanted}, found {found}", flush=True)
        self.assertEqual(exporter.process.stop(), 0, exporter.process.evidence())
        return not spoilt

    def test_packets(self):
        """Datagrams to the byte; what Linux makes of a TCP connection is not the same each time."""
        for names, tolerance in ((("jitter", "fine", "echo", "light"), 0), (("connect", "server"), 0.3), (("twamp",), 0.3)):
            harness.wait_for(lambda: self.run_once(names, tolerance), "operations that nothing disturbed")

    def test_scrape(self):
        """The plan is of targets that measured everything: what clocks that nobody trusts withhold is the difference."""
        names = tuple(TARGETS)
        planned = self.plan(config(*names))["metrics"]["configured"]
        exporter = harness.Exporter(self.near, config(*names))
        metrics = exporter.wait_metrics(
            lambda metrics: all(metrics.get("ipsla_operation_success", target=name) == 1 for name in names),
            "a success of each target")
        self.assertBetween(len(metrics.samples), 0.95 * planned["series"], planned["series"], "series")
        self.assertBetween(len(metrics.text), 0.85 * planned["text_bytes"], 1.1 * planned["text_bytes"], "bytes")
        accept = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
        body = exporter.request_bytes("GET", "/metrics", {"Accept": accept})[2]
        self.assertBetween(len(body), 0.8 * planned["protobuf_bytes"], 1.1 * planned["protobuf_bytes"], "protobuf")

    def test_what_does_not_fit(self):
        path = harness.write_file("many.yml", "defaults: {operation: udp-echo}\ntargets:\n" + "".join(
            f"  - {{name: t{number}, host: {FAR}, port: 7001}}\n" for number in range(200)))
        limited = ["prlimit", "--nofile=150:150", harness.program("ipsla"), "plan", path]
        harness.require_program("prlimit")
        with self.near.entered():
            done = subprocess.run(limited, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stdout, r"(?m)^file descriptors: \d+ needed at most, 150 allowed here")
        halves = [self.plan(open(path, encoding="utf-8").read(), f"--shard={part}/2")["targets"] for part in (0, 1)]
        self.assertEqual(sum(halves), 200)
        self.assertTrue(all(halves), halves)


if __name__ == "__main__":
    harness.main()
