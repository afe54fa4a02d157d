# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Panels of Grafana without place and number, which layout.py gives. A query is a pair of legend and PromQL."""

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
MIN_STEP = "1m"  # the default frequency
GAP_MS = 300000  # a longer gap in a curve is shown as one

# From where on a value is orange, and red (of scores: up to where red, and orange).
LOSS, RTT, JITTER, MOS, R_FACTOR = (0.01, 0.05), (0.3, 0.5), (0.03, 0.05), (3.6, 4), (70, 80)
YES_NO = {0: ("no", "red"), 1: ("yes", "green")}
# By severity, so that the worst comes first where rows are ordered by it.
STATES = {0: ("ok", "green"), 1: ("inactive", "gray"), 2: ("pending", "blue"), 3: ("degraded", "orange"), 4: ("failed", "red")}


def thresholds(*steps):
    return {"mode": "absolute", "steps": [{"color": color, "value": value} for value, color in steps]}


def more_is_worse(limits):
    return thresholds((None, "green"), *zip(limits, ("orange", "red")))


def words(mapping):
    """Words and colours in place of numbers: {0: ("no", "red")}; a colour may be None."""
    options = {str(value): {"index": index, "text": text, **({"color": color} if color else {})}
               for index, (value, (text, color)) in enumerate(mapping.items())}
    return [{"type": "value", "options": options}]


def ranges(mapping):
    """The same for numbers from one to below the next: what is behind the point is for the order only."""
    return [{"type": "range", "options": {"from": value, "to": value + 0.9999, "result": {
        "color": color, "index": index, "text": text}}} for index, (value, (text, color)) in enumerate(mapping.items())]


def names(mapping):
    """{0: ("ok", "green")} without the colours."""
    return {value: text for value, (text, _) in mapping.items()}


def target(number, legend, expr, form="time_series", now=False):
    return {"datasource": DATASOURCE, "editorMode": "code", "expr": expr, "format": form, "instant": now,
            "interval": MIN_STEP, "legendFormat": legend, "range": not now, "refId": chr(ord("A") + number)}


def panel(kind, title, description, targets, defaults, options, overrides=()):
    return {"type": kind, "title": title, "description": description, "datasource": DATASOURCE, "targets": targets,
            "fieldConfig": {"defaults": {"mappings": [], **defaults}, "overrides": list(overrides)}, "options": options}


def override(name, **properties):
    """Settings of one column or curve; a name of a setting has __ for its dot."""
    return {"matcher": {"id": "byName", "options": name},
            "properties": [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()]}


def curves(title, description, unit, queries, limits=(), **settings):
    """`settings`: link (where a curve leads to), signed (values below 0 too), overrides, and others of a field."""
    overrides = settings.pop("overrides", ())
    link = settings.pop("link", None)
    is_signed = settings.pop("signed", False)
    custom = {"drawStyle": "line", "fillOpacity": 5, "lineWidth": 1, "showPoints": "never", "spanNulls": GAP_MS,
              "stacking": {"group": "A", "mode": "none"}, "thresholdsStyle": {"mode": "dashed" if limits else "off"}}
    defaults = {"color": {"mode": "palette-classic"}, "custom": custom, "unit": unit,
                "thresholds": more_is_worse(limits), **({} if is_signed else {"min": 0}), **settings}
    if link:
        defaults["links"] = [link]
    legend = {"calcs": ["lastNotNull", "max"], "displayMode": "table", "placement": "bottom", "showLegend": True}
    return panel("timeseries", title, description, [target(n, *query) for n, query in enumerate(queries)], defaults,
                 {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}, overrides)


def band(low, high):
    """What lies between these two curves is filled."""
    return override(high, custom__fillBelowTo=low, custom__fillOpacity=15)


def stat(title, description, unit, queries, **settings):
    """The values of now, `limits` or a mapping of `words` give the colour."""
    limits, mapping = settings.pop("limits", ()), settings.pop("words", None)
    defaults = {"color": {"mode": "thresholds"}, "mappings": words(mapping) if mapping else [], "unit": unit,
                "thresholds": settings.pop("thresholds", more_is_worse(limits)), **settings}
    options = {"colorMode": "value", "graphMode": "none", "justifyMode": "auto", "orientation": "auto",
               "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "textMode": "auto",
               "percentChangeColorMode": "standard", "showPercentChange": False, "wideLayout": True}
    return panel("stat", title, description, [target(n, *query, now=True) for n, query in enumerate(queries)], defaults, options)


def timeline(title, description, queries, mapping, link=None):
    defaults = {"color": {"mode": "thresholds"}, "custom": {"fillOpacity": 70, "lineWidth": 0, "spanNulls": GAP_MS},
                "mappings": words(mapping), "thresholds": thresholds((None, "green")), "unit": "short"}
    if link:
        defaults["links"] = [link]
    options = {"alignValue": "left", "mergeValues": True, "rowHeight": 0.9, "showValue": "never",
               "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True},
               "tooltip": {"mode": "single", "sort": "none"}}
    return panel("state-timeline", title, description, [target(n, *query) for n, query in enumerate(queries)], defaults, options)


def heatmap(title, description, expr):
    options = {"calculate": False, "cellGap": 1, "cellValues": {"unit": "short"}, "exemplars": {"color": "rgba(255,0,255,0.7)"},
               "color": {"exponent": 0.5, "fill": "dark-orange", "mode": "scheme", "reverse": False, "scale": "exponential",
                         "scheme": "Oranges", "steps": 64},
               "filterValues": {"le": 1e-09}, "legend": {"show": True}, "rowsFrame": {"layout": "auto"}, "showValue": "never",
               "tooltip": {"mode": "single", "showColorScale": False, "yHistogram": True},
               "yAxis": {"axisPlacement": "left", "reverse": False, "unit": "s"}}
    custom = {"hideFrom": {"legend": False, "tooltip": False, "viz": False}, "scaleDistribution": {"type": "linear"}}
    return panel("heatmap", title, description, [target(0, "{{le}}", expr, "heatmap")],
                 {"custom": custom, "unit": "short"}, options)


class Column:
    """Of a table: a query, or a label when there is no `expr`. `limits` (more is worse), `scores` (less is worse) and `mapping`
    colour its cells, `texts` are words without a colour. A cell without a value never has one."""

    def __init__(self, name, expr=None, unit="short", *, limits=(), scores=(), mapping=(), texts=None, link=None, decimals=None):
        self.name, self.expr = name, expr
        self.properties = {"unit": unit} if expr else {}
        if limits:
            self.color((0, "green"), *zip(limits, ("orange", "red")))
        if scores:
            self.color((0, "red"), *zip(scores, ("orange", "green")))
        if mapping:
            self.color()
            self.properties["mappings"] = mapping
        if texts:
            self.properties["mappings"] = words({value: (text, None) for value, text in texts.items()})
        if link:
            self.properties["links"] = [link]
        if decimals is not None:
            self.properties["decimals"] = decimals

    def color(self, *steps):
        self.properties |= {"thresholds": thresholds((None, "transparent"), *steps),
                            "custom__cellOptions": {"mode": "basic", "type": "color-background"}}


def table(title, description, labels, columns, hidden=("Time", "job")):
    """`labels`: {label: heading}, these and `columns` in this order; rows are ordered as the first query orders them."""
    queries = [column for column in columns if column.expr]
    targets = [target(n, "", column.expr, "table", now=True) for n, column in enumerate(queries)]
    values = {f"Value #{entry['refId']}" if len(targets) > 1 else "Value": column.name
              for entry, column in zip(targets, queries)}
    names = {**labels, **values}
    organize = {"excludeByName": {name: True for name in hidden}, "renameByName": names,
                "indexByName": {name: place for place, name in enumerate(names)}}
    merge = [{"id": "merge", "options": {}}] if len(targets) > 1 else []
    made = _table(title, description, targets, [override(column.name, **column.properties) for column in columns])
    made["transformations"] = [*merge, {"id": "organize", "options": organize}]
    return made


def matrix(title, description, expr, unit, steps, link):
    """Labels `row` and `column` of the series are rows and columns."""
    made = _table(title, description, [target(0, "", expr, "table", now=True)], [])
    made["fieldConfig"]["defaults"] |= {"unit": unit, "thresholds": steps, "links": [link]}
    made["fieldConfig"]["defaults"]["custom"]["cellOptions"] = {"mode": "basic", "type": "color-background"}
    made["transformations"] = [{"id": "groupingToMatrix", "options": {
        "columnField": "column", "emptyValue": "null", "rowField": "row", "valueField": "Value"}}]
    return made


def _table(title, description, targets, overrides):
    defaults = {"color": {"mode": "thresholds"}, "unit": "short", "thresholds": thresholds((None, "green")),
                "custom": {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": True, "inspect": False}}
    options = {"cellHeight": "sm", "frameIndex": 0, "footer": {"countRows": False, "fields": "", "reducer": ["sum"], "show": False},
               "showHeader": True, "sortBy": []}
    return panel("table", title, description, targets, defaults, options, overrides)
