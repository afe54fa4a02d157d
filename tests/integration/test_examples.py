# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The files of config/examples: checked by the exporter, and each target measured once, in networks that have the
addresses and names of the files."""

import glob
import os
import re
import shutil
import subprocess

import harness

EXAMPLES = os.path.join(harness.SOURCE_DIR, "config/examples")
FILES = ("campus.yml", "voice.yml", "vrf.yml", "ipv6.yml", "many.yml")
TARGETS = {"campus.yml": 30, "voice.yml": 3, "vrf.yml": 6, "ipv6.yml": 3, "many.yml": 2000}
BOTH = ("--listen-address=0.0.0.0:1967", "--listen-address=[::]:1967")


class ExamplesTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        harness.require_program("ip")
        cls.folder = os.path.join(harness.scratch_dir(), "examples")
        os.makedirs(cls.folder)
        for path in glob.glob(os.path.join(EXAMPLES, "*.yml")):
            shutil.copy(path, cls.folder)
        with open(os.path.join(cls.folder, "many.yml"), "w", encoding="utf-8") as file:
            subprocess.run(["sh", os.path.join(EXAMPLES, "many.sh")], stdout=file, check=True)
        cls.key = harness.write_file("examples/key-7", "seven\n")
        os.chmod(cls.key, 0o600)

    def path(self, name):
        return os.path.join(self.folder, name)

    def ip(self, namespace, *commands):
        for command in commands:
            with namespace.entered():
                done = subprocess.run(["ip", *command.split()], check=False, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, f"ip {command}: {done.stderr}")

    def measure(self, namespace, name, *flags, hosts=""):
        """ipsla probe --all where the names of the file stand for the addresses of `hosts`."""
        command = harness.with_hosts(hosts, harness.program("ipsla"), "probe", "--config", self.path(name), "--all",
                                     *flags)
        return harness.Finished(harness.Process(namespace, command))

    def assert_all_measured(self, done, name):
        self.assertEqual((done.code, done.stderr), (0, ""), done.evidence)
        self.assertRegex(done.stdout.splitlines()[-1], rf"^{TARGETS[name]} targets: \d+ ok, \d+ degraded, 0 failed$")

    def test_are_all_checked(self):
        """Here is a test for each, and the exporter has nothing to say about any of them."""
        self.assertEqual(sorted(os.listdir(EXAMPLES)), sorted([*FILES[:-1], "many.sh"]))
        self.assertEqual(sorted(TARGETS), sorted(FILES))
        namespace = harness.Namespace()
        for name in FILES:
            done = self.run_program(namespace, "ipsla_exporter", f"--config.file={self.path(name)}", "--config.check")
            self.assertEqual((done.code, done.stderr), (0, ""), done.evidence)
            self.assertIn(f"{name}: ok, {TARGETS[name]} targets", done.stdout)
        done = self.run_program(namespace, "ipsla", "check", *map(self.path, FILES))
        self.assertEqual((done.code, len(done.stdout.splitlines())), (0, len(FILES)), done.evidence)

    def test_campus(self):
        with open(self.path("campus.yml"), encoding="utf-8") as file:
            text = file.read()
        self.assertLessEqual(len(text.splitlines()), 45)
        names = re.findall(r"[a-z0-9-]+\.example\.net", text)
        self.assertEqual(len(set(names)), 30)
        hosts = "".join(f"127.0.1.{i} {name}\n" for i, name in enumerate(names, 1))
        namespace = harness.Namespace()
        self.responder(namespace)
        self.assert_all_measured(self.measure(namespace, "campus.yml", hosts=hosts), "campus.yml")

    def test_voice(self):
        namespace = harness.Namespace()
        self.responder(namespace)
        hosts = "".join(f"127.0.1.1 {site}.example.net\n" for site in ("lyon", "oslo", "ship"))
        done = self.measure(namespace, "voice.yml", hosts=hosts)
        self.assert_all_measured(done, "voice.yml")
        self.assertEqual(len(re.findall(r"  4\.\d\d\b", done.stdout)), 3, done.evidence)

    def test_vrf(self):
        """A plain device of that name stands for the VRF: not every kernel has those."""
        near, far = harness.Namespace(), harness.Namespace()
        self.ip(near, f"link add customer-a type veth peer name far netns {far.path}",
                "addr add 192.0.2.10/30 dev customer-a", "link set customer-a up")
        self.ip(far, "addr add 192.0.2.9/30 dev far", "link set far up", "route add local 198.51.100.0/24 dev lo")
        self.ip(near, "route add 198.51.100.0/24 via 192.0.2.9")
        self.responder(far)
        self.assert_all_measured(self.measure(near, "vrf.yml"), "vrf.yml")

    def test_ipv6(self):
        namespace = harness.Namespace()
        harness.require_ipv6(namespace)
        self.ip(namespace, "addr add 2001:db8::1/128 dev lo nodad", "addr add 2001:db8::2/128 dev lo nodad")
        self.responder(namespace, *BOTH, "--listen-address=1167", f"--key=7:hmac-sha256:{self.key}")
        hosts = "2001:db8::2 lyon.example.net\n127.0.1.1 lyon.example.net\n"
        done = self.measure(namespace, "ipv6.yml", hosts=hosts)
        self.assert_all_measured(done, "ipv6.yml")
        done = self.measure(namespace, "ipv6.yml", "--output=json", hosts=hosts)
        for address in ("2001:db8::1", "2001:db8::2", "127.0.1.1"):
            self.assertIn(f'"address": "{address}"', done.stdout)
        self.assertEqual(done.stdout.count('"auth": "hmac-sha256"'), 3, done.evidence)

    def test_many(self):
        namespace = harness.Namespace()
        self.ip(namespace, "route add local 10.0.0.0/8 dev lo")
        self.responder(namespace, "--max-sessions=4000")
        done = self.measure(namespace, "many.yml")
        self.assert_all_measured(done, "many.yml")
        names = [line.split()[0] for line in done.stdout.splitlines()[1:-1]]
        self.assertEqual(names, [f"rtr{i:04}" for i in range(2000)])

    def test_an_inventory_of_ones_own(self):
        inventory = harness.write_file("inventory.csv", "a,192.0.2.1,x\nb,b.example.net,y\n")
        done = subprocess.run(["sh", os.path.join(EXAMPLES, "many.sh"), inventory], capture_output=True, text=True,
                              check=True)
        self.assertTrue(done.stdout.endswith("targets:\n  - {name: a, host: 192.0.2.1, labels: {site: x}}\n"
                                             "  - {name: b, host: b.example.net, labels: {site: y}}\n"), done.stdout)


if __name__ == "__main__":
    harness.main()
