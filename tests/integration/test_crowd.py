# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Scrapes beside a crowd that keeps connections. crowd.py measures how long they take; here they are answered."""

import http.client
import os
import sys

import crowd
import harness

CONFIG = "defaults: {frequency: 604800s}\ntargets:\n" + "".join(
    f"  - {{name: t{number}, host: 127.0.0.1, port: 16384}}\n" for number in range(300))
SCRAPES = 20
REOPENED_PER_SECOND = 500


class CrowdTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.exporter = harness.Exporter(self.namespace, CONFIG)

    def scrape(self, address):
        with self.namespace.entered():
            return crowd.scrape(self.exporter.port, address, timeout=harness.PATIENCE)[0]

    def check_beside(self, *crowd_flags):
        """Every scrape is answered, from an address of its own and from one of the crowd."""
        gathered = harness.Process(self.namespace, [
            sys.executable, "-B", os.path.join(harness.SOURCE_DIR, "tests/integration/crowd.py"), *crowd_flags,
            f"--rate={REOPENED_PER_SECOND}", str(self.exporter.port)])
        harness.wait_for(lambda: "all are there" in gathered.stdout(), gathered.evidence)
        statuses = [self.scrape(address) for _ in range(SCRAPES) for address in ("127.0.1.1", crowd.source(3))]
        self.assertEqual(statuses, [200] * (2 * SCRAPES), self.exporter.process.evidence())
        self.assertTrue(gathered.is_running(), gathered.evidence())
        gathered.kill()

    def test_half_requests(self):
        self.check_beside("half", "--connections=1000")

    def test_unread_answers(self):
        self.check_beside("unread", "--connections=256")

    def test_clients_of_one_proxy(self):
        """Each connection of the proxy is answered, and kept."""
        with self.namespace.entered():
            clients = [http.client.HTTPConnection("127.0.0.1", self.exporter.port, timeout=harness.PATIENCE)
                       for _ in range(1000)]
            for client in clients:
                client.connect()
                self.addCleanup(client.close)
        for _ in range(2):
            for client in clients:
                client.request("GET", "/-/healthy")
            for client in clients:
                answer = client.getresponse()
                self.assertEqual((answer.status, answer.read()), (200, b"ok\n"))


if __name__ == "__main__":
    harness.main()
