# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The dashboards of dashboards/ as tests need them: panels, queries, and queries with values for their variables."""

import functools
import glob
import json
import os
import re

SOURCE_DIR = os.environ.get(
    "IPSLA_SOURCE_DIR",
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
# As long as a test may take, on however busy a machine.
RANGE = "1h"
VARIABLE = re.compile(r"\$(?:\{(\w+)[^}]*\}|([A-Za-z_]\w*))")


@functools.cache
def _texts():
    found = {}
    for path in sorted(glob.glob(os.path.join(SOURCE_DIR, "dashboards", "*.json"))):
        with open(path, encoding="utf-8") as file:
            found[os.path.basename(path)] = file.read()
    return found


def load():
    """File name and content of each."""
    return {name: json.loads(text) for name, text in _texts().items()}


def everything(dashboard):
    """All panels, those in closed rows too, and the rows themselves."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def panels(dashboard):
    return [panel for panel in everything(dashboard) if panel["type"] != "row"]


def rows(dashboard):
    """The panels of each row."""
    found = [[]]
    for panel in everything(dashboard):
        if panel["type"] == "row":
            found.append([])
        else:
            found[-1].append(panel)
    return found


def expressions(dashboard):
    """(place, PromQL) of each query of panels and annotations."""
    for panel in panels(dashboard):
        for target in panel.get("targets", []):
            yield f'{panel.get("title")} {target.get("refId")}', target.get("expr", "")
    for annotation in dashboard["annotations"]["list"]:
        yield f'annotation {annotation["name"]}', annotation["expr"]


def variables(dashboard):
    return {variable["name"]: variable for variable in dashboard["templating"]["list"]}


def defaults(dashboard):
    """What Grafana puts in place of each variable when somebody opens the dashboard; a choice of one is left out."""
    values = {}
    for name, variable in variables(dashboard).items():
        if variable.get("includeAll"):
            values[name] = variable["allValue"]
        elif "value" in variable["current"]:
            values[name] = variable["current"]["value"]
    return values


def substitute(expr, values):
    """The expression with values for its variables. `$1` of label_replace is none."""
    return VARIABLE.sub(lambda match: values[match.group(1) or match.group(2)], expr)


def queries(dashboard, **values):
    """(panel, refId, query) of each query of its panels, with the defaults of the variables and `values`."""
    values = {**defaults(dashboard), "__rate_interval": RANGE, **values}
    for panel in panels(dashboard):
        for target in panel["targets"]:
            yield panel, target["refId"], substitute(target["expr"], values)
