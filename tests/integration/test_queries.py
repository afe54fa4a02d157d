# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus runs each query of docs/metrics.md, and those of availability say what happened."""

import os
import re

import harness
from test_migrating import selectors
from test_prometheus import Prometheus

CONFIG = """
defaults: {frequency: 1s, timeout: 300ms, num_packets: 5, interval: 4ms}
targets:
  - {name: call, host: 127.0.0.1, port: 16384, labels: {site: here}, codec: g711ulaw, codec_num_packets: 10, codec_interval: 4ms}
  - {name: closed, host: 127.0.0.2, port: 16384, labels: {site: there}, control: {port: 1968, timeout: 100ms}}
"""
# May rightly find nothing: a comparison, a native histogram, a subquery before its first minute is over.
MAY_BE_EMPTY = re.compile(r" (<|>|==) |rate\(ipsla_\w+_seconds\[|:1m\]")


def queries():
    """Each query; a line that begins with a space goes on with the one before."""
    with open(os.path.join(harness.SOURCE_DIR, "docs/metrics.md"), encoding="utf-8") as file:
        section = file.read().partition("\n## Queries\n")[2]
    for block in re.findall(r"^```(?:promql)?\n(.*?)^```$", section, re.DOTALL | re.MULTILINE):
        for query in re.sub(r"\n +", " ", block).splitlines():
            if query and not query.startswith("curl "):
                yield query


class QueriesTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.responder(self.namespace)

    def of_target(self, query):
        return {labels["target"]: value for labels, value in self.prometheus.query(query)}

    def test_queries(self):
        harness.require_program("prometheus")
        harness.Exporter(self.namespace, CONFIG)
        self.prometheus = Prometheus(self.namespace)
        harness.wait_for(
            lambda: len(self.prometheus.query('ipsla_operation_failures_total{target="closed"} >= 3 or '
                                              'count_over_time(ipsla_icpif[1m]) >= 3')) == 2,
            "three scrapes of each target")
        every = list(queries())
        self.assertGreater(len(every), 20)
        for query in every:
            with self.subTest(query):
                found = self.prometheus.query(query)
                has_series = all(self.prometheus.query(selector) for selector in selectors(query))
                if has_series and not MAY_BE_EMPTY.search(query):
                    self.assertTrue(found, "the series are there, and the query returns nothing")
        self.check_availability(every)

    def check_availability(self, every):
        by_site = next(query for query in every if query.startswith("1 - sum by (site)"))
        self.assertEqual({labels["site"]: value for labels, value in self.prometheus.query(by_site)}, {"here": 1, "there": 0})
        minutes = self.of_target(next(query for query in every if "ipsla_target_frequency_seconds / 60" in query))
        self.assertEqual(minutes["call"], 0)
        self.assertGreater(minutes["closed"], 0)
        budget = self.of_target(next(query for query in every if query.endswith("/ (1 - 0.999)") and "14.4" not in query))
        self.assertEqual(budget["call"], 1)
        self.assertAlmostEqual(budget["closed"], -999, places=3)
        burning = self.of_target(next(query for query in every if "14.4" in query))
        self.assertEqual(set(burning), {"closed"})


if __name__ == "__main__":
    harness.main()
