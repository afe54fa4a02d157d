# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What the service manager is told, by its own ways (sd_notify, exit status, levels of lines); tests/vm/run.sh has a real
one."""

import contextlib
import ctypes
import glob
import os
import re
import signal
import socket
import time

import harness

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
ENDLESS = """
targets:
  - {name: nobody, host: 127.0.0.1, port: 5009, frequency: 1s, timeout: 500ms, control: {version: none}}
"""
# Line by line: what a shell that starts a program in the journal of systemd gives it.
# Entries with fields would go to a journal that is really there.
IN_JOURNAL = 'IPSLA_JOURNAL_SOCKET=/nowhere JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"'


class Manager:
    """Hears what a program says to NOTIFY_SOCKET."""

    def __init__(self):
        self.path = os.path.join(harness.scratch_dir(), "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(harness.PATIENCE)

    def hear(self, pattern):
        """The next message that matches; fails with all that came instead."""
        end, heard = time.monotonic() + harness.PATIENCE, []
        while time.monotonic() < end:
            heard.append(self.socket.recv(4096).decode())
            if re.search(pattern, heard[-1]):
                return
        raise AssertionError(f"waited in vain for {pattern}: {heard}")

    def forget(self):
        self.socket.setblocking(False)
        try:
            while True:
                self.socket.recv(4096)
        except BlockingIOError:
            self.socket.settimeout(harness.PATIENCE)

    def close(self):
        self.socket.close()
        os.unlink(self.path)


@contextlib.contextmanager
def stopped_thread(pid, name):
    """That thread of the process stands still."""
    libc = ctypes.CDLL(None, use_errno=True)
    for path in glob.glob(f"/proc/{pid}/task/*"):
        with open(f"{path}/comm", encoding="ascii") as file:
            if file.read().strip() != name:
                continue
        task = int(os.path.basename(path))
        for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
            if libc.ptrace(request, task, None, None) != 0:
                harness.skip(f"ptrace: {os.strerror(ctypes.get_errno())}")
        os.waitpid(task, 0x40000000)  # __WALL
        try:
            yield
        finally:
            libc.ptrace(PTRACE_DETACH, task, None, None)
        return
    raise AssertionError(f"no thread {name}")


class ServiceTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.manager = Manager()
        self.addCleanup(self.manager.close)

    def start(self, *command, watchdog="1500000"):
        return harness.Process(self.namespace, ["env", f"NOTIFY_SOCKET={self.manager.path}",
                                                f"WATCHDOG_USEC={watchdog}", *command])

    def exporter(self, config):
        path = harness.write_file("service.yml", config)
        return path, self.start(harness.program("ipsla_exporter"), f"--config.file={path}")

    def test_status(self):
        """The status says how many targets are measured, and that a reload was refused."""
        path, process = self.exporter(ENDLESS)
        self.manager.hear("^READY=1$")
        self.manager.hear("^STATUS=nothing is measured; 1 target: 0 measured, 1 fail, 0 not run yet$")
        harness.write_file("service.yml", "responder: {}\n" + ENDLESS.replace(", control: {version: none}", ""))
        process.signal(signal.SIGHUP)
        self.manager.hear(r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
        self.manager.hear("^READY=1$")
        self.manager.hear("^STATUS=1 target: 1 measured, 0 fail, 0 not run yet$")
        harness.write_file("service.yml", "nonsense\n")
        process.signal(signal.SIGHUP)
        self.manager.hear("^STATUS=1 target: .*the changed configuration was refused")
        self.assertEqual(process.stop(), 0, process.evidence())
        self.manager.hear("^STOPPING=1$")
        self.assertTrue(os.path.exists(path))

    def test_watchdog(self):
        """A measuring thread that stands still is not told as alive."""
        _, process = self.exporter(ENDLESS)
        self.manager.hear("^WATCHDOG=1$")
        self.manager.hear("^WATCHDOG=1$")
        with stopped_thread(process.pid, "measure"):
            self.manager.forget()
            self.manager.socket.settimeout(3)
            # Once more at the most, for what it did before it stood still; then there is silence.
            with self.assertRaises(TimeoutError):
                self.manager.hear("^WATCHDOG=1$")
                self.manager.hear("^WATCHDOG=1$")

    def test_responder(self):
        """Started means that it listens; it ends in failure when it cannot."""
        responder = self.start(harness.program("ipsla_responder"), "--listen-address=127.0.0.1:1967")
        self.manager.hear("^READY=1$")
        self.assertTrue(harness.has_udp_listener(self.namespace, 1967))
        second = self.start(harness.program("ipsla_responder"), "--listen-address=127.0.0.1:1967")
        self.assertEqual(second.wait(), 1, second.evidence())
        self.assertEqual(responder.stop(), 0, responder.evidence())
        self.manager.hear("^STOPPING=1$")

    def test_exit_status(self):
        """2: no further start mends it. 1: one may."""
        _, process = self.exporter("nonsense\n")
        self.assertEqual(process.wait(), 2, process.evidence())
        wrong = self.start(harness.program("ipsla_responder"), "--max-sessions=many")
        self.assertEqual(wrong.wait(), 2, wrong.evidence())
        with self.namespace.entered():
            taken = socket.create_server(("127.0.0.1", 10967))
        with taken:
            path = harness.write_file("service.yml", ENDLESS)
            process = self.start(harness.program("ipsla_exporter"), f"--config.file={path}",
                                 "--web.listen-address=127.0.0.1:10967")
            self.assertEqual(process.wait(), 1, process.evidence())

    def levels(self, *command):
        """The first characters of each line on standard error."""
        process = harness.Process(self.namespace, ["sh", "-c", IN_JOURNAL, "sh", *command])
        process.wait()
        return re.findall(r"^(?:<\d>)?", process.stderr(), re.MULTILINE)[:-1], process.evidence()

    def test_entries_of_the_journal(self):
        """Lines in logfmt are entries with fields, and none is on standard error; JSON is left as it is."""
        path = os.path.join(harness.scratch_dir(), "journal")
        journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(journal.close)
        journal.bind(path)
        journal.settimeout(harness.PATIENCE)
        bad = harness.write_file("bad.yml", "targets: [{name: a}]\n")
        command = ["sh", "-c", IN_JOURNAL.replace("/nowhere", path), "sh", harness.program("ipsla_exporter"),
                   f"--config.file={bad}"]
        process = harness.Process(self.namespace, command)
        process.wait()
        self.assertEqual(process.stderr(), "")
        first, second = journal.recv(4096).decode(), journal.recv(4096).decode()
        for field in ("PRIORITY=6", "SYSLOG_IDENTIFIER=ipsla_exporter", "IPSLA_VERSION=", "IPSLA_FILE=" + bad):
            self.assertIn(field, first)
        self.assertIn("MESSAGE=starting program=ipsla_exporter ", first)
        for field in ("PRIORITY=3\n", "IPSLA_LINE=1\n", "MESSAGE=configuration finding="):
            self.assertIn(field, second)
        process = harness.Process(self.namespace, [*command, "--log.format=json"])
        process.wait()
        self.assertIn('<6>{"time"', process.stderr())

    def test_levels(self):
        """The journal learns the level of each line; elsewhere nothing is put in front of them."""
        bad = harness.write_file("bad.yml", "targets:\n  - {name: a, host: 127.0.0.1, port: 9, labels: {job: x}}\n  - {}\n")
        exporter = harness.program("ipsla_exporter")
        levels, evidence = self.levels(exporter, f"--config.file={bad}")
        self.assertEqual((levels[0], set(levels)), ("<6>", {"<3>", "<4>", "<6>"}), evidence)
        self.assertEqual(self.levels(exporter, "--workers=many")[0][:1], ["<3>"])
        with self.namespace.entered():
            taken = socket.create_server(("127.0.0.1", 10967))
        with taken:
            good = harness.write_file("service.yml", ENDLESS)
            listen = "--web.listen-address=127.0.0.1:10967"
            for form, start in (("logfmt", "time="), ("json", "{")):
                command = (exporter, f"--config.file={good}", listen, f"--log.format={form}")
                levels, evidence = self.levels(*command)
                self.assertEqual((levels[0], levels[-1]), ("<6>", "<3>"), evidence)
                process = harness.Process(self.namespace, command)
                process.wait()
                self.assertTrue(process.stderr().startswith(start), process.evidence())


if __name__ == "__main__":
    harness.main()
