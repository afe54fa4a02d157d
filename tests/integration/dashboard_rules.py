# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Rules for dashboards/*.json: those of Grafana's dashboard linter that matter, and our own. `sh tests/dashboards.sh` runs
the linter itself. Each rule is broken once on a copy of a dashboard: it is a failure if the rule does not notice."""
import copy
import json
import re

import dashboards
from promql import (NOT_OURS, SELECTOR, family, is_cumulative, metric_names, metrics_of_level, name_errors, read,
                    tabled_metrics)

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
SCHEMA_VERSION = 39
# Units of Grafana that we use.
UNITS = {"short", "s", "percentunit", "bytes", "pps", "opm", "cpm", "reqps"}
GRID_COLUMNS = 24
# kubectl keeps what it applied in an annotation, which holds no more than this.
ANNOTATION_BYTES = 256 * 1024
# Panels with legends.
CURVES = ("timeseries", "stat", "state-timeline")
# Variables of labels, and what "all" means: nobody has to have a cluster, nor a label of his own.
ALL_VALUES = {"cluster": ".*", "job": ".+", "instance": ".+", "target": ".+", "value": ".*", "value2": ".*", "exporter_value": ".*"}
ABOUT_PROGRAMS = ("ipsla-exporter", "ipsla-responder")
PROGRAM_METRICS = re.compile(r"ipsla_exporter_|ipsla_responder_(?!processing_seconds|byte_order_info|clock_steps_total)|process_|scrape_")
# Metrics that are on no panel, and why.
NOT_SHOWN = {
    "probe_success": "of /probe, which Prometheus scrapes under a job of its own; its other metrics are those of any target",
    "probe_duration_seconds": "as probe_success",
    "probe_timeout_seconds": "as probe_success",
    "probe_dns_lookup_time_seconds": "as probe_success",
}


# Each rule yields "rule-name: what is wrong".
def check_frame(dashboard, known):
    if dashboard.get("editable") is not False:
        yield "uneditable: editable must be false"
    if dashboard.get("schemaVersion") != SCHEMA_VERSION:
        yield f"schema: schemaVersion must be {SCHEMA_VERSION}"
    if dashboard.get("id") is not None:
        yield "schema: id must be null, Grafana gives its own"
    if not dashboard.get("uid") or not dashboard.get("title"):
        yield "schema: uid and title are needed"


def check_variables(dashboard, known):
    variables = dashboards.variables(dashboard)
    source = variables.get("datasource", {})
    if source.get("type") != "datasource" or source.get("query") != "prometheus":
        yield "template-datasource: no variable `datasource` for Prometheus"
    if source.get("label") != "Data source":
        yield "template-datasource: the label must be 'Data source'"
    needed = {"cluster", "job", "instance"} | ({"exporter_label"} if is_about_programs(dashboard) else {"target", "label"})
    for name in sorted(needed - set(variables)):
        yield f"template-{name}: is missing"
    for name, variable in variables.items():
        if name != "datasource":
            yield from check_variable(name, variable, known, is_single=dashboard["uid"] == "ipsla-path" and name == "target")
    text = json.dumps([dashboard["panels"], dashboard["annotations"]])
    for used in set(re.findall(r"\$\{?(?!__)([A-Za-z_]\w*)", text)) - set(variables):
        yield f"template-unknown: ${used} is used and not defined"


def check_variable(name, variable, known, is_single):
    if variable.get("type") != "query" or variable.get("datasource") != DATASOURCE:
        yield f"template-{name}: must be a query of the templated datasource"
        return
    if variable["refresh"] != 2:
        yield f"template-reload: {name} must be refreshed when the time range changes"
    if name in ALL_VALUES and not is_single:
        every = ALL_VALUES[name]
        if not (variable["multi"] and variable["includeAll"] and variable.get("allValue") == every):
            yield f"template-{name}: must offer several values and all ({every})"
    elif variable["multi"] or variable["includeAll"]:
        yield f"template-{name}: must be one value"
    query = variable["query"]["query"]
    match = re.fullmatch(r"(label_values)\((\w+)(?:\{.*\})?, (\$?\w+)\)", query) or re.fullmatch(r"(label_names)\((\w+)\)", query)
    label = {"value": "$label", "value2": "$label2", "exporter_value": "$exporter_label"}.get(name, name)
    if not match or match.group(1) == "label_values" and match.group(3) != label:
        yield f"template-promql: {name} must be label_values(METRIC, {label}) or label_names(METRIC)"
    elif match.group(2) not in known:
        yield f"metric-name: variable {name}: {match.group(2)} is not in docs/metrics.md"
    elif not match.group(2).endswith("_total"):
        yield f"template-counter: {name}: some collectors rename others than counters"


def is_about_programs(dashboard):
    return dashboard["uid"] in ABOUT_PROGRAMS


def check_annotations(dashboard, known):
    wanted = {"Reload", "Clock step", "Responder's clock step", "TTL change", "Path change", "DSCP change"}
    if is_about_programs(dashboard):
        wanted = {"Reload"}
    names = {annotation["name"] for annotation in dashboard["annotations"]["list"]}
    for name in sorted(wanted - names):
        yield f"annotation: {name} is missing"
    for annotation in dashboard["annotations"]["list"]:
        if annotation.get("datasource") != DATASOURCE or annotation["target"]["datasource"] != DATASOURCE:
            yield f"annotation: {annotation['name']} must use the templated datasource"
        if annotation["target"]["expr"] != annotation["expr"]:
            yield f"annotation: {annotation['name']} has two expressions, for Grafana 10 and 11, which differ"


def links(value):
    """All URLs in it."""
    if isinstance(value, dict):
        yield from ([value["url"]] if isinstance(value.get("url"), str) else [])
        value = value.values()
    if not isinstance(value, (str, int, float, type(None))):
        for entry in value:
            yield from links(entry)


def check_links(dashboard, known):
    others = {other["uid"]: other for other in dashboards.load().values()}
    for url in links([dashboard["links"], dashboard["panels"]]):
        match = re.match(r"/d/([\w-]+)\?", url)
        if not match or match.group(1) not in others:
            yield f"link: {url} leads to none of our dashboards"
            continue
        names = set(dashboards.variables(others[match.group(1)]))
        kept = set(re.findall(r"\$\{(\w+):queryparam\}", url)) - set(dashboards.variables(dashboard))
        if kept or not set(re.findall(r"[?&]var-(\w+)=", url)) <= names:
            yield f"link: {url} names a variable that is not there"
    reached = {re.match(r"/d/([\w-]+)\?", link["url"]).group(1) for link in dashboard["links"]}
    if reached != set(others) - {dashboard["uid"]}:
        yield "link: the links at the top must lead to each other dashboard"


def check_panels(dashboard, known):
    ids = [panel["id"] for panel in dashboards.everything(dashboard)]
    if len(ids) != len(set(ids)):
        yield "panel-id: two panels have the same id"
    titles = [panel.get("title") for panel in dashboards.everything(dashboard)]
    if len(titles) != len(set(titles)):
        yield "panel-title: two panels have the same title"
    for panel in dashboards.panels(dashboard):
        title = panel.get("title")
        if not title or not panel.get("description"):
            yield f"panel-title: panel {panel['id']} needs a title and a description"
        if panel.get("datasource") != DATASOURCE:
            yield f"panel-datasource: {title} must use the templated datasource"
        if not panel_units(panel) <= UNITS:
            yield f"panel-units: {title} has a unit of {sorted(map(str, panel_units(panel) - UNITS))}"
        if not panel.get("targets"):
            yield f"target: {title} has no query"


def panel_units(panel):
    units = {panel.get("fieldConfig", {}).get("defaults", {}).get("unit")}
    for override in panel["fieldConfig"]["overrides"]:
        units |= {entry["value"] for entry in override["properties"] if entry["id"] == "unit"}
    return units | ({panel["options"]["yAxis"].get("unit")} if panel["type"] == "heatmap" else set())


def check_grid(dashboard, known):
    taken = {}
    for panel in dashboards.everything(dashboard):
        pos = panel["gridPos"]
        if pos["x"] < 0 or pos["w"] < 1 or pos["h"] < 1 or pos["x"] + pos["w"] > GRID_COLUMNS:
            yield f"grid: {panel['title']} reaches outside the grid"
        for x in range(pos["x"], pos["x"] + pos["w"]):
            for y in range(pos["y"], pos["y"] + pos["h"]):
                if taken.setdefault((x, y), panel["id"]) != panel["id"]:
                    yield f"grid: {panel['title']} overlaps another panel"
                    return


def check_targets(dashboard, known):
    for panel in dashboards.panels(dashboard):
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
    for panel in dashboards.panels(dashboard):
        for target in panel["targets"] if panel["type"] in CURVES else []:
            grouped = re.search(r"\bby \(([^)]*)\)", target["expr"])
            for label in grouped.group(1).split(", ") if grouped else []:
                if f"{{{{{label}}}}}" not in target["legendFormat"]:
                    yield f"legend: {panel['title']} {target['refId']} does not show {label}"


def check_empty_cells(dashboard, known):
    for panel in dashboards.panels(dashboard):
        for override in panel["fieldConfig"]["overrides"]:
            values = {entry["id"]: entry["value"] for entry in override["properties"]}
            is_colored = "color-background" in json.dumps(values)
            if is_colored and values["thresholds"]["steps"][0]["color"] == "green":
                yield f"empty-green: {override['matcher']['options']} is green without a value"


def check_heatmaps(dashboard, known):
    """Each reads both forms of a histogram, and has its percentiles in the same row: not every program shows heatmaps."""
    for row in dashboards.rows(dashboard):
        percentiles = [histograms(panel) for panel in row if panel["type"] == "timeseries"]
        for panel in row:
            found = histograms(panel)
            if panel["type"] != "heatmap":
                continue
            if {(name + "_bucket", direction) for name, direction in found if not name.endswith("_bucket")} | found != found or len(found) != 2:
                yield f"heatmap-form: {panel['title']} must read native and classic histograms"
            elif not any(found <= beside for beside in percentiles):
                yield f"heatmap-percentiles: {panel['title']} has no panel with the percentiles of the same"


def histograms(panel):
    """(metric, direction) of what is read with a rate or an increase."""
    return {(match.group(1), (re.findall(r'direction="(\w+)"', match.group(2)) or [None])[0])
            for target in panel["targets"] for match in SELECTOR.finditer(target["expr"]) if match.group(3)}


def check_quantiles(expr, place):
    """NaN is no value, and histograms may be stored in two forms."""
    calls = re.findall(r"histogram_quantile\(([\d.]+), (?:sum by \(([^)]*)\) \()?rate\((\w+)\{", expr)
    if calls and not re.search(r">= 0\b", expr):
        yield f"quantile-nan: {place} shows the NaN of an empty histogram"
    classic = [(q, by.removesuffix(", le"), name.removesuffix("_bucket"))
               for q, by, name in calls if name.endswith("_bucket")]
    native = [call for call in calls if not call[2].endswith("_bucket")]
    if classic != native:
        yield f"quantile-form: {place} must read native and classic histograms"


def check_expressions(dashboard, known):
    for place, expr in dashboards.expressions(dashboard):
        if not expr:
            yield f"target: {place} is empty"
        yield from check_quantiles(expr, place)
        yield from name_errors(place, expr, known | NOT_OURS)
        selectors = list(SELECTOR.finditer(expr))
        if metric_names(expr) != {match.group(1) for match in selectors}:
            yield f"target-matchers: {place}: a metric has no label matchers"
        for match in selectors:
            yield from check_selector(dashboard, f"{place}: {match.group(1)}", match, known)


def needed_matchers(dashboard, name):
    """Those of the variables that the series can have."""
    needed = [f'{label}=~"${label}"' for label in ("cluster", "job", "instance")]
    if is_about_programs(dashboard):
        return [*needed, '$exporter_label=~"$exporter_value"']
    if PROGRAM_METRICS.match(name):
        return needed
    needed.append('target="$target"' if dashboard["uid"] == "ipsla-path" else 'target=~"$target"')
    needed.append('$label=~"$value"')
    return needed + (['$label2=~"$value2"'] if "label2" in dashboards.variables(dashboard) else [])


def check_selector(dashboard, place, match, known):
    name, matchers, span = match.groups()
    for needed in needed_matchers(dashboard, name):
        if needed not in matchers.split(", "):
            label = re.match(r"\$?(\w+)", needed).group(1)
            yield f"target-{label}: {place} without {needed}"
    called = re.search(r"\b(\w+)\s*\(\s*$", match.string[:match.start()])
    function = called.group(1) if called else ""
    if function in ("rate", "increase", "changes") and span != "[$__rate_interval]":
        yield f"target-rate-interval: {place}: the range must be $__rate_interval"
    if is_cumulative(name, known) != (function in ("rate", "increase")):
        yield f"target-counter: {place}: rate or increase for counters, and only for them"


def check_levels(dashboard, known):
    """Who does not set `series: all` must know why a panel is empty."""
    rare = metrics_of_level("all")
    for panel in dashboards.panels(dashboard):
        for target in panel["targets"]:
            if metric_names(target["expr"]) & rare and "`series: all`" not in panel["description"]:
                yield f"level: {panel['title']} must say that it needs series: all"


CHECKS = [check_frame, check_variables, check_annotations, check_links, check_panels, check_grid, check_targets,
          check_legends, check_empty_cells, check_heatmaps, check_expressions, check_levels]


def lint(dashboard, known):
    return [error for check in CHECKS for error in check(dashboard, known)]


def shown_metrics(known):
    """What panels show; annotations and variables do not count."""
    return {family(name, known) for dashboard in dashboards.load().values() for panel in dashboards.panels(dashboard)
            for target in panel["targets"] for name in metric_names(target["expr"])}


def check_set(known, texts=None):
    """What concerns all dashboards together."""
    shown = shown_metrics(known)
    for name in sorted(tabled_metrics() - shown - set(NOT_SHOWN)):
        yield f"coverage: {name} is on no panel"
    for name in sorted(set(NOT_SHOWN) & shown | set(NOT_SHOWN) - tabled_metrics()):
        yield f"coverage: {name} needs no exception"
    kustomization = read("dashboards/kustomization.yaml")
    for name, dashboard in dashboards.load().items():
        if name != f"{dashboard['uid']}.json":
            yield f"file: {name} must be called as its uid {dashboard['uid']}"
        if f"files: [{name}]" not in kustomization:
            yield f"file: dashboards/kustomization.yaml lacks {name}"
        if len(read(f"dashboards/{name}").encode()) * 1.2 > ANNOTATION_BYTES:
            yield f"file: {name} is too large for kubectl apply"


def set_key(path, value):
    def change(dashboard):
        place = dashboard
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
    return change


def replace_in(key, old, new):
    def change(dashboard):
        for panel in dashboards.panels(dashboard):
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


def replace_text(old, new):
    """Anywhere."""
    def change(dashboard):
        text = json.dumps(dashboard)
        assert old in text, old
        changed = json.loads(text.replace(old, new, 1))
        dashboard.clear()
        dashboard.update(changed)
    return change


def find_panel(dashboard, kind):
    return next(panel for panel in dashboards.panels(dashboard) if panel["type"] == kind)


def set_panel(kind, path, value):
    """A key of the first panel of this kind."""
    def change(dashboard):
        set_key(path, value)(find_panel(dashboard, kind))
    return change


def set_threshold(column, color):
    """The color of what is below every limit, or has no value, in a column of the first table."""
    def change(dashboard):
        overrides = find_panel(dashboard, "table")["fieldConfig"]["overrides"]
        override = next(o for o in overrides if o["matcher"]["options"] == column)
        value = next(p["value"] for p in override["properties"] if p["id"] == "thresholds")
        value["steps"][0]["color"] = color
    return change


def set_variable(name, key, value):
    def change(dashboard):
        dashboards.variables(dashboard)[name][key] = value
    return change


OTHER_SOURCE = {"type": "prometheus", "uid": "abc"}
# Of the overview, unless a third entry names another.
MUTATIONS = [
    ("uneditable", set_key(["editable"], True)),
    ("schema", set_key(["schemaVersion"], 38)),
    ("template-datasource", set_variable("datasource", "query", "loki")),
    ("template-datasource", set_variable("datasource", "label", "")),
    ("template-job", set_variable("job", "multi", False)),
    ("template-instance", set_variable("instance", "allValue", "")),
    ("template-target", set_variable("target", "datasource", OTHER_SOURCE)),
    ("template-target", set_variable("target", "multi", True), "path"),
    ("template-cluster", set_variable("cluster", "allValue", ".+")),
    ("template-label", set_variable("label", "name", "mark")),
    ("template-exporter_label", set_variable("exporter_label", "name", "mark"), "exporter"),
    ("template-counter", set_variable("job", "query", {"query": "label_values(ipsla_target_info, job)"})),
    ("template-reload", set_variable("target", "refresh", 1)),
    ("template-promql", set_variable("job", "query", {"query": "label_values(job)"})),
    ("template-promql", set_variable("label", "query", {"query": "label_names(ipsla_operations_total{job=\"x\"})"})),
    ("metric-name", set_variable("job", "query", {"query": "label_values(ipsla_no_total, job)"})),
    ("annotation", set_key(["annotations", "list"], [])),
    ("annotation", set_key(["annotations", "list", 0, "datasource"], OTHER_SOURCE)),
    ("annotation", set_key(["annotations", "list", 0, "target", "expr"], "up")),
    ("target-rate-interval", replace_text("[$__rate_interval])) > 0\", \"target\"", "[5m])) > 0\", \"target\"")),
    ("link", replace_text("/d/ipsla-path", "/d/ipsla-way")),
    ("link", replace_text("&var-target=", "&var-name=")),
    ("link", set_key(["links"], [])),
    ("legend", replace_legend("{{cluster}}", "")),
    ("legend", replace_legend("{{direction}}", "")),
    ("empty-green", set_threshold("RTT p95", "green")),
    ("heatmap-form", replace_expr("by (le) (increase(ipsla_rtt_seconds_bucket{", "by (le) (increase(ipsla_jitter_seconds_bucket{")),
    ("heatmap-percentiles", set_panel("heatmap", ["targets", 0, "expr"], 'sum(increase(ipsla_one_way_delay_seconds{}[$__rate_interval])) or '
                                      'sum by (le) (increase(ipsla_one_way_delay_seconds_bucket{}[$__rate_interval]))')),
    ("quantile-nan", replace_expr(" >= 0", "")),
    ("quantile-form", replace_expr("(rate(ipsla_rtt_seconds{", "(rate(ipsla_rtt_seconds_bucket{")),
    ("target-cluster", replace_expr('cluster=~"$cluster", ', "")),
    ("target-label", replace_expr('$label=~"$value"', 'site="paris"')),
    ("target-exporter_label", replace_expr(', $exporter_label=~"$exporter_value"', ""), "exporter"),
    ("template-unknown", replace_expr("$target", "$site")),
    ("panel-id", set_key(["panels", 1, "id"], 1)),
    ("panel-title", set_key(["panels", 1, "title"], "")),
    ("panel-title", set_key(["panels", 1, "description"], "")),
    ("panel-title", set_key(["panels", 1, "title"], "Loss")),
    ("panel-datasource", set_key(["panels", 1, "datasource"], OTHER_SOURCE)),
    ("panel-units", set_key(["panels", 1, "fieldConfig", "defaults", "unit"], "seconds")),
    ("panel-units", set_key(["panels", 1, "fieldConfig", "defaults"], {})),
    ("grid", set_panel("state-timeline", ["gridPos", "x"], 13)),
    ("grid", set_panel("state-timeline", ["gridPos", "y"], 1)),
    ("target", set_panel("table", ["targets", 1, "refId"], "A")),
    ("target", set_panel("table", ["targets"], [])),
    ("target-datasource", set_panel("table", ["targets", 0, "datasource"], None)),
    ("target-interval", set_panel("table", ["targets", 0, "interval"], "")),
    ("target-format", set_panel("table", ["targets", 0, "format"], "time_series")),
    ("metric-name", replace_expr("ipsla_rtt_seconds_bucket", "ipsla_rtt_ms_bucket")),
    ("target-job", replace_expr('job=~"$job"', 'job="ipsla"')),
    ("target-instance", replace_expr('instance=~"$instance"', 'instance!=""')),
    ("target-target", replace_expr(', target=~"$target"', "")),
    ("target-matchers", replace_expr("time()", "time() - up")),
    ("target-rate-interval", replace_expr("$__rate_interval", "5m")),
    ("target-counter", replace_expr("rate(ipsla_packets_", "max_over_time(ipsla_packets_")),
    ("target-counter", replace_expr("instance) (ipsla_responder_sessions{", "instance) (rate(ipsla_responder_sessions{"), "responder"),
    ("level", replace_text("`series: all`", "everything"), "path"),
]


def unnoticed_mutations(known):
    for rule, mutate, *name in MUTATIONS:
        broken = copy.deepcopy(dashboards.load()[f"ipsla-{name[0] if name else 'overview'}.json"])
        mutate(broken)
        if not any(error.startswith(rule + ":") for error in lint(broken, known)):
            yield f"self-test: a dashboard that breaks {rule} was accepted"
