# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Every query of every dashboard, asked of a real Prometheus that scraped an exporter with bad paths, a responder of its own
and ipsla_responder: each has data, or a reason here why not, and its panel says when it is empty. Once with classic histograms
and once with native ones."""

import json
import math
import os
import re
import urllib.parse

import dashboards
import harness
from test_prometheus import Prometheus

SIGNED = "correct-horse-7"
RESPONDER_WEB = 10968
NAMES = ("bad", "call", "flows", "clock", "signed", "dead", "named", "from-file")
CONFIG = """
clock: {{assume_synchronized: true}}
keys: [{{id: 7, algorithm: md5, secret_file: {secret}}}]
responder: {{listen: ['127.0.0.1:2967'], keys: [7]}}
probe: {{modules: [quick], allow: [10.99.0.0/24]}}
target_files: [{files}]
modules: {{quick: {{num_packets: 2, interval: 4ms, timeout: 200ms}}}}
defaults: {{frequency: 1s, timeout: 300ms, num_packets: 30, interval: 5ms, start: now, series: all, labels: {{site: north}}}}
targets:
  - name: bad
    host: 10.99.0.2
    port: 16384
    precision: microseconds
    dscp: af31
    threshold: 1ms
    limits: {{loss: 1%}}
    path: {{frequency: 10s, timeout: 100ms, flows: 1, max_hops: 2}}
  - {{name: call, host: 10.99.0.2, port: 16385, codec: g729a, codec_num_packets: 30, codec_interval: 5ms}}
  - {{name: flows, host: 10.99.0.2, port: 7000, ecmp_ports: 3, control: {{version: none}}}}
  - {{name: clock, host: 10.99.0.2, operation: icmp-jitter}}
  - {{name: signed, host: 127.0.0.1, control: {{port: 2967, key: 7}}}}
  - {{name: dead, host: 127.0.0.1, port: 16388, control: {{port: 3967, timeout: 100ms, retries: 1}}}}
  - {{name: named, host: near.example.net, port: 16389}}
"""
FILE = "- {targets: [from-file], labels: {__host__: 10.99.0.2, __port__: '16390'}}\n"
IMPAIR = """rules:
  - {ports: [16389], loss_sd: every 10}
  - {ports: [16389], after: 1s, every: 8s, for: 4s, dscp_ds: cs1, ttl_ds: 60}
"""
WAY = ("delay_us=3000,jitter_us=4000,drop_every=11,duplicate_every=13,hold_every=17,hold_us=9000", "delay_us=3000,drop_every=19")
# Annotations of which something is seen; the rest is asked only.
HAPPENED = ("Reload", "TTL change", "DSCP change")
# The beginning of a query's place, and why it has no data here.
UNFILLED = {
    "IP SLA path: What the peer does differently B": "a reflector that departs from the documents",
    "IP SLA path: Native histograms made coarser": "needs more than 160 buckets",
    "IP SLA path: Number of hops B": "a router that rewrites DSCP",
    "IP SLA path: Clock steps and slews C": "a clock that is slewed",
    "IP SLA path: Clock error": "a clock of which the system tells no error",
    "IP SLA exporter: Clock error": "as above",
    "IP SLA path: Clock synchronized": "a clock whose state may not be read",
    "IP SLA exporter: Clock synchronized": "as above",
    "IP SLA exporter: Memory C": "no limit of virtual memory",
    "IP SLA responder: Memory C": "as above",
    "IP SLA exporter: Age C": "a history is written every hour",
    "IP SLA exporter: Own queue": "a kernel that does not tell when packets left",
}


class Classic(Prometheus):
    flags = ()
    settings = ""

    def __init__(self, namespace):
        super().__init__(namespace, self.settings, self.flags, targets=(10967, RESPONDER_WEB))

    def has_data(self, expression):
        """Whether it has; a value that is none is an error."""
        status, body = self.get("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        assert status == 200, f"{expression}: {body}"
        answer = json.loads(body)
        assert not answer.get("warnings"), f"{expression}: {answer['warnings']}"
        found = answer["data"]["result"]
        nans = [entry for entry in found if math.isnan(float(entry.get("value", (0, "0"))[1]))]
        assert not nans, f"{expression}: {nans}"
        return bool(found)


    def choices(self, query):
        """What a variable offers: the values of a label of some series, or the names of their labels."""
        function, metric, label = re.fullmatch(r"(\w+)\((.+?)(?:, (\w+))?\)", query).groups()
        path = "/api/v1/labels" if function == "label_names" else f"/api/v1/label/{label}/values"
        match = f'{{__name__=~".*{metric}.*"}}' if function == "label_names" else metric
        status, body = self.get(f"{path}?" + urllib.parse.urlencode({"match[]": match}))
        assert status == 200, f"{query}: {body}"
        return json.loads(body)["data"]


class Native(Classic):
    port = 9091
    flags = ("--enable-feature=native-histograms",)


def queries():
    """{place: (panel, its forms with the values of the variables)}: of the path one for each target."""
    found = {}
    for dashboard in dashboards.load().values():
        for name in NAMES if dashboard["uid"] == "ipsla-path" else ("all",):
            for panel, ref, query in dashboards.queries(dashboard, target=name) if name != "all" else dashboards.queries(dashboard):
                place = f"{dashboard['title']}: {panel['title']} {ref}"
                found.setdefault(place, (panel, []))[1].append(query)
    return found


class PanelsTest(harness.Case):
    servers = (Classic, Native)

    def start(self):
        harness.require_program("prometheus")
        secret = harness.write_file("key.secret", SIGNED + "\n")
        files = harness.write_file("more.yml", FILE)
        web = harness.write_file("web.yml", "http_server_config: {http2: false}\n")
        relay = harness.Relay(*WAY)
        self.responder(relay.right, "--permanent-port=7000")
        alone = ("--listen-address=127.0.0.1:1967", f"--web.listen-address=127.0.0.1:{RESPONDER_WEB}", f"--web.config.file={web}",
                 f"--impair={harness.write_file('impair.yml', IMPAIR)}")
        self.responder(relay.left, *alone)
        history = os.path.join(harness.scratch_dir(), "history")
        exporter = harness.Exporter(relay.left, CONFIG.format(secret=secret, files=files), "--web.enable-lifecycle",
                                    f"--web.config.file={web}", f"--history.file={history}", hosts="127.0.0.1 near.example.net\n")
        return relay.left, exporter

    def missing(self, prometheus, left):
        """Those of `left` that still have no data."""
        return {place: entry for place, entry in left.items()
                if not any(prometheus.has_data(query) for query in entry[1])}

    def test_each_query_has_data(self):
        namespace, exporter = self.start()
        servers = [server(namespace) for server in self.servers]
        self.assertEqual(exporter.request("GET", "/probe?target=10.99.0.2&module=quick")[0], 200)
        for prometheus in servers:
            harness.wait_for(lambda: prometheus.has_data("ipsla_exporter_build_info"), "the first scrape")
        self.assertEqual(exporter.reload()[0], 200)
        for prometheus in servers:
            self.check(prometheus)

    def check(self, prometheus):
        left = queries()
        self.assertGreater(len(left), 200)
        excused = {place for place in left if place.startswith(tuple(UNFILLED))}

        def is_filled():
            nonlocal left
            left = self.missing(prometheus, left)
            return set(left) <= excused

        harness.wait_for(is_filled, lambda: f"{type(prometheus).__name__}: no data for {sorted(set(left) - excused)}", pause=0.5)
        panels = {}
        for place, (panel, _) in queries().items():
            panels.setdefault(id(panel), (panel, []))[1].append(place in left)
        for panel, empty in panels.values():
            if all(empty):
                self.assertIn("Empty", panel["description"], f"{panel['title']} does not say when it is empty")
        self.check_annotations(prometheus)
        self.check_variables(prometheus)
        self.check_order(prometheus)
        self.check_matrix(prometheus)

    def query_of(self, name, title):
        """The first query of a panel."""
        return next(query for panel, _, query in dashboards.queries(dashboards.load()[name]) if panel["title"] == title)

    def check_order(self, prometheus):
        """Failed before degraded before the rest, in each the greatest loss first; the number is the state's."""
        query = self.query_of("ipsla-overview.json", "Targets, worst first")
        found = []

        def is_right():
            found[:] = [(labels["target"], value) for labels, value in prometheus.query(query)]
            return [name for name, _ in found[:2]] == ["dead", "bad"] and found[0][1] >= 4 > found[1][1] > 3 > found[2][1]

        harness.wait_for(is_right, lambda: f"the worst first: {found}")
        self.assertEqual({name for name, _ in found}, set(NAMES))
        self.assertEqual(found, sorted(found, key=lambda entry: -entry[1]))

    def check_matrix(self, prometheus):
        """Site by target: one row, a column for each target, and the loss of the target in its cell."""
        dashboard = dashboards.load()["ipsla-matrix.json"]
        queries = {panel["title"]: query for panel, _, query in dashboards.queries(dashboard, label="site", label2="target")}

        def cells(title):
            return {(labels["row"], labels["column"]): value for labels, value in prometheus.query(queries[title])}

        sending = {("north", name) for name in NAMES if name != "dead"}
        harness.wait_for(lambda: set(cells("Packet loss")) == sending, lambda: f"cells {cells('Packet loss')}")
        self.assertBetween(cells("Packet loss")["north", "bad"], 0.05, 0.35, "1/11 there and 1/19 back, ends of operations aside")
        failed = cells("Failed operations")
        self.assertEqual(failed["north", "dead"], 1)
        self.assertLess(failed["north", "bad"], 1)

    def check_variables(self, prometheus):
        """Each offers something, asked as Grafana asks; nobody has a cluster here."""
        for dashboard in dashboards.load().values():
            values = dashboards.defaults(dashboard)
            for name, variable in dashboards.variables(dashboard).items():
                if name not in ("datasource", "cluster"):
                    found = prometheus.choices(dashboards.substitute(variable["query"]["query"], values))
                    self.assertTrue(found, f"{dashboard['title']}: {name}")
                    if "label" in name:
                        self.assertIn(values[name], found)
                        self.assertEqual("site" in found, "exporter" not in name, found)

    def check_annotations(self, prometheus):
        for dashboard in dashboards.load().values():
            values = {**dashboards.defaults(dashboard), "__rate_interval": dashboards.RANGE, "target": "named"}
            for annotation in dashboard["annotations"]["list"]:
                query = dashboards.substitute(annotation["expr"], values)
                if annotation["name"] in HAPPENED and dashboard["uid"] != "ipsla-responder":
                    harness.wait_for(lambda: prometheus.has_data(query), query)
                else:
                    prometheus.has_data(query)


if __name__ == "__main__":
    harness.main()
