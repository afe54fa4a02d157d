# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Lets scrapers scrape the exporter by the files of deploy/, and says what each asked for and which series it holds.
tests/scrapers.sh builds them and calls this: run.py FOLDER [--update]."""

import datetime
import http.client
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.parse

import harness

PAGE = os.path.join(harness.SOURCE_DIR, "docs/scrapers.md")
BEGIN, END = "<!-- begin measured -->\n", "<!-- end measured -->\n"
CONFIG = """
defaults: {frequency: 1s, timeout: 500ms, start: now, num_packets: 10, interval: 10ms}
targets: [{name: near, host: 127.0.0.1}, {name: call, host: 127.0.0.1, port: 16386, codec: g729a, codec_num_packets: 20}]
responder: {listen: [1967]}
"""
OURS = re.compile(r"(?:ipsla|process)_\w+")
FAMILY = re.compile(r"_(bucket|sum|count)$")
LATEST = 3  # scrapes after which all is there


class Recorder(http.server.BaseHTTPRequestHandler):
    """Stands before the exporter and remembers what was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        exporter = http.client.HTTPConnection("127.0.0.1", Exporter.port, timeout=harness.PATIENCE)
        with self.server.namespace.entered():
            exporter.connect()
        exporter.request("GET", self.path, headers={name: value for name, value in self.headers.items() if name != "Host"})
        answer = exporter.getresponse()
        body = answer.read()
        self.server.asked.append((dict(self.headers), answer.headers["Content-Type"]))
        self.send_response(answer.status)
        for name in ("Content-Type", "Content-Encoding"):
            if answer.headers[name]:
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A scraper that was ended leaves its connection."""


class Exporter(harness.Exporter):
    port = 10968


class Place:
    """A namespace with an exporter that measures, behind a recorder at the usual port."""

    def __init__(self):
        self.namespace = harness.Namespace()
        self.exporter = Exporter(self.namespace, CONFIG, "--web.listen-address=127.0.0.1:10968")
        self.exporter.wait_metrics(lambda metrics: metrics.get("ipsla_exporter_targets", state="ok") == 2, "2 targets ok")
        with self.namespace.entered():
            self.server = Server(("127.0.0.1", 10967), Recorder)
        self.server.namespace, self.server.asked = self.namespace, []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def expected(self):
        """How many series of each name there are in the plainest format."""
        return count_lines(self.exporter.request("GET", "/metrics")[2])

    def get(self, port, path):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=harness.PATIENCE)
        try:
            with self.namespace.entered():
                connection.connect()
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def query(self, port):
        """The names that a server with Prometheus' API holds."""
        path = "/api/v1/query?" + urllib.parse.urlencode({"query": 'count by (__name__) ({__name__=~"(ipsla|process)_.*"})'})
        try:
            found = json.loads(self.get(port, path))["data"]["result"]
        except (OSError, ValueError, KeyError):
            return {}
        return {entry["metric"]["__name__"]: int(float(entry["value"][1])) for entry in found}


def count_lines(text):
    held = {}
    for line in text.splitlines():
        name = OURS.match(line)
        if name:
            held[name[0]] = held.get(name[0], 0) + 1
    return held


def count_influx(text):
    """Fields of Influx' lines, as series are told apart: by tags and field."""
    series = set()
    for line in text.splitlines():
        if line.startswith("prometheus,"):
            tags, fields = re.split(r"(?<!\\) ", line)[:2]
            for name in OURS.findall(fields.replace("=", " ")):
                series.add((tags, name))
    held = {}
    for _, name in series:
        held[name] = held.get(name, 0) + 1
    return held


def example(name, *changes):
    """The file of deploy/, quicker, and with each change (what, by what) made."""
    with open(os.path.join(harness.SOURCE_DIR, "deploy", name), encoding="utf-8") as file:
        text = file.read().replace("15s", "2s").replace("  - ipsla.rules.yml\n", "").replace("rule_files:\n", "")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return harness.write_file(os.path.basename(name), text)


class Run:
    """What one scraper made of it."""

    def __init__(self, name, checks, commands, held):
        self.name, self.held = name, {}
        for check in checks:
            subprocess.run(check, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=harness.scratch_dir())
        place = Place()
        processes = [harness.Process(place.namespace, command) for command in commands]

        def is_complete():
            for process in processes:
                assert process.is_running(), process.evidence()
            self.held = held(place, processes)
            return len(place.server.asked) >= LATEST and self.held.get("ipsla_operations_total", 0) == 2

        harness.wait_for(is_complete, lambda: f"{name}: {self.held}\n{processes[-1].evidence()[-3000:]}", 0.5)
        self.expected = place.expected()
        headers, self.answer = place.server.asked[-1]
        self.accept, self.agent = headers.get("Accept", ""), headers.get("User-Agent", "")
        for process in processes:
            process.kill()
        place.exporter.process.kill()
        place.server.shutdown()

    def lost(self):
        missing, became = set(), set()
        for name in self.expected:
            family = FAMILY.sub("", name)
            if name not in self.held and family in self.held and family != name:
                became.add("histograms are native")
            elif name not in self.held:
                missing.add(name)
        words = sorted(became)
        infos = {name for name in missing if name.endswith("_info") and name[:-5] in self.held}
        if infos:
            words.append("`_info` is lost from the name")
        words += [f"no `{name}`" for name in sorted(missing - infos)]
        extra = sorted(name for name in set(self.held) - set(self.expected) if name not in {FAMILY.sub("", e) for e in self.expected}
                       and name + "_info" not in self.expected)
        return words + [f"also `{name}`" for name in extra]

    def row(self):
        kept = sum(1 for name in self.expected if name in self.held)
        lost = "; ".join(self.lost()) or "nothing"
        accept = self.accept.replace("|", "\\|")
        return f"| {self.name} | `{accept}` | {self.answer.split(';')[0]} | {kept} of {len(self.expected)} | {lost} |"


def version(command, pattern):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return re.search(pattern, done.stdout)[1]


def data(name):
    path = os.path.join(harness.scratch_dir(), name)
    shutil.rmtree(path, ignore_errors=True)
    return path


def by_api(port):
    return lambda place, processes: place.query(port)


def prometheus_runs(program, promtool, label, variants):
    for name, path, flags in variants:
        yield Run(f"{label}{name}", [[promtool, "check", "config", path]],
                  [[program, f"--config.file={path}", f"--storage.tsdb.path={data('tsdb')}",
                    "--web.listen-address=127.0.0.1:9090", *flags]], by_api(9090))


def prometheus2():
    program = shutil.which("prometheus")
    if program is None:
        return
    number = version([program, "--version"], r"version (\d[\w.]*)")
    plain = example("prometheus/prometheus.yml")
    yield from prometheus_runs(program, shutil.which("promtool"), f"Prometheus {number} (Debian 12)", [
        ("", plain, []), (", `--enable-feature=native-histograms`", plain, ["--enable-feature=native-histograms"])])


def prometheus3(folder):
    program, promtool = (os.path.join(folder, "../prometheus3", name) for name in ("prometheus", "promtool"))
    if not os.path.exists(program):
        return
    label = "Prometheus " + version([program, "--version"], r"version (\d[\w.]*)")
    native, classic = "scrape_native_histograms: true", "# always_scrape_classic_histograms: true"
    yield from prometheus_runs(program, promtool, label, [("", example("prometheus/prometheus.yml"), [])])
    yield from prometheus_runs(program, promtool, label, [
        (f", `{native}`", example("scrapers/prometheus-native.yml"), [])])
    yield from prometheus_runs(program, promtool, label, [
        (", and `always_scrape_classic_histograms: true`", example("scrapers/prometheus-native.yml", (classic, classic[2:])), [])])
    yield from prometheus_runs(program, promtool, label, [
        (", and `scrape_protocols: [OpenMetricsText2.0.0]`",
         example("scrapers/prometheus-native.yml", (native, native + "\n    scrape_protocols: [OpenMetricsText2.0.0]")),
         ["--enable-feature=openmetrics2"])])
    agent = example("scrapers/prometheus-agent.yml")
    empty = harness.write_file("receiver.yml", "{}\n")
    yield Run(f"{label} `--agent`, by remote write", [[promtool, "check", "config", "--agent", agent]], [
        [program, f"--config.file={empty}", f"--storage.tsdb.path={data('received')}", "--web.enable-remote-write-receiver",
         "--web.listen-address=127.0.0.1:9091"],
        [program, "--agent", f"--config.file={agent}", f"--storage.agent.path={data('agent')}",
         "--web.listen-address=127.0.0.1:9090"]], by_api(9091))


def victoriametrics(folder):
    file = example("scrapers/victoriametrics.yml")
    server = [os.path.join(folder, "bin/victoria-metrics"), f"-storageDataPath={data('victoria')}", "-httpListenAddr=127.0.0.1:8428",
              "-search.latencyOffset=0s"]
    number = read_version(folder, "victoria-metrics")
    if number is None or read_version(folder, "vmagent") is None:
        return
    yield Run(f"VictoriaMetrics {number}", [], [server + [f"-promscrape.config={file}"]], by_api(8428))
    agent = [os.path.join(folder, "bin/vmagent"), f"-promscrape.config={file}"]
    server[1] = f"-storageDataPath={data('victoria-2')}"
    yield Run(f"vmagent {number}, by remote write to VictoriaMetrics", [agent + ["-dryRun"]], [
        server, agent + ["-httpListenAddr=127.0.0.1:8429", f"-remoteWrite.tmpDataPath={data('vmagent')}",
                         "-remoteWrite.url=http://127.0.0.1:8428/api/v1/write"]], by_api(8428))


def collector(folder):
    program = os.path.join(folder, "bin/otelcol")
    number = read_version(folder, "otelcol")
    if number is None:
        return
    label = f"OpenTelemetry collector {number}"

    def held(place, processes):
        try:
            return count_lines(place.get(8889, "/metrics"))
        except OSError:
            return {}

    protocols = "          scrape_protocols: [PrometheusText0.0.4]\n"
    for name, changes in ((", `scrape_protocols: [PrometheusText0.0.4]`", []), ("", [(protocols, "")]),
                          (", `scrape_native_histograms: true`", [(protocols, "          scrape_native_histograms: true\n")])):
        path = example("scrapers/otelcol.yml", *changes)
        yield Run(label + name, [[program, "validate", f"--config={path}"]], [[program, f"--config={path}"]], held)


def telegraf(folder):
    path, number = example("scrapers/telegraf.conf"), read_version(folder, "telegraf")
    if number is None:
        return
    yield Run(f"Telegraf {number}", [], [[os.path.join(folder, "bin/telegraf"), f"--config={path}"]],
              lambda place, processes: count_influx(processes[0].stdout()))


def read_version(folder, name):
    """Of a program that was built; None: it was not, which is said."""
    try:
        with open(os.path.join(folder, name + ".version"), encoding="utf-8") as file:
            return file.read().strip().lstrip("v")
    except FileNotFoundError:
        print(f"not run: {name} was not built")
        return None


def table(runs):
    lines = ["| scraper | `Accept` | answer | names kept | what differs |", "|---|---|---|---|---|"]
    for run in runs:
        lines.append(run.row())
        print(f"{run.name}\n  asks: {run.accept}\n  as {run.agent}, gets {run.answer}\n  holds {sum(run.held.values())} series of "
              f"{len(run.held)} names, of {len(run.expected)} names offered\n  differs: {'; '.join(run.lost()) or 'nothing'}", flush=True)
    return "\n".join(lines) + "\n"


def main():
    folder, update = sys.argv[1], "--update" in sys.argv[2:]

    def runs():
        yield from prometheus2()
        yield from prometheus3(folder)
        yield from victoriametrics(folder)
        yield from collector(folder)
        yield from telegraf(folder)

    text = table(runs())
    if update:
        with open(PAGE, encoding="utf-8") as file:
            head, _, rest = file.read().partition(BEGIN)
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(f"{head}{BEGIN}Run on {datetime.date.today():%d %B %Y}.\n\n{text}{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
