# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Every combination of control version, key, IP version and operation between the real programs: what can be
measures, what cannot is refused as a configuration, and each way in which keys can disagree ends with the
reason auth and opens no port. One exporter measures all of it at the same time."""

import itertools
import os
import subprocess

import harness

SECRET, OTHER = "correct-horse-7", "battery-staple"
FREE, KEYED = "without keys", "with keys"
# The responders: one takes unsigned requests only, the other signed ones only.
HOSTS = {(FREE, 4): "127.0.0.1", (KEYED, 4): "127.0.0.2", (FREE, 6): "::1", (KEYED, 6): "fd00:99::2"}

CONTROLS = {"v1": 1, "v2": 2}
AUTHS = ("none", "md5", "sha256", "hmac-sha256")
FAMILIES = (4, 6)
VOICE_PACKETS = 20
# Keys in the configuration; the same as flags of `ipsla probe`; packets of one operation; precision.
OPERATIONS = {
    "udp-echo": ("operation: udp-echo", ("--operation=udp-echo",), 1, "milliseconds"),
    "jitter-ms": ("num_packets: 5", ("--count=5",), 5, "milliseconds"),
    "jitter-us": ("num_packets: 5, precision: microseconds",
                  ("--count=5", "--precision=microseconds"), 5, "microseconds"),
    "tcp-connect": ("operation: tcp-connect", ("--operation=tcp-connect",), 1, "milliseconds"),
    "voice": (f"codec: g729a, codec_num_packets: {VOICE_PACKETS}, codec_interval: 4ms",
              ("--codec=g729a", f"--count={VOICE_PACKETS}"), VOICE_PACKETS, "milliseconds"),
}
CANNOT_SIGN = "key {key} is of algorithm {auth}, which version {version} has not"
CANNOT_CONNECT = "'2' cannot open the port of tcp-connect"

# What cannot be: control, auth (None: any), operation (None: any), what a configuration with it is told and
# what a command line is told.
IMPOSSIBLE = (
    ("v1", "sha256", None, CANNOT_SIGN, '"sha256" is not md5, which version 1 has'),
    ("v1", "hmac-sha256", None, CANNOT_SIGN, '"hmac-sha256" is not md5, which version 1 has'),
    ("v2", "md5", None, CANNOT_SIGN, '"md5" is not sha256 or hmac-sha256, which version 2 has'),
    ("v2", None, "tcp-connect", CANNOT_CONNECT, "version 2 cannot open a TCP port"),
)

# Ids of keys: the same on both sides, with another secret at the responder, and unknown to it.
GOOD, WRONG, UNKNOWN = ({auth: base + place for place, auth in enumerate(AUTHS)} for base in (10, 20, 30))
SIGNED = AUTHS[1:]


class Row:
    """One target: `auth` is what it signs with, `key` the id for that, `responder` whom it asks."""

    port = 20000

    def __init__(self, control, auth, family, operation, responder=None, key=None, what="good"):
        Row.port += 1
        self.control, self.auth, self.family, self.operation = control, auth, family, operation
        self.port = Row.port
        self.key = key if key is not None else GOOD[auth]
        self.host = HOSTS[responder or (FREE if auth == "none" else KEYED), family]
        self.what = what
        self.name = f"{what}/{control}/{auth}/ipv{family}/{operation}"
        self.yaml, self.flags, self.packets, self.precision = OPERATIONS[operation]

    def impossible(self):
        """The entries of IMPOSSIBLE that it falls under."""
        return [entry for entry in IMPOSSIBLE
                if entry[0] == self.control and entry[1] in (None, self.auth)
                and entry[2] in (None, self.operation)]

    def target(self):
        key = "" if self.auth == "none" else f", key: {self.key}"
        return (f"  - {{name: {self.name}, host: '{self.host}', port: {self.port}, {self.yaml}, "
                f"control: {{version: {CONTROLS[self.control]}{key}}}}}")

    def command(self, secret_file):
        key = () if self.auth == "none" else (
            f"--key-id={self.key}", f"--key-algorithm={self.auth}", f"--key-file={secret_file}")
        train = ("--interval=4",) if self.packets > 1 else ()
        return ("probe", self.host, f"--port={self.port}", f"--control={self.control}", "--output=json", *self.flags, *train, *key)


def all_rows():
    return [Row(*cell) for cell in itertools.product(CONTROLS, AUTHS, FAMILIES, OPERATIONS)]


def refused_rows():
    """Each way in which two sides with different keys can meet, for everything that can be measured."""
    rows = []
    for good in (row for row in all_rows() if not row.impossible()):
        cell = (good.control, good.auth, good.family, good.operation)
        if good.auth == "none":
            rows.append(Row(*cell, responder=KEYED, what="missing"))
        else:
            rows.append(Row(*cell, key=WRONG[good.auth], what="wrong"))
            rows.append(Row(*cell, key=UNKNOWN[good.auth], what="unknown"))
            rows.append(Row(*cell, responder=FREE, what="unasked"))
    return rows


class MatrixTest(harness.Case):
    def setUp(self):
        super().setUp()
        harness.require_program("ip")
        harness.require_program("ss")
        self.namespace = harness.Namespace()
        self.run_here("ip", "-6", "address", "add", HOSTS[KEYED, 6] + "/128", "dev", "lo", "nodad")
        self.secret, self.other = (self.secret_file(*each) for each in
                                   (("good.secret", SECRET), ("other.secret", OTHER)))
        self.responders = {}

    @staticmethod
    def secret_file(name, secret):
        path = harness.write_file(name, secret + "\n")
        os.chmod(path, 0o600)
        return path

    def run_here(self, *command):
        with self.namespace.entered():
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            self.fail(f"{' '.join(command)}: {done.stderr}")
        return done.stdout

    def start_responders(self):
        """A port that was opened stays open for a minute: it cannot be missed."""
        keys = [f"--key={ids[auth]}:{auth}:{file}" for ids, file in
                ((GOOD, self.secret), (WRONG, self.secret)) for auth in SIGNED]
        for kind, flags in ((FREE, []), (KEYED, keys)):
            listen = [f"--listen-address={address}:{port}" for port in (1967, 1167)
                      for address in (HOSTS[kind, 4], f"[{HOSTS[kind, 6]}]")]
            self.responders[kind] = harness.Process(self.namespace, [
                harness.program("ipsla_responder"), "--min-duration=1m", *listen, *flags])
        for process in self.responders.values():
            harness.wait_for(lambda process=process: process.stderr().count("listening") >= 4,
                             lambda process=process: f"a responder: {process.evidence()}")

    def configuration(self, rows):
        files = ((GOOD, self.secret), (WRONG, self.other), (UNKNOWN, self.secret))
        keys = [f"  - {{id: {ids[auth]}, algorithm: {auth}, secret_file: {file}}}"
                for ids, file in files for auth in SIGNED]
        head = "defaults: {frequency: 4s, timeout: 4s, interval: 4ms, buckets: [1s]}"
        return "\n".join([head, "keys:", *keys, "targets:", *(row.target() for row in rows), ""])

    def open_ports(self):
        """What ss says is open: {(protocol, port)}."""
        found = set()
        for protocol, flags in (("udp", "-Huln"), ("tcp", "-Htln")):
            for line in self.run_here("ss", flags).splitlines():
                found.add((protocol, int(line.split()[3].rpartition(":")[2])))
        return found

    @staticmethod
    def opened(row):
        return ("tcp" if row.operation == "tcp-connect" else "udp", row.port)

    def assert_closed(self, rows, found=None):
        found = self.open_ports() if found is None else found
        numbers = {port for _, port in found}
        self.assertEqual([row.name for row in rows if row.port in numbers], [], "a port was opened")

    # --- what cannot be

    def test_impossible(self):
        """36 of the 80 cells: a configuration says so of each, a command line of each kind."""
        rows = all_rows()
        impossible = [row for row in rows if row.impossible()]
        self.assertEqual((len(rows), len(impossible)), (80, 36))
        config = harness.write_file("impossible.yml", self.configuration(impossible))
        done = self.run_program(self.namespace, "ipsla", "check", config)
        self.assertEqual(done.code, 2, done.evidence)
        said = done.stderr.splitlines()
        for place, row in enumerate(impossible):
            found = [line for line in said if f": targets[{place}].control" in line]
            self.assertEqual(len(found), 1, f"{row.name}: {found}")
            wanted = [each[3].format(key=row.key, auth=row.auth, version=CONTROLS[row.control])
                      for each in row.impossible()]
            self.assertTrue(any(text in found[0] for text in wanted), f"{row.name}: {found[0]}")
        for control, auth, operation, _, wanted in IMPOSSIBLE:
            row = Row(control, auth or "none", 4, operation or "jitter-ms")
            done = self.run_program(self.namespace, "ipsla", *row.command(self.secret))
            self.assertEqual((done.code, done.stdout), (2, ""), done.evidence)
            self.assertIn(wanted, done.stderr, row.name)

    # --- what is measured, and what keys refuse

    def check_good(self, metrics, row):
        evidence = f"{row.name}\n{metrics.of(row.name)}"
        get = lambda name, **labels: metrics.get(name, target=row.name, **labels)
        info = dict(next(iter(metrics.all("ipsla_target_info", target=row.name))))
        said = (info["control"], info["auth"], info["precision"], info["address"])
        self.assertEqual(said, (row.control, row.auth, row.precision, row.host), evidence)
        self.assertEqual(metrics.total("ipsla_operation_failures_total", target=row.name), 0, evidence)
        planned = row.packets * int(get("ipsla_operations_total"))
        self.assert_counts(metrics.packets(row.name), planned, evidence)
        self.assertEqual(get("ipsla_mos_score", method="cisco") is not None, row.operation == "voice",
                         evidence)
        layouts = metrics.all("ipsla_control_auth_layout_info", target=row.name)
        self.assertEqual(len(layouts), 1 if row.auth == "md5" else 0, evidence)

    def check_refused(self, metrics, row):
        evidence = f"{row.name}\n{metrics.of(row.name)}"
        failures = {dict(labels)["reason"] for labels, value in
                    metrics.all("ipsla_operation_failures_total", target=row.name).items() if value}
        self.assertEqual(failures, {"auth"}, evidence)
        self.assertEqual(metrics.get("ipsla_operation_success", target=row.name), 0, evidence)
        self.assertFalse(metrics.get("ipsla_packets_sent_total", target=row.name), evidence)

    def test_exporter(self):
        self.start_responders()
        good = [row for row in all_rows() if not row.impossible()]
        refused = refused_rows()
        self.assertEqual((len(good), len(refused)), (44, 96))
        exporter = harness.Exporter(self.namespace, self.configuration(good + refused))

        def has_run(metrics):
            success = {dict(labels)["target"]: value
                       for labels, value in metrics.all("ipsla_operation_success").items()}
            return set(success) == {row.name for row in good + refused} and \
                all(success[row.name] == 1 for row in good)

        metrics = exporter.wait_metrics(has_run, "every target to have run, and the good ones well")
        found = self.open_ports()
        self.assertEqual({self.opened(row) for row in good} - found, set(), "what is measured is open")
        self.assert_closed(refused, found)
        for row in good:
            with self.subTest(target=row.name):
                self.check_good(metrics, row)
        for row in refused:
            with self.subTest(target=row.name):
                self.check_refused(metrics, row)
        self.assertEqual(exporter.process.stop(), 0)
        for process in self.responders.values():
            self.assertEqual(process.stop(), 0)
            self.assertIn('dropped=""', process.stderr(), "nothing was left without an answer")
            self.assertNotIn(SECRET, process.stderr())

    def run_together(self, commands):
        processes = [harness.Process(self.namespace, [harness.program("ipsla"), *command])
                     for command in commands]
        return [harness.Finished(process) for process in processes]

    def test_command_line(self):
        """Each row of control and key with each operation, over IPv4 and IPv6 in turn."""
        self.start_responders()
        rows = [row for row in all_rows() if not row.impossible()
                and row.family == FAMILIES[list(OPERATIONS).index(row.operation) % 2]]
        self.assertEqual(len(rows), 22)
        for row, done in zip(rows, self.run_together(row.command(self.secret) for row in rows)):
            with self.subTest(row=row.name):
                self.assertEqual(done.code, 0, done.evidence)
                self.assertNotIn(SECRET, done.evidence)
                result = done.json()
                control = (f"v{result['control']['version']}", result["control"]["auth"])
                self.assertEqual(control, (row.control, row.auth))
                self.assertEqual((result["outcome"], result["precision"]), ("ok", row.precision))
                self.assert_counts(result["packets"], row.packets, done.evidence)
                self.assertEqual(result.get("voice") is not None, row.operation == "voice")

    def test_command_line_refused(self):
        self.start_responders()
        rows = [row for row in refused_rows()
                if row.family == FAMILIES[list(OPERATIONS).index(row.operation) % 2]]
        self.assertEqual(len(rows), 48)
        files = {"wrong": self.other}
        commands = [row.command(files.get(row.what, self.secret)) for row in rows]
        for row, done in zip(rows, self.run_together(commands)):
            with self.subTest(row=row.name):
                self.assertEqual(done.code, 1, done.evidence)
                result = done.json()
                self.assertEqual((result["outcome"], result["packets"]["sent"]), ("auth", 0), row.name)
        self.assert_closed(rows)

    def test_nothing_is_open_while_the_sender_tries(self):
        """Fourteen layouts take a refused sender more than a second: no port is open in it, at any time."""
        self.start_responders()
        row = Row("v1", "md5", 4, "jitter-ms", key=WRONG["md5"], what="wrong")
        process = harness.Process(self.namespace,
                                  [harness.program("ipsla"), *row.command(self.other)])
        looks = 0
        while process.is_running():
            found = self.open_ports()
            self.assert_closed([row], found)
            looks += process.is_running()
        self.assertGreater(looks, 0)
        self.assertEqual(harness.Finished(process).json()["outcome"], "auth")
        log = self.responders[KEYED].stop() or self.responders[KEYED].stderr()
        self.assertIn("auth=14", log)


if __name__ == "__main__":
    harness.main()
