# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""docs/migrating.md: a real Prometheus runs each of its queries, and each of its JSON fields is in what
`ipsla probe` prints."""

import os
import re

import harness
from promql import SELECTOR, metric_names
from test_prometheus import Prometheus

CONFIG = """
defaults: {frequency: 1s, timeout: 300ms, num_packets: 5, interval: 4ms, series: all}
clock: {assume_synchronized: true}
targets:
  - {name: call, host: 127.0.0.1, port: 16384, codec: g711ulaw, codec_num_packets: 10, codec_interval: 4ms}
  - {name: ping, host: 127.0.0.1, operation: icmp-jitter}
  - {name: fine, host: 127.0.0.1, port: 16385, precision: microseconds}
  - {name: closed, host: 127.0.0.2, port: 16384, control: {port: 1968, timeout: 100ms}}
"""
FIELD = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")


def code_of_page():
    """The code spans of tables and text, and the blocks, in their order."""
    with open(os.path.join(harness.SOURCE_DIR, "docs/migrating.md"), encoding="utf-8") as file:
        text = file.read()
    for block in re.findall(r"```promql\n(.*?)```", text, re.DOTALL):
        yield block.strip()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def queries():
    return list(dict.fromkeys(code for code in code_of_page() if "ipsla_" in code))


def selectors(query):
    """Each series selector that the query names, without range."""
    found = [f"{name}{{{matchers}}}" for name, matchers, _ in SELECTOR.findall(query)]
    bare = metric_names(SELECTOR.sub("", query))
    return found + sorted(name for name in bare if name.startswith("ipsla_"))


class MigratingTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.responder(self.namespace)

    def run_query(self, query):
        found = self.prometheus.query(query)
        has_series = all(self.prometheus.query(selector) for selector in selectors(query))
        if has_series:
            self.assertTrue(found, f"the series are there, and the query returns nothing: {query}")
        return bool(found)

    def test_queries(self):
        harness.require_program("prometheus")
        harness.Exporter(self.namespace, CONFIG)
        self.prometheus = Prometheus(self.namespace)
        harness.wait_for(
            lambda: len(self.prometheus.query(
                'ipsla_operation_failures_total{target="closed"} >= 3 or '
                'count_over_time(ipsla_icpif[1m]) >= 3 or '
                'count_over_time(ipsla_interarrival_jitter_seconds{target="ping",direction="sd"}[1m]) >= 3')) == 3,
            "three scrapes of each target", 60)
        every = queries()
        self.assertGreater(len(every), 50)
        empty = [query for query in every if not self.run_query(query)]
        # Reasons of failures that no target here can have.
        rare = "ipsla_operation_failures_total{reason="
        self.assertEqual([query for query in empty if rare not in query], [])
        completions = next(query for query in every if query.startswith("increase(ipsla_operations_total[1h]) -"))
        done = {labels["target"]: value for labels, value in self.prometheus.query(completions)}
        self.assertEqual({name: value > 0 for name, value in done.items()},
                         {"call": True, "ping": True, "fine": True, "closed": False}, done)

    def test_json_fields(self):
        done = self.run_program(self.namespace, "ipsla", "probe", "127.0.0.1", "--count=3", "--output=json")
        self.assertEqual(done.code, 0, done.evidence)
        fields = [code for code in code_of_page() if FIELD.fullmatch(code)]
        self.assertGreater(len(fields), 15)
        for field in fields:
            value = done.json()
            for key in field.split("."):
                self.assertIn(key, value, field)
                value = value[key]


if __name__ == "__main__":
    harness.main()
