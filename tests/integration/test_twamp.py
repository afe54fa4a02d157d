# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""TWAMP between the real programs: each mode over IPv4 and IPv6, wrong keys, known losses, and the exporter at
both ends."""

import itertools
import socket
import struct

import harness

SERVER = 8620
PACKETS = 60
MODES = ("authenticated", "encrypted", "mixed")

CONFIG = """
keys:
  - {id: 7, algorithm: twamp, name: alice, secret_file: %s}
  - {id: 8, algorithm: twamp, name: alice, secret_file: %s}
responder:
  listen: [127.0.0.1:1967]
  twamp_ports: [127.0.0.1:8620]
  twamp_keys: [7]
targets:
  - {name: good, host: 127.0.0.1, operation: twamp, server_port: 8620, mode: encrypted, auth_key: 7, frequency: 1s, timeout: 500ms, start: now}
  - {name: wrong, host: 127.0.0.1, operation: twamp, server_port: 8620, mode: encrypted, auth_key: 8, frequency: 1s, timeout: 200ms, start: now}
"""


def lost(relay, direction):
    """The numbers of test packets, of the sender, that the relay lost that way, and those that it did not."""
    at = {"lr": 0, "rl": 24}[direction]
    rows = [row for row in relay.rows()
            if row["direction"] == direction and row["kind"] in ("udp", "echo") and row["bytes"] >= 41]
    numbers = {struct.unpack("!I", bytes.fromhex(row["payload"])[at:at + 4])[0]: row["result"] for row in rows}
    return ({number for number, result in numbers.items() if result == "lost"},
            {number for number, result in numbers.items() if result == "forwarded"})


class TwampTest(harness.Case):
    def key(self, name="key", text="correct-horse-7\n"):
        return harness.write_file(f"{name}-{id(self)}", text)

    def probe(self, namespace, host, *arguments, code=0):
        done = self.run_program(namespace, "ipsla", "probe", host, "--operation=twamp", f"--server-port={SERVER}",
                                "--output=json", "--interval=5", *arguments)
        self.assertEqual(done.code, code, done.evidence)
        return done.json()

    def server(self, namespace, *arguments):
        return self.responder(namespace, f"--twamp-port={SERVER}", f"--twamp-port=[::]:{SERVER}", *arguments)

    def test_every_mode(self):
        namespace = harness.Namespace()
        harness.require_ipv6(namespace)
        key = self.key()
        for modes, ours in ((("unauthenticated",), []), (MODES, ["--key-id=7", f"--key-file={key}"])):
            responder = self.server(namespace, *([f"--twamp-key=7:twamp:{key}"] if ours else []))
            for mode, host in itertools.product(modes, ("127.0.0.1", "::1")):
                with self.subTest(mode=mode, host=host):
                    result = self.probe(namespace, host, f"--mode={mode}", "--count=5", *ours)
                    self.assert_counts(result["packets"], 5, str(result))
                    self.assertEqual(result["reply"]["ttl"], 255)
                    self.assertEqual(result["packets"]["unprocessed"], 0)
            responder.stop()

    def test_wrong_keys_fail_and_open_nothing(self):
        namespace = harness.Namespace()
        key, wrong = self.key(), self.key("other", "wrong-horse-8\n")
        responder = self.server(namespace, f"--twamp-key=7:twamp:{key}")
        for mode, ours in itertools.product(MODES, (["--key-id=7", f"--key-file={wrong}"],
                                                    ["--key-id=8", f"--key-file={key}"],
                                                    ["--key-id=7", "--key-name=bob", f"--key-file={key}"])):
            result = self.probe(namespace, "127.0.0.1", f"--mode={mode}", "--count=2", *ours, code=1)
            self.assertEqual(result["outcome"], "auth")
            self.assertEqual(result["packets"]["sent"], 0)
        result = self.probe(namespace, "127.0.0.1", "--count=2", code=1)
        self.assertEqual(result["outcome"], "refused")
        responder.stop()
        self.assertIn("twamp_packets=0", responder.stderr())
        result = self.probe(namespace, "127.0.0.1", "--count=2", code=1)
        self.assertEqual(result["outcome"], "refused")

    def test_losses_have_a_direction(self):
        relay = harness.Relay("delay_us=3000,drop_every=10", "delay_us=2000,drop_every=7")
        self.server(relay.right)
        result = self.probe(relay.left, harness.RIGHT, f"--count={PACKETS}", "--timeout=5000")
        (there, _), (back, answered) = lost(relay, "lr"), lost(relay, "rl")
        last = max(answered)
        wanted = {"sd": sum(number < last for number in there), "ds": sum(number < last for number in back),
                  "unknown": sum(number > last for number in there | back)}
        self.assert_counts(result["packets"], PACKETS, str(result),
                           **{way: count for way, count in wanted.items() if count})
        self.assertGreater(min(wanted["sd"], wanted["ds"]), 0)

    def test_a_server_that_says_nothing(self):
        namespace = harness.Namespace()
        with namespace.entered():
            server = socket.create_server(("127.0.0.1", SERVER))
        with server:
            result = self.probe(namespace, "127.0.0.1", "--count=2", "--timeout=300", code=1)
            self.assertEqual(result["outcome"], "no_connection")
            self.assertEqual(result["packets"]["sent"], 0)

    def test_exporter_measures_and_serves(self):
        config = CONFIG % (self.key(), self.key("other", "wrong-horse-8\n"))
        exporter = harness.Exporter(harness.Namespace(), config)
        metrics = exporter.wait_metrics(
            lambda metrics: (metrics.get("ipsla_operations_total", target="good") or 0) >= 2 and
            (metrics.get("ipsla_operations_total", target="wrong") or 0) >= 1, "operations")
        self.assertEqual(metrics.get("ipsla_operation_success", target="good"), 1)
        self.assertEqual(metrics.get("ipsla_operation_success", target="wrong"), 0)
        self.assertGreaterEqual(metrics.get("ipsla_responder_probes_total", kind="twamp"), 10)
        requests = "ipsla_responder_control_requests_total"
        self.assertGreaterEqual(metrics.get(requests, version="twamp", result="accepted"), 2)
        self.assertGreaterEqual(metrics.get(requests, version="twamp", result="auth"), 1)
        self.assertIn(f'msg="TWAMP port open" address=127.0.0.1:{SERVER}', exporter.process.stderr())


if __name__ == "__main__":
    harness.main()
