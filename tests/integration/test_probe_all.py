# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""ipsla probe --config FILE --all: each target once, a table or JSON, progress, Ctrl-C, exit status."""

import json
import os
import pty
import signal
import subprocess

import harness

MIXED = """\
defaults: {timeout: 1s, control: {retries: 1, timeout: 300ms}}
targets:
- {name: echo, host: 127.0.0.1, module: echo}
- {name: closed, host: 127.0.0.1, control: {port: 9}}
- {name: slow, host: 127.0.0.1, num_packets: 20, limits: {rtt: 1us}}
- {name: never, host: 127.0.0.1, start: pending}
- {name: gone, host: name.invalid}
- {name: voice, host: 127.0.0.1, codec: g711ulaw, codec_num_packets: 20}
"""
NAMES = ["echo", "closed", "slow", "never", "gone", "voice"]


class ProbeAllTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def probe_all(self, text, *flags):
        file = harness.write_file("all.yml", text)
        return self.run_program(self.namespace, "ipsla", "probe", "--config", file, "--all", *flags)

    def test_table(self):
        """A row for each, in the order of the file, also one that the exporter would not start."""
        self.responder(self.namespace)
        done = self.probe_all(MIXED)
        self.assertEqual((done.code, done.stderr), (1, ""), done.evidence)
        head, *rows, end = done.stdout.splitlines()
        self.assertEqual(head.split()[:2], ["TARGET", "STATE"])
        self.assertEqual([row.split()[0] for row in rows], NAMES)
        self.assertEqual([row.split()[1] for row in rows], ["ok", "failed", "degraded", "ok", "failed", "ok"])
        self.assertIn("127.0.0.1 port 9: port unreachable", rows[1])
        self.assertRegex(rows[2], r"rtt [0-9.]+ ms is above 0.001 ms$")
        self.assertIn("name.invalid has no address", rows[4])
        self.assertRegex(rows[5], r" 4\.\d\d$")
        self.assertEqual(end, "6 targets: 3 ok, 1 degraded, 2 failed")

    def test_json_and_one_at_a_time(self):
        self.responder(self.namespace)
        done = self.probe_all(MIXED, "--output=json", "--parallel=1")
        self.assertEqual((done.code, done.stderr), (1, ""), done.evidence)
        results = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([result["name"] for result in results], NAMES)
        self.assertEqual([result["outcome"] for result in results],
                         ["ok", "port_unreachable", "ok", "ok", "resolve", "ok"])
        starts = [result["start_timestamp"] for result in results]
        self.assertEqual(starts, sorted(starts))

    def test_all_good(self):
        self.responder(self.namespace)
        done = self.probe_all("targets: [127.0.0.1, 127.0.0.2]\n")
        self.assertEqual((done.code, done.stderr), (0, ""), done.evidence)
        self.assertTrue(done.stdout.endswith("\n2 targets: 2 ok, 0 degraded, 0 failed\n"), done.evidence)

    def test_columns_with_a_name_beyond_ascii(self):
        self.responder(self.namespace)
        done = self.probe_all("targets: [{name: zürich-ä, host: 127.0.0.1}, {name: bern, host: 127.0.0.1, port: 16385}]\n")
        head, zurich, bern, _ = done.stdout.splitlines()
        places = [line.index(word) for line, word in ((head, "STATE"), (zurich, "ok"), (bern, "ok"))]
        self.assertEqual(places, [10, 10, 10], done.evidence)

    def test_two_thousand(self):
        """Those of the generator among the examples, in its order."""
        done = subprocess.run(["sh", os.path.join(harness.SOURCE_DIR, "config/examples/generate.sh")], check=True,
                              capture_output=True, text=True)
        harness.require_program("ip")
        with self.namespace.entered():
            subprocess.run(["ip", "route", "add", "local", "10.0.0.0/8", "dev", "lo"], check=True)
        self.responder(self.namespace, "--max-sessions=4000")
        done = self.probe_all(done.stdout)
        self.assertEqual((done.code, done.stderr), (0, ""), done.evidence)
        _, *rows, end = done.stdout.splitlines()
        self.assertEqual([row.split()[0] for row in rows], [f"site-{i:04}" for i in range(1, 2001)])
        self.assertEqual(end, "2000 targets: 2000 ok, 0 degraded, 0 failed")

    def test_progress(self):
        main, terminal = pty.openpty()
        self.addCleanup(os.close, main)
        file = harness.write_file("all.yml", MIXED)
        with self.namespace.entered():
            subprocess.run([harness.program("ipsla"), "probe", "--config", file, "--all"], stdout=subprocess.DEVNULL,
                           stderr=terminal, check=False, timeout=harness.PATIENCE, env={"TERM": "xterm"})
        os.close(terminal)
        self.assertIn("of 6 targets, ", os.read(main, 65536).decode())

    def test_interrupt(self):
        """What was measured is printed, and what was not is counted."""
        self.responder(self.namespace)
        # The second one waits for answers that do not come.
        text = "targets:\n- 127.0.0.1\n- {name: mute, host: 127.0.0.9, control: {version: none}, timeout: 50s}\n- 127.0.0.2\n"
        mute = self.namespace.udp("127.0.0.9", 16384)
        self.addCleanup(mute.close)
        file = harness.write_file("all.yml", text)
        process = harness.Process(self.namespace, [harness.program("ipsla"), "probe", "--config", file, "--all",
                                                   "--parallel=2"])
        harness.wait_for(lambda: "127.0.0.1" in process.stdout(), lambda: process.evidence())
        harness.wait_for(lambda: mute.recv(2048), lambda: "a probe")
        process.signal(signal.SIGINT)
        self.assertEqual(process.wait(), 1, process.evidence())
        self.assertEqual([row.split()[0] for row in process.stdout().splitlines()], ["TARGET", "127.0.0.1", "127.0.0.2", "2"])
        self.assertEqual(process.stderr(), "ipsla probe: interrupted before 1 of 3 targets were measured\n")

    def test_usage(self):
        wrong = ((("--all",), "--all is for --config"),
                 (("--config=f", "--all", "--target=t"), "--target is not for --all"),
                 (("--config=f", "--all", "--dscp=ef"), "--dscp is not for --all"),
                 (("--config=f", "--all", "--repeat=3"), "--repeat is not for --all"),
                 (("--config=f", "--all", "h"), "HOST and --all exclude each other"),
                 (("--config=f", "--all", "--parallel=0"), 'flag --parallel: "0" is not 1 to 1000'),
                 (("--parallel=3", "h"), "--parallel is for --all"))
        for flags, message in wrong:
            done = self.run_program(self.namespace, "ipsla", "probe", *flags)
            self.assertEqual((done.code, done.stderr), (2, f"ipsla probe: {message}\n"), done.evidence)
        done = self.probe_all(MIXED, "--output=nagios")
        self.assertEqual((done.code, done.stdout), (3, "IPSLA UNKNOWN - ipsla probe: --all is not for --output nagios\n"))
        done = self.probe_all("responder: {}\n")
        self.assertEqual((done.code, done.stderr), (2, "ipsla probe: there are no targets in the file\n"))

    def test_check_of_several_files(self):
        good = harness.write_file("good.yml", "targets: [192.0.2.1]\n")
        bad = harness.write_file("bad.yml", "targets: [{host: 192.0.2.1, port: 0}]\n")
        done = self.run_program(self.namespace, "ipsla", "check", bad, good)
        self.assertEqual(done.code, 2, done.evidence)
        self.assertEqual(done.stdout, f"{good}: ok, 1 target\n")
        self.assertEqual(done.stderr, f"{bad}:1:35: targets[0].port: '0' is out of range; allowed: 1 to 65535\n")
        self.assertEqual(self.run_program(self.namespace, "ipsla", "check", good, good).code, 0)

    def test_ten_a_second(self):
        """A frequency of 100 ms is kept, beside a reload that refuses more than max_packet_rate."""
        text = "responder: {listen: ['127.0.0.1:1967']}\ntargets:\n- {host: 127.0.0.1, module: echo, frequency: 100ms}\n"
        exporter = harness.Exporter(self.namespace, text)
        metrics = exporter.wait_metrics(lambda metrics: metrics.get("ipsla_operations_total", target="127.0.0.1") >= 20,
                                        "20 operations")
        self.assertEqual(metrics.get("ipsla_target_frequency_seconds", target="127.0.0.1"), 0.1)
        harness.write_file("ipsla.yml", "max_packet_rate: 19\n" + text)
        exporter.process.signal(signal.SIGHUP)
        metrics = exporter.wait_metrics(
            lambda metrics: metrics.get("ipsla_exporter_config_last_reload_successful") == 0, "the reload fails")
        self.assertIn("the targets send 20 packets a second", exporter.process.stderr())


if __name__ == "__main__":
    harness.main()
