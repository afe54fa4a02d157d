# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The JSON API of running programs: each answer fits docs/openapi.yaml, which describes all of it; filters, parts and
errors are as docs/api.md says."""

import json
import os
import re
import urllib.parse

import harness

try:
    import jsonschema
    import yaml
except ImportError as error:
    jsonschema = error

CONFIG = """
defaults: {frequency: 250ms, history: 5}
targets:
  - {name: 'jitter <1> "x"', host: 127.0.0.1, labels: {site: paris}, module: voice_g729a, codec_num_packets: 5}
  - {name: echo, host: 127.0.0.1, operation: udp-echo, threshold: 0ms, labels: {site: 'a b', sort: x}, limits: {rtt: 1us}}
  - {name: a/b%c, host: 127.0.0.1, operation: tcp-connect, control: {version: none}, port: 9, labels: {site: paris}}
  - {name: never, host: '::1', start: pending, history: 0}
responder: {listen: ['127.0.0.1:1967'], permanent_ports: ['127.0.0.1:7']}
"""


class Description:
    """docs/openapi.yaml."""

    def __init__(self):
        with open(os.path.join(harness.SOURCE_DIR, "docs/openapi.yaml"), encoding="utf-8") as file:
            self.root = yaml.safe_load(file)

    def schema_of(self, path, status):
        answer = self.root["paths"][path]["get"]["responses"][str(status)]
        return self.resolved(next(iter(self.resolved(answer)["content"].values()))["schema"])

    def resolved(self, node):
        while "$ref" in node:
            found = self.root
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def undescribed(self, value, schema, where="answer"):
        """Members of the answer that the description does not have."""
        schema = self.resolved(schema)
        for choice in schema.get("oneOf", []):
            if value is not None and self.resolved(choice).get("type") != "null":
                schema = self.resolved(choice)
        if isinstance(value, list):
            return [name for item in value for name in self.undescribed(item, schema["items"], where + "[]")]
        if not isinstance(value, dict):
            return []
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        missing = [f"{where}.{name}" for name in value if name not in known and others is None]
        for name, inner in value.items():
            if name in known or others is not None:
                missing += self.undescribed(inner, known.get(name, others), f"{where}.{name}")
        return missing


class ApiTest(harness.Case):
    def setUp(self):
        super().setUp()
        if isinstance(jsonschema, ImportError):
            harness.skip(f"python3-jsonschema and python3-yaml are needed: {jsonschema}")
        self.namespace = harness.Namespace()
        self.description = Description()

    def exporter(self, config=CONFIG):
        return harness.Exporter(self.namespace, config, "--web.enable-lifecycle")

    def get(self, server, url, path, status=200):
        """The answer to `url`, which fits what the description says of `path`."""
        got, headers, body = server.request("GET", url)
        self.assertEqual(got, status, body)
        self.assertEqual(headers["Content-Type"], "application/json" if status == 200 else "application/problem+json")
        value, schema = json.loads(body), self.description.schema_of(path, status)
        jsonschema.Draft202012Validator({**self.description.root, **schema}).validate(value)
        self.assertEqual(self.description.undescribed(value, schema), [], url)
        return value

    def targets(self, server, query=""):
        return [target["name"] for target in self.get(server, "/api/v1/targets" + query, "/api/v1/targets")["targets"]]

    def operations(self, server, name, query=""):
        path = "/api/v1/targets/{name}/operations"
        return self.get(server, path.format(name=urllib.parse.quote(name, safe="")) + query, path)["operations"]

    def evidence(self, server, name):
        path = "/api/v1/targets/{name}/evidence"
        for item in self.get(server, path.format(name=name), path)["evidence"]:
            one = self.get(server, f"{path.format(name=name)}/{item['id']}.json", path + "/{id}.json")
            self.assertEqual({key: one[key] for key in item}, item)
            self.assertGreater(len(one["packets"]), 0)

    def wait_for_states(self, exporter):
        harness.wait_for(lambda: self.get(exporter, "/api/v1/status", "/api/v1/status")["targets"]
                         == {"all": 4, "pending": 0, "ok": 1, "degraded": 1, "failed": 1, "inactive": 1},
                         "one is ok, one over its limit, one refused, one never starts")

    def test_every_answer_fits_the_description(self):
        exporter = self.exporter()
        self.get(exporter, "/api/v1/targets", "/api/v1/targets")  # some have not run
        self.wait_for_states(exporter)
        listed = self.get(exporter, "/api/v1/targets", "/api/v1/targets")
        self.assertEqual(listed["matched"], 4)
        for target in listed["targets"]:
            name = urllib.parse.quote(target["name"], safe="")
            one = self.get(exporter, f"/api/v1/targets/{name}", "/api/v1/targets/{name}")
            self.assertEqual(one["labels"], target["labels"])
            self.operations(exporter, target["name"])
            self.evidence(exporter, name)
        self.get(exporter, "/api/v1/responder", "/api/v1/responder")
        status = self.get(exporter, "/api/v1/status", "/api/v1/status")
        self.assertEqual((status["program"], status["history"]), ("ipsla_exporter", None))
        self.assertTrue(status["config"]["last_reload_successful"])
        reasons = {target["state"]: target["reason"] for target in listed["targets"]}
        self.assertIn("rtt", reasons["degraded"])
        self.assertIsNone(reasons["ok"])

    def test_a_responder_answers_too(self):
        process = self.responder(self.namespace, "--web.listen-address=127.0.0.1:10967")
        server = harness.Exporter.__new__(harness.Exporter)
        server.namespace, server.process = self.namespace, process
        harness.wait_for(server._is_up, process.evidence)
        self.assertEqual(self.targets(server), [])
        self.assertTrue(self.get(server, "/api/v1/responder", "/api/v1/responder")["enabled"])
        self.assertEqual(self.get(server, "/api/v1/status", "/api/v1/status")["program"], "ipsla_responder")
        for path in ("/api/v1/targets/{name}", "/api/v1/targets/{name}/operations"):
            self.get(server, path.format(name="a"), path, 404)

    def test_the_description_has_every_route(self):
        with open(os.path.join(harness.SOURCE_DIR, "docs/http.md"), encoding="utf-8") as file:
            routes = re.findall(r"^\| `(/api/[^`]*)`", file.read(), re.MULTILINE)
        self.assertEqual(sorted(route.replace("NAME", "{name}").replace("ID", "{id}") for route in routes), sorted(self.description.root["paths"]))

    def test_filters_order_and_parts(self):
        exporter = self.exporter()
        self.wait_for_states(exporter)
        jitter, echo, refused, never = 'jitter <1> "x"', "echo", "a/b%c", "never"
        for query, wanted in (("", [jitter, echo, refused, never]), ("?state=failed", [refused]),
                              ("?state=failed&state=ok", [jitter, refused]), ("?site=paris", [jitter, refused]),
                              ("?site=a+b", [echo]), ("?label.sort=x", [echo]), ("?q=UDP-J&site=paris", [jitter]),
                              ("?sort=worst", [refused, echo, jitter, never]), ("?sort=-name&limit=2", [never, jitter]),
                              ("?limit=1&offset=3", [never]), ("?sort=mos&limit=1", [jitter]), ("?site=nowhere", [])):
            self.assertEqual(self.targets(exporter, query), wanted, query)

    def test_operations_are_the_latest_as_they_were_counted(self):
        exporter = self.exporter()
        harness.wait_for(lambda: len(self.operations(exporter, "echo")) == 5, "five operations have run")
        operations = self.operations(exporter, "echo")
        ends = [operation["end_timestamp"] for operation in operations]
        self.assertEqual(ends, sorted(ends))
        self.assertTrue(all(operation["over_threshold"] and operation["degraded"] for operation in operations))
        self.assertEqual({operation["packets"]["sent"] for operation in operations}, {1})
        self.assertTrue(all(operation["rtt_seconds"]["min"] == operation["rtt_seconds"]["p95"] for operation in operations))
        self.assertEqual(len(self.operations(exporter, "echo", "?limit=2")), 2)
        self.assertEqual({operation["outcome"] for operation in self.operations(exporter, "a/b%c")}, {"refused"})
        self.assertEqual(self.operations(exporter, "never"), [])
        voice = self.operations(exporter, 'jitter <1> "x"')[-1]
        self.assertTrue(voice["mos_hundredths"] > 100 and voice["jitter_seconds"]["sd"] is not None, voice)

    def test_a_reload_keeps_them(self):
        exporter = self.exporter()
        harness.wait_for(lambda: len(self.operations(exporter, "echo")) == 5, "five operations have run")
        before = self.operations(exporter, "echo")
        kept = {history: self.after_reload(exporter, history) for history in (60, 3, 0)}
        self.assertTrue(5 <= len(kept[60]) <= 60 and kept[60][0]["end_timestamp"] <= before[-1]["end_timestamp"], kept)
        self.assertEqual((len(kept[3]), kept[0]), (3, []))
        self.assertGreater(kept[3][0]["end_timestamp"], kept[60][0]["end_timestamp"])

    def after_reload(self, exporter, history):
        with open(exporter.config_path, "w", encoding="utf-8") as file:
            file.write(CONFIG.replace("history: 5", f"history: {history}"))
        self.assertEqual(exporter.reload()[0], 200)
        return self.operations(exporter, "echo")

    def test_errors_are_problems(self):
        exporter = self.exporter()
        targets, operations = "/api/v1/targets", "/api/v1/targets/{name}/operations"
        for url, path, status in (("/api/v1/targets?state=up", targets, 400), ("/api/v1/targets?limit=1001", targets, 400),
                                  ("/api/v1/targets?q=%", targets, 400), ("/api/v1/targets/echo/operations?limit=0", operations, 400),
                                  ("/api/v1/targets/nobody/operations", operations, 404),
                                  ("/api/v1/targets/nobody", "/api/v1/targets/{name}", 404)):
            problem = self.get(exporter, url, path, status)
            self.assertEqual(problem["status"], status, url)
        for method, url, wanted in (("POST", "/api/v1/targets", 405), ("GET", "/api/v1/nothing", 404)):
            status, headers, body = exporter.request(method, url)
            self.assertEqual((status, headers["Content-Type"]), (wanted, "application/problem+json"))
            self.assertEqual(json.loads(body)["status"], wanted)
        self.assertEqual(exporter.request("GET", "/nothing")[1]["Content-Type"], "text/plain; charset=utf-8")

    def test_many_targets_come_in_parts(self):
        lines = "\n".join(f"  - {{name: t{number:05}, host: 127.0.0.1, start: pending}}" for number in range(10000))
        exporter = self.exporter("targets:\n" + lines + "\n")
        status, _, body = exporter.request("GET", "/api/v1/targets?limit=1000&offset=9990&sort=-name")
        self.assertEqual(status, 200)
        self.assertEqual([target["name"] for target in json.loads(body)["targets"]], [f"t{number:05}" for number in range(9, -1, -1)])
        body = exporter.request("GET", "/api/v1/targets?limit=1000")[2]
        self.assertEqual((len(json.loads(body)["targets"]), json.loads(body)["matched"]), (1000, 10000))
        self.assertLess(len(body), 1 << 20)


if __name__ == "__main__":
    harness.main()
