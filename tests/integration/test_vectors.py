# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Every message of the vector file through the running programs: a client sends it to ipsla_responder, or a
peer answers a running sender with it. Messages that only mean something in one exchange (they repeat what the
other side drew or stamped) are sent twice: as they are, and with those fields taken from the exchange."""

import collections
import hmac
import os
import re
import struct

import fake_peers
import harness
import ipsla_wire as wire

VECTORS = wire.read_vectors(os.path.join(harness.SOURCE_DIR, "tests/vectors/ipsla.txt"))
SECRET = b"correct-horse-7"
PORT, PERMANENT = 50000, 40000
NUMBER = 0x21  # the id of C1, C2 and C3

# name: why the bytes as they stand cannot get their verdict from a running sender, and what stands for them
NOT_AS_IT_IS = {
    "C2": ("repeats an id", "with the id of the exchange"),
    "C3": ("repeats an id", "with the id of the exchange"),
    "P3": ("repeats a time of sending; sequence 258",
           "with the time, the sequence, the count and the padding of the exchange"),
    "P4": ("repeats a time of sending, at midnight", None),
    "P6": ("repeats a time of sending", "with the time and the padding of the exchange"),
    "P8": ("repeats a time of sending", "with the time and the padding of the exchange"),
    "R2": ("repeats a random number", "with number, sequence and ports of the exchange, signed again"),
    "R3": ("repeats a random number", "with number, sequence and ports of the exchange, signed again"),
    "M28": ("is the request of another exchange", "the request of the exchange"),
}

FREE, HMAC, SHA = "free", "hmac", "sha"
RESPONDERS = {  # a port that is opened is open when the test looks
    FREE: ("127.0.0.1", ("--permanent-port=127.0.0.1:40000",)),
    HMAC: ("127.0.0.2", ("--key=7:hmac-sha256:{secret}", "--replay-window=0s")),
    SHA: ("127.0.0.3", ("--key=7:sha256:{secret}", "--replay-window=0s")),
}
AUTH, IN_USE = b"\0\2\0\0", b"\0\4\0\0"

# vector, responder, port, counter, what is checked of the answer (None: there is none), port that is open then
CASES = (
    ("C1", FREE, 1967, "accepted", "long", ("udp", 50000)),
    ("C4", FREE, 1967, "accepted", "long", ("udp", 16384)),
    ("C5", FREE, 1967, "accepted", "long", ("tcp", 50001)),
    ("C6", FREE, 1967, "accepted", "long", ("udp", 50505)),
    ("C2", FREE, 1967, "no_command", None, None),
    ("P1", FREE, PERMANENT, "echo_probes", "same", None),
    ("P2", FREE, PERMANENT, "jitter_probes", "ms", None),
    ("P5", FREE, PERMANENT, "jitter_us_probes", "us16", None),
    ("P7", FREE, PERMANENT, "jitter_us_probes", "us32", None),
    ("P3", FREE, PERMANENT, "wrong_direction", None, None),
    ("P4", FREE, PERMANENT, "wrong_direction", None, None),
    ("P6", FREE, PERMANENT, "wrong_direction", None, None),
    ("P8", FREE, PERMANENT, "wrong_direction", None, None),
    ("R1", FREE, 1167, "auth", 2, None),
    ("R1", SHA, 1167, "auth", 2, None),
    ("R1", HMAC, 1167, "accepted", 0, ("udp", PORT)),
    ("R4", FREE, 1167, "auth", 2, None),
    ("R4", HMAC, 1167, "auth", 2, None),
    ("R4", SHA, 1167, "accepted", 0, ("udp", PORT)),
    ("R7", HMAC, 1167, "accepted", 0, ("udp", PORT)),
    ("R5", HMAC, 1167, "auth", 2, None),
    ("R6", HMAC, 1167, "auth", 2, None),
    ("R5", FREE, 1167, "accepted", 0, ("udp", PORT)),
    ("R6", FREE, 1967, "accepted", 0, ("udp", PORT)),
    ("R3", FREE, 1167, "wrong_direction", None, None),
    ("M1", FREE, 1967, "too_short", None, None),
    ("M2", FREE, 1967, "too_short", None, None),
    ("M3", FREE, 1967, "no_command", None, None),
    ("M4", FREE, 1967, "bad_length", None, None),
    ("M5", FREE, 1967, "bad_length", None, None),
    ("M6", FREE, 1967, "bad_section", None, None),
    ("M7", FREE, 1967, "bad_section", None, None),
    ("M8", FREE, 1967, "bad_section", None, None),
    ("M9", FREE, 1967, "bad_section", None, None),
    ("M10", FREE, 1967, "duplicate_section", None, None),
    ("M11", FREE, 1967, "unsupported_command", None, None),
    ("M12", FREE, 1967, "bad_port", None, None),
    ("M13", FREE, 1967, "port_in_use", IN_USE, None),
    ("M14", FREE, 1967, "accepted", "long", ("udp", PORT)),
    ("M15", FREE, 1967, "accepted", "long", ("udp", PORT)),
    ("M16", FREE, 1967, "bad_version", None, None),
    ("M17", FREE, 1967, "bad_version", None, None),
    ("M18", FREE, 1967, "auth", AUTH, None),
    ("M18", HMAC, 1967, "auth", AUTH, None),
    ("M19", FREE, PERMANENT, "too_short", None, None),
    ("M20", FREE, PERMANENT, "wrong_direction", None, None),
    ("M21", FREE, PERMANENT, "too_short", None, None),
    ("M22", FREE, PERMANENT, "bad_type", None, None),
    ("M23", HMAC, 1167, "auth", 2, None),
    ("M24", HMAC, 1167, "format", 3, None),
    ("M25", HMAC, 1167, "bad_length", None, None),
    ("M26", HMAC, 1167, "format", 3, None),
    ("M27", FREE, 1167, "format", 3, None),
    ("M27", HMAC, 1167, "auth", 2, None),
    ("M29", HMAC, 1167, "format", 3, None),
    ("M30", HMAC, 1167, "format", 3, None),
)


def open_ports(namespace):
    """What takes datagrams or connections: {(protocol, address, port)} over IPv4."""
    found = set()
    for protocol, state in (("udp", "07"), ("tcp", "0A")):
        with namespace.entered(), open(f"/proc/thread-self/net/{protocol}", encoding="ascii") as file:
            for words in (line.split() for line in file.readlines()[1:]):
                address, port = words[1].split(":")
                if words[3] == state:
                    packed = bytes.fromhex(address)[::-1]
                    found.add((protocol, ".".join(map(str, packed)), int(port, 16)))
    return found


class ResponderTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.secret = harness.write_file("key7.secret", SECRET.decode() + "\n")
        os.chmod(self.secret, 0o600)

    def check_answer(self, kind, sent, answer):
        if kind == "long":
            self.assertEqual(answer, wire.long_reply(sent))
        elif kind == "same":
            self.assertEqual(answer, sent)
        elif kind == "ms":
            self.assertEqual((len(answer), answer[:2], answer[4:8], answer[12:14], answer[14:16], answer[16:]),
                             (len(sent), sent[:2], sent[4:8], sent[12:14], b"\0\1", sent[16:]))
        elif kind in ("us16", "us32"):
            count = slice(54, 56) if kind == "us16" else slice(56, 60)
            self.assertEqual((len(answer), answer[:12], int.from_bytes(answer[count], "big")),
                             (len(sent), sent[:12], 1))
            self.assertLessEqual(answer[12:20], answer[20:28], "received before it was sent")
            self.assertEqual(answer[52:count.start], sent[52:count.start])
        elif isinstance(kind, int):
            self.assertEqual((answer[:4], answer[4:8]), (struct.pack("!BBH", 2, 0, kind), sent[4:8]))
            self.assertLessEqual(len(answer), len(sent))
        else:
            self.assertEqual(answer, wire.short_reply(sent, kind))

    def check(self, case, expected):
        name, responder, port, counter, kind, opened = case
        address = RESPONDERS[responder][0]
        sent = VECTORS[name].data
        before = open_ports(self.namespace)
        with self.namespace.udp() as sock:
            sock.sendto(sent, (address, port))
            if kind is not None:
                self.check_answer(kind, sent, sock.recv(2048))
            after = {each for each in open_ports(self.namespace) if each[2] != sock.getsockname()[1]}
            # Whatever comes next is the answer to this: nothing else was answered.
            mark = wire.echo_request(64) if port == PERMANENT else b"\1\xee" + VECTORS["M13"].data[2:]
            sock.sendto(mark, (address, port))
            refusal = IN_USE if responder == FREE else AUTH
            self.assertEqual(sock.recv(2048), mark if port == PERMANENT else wire.short_reply(mark, refusal))
        if opened is None:
            self.assertLessEqual(after, before, "nothing was opened")
        else:
            self.assertIn((opened[0], address, opened[1]), after)
        expected[counter] += 1
        expected["echo_probes" if port == PERMANENT else
                 "port_in_use" if responder == FREE else "auth"] += 1

    def test_each(self):
        processes = {}
        for responder, (address, flags) in RESPONDERS.items():
            listen = (f"--listen-address={address}:1967", f"--listen-address={address}:1167")
            processes[responder] = harness.Process(self.namespace, [
                harness.program("ipsla_responder"), "--min-duration=1m", *listen,
                *(flag.format(secret=self.secret) for flag in flags)])
        for process in processes.values():
            harness.wait_for(lambda process=process: process.stderr().count("listening") >= 2,
                             lambda process=process: f"a responder: {process.evidence()}")
        counts = {responder: collections.Counter() for responder in RESPONDERS}
        for case in CASES:
            with self.subTest(vector=case[0], title=VECTORS[case[0]].title, responder=case[1]):
                self.check(case, counts[case[1]])
        for responder, process in processes.items():
            self.assertEqual(process.stop(), 0)
            said = process.stderr().splitlines()[-1]
            logged = {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)\b", said)
                      if name != "time" and int(number)}
            self.assertEqual(logged, dict(counts[responder]), said)


# --- a running sender -----------------------------------------------------------------------------


def sign(message):
    blank = message[:48] + bytes(32) + message[80:]
    return blank[:48] + hmac.digest(SECRET, blank, "sha256") + blank[80:]


def is_signed(message):
    return message == sign(message)


def v2_answer(vector, request):
    """The vector with the request's sequence, random number and addresses, and a digest of its own."""
    return sign(vector[:4] + request[4:8] + vector[8:32] + request[32:48] + vector[48:96] + request[96:])


class VectorPeer(fake_peers.Peer):
    """Answers control requests with control(request), probe number n with probe(probe, n); None: not."""

    probe_port = PORT

    def __init__(self, address, control=None, probe=None):
        super().__init__(address)
        self.control_answer, self.probe_answer = control or self.accept, probe or (lambda data, number: data)

    @staticmethod
    def accept(data):
        return wire.long_reply(data) if data[0] == 1 else v2_answer(VECTORS["R2"].data, data)

    def note_request(self, data):
        self.requests.append(data)

    def on_control(self, data):
        return [(0, self.control_answer(data))]

    def on_probe(self, data):
        answer = self.probe_answer(data, self.probes)
        return [] if answer is None else [(0.005, answer)]


def verbatim(name):
    return lambda *_: VECTORS[name].data


def with_our_id(name):
    return lambda data: VECTORS[name].data[:1] + data[1:2] + VECTORS[name].data[2:]


def with_our_time(name, header):
    """The times and numbers of a type 3 reply, but for the time of sending; the padding comes back."""
    return lambda data, _: VECTORS[name].data[:4] + data[4:12] + VECTORS[name].data[12:header] + data[header:]


def p3(data, number):
    """The first request counts as lost: it is not answered, and the count is one behind."""
    vector = VECTORS["P3"].data
    return None if number == 1 else (vector[:4] + data[4:8] + wire.ms_of_day().to_bytes(4, "big")
                                     + data[12:14] + struct.pack("!H", number - 1) + data[16:])


def p4(_, number):
    return VECTORS["P4"].data if number == 7 else None


ECHO = "operation: udp-echo, verify_data: true, data_pattern: ABCD"
JITTER = "num_packets: {}, interval: 500ms"
US = "precision: microseconds, num_packets: 1"
US_V2 = US + ", request_data_size: 124, control: {version: 2, key: 7}"
V2 = "operation: udp-echo, control: {version: 2, key: 7}"

# vector, as it is or not, keys of the target, the peer, its outcome, metrics that say so
REPLIES = (
    ("C2", True, ECHO, {"control": verbatim("C2")}, "no_connection", {}),
    ("C2", False, ECHO, {"control": with_our_id("C2")}, "ok", {}),
    ("C3", True, ECHO, {"control": verbatim("C3")}, "no_connection", {}),
    ("C3", False, ECHO, {"control": with_our_id("C3")}, "ok", {}),
    ("P1", True, ECHO, {"probe": verbatim("P1")}, "ok", {"packets_received_total": 1}),
    ("P3", True, JITTER.format(1), {"probe": verbatim("P3")}, "timeout", {"packets_corrupt_total": 0}),
    ("P3", False, JITTER.format(3), {"probe": p3}, "ok",
     {"packets_received_total": 2, "packets_corrupt_total": 0, "packets_lost_total sd": 1}),
    ("P4", True, JITTER.format(7), {"probe": p4}, "timeout", {"packets_corrupt_total": 0}),
    ("P6", True, US, {"probe": verbatim("P6")}, "timeout", {"packets_corrupt_total": 0}),
    ("P6", False, US, {"probe": with_our_time("P6", 56)}, "ok",
     {"packets_received_total": 1, "packets_corrupt_total": 0}),
    ("P8", True, US_V2, {"probe": verbatim("P8")}, "timeout", {"packets_corrupt_total": 0}),
    ("P8", False, US_V2, {"probe": with_our_time("P8", 60)}, "ok",
     {"packets_received_total": 1, "packets_corrupt_total": 0}),
    ("R2", True, V2, {"control": verbatim("R2")}, "no_connection", {}),
    ("R2", False, V2, {"control": lambda data: v2_answer(VECTORS["R2"].data, data)}, "ok",
     {"packets_received_total": 1}),
    ("R3", True, V2, {"control": verbatim("R3")}, "no_connection", {}),
    ("R3", False, V2, {"control": lambda data: v2_answer(VECTORS["R3"].data, data)}, "port_in_use", {}),
    ("M28", True, V2, {"control": verbatim("M28")}, "no_connection", {}),
    ("M28", False, V2, {"control": lambda data: data}, "no_connection", {}),
)
UNMATCHED = {"control": 6, "sequence": 0, "source": 0, "early": 0, "earlier": 0, "nonce": 4, "icmp": 0}


def was_drawn(row, peer):
    """The sender has drawn the id of C2 and C3, which then are the answer to its request."""
    return row[0] in ("C2", "C3") and row[1] and peer.requests[0][1] == NUMBER


class SenderTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        namespace = harness.Namespace()
        harness.write_file("key7.secret", SECRET.decode() + "\n")
        os.chmod(os.path.join(harness.scratch_dir(), "key7.secret"), 0o600)
        cls.peers, cls.names, targets = [], [], []
        for number, (vector, as_it_is, keys, answers, _, _) in enumerate(REPLIES, 2):
            cls.names.append(f"{vector}-{'as-it-is' if as_it_is else 'adapted'}")
            cls.peers.append(VectorPeer(f"127.0.0.{number}", **answers))
            targets.append(f"  - {{name: {cls.names[-1]}, host: 127.0.0.{number}, port: {PORT}, {keys}}}")
        config = "\n".join([
            "keys: [{id: 7, algorithm: hmac-sha256, secret_file: key7.secret}]",
            "defaults: {frequency: 60s, start: now, timeout: 5s, control: {port: 1967, retries: 1, timeout: 5s}}",
            "targets:", *targets, ""])
        running = fake_peers.Peers(namespace, cls.peers)
        try:
            exporter = harness.Exporter(namespace, config)
            cls.metrics = exporter.wait_metrics(
                lambda metrics: len(metrics.all("ipsla_operation_success")) == len(REPLIES), "each to end")
            exporter.process.stop()
        finally:
            running.end()

    def value(self, metric, target):
        name, _, direction = metric.partition(" ")
        labels = {"direction": direction} if direction else {}
        return self.metrics.get(f"ipsla_{name}", target=target, **labels) or 0

    def test_each(self):
        for name, peer, row in zip(self.names, self.peers, REPLIES):
            vector, _, _, _, outcome, expected = row
            outcome = "ok" if was_drawn(row, peer) else outcome
            with self.subTest(vector=vector, title=VECTORS[vector].title, target=name):
                evidence = self.metrics.of(name)
                if self.value("packets_missed_total", name):
                    continue  # this host was too busy for the exchange that the vector belongs to
                failures = [dict(labels)["reason"] for labels, value in
                            self.metrics.all("ipsla_operation_failures_total", target=name).items() if value]
                self.assertEqual(failures, [] if outcome == "ok" else [outcome], evidence)
                for metric, wanted in expected.items():
                    self.assertEqual(self.value(metric, name), wanted, f"{metric}\n{evidence}")
                self.assertEqual(len(peer.requests), 1)

    def test_what_was_not_believed_is_counted(self):
        counted = {reason: self.metrics.total("ipsla_exporter_unmatched_datagrams_total", reason=reason)
                   for reason in UNMATCHED}
        drawn = sum(was_drawn(row, peer) for row, peer in zip(REPLIES, self.peers))
        self.assertEqual(counted, UNMATCHED | {"control": UNMATCHED["control"] - drawn})

    def test_the_peer_answered_what_it_should(self):
        """Signatures as this file makes them."""
        for (_, _, keys, _, _, _), peer in zip(REPLIES, self.peers):
            if keys in (V2, US_V2):
                self.assertTrue(is_signed(peer.requests[0]))
        for vector in ("R1", "R2", "R3", "R7"):
            self.assertTrue(is_signed(VECTORS[vector].data), vector)


class CoverageTest(harness.Case):
    def test_every_vector_is_sent(self):
        as_it_is = {case[0] for case in CASES} | {row[0] for row in REPLIES if row[1]}
        self.assertEqual(as_it_is, set(VECTORS))
        self.assertEqual(len(VECTORS), 51)
        adapted = {row[0] for row in REPLIES if not row[1]}
        self.assertEqual(adapted, {name for name, (_, instead) in NOT_AS_IT_IS.items() if instead})
        for name, (reason, _) in NOT_AS_IT_IS.items():
            self.assertTrue(reason, name)


if __name__ == "__main__":
    harness.main()
