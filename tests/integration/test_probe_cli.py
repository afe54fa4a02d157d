# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""ipsla probe against ipsla_responder: results, fields, words, exit codes."""

import re
import socket

import harness

MOMENTS = ("count", "min", "avg", "max")
SIGNED = ("count", "sum", "sum2", "min", "max")


class ProbeCliTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def probe(self, *arguments):
        return self.run_program(self.namespace, "ipsla", "probe", "127.0.0.1", *arguments)

    def test_udp_jitter_json(self):
        self.responder(self.namespace)
        done = self.probe("--operation", "udp-jitter", "--port", "16384", "--count", "10",
                          "--output", "json")
        self.assertEqual(done.code, 0, done.evidence)
        self.assertEqual(done.stderr, "")
        result = done.json()
        self.assertEqual(result["operation"], "udp-jitter")
        self.assertEqual(result["target"],
                         {"host": "127.0.0.1", "address": "127.0.0.1", "port": 16384})
        self.assertEqual((result["outcome"], result["return_code"]), ("ok", 1))
        self.assert_counts(result["packets"], 10, done.evidence)
        self.check_times(result)

    def test_nothing_is_missed_but_by_lateness(self):
        """A busy machine may miss packets in one operation and in the next, but not in every one."""
        self.responder(self.namespace)
        said = []

        def is_complete():
            said.append(self.probe("--output", "json").json()["packets"])
            return said[-1]["received"] == 10

        harness.wait_for(is_complete, lambda: f"an operation without a missed packet: {said[-1]}")

    def check_times(self, result):
        self.assertGreater(result["start_timestamp"], 1.7e9)
        packets = result["packets"]
        least = 0 if packets["missed"] else 0.18
        self.assertBetween(result["duration_seconds"], least, harness.PATIENCE, "10 packets, 20 ms apart")
        control = result["control"]
        self.assertEqual((control["version"], control["auth"], control["retries"]), (1, "none", 0))
        self.assertGreater(control["rtt_seconds"], 0)
        rtt = result["rtt_seconds"]
        self.assertEqual(rtt["count"], packets["received"])
        self.assertBetween(rtt["avg"], rtt["min"], rtt["max"], "average")
        self.assertTrue(0 <= rtt["min"] <= rtt["p50"] <= rtt["p95"] <= rtt["p99"] <= rtt["max"], rtt)
        self.assertGreaterEqual(rtt["stddev"], 0)
        for direction in ("sd", "ds"):
            self.assertLessEqual(set(MOMENTS), set(result["one_way_delay_seconds"][direction]))
            jitter = result["jitter_seconds"][direction]
            self.assert_pairs(jitter["samples"], packets)
            self.assertLessEqual({"avg", "interarrival"}, set(jitter))
            for sign in ("positive", "negative"):
                self.assertLessEqual(set(SIGNED), set(jitter[sign]))
        self.assertIsNone(result["voice"])
        self.assertEqual(result["timestamps"], {"tx": "kernel", "rx": "kernel"})

    def test_timestamps(self):
        """Whose times were taken is told, and no kernel is needed for one's own."""
        namespace = harness.Namespace()
        self.responder(namespace)
        for who, source in (("auto", "kernel"), ("kernel", "kernel"), ("user", "user")):
            for operation in ("udp-jitter", "udp-echo"):
                done = self.run_program(namespace, "ipsla", "probe", "127.0.0.1", "--output=json",
                                        f"--operation={operation}", f"--timestamps={who}")
                result = done.json()
                self.assertEqual(result["timestamps"], {"tx": source, "rx": source}, done.evidence)
                self.assertEqual(result["rtt_seconds"]["count"], result["packets"]["received"])
        # A device without such an adapter: the kernel's times, and a line that says so.
        done = self.run_program(namespace, "ipsla", "probe", "127.0.0.1", "--timestamps=hardware",
                                "--interface=lo", "--output=json")
        self.assertEqual(done.json()["timestamps"], {"tx": "kernel", "rx": "kernel"})
        self.assertIn("no hardware timestamps", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        for flags, what in ((["--timestamps=hardware"], "needs --interface"),
                            (["--timestamps=tea"], "auto, user, kernel, hardware")):
            done = self.run_program(namespace, "ipsla", "probe", "127.0.0.1", *flags)
            self.assertEqual(done.code, 2)
            self.assertIn(what, done.stderr)

    def test_udp_echo(self):
        self.responder(self.namespace)
        done = self.probe("--operation=udp-echo", "--port=7001", "--output=json")
        self.assertEqual(done.code, 0, done.evidence)
        result = done.json()
        self.assertEqual(result["operation"], "udp-echo")
        self.assertEqual((result["packets"]["sent"], result["packets"]["received"]), (1, 1))
        self.assertEqual(result["rtt_seconds"]["count"], 1)

    def test_several_echoes(self):
        self.responder(self.namespace)
        echoes = ("--operation=udp-echo", "--port=7001", "--num-packets=20", "--interval=10ms")
        done = self.probe(*echoes, "--output=json")
        self.assertEqual(done.code, 0, done.evidence)
        result = done.json()
        self.assert_counts(result["packets"], 20, done.evidence)
        self.assertEqual(result["rtt_seconds"]["count"], result["packets"]["received"])
        self.assertIsNone(result["jitter_seconds"]["avg"])
        text = self.probe(*echoes).stdout
        for words in ("Number Of RTT: ", "RTT Min/Avg/Max: ", "Packet Loss: ", "RTT percentiles 50/95/99: "):
            self.assertIn(words, text)
        for words in ("Jitter", "Source to Destination", "Unprocessed"):
            self.assertNotIn(words, text)
        plugin = self.probe(*echoes, "--output=nagios", "--warning=loss=1%").stdout
        self.assertIn(" loss=", plugin)

    def test_text_uses_the_words_of_ios(self):
        self.responder(self.namespace)
        done = self.probe("--port", "16384", "--count", "10")
        self.assertEqual(done.code, 0, done.evidence)
        words = ("Type of operation: udp-jitter", "Latest RTT", "Latest operation start time",
                 "Latest operation return code: OK", "RTT Values", "Number Of RTT: ",
                 "RTT Min/Avg/Max", "Latency one-way time", "Jitter Time",
                 "Number of SD Jitter Samples: ", "Number of DS Jitter Samples: ",
                 "Over Threshold", "Packet Loss Values", "Loss Source to Destination: 0",
                 "Out Of Sequence: 0", "Tail Drop: 0", "Packet Late Arrival: 0", "Packet Skipped: ",
                 "Number of successes: 1", "Number of failures: 0")
        place = -1
        for word in words:
            found = done.stdout.find(word)
            self.assertNotEqual(found, -1, f"{word!r} is missing:\n{done.stdout}")
            if word not in ("Number of successes: 1", "Number of failures: 0"):
                self.assertGreater(found, place, f"{word!r} is out of order:\n{done.stdout}")
                place = found
        numbers = {name: int(value) for name, value in re.findall(r"([A-Z][A-Za-z ]+): (\d+)\b", done.stdout)}
        count, skipped = numbers["Number Of RTT"], numbers["Packet Skipped"]
        self.assertEqual(count + skipped, 10, done.stdout)
        for way in ("SD", "DS"):
            self.assertBetween(numbers[f"Number of {way} Jitter Samples"], 0 if skipped else 9, count - 1, way)

    def test_no_responder(self):
        done = self.probe("--port", "16384", "--output", "json")
        self.assertEqual(done.code, 1, done.evidence)
        result = done.json()
        self.assertEqual(result["outcome"], "port_unreachable")
        self.assertEqual(result["icmp"], {"type": 3, "code": 3, "kind": "port unreachable", "from": "127.0.0.1"})
        self.assertEqual(result["packets"]["sent"], 0)
        self.assertEqual(result["rtt_seconds"]["count"], 0)
        self.assertIsNone(result["control"]["rtt_seconds"])

    def test_responder_that_does_not_answer(self):
        silent = self.namespace.udp("127.0.0.1", 1967)
        self.addCleanup(silent.close)
        done = self.probe("--control-timeout=200ms", "--output", "json")
        self.assertEqual(done.code, 1, done.evidence)
        result = done.json()
        self.assertEqual((result["outcome"], result["return_code"]), ("no_connection", 6))
        self.assertEqual(result["control"]["retries"], 2)
        silent.setblocking(False)
        requests = [silent.recv(100) for _ in range(3)]
        self.assertEqual(len({request[1] for request in requests}), 3, "a fresh id each")
        self.assertRaises(BlockingIOError, silent.recv, 100)
        text = self.probe("--port", "16384", "--control-timeout", "100ms")
        self.assertEqual(text.code, 1, text.evidence)
        self.assertIn("No connection", text.stdout)

    def test_wrong_usage(self):
        wrong = (["probe"], ["probe", "a", "b"], ["prove", "127.0.0.1"], [],
                 ["probe", "127.0.0.1", "--prot", "5"],
                 ["probe", "127.0.0.1", "--port", "65536"],
                 ["probe", "127.0.0.1", "--port", "5", "--count", "0"],
                 ["probe", "127.0.0.1", "--port", "5", "--operation", "udp-chatter"],
                 ["probe", "127.0.0.1", "--port", "5", "--output", "xml"],
                 ["probe", "127.0.0.1", "--port", "5", "--timeout", "5x"],
                 ["probe", "127.0.0.1", "--operation", "udp-echo", "--source-port", "5", "--size", "11"])
        for arguments in wrong:
            with self.subTest(arguments=arguments):
                done = self.run_program(self.namespace, "ipsla", *arguments)
                self.assertEqual(done.code, 2, done.evidence)
                self.assertTrue(done.stderr.strip(), done.evidence)

    def test_help_and_version(self):
        for name in ("ipsla", "ipsla_exporter", "ipsla_responder"):
            for flag in ("--help", "--version"):
                with self.subTest(program=name, flag=flag):
                    done = self.run_program(self.namespace, name, flag)
                    self.assertEqual(done.code, 0, done.evidence)
                    self.assertTrue(done.stdout.strip(), done.evidence)
                    self.assertEqual(done.stderr, "", done.evidence)

    def test_help_for_a_word(self):
        """As people ask for it: all of these are `ipsla probe --help`, or that of the program."""
        wanted = self.run_program(self.namespace, "ipsla", "probe", "--help").stdout
        for arguments in ["help", "probe"], ["--help", "probe"]:
            done = self.run_program(self.namespace, "ipsla", *arguments)
            self.assertEqual((done.code, done.stdout), (0, wanted), done.evidence)
        done = self.run_program(self.namespace, "ipsla", "help")
        self.assertEqual(done.stdout, self.run_program(self.namespace, "ipsla", "--help").stdout, done.evidence)
        self.assertEqual(self.run_program(self.namespace, "ipsla", "help", "prob").code, 2)

    def test_output_that_cannot_be_written(self):
        """A full disk is no success."""
        for arguments in ["ipsla", "voice-table"], ["ipsla", "--help"], ["ipsla_exporter", "--config.print-schema"]:
            command = " ".join([harness.program(arguments[0]), *arguments[1:]])
            done = harness.Finished(harness.Process(self.namespace, ["sh", "-c", f"exec {command} >/dev/full"]))
            self.assertEqual(done.code, 2, done.evidence)
            self.assertIn("the output cannot be written", done.stderr)

    def test_local_failure(self):
        """No route: our own host's fault, said as such."""
        done = self.run_program(self.namespace, "ipsla", "probe", "192.0.2.1", "--port", "16384",
                                "--output", "json")
        self.assertEqual(done.code, 1, done.evidence)
        self.assertEqual(done.json()["outcome"], "local")

    def test_source_port_is_that_of_control_and_probes(self):
        with self.namespace.entered():
            spy = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
        self.addCleanup(spy.close)
        spy.setblocking(False)  # whatever was sent is there when the program has ended
        self.responder(self.namespace)
        done = self.probe("--port", "16384", "--count", "3")
        self.assertEqual(done.code, 0, done.evidence)
        sources = {}
        try:
            while True:
                packet = spy.recv(2048)
                source, destination = (int.from_bytes(packet[at:at + 2], "big") for at in (20, 22))
                sources.setdefault(destination, set()).add(source)
        except BlockingIOError:
            pass
        self.assertEqual(sources[1967], sources[16384])
        self.assertEqual(len(sources[1967]), 1)


if __name__ == "__main__":
    harness.main()
