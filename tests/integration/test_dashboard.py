#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Checks dashboards/*.json by the rules of Grafana's dashboard linter and a few of our own, and
that every query in dashboards, alert rules and their documentation is valid PromQL and names only
metrics of docs/metrics.md.

No query of ours needs a metric that only `series: all` shows, and docs/alerts.md names the alerts that
`series: minimal` is enough for.

Each rule is then broken once on a copy of the dashboard: it is a failure if the rule does not
notice."""
import copy
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve()
ROOT = pathlib.Path(os.environ.get("IPSLA_SOURCE_DIR") or HERE.parents[2])
RULES = "deploy/prometheus/ipsla.rules.yml"
RULES_TESTS = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "deploy/prometheus").glob("*.test.yml"))]
DOCS_WITH_PROMQL = ["docs/alerts.md", "docs/dashboards.md"]
WORDS_HEADING = "IP SLA words to PromQL"

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
# Units of Grafana that we use.
UNITS = {"short", "s", "percentunit", "bytes", "pps", "opm", "cpm", "reqps"}
GRID_COLUMNS = 24
# Panels with legends.
CURVES = ("timeseries", "stat", "state-timeline")
# Made by Prometheus itself.
NOT_OURS = {"up", "scrape_duration_seconds"}
PROMQL_WORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}
GROUPING = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
SELECTOR = re.compile(r"([A-Za-z_:][A-Za-z0-9_:]*)\s*\{([^}]*)\}(\[[^\]]*\])?")


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def metric_names(expr):
    """The metrics an expression names: what is left without strings, labels, ranges, functions."""
    expr = re.sub(r"#.*", "", expr)
    expr = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expr)
    expr = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", expr)
    expr = GROUPING.sub(" ", expr)
    names = re.findall(r"(?<![\w.:])([A-Za-z_:][\w:]*)(?!\w)(?!\s*\()", expr)
    return {name for name in names if name.lower() not in PROMQL_WORDS}


def family(name, known):
    """A histogram is documented once, and queried as its parts."""
    if name in known:
        return name
    return re.sub(r"_(bucket|sum|count)$", "", name)


def is_cumulative(name, known):
    """A counter, a histogram (native) or a part of one (classic)."""
    is_part = name not in known and family(name, known) in known
    return name.endswith("_total") or name in documented_histograms() or is_part


def plain(expr):
    """The expression with Grafana's variables replaced, so that Prometheus can parse it."""
    expr = expr.replace("$__rate_interval", "5m")
    return re.sub(r"\$\{?\w+\}?", "x", expr)


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


def name_errors(place, expr, known):
    return [f"metric-name: {place}: {name} is not in docs/metrics.md"
            for name in sorted(metric_names(expr)) if family(name, known) not in known]


def documented_metrics():
    return set(re.findall(r"`((?:ipsla|process)_[a-z0-9_]+)", read("docs/metrics.md")))


@functools.cache
def documented_histograms():
    return set(re.findall(r"^\| `(\w+)` \| histogram \|", read("docs/metrics.md"), re.MULTILINE))


def metrics_of_level(level):
    """What docs/metrics.md lists behind "* **LEVEL**"; tests/unit/expo compares it with the program."""
    line = re.search(rf"^\* \*\*{level}\*\*.*$", read("docs/metrics.md"), re.MULTILINE).group(0)
    return set(re.findall(r"`(ipsla_\w+)`", line))


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


def level_errors(known, expressions):
    minimal, rare = metrics_of_level("minimal"), metrics_of_level("all")
    for place, expr in expressions:
        for name in sorted(metric_names(expr) & rare):
            yield f"level: {place}: {name} needs series: all"
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


def dashboard_panels(dashboard):
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def dashboard_expressions(dashboard):
    for panel in dashboard_panels(dashboard):
        for target in panel.get("targets", []):
            yield f'{panel.get("title")} {target.get("refId")}', target.get("expr", "")


# Variables of labels, and what "all" means: nobody has to have a cluster.
ALL_VALUES = {"cluster": ".*", "job": ".+", "instance": ".+", "target": ".+"}


# Rules for dashboards: each yields "rule-name: what is wrong".
def check_frame(dashboard, known):
    if dashboard.get("editable") is not False:
        yield "uneditable: editable must be false"
    if dashboard.get("schemaVersion") != 39:
        yield "schema: schemaVersion must be 39"
    if dashboard.get("id") is not None:
        yield "schema: id must be null, Grafana gives its own"
    if not dashboard.get("uid") or not dashboard.get("title"):
        yield "schema: uid and title are needed"


def check_variables(dashboard, known):
    variables = {v["name"]: v for v in dashboard["templating"]["list"]}
    source = variables.get("datasource", {})
    if source.get("type") != "datasource" or source.get("query") != "prometheus":
        yield "template-datasource: no variable `datasource` for Prometheus"
    if source.get("label") != "Data source":
        yield "template-datasource: the label must be 'Data source'"
    for name, every in ALL_VALUES.items():
        variable = variables.get(name, {})
        if variable.get("type") != "query" or variable.get("datasource") != DATASOURCE:
            yield f"template-{name}: must be a query of the templated datasource"
            continue
        if not (variable["multi"] and variable["includeAll"] and variable["allValue"] == every):
            yield f"template-{name}: must offer several values and all ({every})"
        if variable["refresh"] != 2:
            yield f"template-reload: {name} must be refreshed when the time range changes"
        query = variable["query"]["query"]
        match = re.fullmatch(rf"label_values\((\w+)(\{{.*\}})?, {name}\)", query)
        if not match:
            yield f"template-promql: {name} must be label_values(METRIC, {name})"
        elif match.group(1) not in known:
            yield f"metric-name: variable {name}: {match.group(1)} is not in docs/metrics.md"
        elif not match.group(1).endswith("_total"):
            yield f"template-counter: {name}: some collectors rename others than counters"
    text = json.dumps(dashboard["panels"])
    for used in set(re.findall(r"\$\{?(?!__)(\w+)", text)) - set(variables):
        yield f"template-unknown: ${used} is used and not defined"


def check_panels(dashboard, known):
    ids = [panel["id"] for panel in dashboard["panels"]]
    if len(ids) != len(set(ids)):
        yield "panel-id: two panels have the same id"
    titles = [panel.get("title") for panel in dashboard["panels"]]
    if len(titles) != len(set(titles)):
        yield "panel-title: two panels have the same title"
    for panel in dashboard_panels(dashboard):
        title = panel.get("title")
        if not title or not panel.get("description"):
            yield f"panel-title: panel {panel['id']} needs a title and a description"
        if panel.get("datasource") != DATASOURCE:
            yield f"panel-datasource: {title} must use the templated datasource"
        units = [panel.get("fieldConfig", {}).get("defaults", {}).get("unit")]
        for override in panel["fieldConfig"]["overrides"]:
            units += [p["value"] for p in override["properties"] if p["id"] == "unit"]
        if panel["type"] == "heatmap":
            units.append(panel["options"]["yAxis"].get("unit"))
        if not set(units) <= UNITS:
            yield f"panel-units: {title} has a unit of {sorted(map(str, set(units) - UNITS))}"
        if not panel.get("targets"):
            yield f"target: {title} has no query"


def check_grid(dashboard, known):
    taken = {}
    for panel in dashboard["panels"]:
        pos = panel["gridPos"]
        if pos["x"] < 0 or pos["w"] < 1 or pos["h"] < 1 or pos["x"] + pos["w"] > GRID_COLUMNS:
            yield f"grid: {panel['title']} reaches outside the grid"
        for x in range(pos["x"], pos["x"] + pos["w"]):
            for y in range(pos["y"], pos["y"] + pos["h"]):
                if taken.setdefault((x, y), panel["id"]) != panel["id"]:
                    yield f"grid: {panel['title']} overlaps another panel"
                    return


def check_targets(dashboard, known):
    for panel in dashboard_panels(dashboard):
        refs = [target.get("refId") for target in panel["targets"]]
        if len(refs) != len(set(refs)):
            yield f"target: {panel['title']} has two queries of one refId"
        for target in panel["targets"]:
            if target.get("datasource") != DATASOURCE:
                yield f"target-datasource: {panel['title']} must use the templated one"
            if target.get("interval") != "1m":
                yield f"target-interval: {panel['title']}: the minimum step must be 1m"
        formats = {target.get("format") for target in panel["targets"]}
        wanted = {"table": {"table"}, "heatmap": {"heatmap"}}.get(panel["type"], {"time_series"})
        if formats != wanted:
            yield f"target-format: {panel['title']} must have the format {wanted}"


def check_legends(dashboard, known):
    """A curve says what it is of: each label that the query groups by."""
    for panel in dashboard_panels(dashboard):
        for target in panel["targets"] if panel["type"] in CURVES else []:
            grouped = re.search(r"\bby \(([^)]*)\)", target["expr"])
            for label in grouped.group(1).split(", ") if grouped else []:
                if f"{{{{{label}}}}}" not in target["legendFormat"]:
                    yield f"legend: {panel['title']} {target['refId']} does not show {label}"


def check_empty_cells(dashboard, known):
    for panel in dashboard_panels(dashboard):
        for override in panel["fieldConfig"]["overrides"]:
            values = {entry["id"]: entry["value"] for entry in override["properties"]}
            is_colored = "color-background" in json.dumps(values)
            if is_colored and values["thresholds"]["steps"][0]["color"] == "green":
                yield f"empty-green: {override['matcher']['options']} is green without a value"


def check_quantiles(expr, place):
    """NaN is no value, and histograms may be stored in two forms."""
    calls = re.findall(r"histogram_quantile\(([\d.]+), sum by \(([^)]*)\) \(rate\((\w+)\{", expr)
    if calls and not expr.endswith(" >= 0"):
        yield f"quantile-nan: {place} shows the NaN of an empty histogram"
    classic = [(q, by.removesuffix(", le"), name.removesuffix("_bucket"))
               for q, by, name in calls if name.endswith("_bucket")]
    native = [call for call in calls if not call[2].endswith("_bucket")]
    if classic != native:
        yield f"quantile-form: {place} must read native and classic histograms"


def check_expressions(dashboard, known):
    for place, expr in dashboard_expressions(dashboard):
        if not expr:
            yield f"target: {place} is empty"
        yield from check_quantiles(expr, place)
        yield from name_errors(place, expr, known)
        selectors = list(SELECTOR.finditer(expr))
        if metric_names(expr) != {match.group(1) for match in selectors}:
            yield f"target-matchers: {place}: a metric has no label matchers"
        for match in selectors:
            yield from check_selector(place, expr, match, known)


def check_selector(place, expr, match, known):
    name, matchers, span = match.groups()
    wanted = ["cluster", "job", "instance"]
    if not name.startswith(("ipsla_exporter_", "ipsla_responder_", "process_")):
        wanted.append("target")
    for label in wanted:
        if f'{label}=~"${label}"' not in matchers:
            yield f"target-{label}: {place}: {name} without {label}"
    called = re.search(r"\b(\w+)\s*\(\s*$", expr[:match.start()])
    rated = bool(called and called.group(1) in ("rate", "increase"))
    if rated and span != "[$__rate_interval]":
        yield f"target-rate-interval: {place}: the range must be $__rate_interval"
    if is_cumulative(name, known) != rated:
        yield f"target-counter: {place}: {name}: rate or increase for counters, and only for them"


CHECKS = [check_frame, check_variables, check_panels, check_grid, check_targets, check_legends,
          check_empty_cells, check_expressions]


def lint(dashboard, known):
    return [error for check in CHECKS for error in check(dashboard, known)]


def set_key(path, value):
    def change(dashboard):
        place = dashboard
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
    return change


def replace_in(key, old, new):
    def change(dashboard):
        for panel in dashboard_panels(dashboard):
            for target in panel["targets"]:
                if old in target.get(key, ""):
                    target[key] = target[key].replace(old, new, 1)
                    return
        raise AssertionError(f"no {key} contains {old}")
    return change


def replace_expr(old, new):
    return replace_in("expr", old, new)


def replace_legend(old, new):
    return replace_in("legendFormat", old, new)


def set_threshold(column, color):
    """The color of what is below every limit, or has no value, in a column of the first table."""
    def change(dashboard):
        overrides = dashboard["panels"][1]["fieldConfig"]["overrides"]
        override = next(o for o in overrides if o["matcher"]["options"] == column)
        value = next(p["value"] for p in override["properties"] if p["id"] == "thresholds")
        value["steps"][0]["color"] = color
    return change


def set_variable(name, key, value):
    def change(dashboard):
        next(v for v in dashboard["templating"]["list"] if v["name"] == name)[key] = value
    return change


OTHER_SOURCE = {"type": "prometheus", "uid": "abc"}
MUTATIONS = [
    ("uneditable", set_key(["editable"], True)),
    ("schema", set_key(["schemaVersion"], 38)),
    ("template-datasource", set_variable("datasource", "query", "loki")),
    ("template-datasource", set_variable("datasource", "label", "")),
    ("template-job", set_variable("job", "multi", False)),
    ("template-instance", set_variable("instance", "allValue", "")),
    ("template-target", set_variable("target", "datasource", OTHER_SOURCE)),
    ("template-cluster", set_variable("cluster", "allValue", ".+")),
    ("template-counter", set_variable("job", "query",
                                      {"query": "label_values(ipsla_target_info, job)"})),
    ("template-reload", set_variable("target", "refresh", 1)),
    ("template-promql", set_variable("job", "query", {"query": "label_values(job)"})),
    ("metric-name", set_variable("job", "query", {"query": "label_values(ipsla_no_total, job)"})),
    ("legend", replace_legend("{{cluster}}", "")),
    ("legend", replace_legend("{{direction}}", "")),
    ("empty-green", set_threshold("RTT p95", "green")),
    ("quantile-nan", replace_expr(" >= 0", "")),
    ("quantile-form", replace_expr("(rate(ipsla_rtt_seconds{", "(rate(ipsla_rtt_seconds_bucket{")),
    ("target-cluster", replace_expr('cluster=~"$cluster", ', "")),
    ("template-unknown", replace_expr("$target", "$site")),
    ("panel-id", set_key(["panels", 1, "id"], 1)),
    ("panel-title", set_key(["panels", 1, "title"], "")),
    ("panel-title", set_key(["panels", 1, "description"], "")),
    ("panel-title", set_key(["panels", 1, "title"], "Loss")),
    ("panel-datasource", set_key(["panels", 1, "datasource"], OTHER_SOURCE)),
    ("panel-units", set_key(["panels", 1, "fieldConfig", "defaults", "unit"], "seconds")),
    ("panel-units", set_key(["panels", 1, "fieldConfig", "defaults"], {})),
    ("grid", set_key(["panels", 3, "gridPos", "x"], 13)),
    ("grid", set_key(["panels", 4, "gridPos", "y"], 1)),
    ("target", set_key(["panels", 1, "targets", 1, "refId"], "A")),
    ("target", set_key(["panels", 1, "targets"], [])),
    ("target-datasource", set_key(["panels", 1, "targets", 0, "datasource"], None)),
    ("target-interval", set_key(["panels", 1, "targets", 0, "interval"], "")),
    ("target-format", set_key(["panels", 1, "targets", 0, "format"], "time_series")),
    ("metric-name", replace_expr("ipsla_rtt_seconds_bucket", "ipsla_rtt_ms_bucket")),
    ("target-job", replace_expr('job=~"$job"', 'job="ipsla"')),
    ("target-instance", replace_expr('instance=~"$instance"', 'instance!=""')),
    ("target-target", replace_expr(', target=~"$target"', "")),
    ("target-matchers", replace_expr("time()", "time() - up")),
    ("target-rate-interval", replace_expr("$__rate_interval", "5m")),
    ("target-counter", replace_expr("rate(ipsla_packets_", "max_over_time(ipsla_packets_")),
    ("target-counter", replace_expr("instance) (ipsla_responder_sessions{",
                                    "instance) (rate(ipsla_responder_sessions{")),
]


def unnoticed_mutations(dashboard, known):
    for rule, mutate in MUTATIONS:
        broken = copy.deepcopy(dashboard)
        mutate(broken)
        if not any(error.startswith(rule + ":") for error in lint(broken, known)):
            yield f"self-test: a dashboard that breaks {rule} was accepted"


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
    for path in sorted((ROOT / "dashboards").glob("*.json")):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        errors += [f"{path.name}: {error}" for error in lint(dashboard, known)]
        expressions += [(f"{path.name}: {place}", expr)
                        for place, expr in dashboard_expressions(dashboard)]
        if path.name == "ipsla.json":
            errors += unnoticed_mutations(dashboard, known)
    errors += level_errors(known, expressions)
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
