# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""ipsla probe as people, scripts and monitoring systems use it: progress on a terminal, every packet, plugin
output, repetition, interruption, a configured target."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import fake_peers
import harness

NUMBER = r"-?\d+(?:\.\d+)?"
RANGE = rf"@?(?:(?:{NUMBER}|~)?:)?(?:{NUMBER})?"
DATUM = rf"[a-z_]+={NUMBER}(?:s|%)?;(?:{RANGE})?;(?:{RANGE})?;(?:{NUMBER})?(?:;(?:{NUMBER})?)?"
PLUGIN_LINE = re.compile(rf"IPSLA (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]*(?: \| {DATUM}(?: {DATUM})*)?\n")
CONFIG = """
targets:
  - name: loop
    host: 127.0.0.1
    port: 7001
    num_packets: 3
    interval: 200ms
    frequency: 2s
    timeout: 1s
    start: pending
    life: 1s
"""


class Terminal:
    """A program whose standard error is a terminal of its own."""

    def __init__(self, namespace, *arguments, columns=80):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C"}
        with namespace.entered():
            self.process = subprocess.Popen([harness.program("ipsla"), *arguments], stdout=subprocess.PIPE,
                                            stderr=slave, env=environment)
        os.close(slave)
        self.seen = b""

    def read_until(self, condition, what):
        """Reads what is drawn until condition(seen)."""
        end = time.monotonic() + harness.PATIENCE
        while not condition(self.seen):
            assert time.monotonic() < end, f"waited in vain for {what}: {self.seen!r}"
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.master, 4096)
                except OSError:  # the other side is closed
                    assert condition(self.seen), f"ended before {what}: {self.seen!r}"

    def finish(self):
        """(exit status, standard output, everything that was drawn)"""
        out = self.process.communicate(timeout=harness.PATIENCE)[0].decode()
        while select.select([self.master], [], [], 0)[0]:
            try:
                self.seen += os.read(self.master, 4096)
            except OSError:
                break
        os.close(self.master)
        return self.process.returncode, out, self.seen.decode()


class ProbeOutputTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def probe(self, *arguments):
        return self.run_program(self.namespace, "ipsla", "probe", "127.0.0.1", *arguments)

    # --- progress ---

    def test_progress_on_a_terminal(self):
        self.responder(self.namespace)
        for columns in (80, 20):
            with self.subTest(columns=columns):
                terminal = Terminal(self.namespace, "probe", "127.0.0.1", "--count=50", "--output=json",
                                    columns=columns)
                terminal.read_until(lambda seen: seen.count(b"\rsent ") >= 2, "two drawings")
                code, out, drawn = terminal.finish()
                self.assertEqual(code, 0, drawn)
                self.assert_counts(json.loads(out)["packets"], 50, drawn)
                self.assertTrue(drawn.endswith("\r\x1b[K"), f"not erased: {drawn!r}")
                self.assertNotIn("\n", drawn)
                lines = [line for line in re.split(r"\r|\x1b\[K", drawn) if line]
                self.assertLess(max(map(len, lines)), columns, lines)
                if columns == 80:
                    self.assertRegex("\n".join(lines), r"(?m)^sent \d+/50  received \d+  lost 0  RTT \d+\.\d{3} ms, "
                                                         r"min \d+\.\d{3}  \d\.\d s of 0\.9 s$")

    def test_no_progress(self):
        self.responder(self.namespace)
        terminal = Terminal(self.namespace, "probe", "127.0.0.1", "--count=30", "--no-progress")
        code, _, drawn = terminal.finish()
        self.assertEqual((code, drawn), (0, ""))
        self.assertEqual(self.probe("--count=30").stderr, "", "no terminal, no progress")
        forced = self.probe("--count=30", "--progress")
        self.assertIn("\nsent ", forced.stderr, "a carriage return, as Python reads it")

    def test_stopped_terminal_does_not_hold_the_measurement_up(self):
        self.responder(self.namespace)
        terminal = Terminal(self.namespace, "probe", "127.0.0.1", "--count=80", "--output=json")
        terminal.read_until(lambda seen: b"\rsent " in seen, "the first drawing")
        os.write(terminal.master, b"\x13")  # Ctrl-S: output stops
        out = terminal.process.communicate(timeout=harness.PATIENCE)[0]
        os.close(terminal.master)
        self.assert_counts(json.loads(out)["packets"], 80, out)

    # --- datagrams that answer nothing ---

    def test_unmatched_datagrams(self):
        """Told by reason, of each operation for itself."""
        peers = fake_peers.Peers(self.namespace, [fake_peers.Rambling("127.0.0.2")])
        self.addCleanup(peers.end)
        done = self.run_program(self.namespace, "ipsla", "probe", "127.0.0.2", f"--port={fake_peers.PORT}",
                                "--count=3", "--output=json", "--repeat=2", "--frequency=1s")
        self.assertEqual(done.code, 0, done.evidence)
        for line in done.stdout.splitlines():
            packets = json.loads(line)["packets"]
            self.assertEqual(packets["received"], 3, line)
            self.assertEqual(packets["corrupt"], 0, line)
            self.assertEqual(packets["unmatched"], {"source": 3, "control": 1, "sequence": 6, "early": 0,
                                                    "earlier": 0, "nonce": 0, "icmp": 0}, line)

    # --- every packet ---

    def test_packets(self):
        self.responder(self.namespace)
        done = self.probe("--count=5", "--interval=200", "--precision=microseconds", "--output=json", "--packets")
        self.assertEqual(done.code, 0, done.evidence)
        self.assertEqual(done.stdout.count("\n"), 1, "one line")
        result = done.json()
        self.assert_counts(result["packets"], 5, done.evidence)
        self.assertEqual([sample["seq"] for sample in result["samples"]], [1, 2, 3, 4, 5])
        samples = [sample for sample in result["samples"] if sample["fate"] == "received"]
        count = result["packets"]["received"]
        self.assertEqual([sample["responder_seq"] for sample in samples], list(range(1, count + 1)))
        self.assertEqual({(sample["t1_source"], sample["t4_source"]) for sample in samples},
                         {("kernel", "kernel")})
        rtts = sorted(sample["rtt"] for sample in samples)
        self.assertEqual((rtts[0], rtts[-1]), (result["rtt_seconds"]["min"], result["rtt_seconds"]["max"]))
        for way in ("sd", "ds"):
            values = [sample[f"jitter_{way}"] for sample in samples]
            self.assertIsNone(values[0])
            positive = sum(value for value in values if value is not None and value > 0)
            self.assertAlmostEqual(positive, result["jitter_seconds"][way]["positive"]["sum"], 8)
        for sample in samples:
            self.assertGreater(sample["t4"], sample["t1"])
            self.assertAlmostEqual(sample["t1"] - sample["queueing"] - sample["lateness"],
                                   samples[0]["t1"] - samples[0]["queueing"] - samples[0]["lateness"]
                                   + 0.2 * (sample["seq"] - 1), 6)

    def test_packets_that_were_lost(self):
        peer = self.namespace.udp("127.0.0.1", 7007)
        self.addCleanup(peer.close)
        done = self.probe("--operation=udp-echo", "--control=none", "--port=7007", "--timeout=100ms",
                          "--output=json", "--packets")
        self.assertEqual(done.code, 1, done.evidence)
        sample, = done.json()["samples"]
        self.assertEqual(sample["fate"], "lost")
        for name in ("responder_seq", "t2", "t3", "t4", "rtt", "jitter_sd", "jitter_ds", "t4_source"):
            self.assertIsNone(sample[name], name)

    # --- plugin ---

    def plugin(self, *arguments):
        done = self.probe("--output=nagios", *arguments)
        self.assertRegex(done.stdout, PLUGIN_LINE)
        self.assertEqual(done.stdout.count("\n"), 1, done.evidence)
        states = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
        self.assertEqual(done.stdout.split()[1], states[done.code], done.evidence)
        return done

    def test_plugin(self):
        self.responder(self.namespace)
        self.assertEqual(self.plugin("--warning=rtt=5s,loss=1%", "--critical=rtt=10s").code, 0)
        self.assertEqual(self.plugin("--warning=rtt=1us").code, 1)
        self.assertEqual(self.plugin("--warning=rtt=1us", "--critical=rtt=1us").code, 2)
        voice = self.plugin("--codec=g711ulaw", "--count=10", "--warning=mos=5", "--critical=mos=1.5")
        self.assertEqual(voice.code, 1, voice.evidence)
        self.assertIn("mos=4.34;5:;1.5:;1;5", voice.stdout)

    def test_plugin_without_measurement(self):
        refused = self.plugin()
        self.assertEqual(refused.code, 2, refused.evidence)
        self.assertIn('"ip sla responder" is not configured there', refused.stdout)
        for wrong in ("--warnin=rtt=1ms", "--warning=rtt=1", "--port=0", "--repeat=2", "--source=192.0.2.7"):
            with self.subTest(flag=wrong):
                done = self.plugin(wrong)
                self.assertEqual(done.code, 3, done.evidence)
                self.assertEqual(done.stderr, "", done.evidence)

    # --- repetition and interruption ---

    def test_repeat(self):
        self.responder(self.namespace)
        done = self.probe("--count=2", "--interval=300", "--repeat=2", "--frequency=1s")
        self.assertEqual(done.code, 0, done.evidence)
        lines = done.stdout.splitlines()
        for number in (1, 2):
            self.assertRegex(lines[number - 1], rf"^\d\d:\d\d:\d\d UTC  run {number}: OK, RTT .* lost 0 of [12]$")
        self.assertIn("Summary of 2 runs of udp-jitter to 127.0.0.1", lines)
        self.assertIn("Number of successes: 2", lines)

    def test_repeat_as_json_has_an_object_a_line_and_the_worst_status(self):
        process = harness.Process(self.namespace, [
            harness.program("ipsla"), "probe", "127.0.0.1", "--repeat=3", "--frequency=4s", "--output=json"])
        harness.wait_for(lambda: process.stdout().count("\n") >= 1, process.evidence)
        self.responder(self.namespace)
        self.assertEqual(process.wait(), 1, process.evidence())
        results = [json.loads(line) for line in process.stdout().splitlines()]
        self.assertEqual(len(results), 3)
        self.assertEqual((results[0]["outcome"], results[2]["outcome"]), ("port_unreachable", "ok"))
        first, last = results[0]["start_timestamp"], results[2]["start_timestamp"]
        self.assertBetween(last - first, 6, 10, "two periods of 4 s, not one and not three")

    def test_interrupt_tells_what_was_measured(self):
        self.responder(self.namespace)
        terminal = Terminal(self.namespace, "probe", "127.0.0.1", "--count=1000", "--output=json")
        terminal.read_until(lambda seen: b"\rsent " in seen, "progress")
        terminal.process.send_signal(signal.SIGINT)
        code, out, drawn = terminal.finish()
        self.assertEqual(code, 0, drawn)
        result = json.loads(out)
        self.assertIs(result["interrupted"], True)
        self.assertEqual(result["outcome"], "ok")
        packets = result["packets"]
        self.assertBetween(packets["sent"], 1, 990, "packets")
        self.assertEqual((packets["received"], packets["unsent"]), (packets["sent"], packets["missed"]))

    def test_interrupt_of_repetition_ends_with_the_summary(self):
        self.responder(self.namespace)
        process = harness.Process(self.namespace, [
            harness.program("ipsla"), "probe", "127.0.0.1", "--count=2", "--repeat=forever"])
        harness.wait_for(lambda: "run 1" in process.stdout(), process.evidence)
        process.signal(signal.SIGTERM)
        self.assertEqual(process.wait(), 0, process.evidence())
        self.assertIn("Summary of 1 runs", process.stdout())

    def test_interrupt_before_anything_was_measured(self):
        silent = self.namespace.udp("127.0.0.1", 1967)
        self.addCleanup(silent.close)
        process = harness.Process(self.namespace, [harness.program("ipsla"), "probe", "127.0.0.1"])
        silent.recv(100)
        process.signal(signal.SIGINT)
        self.assertEqual(process.wait(), 1, process.evidence())
        self.assertEqual(process.stdout(), "")
        self.assertEqual(process.stderr(), "ipsla probe: interrupted before anything was measured\n")

    # --- a configured target ---

    def test_configured_target(self):
        self.responder(self.namespace)
        file = harness.write_file("targets.yml", CONFIG)
        done = self.run_program(self.namespace, "ipsla", "probe", "--config", file, "--target=loop",
                                "--output=json")
        self.assertEqual(done.code, 0, done.evidence)
        result = done.json()
        self.assertEqual(result["target"]["port"], 7001)
        self.assert_counts(result["packets"], 3, done.evidence)
        done = self.run_program(self.namespace, "ipsla", "probe", "--config", file, "--target=loop",
                                "--count=4", "--port=7002", "--control=v2", "--repeat=2", "--output=json")
        self.assertEqual(done.code, 0, done.evidence)
        for line in done.stdout.splitlines():
            result = json.loads(line)
            self.assertEqual(result["target"]["port"], 7002)
            self.assert_counts(result["packets"], 4, done.evidence)
            self.assertEqual(result["control"]["version"], 2)

    def test_wrong_usage_is_one_line(self):
        file = harness.write_file("targets.yml", CONFIG)
        configured = ["--config", file, "--target=loop"]
        wrong = (["--config", file, "--target=loup"], [*configured, "--operation=udp-echo"],
                 [*configured, "--codec=g729a"], [*configured, "127.0.0.1"], ["--config", file],
                 ["127.0.0.1", "--packets"], ["127.0.0.1", "--warning=rtt=1ms"],
                 ["127.0.0.1", "--frequency=1s"], ["127.0.0.1", "--repeat=0"],
                 ["127.0.0.1", "--progress", "--no-progress"],
                 ["127.0.0.1", "--count=60000", "--repeat=2"], ["127.0.0.1", "--repeats=3"])
        for arguments in wrong:
            with self.subTest(arguments=arguments):
                done = self.run_program(self.namespace, "ipsla", "probe", *arguments)
                self.assertEqual(done.code, 2, done.evidence)
                self.assertRegex(done.stderr, r"\Aipsla probe: [^\n]+\n\Z")


if __name__ == "__main__":
    harness.main()
