# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Ending, refusing to start, and saying why in one clear line."""

import contextlib
import json
import signal
import socket

import harness

CONFIG = """
responder: {listen: ['127.0.0.1:1967']}
targets:
  - {name: self, host: 127.0.0.1, port: 16384, frequency: 1s, timeout: 500ms}
"""
RARE = "targets: [{name: rare, host: 127.0.0.1, port: 16384, frequency: 604800s}]\n"

SILENT = "targets: [{name: silent, host: 127.0.0.1, port: 16384, start: now}]\n"
NOTHING = "targets: []\nresponder: {listen: ['127.0.0.1:1967']}\n"

BAD = """\
defaults:
  frequency: 60
targets:
  - name: one
    host: 127.0.0.1
    port: 70000
    colour: red
  - name: one
    host: 127.0.0.1
    port: 1
    frequency: 60s
    timeout: 90s
"""
PROBLEMS = (r"bad\.yml:2:\d+: defaults\.frequency: .*unit",
            r"bad\.yml:6:\d+: targets\[0\]\.port: .*65535",
            r"bad\.yml:7:\d+: targets\[0\]\.colour: ",
            r"bad\.yml:8:\d+: targets\[1\]\.name: ",
            r"bad\.yml:12:\d+: targets\[1\]\.timeout: ")


class SignalsPortsTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def error_lines(self, done):
        """Lines of standard error that are not mere information."""
        return [line for line in done.stderr.splitlines()
                if "level=info" not in line and "level=debug" not in line]

    def check_one_line(self, done, *words):
        self.assertEqual(done.code, 1, done.evidence)
        lines = self.error_lines(done)
        self.assertEqual(len(lines), 1, done.evidence)
        for word in words:
            self.assertIn(word, lines[0].lower(), done.evidence)

    def test_exporter_ends_on_sigterm_and_sigint(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number):
                exporter = harness.Exporter(self.namespace, CONFIG)
                exporter.wait_metrics(
                    lambda metrics: metrics.get("ipsla_operation_success", target="self") == 1,
                    "a successful operation")
                exporter.process.signal(number)
                self.assertEqual(exporter.process.wait(), 0, exporter.process.evidence())
                self.assertFalse(harness.has_udp_listener(self.namespace, 1967))

    def test_exporter_ends_with_a_connection_open(self):
        exporter = harness.Exporter(self.namespace, CONFIG)
        with self.namespace.entered():
            idle = socket.create_connection(("127.0.0.1", exporter.port))
        self.addCleanup(idle.close)
        idle.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")  # never finished
        exporter.process.signal(signal.SIGTERM)

        def has_ended():
            """Whoever waits for this client waits for ever: it never pauses, so it is never idle."""
            with contextlib.suppress(OSError):
                idle.sendall(b"x")
            return not exporter.process.is_running()

        harness.wait_for(has_ended, exporter.process.evidence)
        self.assertEqual(exporter.process.wait(), 0, exporter.process.evidence())

    def test_responder_ends(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number):
                process = self.responder(self.namespace)
                process.signal(number)
                self.assertEqual(process.wait(), 0, process.evidence())

    def start(self, *flags, config=CONFIG):
        path = harness.write_file("ipsla.yml", config)
        return self.run_program(self.namespace, "ipsla_exporter", "--config.file", path, *flags)

    def test_http_port_in_use(self):
        with self.namespace.entered():
            taken = socket.create_server(("127.0.0.1", 10967))
        self.addCleanup(taken.close)
        self.check_one_line(self.start(), "10967", "in use")

    def test_responder_port_in_use(self):
        taken = self.namespace.udp("127.0.0.1", 1967)
        self.addCleanup(taken.close)
        self.check_one_line(self.start(), "127.0.0.1:1967", "in use")
        done = self.run_program(self.namespace, "ipsla_responder")
        self.check_one_line(done, "1967", "in use")

    def test_config_check(self):
        good = self.start("--config.check")
        self.assertEqual((good.code, self.error_lines(good)), (0, []), good.evidence)
        bad = harness.write_file("bad.yml", BAD)
        done = self.run_program(self.namespace, "ipsla_exporter", "--config.check",
                                f"--config.file={bad}")
        self.assertEqual(done.code, 2, done.evidence)
        said = done.stdout + done.stderr
        for problem in PROBLEMS:
            self.assertRegex(said, problem)
        self.assertEqual(len(said.strip().splitlines()), len(PROBLEMS), done.evidence)

    def test_bad_config_does_not_start(self):
        done = self.start(config=BAD)
        self.assertNotEqual(done.code, 0, done.evidence)
        self.assertRegex(done.stderr, r"ipsla\.yml:6:\d+: targets\[0\]\.port: .*65535")
        done = self.run_program(self.namespace, "ipsla_exporter", "--config.file", "/nonexistent.yml")
        self.assertNotEqual(done.code, 0, done.evidence)
        self.assertIn("/nonexistent.yml", done.stderr)

    def test_log_begins_with_what_runs_and_has_numbers(self):
        """The first line says versions and configuration, in both programs; findings are lines like all others."""
        file = harness.write_file("bad.yml", BAD)
        for program, flags in (("ipsla_exporter", ()), ("ipsla_responder", ())):
            done = self.run_program(self.namespace, program, "--log.format=json", "--config.file", file, *flags)
            self.assertNotEqual(done.code, 0, done.evidence)
            lines = [json.loads(line) for line in done.stderr.splitlines()]
            self.assertEqual((lines[0]["msg"], lines[0]["program"], lines[0]["file"]), ("starting", program, file))
            for name in ("version", "revision", "libmicrohttpd", "libevent", "libyaml", "openssl", "isal"):
                self.assertRegex(lines[0][name], r"\w", name)
            findings = [line for line in lines if line["msg"] == "configuration"]
            self.assertEqual([line["line"] for line in findings], [2, 6, 7, 8, 12], done.evidence)
            self.assertIs(type(findings[0]["column"]), int)
            self.assertEqual({line["level"] for line in findings}, {"error"})
        good = harness.write_file("good.yml", SILENT)
        exporter = harness.Exporter(self.namespace, good, "--log.format=json")
        first = json.loads(exporter.process.stderr().splitlines()[0])
        self.assertEqual((first["msg"], first["file"], first["targets"]), ("starting", good, 1))

    def test_unknown_flags(self):
        for name in ("ipsla_exporter", "ipsla_responder"):
            for flag in ("--no-such-flag", "--no-such-flag=1", "-z"):
                with self.subTest(program=name, flag=flag):
                    done = self.run_program(self.namespace, name, flag)
                    self.assertEqual(done.code, 2, done.evidence)
                    self.assertEqual(len(done.stderr.splitlines()), 1, done.evidence)
                    self.assertIn(flag.split("=")[0], done.stderr)

    def test_listen_address_and_path(self):
        path = harness.write_file("ipsla.yml", CONFIG)
        process = harness.Process(self.namespace, [
            harness.program("ipsla_exporter"), f"--config.file={path}", "--web.telemetry-path=/m",
            "--web.listen-address=127.0.0.1:8001", "--web.listen-address", "127.0.0.2:8002"])
        for host, port in (("127.0.0.1", 8001), ("127.0.0.2", 8002)):
            def body(host=host, port=port):
                self.assertTrue(process.is_running(), process.evidence())
                try:
                    with self.namespace.entered():
                        sock = socket.create_connection((host, port), timeout=harness.PATIENCE)
                except OSError:
                    return None
                with sock:
                    sock.sendall(b"GET /m HTTP/1.0\r\n\r\n")
                    received = b""
                    while chunk := sock.recv(65536):
                        received += chunk
                return received
            answer = harness.wait_for(body, f"{host}:{port}")
            self.assertIn(b" 200 ", answer.splitlines()[0])
            self.assertIn(b"ipsla_exporter_build_info", answer)

    def test_web_flags(self):
        bad = {"max-requests": ("-1", "x", "", "1000001"), "max-connections": ("3", "16385", "many"),
               "request-timeout": ("0s", "999ms", "61m", "10"), "answer-timeout": ("0s", "2h", ""),
               "listen-address": ("", "x", "127.0.0.1", "no.such.name.invalid:1", "::1:80", "[localhost]:80", "127.0.0.1:70000")}
        for flag, values in bad.items():
            for value in values:
                with self.subTest(flag=flag, value=value):
                    done = self.run_program(self.namespace, "ipsla_exporter", f"--web.{flag}={value}")
                    self.assertEqual(done.code, 2, done.evidence)
                    self.assertIn(f"--web.{flag}", done.stderr)

    def test_listens_for_both_families_and_names(self):
        for address, served in ((":10967", ("127.0.0.1", "::1")), ("[::]:10967", ("127.0.0.1", "::1")),
                                ("0.0.0.0:10967", ("127.0.0.1",)), ("localhost:10967", ("127.0.0.1",))):
            with self.subTest(address=address):
                exporter = harness.Exporter(self.namespace, RARE, f"--web.listen-address={address}")
                for host in ("127.0.0.1", "::1"):
                    with self.namespace.entered():
                        reached = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
                        self.assertEqual(reached.connect_ex((host, exporter.port)) == 0, host in served, host)
                    reached.close()
                self.assertEqual(exporter.process.stop(), 0, exporter.process.evidence())

    def test_scrapes_at_once(self):
        """A scraper that stops reading keeps the one place there is until another wants it."""
        config = "defaults: {frequency: 604800s}\ntargets:\n" + "".join(
            f"  - {{name: t{number}, host: 127.0.0.1, port: 16384}}\n" for number in range(2000))
        exporter = harness.Exporter(self.namespace, config, "--web.max-requests=1")
        self.assertEqual(exporter.request("HEAD", "/metrics")[0], 200)
        with self.namespace.entered():
            slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(harness.PATIENCE)
        slow.connect(("127.0.0.1", exporter.port))
        slow.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(slow.recv(12), b"HTTP/1.1 200")
        self.assertEqual(exporter.request("GET", "/-/healthy")[0], 200)
        text = exporter.request("GET", "/metrics")[2]
        self.assertEqual(text.count("\nipsla_operations_total{"), 2000)
        with contextlib.suppress(ConnectionResetError):
            while slow.recv(65536):
                pass
        slow.close()
        self.assertEqual(exporter.process.stop(), 0, exporter.process.evidence())

    def test_health_and_readiness(self):
        with self.namespace.entered():
            silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(silent.close)
        silent.bind(("127.0.0.1", 1967))
        exporter = harness.Exporter(self.namespace, SILENT)
        self.assertEqual(exporter.request("GET", "/-/healthy")[0], 200)
        status, _, body = exporter.request("GET", "/-/ready")
        self.assertEqual(status, 503, "a target in its first operation")
        self.assertEqual(body, "not ready: 1 of 1 targets are in their first operation\n")
        exporter.process.stop()
        silent.close()
        exporter = harness.Exporter(self.namespace, RARE)
        self.assertEqual(exporter.request("GET", "/nonsense")[0], 404)
        harness.wait_for(lambda: "rare" in exporter.request("GET", "/")[2], "the target on the page")
        status, headers, body = exporter.request("GET", "/")
        self.assertEqual(status, 200)
        self.assertIn("text/html", headers["Content-Type"])
        self.assertIn("/metrics", body)
        exporter.process.stop()
        exporter = harness.Exporter(self.namespace, CONFIG)
        harness.wait_for(lambda: exporter.request("GET", "/-/ready")[0] == 200, "readiness")

    def test_what_is_not_due_is_not_waited_for(self):
        for name, config in (("frequency", RARE), ("nothing", NOTHING),
                             ("start", RARE.replace("frequency: 604800s", "start: pending")),
                             ("after", RARE.replace("frequency: 604800s", "start: after 365d"))):
            with self.subTest(name):
                exporter = harness.Exporter(self.namespace, config)
                harness.wait_for(lambda: exporter.request("GET", "/-/ready")[0] == 200, "readiness")
                state = "inactive" if name == "start" else "pending"
                self.assertEqual(exporter.scrape().get("ipsla_exporter_targets", state=state),
                                 0 if name == "nothing" else 1)
                exporter.process.stop()


if __name__ == "__main__":
    harness.main()
