# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""STAMP and TWAMP Light between the real programs: each mode with each kind of reflector, and what a relay
with known losses makes of them."""

import itertools
import struct

import harness

PORT = 8620
PACKETS = 60
QUERY = 65536  # the number of the packet that asks whether the reflector counts

CONFIG = """
keys:
  - {id: 7, algorithm: hmac-sha256, secret_file: %s}
responder:
  listen: [127.0.0.1:1967]
  stamp_ports: [127.0.0.1:8620]
  stamp_key: 7
targets:
  - {name: stamp, host: 127.0.0.1, operation: stamp, port: 8620, auth_key: 7, frequency: 1s, start: now}
  - {name: wrong, host: 127.0.0.1, operation: twamp-light, port: 8620, frequency: 1s, timeout: 200ms, start: now}
"""


def sequence(row):
    return struct.unpack("!I", bytes.fromhex(row["payload"])[:4])[0]


def logged_losses(relay):
    """What the relay lost of the train, each way, and behind the last packet that was answered."""
    rows = [row for row in relay.rows() if row["kind"] in ("udp", "echo") and row["bytes"] >= 44]
    there = {sequence(row): row["result"] for row in rows if row["direction"] == "lr"}
    there.pop(QUERY, None)
    back = {}
    for row in rows:
        if row["direction"] == "rl":
            sent = struct.unpack("!I", bytes.fromhex(row["payload"])[24:28])[0]
            back[sent] = row["result"]
    back.pop(QUERY, None)
    last = max(number for number, result in back.items() if result == "forwarded")
    return {"sd": sum(there[number] == "lost" for number in there if number < last),
            "ds": sum(back.get(number) == "lost" for number in there if number < last),
            "unknown": sum(number > last for number in there)}


class StampTest(harness.Case):
    def key(self, name="key", text="correct-horse-7\n"):
        return harness.write_file(f"{name}-{id(self)}", text)

    def probe(self, namespace, host, *arguments, code=0):
        done = self.run_program(namespace, "ipsla", "probe", host, f"--port={PORT}", "--output=json",
                                "--interval=5", *arguments)
        self.assertEqual(done.code, code, done.evidence)
        return done.json()

    def test_every_mode(self):
        namespace = harness.Namespace()
        harness.require_ipv6(namespace)
        key = self.key()
        for kind, secret in itertools.product(("stateful", "stateless"), (False, True)):
            authentication = [f"--stamp-key=7:hmac-sha256:{key}"] if secret else []
            responder = self.responder(namespace, f"--stamp-port={PORT}", f"--stamp-port=[::]:{PORT}",
                                       f"--stamp-reflector={kind}", *authentication)
            operations = ("stamp",) if secret else ("stamp", "twamp-light")
            for operation, host in itertools.product(operations, ("127.0.0.1", "::1")):
                with self.subTest(kind=kind, secret=secret, operation=operation, host=host):
                    ours = ["--key-id=7", f"--key-file={key}"] if secret else []
                    result = self.probe(namespace, host, f"--operation={operation}", "--count=5", *ours)
                    self.assert_counts(result["packets"], 5, str(result))
                    self.assertEqual(result["reply"]["ttl"], 255)
                    self.assertEqual(result["packets"]["unprocessed"], 0)
            responder.stop()

    def test_wrong_keys_are_not_answered(self):
        namespace = harness.Namespace()
        self.responder(namespace, f"--stamp-port={PORT}", f"--stamp-key=7:hmac-sha256:{self.key()}")
        wrong = self.key("other", "wrong-horse-8\n")
        for ours in ([], ["--key-id=7", f"--key-file={wrong}"]):
            result = self.probe(namespace, "127.0.0.1", "--operation=stamp", "--count=2", "--timeout=200",
                                *ours, code=1)
            self.assertEqual(result["outcome"], "timeout")
            self.assertEqual(result["packets"]["received"], 0)

    def lossy(self, reflector, *arguments):
        relay = harness.Relay("delay_us=3000,drop_every=10", "delay_us=2000,drop_every=7")
        self.responder(relay.right, f"--stamp-port={PORT}", f"--stamp-reflector={reflector}")
        result = self.probe(relay.left, harness.RIGHT, "--operation=stamp", f"--count={PACKETS}",
                            *arguments)
        return relay, result

    def test_losses_of_a_reflector_that_counts(self):
        for arguments in ((), ("--reflector=stateful",)):
            relay, result = self.lossy("stateful", *arguments)
            wanted = {way: count for way, count in logged_losses(relay).items() if count}
            self.assert_counts(result["packets"], PACKETS, str(result), **wanted)
            self.assertGreater(min(wanted["sd"], wanted["ds"]), 0)

    def test_losses_of_one_that_does_not(self):
        for arguments in ((), ("--reflector=stateless",)):
            relay, result = self.lossy("stateless", *arguments)
            lost = sum(logged_losses(relay).values())
            self.assert_counts(result["packets"], PACKETS, str(result), unknown=lost)
            self.assertGreater(lost, 0)

    def test_exporter_measures_and_reflects(self):
        exporter = harness.Exporter(harness.Namespace(), CONFIG % self.key())
        metrics = exporter.wait_metrics(
            lambda metrics: (metrics.get("ipsla_operations_total", target="stamp") or 0) >= 2 and
            (metrics.get("ipsla_operations_total", target="wrong") or 0) >= 1, "operations")
        self.assertEqual(metrics.get("ipsla_operation_success", target="stamp"), 1)
        self.assertEqual(metrics.get("ipsla_operation_success", target="wrong"), 0)
        self.assertGreaterEqual(metrics.get("ipsla_responder_probes_total", kind="stamp"), 20)
        self.assertGreaterEqual(metrics.get("ipsla_responder_dropped_total", reason="bad_hmac"), 10)
        self.assertEqual(len(metrics.all("ipsla_target_info", target="stamp")), 1)
        self.assertIn(f'msg="STAMP port open" address=127.0.0.1:{PORT}', exporter.process.stderr())


if __name__ == "__main__":
    harness.main()
