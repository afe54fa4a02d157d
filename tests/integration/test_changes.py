# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Changes of the state of targets in the log: what failed, why, and since when; many at once are few lines."""

import re

import harness

TARGETS = 2000
ONE = """
defaults: {frequency: 1s, timeout: 500ms, operation: udp-echo, start: now, control: {timeout: 200ms}}
targets:
  - {name: one, host: 127.0.0.1}
"""
MANY = "defaults: {frequency: 5s, timeout: 500ms, operation: udp-echo}\ntargets:\n" + "".join(
    f"  - {{name: t{number}, host: 127.0.{number // 250}.{number % 250 + 1}}}\n" for number in range(TARGETS))


class ChangesTest(harness.Case):
    def lines(self, exporter):
        return re.findall(r'^.*msg="(?:target |more targets).*$', exporter.process.stderr(), re.MULTILINE)

    def wait_lines(self, exporter, count):
        return harness.wait_for(lambda: len(self.lines(exporter)) >= count and self.lines(exporter),
                                exporter.process.evidence)

    def states(self, exporter, state, count):
        exporter.wait_metrics(lambda metrics: metrics.get("ipsla_exporter_targets", state=state) == count,
                              f"{count} targets {state}")

    def test_one_target(self):
        namespace = harness.Namespace()
        responder = self.responder(namespace)
        exporter = harness.Exporter(namespace, ONE)
        self.states(exporter, "ok", 1)
        self.assertEqual(self.lines(exporter), [])
        responder.stop()
        line = self.wait_lines(exporter, 1)[0]
        self.assertRegex(line, r'level=warn msg="target failed" target=one before=ok for=\d+s reason="127.0.0.1 port 1967: .*"')
        self.responder(namespace)
        line = self.wait_lines(exporter, 2)[1]
        self.assertRegex(line, r'level=info msg="target is ok again" target=one before=failed for=\d+s reason="" '
                               r'rtt_ms=\d+(?:\.\d+)? lost=0/1')

    def test_many_at_once(self):
        namespace = harness.Namespace()
        responder = self.responder(namespace)
        exporter = harness.Exporter(namespace, MANY)
        self.states(exporter, "ok", TARGETS)
        before = len(self.lines(exporter))  # a busy machine may have seen some fail
        responder.stop()
        self.states(exporter, "failed", TARGETS)
        found = self.wait_lines(exporter, before + 6)[before:]
        self.assertLessEqual(len(found), 20, found)
        self.assertTrue(any("more targets changed their state" in line for line in found), found)


if __name__ == "__main__":
    harness.main()
