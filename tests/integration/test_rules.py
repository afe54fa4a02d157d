#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The Prometheus files under deploy/prometheus: promtool checks the scrape example and the rules
and runs the rules' tests (those of histograms as Prometheus 3 stores them, when it is promtool 3);
each alert has what a message needs, a section in docs/alerts.md and a test."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve()
ROOT = pathlib.Path(os.environ.get("IPSLA_SOURCE_DIR") or HERE.parents[2])
PROMETHEUS = ROOT / "deploy" / "prometheus"
NEEDED = ["expr", "for", "severity", "summary", "description", "runbook_url"]
SEVERITIES = {"critical", "warning", "info", '"{{ $labels.severity }}"'}  # the last: of the series

COMMANDS = [
    ["promtool", "check", "rules", "--lint=all", "--lint-fatal", "ipsla.rules.yml"],
    ["promtool", "test", "rules", "ipsla.rules.test.yml"],
    ["promtool", "check", "rules", "--lint=all", "--lint-fatal", "fleet.rules.yml"],
    ["promtool", "test", "rules", "fleet.rules.test.yml"],
    ["promtool", "check", "config", "prometheus.yml"],
]
COMMANDS_3 = [["promtool", "test", "rules", "ipsla.rules.prometheus3.test.yml"]]


def promtool_commands():
    done = subprocess.run(["promtool", "--version"], capture_output=True, text=True)
    version = re.search(r"version (\d+)\.[^ ,]*", done.stdout + done.stderr)
    print(version.group(0) if version else "promtool of unknown version", flush=True)
    return COMMANDS + (COMMANDS_3 if version and int(version.group(1)) >= 3 else [])


def alerts(rules):
    """(name, text) of each alert: from its line to the next rule."""
    parts = re.split(r"^ +- (?=alert: |record: )", rules, flags=re.MULTILINE)
    for part in parts:
        if part.startswith("alert: "):
            yield part.split()[1], part


def anchors(document):
    """Where links into a document can point: its headings, as forges write them."""
    headings = re.findall(r"^#+ (.+)$", document, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def shared_annotations(rules):
    """Name of each YAML anchor -> the text that it stands for."""
    found = re.findall(r"annotations: &(\w+)\n((?: {10,}.*\n)+)", rules)
    return dict(found)


def metadata_errors(rules, document, tests):
    shared = shared_annotations(rules)
    sections = anchors(document)
    for name, text in alerts(rules):
        alias = re.search(r"annotations: \*(\w+)", text)
        text += shared[alias.group(1)] if alias else ""
        for field in NEEDED:
            if not re.search(rf"^ +{field}: \S", text, re.MULTILINE):
                yield f"{name}: no {field}"
        severity = re.search(r"severity: (\S.*)", text)
        if severity and severity.group(1) not in SEVERITIES:
            yield f"{name}: unknown severity {severity.group(1)}"
        if f"runbook_url: docs/alerts.md#{name.lower()}\n" not in text:
            yield f"{name}: runbook_url must be docs/alerts.md#{name.lower()}"
        if name.lower() not in sections:
            yield f"{name}: no section in docs/alerts.md"
        if not re.search(rf"alertname: {name}\n", tests):
            yield f"{name}: no test lets it fire"
        if not re.search(rf"alertname: {name}, eval_time: \w+, exp_alerts: \[\]", tests):
            yield f"{name}: no test lets it clear"
    for link in re.findall(r"\]\(#([^)]+)\)", document):
        if link not in sections:
            yield f"docs/alerts.md: link to a missing section #{link}"


def main():
    rules = (PROMETHEUS / "ipsla.rules.yml").read_text(encoding="utf-8")
    tests = (PROMETHEUS / "ipsla.rules.test.yml").read_text(encoding="utf-8")
    document = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    errors = list(metadata_errors(rules, document, tests))
    for error in errors:
        print(error)
    print(f"{len(list(alerts(rules)))} alerts, {len(errors)} errors", flush=True)
    if not shutil.which("promtool"):
        if not errors:
            print("SKIPPED: promtool is missing: rules were not run, only their texts were checked")
        return 1 if errors else 77
    for command in promtool_commands():
        if subprocess.run(command, cwd=PROMETHEUS).returncode != 0:
            errors.append(" ".join(command))
            print(f"FAILED: {' '.join(command)}", flush=True)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
