# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Prometheus and Alertmanager with the files of deploy/, in which only the waiting is shortened, and who gets the messages."""

import http.server
import json
import os
import re
import shutil
import subprocess
import threading

import harness

RULES = os.path.join(harness.SOURCE_DIR, "deploy/prometheus/ipsla.rules.yml")
CONFIG = os.path.join(harness.SOURCE_DIR, "deploy/alertmanager/alertmanager.yml")
URL = "http://127.0.0.1:9093"
MESSAGES_PORT = 9094
UNITS = {"m": 60, "h": 3600, "d": 86400}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def milliseconds(text, divisor):
    return f"{int(text[:-1]) * UNITS[text[-1]] * 1000 // divisor}ms"


def shortened_rules(divisor=300):
    """The rules with every `for` divided."""
    rules, changed = re.subn(r"(?m)^( +for: )(\d+[mhd])$", lambda found: found[1] + milliseconds(found[2], divisor), read(RULES))
    assert changed > 10, "no `for` found in the rules"
    return rules


def quick_rules(divisor, keep_divisor):
    """The same, and what is read in steps of 5 minutes every other minute is read each second."""
    rules = re.sub(r"(?m)^( +keep_firing_for: )(\d+[mhd])$",
                   lambda found: found[1] + milliseconds(found[2], keep_divisor), shortened_rules(divisor))
    rules = re.sub(r"\[(\d)h:5m\]", r"[\1m:1s]", rules)
    return re.sub(r"(?m)^    interval: .*$", "    interval: 500ms", rules)


def routed(group_wait="1s"):
    """The configuration of Alertmanager whose receivers are Messages."""
    text = re.sub(r"(?m)^  - name: (\w+)$",
                  rf"  - name: \1\n    webhook_configs: [{{url: 'http://127.0.0.1:{MESSAGES_PORT}/\1'}}]", read(CONFIG))
    return text.replace("  receiver: ticket\n", f"  receiver: ticket\n  group_wait: {group_wait}\n  group_interval: 1s\n", 1)


class Messages(threading.Thread):
    """The receiver: (name of the receiver, "firing" or "resolved", labels of the group, alerts) of each message, in order."""

    def __init__(self, namespace):
        super().__init__(daemon=True)
        self.all = []
        everything = self.all

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                everything.append((self.path[1:], said["status"], said["groupLabels"], said["alerts"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        with namespace.entered():
            self.server = http.server.HTTPServer(("127.0.0.1", MESSAGES_PORT), Handler)
        self.start()

    def run(self):
        self.server.serve_forever(poll_interval=0.05)

    def end(self):
        self.server.shutdown()
        self.join()
        self.server.server_close()

    def of(self, name, **labels):
        """(receiver, status, number of alerts) of each message about an alert, and a group with these labels."""
        wanted = {("alertname", name), *labels.items()}
        return [(receiver, status, len(alerts)) for receiver, status, group, alerts in list(self.all)
                if wanted <= set(group.items())]


class Alertmanager:
    """A server in the namespace, with a configuration of the test's or of deploy/."""

    def __init__(self, namespace, config):
        self.namespace = namespace
        path = harness.write_file("alertmanager.yml", config)
        self.amtool("check-config", path)
        program = shutil.which("prometheus-alertmanager") or harness.require_program("alertmanager")
        data = os.path.join(harness.scratch_dir(), "alertmanager-data")
        self.process = harness.Process(namespace, [
            program, f"--config.file={path}", f"--storage.path={data}",
            "--web.listen-address=127.0.0.1:9093", "--cluster.listen-address="])
        harness.wait_for(self.is_ready, self.process.evidence)

    def run(self, *arguments):
        with self.namespace.entered():
            return subprocess.run([harness.require_program("amtool"), *arguments], capture_output=True, text=True,
                                  timeout=harness.PATIENCE)

    def amtool(self, *arguments):
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def is_ready(self):
        assert self.process.is_running(), self.process.evidence()
        return self.run("cluster", "show", f"--alertmanager.url={URL}").returncode == 0

    def add(self, alert):
        self.amtool("alert", "add", f"--alertmanager.url={URL}", *(f"{name}={value}" for name, value in alert.items()))

    def labels(self, *which):
        """Of the alerts that it has: --active those that nothing inhibits, --inhibited the others."""
        found = json.loads(self.amtool("alert", "query", f"--alertmanager.url={URL}", "--output=json", *which))
        return [alert["labels"] for alert in found]

    def receiver(self, **labels):
        return self.amtool("config", "routes", "test", f"--alertmanager.url={URL}",
                           *(f"{name}={value}" for name, value in labels.items())).strip()
