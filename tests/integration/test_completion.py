# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The completions of ipsla, in the shells that are here: they know the words, the flags of each word and their values."""

import os
import shutil
import subprocess

import harness

FILES = os.path.join(harness.SOURCE_DIR, "deploy/completions")
BASH = """
. "$1/ipsla"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_ipsla
printf '%s\\n' "${COMPREPLY[@]}"
"""


class CompletionTest(harness.Case):
    def run_shell(self, *command):
        environment = {**os.environ, "PATH": f"{harness.BIN_DIR}:{os.environ['PATH']}"}
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=harness.SOURCE_DIR)
        self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        return done.stdout.split()

    def bash(self, *words):
        return self.run_shell("bash", "-c", BASH, "bash", FILES, "ipsla", *words)

    def words(self):
        done = subprocess.run([os.path.join(harness.BIN_DIR, "ipsla"), "nonsense"], check=False, capture_output=True, text=True)
        return sorted(done.stderr.split("it is ")[1].replace(" or ", ", ").strip().split(", "))

    def test_bash(self):
        self.assertEqual(sorted(self.bash("")), self.words())
        self.assertEqual(self.bash("pr"), ["probe"])
        self.assertEqual(self.bash("probe", "--num"), ["--num-packets="])
        self.assertEqual(self.bash("probe", "--no-p"), ["--no-progress"])
        self.assertEqual(self.bash("probe", "--operation", "=", "udp"), ["udp-jitter", "udp-echo"])
        self.assertEqual(self.bash("probe", "--operation", "icmp-j"), ["icmp-jitter"])
        self.assertEqual(self.bash("check", "CONTRIB"), ["CONTRIBUTING.md"])
        self.assertEqual(self.bash("nonsense", "--"), [])

    def test_fish(self):
        if shutil.which("fish") is None:
            self.skipTest("no fish here")
        ask = f"source {FILES}/ipsla.fish; complete -C $argv[1]"
        self.assertEqual(sorted(self.run_shell("fish", "-N", "-c", ask, "ipsla ")), self.words())
        self.assertEqual(self.run_shell("fish", "-N", "-c", ask, "ipsla probe --num"), ["--num-packets="])

    def test_zsh(self):
        if shutil.which("zsh") is None:
            self.skipTest("no zsh here")
        ask = f"fpath=({FILES} $fpath); autoload -U compinit; compinit -D -u; print $_comps[ipsla]"
        self.assertEqual(self.run_shell("zsh", "-fc", ask), ["_ipsla"])


if __name__ == "__main__":
    harness.main()
