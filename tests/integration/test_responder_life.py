# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""ipsla_responder while it runs: reloads, counters, and what it serves by HTTP."""

import fcntl
import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess

import harness
import ipsla_wire as wire

LISTEN = ("127.0.0.1", 1967)
PORT = 16384
HTTP_PORT = 10969
F_SETPIPE_SZ = 1031  # of Linux; fcntl has it since Python 3.10
BAD = "responder: {max_sessions: -1}\n"


class ResponderLifeTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.sender = self.namespace.udp()
        self.addCleanup(self.sender.close)

    def start(self, text=None, *flags):
        if text is not None:
            flags = ("--config.file", harness.write_file("responder.yml", text), *flags)
        self.process = self.responder(self.namespace, *flags)
        return self.process

    def said(self, pattern):
        return re.findall(pattern, self.process.stderr())

    def reload(self, expected="reloaded"):
        before = len(self.said(f'msg="?{expected}'))
        self.process.signal(signal.SIGHUP)
        harness.wait_for(lambda: len(self.said(f'msg="?{expected}')) > before, self.process.evidence)

    def ask(self, number=1):
        self.sender.sendto(wire.control_request(number, 4, "127.0.0.1", PORT, 60000), LISTEN)
        return self.sender.recv(2048)

    def probe(self, sequence, port=PORT):
        """How many probes of its session the responder has counted with this one."""
        self.sender.sendto(wire.jitter_request(sequence), ("127.0.0.1", port))
        return struct.unpack("!H", self.sender.recv(2048)[14:16])[0]

    def measure(self, *flags):
        return self.run_program(self.namespace, "ipsla", "probe", "127.0.0.1", "--num-packets", "2", *flags)

    def http(self, method, path):
        with self.namespace.entered():
            connection = http.client.HTTPConnection("127.0.0.1", HTTP_PORT, timeout=harness.PATIENCE)
            connection.connect()
        connection.request(method, path)
        answer = connection.getresponse()
        found = answer.status, answer.read().decode()
        connection.close()
        return found

    def test_files_that_flags_name_are_read_again(self):
        key = harness.write_file("key", "first\n")
        self.start(None, f"--key=7:hmac-sha256:{key}")
        flags = ("--control-version", "2", "--key-id", "7", "--key-algorithm", "hmac-sha256", "--key-file")
        first = harness.write_file("key1", "first\n")
        second = harness.write_file("key2", "second\n")
        self.assertEqual(self.measure(*flags, first).code, 0)
        harness.write_file("key", "second\n")
        self.assertNotEqual(self.measure(*flags, second).code, 0)
        self.reload()
        self.assertEqual(self.measure(*flags, second).code, 0, self.process.evidence())
        harness.write_file("key", "")
        self.reload("reload failed")
        self.assertEqual(self.measure(*flags, second).code, 0, self.process.evidence())
        self.assertEqual(self.process.stop(), 0, self.process.evidence())

    def test_sessions_live_on(self):
        self.start("responder: {max_sessions: 1}\n")
        self.ask()
        self.assertEqual(self.probe(1), 1)
        harness.write_file("responder.yml", "responder: {max_sessions: 50, permanent_ports: ['127.0.0.1:5000'], "
                           "allow: [127.0.0.0/8]}\n")
        self.reload()
        self.assertEqual(self.probe(2), 2)
        self.assertEqual(self.probe(1, 5000), 1)
        harness.write_file("responder.yml", BAD)
        self.reload("reload failed")
        harness.write_file("responder.yml", "responder: {listen: ['127.0.0.1:2967']}\n")
        self.reload("reload failed")
        self.assertTrue(self.said("needs a restart"), self.process.evidence())
        self.assertEqual(self.probe(3), 3)
        taken = self.namespace.udp("127.0.0.1", 5001)
        harness.write_file("responder.yml", "responder: {permanent_ports: ['127.0.0.1:5001']}\n")
        self.reload("reload failed")
        self.assertTrue(self.said("127.0.0.1:5001.*in use"), self.process.evidence())
        self.assertEqual(self.probe(4), 4)
        taken.close()
        self.reload()
        self.assertEqual(self.probe(5), 5)
        harness.write_file("responder.yml", "responder: {allow: [192.0.2.0/24]}\n")
        self.reload()
        self.assertEqual(self.measure("--timeout", "200ms").code, 1)

    def test_counters_are_as_they_are(self):
        self.start(None)
        for number in range(1, 21):
            self.ask(number)
            self.process.signal(signal.SIGUSR1)
            harness.wait_for(lambda: len(self.said('msg="counters"')) == number, self.process.evidence)
            self.assertEqual(self.said(r"accepted=(\d+)")[-1], str(number), self.process.evidence())

    def test_http(self):
        self.start("responder: {}\n", f"--web.listen-address=127.0.0.1:{HTTP_PORT}", "--web.enable-lifecycle")
        harness.wait_for(lambda: self.said("path=/metrics"), self.process.evidence)
        for path, body in (("/-/healthy", "ok\n"), ("/-/ready", "ready\n")):
            self.assertEqual(self.http("GET", path), (200, body))
        self.ask()
        self.probe(1)
        metrics = harness.wait_for(lambda: self.counted(), self.process.evidence)
        self.assertEqual(metrics.get("ipsla_responder_config_last_reload_successful"), 1)
        self.assertIsNotNone(metrics.get("process_start_time_seconds"))
        self.assertNotIn("ipsla_exporter_", metrics.text)
        page = self.http("GET", "/")[1]
        self.assertIn("IP SLA responder", page)
        self.assertNotIn("Targets", page)
        harness.write_file("responder.yml", BAD)
        self.assertEqual(self.http("POST", "/-/reload")[0], 500)
        self.assertEqual(harness.Metrics(self.http("GET", "/metrics")[1])
                         .get("ipsla_responder_config_last_reload_successful"), 0)
        harness.write_file("responder.yml", "responder: {max_sessions: 7}\n")
        harness.wait_for(lambda: self.http("POST", "/-/reload") == (200, "reloaded\n"), self.process.evidence)
        metrics = harness.wait_for(lambda: self.counted(7), self.process.evidence)
        self.assertEqual(metrics.get("ipsla_responder_sessions"), 1)
        self.assertEqual(self.process.stop(), 0, self.process.evidence())

    def counted(self, most=1000):
        metrics = harness.Metrics(self.http("GET", "/metrics")[1])
        accepted = metrics.get("ipsla_responder_control_requests_total", version="1", result="accepted")
        return metrics if accepted == 1 and metrics.get("ipsla_responder_sessions_max") == most else None

    def test_what_is_wrong_is_in_the_log(self):
        """A reload writes lines of the log, whichever way the settings came."""
        key = harness.write_file("key", "first\n")
        self.start(None, f"--key=7:hmac-sha256:{key}", "--log.format=json")
        harness.write_file("key", "")
        self.process.signal(signal.SIGHUP)
        harness.wait_for(lambda: self.said("reload failed"), self.process.evidence)
        for line in self.process.stderr().splitlines():
            self.assertIn("msg", json.loads(line), line)
        self.assertTrue(self.said("is empty"), self.process.evidence())

    def test_a_log_that_nobody_reads_holds_up_nothing(self):
        """Errors of reloads fill the pipe; SIGTERM ends it all the same."""
        config = harness.write_file("responder.yml", "responder: {}\n")
        read, write = os.pipe()
        fcntl.fcntl(write, F_SETPIPE_SZ, 4096)
        with self.namespace.entered():
            process = subprocess.Popen([harness.program("ipsla_responder"), f"--config.file={config}",
                                        f"--web.listen-address=127.0.0.1:{HTTP_PORT}"], stderr=write)
        self.addCleanup(process.kill)
        os.close(write)
        self.addCleanup(os.close, read)
        harness.wait_for(lambda: self.is_up(), "it serves")
        harness.write_file("responder.yml", "responder:\n" + "".join(f"  wrong{i}: 1\n" for i in range(80)))
        for _ in range(3):
            process.send_signal(signal.SIGHUP)
            harness.wait_for(lambda: self.last_reload() == 0, "a reload that failed")
        metrics = harness.Metrics(self.http("GET", "/metrics")[1])
        self.assertGreater(metrics.get("ipsla_responder_log_lines_dropped_total"), 0)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(harness.PATIENCE), 0)

    def is_up(self):
        try:
            return self.http("GET", "/-/healthy")[0] == 200
        except OSError:
            return False

    def last_reload(self):
        metrics = harness.Metrics(self.http("GET", "/metrics")[1])
        return metrics.get("ipsla_responder_config_last_reload_successful")

    def test_ports_that_are_refused_are_counted(self):
        self.start("responder: {ports: [20000]}\n", f"--web.listen-address=127.0.0.1:{HTTP_PORT}")
        harness.wait_for(self.is_up, self.process.evidence)
        self.sender.sendto(wire.control_request(1, 4, "127.0.0.1", 514, 1000), LISTEN)
        self.sender.recv(2048)
        metrics = harness.wait_for(lambda: self.refused() == 1, self.process.evidence)
        self.assertTrue(metrics)

    def refusals(self):
        """Pairs of each line about a refusal."""
        lines = self.said(r"(?m)^.*(?:request refused|datagram not answered).*$")
        return [dict(re.findall(r'(\w+)="?([^" ]+)', line)) for line in lines]

    def test_who_is_refused_is_in_the_log(self):
        """One line for a source and a reason, whatever it sends; who may ask has none."""
        key = harness.write_file("key", "first\n")
        wrong = harness.write_file("wrong", "second\n")
        self.start("responder: {allow: [127.0.0.1], ports: [16384-16390], keys: [7]}\n"
                   f"keys: [{{id: 7, algorithm: hmac-sha256, secret_file: {key}}}]\n")
        flags = ("--control-version", "2", "--key-id", "7", "--key-algorithm", "hmac-sha256", "--key-file")
        self.assertEqual(self.measure(*flags, key).code, 0, self.process.evidence())
        self.assertEqual(self.refusals(), [])
        for _ in range(3):
            self.assertEqual(self.measure(*flags, wrong).code, 1)
            self.assertEqual(self.measure(*flags, key, "--port", "30000").code, 1)
        stranger = self.namespace.udp("127.0.0.5")
        self.addCleanup(stranger.close)
        for number in range(5):
            stranger.sendto(wire.control_request(number, 4, "127.0.0.1", PORT, 60000), LISTEN)
        harness.wait_for(lambda: len(self.refusals()) >= 3, self.process.evidence)
        found = sorted((line["reason"], line["source"], line.get("port")) for line in self.refusals())
        self.assertEqual(found, [("auth", "127.0.0.1", str(PORT)), ("not_allowed", "127.0.0.5", None),
                                 ("port_not_allowed", "127.0.0.1", "30000")], self.process.evidence())

    def refused(self):
        metrics = harness.Metrics(self.http("GET", "/metrics")[1])
        self.assertEqual(metrics.get("ipsla_responder_control_requests_total", version="1", result="source_limit"), 0)
        return metrics.get("ipsla_responder_control_requests_total", version="1", result="port_not_allowed")

    def test_flags_and_file(self):
        good = harness.write_file("good.yml", "responder: {}\n")
        for flags, word in ((("--config.file", good, "--allow", "192.0.2.0/24"), "--allow"),
                            (("--config.file", harness.write_file("none.yml", "targets: [{name: a, host: 127.0.0.1, port: 16384}]\n")), "no section responder"),
                            (("--config.file", harness.write_file("bad.yml", BAD)), "max_sessions"),
                            (("--config.file", "/nonexistent.yml"), "/nonexistent.yml")):
            with self.subTest(flags=flags):
                done = self.run_program(self.namespace, "ipsla_responder", *flags)
                self.assertIn(done.code, (1, 2), done.evidence)
                self.assertIn(word, done.stderr)
        with self.namespace.entered():
            taken = socket.create_server(("127.0.0.1", HTTP_PORT))
        self.addCleanup(taken.close)
        done = self.run_program(self.namespace, "ipsla_responder", f"--web.listen-address=127.0.0.1:{HTTP_PORT}")
        self.assertEqual(done.code, 1, done.evidence)
        self.assertIn("in use", done.stderr)


if __name__ == "__main__":
    harness.main()
