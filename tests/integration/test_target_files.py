# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Targets from files, and reloads that nobody asks for: what changes is taken over, what does not goes on counting."""

import contextlib
import json
import os
import re
import shutil
import signal
import time

import harness
from test_prometheus import Prometheus

CONFIG = """
responder: {listen: ['127.0.0.1:1967'], max_sessions: 20000, requests_per_source: 0}
defaults: {frequency: 1s, timeout: 500ms, num_packets: 3, start: now}
target_files: [targets/*.yml, targets/*.json, later/*/*.yml]
targets: [{name: main, host: 127.0.0.1, port: 16384}]
"""
GOOD = "ipsla_exporter_target_file_last_read_successful"
# They are looked at so often whatever the system reports, in seconds.
LOOK_INTERVAL = 30


def folder(*parts):
    return os.path.join(harness.scratch_dir(), *parts)


def group(*names, port=16384, **labels):
    return {"targets": list(names), "labels": {"__host__": "127.0.0.1", "__port__": str(port), **labels}}


def put(path, groups):
    """In one step."""
    text = groups if isinstance(groups, (str, bytes)) else json.dumps(groups)
    with open(path + ".new", "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    os.replace(path + ".new", path)


def targets(metrics):
    return {dict(labels)["target"] for labels in metrics.all("ipsla_target_info")}


class Case(harness.Case):
    flags = ()

    def setUp(self):
        super().setUp()
        for name in ("targets", "later"):
            shutil.rmtree(folder(name), ignore_errors=True)
        os.mkdir(folder("targets"))
        self.prepare()
        self.exporter = harness.Exporter(harness.Namespace(), CONFIG, *self.flags)
        self.slowest = 0.0

    def prepare(self):
        put(folder("targets", "a.yml"), [group("one", site="x")])

    def expect(self, *names):
        """Until these are the targets; notes how long that takes."""
        begin = time.monotonic()
        metrics = self.exporter.wait_metrics(lambda metrics: targets(metrics) == set(names), f"{names}")
        self.slowest = max(self.slowest, time.monotonic() - begin)
        return metrics

    def expect_bad(self, path):
        return self.exporter.wait_metrics(lambda metrics: metrics.get(GOOD, file=path) == 0, f"{path} is refused")

    def operations(self, metrics, name):
        return metrics.get("ipsla_operations_total", target=name) or 0

    def tearDown(self):
        if self.exporter.process.is_running():
            self.assertEqual(self.exporter.process.stop(), 0, self.exporter.process.evidence())
        super().tearDown()


class FileTest(Case):
    def test_add_change_remove_break_mend(self):
        a, b = folder("targets", "a.yml"), folder("targets", "b.json")
        self.expect("main", "one")
        self.exporter.wait_metrics(lambda metrics: self.operations(metrics, "one") >= 2, "operations of one")
        before = self.exporter.scrape()
        put(b, [group("two", "three", port=16400)])
        self.expect("main", "one", "two", "three")
        self.exporter.wait_metrics(lambda metrics: metrics.get("ipsla_exporter_target_file_targets", file=b) == 2,
                                   "the targets of the file")
        put(b, [group("two", port=16400, site="y")])
        self.expect("main", "one", "two")
        put(a, "- targets: [one\n")
        metrics = self.expect_bad(a)
        self.assertEqual(targets(metrics), {"main", "one", "two"})
        put(b, [group("two", "four", port=16400, site="y")])
        self.expect("main", "one", "two", "four")
        self.assertIn(f"{a}:1:12: the '[' opened here is never closed", self.exporter.process.stderr())
        page = re.sub(r"<[^>]*>", "", self.exporter.request("GET", "/")[2])
        self.assertIn(f"{a}:1:12: 1 targets as read at", page)
        put(a, [group("one", "five", site="x")])
        self.expect("main", "one", "two", "four", "five")
        self.exporter.wait_metrics(lambda metrics: metrics.get(GOOD, file=a) == 1, "the mended file")
        os.remove(b)
        self.expect("main", "one", "five")
        self.exporter.wait_metrics(lambda metrics: metrics.all(GOOD, file=b) == {}, "no such file any more")
        print(f"slowest: {self.slowest:.2f} s")
        # What did not change has lost nothing in all this.
        later = self.exporter.wait_metrics(
            lambda metrics: self.operations(metrics, "one") >= self.operations(before, "one") + 2, "more of one")
        for name in ("one", "main"):
            self.assertEqual(later.total("ipsla_operations_skipped_total", target=name), 0)
            self.assertEqual(later.total("ipsla_operation_failures_total", target=name), 0)
        self.assertEqual(later.get("ipsla_exporter_config_last_reload_success_timestamp_seconds"),
                         before.get("ipsla_exporter_config_last_reload_success_timestamp_seconds"),
                         "target files are no reload")

    def test_changes_are_reported(self):
        """By the system, and not found by looking now and then."""
        seconds = []
        path = folder("targets", "b.yml")
        self.expect("main", "one")
        for number in range(6):
            put(path, [group(f"n{number}")])
            begin = time.monotonic()
            self.expect("main", "one", f"n{number}")
            seconds.append(time.monotonic() - begin)
        print("in force after", " ".join(f"{value:.2f}" for value in seconds), "s")
        self.assertLess(min(seconds), LOOK_INTERVAL / 2)

    def test_files_that_are_none(self):
        """Each is a finding, and nobody stands still: neither what measures nor what serves."""
        self.expect("main", "one")
        begin = self.exporter.scrape()
        os.mkfifo(folder("targets", "fifo.yml"))
        os.mkdir(folder("targets", "dir.yml"))
        os.symlink("loop.yml", folder("targets", "loop.yml"))
        put(folder("targets", "bytes.yml"), b"\xff\xfe- targets")
        with open(folder("targets", "large.yml"), "wb") as file:
            file.truncate(100 * 1024 * 1024)
        put(folder("targets", "z.yml"), [group("last")])
        self.expect("main", "one", "last")
        for name in ("fifo", "dir", "loop", "bytes", "large"):
            self.expect_bad(folder("targets", name + ".yml"))
        later = self.exporter.wait_metrics(
            lambda metrics: self.operations(metrics, "one") >= self.operations(begin, "one") + 3, "operations")
        self.assertEqual(later.total("ipsla_operations_skipped_total"), 0)
        log = self.exporter.process.stderr()
        self.assertEqual(log.count("not a regular file"), 1, "a finding is told once")

    def test_a_directory_that_comes_later(self):
        self.expect("main", "one")
        os.makedirs(folder("later", "x"))
        put(folder("later", "x", "a.yml"), [group("two")])
        self.expect("main", "one", "two")
        os.mkdir(folder("later", "y"))
        put(folder("later", "y", "b.yml"), [group("three")])
        self.expect("main", "one", "two", "three")
        os.rename(folder("later", "x"), folder("later", "z"))
        self.exporter.wait_metrics(
            lambda metrics: metrics.get(GOOD, file=folder("later", "z", "a.yml")) == 1, "the other name")
        shutil.rmtree(folder("later"))
        self.expect("main", "one")

    def test_sighup_reads_them_too(self):
        put(folder("targets", "a.yml"), [group("one", site="y")])
        self.exporter.process.signal(signal.SIGHUP)
        self.exporter.wait_metrics(lambda metrics: 'site="y"' in metrics.text, "the new label")

    def test_check_reads_them(self):
        def check():
            process = harness.Process(harness.Namespace(), [
                harness.program("ipsla_exporter"), "--config.file", self.exporter.config_path, "--config.check"])
            return harness.Finished(process)
        good = check()
        self.assertEqual(good.code, 0, good.evidence)
        self.assertIn("ok, 2 targets", good.stdout)
        put(folder("targets", "a.yml"), "- target: [a]\n")
        bad = check()
        self.assertEqual(bad.code, 2, bad.evidence)
        self.assertIn("a.yml:1:3: [0].target: unknown key; did you mean 'targets'?", bad.stderr)


class ConfigMapTest(Case):
    """Kubernetes shows a ConfigMap as links into a directory that one link names, which it replaces."""

    def publish(self, version, files):
        os.mkdir(folder("targets", version))
        for name, groups in files.items():
            put(folder("targets", version, name), groups)
        os.symlink(version, folder("targets", "..data_tmp"))
        os.replace(folder("targets", "..data_tmp"), folder("targets", "..data"))

    def prepare(self):
        self.publish("..1", {"a.yml": [group("one")], "b.yml": [group("two")]})
        for name in ("a.yml", "b.yml"):
            os.symlink(os.path.join("..data", name), folder("targets", name))

    def test_the_link_is_replaced(self):
        before = self.expect("main", "one", "two")
        for number in range(2, 5):
            self.publish(f"..{number}", {"a.yml": [group("one")], "b.yml": [group(f"three{number}")]})
            shutil.rmtree(folder("targets", f"..{number - 1}"))
            after = self.expect("main", "one", f"three{number}")
            self.assertGreaterEqual(self.operations(after, "one"), self.operations(before, "one"))
        self.assertNotIn("target file refused", self.exporter.process.stderr())


class AutoReloadTest(Case):
    flags = ("--config.enable-auto-reload", "--config.auto-reload-interval=1")

    def write(self, text):
        put(self.exporter.config_path, text)

    def expect_reload(self, before):
        name = "ipsla_exporter_config_last_reload_success_timestamp_seconds"
        return self.exporter.wait_metrics(lambda metrics: metrics.get(name) > before.get(name), "a reload")

    def test_content_decides(self):
        before = self.expect("main", "one")
        loaded = self.exporter.process.stderr().count("configuration loaded")
        os.utime(self.exporter.config_path)  # no other content
        self.write(CONFIG)
        self.exporter.wait_metrics(
            lambda metrics: self.operations(metrics, "main") >= self.operations(before, "main") + 4, "four seconds")
        self.assertEqual(self.exporter.process.stderr().count("configuration loaded"), loaded)
        stamp = os.stat(self.exporter.config_path)
        self.write(CONFIG.replace("name: main", "name: niam"))
        os.utime(self.exporter.config_path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        self.expect("niam", "one")

    def test_a_broken_file_is_told_once(self):
        self.expect("main", "one")
        self.write("targets: [")
        metrics = self.exporter.wait_metrics(
            lambda metrics: metrics.get("ipsla_exporter_config_last_reload_successful") == 0, "the refused file")
        self.exporter.wait_metrics(
            lambda later: self.operations(later, "main") >= self.operations(metrics, "main") + 4, "four seconds")
        self.assertEqual(self.exporter.process.stderr().count("reload failed"), 1)
        self.write(CONFIG.replace("name: main", "name: other"))
        self.expect("other", "one")


class SecretTest(Case):
    flags = ("--config.auto-reload", "--config.auto-reload-interval=1s")

    def prepare(self):
        super().prepare()
        harness.write_file("k7", "first\n")

    def test_a_secret_counts_as_content(self):
        keys = "keys: [{id: 7, algorithm: sha256, secret_file: k7}]\n"
        self.expect("main", "one")
        put(self.exporter.config_path, CONFIG + keys)
        wait = harness.wait_for
        log = self.exporter.process.stderr
        wait(lambda: log().count("configuration loaded") == 2, lambda: log())
        put(folder("k7"), "second\n")
        wait(lambda: log().count("configuration loaded") == 3, lambda: log())
        os.remove(folder("k7"))
        wait(lambda: log().count("reload failed") == 1, lambda: log())
        put(folder("k7"), "third\n")
        wait(lambda: log().count("configuration loaded") == 4, lambda: log())


class EnvironmentTest(harness.Case):
    def run_with(self, value, *flags):
        path = harness.write_file("env.yml", "targets: [{name: a, host: 127.0.0.1, port: '${IPSLA_TEST_PORT}'}]\n")
        command = ["env"] + ([f"IPSLA_TEST_PORT={value}"] if value else []) + [
            harness.program("ipsla_exporter"), "--config.file", path, "--config.check", *flags]
        return harness.Finished(harness.Process(harness.Namespace(), command))

    def test_values_come_from_the_environment(self):
        flag = "--config.expand-environment-variables"
        self.assertEqual(self.run_with("5", flag).code, 0)
        unset = self.run_with(None, flag)
        self.assertEqual(unset.code, 2)
        self.assertIn("env.yml:1:44: targets[0].port: the environment variable IPSLA_TEST_PORT is not set",
                      unset.stderr)
        self.assertIn("is not a whole number", self.run_with("5").stderr)

    def test_wrong_intervals_are_refused(self):
        for text in ("0", "0s", "500ms", "2d", "x", ""):
            with self.subTest(text):
                run = self.run_with("5", f"--config.auto-reload-interval={text}")
                self.assertEqual(run.code, 2, run.evidence)
                self.assertIn("seconds without a unit", run.stderr)


TARGETS = int(os.environ.get("IPSLA_RELOAD_TARGETS", "100"))
RELOADS = int(os.environ.get("IPSLA_RELOADS", "8"))


class ManyReloadsTest(Case):
    """A reload every second while measuring, seen by a Prometheus. docs/scale.md has the command for the whole of it."""

    flags = ("--web.enable-lifecycle",)

    def prepare(self):
        names = [f"t{number}" for number in range(TARGETS)]
        put(folder("targets", "many.yml"), [group(*names, __num_packets__="2", __start__="spread")])

    def test_nothing_is_lost(self):
        harness.require_program("prometheus")
        # A scrape of very many is no matter of a second.
        prometheus = Prometheus(self.exporter.namespace, "" if TARGETS <= 100 else
                                "    scrape_interval: 5s\n    scrape_timeout: 5s\n")
        chosen = 'target=~"t[0-9]+"'
        harness.wait_for(
            lambda: prometheus.query(f"count(ipsla_operations_total{{{chosen}}} > 0) == {TARGETS}"),
            "an operation of each target", pause=0.5)
        first = self.exporter.scrape()
        began = time.monotonic()
        for number in range(RELOADS):
            if number % 2 == 0:
                put(folder("targets", "extra.yml"), [group(f"extra{number}")])
            else:
                with contextlib.suppress(FileNotFoundError):
                    os.remove(folder("targets", "extra.yml"))
            self.assertEqual(self.exporter.reload()[0], 200)
        seconds = time.monotonic() - began
        last = self.exporter.scrape()
        self.check_operations(first, last, seconds)
        # A scrape that a busy machine makes too late is no answer that was refused.
        self.assertEqual(last.total("ipsla_exporter_scrapes_rejected_total"), 0)
        self.check_stored(prometheus, chosen, int(time.monotonic() - began) + 60)

    def check_stored(self, prometheus, chosen, seconds):
        self.assertGreater(prometheus.value(f"sum_over_time(up[{seconds}s])"), 2)
        every = json.loads(prometheus.get("/api/v1/label/__name__/values")[1])["data"]
        names = [name for name in every if re.fullmatch("ipsla_.*_(total|count|bucket)", name)]
        self.assertGreater(len(names), 20)
        for name in names:
            self.assertEqual(prometheus.query(f"resets({name}{{{chosen}}}[{seconds}s]) > 0"), [])

    def check_operations(self, first, last, seconds):
        """One a second of each target. Starts that came too late on a busy machine are counted by the product."""
        def counts(metrics, name):
            return {dict(labels)["target"]: value for labels, value in metrics.all(f"ipsla_operations_{name}").items()}

        before, after = counts(first, "total"), counts(last, "total")
        kinds = ("skipped_total", "missed_total")
        not_made = [(counts(first, kind), counts(last, kind)) for kind in kinds]
        names = [f"t{number}" for number in range(TARGETS)]
        fewest = min(after[name] - before[name] for name in names)
        print(f"{TARGETS} targets, {RELOADS} reloads in {seconds:.1f} s: at least {fewest:.0f} operations of each")
        for name in names:
            run = after[name] - before[name] + sum(late[name] - early[name] for early, late in not_made)
            self.assertGreaterEqual(run, int(seconds) - 1, last.of(name) if run < int(seconds) - 1 else "")


if __name__ == "__main__":
    harness.main()
