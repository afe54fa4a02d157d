# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Responders that misbehave on purpose: each has a loopback address of its own, all run in one thread.

A peer is a subclass of Peer. Its methods return what to send: a list of (delay in seconds, bytes), or
(delay, bytes, STRAY) to send it from another port than the one that was asked."""

import heapq
import itertools
import selectors
import struct
import threading
import time

import harness
import ipsla_wire as wire

STRAY = "stray"
PORT = 20000


class Peer:
    """Behaves well. `probes` counts what came since the last control request."""

    probe_port = PORT

    def __init__(self, address):
        self.address = address
        self.control, self.probe, self.stray = None, None, None
        self.probes = 0
        self.requests = []

    def note_request(self, data):
        self.requests.append(wire.parse_request(data))

    def strange_id(self):
        """A control request's number that no request of late had: those of an operation's earlier tries
        may still be answered."""
        recent = {request.number for request in self.requests[-16:]}
        return next(number for number in range(256) if number not in recent)

    def on_control(self, data):
        return [(0, wire.long_reply(data))]

    def on_probe(self, data):
        return [(0, wire.jitter_reply(data, self.probes))]


class Silent(Peer):
    def on_control(self, data):
        return []


class Deaf(Peer):
    def on_probe(self, data):
        return []


class GarbageControl(Peer):
    """Everything but an answer: truncated, wrong version, wrong id, empty, another port."""

    def on_control(self, data):
        other_id = bytes([1, self.strange_id()]) + data[2:]
        other_port = wire.long_reply(data)
        junk = [b"", data[:7], b"\2" + data[1:], wire.short_reply(other_id), b"\xff" * 24,
                data[:2] + b"\xff\xff" + data[4:24]]
        return [(0, each) for each in junk] + [(0, other_port, STRAY)]


class GarbageProbes(Peer):
    """Five kinds of wrong replies, one for each of five probes."""

    def on_probe(self, data):
        reply = wire.jitter_reply(data, self.probes)
        junk = [b"", reply[:15], b"\0\x0a" + reply[2:], reply[:31], data]
        return [(0, junk[(self.probes - 1) % len(junk)])]


class Late(Peer):
    delay = 2.0

    def on_probe(self, data):
        return [(self.delay, wire.jitter_reply(data, self.probes))]


class Twice(Peer):
    def on_control(self, data):
        return super().on_control(data) * 2

    def on_probe(self, data):
        return super().on_probe(data) * 2


class Refusing(Peer):
    """`status` is the four bytes of the header's status field."""

    def __init__(self, address, status, in_section=False):
        super().__init__(address)
        self.status, self.in_section = status, in_section

    def on_control(self, data):
        if self.in_section:
            return [(0, wire.long_reply(data, self.status))]
        return [(0, wire.short_reply(data, self.status))]


class Shaped(Peer):
    def __init__(self, address, shape):
        super().__init__(address)
        self.shape = shape

    def on_control(self, data):
        return [(0, self.shape(data))]


class WrongPort(Peer):
    def on_probe(self, data):
        return [(0, wire.jitter_reply(data, self.probes), STRAY)]


class Holding(Peer):
    """Keeps each probe for a while and says so."""

    delay = 0.4

    def on_probe(self, data):
        return [(self.delay, wire.jitter_reply(data, self.probes, delta_ms=int(self.delay * 1000)))]


class Boasting(Peer):
    """Claims to have held each probe longer than it was away."""

    def on_probe(self, data):
        return [(0, wire.jitter_reply(data, self.probes, delta_ms=60000))]


class Copying(Peer):
    """Returns the sender's sequence number for its own, as some responders do, and loses every fifth."""

    def on_probe(self, data):
        sequence = wire.sequence_of(data)
        return [] if sequence % 5 == 4 else [(0, wire.jitter_reply(data, sequence))]


class Inventing(Peer):
    """Sequence numbers, own and echoed, that make no sense; then the right reply."""

    def on_probe(self, data):
        alien = data[:12] + struct.pack("!H", 60000) + data[14:]
        return [(0, wire.jitter_reply(alien, self.probes)),
                (0, wire.jitter_reply(data, 0xffff - self.probes))]


class Guessing(Peer):
    """Answers each probe with many replies in which the random bytes of the operation are guessed."""
    guesses = 40

    def on_probe(self, data):
        reply = wire.jitter_reply(data, 1)
        return [(0, reply[:16] + number.to_bytes(8, "big") + reply[24:]) for number in range(self.guesses)]


class Rambling(Peer):
    """Answers, and says besides what nobody asked: a response to another control request; to each probe
    numbers that were never sent, 0 and one out of range, and the reply from another port."""

    def on_control(self, data):
        other_id = bytes([1, self.strange_id()]) + data[2:]
        return [(0, wire.short_reply(other_id)), (0, wire.long_reply(data))]

    def on_probe(self, data):
        reply = wire.jitter_reply(data, self.probes)
        strange = [reply[:12] + struct.pack("!H", number) + reply[14:] for number in (0, 60000)]
        return [(0, each) for each in strange] + [(0, reply, STRAY), (0, reply)]


class Peers(threading.Thread):
    """Runs peers in a namespace until end()."""

    def __init__(self, namespace, peers):
        super().__init__(daemon=True)
        self.selector = selectors.DefaultSelector()
        self.peers = peers
        self.queue, self.order = [], itertools.count()
        self.ending = threading.Event()
        self.failure = None
        for peer in peers:
            peer.control = namespace.udp(peer.address, 1967)
            peer.probe = namespace.udp(peer.address, peer.probe_port)
            peer.stray = namespace.udp(peer.address, 0)
            for sock, take in ((peer.control, self._control), (peer.probe, self._probe)):
                sock.setblocking(False)
                self.selector.register(sock, selectors.EVENT_READ, (peer, take))
        self.start()

    def _control(self, peer, data):
        peer.note_request(data)
        peer.probes = 0
        return peer.on_control(data)

    def _probe(self, peer, data):
        peer.probes += 1
        return peer.on_probe(data)

    def _take(self, key):
        peer, take = key.data
        data, asker = key.fileobj.recvfrom(2048)
        for delay, reply, *stray in take(peer, data):
            sock = peer.stray if stray else key.fileobj
            heapq.heappush(self.queue, (time.monotonic() + delay, next(self.order), sock, reply, asker))

    def run(self):
        harness.run_first(threading.get_native_id())
        try:
            while not self.ending.is_set():
                wait = self.queue[0][0] - time.monotonic() if self.queue else 0.1
                for key, _ in self.selector.select(max(0.0, min(wait, 0.1))):
                    self._take(key)
                while self.queue and self.queue[0][0] <= time.monotonic():
                    _, _, sock, reply, asker = heapq.heappop(self.queue)
                    self._send(sock, reply, asker)
        except Exception as error:  # shown by end(): a thread cannot fail a test
            self.failure = error

    @staticmethod
    def _send(sock, reply, asker):
        try:
            sock.sendto(reply, asker)
        except ConnectionRefusedError:
            pass  # a sender that has left: its port was closed before

    def end(self):
        self.ending.set()
        self.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        for peer in self.peers:
            peer.stray.close()
        self.selector.close()
        if self.failure:
            raise self.failure
