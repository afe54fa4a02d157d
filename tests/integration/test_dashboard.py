#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Checks dashboards/*.json by the rules of dashboard_rules.py, and that every query in dashboards, alert rules and
their documentation is valid PromQL and names only metrics of docs/metrics.md.

No alert needs a metric that only `series: all` shows, and docs/alerts.md names the alerts that `series: minimal` is
enough for."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import dashboard_rules
import dashboards
from promql import NOT_OURS, ROOT, documented_metrics, family, metric_names, metrics_of_level, name_errors, read

RULES = "deploy/prometheus/ipsla.rules.yml"
RULES_TESTS = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "deploy/prometheus").glob("*.test.yml"))]
DOCS_WITH_PROMQL = ["docs/alerts.md", "docs/dashboards.md"]
WORDS_HEADING = "IP SLA words to PromQL"


def plain(expr):
    """The expression with Grafana's variables replaced, so that Prometheus can parse it."""
    expr = expr.replace("$__rate_interval", "5m")
    return dashboards.VARIABLE.sub("x", expr)


def check_rules(*paths):
    return subprocess.run(["promtool", "check", "rules", *paths], capture_output=True, text=True)


def promql_errors(expressions):
    """What Prometheus' own parser says to (place, expression) pairs, each as a recording rule."""
    with tempfile.TemporaryDirectory() as directory:
        files = {}
        for number, (place, expr) in enumerate(expressions):
            path = pathlib.Path(directory) / f"{number}.yml"
            rule = {"record": "checked", "expr": plain(expr)}
            path.write_text(json.dumps({"groups": [{"name": "g", "rules": [rule]}]}))
            files[str(path)] = f"{place}: {expr!r}"
        if not check_rules(*files).returncode:
            return []
        checked = {what: check_rules(path) for path, what in files.items()}
        return [f"promql: {what}: {' '.join(run.stderr.split())}"
                for what, run in checked.items() if run.returncode]


def needed_by_alerts(rules):
    """Each alert and the metrics that its expressions read in the end, recorded ones followed."""
    parts = re.split(r"^ +- (?=alert: |record: )", rules, flags=re.MULTILINE)[1:]
    sources, alerts = {}, {}
    for part in parts:
        kind, name = part.split(maxsplit=2)[:2]
        place = sources if kind == "record:" else alerts
        place.setdefault(name, set()).update(
            *(metric_names(expr) for _, expr in rule_expressions(part)))

    def followed(name):
        if name not in sources:
            return {name}
        return set().union(*(followed(source) for source in sources[name]))

    return {alert: set().union(*map(followed, names)) for alert, names in alerts.items()}


def level_errors(known):
    minimal, rare = metrics_of_level("minimal"), metrics_of_level("all")
    enough = set()
    for alert, names in needed_by_alerts(read(RULES)).items():
        names = {family(name, known) for name in names} - NOT_OURS
        if names & rare:
            yield f"level: {alert} needs series: all for {sorted(names & rare)}"
        if all(name in minimal or name.startswith("ipsla_exporter_") for name in names):
            enough.add(alert)
    text = re.search(r"`series: minimal` these still hold: ([^.]*)\.", read("docs/alerts.md")).group(1)
    if set(text.replace(",", " ").split()) != enough:
        yield f"level: with series: minimal these hold, docs/alerts.md says others: {sorted(enough)}"


def rule_expressions(text):
    """(line, expression) of each rule; `expr: |` goes on as long as lines are indented more."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = re.match(r"(\s*)(?:- )?expr: (.*)", line)
        if not match:
            continue
        expr = match.group(2)
        if expr == "|":
            block = []
            for following in lines[number + 1:]:
                if following.strip() and not following.startswith(match.group(1) + "  "):
                    break
                block.append(following)
            expr = "\n".join(block)
        yield number + 1, expr


def doc_expressions(text):
    """Expressions of a document: `promql` blocks (split at empty lines), the table of words."""
    for block in re.findall(r"```promql\n(.*?)```", text, re.DOTALL):
        yield from (part for part in re.split(r"\n\s*\n", block.strip()))
    _, _, section = text.partition(f"## {WORDS_HEADING}\n")
    for row in re.findall(r"^\|.*\|$", section.split("\n## ")[0], re.MULTILINE):
        yield from re.findall(r"`([^`]+)`", row.rstrip("|").split("|")[-1])


def check_rules_and_docs(known):
    """(errors, expressions) of the rules and of the documents about rules and dashboards."""
    errors, expressions = [], []
    rules = read(RULES)
    recorded = set(re.findall(r"^\s*- record: (\S+)", rules, re.MULTILINE))
    for line, expr in rule_expressions(rules):
        errors += name_errors(f"{RULES}:{line}", expr, known | recorded | NOT_OURS)
    rule_count = len(re.findall(r"^\s*- (?:record|alert): ", rules, re.MULTILINE))
    if len(list(rule_expressions(rules))) != rule_count:
        errors.append(f"{RULES}: not every rule's expression was found")
    for path in RULES_TESTS:
        for name in sorted(set(re.findall(r"- series: ([\w:]+)", read(path)))):
            errors += name_errors(path, name, known | NOT_OURS)
    for document in DOCS_WITH_PROMQL:
        found = list(doc_expressions(read(document)))
        for expr in found:
            errors += name_errors(document, expr, known | recorded | NOT_OURS)
        expressions += [(document, expr) for expr in found]
        if not found:
            errors.append(f"{document}: no PromQL found")
    return errors, expressions


def main():
    known = documented_metrics()
    errors, expressions = check_rules_and_docs(known)
    for name, dashboard in dashboards.load().items():
        errors += [f"{name}: {error}" for error in dashboard_rules.lint(dashboard, known)]
        expressions += [(f"{name}: {place}", expr) for place, expr in dashboards.expressions(dashboard)]
    errors += dashboard_rules.check_set(known)
    errors += dashboard_rules.unnoticed_mutations(known)
    errors += level_errors(known)
    has_promtool = shutil.which("promtool") is not None
    if has_promtool:
        errors += promql_errors(expressions)
        if not promql_errors([("self-test", "sum(rate(ipsla_rtt_seconds_count[5m])")]):
            errors.append("self-test: a missing parenthesis was accepted")
    for error in errors:
        print(error)
    print(f"{len(expressions)} expressions, {len(known)} documented metrics, {len(errors)} errors")
    if errors:
        return 1
    if not has_promtool:
        print("SKIPPED: promtool is missing: the syntax was not checked, all else was")
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
