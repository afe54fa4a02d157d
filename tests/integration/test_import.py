# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""`ipsla import` on the corpus of tests/unit/import: every line that belongs to IP SLA has a fate (as counted by another program), the
configuration passes `ipsla check`, the rules pass promtool; exit statuses, standard input, and memory that the input does not determine."""

import glob
import importlib.util
import json
import os
import shutil
import subprocess
import unittest

import harness

UNIT = os.path.join(harness.SOURCE_DIR, "tests/unit/import")
ROUTERS = sorted(glob.glob(f"{UNIT}/corpus/*.cfg"))
EVERYTHING = sorted(glob.glob(f"{UNIT}/corpus/*"))
MEMORY_BYTES = 60e6
DEVICE = """hostname r{0}
interface GigabitEthernet0/0
 description to the core, nothing about operations
 ip address 198.51.100.1 255.255.255.0
ip sla 1
 udp-jitter 192.0.2.1 16384 num-packets 20
 frequency 30
 tag site-{0}
ip sla schedule 1 life forever start-time now
"""


def load_counter():
    spec = importlib.util.spec_from_file_location("count", f"{UNIT}/count.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.count


def files_of(path):
    return sorted(glob.glob(f"{path}/*")) if os.path.isdir(path) else [path]


class ImportTest(unittest.TestCase):
    def ipsla(self, *arguments, **more):
        return subprocess.run([harness.program("ipsla"), *arguments], capture_output=True, text=True, check=False, timeout=60,
                              **more)

    def test_every_line_has_a_fate(self):
        count = load_counter()
        self.assertGreaterEqual(len(EVERYTHING), 90)
        for path in ROUTERS:
            with self.subTest(os.path.basename(path)), open(path, "rb") as file:
                devices = json.loads(self.ipsla("import", "--output", "json", path).stdout)["devices"]
                totals = [device["statements"] for device in devices]
                self.assertEqual(sum(total["total"] for total in totals), count(file.read()))
                for total in totals:
                    self.assertEqual(sum(total.values()), 2 * total["total"])

    def test_configurations_pass_the_check(self):
        for path in EVERYTHING:
            made = self.ipsla("import", *files_of(path)).stdout
            if made == "targets: []\n":
                continue
            with self.subTest(os.path.basename(path)):
                file = harness.write_file("imported.yml", made)
                checked = self.ipsla("check", file)
                self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_rules_pass_promtool(self):
        if shutil.which("promtool") is None:
            self.skipTest("promtool is not installed")
        rules = os.path.join(harness.scratch_dir(), "imported.rules.yml")
        for path in ROUTERS:
            with self.subTest(os.path.basename(path)):
                self.ipsla("import", "--rules", rules, path)
                checked = subprocess.run(["promtool", "check", "rules", rules], capture_output=True, text=True, check=False)
                self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_exit_statuses(self):
        whole, some = f"{UNIT}/corpus/crlf.cfg", f"{UNIT}/corpus/xe-history.cfg"
        self.assertEqual(self.ipsla("import", whole).returncode, 0)
        self.assertEqual(self.ipsla("import", some).returncode, 1)
        self.assertEqual(self.ipsla("import", f"{UNIT}/corpus/nothing.cfg").returncode, 2)
        self.assertEqual(self.ipsla("import", "absent.cfg").returncode, 2)
        self.assertEqual(self.ipsla("import").returncode, 2)
        self.assertEqual(self.ipsla("import", whole, "--format", "junos").returncode, 2)
        self.assertEqual(self.ipsla("import", whole, "--release", "11").returncode, 2)
        self.assertEqual(self.ipsla("import", whole, "--label", "site").returncode, 2)
        self.assertEqual(self.ipsla("import", whole, "--rules", "/nowhere/rules.yml").returncode, 2)

    def test_several_files_and_standard_input(self):
        made = self.ipsla("import", f"{UNIT}/corpus/crlf.cfg", "-", "--label", "site=^r([0-9]+)", input=DEVICE.format(7))
        self.assertIn("name: crlf-1\n", made.stdout)
        self.assertIn("labels: {device: r7, ip_sla: '1', site: '7'}", made.stdout)
        self.assertEqual(made.stderr, "ipsla import: 2 devices, 2 operations, 2 targets; 9 statements: 9 mapped\n")

    def test_memory_is_bounded(self):
        """Some 3 MB of many devices, and of one without an end."""
        for name, text in (("many", "".join(DEVICE.format(number) for number in range(10000))),
                           ("one", DEVICE.format(1) + "ip route 0.0.0.0 0.0.0.0 192.0.2.1 track 9\nip sla 5\n" * 60000)):
            with self.subTest(name):
                file = harness.write_file("large.cfg", text)
                process = subprocess.Popen([harness.program("ipsla"), "import", file], stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL)
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                os.remove(file)
                self.assertIn(process.returncode, (0, 1))
                self.assertLess(usage.ru_maxrss * 1024, MEMORY_BYTES)


if __name__ == "__main__":
    harness.main()
