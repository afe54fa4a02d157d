# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Packets of operations that turned bad: with a relay that loses known packets, JSON, metrics, pcapng and what
`ipsla decode` makes of it tell the same, packet by packet; and every usual program reads the files alike."""
import collections
import json
import os

import harness
import pcapng_readers as readers

PACKETS = 45
LOSSY = ("delay_us=5000,drop_every=10", "delay_us=3000,drop_every=7")
SILENT = "{name: silent, host: 127.0.0.9, frequency: 1h, start: now, control: {retries: 1, timeout: 500ms}}"
TARGETS = """
targets:
  - {name: pattern, host: 10.99.0.2, port: 16384, frequency: 1h, start: now, timeout: 1s, num_packets: %d, interval: 10ms}
  - {name: 'odd name/"x"', host: 10.99.0.2, port: 16390, frequency: 1h, start: now, timeout: 1s, num_packets: 2}
  - %s
""" % (PACKETS, SILENT)
PATTERN = "/api/v1/targets/pattern/evidence"


class EvidenceTest(harness.Case):
    def get(self, exporter, path):
        status, headers, body = exporter.request_bytes("GET", path)
        self.assertEqual(status, 200, (path, body))
        return headers, body

    def get_json(self, exporter, path):
        return json.loads(self.get(exporter, path)[1])

    def file_of(self, exporter, path, name):
        """The path of a file with what is there."""
        path_here = os.path.join(harness.scratch_dir(), name)
        with open(path_here, "wb") as file:
            file.write(self.get(exporter, path)[1])
        return path_here

    def test_known_losses(self):
        """A relay, and an exporter whose targets have been measured once."""
        relay = harness.Relay(*LOSSY)
        self.responder(relay.right)
        exporter = harness.Exporter(relay.left, TARGETS, "--workers=2")
        exporter.wait_metrics(lambda metrics: metrics.total("ipsla_operations_total") == 3, "all measured")
        self.check_story(relay, exporter)
        self.check_failed_and_names(exporter)
        self.check_readers(relay, exporter)

    @staticmethod
    def story_of(relay):
        """{number: (fate, where it was lost)} by the log of the relay, for the packets of the train. Of packets in a
        row that were lost on different ways nobody can know which was lost where."""
        rows = relay.rows(kind="jitter")
        rows = [row for row in rows if 16384 in (row["source_port"], row["destination_port"])]
        there = {row["sequence"]: row["result"] for row in rows if row["direction"] == "lr"}
        back = {row["sequence"]: row["result"] for row in rows if row["direction"] == "rl"}
        last = max(number for number, result in back.items() if result == "forwarded")
        story = {}
        for number, result in there.items():
            if back.get(number) == "forwarded":
                story[number] = ("received", None)
            else:
                story[number] = ("lost", "unknown" if number > last else "sd" if result == "lost" else "ds")
        lost = {way: sum(where == way for _, where in story.values()) for way in ("sd", "ds", "unknown")}
        runs, run = [], []
        for number in sorted(story):
            run = run + [number] if story[number][0] == "lost" else []
            runs += [run] if run else []
        for run in runs:
            if len({story[number][1] for number in run}) > 1:
                story.update((number, ("lost", "unknown")) for number in run)
        return story, lost

    def check_story(self, relay, exporter):
        story, lost = self.story_of(relay)
        self.assertGreater(min(lost["sd"], lost["ds"]), 2, story)
        listed = self.get_json(exporter, PATTERN)["evidence"]
        self.assertEqual([item["why"] for item in listed], [["loss"]])
        path = f"{PATTERN}/{listed[0]['id']}"

        evidence = self.get_json(exporter, path + ".json")
        sent = {packet["seq"]: packet for packet in evidence["packets"]
                if packet["role"] == "probe" and packet["direction"] == "out" and packet["fate"] != "unsent"}
        self.assertEqual({seq: (packet["fate"], packet["lost"]) for seq, packet in sent.items()}, story)
        self.assertEqual(listed[0]["fates"]["lost"], sum(lost.values()))
        self.assert_octets(relay, evidence["packets"])

        metrics = exporter.scrape().packets("pattern")
        self.assertEqual(metrics["lost"], lost)
        self.assertEqual(metrics["sent"], len(story))
        target = self.get_json(exporter, "/api/v1/targets/pattern")["latest"]
        self.assertEqual(target["packets"]["lost"], metrics["lost"])
        self.assertEqual(evidence["result"]["packets"], target["packets"])

        pcapng = self.file_of(exporter, path + ".pcapng", "story.pcapng")
        comments = [row[3] for row in readers.tshark(pcapng)]
        words = {"sd": " on the way there", "ds": " on the way back", "unknown": ""}
        for seq, (fate, way) in story.items():
            wanted = f"packet {seq}: {fate}{words[way] if way else ''}"
            self.assertEqual(sum(comment.startswith(wanted) for comment in comments), 1, (wanted, comments))
        self.assert_decoded(pcapng, target, sent)
        self.check_page(exporter, story, path)

    def check_page(self, exporter, story, path):
        """The picture of the packets says the same in words, and the page has the file."""
        page = self.get(exporter, "/target?name=pattern")[1].decode()
        self.assertIn(f'href=".{path}.pcapng"', page)
        for way, words in (("sd", "lost source to destination"), ("ds", "lost destination to source")):
            numbers = [seq for seq, fate in sorted(story.items()) if fate == ("lost", way)]
            begins = [seq for seq in numbers if seq - 1 not in numbers]
            ends = [seq for seq in numbers if seq + 1 not in numbers]
            runs = [str(begin) if begin == end else f"{begin} to {end}" for begin, end in zip(begins, ends)]
            self.assertIn(f"; {len(numbers)} {words}: {', '.join(runs[:12])}", page)

    def assert_octets(self, relay, packets):
        """The relay saw the same bytes."""
        seen = collections.Counter((row["direction"], row["payload"]) for row in relay.rows(kind="jitter")
                                   if row["direction"] == "lr" or row["result"] == "forwarded")
        ours = collections.Counter(("lr" if packet["direction"] == "out" else "rl", packet["bytes"])
                                   for packet in packets if packet["role"] == "probe" and packet["fate"] != "unsent")
        self.assertEqual({key: seen[key] for key in ours}, dict(ours))

    def assert_decoded(self, pcapng, target, sent):
        *sessions, _ = map(json.loads, readers.tell(harness.program("ipsla"), "decode", pcapng, "--output=json",
                                                    "--packets", "--timeout=1s").splitlines())
        decoded, = sessions
        for name in ("sent", "received", "lost", "late", "duplicate", "out_of_order"):
            self.assertEqual(decoded["packets"][name], target["packets"][name], name)
        for name in ("outcome", "loss_periods"):
            self.assertEqual(decoded[name], target[name], name)
        rtt = {name: decoded["rtt_seconds"][name] for name in ("min", "avg", "max")}
        self.assertEqual(rtt, {name: target["rtt_seconds"][name] for name in rtt})
        fates = {sample["seq"]: sample["fate"] for sample in decoded["samples"] if sample["fate"] != "unsent"}
        self.assertEqual(fates, {seq: packet["fate"] for seq, packet in sent.items()})

    def assert_read_alike(self, path):
        rows = readers.tshark(path)
        self.assertEqual(readers.tcpdump(path), len(rows))
        self.assertEqual(readers.capinfos(path), (len(rows), True))
        again = path + ".again.pcapng"
        readers.tell("editcap", path, again)
        self.assertEqual(readers.tshark(again), rows)
        for name in ("scapy", "dpkt"):
            with self.subTest(reader=name):
                theirs = readers.rows_of(name, path)
                if theirs is None:
                    harness.skip(f"python3-{name} is not installed")
                self.assertEqual([row[2] for row in theirs], [row[2] for row in rows])
                for mine, other in zip(rows, theirs):
                    self.assertLess(abs(mine[0] - other[0]), 300 if name == "dpkt" else 1, "dpkt has floats")
                    self.assertIn(other[1], (None, mine[1]))
                    self.assertIn(other[3], (None, mine[3]))
        return rows

    def check_readers(self, relay, exporter):
        for program in ("tshark", "tcpdump", "capinfos", "editcap"):
            harness.require_program(program)
        number = self.get_json(exporter, PATTERN)["evidence"][0]["id"]
        rows = self.assert_read_alike(self.file_of(exporter, f"{PATTERN}/{number}.pcapng", "fetched.pcapng"))
        self.assertEqual([row[3] for row in rows[:2]], ["control request", "control answer"])
        written = os.path.join(harness.scratch_dir(), "written.pcapng")
        done = self.run_program(relay.left, "ipsla", "probe", harness.RIGHT, "--count=20", "--interval=10", "--timeout=1s",
                                f"--write={written}")
        self.assertEqual(done.code, 0, done.evidence)
        self.assert_read_alike(written)

    def check_failed_and_names(self, exporter):
        item, = self.get_json(exporter, "/api/v1/targets/silent/evidence")["evidence"]
        self.assertEqual((item["why"], item["outcome"]), (["failed"], "port_unreachable"))
        evidence = self.get_json(exporter, f"/api/v1/targets/silent/evidence/{item['id']}.json")
        self.assertEqual({(packet["role"], packet["direction"]) for packet in evidence["packets"]}, {("control", "out")})
        odd = "/api/v1/targets/odd%20name%2F%22x%22/evidence"
        self.assertEqual(exporter.request("GET", odd)[0], 200)
        number = self.get_json(exporter, PATTERN)["evidence"][0]["id"]
        headers, _ = self.get(exporter, f"{PATTERN}/{number}.pcapng")
        self.assertRegex(headers["Content-Disposition"], r'^attachment; filename="pattern-\d{8}T\d{6}\.\d{3}Z\.pcapng"$')
        self.assertEqual(headers["Content-Type"], "application/x-pcapng")
        for path in ("/api/v1/targets/nobody/evidence", f"{PATTERN}/1.pcapng", f"{PATTERN}/x.json", f"{PATTERN}/{number}"):
            self.assertEqual(exporter.request("GET", path)[0], 404, path)

    def test_what_is_kept(self):
        """Only what the section says; nothing with size 0."""
        namespace = harness.Namespace()
        for section, kept in (("", 1), ("evidence: {size: 0}", 0), ("evidence: {failed: false}", 0)):
            with self.subTest(section=section):
                exporter = harness.Exporter(namespace, f"{section}\ntargets: [{SILENT}]\n")
                exporter.wait_metrics(lambda metrics: metrics.total("ipsla_operations_total") == 1, "measured")
                self.assertEqual(len(self.get_json(exporter, "/api/v1/targets/silent/evidence")["evidence"]), kept)
                exporter.process.stop()


if __name__ == "__main__":
    harness.main()
