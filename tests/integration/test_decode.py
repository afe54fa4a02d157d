# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""ipsla decode: one measurement in every form of a capture, damaged files, pipes, filters, outputs."""
import csv
import io
import json
import os
import subprocess
import tempfile
import unittest

import capture_files
import harness

COARSE = {"microseconds", "big-endian-microseconds", "ng-default"}


class DecodeTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def run_on(self, data, *arguments):
        path = os.path.join(self.folder.name, "capture")
        with open(path, "wb") as file:
            file.write(data)
        return subprocess.run([harness.program("ipsla"), "decode", path, *arguments], text=True, capture_output=True,
                              timeout=harness.PATIENCE)

    def decode(self, data, *arguments, code=0):
        """(sessions, what is said of the file)"""
        run = self.run_on(data, "--output=json", "--packets", *arguments)
        self.assertEqual(run.returncode, code, run.stderr)
        *sessions, end = map(json.loads, run.stdout.splitlines())
        return sessions, end["file"]

    def decode_one(self, data, *arguments):
        sessions, end = self.decode(data, *arguments)
        self.assertEqual(len(sessions), 1, end)
        self.assertIsNone(end["problem"])
        return sessions[0]

    def check(self, session, digits=9):
        """It is the measurement of capture_files, packet by packet."""
        packets = session["packets"]
        self.assertEqual((packets["sent"], packets["received"], packets["lost"]),
                         (6, 4, {"sd": 1, "ds": 1, "unknown": 0}))
        self.assertEqual(session["control"]["version"], 1)
        self.assertAlmostEqual(session["control"]["rtt_seconds"], 0.0009, 8)
        self.assertEqual(session["capture"]["exchange"]["duration_ms"], 5120)
        expected = {}
        for time, outgoing, source, _, payload in capture_files.messages()[2:]:
            unit = 10 ** (9 - digits)
            expected.setdefault(payload[13], {})["t1" if outgoing else "t4"] = time // unit * unit / 1e9
        for sample in session["samples"]:
            times = expected.pop(sample["seq"])
            self.assertAlmostEqual(sample["t1"], times["t1"], 6)
            self.assertEqual(sample["fate"], "received" if "t4" in times else "lost")
            if "t4" in times:
                self.assertAlmostEqual(sample["t4"], times["t4"], 6)
                self.assertAlmostEqual(sample["rtt"], times["t4"] - times["t1"] - 0.001, 6)
        self.assertEqual(expected, {})

    def test_every_form(self):
        for name, make in {**capture_files.FORMS, **capture_files.FORMS6}.items():
            with self.subTest(form=name):
                self.check(self.decode_one(make()), 6 if name in COARSE else 9)

    def test_exact_times(self):
        """Every form with nanoseconds gives the very same samples as the plain one."""
        plain = self.decode_one(capture_files.FORMS["classic"]())["samples"]
        for name, make in capture_files.FORMS.items():
            if name not in COARSE and name not in {"ng-binary", "ng-odd-blocks"}:
                with self.subTest(form=name):
                    self.assertEqual(self.decode_one(make())["samples"], plain)

    def test_seen_twice(self):
        for form in ("cooked-twice", "cooked2-twice"):
            session = self.decode_one(capture_files.FORMS[form]())
            self.assertEqual((session["capture"]["copies"], session["packets"]["duplicate"]), (10, 0))
            self.assertEqual(session["capture"]["point"], "sender")

    def test_real_duplicates(self):
        """A packet that comes twice to one place is one."""
        frames = capture_files.plain(capture_files.seen())
        session = self.decode_one(capture_files.classic(1, sorted(frames + [frames[3], frames[-1], frames[2]])))
        self.assertEqual((session["packets"]["duplicate"], session["capture"]["duplicate_requests"]), (2, 1))
        self.assertEqual(session["capture"]["copies"], 0)

    def test_two_operations_from_one_port(self):
        later = [(time + 60 * 10**9, data, length) for time, data, length in capture_files.plain(capture_files.seen())]
        sessions, _ = self.decode(capture_files.classic(1, capture_files.plain(capture_files.seen()) + later))
        self.assertEqual([s["packets"]["sent"] for s in sessions], [6, 6], "the same bytes, much later")
        shifted = []
        for one, message in zip(capture_files.seen(), capture_files.messages(end=capture_files.START_NS + 60 * 10**9)):
            ends = (capture_files.SENDER4, capture_files.RESPONDER4)[::1 if one.outgoing else -1]
            body = capture_files.datagram(*ends, message[2:4], message[4])
            ip = capture_files.packet4(*ends, 17, body)
            shifted.append(capture_files.Seen(message[0], one.outgoing, ip, 4))
        sessions, _ = self.decode(capture_files.classic(1, capture_files.plain(capture_files.seen() + shifted)))
        self.assertEqual([s["packets"]["sent"] for s in sessions], [6, 6])
        self.assertEqual(sessions[1]["start_timestamp"] - sessions[0]["start_timestamp"], 60)

    def test_no_times(self):
        session = self.decode_one(capture_files.simple_blocks())
        self.assertEqual(session["packets"]["lost"], {"sd": 1, "ds": 1, "unknown": 0})
        self.assertIs(session["capture"]["has_times"], False)
        self.assertEqual(session["rtt_seconds"]["count"], 0)
        self.assertEqual({s["rtt"] for s in session["samples"]}, {None})
        self.assertEqual({s["t1"] for s in session["samples"]}, {None})

    def test_missing_fragment(self):
        packets = capture_files.seen(size=2000)
        reply = 3  # that of probe 1
        session, end = self.decode(capture_files.on_ethernet(capture_files.in_pieces(
            packets, 800, list, lambda index, piece: index == reply and piece == 1)))
        self.assertEqual(session[0]["packets"]["dropped"], 1)
        self.assertEqual(session[0]["packets"]["lost"], {"sd": 1, "ds": 1, "unknown": 0})
        self.assertEqual((session[0]["capture"]["lacking_pieces"], end["lacking_pieces"]), (1, 1))

    def test_icmp_quotes(self):
        session = self.decode_one(capture_files.quotes())
        self.assertEqual(session["packets"]["sent"], 6)
        self.assertEqual((session["packets"]["received"], session["outcome"]), (0, "port_unreachable"))
        self.assertEqual(session["icmp"]["from"], "192.0.2.99")

    def test_one_frame_for_all(self):
        session, end = self.decode(capture_files.one_frame_for_all())
        self.assertEqual((session[0]["packets"]["sent"], end["split"]), (6, 1))

    def test_checksums(self):
        _, end = self.decode(capture_files.on_ethernet(capture_files.seen(checksum="offload")))
        self.assertEqual(end["bad_checksums"], 0)
        _, end = self.decode(capture_files.on_ethernet(capture_files.seen(checksum="bad")))
        self.assertEqual(end["bad_checksums"], 12)

    def test_one_way(self):
        """Withheld, unless the user vouches for the clock, or the capture has both ends."""
        data = capture_files.FORMS["classic"]()
        self.assertEqual(self.decode_one(data)["one_way_delay_seconds"]["withheld"], "local_unknown")
        near, far = [], []
        for one in capture_files.seen():
            other = capture_files.Seen(one.time + (400_000 if one.outgoing else -300_000), not one.outgoing,
                                       one.ip, 4)
            lost = one.outgoing and one.ip[28:30] == b"\0\2" and one.ip[41] in capture_files.LOST_OUT
            near.append((one.time, capture_files.cooked2(one), 100))
            far += [] if lost else [(other.time, capture_files.cooked2(other, 9), 100)]
        session = self.decode_one(capture_files.classic(276, sorted(near + far)))
        self.check(session)
        delays = session["one_way_delay_seconds"]
        self.assertEqual((session["capture"]["point"], delays["withheld"]), ("both", None))
        self.assertAlmostEqual(delays["sd"]["avg"], 0.0004, 9)
        self.assertAlmostEqual(delays["ds"]["avg"], 0.0003, 9)

    def test_user_vouches_for_both_ends(self):
        out = capture_files.section("<") + 2 * capture_files.interface("<", 1, 9)
        frames = []
        for one in capture_files.seen():
            data = capture_files.ethernet(one)
            shift = 400_000 if one.outgoing else -300_000
            frames += [(one.time, 0, data), (one.time + shift, 1, data)]
        for time, number, data in sorted(frames):
            out += capture_files.enhanced("<", number, time, data, len(data))
        delays = self.decode_one(out)["one_way_delay_seconds"]
        self.assertEqual((delays["withheld"], delays["sd"]["count"]), ("local_unknown", 0))
        delays = self.decode_one(out, "--both-ends")["one_way_delay_seconds"]
        self.assertIsNone(delays["withheld"])
        self.assertAlmostEqual(delays["sd"]["avg"], 0.0004, 9)

    def test_damaged_files(self):
        """Cut anywhere: what is before is read, and where it ends is said. Bytes changed: no harm."""
        for form in ("classic", "ng", "ng-odd-blocks", "fragments"):
            data = capture_files.FORMS[form]()
            for size in range(0, len(data), 37):
                run = self.run_on(data[:size], "--output=json")
                self.assertIn(run.returncode, (0, 1), run.stderr)
                end = json.loads(run.stdout.splitlines()[-1])["file"]
                self.assertLessEqual(end["bytes"], size)
                if end["problem"]:
                    self.assertIn(f": at byte {end['bytes']}: {end['problem']}", run.stderr)
                    self.assertEqual(run.returncode, 1)
        run = self.run_on(capture_files.FORMS["ng"]() + b"garbage, not a block at all....")
        self.assertIn("a block whose length is wrong; what is before it was read", run.stderr)
        self.assertIn("Number Of RTT: 4", run.stdout)
        self.assertEqual(self.run_on(b"GET / HTTP/1.1\r\n\r\n").returncode, 1)
        self.assertIn("neither pcap nor pcapng", self.run_on(b"").stderr)

    def test_pipe(self):
        """Standard input, in pieces of any size; results at its end."""
        data = capture_files.FORMS["ng-odd-blocks"]()
        with subprocess.Popen([harness.program("ipsla"), "decode", "-", "--output=json"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=False) as process:
            for at in range(0, len(data), 101):
                process.stdin.write(data[at:at + 101])
                process.stdin.flush()
            out, _ = process.communicate(timeout=harness.PATIENCE)
        session, end = map(json.loads, out.splitlines())
        self.assertEqual((session["packets"]["received"], end["file"]["name"]), (4, "standard input"))

    def test_filters(self):
        both = capture_files.classic(101, capture_files.plain(capture_files.seen() + capture_files.seen(6),
                                                              lambda one: one.ip))
        self.assertEqual(len(self.decode(both)[0]), 2)
        for filters, count in ((["--host=192.0.2.99"], 1), (["--host=2001:db8::1"], 1), (["--host=192.0.2.3"], 0),
                               (["--port=16384"], 2), (["--port=16385"], 0)):
            self.assertEqual(len(self.decode(both, *filters, code=int(count == 0))[0]), count, filters)
        self.assertEqual(self.run_on(both, "--host=paris").returncode, 2)

    def test_csv(self):
        data = capture_files.FORMS["classic"]()
        row, = csv.DictReader(io.StringIO(self.run_on(data, "--output=csv").stdout))
        self.assertEqual((row["sent"], row["received"], row["lost_sd"], row["lost_ds"]), ("6", "4", "1", "1"))
        rows = list(csv.DictReader(io.StringIO(self.run_on(data, "--output=csv", "--packets").stdout)))
        self.assertEqual([r["fate"] for r in rows],
                         ["received", "lost", "received", "lost", "received", "received"])
        samples = self.decode_one(data)["samples"]
        self.assertEqual([r["rtt"] for r in rows], ["" if s["rtt"] is None else f"{s['rtt']:.9f}" for s in samples])

    def test_text(self):
        run = self.run_on(capture_files.FORMS["cooked2"](), "--packets")
        self.assertIn("Session: 192.0.2.1:40002 to 192.0.2.99:16384\nControl: version 1, authentication none, port "
                      "16384 for 5120 ms, granted: port 16384 for 5120 ms\nCaptured at: sender\n", run.stdout)
        self.assertRegex(run.stdout, r"(?m)^ +2 +0  lost +20\.001 +- +- +-$")


if __name__ == "__main__":
    harness.main()
