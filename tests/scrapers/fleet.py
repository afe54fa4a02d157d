# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Three exporters, then four, that share a configuration; an agent scrapes them and writes to a store with alert rules.
tests/fleet.sh builds what is not Debian's and calls this: fleet.py BIN TARGETS."""

import http.client
import json
import os
import sys
import time
import urllib.parse

import harness

FREQUENCY_SECONDS = 60
SITES = 50
SCRAPE_SECONDS = 15
# IpslaExporterDown: nothing for 3 minutes, and that for 2; then the next scrape and two evaluations.
ALERT_SECONDS = 300 + SCRAPE_SECONDS + 2 * SCRAPE_SECONDS + 30
STORE, AGENT, RULES, FIRST = 8428, 9090, 8880, 11000
HEAD = f"""defaults: {{frequency: {FREQUENCY_SECONDS}s, timeout: 2s, num_packets: 5, series: minimal, port: 16384}}
targets:
"""
AGENT_CONFIG = """global: {{scrape_interval: {interval}s, external_labels: {{cluster: lab}}}}
scrape_configs:
  - job_name: ipsla
    file_sd_configs: [{{files: [{folder}/shards.json], refresh_interval: 1s}}]
remote_write:
  - url: http://127.0.0.1:{store}/api/v1/write
"""


class Fleet:
    def __init__(self, folder, targets):
        self.namespace, self.folder = harness.Namespace(), folder
        self.names = {f"t{number:05d}" for number in range(targets)}
        lines = (f"  - {{name: {name}, host: 127.0.{1 + number // 250}.{1 + number % 250}, labels: {{site: s{number % SITES:02d}}}}}\n"
                 for number, name in enumerate(sorted(self.names)))
        self.config = harness.write_file("fleet.yml", HEAD + "".join(lines))
        self.exporters, self.services = {}, []
        self.run("ipsla_responder", [harness.program("ipsla_responder")])

    def run(self, name, command):
        """Starts what shall run to the end."""
        process = harness.Process(self.namespace, command)
        self.services.append((name, process))
        return process

    def look(self):
        for name, process in self.services:
            assert process.is_running(), f"{name} ended: {process.evidence()}"

    def start(self, number, count):
        self.exporters[number] = harness.Process(self.namespace, [
            harness.program("ipsla_exporter"), f"--config.file={self.config}", f"--shard={number}/{count}",
            f"--web.listen-address=127.0.0.1:{FIRST + number}"])
        harness.wait_for(lambda: self.is_up(FIRST + number, "/-/healthy"), self.exporters[number].evidence)


    def serve(self, bin_folder):
        with open(os.path.join(self.folder, "agent.yml"), "w", encoding="utf-8") as file:
            file.write(AGENT_CONFIG.format(interval=SCRAPE_SECONDS, folder=self.folder, store=STORE))
        self.announce()
        self.run("victoria-metrics", [f"{bin_folder}/victoria-metrics", f"-storageDataPath={self.folder}/store",
                                      f"-httpListenAddr=127.0.0.1:{STORE}", "-search.latencyOffset=1s"])
        harness.wait_for(lambda: self.is_up(STORE, "/health"), "VictoriaMetrics")
        rules = os.path.join(harness.SOURCE_DIR, "deploy/prometheus")
        url = f"http://127.0.0.1:{STORE}"
        self.run("vmalert", [f"{bin_folder}/vmalert", f"-rule={rules}/ipsla.rules.yml", f"-rule={rules}/fleet.rules.yml", f"-datasource.url={url}", f"-remoteWrite.url={url}",
                             "-notifier.blackhole", f"-evaluationInterval={SCRAPE_SECONDS}s", f"-httpListenAddr=127.0.0.1:{RULES}"])
        self.run("prometheus", ["prometheus", "--enable-feature=agent", f"--config.file={self.folder}/agent.yml",
                                f"--storage.agent.path={self.folder}/agent", f"--web.listen-address=127.0.0.1:{AGENT}"])

    def is_up(self, port, path):
        try:
            return self.get(port, path) is not None
        except OSError:
            return False

    def announce(self):
        """Tells the agent which exporters there are."""
        path = os.path.join(self.folder, "shards.json")
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump([{"targets": [f"127.0.0.1:{FIRST + number}" for number in sorted(self.exporters)]}], file)
        os.rename(path + ".new", path)

    def get(self, port, path):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=harness.PATIENCE)
        try:
            with self.namespace.entered():
                connection.connect()
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode()
            return body if answer.status == 200 else None
        finally:
            connection.close()

    def ask(self, query, **more):
        """[(labels, value)] of the store."""
        path = "/api/v1/query?" + urllib.parse.urlencode({"query": query, "nocache": 1, **more})
        answer = json.loads(self.get(STORE, path) or "{}")
        return [(entry["metric"], float(entry["value"][1])) for entry in answer.get("data", {}).get("result", [])]

    def number(self, query, **more):
        found = self.ask(query, **more)
        return found[0][1] if found else 0

    def wait(self, condition, what, seconds):
        """Until the condition holds; returns after how many seconds it did."""
        begin = time.monotonic()
        while not condition():
            self.look()
            assert time.monotonic() - begin < seconds, f"not within {seconds} s: {what}"
            time.sleep(1)
        return time.monotonic() - begin

    def per_shard(self):
        """{instance: names of the targets that it shows}, by the latest scrapes."""
        found = {}
        for labels, _ in self.ask('ipsla_target_info{job="ipsla"}'):
            found.setdefault(labels["instance"], set()).add(labels["target"])
        return found

    def alerts(self, name):
        listed = json.loads(self.get(RULES, "/api/v1/alerts") or "{}").get("data", {}).get("alerts") or []
        return {alert["labels"].get("instance"): alert["state"] for alert in listed if alert["name"] == name}

    def is_whole(self, count):
        """Every target once, of `count` exporters."""
        shares = self.per_shard()
        return len(shares) == count and sum(len(names) for names in shares.values()) == len(self.names) \
            and set().union(*shares.values()) == self.names


def instance(number):
    return f"127.0.0.1:{FIRST + number}"


def say(what, value):
    print(f"{what:<58} {value}", flush=True)


def check_once(fleet):
    seconds = fleet.wait(lambda: fleet.is_whole(3) and fleet.number("sum(ipsla_operation_success)") == len(fleet.names),
                         "every target once, measured", 10 * FREQUENCY_SECONDS)
    shares = {name: len(names) for name, names in fleet.per_shard().items()}
    fleet.wait(lambda: fleet.number("sum(site:ipsla_targets:count)") == len(fleet.names) and
               fleet.number("count(site:ipsla_targets:count)") == SITES, "the sums of all sites", 6 * SCRAPE_SECONDS)
    say("every target once, measured, after", f"{seconds:.0f} s; targets of each exporter: {sorted(shares.values())}")


def check_loss(fleet):
    lost = fleet.exporters[1]
    lost.kill()
    seconds = fleet.wait(lambda: fleet.alerts("IpslaExporterDown").get(instance(1)) == "firing", "an alert", ALERT_SECONDS)
    assert set(fleet.alerts("IpslaExporterDown")) == {instance(1)}, fleet.alerts("IpslaExporterDown")
    say("an exporter was killed: IpslaExporterDown fires after", f"{seconds:.0f} s (at most {ALERT_SECONDS})")
    fleet.start(1, 3)
    seconds = fleet.wait(lambda: fleet.is_whole(3) and not fleet.alerts("IpslaExporterDown"), "the alert's end", 300)
    say("it runs again: no alert and every target once after", f"{seconds:.0f} s")


def check_growth(fleet):
    before = fleet.per_shard()
    begin = time.time()
    fleet.start(3, 4)
    fleet.announce()
    # The new one measures its share before the others give it up.
    share = lambda: fleet.per_shard().get(instance(3), set())
    fleet.wait(lambda: share() and fleet.number(f'count(ipsla_operations_total{{instance="{instance(3)}"}} > 0)') == len(share()),
               "the share of the fourth", 5 * FREQUENCY_SECONDS)
    for number in range(3):
        fleet.exporters[number].stop()
        fleet.start(number, 4)
    fleet.wait(lambda: fleet.is_whole(4), "every target once, of four", 10 * SCRAPE_SECONDS)
    fleet.wait(lambda: fleet.number("count(ipsla_operations_total > 0)") == len(fleet.names), "every target measured",
               5 * FREQUENCY_SECONDS)
    after, moved = fleet.per_shard(), 0
    for number in range(3):
        stays = after[instance(number)]
        assert stays <= before[instance(number)], "a target moved between two that were there before"
        moved += len(before[instance(number)]) - len(stays)
    assert moved == len(after[instance(3)])
    share = moved / len(fleet.names)
    assert 0.22 < share < 0.28, share
    seconds = time.time() - begin
    say("a fourth exporter took", f"{moved} of {len(fleet.names)} targets ({100 * share:.1f} %), in {seconds:.0f} s")
    return int(seconds) + 1


def check_gaps(fleet, seconds):
    """Of each target, how long it was without an end of an operation, whoever measured it."""
    now = time.time()
    times = "max by (target) (ipsla_operation_last_run_timestamp_seconds)"
    window = f"[{seconds}s:{SCRAPE_SECONDS}s]"
    gaps = fleet.ask(f"max_over_time((time() - {times}){window})", time=now)
    assert {labels["target"] for labels, _ in gaps} == fleet.names
    longest = max(value for _, value in gaps)
    # An operation at each frequency, and a scrape after it; a restart may give an operation up.
    limit = 2 * FREQUENCY_SECONDS + 2 * SCRAPE_SECONDS
    say("meanwhile the latest operation of a target was at most", f"{longest:.0f} s old (frequency {FREQUENCY_SECONDS} s)")
    assert longest <= limit, f"{longest} > {limit}"
    say("meanwhile targets shown twice, at most",
        int(fleet.number(f"max_over_time((count(count by (target) (ipsla_target_info) > 1) or vector(0)){window})", time=now)))
    failures = fleet.number(f"sum(increase(ipsla_operation_failures_total[{seconds}s]))", time=now)
    say("meanwhile failed operations", int(failures))


def say_costs(fleet):
    agent = harness.Metrics(fleet.get(AGENT, "/metrics"))
    store = harness.Metrics(fleet.get(STORE, "/metrics"))
    sent, samples = (agent.total(f"prometheus_remote_storage_{name}_total") for name in ("bytes", "samples"))
    series = fleet.number('sum(scrape_samples_scraped{job="ipsla"})')
    say("series of the exporters", f"{series:.0f}, {series / len(fleet.names):.1f} a target")
    sums = fleet.number('count({__name__=~"site.*"})')
    say("of the rules for fleets", f"{sums:.0f} series of {SITES} sites")
    say("remote write", f"{sent / samples:.1f} bytes a sample (snappy), {series * sent / samples / SCRAPE_SECONDS / 1e3:.0f} kB/s")
    rows, size = store.total("vm_rows", type="storage/big") + store.total("vm_rows", type="storage/small"), sum(
        store.total("vm_data_size_bytes", type=f"storage/{kind}") for kind in ("big", "small"))
    say("stored", f"{size / rows:.2f} bytes a sample" if rows else "in memory still")
    say("CPU of the agent, and its memory", f"{agent.get('process_cpu_seconds_total'):.0f} s, "
        f"{agent.get('process_resident_memory_bytes') / 1e6:.0f} MB")
    say("CPU of the store, and its memory", f"{store.get('process_cpu_seconds_total'):.0f} s, "
        f"{store.get('process_resident_memory_bytes') / 1e6:.0f} MB")
    first = harness.Metrics(fleet.get(FIRST + 3, "/metrics"))
    say("memory of the fourth exporter", f"{first.get('process_resident_memory_bytes') / 1e6:.0f} MB, "
        f"{first.get('ipsla_exporter_targets', state='ok'):.0f} targets")


def main():
    bin_folder, targets = sys.argv[1], int(sys.argv[2])
    folder = harness.scratch_dir()
    fleet = Fleet(folder, targets)
    for number in range(3):
        fleet.start(number, 3)
    fleet.serve(bin_folder)
    check_once(fleet)
    check_loss(fleet)
    seconds = check_growth(fleet)
    check_gaps(fleet, seconds)
    say_costs(fleet)
    print("fleet: every target once, a lost exporter is an alert, a fourth loses nothing")


main()
