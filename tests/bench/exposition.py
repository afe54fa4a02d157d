# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Takes the figures of exposition.sh with bench_exposition and Prometheus."""

import atexit
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("IPSLA_BENCH_EXPOSITION", os.path.join(ROOT, "build/release/bin/bench_exposition"))
SERVER_CORE, CLIENT_CORE = "0", "1"
PRODUCT, PRODUCT_TEXT, TEXT, GZIP, PROMETHEUS = 9101, 9102, 9103, 9104, 9190
PATIENCE = 120
QUICK = "--quick" in sys.argv
TARGETS, REPETITIONS = (1000, 3) if QUICK else (10000, 9)
INGEST_TARGETS, INGEST_SCRAPES, INGEST_ROUNDS = (200, 4, 1) if QUICK else (3000, 6, 2)
INGEST_SECONDS = 2 if QUICK else 8
SETTLING = 2  # the first scrapes make series

running = []
scratch = tempfile.mkdtemp(prefix="ipsla-bench-")


def clean_up():
    for process in running:
        process.kill()
        process.wait()
    shutil.rmtree(scratch, ignore_errors=True)


atexit.register(clean_up)


def start(core, *command):
    command = [str(word) for word in command]
    if core is not None:
        command = ["taskset", "-c", core, *command]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running.append(process)
    return process


def stop(process):
    process.terminate()
    process.wait()
    running.remove(process)


def wait_for_port(process, port):
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                sys.exit(f"exposition.py: nobody listens on {port}")
            time.sleep(0.05)


def server(kind, targets, port, *more):
    process = start(SERVER_CORE, PROGRAM, kind, targets, port, *more)
    wait_for_port(process, port)
    return process


def figures(core, *command):
    """What a run of bench_exposition printed: {name: [value...]}."""
    command = ["taskset", "-c", core, PROGRAM, *(str(word) for word in command)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {words[0]: [float(word) for word in words[1:]] for words in map(str.split, text.splitlines())}


def ratio(ours, theirs):
    return statistics.median(a / b for a, b in zip(ours, theirs))


def milliseconds(values):
    values = [value * 1000 for value in values]
    return f"{statistics.median(values):.1f} ms [{min(values):.1f}-{max(values):.1f}]"


def bar(name, value, limit):
    print(f"{name}: {value:.2f} (<= {limit:g}) {'ok' if value <= limit else 'short'}", flush=True)


def measure_render():
    found = figures(SERVER_CORE, "render", TARGETS, REPETITIONS)
    series = found["series"][0]
    print(f"{TARGETS} targets: {series:.0f} series, {found['bytes'][0] / 1e6:.1f} MB; "
          f"write {milliseconds(found['render'])}, {statistics.median(found['render']) / series * 1e9:.0f} ns a series; "
          f"memcpy {milliseconds(found['memcpy'])}")
    bar("exposition-render-to-memcpy", ratio(found["render"], found["memcpy"]), 2.5)


def measure_protobuf():
    """Bytes and CPU of the same targets in text and in protobuf with native histograms."""
    text, classic, native = (figures(SERVER_CORE, "render", TARGETS, REPETITIONS, form)
                             for form in ("text", "protobuf", "native"))
    for name, found in (("text", text), ("protobuf, both forms", classic), ("protobuf, native", native)):
        print(f"{name}: {found['bytes'][0] / 1e6:.1f} MB, write {milliseconds(found['render'])}")
    bar("protobuf-bytes-to-text", native["bytes"][0] / text["bytes"][0], 0.2)
    bar("protobuf-cpu-to-text", statistics.median(native["render"]) / statistics.median(text["render"]), 0.33)


def memory_kb(process, name):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name))


def spent_ms(process):
    """CPU of the process so far."""
    total = 0
    for task in os.listdir(f"/proc/{process.pid}/task"):
        with open(f"/proc/{process.pid}/task/{task}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e6


def measure_gzip():
    """CPU of the server for a plain and a compressed answer, one right after the other."""
    ours = server("serve", TARGETS, PRODUCT, "gzip")
    costs = {"text": [], "gzip": []}
    for _ in range(REPETITIONS):
        for form, found in costs.items():
            before = spent_ms(ours)
            figures(CLIENT_CORE, "get", 1, form, PRODUCT)
            found.append(spent_ms(ours) - before)
    for form, found in costs.items():
        print(f"CPU of an answer, {form}: {statistics.median(found):.0f} ms [{min(found):.0f}-{max(found):.0f}]")
    bar("exposition-gzip-to-plain-cpu", ratio(costs["gzip"], costs["text"]), 1.6)
    stop(ours)


def duplicates(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().split(b"\n")
    connection.close()
    series = [line.rsplit(b" ", 1)[0] for line in lines if line and not line.startswith(b"#")]
    return len(series) - len(set(series))


def measure_get():
    ours, text = server("serve", TARGETS, PRODUCT, "gzip"), server("static", TARGETS, TEXT, "text")
    before_kb = memory_kb(ours, "VmRSS")
    found = figures(CLIENT_CORE, "get", REPETITIONS, "text", PRODUCT, TEXT)
    print(f"GET: {milliseconds(found[f'get.{PRODUCT}'])}, of a server that only sends it "
          f"{milliseconds(found[f'get.{TEXT}'])}")
    bar("exposition-get-to-static", ratio(found[f"get.{PRODUCT}"], found[f"get.{TEXT}"]), 3)
    packed = figures(CLIENT_CORE, "get", REPETITIONS, "gzip", PRODUCT)
    print(f"GET with gzip: {milliseconds(packed[f'get.{PRODUCT}'])}, {packed[f'bytes.{PRODUCT}'][0] / 1e6:.1f} MB")
    print(f"memory of a scrape: {memory_kb(ours, 'VmHWM') - before_kb} kB more than at rest ({before_kb} kB)")
    bar("exposition-duplicate-series", duplicates(PRODUCT), 0)
    stop(ours)
    stop(text)


def query(text):
    connection = http.client.HTTPConnection("127.0.0.1", PROMETHEUS, timeout=PATIENCE)
    connection.request("GET", "/api/v1/query?query=" + urllib.parse.quote(text))
    result = json.loads(connection.getresponse().read())["data"]["result"]
    connection.close()
    return [float(value) for _, value in result[0]["values"]] if result else []


def ingest(port):
    """Durations of the scrapes of one Prometheus, without those that make its series."""
    directory = tempfile.mkdtemp(dir=scratch)
    config = os.path.join(directory, "prometheus.yml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"global: {{scrape_interval: {INGEST_SECONDS}s, scrape_timeout: {INGEST_SECONDS}s}}\n"
                   f"scrape_configs: [{{job_name: x, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n")
    prometheus = start(None, "prometheus", f"--config.file={config}", f"--storage.tsdb.path={directory}/data",
                       f"--web.listen-address=127.0.0.1:{PROMETHEUS}")
    wait_for_port(prometheus, PROMETHEUS)
    end = time.monotonic() + PATIENCE
    durations = []
    while len(durations) < INGEST_SCRAPES:
        if time.monotonic() > end:
            sys.exit("exposition.py: Prometheus does not scrape")
        time.sleep(0.5)
        durations = query("scrape_duration_seconds[1h]")
    up = query("up[1h]")
    if sum(up) < len(up):
        sys.exit("exposition.py: a scrape of Prometheus failed")
    stop(prometheus)
    shutil.rmtree(directory)
    return durations[SETTLING:]


def measure_ingest():
    """Prometheus always asks for gzip: each server once does as asked, and once does not."""
    servers = {GZIP: server("static", INGEST_TARGETS, GZIP, "gzip"),
               PRODUCT: server("serve", INGEST_TARGETS, PRODUCT, "gzip"),
               TEXT: server("static", INGEST_TARGETS, TEXT, "text"),
               PRODUCT_TEXT: server("serve", INGEST_TARGETS, PRODUCT_TEXT, "text")}
    durations = {port: [] for port in servers}
    for _ in range(INGEST_ROUNDS):
        for port, found in durations.items():
            found += ingest(port)
    for name, ours, theirs in (("gzip", PRODUCT, GZIP), ("text", PRODUCT_TEXT, TEXT)):
        print(f"Prometheus scrapes {INGEST_TARGETS} targets, {name}, in {milliseconds(durations[ours])}; from a server that "
              f"only sends it {milliseconds(durations[theirs])}")
        bar(f"exposition-ingest-to-static-{name}",
            statistics.median(durations[ours]) / statistics.median(durations[theirs]), 1.3)
    for process in servers.values():
        stop(process)


MEASUREMENTS = {"render": measure_render, "protobuf": measure_protobuf, "gzip": measure_gzip, "get": measure_get,
                "ingest": measure_ingest}
for name in [word for word in sys.argv[1:] if word in MEASUREMENTS] or MEASUREMENTS:
    MEASUREMENTS[name]()
