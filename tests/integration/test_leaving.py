# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What keeps packets from leaving, or makes them wait: the MTU of a path, which heals, and a shaper on the sender's
own device."""

import subprocess

import harness

NEAR, FAR = "192.0.2.1", "198.51.100.1"


def run_ip(namespace, *commands):
    with namespace.entered():
        for command in commands:
            made = subprocess.run(["ip", *command.split()], capture_output=True, text=True, check=False)
            if made.returncode != 0:
                harness.skip(f"ip {command}: {made.stderr.strip()}")


class PathTest(harness.Case):
    """A router between sender and responder."""

    def setUp(self):
        super().setUp()
        self.left, self.router, self.right = (harness.Namespace() for _ in range(3))
        run_ip(self.router, f"link add left type veth peer name near netns {self.left.path}",
               f"link add right type veth peer name far netns {self.right.path}",
               "addr add 192.0.2.2/24 dev left", "addr add 198.51.100.2/24 dev right", "link set left up",
               "link set right up")
        run_ip(self.left, f"addr add {NEAR}/24 dev near", "link set near up",
               "route add default via 192.0.2.2")
        run_ip(self.right, f"addr add {FAR}/24 dev far", "link set far up",
               "route add default via 198.51.100.2")
        with self.router.entered():
            for name, value in (("ip_forward", "1"), ("icmp_ratelimit", "0")):
                with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as file:
                    file.write(value)
        self.responder(self.right)

    def probe(self):
        return self.run_program(self.left, "ipsla", "probe", FAR, "--dont-fragment", "--size", "1400", "--count",
                                "5", "--interval", "100ms", "--timeout", "500ms", "--output", "json")

    def test_a_path_that_heals_is_measured_at_once(self):
        self.assertEqual(self.probe().json()["packets"]["received"], 5)
        run_ip(self.router, "link set right mtu 1300")
        for _ in range(2):
            done = self.probe()
            result = done.json()
            self.assertEqual(result["outcome"], "local", done.evidence)
            self.assertEqual((result["packets"]["sent"], result["packets"]["unsent"]), (0, 5))
            self.assertRegex(result["reason"], "1400 bytes of payload exceed the path MTU")
        run_ip(self.router, "link set right mtu 1500")
        done = self.probe()
        self.assertEqual(done.json()["packets"]["received"], 5, done.evidence)

    def shape(self, limit):
        """A queue of at most `limit` bytes on the sender's own device, slower than the packets that come."""
        with self.left.entered():
            made = subprocess.run(f"tc qdisc add dev near root tbf rate 64kbit burst 1600 limit {limit}".split(),
                                  capture_output=True, text=True, check=False)
        if made.returncode != 0:
            harness.skip(f"no tbf: {made.stderr.strip()}")

    def probe_shaped(self, *flags):
        done = self.run_program(self.left, "ipsla", "probe", FAR, "--count", "300", "--interval", "10ms",
                                "--timeout", "2s", "--precision", "microseconds", "--output", "json",
                                "--packets", *flags)
        result = done.json()
        self.assertEqual(result["outcome"], "ok", done.evidence)
        return result

    def check_round_trips(self, result):
        """Each is that of the path, by the kernel's time of its own packet, behind the queue."""
        packets = result["packets"]
        sent = [sample for sample in result["samples"] if sample["fate"] != "unsent"]
        self.assertEqual(len(sent), packets["sent"])
        self.assertEqual({sample["t1_source"] for sample in sent}, {"kernel"})
        self.assertEqual(packets["received"], packets["sent"])
        waited = [sample["queueing"] for sample in sent]
        self.assertGreater(max(waited), 0.1)
        self.assertLess(result["rtt_seconds"]["p95"], max(waited) / 4)
        self.assertGreater(packets["queued"], packets["sent"] // 2)

    def test_a_full_queue_spoils_no_times(self):
        self.shape(3000)
        for flags in ((), ("--timestamps", "kernel")):
            result = self.probe_shaped(*flags)
            self.assertGreater(result["packets"]["unsent"], 10)
            self.assertEqual(result["packets"]["queue_dropped"], 0)
            self.assertIn("No buffer space", result["packets"]["unsent_reason"])
            self.check_round_trips(result)

    def test_a_long_queue_is_in_no_round_trip(self):
        self.shape(30000)
        result = self.probe_shaped()
        self.assertEqual(result["packets"]["unsent"], result["packets"]["missed"])
        self.check_round_trips(result)


if __name__ == "__main__":
    harness.main()
