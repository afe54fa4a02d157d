# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""A VRF device of the kernel, and the responder behind it: reached with `vrf` by the user nobody (Linux 5.7
and later), and not without. A kernel without VRF devices skips this."""

import os
import shutil
import subprocess

import harness


class VrfTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        # A copy: nobody may not be able to enter the directories above the build.
        directory = os.path.join(harness.scratch_dir(), "bin")
        os.mkdir(directory, 0o755)
        for name in ("ipsla", "ipsla_responder"):
            shutil.copy(harness.program(name), os.path.join(directory, name))
        harness.BIN_DIR = directory

    def ip(self, namespace, *commands):
        for command in commands:
            with namespace.entered():
                done = subprocess.run(["ip", *command.split()], check=False, capture_output=True, text=True)
            if done.returncode != 0 and "type vrf" in command:
                harness.skip(f"this kernel has no VRF devices: {done.stderr.strip()}")
            self.assertEqual(done.returncode, 0, f"ip {command}: {done.stderr}")

    def test_vrf(self):
        harness.require_program("ip")
        near, far = harness.Namespace(), harness.Namespace()
        self.ip(near, "link add red type vrf table 100", "link set red up",
                f"link add near type veth peer name far netns {far.path}", "link set near master red",
                "addr add 192.0.2.1/30 dev near", "addr add 2001:db8::1/64 dev near nodad", "link set near up")
        self.ip(far, "addr add 192.0.2.2/30 dev far", "addr add 2001:db8::2/64 dev far nodad", "link set far up")
        self.responder(far, "--listen-address=0.0.0.0:1967", "--listen-address=[::]:1967")
        for host in ("192.0.2.2", "2001:db8::2"):
            for operation in ("udp-jitter", "udp-echo", "tcp-connect"):
                with self.subTest(host=host, operation=operation):
                    command = ("ipsla", "probe", host, f"--operation={operation}", "--output=json")
                    done = self.run_program(near, *command, "--vrf=red", user="nobody")
                    self.assertEqual((done.code, done.json()["outcome"]), (0, "ok"), done.evidence)
                    done = self.run_program(near, *command, "--control-timeout=300ms", "--timeout=1s", user="nobody")
                    self.assertEqual(done.code, 1, "the default table does not lead there")


if __name__ == "__main__":
    harness.main()
