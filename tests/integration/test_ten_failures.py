# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Ten kinds of failure at once: for each of them page, log, metrics, `ipsla probe` and the alert of deploy/prometheus
name the right cause within two operations. The table in docs/troubleshooting.md is made of the words that are found:
IPSLA_MATRIX_WRITE=1 writes it.

A responder whose clock is set is played by the test; every other kind is real: no service, no host behind a router, a
wrong key, a port that the responder does not open, a router that prohibits, a relay that loses or holds packets, a
process that is stopped now and then, a name without an address."""

import html
import os
import re
import signal
import subprocess
import threading
import time
from collections import namedtuple

import harness
from fake_peers import PORT, Peers
from test_clock import Shifted
from test_prometheus import Prometheus

NEAR = """ip link add eth1 type veth peer name far netns /proc/self/fd/{far}
ip address add 192.0.2.10/24 dev eth1
ip address add 192.0.2.11/24 dev eth1
ip address add 192.0.2.12/24 dev eth1
ip link set eth1 up
ip route add 198.51.100.0/24 via 192.0.2.1"""
# A router answers for a host that is down, and for one behind a filter: one message a second to each source, so these
# targets have sources of their own.
FAR = """ip address add 192.0.2.1/24 dev far
ip address add 192.0.2.2/24 dev far
ip address add 192.0.2.3/24 dev far
ip link set far up
ip route add unreachable 198.51.100.7
ip route add prohibit 198.51.100.8"""
HOSTS = "127.0.0.1 localhost\n"
JITTERY = ("10.98.0.1", "10.98.0.2")
# `ipsla probe` has a lossy relay of its own: with the trains of the exporter in between, every fifth packet may be one of
# theirs.
LOSSY_ALONE = ("10.97.0.1", "10.97.0.2")

# `says` is on the page, in the log and in what `ipsla probe` prints; `metric` is (name, labels), whose value is not 0;
# `alert` is (name, what its description or summary says). All words are as people read them.
Kind = namedtuple("Kind", "name target says metric alert")


def failure(name, target, says, reason):
    return Kind(name, target, says, ("ipsla_operation_failures_total", {"reason": reason}),
                ("IpslaTargetDown", f"Their reasons: {reason}, "))


def limit(name, target, says, which):
    return Kind(name, target, says, ("ipsla_limit_exceeded", {"limit": which}),
                ("IpslaLimitExceeded", f"exceeds its limit of {which}"))


# The router's message to one request a second is enough.
SELDOM = "frequency: 5s, control: {timeout: 1s}"

KINDS = (
    failure("service off", "host: 192.0.2.2, port: 16384",
            'port unreachable, says 192.0.2.2; the host lives, but "ip sla responder" is not configured there',
            "port_unreachable"),
    failure("host off", "host: 198.51.100.7, port: 16384, source_address: 192.0.2.11, " + SELDOM,
            "host unreachable, says 192.0.2.1: the host is down, or not where its route ends", "unreachable"),
    failure("wrong key", "host: 192.0.2.3, port: 16384, control: {key: 7, timeout: 200ms}",
            "the responder refused the control request: auth", "auth"),
    failure("wrong port", "host: 192.0.2.1, port: 30000", "it does not open port 30000, or has no session left", "refused"),
    failure("filter", "host: 198.51.100.8, port: 16384, source_address: 192.0.2.12, " + SELDOM,
            "administratively prohibited, says 192.0.2.1: a filter on the way", "prohibited"),
    limit("20 % loss to the responder", f"host: {harness.RIGHT}, port: 16384, limits: {{loss_sd: 5%}}",
          "loss_sd … is above 5%", "loss_sd"),
    limit("jitter over its limit", f"host: {JITTERY[1]}, port: 16384, limits: {{jitter_sd: 5ms}}",
          "jitter_sd … is above 5.000 ms", "jitter_sd"),
    Kind("clock of the responder set", f"host: 127.0.0.9, port: {PORT}, precision: microseconds",
         "the clock of the responder was set during the operation", ("ipsla_responder_clock_steps_total", {}),
         ("IpslaResponderClockSet", "The clock of clock-of-the-responder-set was set")),
    Kind("this host overloaded", "host: 192.0.2.1, port: 16384, num_packets: 40, interval: 25ms, timeout: 600ms",
         "this host was too late for", ("ipsla_packets_missed_total", {}),
         ("IpslaPacketsMissed", "its machine is too busy, or the process was held up")),
    failure("name gone", "host: gone.example.net, port: 16384", "the name gone.example.net has no address", "resolve"),
)
BUSY = "this host overloaded"
DEFAULTS = """
clock: {assume_synchronized: true}
defaults: {frequency: 2s, timeout: 500ms, num_packets: 20, interval: 5ms, start: now, control: {timeout: 200ms}}
"""


def target_name(kind):
    return kind.name.replace(" % ", "-").replace(" ", "-")


def pattern(words):
    return re.escape(words).replace("…", r"[\d.]+(%|\\ ms| ms)")


def config(key, kinds):
    return (DEFAULTS + f"keys: [{{id: 7, algorithm: md5, secret_file: {key}}}]\ntargets:\n"
            + "".join(f"  - {{name: {target_name(kind)}, {kind.target}}}\n" for kind in kinds))


class TenFailuresTest(harness.Case):
    def setUp(self):
        super().setUp()
        harness.require_program("prometheus")
        self.near, self.far = harness.Namespace(), harness.Namespace()
        self.build(self.near, NEAR.format(far=self.far.fd), pass_fds=(self.far.fd,))
        self.build(self.far, FAR)
        with self.far.entered():
            for name, value in (("ip_forward", "1"), ("icmp_ratelimit", "0")):
                with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as file:
                    file.write(value)
        key = harness.write_file("key", "first\n")
        wrong = harness.write_file("wrong", "second\n")
        os.chmod(key, 0o600)
        self.responder(self.far, "--listen-address=192.0.2.1:1967", "--ports=16384")
        self.responder(self.far, "--listen-address=192.0.2.3:1967", f"--key=7:md5:{wrong}")
        self.lossy = harness.Relay("drop_every=5", left=self.near)
        self.jittery = harness.Relay("jitter_us=40000", addresses=JITTERY, left=self.near, device="sla1")
        self.lossy_alone = harness.Relay("drop_every=5", addresses=LOSSY_ALONE, left=self.near, device="sla2")
        for relay in self.lossy, self.jittery, self.lossy_alone:
            self.responder(relay.right)
        peers = Peers(self.near, [Shifted("127.0.0.9", step=30.0, step_at=5)])
        self.addCleanup(peers.end)
        self.exporters = {}
        self.path = harness.write_file("all.yml", config(key, KINDS).replace(harness.RIGHT, LOSSY_ALONE[1]))
        # The log has lines of their own for five changes at once; a process that is held up is late for all targets.
        others = [kind for kind in KINDS if kind.name != BUSY]
        for port, kinds in ((10967, others[:5]), (10968, others[5:]), (10969, [kind for kind in KINDS if kind.name == BUSY])):
            exporter = Exporter(port, self.near, config(key, kinds), f"--web.listen-address=127.0.0.1:{port}",
                                name=f"{port}.yml", hosts=HOSTS)
            self.exporters.update({kind.name: exporter for kind in kinds})
        self.busy = exporter

    def build(self, namespace, script, pass_fds=()):
        with namespace.entered():
            for line in script.splitlines():
                made = subprocess.run(line.split(), capture_output=True, text=True, check=False, pass_fds=pass_fds)
                if made.returncode != 0:
                    harness.skip(f"{line}: {made.stderr.strip()}")

    @staticmethod
    def hold_up(process, ended):
        """The process stands still in the middle of a train, again and again: as on a host that has no time for it."""
        while process.is_running() and not ended.is_set():
            process.signal(signal.SIGSTOP)
            time.sleep(0.3)  # the clock must go on
            process.signal(signal.SIGCONT)
            ended.wait(0.4)

    def page_says(self, exporter, kind):
        page = exporter.request("GET", "/")[2]
        rows = [row for row in page.split("<tr>") if f">{target_name(kind)}<" in row]
        self.assertEqual(len(rows), 1, page)
        return re.search(pattern(kind.says), html.unescape(re.sub(r"<[^>]*>", " ", rows[0])))

    def log_says(self, exporter, kind):
        """A change of state is told of the first operation: what was before is pending."""
        about = f"target={target_name(kind)} " + ("before=pending " if kind.metric[1] else "")
        return any(about in line and re.search(pattern(kind.says), line.replace('\\"', '"'))
                   for line in exporter.process.stderr().splitlines())

    def cli_says(self, kind):
        process = harness.Process(self.near, harness.with_hosts(
            HOSTS, harness.program("ipsla"), "probe", "--config", self.path, "--target", target_name(kind)))
        if kind.name == BUSY:
            self.hold_up(process, threading.Event())
        done = harness.Finished(process)
        return re.search(pattern(kind.says), done.stdout + done.stderr), done.evidence

    def check(self, kind):
        """All but the alert."""
        exporter, name = self.exporters[kind.name], target_name(kind)
        metrics = exporter.scrape()
        evidence = f"{kind.name}\n{metrics.of(name)}\n{exporter.process.evidence()}"
        metric, labels = kind.metric
        self.assertGreater(metrics.total(metric, target=name, **labels), 0, evidence)
        if "reason" in labels:  # from the first operation on
            self.assertEqual(metrics.get(metric, target=name, **labels),
                             metrics.get("ipsla_operations_total", target=name), evidence)
        self.assertTrue(self.page_says(exporter, kind), evidence + exporter.request("GET", "/")[2])
        harness.wait_for(lambda: self.log_says(exporter, kind), lambda: f"{kind.name}: {exporter.process.evidence()}")
        said, evidence = self.cli_says(kind)
        if not said:  # two operations are allowed
            said, evidence = self.cli_says(kind)
        self.assertTrue(said, evidence)

    def test_each_is_named_everywhere(self):
        ended = threading.Event()
        holder = threading.Thread(target=self.hold_up, args=(self.busy.process, ended))
        holder.start()
        try:
            prometheus = Prometheus(self.near, "".join(
                f"  - job_name: ipsla-{port}\n    static_configs: [{{targets: ['127.0.0.1:{port}']}}]\n" for port in (10968, 10969)))
            for kind in KINDS:
                self.exporters[kind.name].wait_metrics(
                    lambda seen, kind=kind: (seen.get("ipsla_operations_total", target=target_name(kind)) or 0) >= 2,
                    f"two operations: {kind.name}")
            for kind in KINDS:
                with self.subTest(kind=kind.name):
                    self.check(kind)
            for kind in KINDS:
                with self.subTest(alert=kind.name):
                    harness.wait_for(lambda kind=kind: self.alert_says(prometheus, kind),
                                     lambda kind=kind: f"{kind.name}: {prometheus.get('/api/v1/alerts')[1]}")
        finally:
            ended.set()
            holder.join()
        self.check_table()

    def alert_says(self, prometheus, kind):
        name, words = kind.alert
        port = self.exporters[kind.name].port
        return any(labels["alertname"] == name and state == "firing" and labels["instance"].endswith(str(port))
                   and labels.get("target", target_name(kind)) == target_name(kind) and words in said
                   for labels, state, said in prometheus.alert_texts())

    def check_table(self):
        rows = ["| what is wrong | page, log, `ipsla probe` | metric | alert |", "|---|---|---|---|"]
        for kind in KINDS:
            metric, labels = kind.metric
            labels = "".join(f'{{{name}="{value}"}}' for name, value in labels.items())
            rows.append(f"| {kind.name} | {kind.says} | `{metric}{labels}` | {kind.alert[0]} |")
        table = "\n".join(rows) + "\n"
        print(table, flush=True)
        path = os.path.join(harness.SOURCE_DIR, "docs/troubleshooting.md")
        with open(path, encoding="utf-8") as file:
            page = file.read()
        begin, end = "<!-- ten failures: written by tests/integration/test_ten_failures.py -->\n", "<!-- end -->\n"
        self.assertIn(begin, page)
        before, _, rest = page.partition(begin)
        if os.environ.get("IPSLA_MATRIX_WRITE"):
            with open(path, "w", encoding="utf-8") as file:
                file.write(before + begin + table + end + rest.partition(end)[2])
            return
        self.assertEqual(rest.partition(end)[0], table)


class Exporter(harness.Exporter):
    def __init__(self, port, *arguments, **how):
        self.port = port
        super().__init__(*arguments, **how)


if __name__ == "__main__":
    harness.main()
