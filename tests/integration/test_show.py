# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""ipsla show: what a running exporter says of its targets and its responder, as a router says it; and the JSON it is
made from."""

import json
import re
import socket
import threading

import harness

CONFIG = """
targets:
  - {name: 'jitter <1> "x"', host: 127.0.0.1, frequency: 1s, labels: {ip_sla: '12'}}
  - {name: slow, host: 127.0.0.1, frequency: 1s, threshold: 0ms, operation: udp-echo}
  - {name: refused, host: 127.0.0.1, operation: tcp-connect, control: {version: none}, port: 9, frequency: 1s}
  - {name: never, host: '::1', start: pending}
responder: {listen: ['127.0.0.1:1967', '127.0.0.1:1167'], permanent_ports: ['127.0.0.1:7']}
"""


URL = "http://127.0.0.1:10967"
HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
LIST = HEAD + b'{"now": 1.0, "targets": [\n'
# What is no answer of an exporter, or not all of it.
STRANGE = [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 401 x\r\n\r\n", HEAD, HEAD + b"<html>\n", HEAD + b'{"now": x, "targets": [\n',
           LIST, LIST + b'{"name": 3},\n]}\n', LIST + b"{" * 100 + b"\n]}\n", HEAD + b"x" * 3000000]

# A good list but for what an exporter cannot send: more headers than any server has, more targets than a configuration,
# names that a terminal would obey.
TARGET = b'{"name": "a", "operation": "udp-echo", "state": "pending", "target": {"host": "h"}},\n'
STRANGE += [LIST.replace(b"\r\n", b"\r\n" + b"X: y\r\n" * 101, 1) + TARGET + b"]}\n", LIST + TARGET * 100001 + b"]}\n",
            *(LIST + TARGET.replace(old, b'"\\u001b[2J"') + b"]}\n" for old in (b'"a"', b'"h"'))]


class ShowTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def show(self, *arguments, code=0):
        done = self.run_program(self.namespace, "ipsla", "show", *arguments)
        self.assertEqual(done.code, code, done.evidence)
        return done

    def get(self, exporter, path):
        status, headers, body = exporter.request("GET", path)
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"), body)
        return json.loads(body)

    def exporter(self):
        exporter = harness.Exporter(self.namespace, CONFIG)
        harness.wait_for(lambda: sum(target["latest"] is not None
                                     for target in self.get(exporter, "/api/v1/targets")["targets"]) == 3,
                         "three have run, the fourth never does")
        return exporter

    def test_json(self):
        exporter = self.exporter()
        targets = {target["name"]: target for target in self.get(exporter, "/api/v1/targets")["targets"]}
        self.assertEqual(list(targets), ['jitter <1> "x"', "slow", "refused", "never"])
        self.assertEqual(targets["refused"]["latest"]["return_code"], 16)
        self.assertEqual(targets["slow"]["over_threshold"], targets["slow"]["operations"])
        self.assertIsNone(targets["never"]["latest"])
        one = self.get(exporter, "/api/v1/targets/jitter%20%3C1%3E%20%22x%22")
        self.assertEqual((one["labels"], one["latest"]["packets"]["sent"]), ({"ip_sla": "12"}, 10))
        for path in ("/api/v1/targets/nobody", "/api/v1/targets/"):
            self.assertEqual(exporter.request("GET", path)[0], 404, path)
        self.assertEqual(exporter.request("POST", "/api/v1/targets/slow")[0], 405)
        responder = self.get(exporter, "/api/v1/responder")
        self.assertEqual((responder["control_ports"], responder["permanent_ports"]), ([1967, 1167], 1))

    def test_summary(self):
        self.exporter()
        done = self.show("summary")
        for line in (r"\*12 +udp-jitter +127\.0\.0\.1 +RTT=\d+ +OK +\d+ seconds? ago",
                     r"\*\d{9} +udp-echo .* Over threshold +\d+ seconds? ago",
                     r"~\d{9} +udp-jitter +::1 +- +Unknown +Never"):
            self.assertRegex(done.stdout, re.compile(f"^{line}$", re.MULTILINE))
        made = re.findall(r"^ipsla show: (\w+) has no label ip_sla: it is operation (\d{9})$", done.stderr, re.MULTILINE)
        self.assertEqual([name for name, _ in made], ["slow", "refused", "never"], done.stderr)
        self.assertEqual(re.findall(r"operation (\d+)", self.show(URL, "summary").stderr), [number for _, number in made])
        done = self.show(URL, "details", dict(made)["refused"])
        self.assertIn("\tLatest RTT: 0 milliseconds\n", done.stdout)
        self.assertIn("code: Socket connect error\n", done.stdout)

    def test_statistics_and_details(self):
        self.exporter()
        text = self.show(URL, "statistics", "12").stdout
        self.assertTrue(text.startswith("IPSLAs Latest Operation Statistics\n\nIPSLA operation id: 12\nType of operation: udp-jitter\n"
                                        "\tLatest RTT: "), text)
        self.assertIn("\tNumber Of RTT: 10\t\tRTT Min/Avg/Max: ", text)
        self.assertIn("\nOver thresholds occurred: TRUE\nNumber of successes: 0\n", self.show(URL, "details", "slow").stdout)
        self.assertIn("nobody", self.show("details", "nobody", code=1).stderr)
        self.assertEqual(self.show("statistics").stdout.count("IPSLA operation id: "), 4)

    def test_responder(self):
        self.exporter()
        self.assertEqual(self.show("responder").stdout,
                         "General IP SLA Responder on Control port 1967\n"
                         "\tGeneral IP SLA Responder on Control V2 port 1167\n"
                         "General IP SLA Responder is: Enabled\n\n"
                         "\tPermanent Port IP SLA Responder\nPermanent Port IP SLA Responder is: Enabled\n")

    def test_usage(self):
        for arguments in (("summary", "a", "b"), ("sumary",), (), ("responder", "a")):
            self.show(*arguments, code=2)
        for arguments in (("https://localhost", "summary"), ("summary",), ("http://", "summary"), ("http://u:p@localhost", "summary")):
            done = self.show(*arguments, code=1)
            self.assertRegex(done.stderr, r"\Aipsla show: [^\n]*\n\Z")

    def test_strange_answers(self):
        for answer in STRANGE:
            with self.namespace.entered():
                listener = socket.create_server(("127.0.0.1", 0))
            with listener:
                thread = threading.Thread(target=answer_once, args=(listener, answer))
                thread.start()
                done = self.show(f"http://127.0.0.1:{listener.getsockname()[1]}", "summary", code=1)
                self.assertRegex(done.stderr, r"\A(ipsla show: [^\n]*\n)+\Z", answer[:40])
                thread.join()


def answer_once(listener, answer):
    connection, _ = listener.accept()
    with connection:
        connection.recv(4096)
        try:
            connection.sendall(answer)
        except OSError:
            pass  # the reader had enough


if __name__ == "__main__":
    harness.main()
