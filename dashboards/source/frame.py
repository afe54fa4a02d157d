# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What the dashboards have around their panels: variables, annotations, links to each other."""
import layout
from panel import DATASOURCE, MIN_STEP
from query import PROGRAMS, RANGE, TARGET

SCHEMA_VERSION = 39  # Grafana 10.4
# Counters without labels of their own, which every such series has.
TARGET_COUNTER, EXPORTER_COUNTER = "ipsla_operations_total", "ipsla_exporter_socket_drops_total"
RESPONDER_COUNTER = "ipsla_responder_socket_drops_total"
# Not labels of a user: what scrapers and collectors add.
OWN_LABELS = "/^(?!__|otel_).+/"


def data_source():
    return {"current": {}, "hide": 0, "includeAll": False, "label": "Data source", "multi": False, "name": "datasource",
            "options": [], "query": "prometheus", "refresh": 1, "regex": "", "skipUrlSync": False, "type": "datasource"}


def _variable(name, label, query, **settings):
    return {"datasource": DATASOURCE, "definition": query, "hide": 0, "includeAll": False, "label": label, "multi": False,
            "name": name, "options": [], "query": {"query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
            "current": {}, "refresh": 2, "regex": "", "skipUrlSync": False, "sort": 1, "type": "query", **settings}


def several(name, label, query, every):
    """A variable that may have several values; `every` is what "All" means."""
    return _variable(name, label, query, includeAll=True, multi=True, allValue=every,
                     current={"selected": True, "text": ["All"], "value": ["$__all"]})


def one(name, label, query):
    return _variable(name, label, query)


def label_name(name, label, query, default):
    return _variable(name, label, query, regex=OWN_LABELS, current={"selected": True, "text": default, "value": default})


def programs(counter):
    """Nobody has to have a cluster."""
    chosen = 'cluster=~"$cluster", job=~"$job"'
    return [data_source(),
            several("cluster", "Cluster", f"label_values({counter}, cluster)", ".*"),
            several("job", "Job", f'label_values({counter}{{cluster=~"$cluster"}}, job)', ".+"),
            several("instance", "Instance", f"label_values({counter}{{{chosen}}}, instance)", ".+")]


def labels(counter, *pairs):
    """Pairs of variables: the name of a label, and the values of it. Grafana makes a regular expression of what label_names
    is given: a name, no selector."""
    made = []
    series = PROGRAMS.select(counter)
    for name, value, words, default in pairs:
        made.append(label_name(name, words, f"label_names({counter})", default))
        made.append(several(value, f"{words}: value", f"label_values({series}, ${name})", ".*"))
    return made


def targets(*, single=False, second=False):
    """The variables of a dashboard about targets."""
    query = f"label_values({PROGRAMS.select(TARGET_COUNTER)}, target)"
    chosen = one("target", "Target", query) if single else several("target", "Target", query, ".+")
    pairs = [("label", "value", "Label", "target")]
    if second:
        pairs = [("label", "value", "Label", "instance"), ("label2", "value2", "Second label", "target")]
    return [*programs(TARGET_COUNTER), chosen, *labels(TARGET_COUNTER, *pairs)]


def about_programs(counter):
    return [*programs(counter), *labels(counter, ("exporter_label", "exporter_value", "Label", "instance"))]


def annotation(name, expr, title, color, enabled=True):
    """The query stands in it twice: Grafana 10 reads `expr` and `step`, later ones `target`."""
    query = {"datasource": DATASOURCE, "expr": expr, "interval": MIN_STEP, "refId": "Anno"}
    return {"datasource": DATASOURCE, "enable": enabled, "hide": False, "iconColor": color, "name": name, "step": MIN_STEP,
            "tagKeys": "cluster,job,instance,target", "textFormat": "", "titleFormat": title, "useValueForTime": False,
            "expr": expr, "target": query}


def _changes(scope, metric):
    return f"sum {scope.by()} (changes({scope.select(metric)}{RANGE})) > 0"


def _increase(scope, metric):
    return f"sum {scope.by()} (increase({scope.select(metric)}{RANGE})) > 0"


def program_annotations(scope=PROGRAMS, kind="exporter"):
    made = [annotation("Reload", _changes(scope, f"ipsla_{kind}_config_last_reload_success_timestamp_seconds"),
                       "Configuration loaded: {{instance}}", "blue")]
    if kind == "exporter":
        made.append(annotation("Clock step", _increase(scope, "ipsla_exporter_clock_steps_total"),
                               "Clock of the exporter was set: {{instance}}", "purple"))
    return made


def target_annotations(scope, enabled):
    """With many targets these are many: off until somebody wants them."""
    name = "$target" if scope is TARGET else "{{target}}"
    return [*program_annotations(),
            annotation("Responder's clock step", _increase(scope, "ipsla_responder_clock_steps_total"),
                       f"Clock of the responder was set: {name}", "purple", enabled),
            annotation("TTL change", _changes(scope, "ipsla_reply_hop_limit"),
                       f"Another TTL, another way back: {name}", "yellow", enabled),
            annotation("Path change", _increase(scope, "ipsla_path_changes_total"),
                       f"Another hop on the way: {name}", "yellow", enabled),
            annotation("DSCP change", _changes(scope, "ipsla_reply_dscp"),
                       f"Replies have another DSCP: {name}", "orange", enabled)]


# Each dashboard: its identifier and what links call it.
NAMES = {"overview": "Overview", "matrix": "Matrix", "path": "Path", "voice": "Voice", "responder": "Responder",
         "exporter": "Exporter"}
_KEPT = "${datasource:queryparam}&${cluster:queryparam}&${job:queryparam}"


def url(name, *arguments):
    return f"/d/ipsla-{name}?" + "&".join((_KEPT, *arguments, "${__url_time_range}"))


def link(name, title, *arguments):
    """From a value to another dashboard."""
    return {"targetBlank": False, "title": title, "url": url(name, *arguments)}


def link_of_curve(name="path"):
    values = [f"var-{label}=${{__field.labels.{label}:percentencode}}" for label in ("instance", "target")]
    return link(name, "The path to ${__field.labels.target}", *values)


def link_of_row(name="path"):
    return link(name, "The path to ${__value.text}", "var-instance=${__data.fields.Exporter:percentencode}",
                "var-target=${__data.fields.Target:percentencode}")


def _links(own):
    return [{"asDropdown": False, "icon": "external link", "includeVars": False, "keepTime": True, "tags": [],
             "targetBlank": False, "title": title, "tooltip": "", "type": "link",
             "url": f"/d/ipsla-{name}?{_KEPT}&${{instance:queryparam}}"} for name, title in NAMES.items() if name != own]


def dashboard(name, description, variables, annotations, panels, rows):
    return {
        "uid": f"ipsla-{name}", "title": f"IP SLA {NAMES[name].lower()}", "description": description, "tags": ["ipsla", "network"],
        "id": None, "version": 3, "schemaVersion": SCHEMA_VERSION, "editable": False, "graphTooltip": 1, "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"}, "timezone": "browser", "timepicker": {}, "fiscalYearStartMonth": 0,
        "annotations": {"list": annotations}, "links": _links(name), "templating": {"list": variables},
        "panels": layout.classic(panels, rows)}
