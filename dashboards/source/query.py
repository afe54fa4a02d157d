# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""PromQL of the dashboards. A metric may bring matchers of its own: 'ipsla_packets_lost_total{direction="sd"}'."""

RANGE = "[$__rate_interval]"


class Scope:
    """Whose series are read: `matchers` choose them by the variables, `labels` tell them apart."""

    def __init__(self, labels, *matchers):
        self.labels, self.matchers = labels, matchers

    def select(self, metric, suffix=""):
        name, _, own = metric.partition("{")
        return f"{name}{suffix}{{{', '.join([*own.rstrip('}').split(', '), *self.matchers] if own else self.matchers)}}}"

    def by(self, *more):
        return f"by ({', '.join((*self.labels, *more))})"

    def max(self, metric, *by):
        return f"max {self.by(*by)} ({self.select(metric)})"

    def min(self, metric, *by):
        return f"min {self.by(*by)} ({self.select(metric)})"

    def rate(self, metric, *by):
        """Of a counter, a second."""
        return f"sum {self.by(*by)} (rate({self.select(metric)}{RANGE}))"

    def minute(self, metric, *by):
        """Of a counter, a minute."""
        return f"60 * {self.rate(metric, *by)}"

    def ratio(self, part, whole):
        """Of two counters; nothing while the whole does not grow."""
        return f"{self.rate(part)} / ({self.rate(whole)} > 0)"

    def ratio_by(self, part, whole, label):
        return f"{self.rate(part, label)} / ignoring ({label}) group_left () ({self.rate(whole)} > 0)"

    def quantile(self, share, metric, *by):
        """Of the native histogram, or of the classic one where there is no native. An empty one has NaN, which is no value."""
        native = f"histogram_quantile({share}, sum {self.by(*by)} (rate({self.select(metric)}{RANGE})))"
        classic = f"histogram_quantile({share}, sum {self.by(*by, 'le')} (rate({self.select(metric, '_bucket')}{RANGE})))"
        return f"({native} or {classic}) >= 0"

    def buckets(self, metric):
        """For a heatmap: a native histogram, or the classic buckets."""
        return (f"sum(increase({self.select(metric)}{RANGE})) or "
                f"sum by (le) (increase({self.select(metric, '_bucket')}{RANGE}))")

    def number_of(self, metric, label, values):
        """Of several series, of which one is 1 and the others are 0: which one. `values`: {number: value of the label}, 0 left out."""
        return " + ".join(f"{number} * " + self.max(f'{metric}{{{label}="{value}"}}') for number, value in values.items() if number)

    def age(self, metric):
        return f"time() - {self.max(metric)}"

    def curve(self, words, expr):
        """A query with its legend: the words, and what tells the series apart."""
        labels = (f"{{{{{label}}}}}" for label in reversed(self.labels))
        if "target" in self.labels:
            first, *others = labels
            return " ".join(filter(None, (first, words, *others))), expr
        return " ".join(filter(None, (words, *labels))), expr

    def quantiles(self, metric, *by, shares=("0.50", "0.95", "0.99")):
        words = "".join(f"{{{{{label}}}}} " for label in by)
        return [self.curve(f"{words}p{share[2:]}", self.quantile(share, metric, *by)) for share in shares]


_EXPORTER = ("cluster", "job", "instance")
_CHOSEN = tuple(f'{label}=~"${label}"' for label in _EXPORTER)

# Series of targets: each target is one of its own, or (path) only one is chosen.
TARGETS = Scope((*_EXPORTER, "target"), *_CHOSEN, 'target=~"$target"', '$label=~"$value"')
TARGETS_2 = Scope(TARGETS.labels, *TARGETS.matchers, '$label2=~"$value2"')
TARGET = Scope(_EXPORTER, *_CHOSEN, 'target="$target"', '$label=~"$value"')
# Series of the programs themselves, on pages of targets and on their own.
PROGRAMS = Scope(_EXPORTER, *_CHOSEN)
LABELED_PROGRAMS = Scope(_EXPORTER, *_CHOSEN, '$exporter_label=~"$exporter_value"')
