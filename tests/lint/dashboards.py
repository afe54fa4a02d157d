#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: dashboards/*.json are what dashboards/source writes, byte for byte."""
import subprocess
import sys

import tree


def check(root):
    done = subprocess.run([sys.executable, "-B", str(root / "dashboards/source/generate.py"), "--check"], capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


if __name__ == "__main__":
    tree.verdict(check(tree.arguments(__doc__).parse_args().root))
