# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""A call through the real programs: scores of a clean loopback, of a call that nobody answers, and
what the packets of each codec look like."""

import socket

import harness

CONFIG = """
defaults: {frequency: 2s, timeout: 2s}
responder: {listen: ['127.0.0.1:1967']}
targets:
  - {name: call, host: 127.0.0.1, port: 16384, module: voice_g729a, codec_num_packets: 20, codec_interval: 4ms}
  - {name: plain, host: 127.0.0.1, port: 16386}
"""


class VoiceTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def probe(self, *arguments):
        return self.run_program(self.namespace, "ipsla", "probe", "127.0.0.1", *arguments)

    def test_scores_on_loopback(self):
        """Loss and delay of loopback are nothing, so what is left is the codec."""
        self.responder(self.namespace)
        for codec, icpif, cisco, emodel, factor in (("g711ulaw", 1, 4.34, 4.41, 93.2),
                                                    ("g711alaw", 1, 4.34, 4.41, 93.2),
                                                    ("g729a", 11, 4.06, 4.10, 82.2)):
            with self.subTest(codec=codec):
                done = self.probe("--codec", codec, "--count=20", "--interval=4", "--output=json")
                self.assertEqual(done.code, 0, done.evidence)
                result = done.json()
                self.assert_counts(result["packets"], 20, done.evidence)
                self.assertEqual(result["voice"], {
                    "codec": codec, "icpif": icpif, "r_factor": factor,
                    "mos": {"cisco": cisco, "emodel_cq": emodel, "emodel_lq": emodel}})

    def test_advantage_and_words(self):
        self.responder(self.namespace)
        done = self.probe("--codec=g729a", "--count=5", "--interval=4", "--advantage-factor=10")
        self.assertEqual(done.code, 0, done.evidence)
        self.assertIn("Voice Score Values:\n"
                      "        Calculated Planning Impairment Factor (ICPIF): 1\n"
                      "        MOS score: 4.34\n"
                      "        E-model: R factor 92.2, MOS-CQ 4.39, MOS-LQ 4.39\n", done.stdout)

    def test_no_answer_has_no_score(self):
        done = self.probe("--codec=g711ulaw", "--output=json")
        self.assertEqual(done.code, 1, done.evidence)
        self.assertEqual(done.json()["voice"], {
            "codec": "g711ulaw", "icpif": None, "r_factor": None,
            "mos": {"cisco": None, "emodel_cq": None, "emodel_lq": None}})

    def test_packets_of_a_call(self):
        with self.namespace.entered():
            spy = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
        self.addCleanup(spy.close)
        spy.setblocking(False)  # whatever was sent is there when the program has ended
        self.responder(self.namespace)
        for arguments, size in ((["--codec=g711ulaw"], 172), (["--codec=g729a"], 32),
                                (["--codec=g711alaw", "--size=92"], 92)):
            with self.subTest(arguments=arguments):
                done = self.probe(*arguments, "--count=3", "--interval=4", "--output=json")
                self.assertEqual(done.code, 0, done.evidence)
                packets = done.json()["packets"]
                self.assert_counts(packets, 3, done.evidence)
                sizes = []
                try:
                    while True:
                        packet = spy.recv(2048)
                        if int.from_bytes(packet[22:24], "big") == 16384:
                            sizes.append(len(packet) - 28)
                except BlockingIOError:
                    pass
                self.assertEqual(sizes, [size] * packets["sent"])

    def test_wrong_usage(self):
        for arguments in (["--codec=g722"], ["--codec=g729a", "--operation=udp-echo"],
                          ["--advantage-factor=5"], ["--codec=g729a", "--advantage-factor=21"],
                          ["--codec=g729a", "--size=16385"]):
            with self.subTest(arguments=arguments):
                done = self.probe(*arguments)
                self.assertEqual(done.code, 2, done.evidence)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.evidence)

    def table(self, *arguments):
        return self.run_program(self.namespace, "ipsla", "voice-table", *arguments)

    def test_voice_table(self):
        """What a call scores on loopback is the corner of its table; each codec has one."""
        self.responder(self.namespace)
        whole = self.table()
        self.assertEqual((whole.code, whole.stderr), (0, ""), whole.evidence)
        for codec in ("g711ulaw", "g711alaw", "g729a"):
            with self.subTest(codec=codec):
                one = self.table("--codec", codec, "--advantage-factor=0")
                self.assertEqual(one.code, 0, one.evidence)
                self.assertIn(one.stdout, whole.stdout)
                corner = next(line for line in one.stdout.splitlines() if line.startswith("   0 %"))
                voice = self.probe("--codec", codec, "--count=5", "--interval=4", "--output=json").json()["voice"]
                self.assertEqual([float(word) for word in corner.split()[2:4]],
                                 [voice["icpif"], voice["mos"]["cisco"]])

    def test_voice_table_wrong_usage(self):
        for arguments in (["--codec=g722"], ["--advantage-factor=21"], ["--advantage-factor=x"], ["more"]):
            with self.subTest(arguments=arguments):
                done = self.table(*arguments)
                self.assertEqual((done.code, done.stdout), (2, ""), done.evidence)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.evidence)

    def test_metrics(self):
        exporter = harness.Exporter(self.namespace, CONFIG)
        metrics = exporter.wait_metrics(
            lambda m: all(m.get("ipsla_operation_success", target=name) == 1
                          for name in ("call", "plain")), "both targets to succeed")
        said = metrics.of("call")
        self.assertEqual(metrics.get("ipsla_packets_lost_total", target="call", direction="unknown"), 0, said)
        self.assertEqual(metrics.get("ipsla_icpif", target="call"), 11, said)
        self.assertEqual(metrics.get("ipsla_r_factor", target="call"), 82.2, said)
        for method, mos in (("cisco", 4.06), ("emodel_cq", 4.1), ("emodel_lq", 4.1)):
            self.assertEqual(metrics.get("ipsla_mos_score", target="call", method=method), mos, said)
        codecs = {dict(labels)["target"]: dict(labels)["codec"]
                  for labels in metrics.all("ipsla_target_info")}
        self.assertEqual(codecs, {"call": "g729a", "plain": ""})
        for name in ("ipsla_mos_score", "ipsla_icpif", "ipsla_r_factor"):
            self.assertEqual(metrics.all(name, target="plain"), {}, name)


if __name__ == "__main__":
    harness.main()
