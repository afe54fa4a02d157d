#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""A responder of several threads: each source stays with one of them, whatever port it uses, and limits and counters are
those of all."""

import http.client
import os
import signal
import socket
import struct
import subprocess

import harness
import ipsla_wire as wire

SOURCES = 240
HTTP_PORT = 10969
PERMANENT, STAMP = 5000, 8620


class ResponderWorkersTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def start(self, workers, *flags):
        self.process = self.responder(self.namespace, f"--workers={workers}", f"--web.listen-address=127.0.0.1:{HTTP_PORT}",
                                      f"--permanent-port={PERMANENT}", f"--stamp-port={STAMP}", *flags)
        harness.wait_for(lambda: "path=/metrics" in self.process.stderr(), self.process.evidence)

    def threads(self):
        tasks = f"/proc/{self.process.pid}/task"
        names = []
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/comm", encoding="utf-8") as file:
                names.append(file.read().strip())
        return names.count("respond")

    def sources(self, count):
        """A socket for each, on addresses that differ in one byte or in two."""
        sockets = [self.namespace.udp(f"127.2.{number // 200}.{number % 200 + 1}") for number in range(count)]
        for each in sockets:
            each.settimeout(harness.PATIENCE)
            self.addCleanup(each.close)
        return sockets

    def scrape(self):
        with self.namespace.entered():
            connection = http.client.HTTPConnection("127.0.0.1", HTTP_PORT, timeout=harness.PATIENCE)
            connection.connect()
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return harness.Metrics(text)

    def ask(self, source, port, duration_ms=60000):
        """The status of the answer to a control request."""
        source.sendto(wire.control_request(1, 4, "127.0.0.1", port, duration_ms), ("127.0.0.1", 1967))
        return struct.unpack("!H", source.recv(2048)[4:6])[0]

    def probe(self, source, sequence, port):
        """How many probes of this source's session the responder has counted with this one."""
        source.sendto(wire.jitter_request(sequence), ("127.0.0.1", port))
        return struct.unpack("!H", source.recv(2048)[14:16])[0]

    def stamp(self, source, sequence):
        """The number that the reply has from the responder."""
        source.sendto(struct.pack("!IQH", sequence, 1, 0x8001) + bytes(30), ("127.0.0.1", STAMP))
        return struct.unpack("!I", source.recv(2048)[:4])[0]

    def wait_counters(self, expected):
        """Until the published sums are these; each is at most 250 ms old."""
        def found():
            metrics = self.scrape()
            return {name: int(metrics.total(name, **labels)) for name, labels, _ in expected}
        wanted = {name: value for name, _, value in expected}
        harness.wait_for(lambda: found() == wanted, lambda: f"{found()} is not {wanted}")

    def check_flows(self, workers):
        self.start(workers)
        self.assertEqual(self.threads(), workers)
        sources = self.sources(SOURCES)
        counts = {}
        for number, source in enumerate(sources):  # most share a port, which more and more of the workers open
            port = 16384 if number % 4 else 20000 + number
            self.assertEqual(self.ask(source, port), 0, self.process.evidence())
            for before in range(1, number, 40):  # and no session moves
                counts[before] = counts.get(before, 0) + 1
                self.assertEqual(self.probe(sources[before], counts[before], 16384), counts[before])
        self.assertEqual([self.ask(source, 16385) for source in sources], [0] * SOURCES)
        for sequence in (1, 2, 3):
            found = [(self.probe(source, sequence, 16385), self.probe(source, sequence, PERMANENT), self.stamp(source, sequence))
                     for source in sources]
            self.assertEqual(set(found), {(sequence, sequence, sequence - 1)}, self.process.evidence())
        extra = sum(len(range(1, number, 40)) for number in range(SOURCES))
        self.wait_counters([
            ("ipsla_responder_control_requests_total", {"result": "accepted"}, 2 * SOURCES),
            ("ipsla_responder_probes_total", {"kind": "jitter"}, 6 * SOURCES + extra),
            ("ipsla_responder_dropped_total", {}, 0), ("ipsla_responder_socket_drops_total", {}, 0)])
        self.process.signal(signal.SIGHUP)
        harness.wait_for(lambda: "reloaded" in self.process.stderr(), self.process.evidence)
        self.assertEqual({self.probe(source, 4, 16385) for source in sources}, {4}, self.process.evidence())
        self.assertEqual(self.process.stop(), 0, self.process.evidence())
        self.assertIn(f"jitter_probes={7 * SOURCES + extra}", self.process.stderr())

    def test_flows_of_two(self):
        self.check_flows(2)

    def test_flows_of_four(self):
        self.check_flows(4)

    def test_limit_of_all(self):
        """Sessions in use are as many as one worker may have, then nobody gets one."""
        self.start(3, "--max-sessions=30")
        sources = self.sources(90)
        results = []
        for source in sources:
            results.append(self.ask(source, 16384) == 0)
            if results[-1]:
                self.assertEqual(self.probe(source, 1, 16384), 1)
        self.assertEqual(sum(results), 30, self.process.evidence())
        self.assertTrue(all(results[:30]))

    def test_workers_come_and_go(self):
        """The sessions of some sources end, so their workers leave the port: others stay; and they come back."""
        self.start(4)
        sources = self.sources(60)
        for number, source in enumerate(sources):
            self.assertEqual(self.ask(source, 16384, 60000 if number == 0 else 1000), 0)
        self.assertEqual(self.probe(sources[0], 1, 16384), 1)
        asked = ("ipsla_responder_control_requests_total", {"result": "accepted"}, 60)
        self.wait_counters([asked])
        self.wait_counters([asked, ("ipsla_responder_sessions", {}, 1)])
        self.assertEqual(self.probe(sources[0], 2, 16384), 2)
        for source in sources[1:]:  # who has no session gets no answer, from whichever worker
            source.sendto(wire.jitter_request(1), ("127.0.0.1", 16384))
        self.wait_counters([("ipsla_responder_dropped_total", {"reason": "no_session"}, len(sources) - 1)])
        self.assertEqual([self.ask(source, 16384) for source in sources[1:]], [0] * (len(sources) - 1))
        self.assertEqual({self.probe(source, 1, 16384) for source in sources[1:]}, {1})
        self.assertEqual(self.probe(sources[0], 3, 16384), 3)

    def test_connections_and_ipv6(self):
        """Each source may connect to the TCP port that it asked for; networks of IPv6 are sources as well."""
        self.start(4)
        harness.require_ipv6(self.namespace)
        sources = self.sources(12)
        for number, source in enumerate(sources):
            source.sendto(wire.control_request(number, 3, "127.0.0.1", 18000, 60000), ("127.0.0.1", 1967))
            self.assertEqual(source.recv(2048)[4:6], bytes(2), self.process.evidence())
            with self.namespace.entered():
                socket.create_connection(("127.0.0.1", 18000), harness.PATIENCE, (source.getsockname()[0], 0)).close()
        networks = [f"2001:db8:0:{number:x}::1" for number in range(12)]
        with self.namespace.entered():
            for network in networks:
                subprocess.run(["ip", "address", "add", f"{network}/64", "dev", "lo", "nodad"], check=True)
            sixes = [socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) for _ in networks]
        for network, six in zip(networks, sixes):
            self.addCleanup(six.close)
            six.settimeout(harness.PATIENCE)
            six.bind((network, 0))
            six.sendto(wire.control_request(1, 4, "0.0.0.0", 16384, 60000), ("::1", 1967))
            self.assertEqual(six.recv(2048)[4:6], bytes(2), self.process.evidence())
        for sequence in (1, 2):
            for six in sixes:
                six.sendto(wire.jitter_request(sequence), ("::1", 16384))
                self.assertEqual(struct.unpack("!H", six.recv(2048)[14:16])[0], sequence)
        self.wait_counters([("ipsla_responder_probes_total", {"kind": "tcp_connect"}, 12),
                            ("ipsla_responder_dropped_total", {}, 0)])

    def test_that_of_the_exporter(self):
        """Its responder has workers, and others after a reload."""
        text = "targets: []\nresponder: {{workers: {}, permanent_ports: [5000]}}\n"
        exporter = harness.Exporter(self.namespace, text.format(3), "--web.enable-lifecycle")
        self.process = exporter.process
        self.assertEqual(self.threads(), 3)
        sources = self.sources(9)
        self.assertEqual([self.ask(source, 16384) for source in sources], [0] * 9)
        self.assertEqual({self.probe(source, 1, 16384) for source in sources}, {1})
        harness.write_file("ipsla.yml", text.format(2))
        self.assertEqual(exporter.reload()[0], 200, exporter.process.evidence())
        self.assertEqual(self.threads(), 2)
        self.assertEqual({self.probe(source, 1, PERMANENT) for source in sources}, {1})

    def test_a_taken_port_is_taken(self):
        self.start(2)
        taken = self.namespace.udp("127.0.0.1", 16384)
        self.addCleanup(taken.close)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        for source in self.sources(4):
            self.assertEqual(self.ask(source, 16384), 4)


if __name__ == "__main__":
    harness.main()
