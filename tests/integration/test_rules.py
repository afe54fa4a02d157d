#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The Prometheus files under deploy/prometheus: promtool checks the scrape example and the rules
and runs the rules' tests (those of histograms as Prometheus 3 stores them, when it is promtool 3);
each alert has what a message needs, a section in docs/alerts.md that it links to, and tests in which it is silent, fires
and clears."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import yaml

HERE = pathlib.Path(__file__).resolve()
ROOT = pathlib.Path(os.environ.get("IPSLA_SOURCE_DIR") or HERE.parents[2])
PROMETHEUS = ROOT / "deploy" / "prometheus"
ANNOTATIONS = {"summary", "description", "runbook_url"}
SEVERITIES = {"critical", "warning", "info", "{{ $labels.severity }}"}  # the last: of the series
# The one address to set; docs/alerts.md shows how.
RUNBOOKS = "https://docs.example.net/ipsla/"
TESTS = ["ipsla.rules.test.yml", "ipsla.budget.test.yml", "ipsla.path.test.yml", "ipsla.slow.test.yml"]
TESTS_3 = ["ipsla.rules.prometheus3.test.yml"]
COMMANDS = [
    ["promtool", "check", "rules", "--lint=all", "--lint-fatal", "ipsla.rules.yml"],
    ["promtool", "test", "rules", *TESTS],
    ["promtool", "check", "rules", "--lint=all", "--lint-fatal", "fleet.rules.yml"],
    ["promtool", "test", "rules", "fleet.rules.test.yml"],
    ["promtool", "check", "config", "prometheus.yml"],
]
COMMANDS_3 = [["promtool", "test", "rules", *TESTS_3]]


def promtool_commands():
    done = subprocess.run(["promtool", "--version"], capture_output=True, text=True)
    version = re.search(r"version (\d+)\.[^ ,]*", done.stdout + done.stderr)
    print(version.group(0) if version else "promtool of unknown version", flush=True)
    return COMMANDS + (COMMANDS_3 if version and int(version.group(1)) >= 3 else [])


def read_yaml(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def alert_rules():
    groups = read_yaml(PROMETHEUS / "ipsla.rules.yml")["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def anchors(document):
    """Where links into a document can point: its headings, as forges write them."""
    headings = re.findall(r"^#+ (.+)$", document, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def minutes(text):
    """Of a time of promtool: 90m."""
    assert re.fullmatch(r"\d+m", text), text
    return int(text[:-1])


def tested_as(alert, tests):
    """What one test shows of the alert: that it is silent at first, fires, and clears."""
    for test in tests:
        checks = sorted((minutes(check["eval_time"]), bool(check["exp_alerts"]))
                        for check in test.get("alert_rule_test", []) if check["alertname"] == alert)
        firing = [fires for _, fires in checks]
        if True in firing:
            first = firing.index(True)
            yield from ["is silent"] * (False in firing[:first]) + ["fires"] + ["clears"] * (False in firing[first:])


def rule_errors(rule, sections):
    name, annotations = rule["alert"], rule.get("annotations", {})
    for missing in sorted(ANNOTATIONS - set(annotations)) + sorted({"expr", "for", "labels"} - set(rule)):
        yield f"{name}: no {missing}"
    if rule.get("labels", {}).get("severity") not in SEVERITIES:
        yield f"{name}: unknown severity {rule['labels']}"
    if annotations.get("runbook_url") != f"{RUNBOOKS}alerts.md#{name.lower()}":
        yield f"{name}: runbook_url must be {RUNBOOKS}alerts.md#{name.lower()}"
    if name.lower() not in sections:
        yield f"{name}: no section in docs/alerts.md"


def section(document, name):
    return document.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def metadata_errors(rules, document, tests):
    sections = anchors(document)
    trying = document.partition("\n### Trying them\n")[2].partition("\n## ")[0]
    for rule in rules:
        yield from rule_errors(rule, sections)
    for name in dict.fromkeys(rule["alert"] for rule in rules):
        seen = set(tested_as(name, tests))
        for kind in ("is silent", "fires", "clears"):
            if kind not in seen:
                yield f"{name}: no test in which it {kind}"
        if "```" not in section(document, name):
            yield f"{name}: its section in docs/alerts.md has nothing to run"
        if not re.search(rf"^\|.*\b{name}\b.*\|.*\|.* (min|h)\b", trying, re.MULTILINE):
            yield f"{name}: docs/alerts.md does not say how to let it fire"
        if not re.search(rf"^\| \[{name}\]", document, re.MULTILINE):
            yield f"{name}: no row in the table of docs/alerts.md"
    for link in re.findall(r"\]\(#([^)]+)\)", document):
        if link not in sections:
            yield f"docs/alerts.md: link to a missing section #{link}"
    if f"s|{RUNBOOKS}|" not in document:
        yield "docs/alerts.md does not show how to set the address of the runbooks"


def unnoticed(rules, document, tests):
    """Each thing that is checked, broken once on a copy."""
    last = rules[-1]["alert"]
    only = [test for test in tests if any(check["alertname"] == last for check in test.get("alert_rule_test", []))]
    rest = [test for test in tests if test not in only]
    broken = {
        "annotations": ([*rules, rules[-1] | {"annotations": {}}], document, tests),
        "severity": ([*rules, rules[-1] | {"labels": {"severity": "page"}}], document, tests),
        "heading": (rules, document.replace(f"## {last}", "## Other"), tests),
        "tests": (rules, document, rest),
        "trying": (rules, document.replace(f"| {last} |", "| Other |"), tests),
    }
    for kind in ("is silent", "clears"):
        broken[kind] = (rules, document, rest + [without(test, last, kind) for test in only])
    return [f"self-test: a fault of {what} was accepted" for what, copy in broken.items() if not list(metadata_errors(*copy))]


def without(test, alert, kind):
    """The test without the times at which the alert is silent before it fires, or after."""
    checks = [check for check in test["alert_rule_test"] if check["alertname"] == alert]
    fires = min(minutes(check["eval_time"]) for check in checks if check["exp_alerts"])
    left = [check for check in checks if (minutes(check["eval_time"]) >= fires) == (kind == "is silent") or check["exp_alerts"]]
    return test | {"alert_rule_test": left}


def main():
    rules = alert_rules()
    tests = [test for name in TESTS for test in read_yaml(PROMETHEUS / name)["tests"]]
    document = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    errors = list(metadata_errors(rules, document, tests))
    errors += unnoticed(rules, document, tests)
    for error in errors:
        print(error)
    print(f"{len(rules)} alerts, {len(errors)} errors", flush=True)
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
