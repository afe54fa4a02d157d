# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""PromQL as text: which metrics an expression names, and what docs/metrics.md says of them."""
import functools
import os
import pathlib
import re

ROOT = pathlib.Path(os.environ.get("IPSLA_SOURCE_DIR") or pathlib.Path(__file__).resolve().parents[2])
# Made by Prometheus itself.
NOT_OURS = {"up", "scrape_duration_seconds", "scrape_samples_post_metric_relabeling"}
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


def name_errors(place, expr, known):
    return [f"metric-name: {place}: {name} is not in docs/metrics.md"
            for name in sorted(metric_names(expr)) if family(name, known) not in known]


def documented_metrics():
    return set(re.findall(r"`((?:ipsla|process)_[a-z0-9_]+)", read("docs/metrics.md")))


@functools.cache
def documented_histograms():
    return set(re.findall(r"^\| `(\w+)` \| histogram \|", read("docs/metrics.md"), re.MULTILINE))


def tabled_metrics():
    """Each metric that has a line in a table of docs/metrics.md."""
    return set(re.findall(r"^\| `((?:ipsla|process|probe)_\w+)` \|", read("docs/metrics.md"), re.MULTILINE))


def metrics_of_level(level):
    """What docs/metrics.md lists behind "* **LEVEL**"; tests/unit/expo compares it with the program."""
    line = re.search(rf"^\* \*\*{level}\*\*.*$", read("docs/metrics.md"), re.MULTILINE).group(0)
    return set(re.findall(r"`(ipsla_\w+)`", line))
