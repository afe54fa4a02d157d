#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Writes monitoring/prometheusrule.yaml and vmrule.yaml: the rules of ../prometheus/ipsla.rules.yml as resources of the two
operators. With --check it says instead whether they are what it would write. A test runs that."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
RULES = HERE.parent / "prometheus/ipsla.rules.yml"
KINDS = {"prometheusrule.yaml": ("monitoring.coreos.com/v1", "PrometheusRule"),
         "vmrule.yaml": ("operator.victoriametrics.com/v1beta1", "VMRule")}
HEAD = """# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Written by rules.py from deploy/prometheus/ipsla.rules.yml, where the rules are explained.
apiVersion: {}
kind: {}
metadata:
  name: ipsla
spec:
"""


def main():
    text = RULES.read_text(encoding="utf-8")
    groups = text[text.index("\ngroups:\n") + 1:]
    spec = "".join("  " + line if line.strip() else line for line in groups.splitlines(keepends=True))
    stale = []
    for name, kind in KINDS.items():
        path = HERE / "monitoring" / name
        wanted = HEAD.format(*kind) + spec
        if not path.exists() or path.read_text(encoding="utf-8") != wanted:
            stale.append(name)
            if "--check" not in sys.argv[1:]:
                path.write_text(wanted, encoding="utf-8")
    if stale and "--check" in sys.argv[1:]:
        sys.exit(f"stale: {', '.join(stale)}; run deploy/kubernetes/rules.py")


if __name__ == "__main__":
    main()
