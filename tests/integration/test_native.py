# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Protobuf says what OpenMetrics says, and the native histograms in it have the quantiles of the path: asked of a
decoder of its own, and of Prometheus."""

import json
import math
import os

import harness
from metric_families import read_openmetrics, read_protobuf
from test_microseconds import trips
from test_prometheus import Prometheus

PROTOBUF = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
OPENMETRICS = "application/openmetrics-text; version=1.0.0"
OPENMETRICS2 = "application/openmetrics-text; version=2.0.0"
GOLDEN = os.path.join(harness.SOURCE_DIR, "tests/unit/expo/golden")

# One operation, which is over before it is asked, so that nothing moves. The bounds are apart by less than the native ones.
CONFIG = """
targets:
  - name: far
    host: 10.99.0.2
    port: 16384
    precision: microseconds
    start: now
    life: 10s
    frequency: 60s
    timeout: 1s
    num_packets: 300
    interval: 20ms
    buckets: [10ms, 12ms, 14ms, 17ms, 20ms, 24ms, 28ms, 33ms, 40ms, 48ms, 57ms, 70ms, 84ms, 100ms]
"""
PATH = ("delay_us=6000,jitter_us=50000,drop_every=17", "delay_us=5000")
QUANTILES = (0.5, 0.95, 0.99)


class GoldenTest(harness.Case):
    """What tests/unit/expo made of one view in both formats."""

    @classmethod
    def setUpClass(cls):
        with open(GOLDEN + ".pb", "rb") as file:
            cls.families = read_protobuf(file.read())
        with open(GOLDEN + ".om", encoding="utf-8") as file:
            cls.samples, cls.exemplars = read_openmetrics(file.read())

    def histogram(self, name, *labels):
        found = [value for key, value in self.families[name].values.items() if set(labels) <= set(key)]
        self.assertEqual(len(found), 1)
        return found[0]

    def test_every_sample_is_in_both(self):
        left = {key for key in self.samples if not key[0].endswith("_created")}
        for family in self.families.values():
            for labels, value in family.values.items():
                if family.type == "histogram":
                    left -= self.check_histogram(family.name, labels, value)
                else:
                    self.assertEqual(value, self.samples[family.name, labels], (family.name, labels))
                    left.remove((family.name, labels))
        self.assertEqual(left, set())

    def check_histogram(self, name, labels, histogram):
        seen = {(name + "_count", labels), (name + "_sum", labels)}
        self.assertEqual(histogram.count, self.samples[name + "_count", labels])
        self.assertAlmostEqual(histogram.sum, self.samples[name + "_sum", labels], 9)
        buckets = {dict(key)["le"]: value for (sample, key), value in self.samples.items()
                   if sample == name + "_bucket" and set(labels) <= set(key) and len(key) == len(labels) + 1}
        for bound, count in histogram.classic.items():
            self.assertIn((bound, count), {(float(le), value) for le, value in buckets.items()})
        seen |= {(name + "_bucket", tuple(sorted((*labels, ("le", le))))) for le in buckets}
        if histogram.is_native:
            self.assertEqual(histogram.zeros + sum(histogram.native.values()), histogram.count)
        self.assertTrue(histogram.is_native or histogram.classic)
        return seen

    def test_forms_are_as_configured(self):
        both = self.histogram("ipsla_rtt_seconds", ("target", "a"))
        self.assertTrue(both.is_native and both.classic)
        self.assertFalse(self.histogram("ipsla_rtt_seconds", ("target", "b")).is_native)
        native = self.histogram("ipsla_rtt_seconds", ("target", "c"))
        self.assertTrue(native.is_native and not native.classic)
        self.assertEqual((native.schema, native.zeros, native.native), (3, 0, {}))

    def test_values_lie_in_their_native_buckets(self):
        both = self.histogram("ipsla_rtt_seconds", ("target", "a"))
        self.assertEqual(both.schema, 3)
        for value, index in zip((40e-6, 600e-6, 6.0), both.native):
            self.assertLess(both.upper_bound(index - 1), value)
            self.assertLessEqual(value, both.upper_bound(index))

    def test_exemplars_and_start_times(self):
        both = self.histogram("ipsla_rtt_seconds", ("target", "a"))
        wanted = ((("sequence", "7"),), 0.0006, 1767268800.2)
        self.assertEqual(both.exemplars, [wanted, wanted])
        self.assertIn(wanted, self.exemplars.values())
        self.assertEqual(len(self.exemplars), 2)
        self.assertEqual(both.start, 1767268740)
        sent = self.families["ipsla_packets_sent_total"]
        self.assertEqual([start for labels, start in sent.starts.items() if ("target", "a") in labels], [1767268740])
        created = self.samples["ipsla_packets_sent_created", (("target", "b"),)]
        self.assertAlmostEqual(created, 1767268740, 3)
        self.assertEqual(self.families["ipsla_target_info"].type, "gauge")


def quantile(values, share):
    """Nearest rank."""
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


class NativeTest(harness.Case):
    """A path of 11 to 61 ms, measured, and asked for when its life is over."""

    def measured(self):
        self.relay = harness.Relay(*PATH, seed=11)
        self.responder(self.relay.right)
        exporter = harness.Exporter(self.relay.left, CONFIG)
        exporter.wait_metrics(
            lambda metrics: metrics.get("ipsla_target_active", target="far") == 0
            and metrics.get("ipsla_operations_total", target="far") == 1, "the life of the target is over")
        return exporter

    def check_quantiles(self, value_of):
        """Within 9 % of the relay's own log."""
        seen = trips(self.relay)
        self.assertGreater(len(seen), 150)
        for share in QUANTILES:
            least = quantile([trip.least_rtt for trip in seen], share)
            most = quantile([trip.least_rtt + trip.waited for trip in seen], share)
            self.assertBetween(value_of(share), least / 1.09, most * 1.09, f"p{share * 100:g}")

    def test_protobuf_of_the_exporter(self):
        exporter = self.measured()
        _, headers, body = exporter.request_bytes("GET", "/metrics", {"Accept": PROTOBUF})
        self.assertEqual(headers["Content-Type"], PROTOBUF)
        families = read_protobuf(body)
        _, _, text = exporter.request("GET", "/metrics", {"Accept": OPENMETRICS})
        samples, exemplars = read_openmetrics(text)
        rtt = next(iter(families["ipsla_rtt_seconds"].values.values()))
        self.assertEqual(rtt.count, samples["ipsla_rtt_seconds_count", (("target", "far"),)])
        self.assertEqual(rtt.count, len(trips(self.relay)))
        self.assertEqual(rtt.count, rtt.zeros + sum(rtt.native.values()))
        self.check_quantiles(lambda share: self.bound_of(rtt, share))
        names = [name for name, _ in exemplars]
        self.assertEqual((names.count("ipsla_rtt_seconds_bucket"), names.count("ipsla_jitter_seconds_bucket")), (1, 2))
        (_, sequence), = next(value for (name, _), value in exemplars.items() if name == "ipsla_rtt_seconds_bucket")[0]
        self.assertBetween(int(sequence), 1, 300, "the number of a packet")
        _, headers, text = exporter.request("GET", "/metrics", {"Accept": OPENMETRICS2})
        self.assertTrue(headers["Content-Type"].startswith(OPENMETRICS2))
        self.assertIn(f'ipsla_rtt_seconds{{target="far"}} {{count:{rtt.count},', text)

    @staticmethod
    def bound_of(histogram, share):
        """The middle of the bucket with the quantile."""
        left = math.ceil(share * histogram.count) - histogram.zeros
        for index, count in histogram.native.items():
            left -= count
            if left <= 0:
                return histogram.upper_bound(index - 0.5)
        raise AssertionError("buckets and count do not fit")

    def scraped(self, prometheus, expression):
        harness.wait_for(lambda: prometheus.query(expression), expression)
        return prometheus.value(expression)

    def check_is_up(self, prometheus):
        targets = json.loads(prometheus.get("/api/v1/targets")[1])["data"]["activeTargets"]
        self.assertEqual([(entry["health"], entry["lastError"]) for entry in targets], [("up", "")])

    def check_native(self, prometheus, exporter):
        count = exporter.scrape().get("ipsla_rtt_seconds_count", target="far")
        self.assertEqual(self.scraped(prometheus, 'histogram_count(ipsla_rtt_seconds{target="far"})'), count)
        self.check_quantiles(lambda share: prometheus.value(f'histogram_quantile({share}, ipsla_rtt_seconds{{target="far"}})'))
        self.check_is_up(prometheus)
        return count

    def check_classic(self, prometheus, exporter, has_native=False):
        count = exporter.scrape().get("ipsla_rtt_seconds_count", target="far")
        self.assertEqual(self.scraped(prometheus, 'ipsla_rtt_seconds_count{target="far"}'), count)
        for share in QUANTILES:
            value = prometheus.value(f'histogram_quantile({share}, ipsla_rtt_seconds_bucket{{target="far"}})')
            least = quantile([trip.least_rtt for trip in trips(self.relay)], share)
            self.assertBetween(value, least / 1.25, 1, f"p{share * 100:g}")
        self.assertEqual(bool(prometheus.query("histogram_count(ipsla_rtt_seconds)")), has_native)
        self.check_is_up(prometheus)

    def test_prometheus_with_native_histograms(self):
        harness.require_program("prometheus")
        exporter = self.measured()
        prometheus = Prometheus(self.relay.left, "", ["--enable-feature=native-histograms"])
        self.check_native(prometheus, exporter)
        self.assertEqual(prometheus.query("ipsla_rtt_seconds_bucket"), [])
        self.assertTrue(prometheus.query('process_start_time_seconds{job="ipsla"}'))
        self.assertTrue(prometheus.query('ipsla_target_info{target="far"}'))

    def test_prometheus_without(self):
        harness.require_program("prometheus")
        exporter = self.measured()
        prometheus = Prometheus(self.relay.left, "", ["--enable-feature=exemplar-storage"])
        self.check_classic(prometheus, exporter)
        harness.wait_for(lambda: self.exemplars(prometheus), "an exemplar")

    @staticmethod
    def exemplars(prometheus, series="ipsla_rtt_seconds_bucket"):
        status, body = prometheus.get(f"/api/v1/query_exemplars?query={series}&start=0&end=4e9")
        assert status == 200, body
        return json.loads(body)["data"]


if __name__ == "__main__":
    harness.main()
