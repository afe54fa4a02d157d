# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Where panels stand. A layout is a list of rows; it names panels and knows nothing of what is in them, so that another
schema of Grafana needs another function here and nothing else."""

COLUMNS = 24


class Row:
    """`lines`: (height, {name of a panel: width}), from the top down. A closed row is not queried until it is opened."""

    def __init__(self, title, *lines, is_open=True):
        self.title, self.lines, self.is_open = title, lines, is_open


def _line(panels, line, top):
    height, widths = line
    assert sum(widths.values()) <= COLUMNS, widths
    left = 0
    for name, width in widths.items():
        yield panels[name], {"h": height, "w": width, "x": left, "y": top}
        left += width


def classic(panels, rows):
    """The list of panels of schema 39, numbered in the order in which they stand."""
    unused = set(panels) - {name for row in rows for _, widths in row.lines for name in widths}
    assert not unused, f"not in the layout: {unused}"
    placed, number, top = [], 0, 0
    for row in rows:
        number += 1
        head = {"type": "row", "id": number, "title": row.title, "collapsed": not row.is_open, "panels": [],
                "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": top}}
        placed.append(head)
        top += 1
        below = top
        inside = placed if row.is_open else head["panels"]
        for line in row.lines:
            for panel, place in _line(panels, line, below):
                number += 1
                inside.append({"id": number, "gridPos": place, **panel})
            below += line[0]
        if row.is_open:
            top = below
    return placed
