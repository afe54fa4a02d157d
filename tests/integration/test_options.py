# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""How packets leave: TOS, TTL, DF, sizes, ports, source and device as configured, by the word of tshark;
what the replies say of the path; start and life of a target."""

import socket

import harness

DEVICE = "sla0"
MTU = 1500
HEADERS = 28  # IPv4 and UDP
CONTROL_PORT = 1967
MARK_PORT = 9  # of packets that only show that a capture has begun
FIELDS = ("ip.src", "ip.dst", "ip.dsfield", "ip.ttl", "ip.flags.df", "ip.flags.mf", "ip.frag_offset",
          "ip.len", "udp.srcport", "udp.dstport", "udp.length")

CONFIG = """
defaults: {frequency: 2s, timeout: 2s, num_packets: 2, interval: 4ms, start: now}
targets:
  - {name: plain, host: 127.0.0.1, port: 16384, start: spread}
  - {name: marked, host: 127.0.0.1, port: 16385, dscp: af41, ttl: 7, interface: lo}
  - {name: brief, host: 127.0.0.1, port: 16386, life: 3900ms}
  - {name: parked, host: 127.0.0.1, port: 16387, start: pending, tos: 0x04}
  - {name: nowhere, host: 127.0.0.1, port: 16388, vrf: no-such-vrf}
  - {name: nowhere-too, host: 127.0.0.1, port: 16389, vrf: no-such-vrf}
  - {name: nowhere-else, host: 127.0.0.1, port: 16391, interface: no-such-eth}
  - {name: foreign, host: 127.0.0.1, port: 16390, source_address: 192.0.2.77}
"""


def number(text):
    """Flags are 0 and 1, or, of tshark 4.4, words."""
    return {"True": 1, "False": 0}[text] if text in ("True", "False") else int(text, 0)


class Capture:
    """tshark on a device; IP packets as dictionaries, fragments not put together."""

    def __init__(self, namespace, device=DEVICE):
        tshark = harness.require_program("tshark")
        command = [tshark, "-i", device, "-l", "-n", "-o", "ip.defragment:FALSE", "-f", "ip",
                   "-T", "fields", "-E", "occurrence=f", "-E", "separator=;"]
        for field in FIELDS:
            command += ["-e", field]
        self.process = harness.Process(namespace, command)
        with namespace.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mark:
            mark.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
            harness.wait_for(lambda: self.has_seen(mark), self.process.evidence)

    def has_seen(self, mark):
        """tshark 4.4 does not say when it has begun: it has when it shows a packet."""
        try:
            mark.sendto(b"mark", (harness.RIGHT, MARK_PORT))
        except OSError:
            pass  # what came back of the one before: nobody listens there
        return self.process.stdout()

    def rows(self):
        complete = self.process.stdout().rpartition("\n")[0].splitlines()
        for line in complete:
            values = dict(zip(FIELDS, line.split(";")))
            row = {key: value if key in ("ip.src", "ip.dst") or not value else number(value)
                   for key, value in values.items()}
            if row["udp.dstport"] != MARK_PORT:
                yield row

    def wait_rows(self, count, condition=lambda row: True):
        """The packets that meet the condition, when there are `count` of them."""
        found = harness.wait_for(
            lambda: (lambda rows: rows if len(rows) >= count else None)(
                [row for row in self.rows() if condition(row)]),
            lambda: f"{count} packets: {list(self.rows())}\n{self.process.evidence()}")
        return found


def is_from(address):
    return lambda row: row["ip.src"] == address


class OptionsTest(harness.Case):
    def link(self):
        relay = harness.Relay()
        self.responder(relay.right)
        return relay, Capture(relay.left)

    def probe(self, relay, *arguments):
        return self.run_program(relay.left, "ipsla", "probe", harness.RIGHT, "--output", "json",
                                *arguments)

    def check_sizes(self, capture, size, before):
        """One probe of `size` bytes left in as many pieces as the MTU makes, and came back so."""
        piece = (MTU - 20) // 8 * 8
        pieces = -(-(size + 8) // piece)
        sent = [row for row in capture.wait_rows(before + 1 + pieces, is_from(harness.LEFT))][before:]
        self.assertEqual(len(sent), 1 + pieces)
        control, probe = sent[0], sent[1:]
        self.assertEqual((control["udp.dstport"], control["ip.len"]), (CONTROL_PORT, HEADERS + 52))
        self.assertEqual([row["ip.dsfield"] for row in sent], [0] + [0xb8] * pieces, "probes only")
        for row in sent:
            self.assertEqual((row["ip.ttl"], row["ip.flags.df"]), (255, 0), row)
        self.assertEqual(sum(row["ip.len"] - 20 for row in probe), size + 8)
        self.assertEqual([row["ip.flags.mf"] for row in probe], [1] * (pieces - 1) + [0])
        self.assertEqual((probe[0]["udp.srcport"], probe[0]["udp.dstport"], probe[0]["udp.length"]),
                         (40000, 16384, size + 8))
        self.assertEqual(control["udp.srcport"], 40000)
        return before + len(sent)

    def test_marks_and_sizes(self):
        relay, capture = self.link()
        seen = 0
        for size in (16, 32, 172, 1472, 1473, 1500, 17512):
            done = self.probe(relay, "--dscp", "ef", "--source-port", "40000", "--count", "1", "--size",
                              size)
            self.assertEqual(done.code, 0, done.evidence)
            self.assertEqual(done.json()["reply"], {"dscp": 46, "ttl": 255})
            seen = self.check_sizes(capture, size, seen)
        back = capture.wait_rows(1, lambda row: row["ip.src"] == harness.RIGHT
                                 and row["udp.srcport"] == 16384)
        for row in back:
            self.assertEqual((row["ip.dsfield"], row["ip.ttl"], row["udp.dstport"]), (0xb8, 255, 40000))
        answers = capture.wait_rows(1, lambda row: row["udp.srcport"] == CONTROL_PORT)
        self.assertEqual({row["ip.dsfield"] for row in answers}, {0})

    def test_echo_with_ttl_and_tos(self):
        relay, capture = self.link()
        done = self.probe(relay, "--operation", "udp-echo", "--tos", "0x61", "--ttl", "3",
                          "--dont-fragment", "--size", "1472", "--source", harness.LEFT)
        self.assertEqual(done.code, 0, done.evidence)
        control, probe = capture.wait_rows(2, is_from(harness.LEFT))
        self.assertEqual([row["ip.dsfield"] for row in (control, probe)], [0, 0x61])
        for row in (control, probe):
            self.assertEqual((row["ip.ttl"], row["ip.flags.df"]), (3, 1))
        self.assertEqual(probe["ip.len"], MTU)

    def test_df_keeps_large_packets_from_leaving(self):
        relay, capture = self.link()
        done = self.probe(relay, "--dont-fragment", "--size", "1473", "--count", "3")
        self.assertEqual(done.code, 1, done.evidence)
        result = done.json()
        self.assertEqual(result["outcome"], "local")
        self.assertEqual((result["packets"]["sent"], result["packets"]["unsent"]), (0, 3))
        for text in (result["reason"], result["packets"]["unsent_reason"]):
            self.assertRegex(text, "1473 bytes of payload exceed the path MTU, and dont_fragment is set")
        self.assertIsNone(result["reply"])
        # What is sent later is on the wire: nothing of the first operation can still be on its way.
        self.assertEqual(self.probe(relay, "--count", "1").code, 0)
        sent = capture.wait_rows(3, is_from(harness.LEFT))
        self.assertEqual([row["ip.len"] for row in sent], [80, 80, 60])

    def test_responder_that_does_not_reflect(self):
        relay = harness.Relay()
        self.responder(relay.right, "--reflect-tos", "false")
        done = self.probe(relay, "--dscp", "ef", "--count", "1")
        self.assertEqual((done.code, done.json()["reply"]), (0, {"dscp": 0, "ttl": 255}), done.evidence)

    def test_interface_and_source(self):
        """Two devices lead to two hosts of one address; the route prefers the first."""
        first = harness.Relay()
        second = harness.Relay(addresses=("10.99.0.9", harness.RIGHT), prefix_length=28,
                               left=first.left, device="sla1")
        self.responder(first.right)
        self.responder(second.right)
        captures = [Capture(first.left, device) for device in ("sla0", "sla1")]
        ways = ((0, ()), (1, ("--interface", "sla1")), (0, ("--interface", "sla0")),
                (1, ("--vrf", "sla1")),  # the same system call; a VRF's device is given like this
                (1, ("--interface", "sla1", "--source", "10.99.0.9")))
        counts = [0, 0]
        for which, flags in ways:
            done = self.probe(first, "--count", "1", *flags)
            self.assertEqual(done.code, 0, done.evidence)
            counts[which] += 2
            sent = captures[which].wait_rows(counts[which],
                                             lambda row: row["ip.dst"] == harness.RIGHT)
            source = (harness.LEFT, "10.99.0.9")[which]
            self.assertEqual({row["ip.src"] for row in sent}, {source}, flags)
        for which, capture in enumerate(captures):
            sent = [row for row in capture.rows() if row["ip.dst"] == harness.RIGHT]
            self.assertEqual(len(sent), counts[which], "nothing left through the other device")
        done = self.probe(first, "--source", "10.99.0.77")
        self.assertRegex(done.json()["reason"], "source_address 10.99.0.77: Cannot assign")
        done = self.probe(first, "--interface", "sla7")
        self.assertRegex(done.json()["reason"], "interface sla7: No such device")

    def test_exporter(self):
        namespace = harness.Namespace()
        self.responder(namespace)
        exporter = harness.Exporter(namespace, CONFIG)
        metrics = exporter.wait_metrics(
            lambda now: now.get("ipsla_target_active", target="brief") == 0
            and all(now.get("ipsla_operation_success", target=name) == 1 for name in ("plain", "marked")),
            "brief to end its life")
        self.assertEqual(metrics.get("ipsla_operations_total", target="brief"), 2)
        self.assertEqual(metrics.get("ipsla_operation_success", target="brief"), 1)
        self.assertEqual(metrics.get("ipsla_target_active", target="plain"), 1)
        self.assertEqual(metrics.get("ipsla_target_active", target="parked"), 0)
        self.assertEqual(metrics.get("ipsla_operations_total", target="parked"), 0)
        self.assertEqual(metrics.get("ipsla_reply_dscp", target="plain"), 0)
        self.assertEqual(metrics.get("ipsla_reply_dscp", target="marked"), 34)
        self.assertEqual((metrics.get("ipsla_target_dscp", target="plain"), metrics.get("ipsla_target_dscp", target="marked")), (0, 34))
        self.assertEqual(metrics.get("ipsla_reply_hop_limit", target="marked"), 255)
        self.assertIsNone(metrics.get("ipsla_reply_hop_limit", target="parked"))
        for labels in ({"target": "plain", "dscp": "default", "interface": "", "vrf": ""},
                       {"target": "marked", "dscp": "af41", "interface": "lo", "vrf": ""},
                       {"target": "parked", "dscp": "le"},
                       {"target": "nowhere", "interface": "", "vrf": "no-such-vrf"}):
            wanted = {name: value for name, value in labels.items() if value}
            found = [dict(key) for key in metrics.all("ipsla_target_info", **wanted)]
            self.assertEqual(len(found), 1, labels)
            for name, value in labels.items():
                self.assertEqual(found[0].get(name, ""), value)
        exporter.wait_metrics(
            lambda now: all(now.get("ipsla_operation_failures_total", target=name, reason="local")
                            for name in ("nowhere", "foreign")), "failures with the reason local")
        said = "\n".join(line for line in exporter.process.stderr().splitlines() if "target cannot be measured" in line)
        self.assertEqual(said.count("vrf no-such-vrf: No such device"), 1, "once, not for each target")
        self.assertEqual(said.count("interface no-such-eth: No such device"), 1, "another thing is missing")
        self.assertEqual(said.count("source_address 192.0.2.77: Cannot assign"), 1)


if __name__ == "__main__":
    harness.main()
