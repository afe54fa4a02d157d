# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""--realtime: who runs before all others, what it takes, and how it ends."""

import os
import signal
import subprocess

import harness

CONFIG = """\
defaults: {frequency: 1s, timeout: 1s, num_packets: 2, start: now}
targets:
  - {name: here, host: 127.0.0.1, port: 16384}
"""
LIMIT_US = "500000"


def may_be_realtime():
    """A container may have no share of real time at all, whoever asks."""
    child = subprocess.run(["/usr/bin/python3", "-c", "import os; os.sched_setscheduler(0, os.SCHED_FIFO, "
                            "os.sched_param(1))"], capture_output=True, check=False)
    return child.returncode == 0


class RealtimeTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.responder(self.namespace)

    def policies(self, exporter):
        """Scheduling policies by the names of the threads."""
        folder = f"/proc/{exporter.process.pid}/task"
        found = {}
        for task in os.listdir(folder):
            with open(f"{folder}/{task}/comm", encoding="ascii") as name:
                found[name.read().strip()] = os.sched_getscheduler(int(task))
        return found

    def is_realtime(self, exporter):
        return exporter.wait_metrics(lambda metrics: metrics.get("ipsla_operation_success") == 1,
                                     "an operation").get("ipsla_exporter_realtime")

    def test_measuring_threads_alone(self):
        if not may_be_realtime():
            self.skipTest("this system gives nobody real-time scheduling")
        exporter = harness.Exporter(self.namespace, CONFIG, "--realtime")
        self.assertEqual(self.is_realtime(exporter), 1)
        policies = self.policies(exporter)
        self.assertEqual(policies.pop("measure"), os.SCHED_FIFO)
        self.assertEqual(set(policies.values()), {os.SCHED_OTHER}, policies)
        with open(f"/proc/{exporter.process.pid}/limits", encoding="ascii") as limits:
            line = next(line for line in limits if line.startswith("Max realtime timeout"))
        self.assertEqual(line.split()[3], LIMIT_US)

        # What the kernel sends when such a thread does not pause.
        os.kill(exporter.process.pid, signal.SIGXCPU)
        exporter.wait_metrics(lambda metrics: metrics.get("ipsla_exporter_realtime") == 0, "its end")
        self.assertEqual(self.policies(exporter)["measure"], os.SCHED_OTHER)
        self.assertIn("real-time priority dropped", exporter.process.evidence())
        self.assertEqual(self.is_realtime(exporter), 0)

    def test_without_the_privilege_it_measures_all_the_same(self):
        exporter = harness.Exporter(self.namespace, CONFIG, "--realtime", user="nobody")
        self.assertEqual(self.is_realtime(exporter), 0)
        self.assertEqual(self.policies(exporter)["measure"], os.SCHED_OTHER)
        self.assertIn("needs CAP_SYS_NICE or RLIMIT_RTPRIO", exporter.process.evidence())

    def test_not_unless_asked(self):
        exporter = harness.Exporter(self.namespace, CONFIG)
        self.assertEqual(self.is_realtime(exporter), 0)
        self.assertEqual(set(self.policies(exporter).values()), {os.SCHED_OTHER})


if __name__ == "__main__":
    harness.main()
