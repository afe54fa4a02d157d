# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Malformed and hostile datagrams to a running responder: each is refused or dropped as it should be,
counted exactly once under its reason, and good probes are served afterwards."""

import os
import random

import harness
import ipsla_wire as wire

VECTORS = os.path.join(harness.SOURCE_DIR, "tests/vectors/ipsla.txt")
CONFIG = "responder: {listen: ['127.0.0.1:1967']}\ntargets: []\n"
PORT = 50000
REFUSED_AUTH, REFUSED_PORT_IN_USE = b"\0\2\0\0", b"\0\4\0\0"

# Control messages: the reason under which each is dropped.
DROPPED = {
    "M1": "too_short", "M2": "too_short", "M3": "no_command", "M4": "bad_length", "M5": "bad_length",
    "M6": "bad_section", "M7": "bad_section", "M8": "bad_section", "M9": "bad_section",
    "M10": "duplicate_section", "M11": "unsupported_command", "M12": "bad_port", "M16": "bad_version",
    "M17": "bad_version",
    # Version 2.
    "M25": "bad_length", "R3": "wrong_direction",
    # Answers sent to one who asks no questions.
    "C2": "no_command",
}
DROPPED_PROBES = {"M19": "too_short", "M20": "wrong_direction", "M21": "too_short", "M22": "bad_type",
                  "M1": "too_short"}
REFUSED = {"M13": ("port_in_use", REFUSED_PORT_IN_USE), "M18": ("auth", REFUSED_AUTH)}
# Version 2, which has an answer to everything with a good header: the result and the header's status.
ANSWERED_V2 = {
    "M23": ("auth", 2), "M24": ("format", 3), "M26": ("format", 3), "M27": ("format", 3), "M28": ("auth", 2),
    "M29": ("format", 3), "M30": ("format", 3), "R1": ("auth", 2), "R4": ("auth", 2), "R5": ("accepted", 0),
    "R6": ("accepted", 0), "R7": ("auth", 2),
}
ACCEPTED = ("C1", "C4", "C6", "M14", "M15")


class Asker:
    """One sender: a socket, and what it gets back."""

    def __init__(self, case, namespace):
        self.sock = namespace.udp("127.0.0.1", 0)
        case.addCleanup(self.sock.close)

    def ask(self, data, port=1967):
        self.sock.sendto(data, ("127.0.0.1", port))

    def answer(self):
        return self.sock.recvfrom(2048)[0]

    def drain(self):
        """What has arrived, without waiting."""
        self.sock.setblocking(False)
        found = []
        try:
            while True:
                found.append(self.sock.recv(2048))
        except BlockingIOError:
            self.sock.settimeout(harness.PATIENCE)
            return found

    def open(self, command, port=PORT, number=200, duration_ms=65535):
        request = wire.control_request(number, command, "127.0.0.1", port, duration_ms)
        self.ask(request)
        return request


class Counters:
    """The responder's counters, and how to wait until they have moved."""

    def __init__(self, exporter):
        self.exporter = exporter
        self.last = self.read(exporter.scrape())

    @staticmethod
    def read(metrics):
        counts = {}
        for name, label in (("dropped", "reason"), ("control_requests", "result"),
                            ("probes", "kind")):
            for labels, value in metrics.all(f"ipsla_responder_{name}_total").items():
                version = "v2 " if dict(labels).get("version") == "2" else ""
                counts[f"{name} {version}{dict(labels)[label]}"] = int(value)
        return counts

    def moved(self, by):
        """What changed, once `by` more datagrams are counted."""
        before = sum(self.last.values())
        metrics = self.exporter.wait_metrics(
            lambda metrics: sum(self.read(metrics).values()) >= before + by,
            f"{by} more datagrams than {self.last}")
        now = self.read(metrics)
        changes = {key: now[key] - self.last.get(key, 0) for key in now
                   if now[key] != self.last.get(key, 0)}
        self.last = now
        return changes


class BadBytesTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.vectors = wire.read_vectors(VECTORS)

    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.asker = Asker(self, self.namespace)

    def exporter(self):
        exporter = harness.Exporter(self.namespace, CONFIG)
        harness.wait_for(lambda: harness.has_udp_listener(self.namespace, 1967), "its responder")
        return exporter

    def check_still_serving(self):
        """The next answer is that of the good request: nothing before it was answered."""
        request = self.asker.open(wire.JITTER)
        self.assertEqual(self.asker.answer(), wire.long_reply(request))
        self.asker.ask(self.vectors["P2"].data, PORT)
        reply = self.asker.answer()
        self.assertEqual(reply[:2] + reply[4:8] + reply[12:14] + reply[16:],
                         b"\0\2" + self.vectors["P2"].data[4:8] + b"\1\2" + self.vectors["P2"].data[16:])
        self.assertEqual(reply[14:16], b"\0\1", "the responder's count starts again")

    def test_responder_program(self):
        process = self.responder(self.namespace)
        self.check_still_serving()
        for name in (*DROPPED, *DROPPED_PROBES):
            with self.subTest(vector=name):
                is_probe = name in DROPPED_PROBES and name not in DROPPED
                self.asker.ask(self.vectors[name].data, PORT if is_probe else 1967)
                self.check_still_serving()
        for name, (_, status) in REFUSED.items():
            with self.subTest(vector=name):
                request = self.vectors[name].data
                self.asker.ask(request)
                self.assertEqual(self.asker.answer(), wire.short_reply(request, status))
        for name in ACCEPTED:
            with self.subTest(vector=name):
                request = self.vectors[name].data
                self.asker.ask(request)
                self.assertEqual(self.asker.answer(), wire.long_reply(request))
        for name, (_, status) in ANSWERED_V2.items():
            for port in (1967, 1167):
                with self.subTest(vector=name, port=port):
                    request = self.vectors[name].data
                    self.asker.ask(request, port)
                    answer = self.asker.answer()
                    self.assertEqual(answer[2:4], bytes((0, status)))
                    self.assertEqual(answer[4:8], request[4:8])
                    self.assertLessEqual(len(answer), len(request))
        self.check_still_serving()
        self.assertEqual(process.stop(), 0)
        for reason in {*DROPPED.values(), *DROPPED_PROBES.values()}:
            self.assertRegex(process.stderr(), rf"\b{reason}=[1-9]", "the log at the end")

    def test_each_counts_once_under_its_reason(self):
        counters = Counters(self.exporter())
        self.asker.open(wire.JITTER)
        self.asker.answer()
        self.assertEqual(counters.moved(1), {"control_requests accepted": 1})
        cases = [(name, 1967, f"dropped {reason}") for name, reason in DROPPED.items()]
        cases += [(name, PORT, f"dropped {reason}") for name, reason in DROPPED_PROBES.items()]
        cases += [(name, 1967, f"control_requests {result}") for name, (result, _) in REFUSED.items()]
        cases += [(name, 1967, "control_requests accepted") for name in ACCEPTED]
        cases += [(name, 1967, f"control_requests v2 {result}")
                  for name, (result, _) in ANSWERED_V2.items()]
        cases += [("P2", PORT, "probes jitter"), ("P1", PORT, "probes echo")]
        for name, port, counter in cases:
            with self.subTest(vector=name, title=self.vectors[name].title):
                self.asker.ask(self.vectors[name].data, port)
                self.assertEqual(counters.moved(1), {counter: 1})
        stranger = Asker(self, self.namespace)
        stranger.sock.close()
        stranger.sock = self.namespace.udp("127.0.0.9", 0)
        self.addCleanup(stranger.sock.close)
        stranger.ask(self.vectors["P2"].data, PORT)
        self.assertEqual(counters.moved(1), {"dropped no_session": 1})
        loop = Asker(self, self.namespace)
        loop.sock.close()
        loop.sock = self.namespace.udp("127.0.0.9", 1967)
        self.addCleanup(loop.sock.close)
        loop.ask(self.vectors["C1"].data)
        self.assertEqual(counters.moved(1), {"dropped loop": 1})
        self.asker.drain()
        self.check_still_serving()

    def test_duration_zero_does_not_stay_open(self):
        self.responder(self.namespace, "--min-duration=3s")
        request = self.vectors["M14"].data
        self.asker.ask(request)
        self.assertEqual(self.asker.answer(), wire.long_reply(request))
        self.assertTrue(harness.has_udp_listener(self.namespace, PORT))
        harness.wait_for(lambda: not harness.has_udp_listener(self.namespace, PORT),
                         "the port to be closed")

    def test_port_zero_opens_nothing(self):
        self.responder(self.namespace)
        self.asker.ask(self.vectors["M12"].data)
        self.asker.ask(self.vectors["M13"].data)
        self.assertEqual(self.asker.answer()[4:], REFUSED_PORT_IN_USE)
        with self.namespace.entered(), open("/proc/thread-self/net/udp", encoding="ascii") as file:
            ports = {int(line.split()[1].split(":")[1], 16) for line in file.readlines()[1:]}
        self.assertEqual(ports, {1967, 1167, self.asker.sock.getsockname()[1]})

    def random_datagram(self, chance):
        """Noise, or a good message with a few bytes changed, cut or added."""
        if chance.random() < 0.3:
            return chance.randbytes(chance.randrange(0, 90))
        name = chance.choice(["C1", "C4", "C6", "P1", "P2", "M10", "R5"])
        data = bytearray(self.vectors[name].data)
        for _ in range(chance.randrange(0, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            data = data[:chance.randrange(len(data) + 1)]
        if chance.random() < 0.1:
            data += chance.randbytes(chance.randrange(1, 40))
        return bytes(data)

    def test_noise_is_answered_or_counted(self):
        exporter = self.exporter()
        counters = Counters(exporter)
        probes = Asker(self, self.namespace)
        chance = random.Random(20260101)
        for batch in range(20):
            probes.open(wire.JITTER, 16385)
            probes.answer()
            counters.moved(1)
            for _ in range(50):
                self.asker.ask(self.random_datagram(chance), 1967)
                probes.ask(self.random_datagram(chance), 16385)
            changes = counters.moved(100)
            self.assertEqual(sum(changes.values()), 100, f"batch {batch}: {changes}")
            answered = sum(value for key, value in changes.items() if not key.startswith("dropped"))
            self.assertEqual(len(self.asker.drain()) + len(probes.drain()), answered,
                             f"batch {batch}: {changes}")
        self.check_still_serving()
        self.assertEqual(exporter.process.stop(), 0)


if __name__ == "__main__":
    harness.main()
