# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""ipsla probe --write, and captures by another program: ipsla decode gives the live result, packet by packet."""
import json
import os
import signal
import subprocess

import harness

HOST_ONLY = ("lateness", "queueing")  # what no capture tells
ALIKE = ("sent", "received", "lost", "late", "duplicate", "out_of_order", "dropped", "over_threshold")
LOSSY = ("delay_us=5000,drop_every=7", "delay_us=4000,drop_every=9")


def tell(*command):
    done = subprocess.run(command, text=True, capture_output=True, timeout=harness.PATIENCE)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def path_of(name):
    return os.path.join(harness.scratch_dir(), name)


def trim(samples):
    """Without what a busy sender left out at the end: no capture tells of it."""
    while samples and samples[-1]["fate"] == "unsent":
        samples.pop()
    return samples


class WriteTest(harness.Case):
    def decode(self, path, *arguments):
        lines = tell(harness.program("ipsla"), "decode", path, "--output=json", "--packets", *arguments)
        *sessions, end = map(json.loads, lines.splitlines())
        self.assertIsNone(end["file"]["problem"])
        return sessions

    def probe(self, namespace, host, name, *arguments):
        """(the live result, the file)"""
        path = path_of(name)
        done = self.run_program(namespace, "ipsla", "probe", host, "--output=json", "--packets", f"--write={path}",
                                *arguments)
        self.assertEqual(done.code, 0, done.evidence)
        return done.json(), path

    def assert_live(self, live, decoded):
        for sample in trim(live["samples"]) + decoded["samples"]:
            for name in HOST_ONLY:
                del sample[name]
        self.assertEqual(decoded["samples"], live["samples"])
        self.assertEqual({name: decoded["packets"][name] for name in ALIKE},
                         {name: live["packets"][name] for name in ALIKE})
        for name in ("operation", "precision", "outcome", "rtt_seconds", "loss_periods", "jitter_seconds", "reply"):
            self.assertEqual(decoded[name], live[name], name)
        self.assertEqual(decoded["control"]["version"], live["control"]["version"])

    def test_every_operation(self):
        namespace = harness.Namespace()
        self.responder(namespace)
        for number, arguments in enumerate((
                ("--count=20", "--interval=5"),
                ("--count=20", "--interval=5", "--precision=microseconds"),
                ("--count=20", "--interval=5", "--precision=microseconds", "--control-version=2"),
                ("--count=20", "--interval=5", "--request-data-size=1400", "--dscp=ef"),
                ("--operation=udp-echo", "--port=7007"),
                ("--operation=icmp-echo", "--count=5", "--interval=5"),
                ("--operation=icmp-jitter", "--count=5", "--interval=5"))):
            with self.subTest(arguments=arguments):
                live, path = self.probe(namespace, "127.0.0.1", f"{number}.pcapng", *arguments)
                decoded, = self.decode(path)
                self.assert_live(live, decoded)

    def test_reflectors(self):
        """STAMP and TWAMP Light, of one that counts and one that does not, with losses each way."""
        for reflector, port in (("stateful", 862), ("stateless", 8620)):
            relay = harness.Relay(*LOSSY)
            self.responder(relay.right, f"--stamp-port={port}", f"--stamp-reflector={reflector}")
            for operation in ("stamp", "twamp-light"):
                with self.subTest(reflector=reflector, operation=operation):
                    live, path = self.probe(relay.left, harness.RIGHT, f"{operation}-{reflector}.pcapng",
                                            f"--operation={operation}", f"--port={port}", "--count=40", "--interval=10",
                                            "--timeout=1s")
                    filters = [] if port == 862 else [f"--port={port}"]
                    decoded, = self.decode(path, "--timeout=1s", *filters)
                    self.assert_live(live, decoded)
                    lost = live["packets"]["lost"]
                    self.assertGreater(lost["sd"] + lost["ds"] if reflector == "stateful" else lost["unknown"], 0)

    def test_ipv6(self):
        namespace = harness.Namespace()
        harness.require_ipv6(namespace)
        self.responder(namespace)
        for name, arguments in (("jitter", ("--count=10", "--interval=5")), ("echo", ("--operation=icmp-echo",))):
            live, path = self.probe(namespace, "::1", f"{name}.pcapng", *arguments)
            decoded, = self.decode(path)
            self.assert_live(live, decoded)

    def test_loss_and_readers(self):
        """The relay's losses; and tshark, capinfos and tcpdump read the file."""
        relay = harness.Relay(*LOSSY)
        self.responder(relay.right)
        live, path = self.probe(relay.left, harness.RIGHT, "lossy.pcapng", "--count=40", "--interval=10", "--timeout=1s")
        decoded, = self.decode(path, "--timeout=1s")
        self.assert_live(live, decoded)
        self.assertGreater(live["packets"]["lost"]["sd"] + live["packets"]["lost"]["ds"], 0)
        fields = [f"-e{name}" for name in ("frame.time_epoch", "frame.comment", "frame.packet_flags_direction", "ip.src",
                                           "udp.checksum.status")]
        lines = [line.split("\t") for line in tell(
            "tshark", "-n", "-r", path, "-o", "udp.check_checksum:TRUE", "-Tfields", *fields).splitlines()]
        self.assertEqual([line[1] for line in lines[:2]], ["control request", "control answer"])
        sent = [line for line in lines if line[1].startswith("packet ")]
        self.assertEqual([f"{float(line[0]):.6f}" for line in sent], [f"{s['t1']:.6f}" for s in live["samples"] if s["t1"]])
        self.assertEqual(len([line for line in sent if ": lost" in line[1]]),
                         sum(live["packets"]["lost"].values()))
        self.assertEqual({line[4] for line in lines}, {"1"}, "all checksums are right")
        self.assertEqual({(line[2], line[3]) for line in lines}, {("0x00000002", harness.LEFT), ("0x00000001", harness.RIGHT)})
        self.assertIn("nanoseconds", tell("capinfos", path))
        self.assertEqual(len(tell(harness.require_program("tcpdump"), "-nr", path).splitlines()), len(lines))

    def test_capture_at_both_ends(self):
        """dumpcap beside the sender and beside the responder: each alone, and both in one file."""
        relay = harness.Relay(*LOSSY)
        self.responder(relay.right)
        captures = []
        for side, namespace in (("left", relay.left), ("right", relay.right)):
            process = harness.Process(namespace, ["dumpcap", "-q", "-i", "sla0", "-w", path_of(f"{side}.pcapng")])
            harness.wait_for(lambda process=process: "File: " in process.stderr(), process.evidence)
            captures.append(process)
        live, _ = self.probe(relay.left, harness.RIGHT, "both.pcapng", "--count=40", "--interval=10", "--timeout=1s")
        for process in captures:
            process.signal(signal.SIGINT)
            process.wait()
        left, = self.decode(path_of("left.pcapng"), "--timeout=1s")
        right, = self.decode(path_of("right.pcapng"), "--timeout=1s")
        self.assertEqual([(s["seq"], s["fate"], s["responder_seq"], s["t2"]) for s in left["samples"]],
                         [(s["seq"], s["fate"], s["responder_seq"], s["t2"]) for s in trim(live["samples"])])
        for mine, other in zip(left["samples"], live["samples"]):
            if other["t1"] is not None:
                self.assertAlmostEqual(mine["t1"], other["t1"], 1)
        self.assertEqual(left["packets"]["lost"], live["packets"]["lost"])
        self.assertGreaterEqual(right["packets"]["received"], live["packets"]["received"])
        self.assertEqual(right["packets"]["lost"]["sd"], 0, "what was lost before it came here is not in the capture")
        tell("mergecap", "-I", "none", "-w", path_of("merged.pcapng"), path_of("left.pcapng"), path_of("right.pcapng"))
        merged, = self.decode(path_of("merged.pcapng"), "--both-ends", "--timeout=1s")
        self.assertEqual(merged["samples"], left["samples"], "the nearer end is the sender's")
        delays = merged["one_way_delay_seconds"]
        self.assertEqual((delays["withheld"], delays["sd"]["count"]), (None, left["packets"]["received"]))
        self.assertGreaterEqual(delays["sd"]["min"], 0.005)
        self.assertGreaterEqual(delays["ds"]["min"], 0.004)
        self.assertEqual(self.decode(path_of("merged.pcapng"))[0]["one_way_delay_seconds"]["withheld"], "local_unknown")

    def test_repeated_and_refused(self):
        namespace = harness.Namespace()
        self.responder(namespace)
        path = path_of("repeated.pcapng")
        done = self.run_program(namespace, "ipsla", "probe", "127.0.0.1", "--count=3", "--interval=5", "--repeat=3",
                                "--frequency=1s", "--timeout=500ms", f"--write={path}")
        self.assertEqual(done.code, 0, done.evidence)
        self.assertEqual([s["packets"]["received"] for s in self.decode(path)], [3, 3, 3])
        done = self.run_program(namespace, "ipsla", "probe", "127.0.0.1", "--write=/nowhere/x.pcapng")
        self.assertEqual(done.code, 1)
        self.assertIn("/nowhere/x.pcapng: No such file or directory", done.evidence)


if __name__ == "__main__":
    harness.main()
