# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""/config and `ipsla check --print`: the configuration in force, without secrets, as a file that makes the same again."""
import base64
import os
import shutil
import subprocess

import harness

SECRET = "correct-horse"
HASH = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"  # of "secret"
WEB = f"""basic_auth_users: {{prometheus: '{HASH}'}}
http_server_config: {{headers: {{X-Frame-Options: deny}}}}
rate_limit: {{interval: 1ms, burst: 1000}}
"""
CONFIG = """
defaults: {frequency: 10s, start: now, timeout: 1s}
keys: [{id: 7, algorithm: md5, secret_file: "${FOLDER}/key.secret"}]
modules:
  voice: {codec: g729a, dscp: ef}
target_files: ['targets-*.yml']
targets:
  - {name: paris, host: 192.0.2.1, module: voice, control: {key: 7}, labels: {site: "a: 'b'"}}
  - {host: 192.0.2.2, limits: {loss: 1%}}
responder: {listen: ['127.0.0.1:1967'], allow: [127.0.0.0/8], keys: [7]}
"""
EXAMPLES = ["config/ipsla.example.yml", "config/quickstart.yml", "config/installed.yml", "config/examples/campus.yml", "config/examples/ipv6-keys.yml",
            "config/examples/voice.yml", "config/examples/vrf.yml"]


class EffectiveTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.folder = os.path.join(harness.scratch_dir(), self.id().rpartition(".")[2])
        os.mkdir(self.folder)
        self.secret = self.write("key.secret", SECRET + "\n")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)
        return path

    def printed(self, path):
        done = self.run_program(self.namespace, "ipsla", "check", "--print", path)
        self.assertEqual(done.code, 0, done.evidence)
        return done.stdout

    def assert_loads_again(self, text):
        """With the secrets put back it prints the same: every value of every key is the same."""
        again = self.write("again.yml", text.replace("<secret>", self.secret))
        self.assertEqual(self.printed(again), text)

    def start(self, *flags):
        self.write("targets-a.yml", "- {targets: [a1, a2], labels: {__ttl__: '7'}}\n")
        environment = dict(os.environ, FOLDER=self.folder)
        with self.namespace.entered():
            process = subprocess.Popen(
                [harness.program("ipsla_exporter"), "--config.file", self.write("ipsla.yml", CONFIG),
                 "--config.expand-environment-variables", "--web.enable-lifecycle",
                 "--web.config.file", self.write("web.yml", WEB), *flags],
                stderr=subprocess.PIPE, env=environment, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        for line in process.stderr:
            if 'msg="listening" address' in line:
                break
        self.addCleanup(process.stderr.close)

    def ask(self, path, *flags, user="prometheus:secret"):
        with self.namespace.entered():
            done = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", *(["-u", user] if user else []), *flags,
                                   f"http://127.0.0.1:10967{path}"], stdout=subprocess.PIPE, text=True, check=True)
        body, _, code = done.stdout.rpartition("\n")
        return int(code), body

    def test_the_exporter_shows_what_it_goes_by(self):
        self.start()
        self.assertEqual(self.ask("/config", user=None)[0], 401)
        self.assertEqual(self.ask("/config", user="prometheus:wrong")[0], 401)
        code, text = self.ask("/config")
        self.assertEqual(code, 200, text)
        for wanted in ("targets:\n  - name: paris\n    host: 192.0.2.1\n    operation: udp-jitter\n    frequency: 10s\n",
                       "    codec: g729a\n    codec_num_packets: 1000\n", "    secret_file: <secret>\n", "      key: 7\n",
                       "    labels: {site: 'a: ''b'''}\n", "    limits:\n      loss: 1%\n", "  keys: [7]\n",
                       f"# target_files: [{self.folder}/targets-*.yml]\n", f"  # from {self.folder}/targets-a.yml\n  - name: a1\n",
                       "    ttl: 7\n", "modules:\n  voice:\n", "# basic_auth_users:\n#   prometheus: <secret>\n",
                       "#     X-Frame-Options: deny\n", "# rate_limit:\n#   interval: 1ms\n#   burst: 1000\n"):
            self.assertIn(wanted, text)
        self.assert_loads_again(text.partition("# The web configuration")[0].replace("# target_files", "# files")
                                .replace(f"# files: [{self.folder}/targets-*.yml]\n", "")
                                .replace(f"  # from {self.folder}/targets-a.yml\n", ""))
        self.write("targets-a.yml", "- {targets: [b1]}\n")
        harness.wait_for(lambda: "name: b1\n" in self.ask("/config")[1], lambda: self.ask("/config")[1])
        self.assertNotIn("name: a1\n", self.ask("/config")[1])
        self.assertIn('<a href="./config">', self.ask("/")[1])

    def test_no_secret_is_in_it(self):
        self.start()
        for text in (self.ask("/config")[1], self.ask("/config", "-H", "Accept-Encoding: gzip", "--compressed")[1]):
            for secret in (SECRET, "key.secret", HASH, HASH[7:], base64.b64encode(SECRET.encode()).decode(), SECRET.encode().hex()):
                self.assertNotIn(secret, text)

    def test_a_shard_shows_its_own(self):
        self.start("--shard=1/2")
        first = self.ask("/config")[1]
        self.assertLess(first.count("  - name: "), 4)
        self.assertEqual(first.count("  - name: "), int(self.ask("/metrics")[1].count("\nipsla_operations_total{")))

    def test_the_responder_shows_its_settings(self):
        process = harness.Process(self.namespace, [
            harness.program("ipsla_responder"), "--listen-address=:1967", "--listen-address=127.0.0.1:1970", "--max-sessions=77",
            f"--key=9:hmac-sha256:{self.secret}", "--web.listen-address=127.0.0.1:10967"])
        harness.wait_for(lambda: "10967" in process.stderr(), process.evidence)
        text = self.ask("/config", user=None)[1]
        self.assertIn("responder:\n  listen: [1967, '127.0.0.1:1970']\n", text)
        self.assertIn("  max_sessions: 77\n", text)
        self.assertNotIn(SECRET, text)
        again = self.printed(self.write("responder.yml", text.replace("<secret>", self.secret)))
        self.assertIn(text[text.index("responder:"):], again)

    def test_the_examples_are_the_same_again(self):
        for name in EXAMPLES:
            path = os.path.join(self.folder, os.path.basename(name))
            shutil.copy(os.path.join(harness.SOURCE_DIR, name), path)
            shutil.copy(self.secret, os.path.join(self.folder, "key7.secret"))
            with self.subTest(name):
                self.assert_loads_again(self.printed(path))
        made = subprocess.run(["sh", os.path.join(harness.SOURCE_DIR, "config/examples/generate.sh"), "300"], stdout=subprocess.PIPE,
                              text=True, check=False)
        if made.returncode == 0 and "targets:" in made.stdout:
            self.assert_loads_again(self.printed(self.write("made.yml", made.stdout)))

    def test_what_is_wrong_is_not_printed(self):
        done = self.run_program(self.namespace, "ipsla", "check", "--print", self.write("wrong.yml", "targets: [{hots: a}]\n"))
        self.assertEqual((done.code, done.stdout), (2, ""), done.evidence)


if __name__ == "__main__":
    harness.main()
