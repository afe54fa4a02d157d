# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""deploy/sbom.sh lists the packages that are installed and the programs, in the form of CycloneDX, the same each time."""

import json
import os
import subprocess
import sys

import harness

SCRIPT = os.path.join(harness.SOURCE_DIR, "deploy/sbom.sh")
JUDGE = os.path.join(harness.SOURCE_DIR, "tests/sbom.py")


class SbomTest(harness.Case):
    def setUp(self):
        super().setUp()
        harness.require_program("dpkg-query")

    def write(self, *flags, **environment):
        done = subprocess.run(["sh", SCRIPT, *flags], capture_output=True, text=True, check=False, env={**os.environ, **environment})
        return done.returncode, done.stdout, done.stderr

    def judge(self, text):
        path = harness.write_file("parts.cdx.json", text)
        done = subprocess.run([sys.executable, "-B", JUDGE, path], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def test_programs_and_packages(self):
        programs = [harness.program(name) for name in ("ipsla", "ipsla_exporter")]
        flags = ("--version=1.2~git3", "--revision=abc", "--package=dpkg", "--package=libc6", *(f"--file={path}" for path in programs))
        code, text, said = self.write(*flags, SOURCE_DATE_EPOCH="86400")
        self.assertEqual(code, 0, said)
        parts = json.loads(text)
        self.assertEqual({part["name"] for part in parts["components"]}, {"dpkg", "libc6", "ipsla", "ipsla_exporter"})
        self.assertEqual(parts["metadata"]["timestamp"], "1970-01-02T00:00:00Z")
        self.assertEqual(self.judge(text)[0], 0, self.judge(text)[1])
        self.assertEqual(self.write(*flags, SOURCE_DATE_EPOCH="86400")[1], text)
        other = self.write(*flags[1:], "--version=2", SOURCE_DATE_EPOCH="86400")[1]
        self.assertNotEqual(json.loads(other)["serialNumber"], parts["serialNumber"])

    def test_everything_installed(self):
        text = self.write("--version=1")[1]
        listed = {part["name"] for part in json.loads(text)["components"]}
        there = subprocess.run(["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package}\\n"], capture_output=True, text=True,
                               check=True).stdout.splitlines()
        self.assertEqual(listed, {line.split()[1] for line in there if line.startswith("installed ")})
        self.assertEqual(self.judge(text)[0], 0, self.judge(text)[1])

    def test_faults(self):
        """What is not there is not left out in silence, and the judge sees what is wrong."""
        self.assertEqual(self.write()[0], 2)
        self.assertNotEqual(self.write("--version=1", "--package=no-such-package")[0], 0)
        self.assertNotEqual(self.write("--version=1", "--package=dpkg", "--file=/no/such/file")[0], 0)
        text = self.write("--version=1", "--package=dpkg")[1]
        for old, new in (("CycloneDX", "Cyclone"), ("pkg:deb/debian/dpkg@", "pkg:deb/dpkg@"), ("urn:uuid:", "urn:")):
            self.assertNotEqual(self.judge(text.replace(f'"{old}', f'"{new}'))[0], 0, new)


if __name__ == "__main__":
    harness.main()
