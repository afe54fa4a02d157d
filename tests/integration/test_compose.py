# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""deploy/compose without containers: its services run as plain processes, with the arguments and files that compose.yml gives
them, and see each other by their names. Grafana, which Debian does not have, is checked by what its files say. (Whether
compose.yml is one: tests/compose.sh.)"""

import http.client
import json
import os
import re
import shutil
import urllib.parse

import harness
import yaml

FOLDER = os.path.join(harness.SOURCE_DIR, "deploy/compose")
PROGRAMS = {"exporter": "ipsla_exporter", "prometheus": "prometheus", "alertmanager": "prometheus-alertmanager"}


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def load(name):
    return yaml.safe_load(read(name))


SERVICES = load("compose.yml")["services"]
VARIABLES = dict(re.findall(r"^(\w+)=(.+)$", read(".env"), re.MULTILINE))


def default_command():
    """Of the image."""
    with open(os.path.join(harness.SOURCE_DIR, "Dockerfile"), encoding="utf-8") as file:
        return json.loads(re.search(r"^CMD (\[.*\])$", file.read(), re.MULTILINE).group(1))


def mounts(service):
    """(file or folder of the repository, path in the container) of a service."""
    pairs = (volume.split(":") for volume in service["volumes"])
    return [(os.path.normpath(os.path.join(FOLDER, pair[0])), pair[1]) for pair in pairs if pair[0].startswith(".")]


class FilesTest(harness.Case):
    def test_what_is_mounted_is_there(self):
        for name, service in SERVICES.items():
            for source, _ in mounts(service):
                self.assertTrue(os.path.exists(source), f"{name}: {source}")

    def test_variables_and_their_values(self):
        used = set(re.findall(r"\$\{(\w+)\}", read("compose.yml")))
        self.assertEqual(used, set(VARIABLES))
        for name, value in VARIABLES.items():
            if name.endswith("_PORT"):
                self.assertRegex(value, r"^127\.0\.0\.1:\d+$", name)  # nothing has a password
            else:
                self.assertRegex(value, r"^[\w./-]+:(?!latest$)[\w.-]+$", name)

    def test_names_and_ports_are_those_of_services(self):
        inside = {name: {port.rpartition(":")[2] for port in service.get("ports", [])} for name, service in SERVICES.items()}
        inside["responder"] = {re.search(r":(\d+)$", word).group(1) for word in SERVICES["responder"]["command"] if "web.listen" in word}
        text = read("prometheus.yml") + read("grafana/datasource.yml")
        for host, port in re.findall(r"(?<=['/])(\w+):(\d+)\b", text):
            self.assertIn(port, inside[host], host)
        self.assertEqual({target["host"] for target in load("ipsla.yml")["targets"]}, {"responder"})
        ports = [rule["ports"][0] for rule in load("impair.yml")["rules"]]
        self.assertEqual(sorted(ports), sorted(target["port"] for target in load("ipsla.yml")["targets"]))

    def test_grafana_finds_source_and_dashboards(self):
        source = load("grafana/datasource.yml")
        self.assertEqual(source["apiVersion"], 1)
        self.assertEqual([(entry["type"], entry["isDefault"]) for entry in source["datasources"]], [("prometheus", True)])
        self.assertEqual(source["datasources"][0]["jsonData"]["timeInterval"], load("prometheus.yml")["global"]["scrape_interval"])
        provider = load("grafana/dashboards.yml")["providers"][0]
        places = {path: mounted for mounted, path in mounts(SERVICES["grafana"])}
        folder = places[provider["options"]["path"]]
        self.assertTrue({"/etc/grafana/provisioning/datasources/ipsla.yml", "/etc/grafana/provisioning/dashboards/ipsla.yml"} <= set(places))
        names = [name for name in os.listdir(folder) if name.endswith(".json")]
        self.assertGreater(len(names), 3)
        home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
        self.assertIn(home.removeprefix(provider["options"]["path"] + "/"), names)
        for name in names:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                dashboard = json.load(file)
            self.assertEqual(dashboard["templating"]["list"][0]["type"], "datasource", name)


class ProcessesTest(harness.Case):
    def setUp(self):
        super().setUp()
        for name in ("prometheus", "prometheus-alertmanager"):
            harness.require_program(name)
        self.namespace = harness.Namespace()
        self.hosts = "".join(f"127.0.0.1 {name}\n" for name in SERVICES)

    def place(self, name):
        """A container path, with what is mounted there, below a folder of the service."""
        root = os.path.join(harness.scratch_dir(), name)
        for source, path in mounts(SERVICES[name]):
            target = root + path
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(source, target)
        return root

    def start(self, name):
        service = SERVICES[name]
        program = os.path.basename(service.get("entrypoint", [PROGRAMS.get(name)])[0])
        root = self.place(name)
        words = [re.sub(r"(?<==)/(?=\w)", root + "/", word) for word in service.get("command", default_command())]
        path = harness.program(program) if program.startswith("ipsla") else harness.require_program(program)
        return harness.Process(self.namespace, harness.with_hosts(self.hosts, path, *words))

    def get(self, port, path):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=harness.PATIENCE)
        try:
            with self.namespace.entered():
                connection.connect()
            connection.request("GET", path)
            return json.load(connection.getresponse())
        except (OSError, ValueError):
            return None
        finally:
            connection.close()

    def query(self, expression):
        answer = self.get(9090, "/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        return [(series["metric"], float(series["value"][1])) for series in answer["data"]["result"]] if answer else []

    def test_all_of_them_work_together(self):
        processes = {name: self.start(name) for name in ("responder", "exporter", "alertmanager", "prometheus")}

        def evidence():
            return "\n".join(process.evidence() for process in processes.values())

        def see_each_other():
            self.assertTrue(all(process.is_running() for process in processes.values()), evidence())
            rates = {metric["target"] for metric, value in self.query("ipsla_operations_total > 0")}
            managers = self.get(9090, "/api/v1/alertmanagers") or {"data": {"activeAlertmanagers": []}}
            return (rates == {"clean", "loses", "jitters", "sometimes-down"} and [value for _, value in self.query("up")] == [1, 1]
                    and self.query("ipsla_responder_impaired")[0][1] == 4 and len(managers["data"]["activeAlertmanagers"]) == 1)

        harness.wait_for(see_each_other, evidence, pause=0.2)
        rules = self.get(9090, "/api/v1/rules")["data"]["groups"]
        self.assertGreater(sum(len(group["rules"]) for group in rules), 20)
        self.assertIn("ticket", json.dumps(self.get(9093, "/api/v2/receivers")))


if __name__ == "__main__":
    harness.main()
