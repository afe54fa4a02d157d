# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Keys in the configuration of one exporter that is both sides: what fits measures, what does not fails with the
reason auth and opens nothing, and no secret shows up anywhere. All combinations: test_matrix.py."""

import os

import harness

SECRET, OTHER = "correct-horse-7", "battery-staple"


def write_secret(name, secret):
    path = harness.write_file(name, secret + "\n")
    os.chmod(path, 0o600)
    return path


class AuthTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.secret = write_secret("key7.secret", SECRET)
        self.other = write_secret("other.secret", OTHER)

    def test_exporter(self):
        """Sender and responder in one exporter; a wrong secret shows as reason auth."""
        config = f"""
keys:
  - {{id: 7, algorithm: hmac-sha256, secret_file: key7.secret}}
  - {{id: 8, algorithm: hmac-sha256, secret_file: {self.other}}}
  - {{id: 5, algorithm: md5, secret_file: key7.secret}}
defaults: {{frequency: 1s, timeout: 1s, num_packets: 2, interval: 4ms}}
targets:
  - {{name: good, host: 127.0.0.1, port: 20001, control: {{version: 2, key: 7}}}}
  - {{name: wrong, host: 127.0.0.1, port: 20002, control: {{version: 2, key: 8}}}}
  - {{name: missing, host: 127.0.0.1, port: 20003, control: {{version: 2}}}}
  - {{name: old, host: 127.0.0.1, port: 20004, control: {{key: 5, auth_layout: hmac}}}}
responder: {{keys: [7, 5], listen: ['127.0.0.1:1967', '127.0.0.1:1167']}}
"""
        exporter = harness.Exporter(self.namespace, config)
        failures = "ipsla_operation_failures_total"

        def has_run(metrics):
            run = {dict(labels)["target"]: value
                   for labels, value in metrics.all("ipsla_operation_success").items()}
            return run == {"good": 1, "old": 1, "wrong": 0, "missing": 0}

        metrics = exporter.wait_metrics(has_run, "two succeed and two fail")
        reasons = {(dict(labels)["target"], dict(labels)["reason"])
                   for labels, value in metrics.all(failures).items() if value}
        self.assertEqual(reasons, {("wrong", "auth"), ("missing", "auth")})
        infos = {dict(labels)["target"]: (dict(labels)["control"], dict(labels)["auth"])
                 for labels in metrics.all("ipsla_target_info")}
        self.assertEqual(infos["good"], ("v2", "hmac-sha256"))
        self.assertEqual(infos["old"], ("v1", "md5"))
        layouts = [dict(labels)["layout"] for labels in metrics.all("ipsla_control_auth_layout_info")]
        self.assertEqual(layouts, ["hmac"])
        for port in (20002, 20003):
            self.assertFalse(harness.has_udp_listener(self.namespace, port))
        for secret in (SECRET, OTHER):
            self.assertNotIn(secret, metrics.text)
            self.assertNotIn(secret, exporter.process.stderr())
            with open(f"/proc/{exporter.process.pid}/cmdline", encoding="utf-8") as file:
                self.assertNotIn(secret, file.read())

    def test_configuration(self):
        """What is wrong with keys is said with its place, and without the secret."""
        config = harness.write_file("bad.yml", """
keys:
  - {id: 7, algorithm: sha256, secret_file: key7.secret}
  - {id: 9, algorithm: sha256, secret_file: nowhere.secret}
targets:
  - {name: a, host: 127.0.0.1, port: 20001, control: {key: 7}}
  - {name: b, host: 127.0.0.1, port: 20001, control: {version: 2, key: 8}}
responder: {keys: [7, 10]}
""")
        os.chmod(self.secret, 0o644)
        done = self.run_program(self.namespace, "ipsla", "check", config)
        said = done.stderr
        self.assertEqual(done.code, 2)
        for line in ("keys[0].secret_file: this file can be read by every user",
                     "keys[1].secret_file: this file does not exist",
                     "targets[0].control.key: key 7 is of algorithm sha256, which version 1 has not",
                     "targets[1].control.key: '8' is the id of no key",
                     "responder.keys[1]: '10' is the id of no key"):
            self.assertIn(line, said)
        self.assertNotIn(SECRET, said)

    def test_a_secret_in_the_place_of_its_file_is_not_printed(self):
        config = harness.write_file("bad.yml", "keys: [{id: 7, algorithm: sha256, secret_file: %s}]\n" % SECRET)
        done = self.run_program(self.namespace, "ipsla", "check", config)
        self.assertEqual(done.code, 2)
        self.assertIn("keys[0].secret_file: this file does not exist", done.stderr)
        self.assertNotIn(SECRET, done.stdout + done.stderr)

    def test_forbidden_algorithm(self):
        """A system whose policy has no MD5 says so at start, not at the first request."""
        policy = harness.write_file("policy.cnf", "openssl_conf = init\n[init]\nalg_section = algorithms\n"
                                    "[algorithms]\ndefault_properties = fips=yes\n")
        config = harness.write_file("md5.yml", "keys: [{id: 7, algorithm: md5, secret_file: key7.secret}]\n"
                                    "responder: {keys: [7]}\n")
        for command in (("ipsla_responder", f"--key=7:md5:{self.secret}"), ("ipsla", "check", config),
                        ("ipsla_exporter", "--config.check", f"--config.file={config}")):
            done = harness.Finished(harness.Process(self.namespace, [
                harness.require_program("env"), f"OPENSSL_CONF={policy}", harness.program(command[0]), *command[1:]]))
            self.assertEqual(done.code, 2, done.evidence)
            self.assertIn("the cryptographic policy of this system", done.stderr)


if __name__ == "__main__":
    harness.main()
