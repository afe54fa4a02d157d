# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""ipsla top: on a pseudo terminal, once for scripts, and among hostile servers."""
import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import threading
import time

import harness

CONFIG = """
defaults: {frequency: 1h, start: now, num_packets: 2, timeout: 500ms, control: {retries: 1, timeout: 300ms}}
targets:
  - {name: alpha, host: 127.0.0.1, labels: {site: paris}}
  - {name: beta, host: 127.0.0.9, control: {port: 9, retries: 1, timeout: 300ms}}
  - {name: "gamma \\u202e\\U0001f600", host: 127.0.0.1, labels: {site: lyon}}
"""
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """The program on a pseudo terminal of a size."""

    def __init__(self, namespace, *arguments, size=(24, 100), environment=None):
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.resize(*size)
        with namespace.entered():
            self.process = subprocess.Popen([harness.program("ipsla"), "top", *arguments], stdin=slave, stdout=slave,
                                            stderr=slave, start_new_session=True,
                                            env=dict(os.environ, LC_ALL="C.UTF-8", **(environment or {})))
        self.text = ""

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys):
        self.text = ""
        os.write(self.master, keys.encode())

    def read(self):
        if select.select([self.master], [], [], 0.05)[0]:
            self.text += os.read(self.master, 65536).decode(errors="replace")
        return self.text

    def wait(self, pattern):
        """Reads until the pattern is there; the latest picture without escapes."""
        harness.wait_for(lambda: re.search(pattern, ESCAPE.sub("", self.read())), lambda: f"{pattern}: {self.text!r}")
        text = ESCAPE.sub("", self.text)
        return text[text.rfind("http://"):]

    def end(self):
        """The exit status once it has ended, and its last words."""
        harness.wait_for(lambda: (self.read(), self.process.poll())[1] is not None, lambda: f"runs still: {self.text!r}")
        self.read()
        status = self.process.returncode
        settings = termios.tcgetattr(self.slave)
        os.close(self.master)
        os.close(self.slave)
        return status, settings == self.before


class TopTest(harness.Case):
    def exporter(self):
        namespace = harness.Namespace()
        self.responder(namespace)
        exporter = harness.Exporter(namespace, CONFIG)
        exporter.wait_metrics(lambda metrics: metrics.total("ipsla_operations_total") == 3, "all measured")
        return namespace

    def test_terminal(self):
        namespace = self.exporter()
        top = Terminal(namespace, "--interval=1h")
        text = top.wait(r"targets 1-3 of 3 by worst[\s\S]*q s r / b n p")
        self.assertLess(text.index("beta"), text.index("alpha"), "the failed one is first")
        self.assertIn("\x1b[31;1m", top.text, "colours on a terminal")
        self.assertNotIn("\u202e", top.text)
        self.assertIn("gamma ?\U0001f600", text)
        for line in ESCAPE.sub("", top.text).splitlines():
            self.assertLessEqual(len(line), 100, line)
        top.press("s")
        text = top.wait(r"3 of 3 by name[\s\S]*q s r")
        self.assertLess(text.index("alpha"), text.index("beta"))
        top.press("/par\x7fris\r")
        text = top.wait(r'1-1 of 1 by name, with "paris"[\s\S]*q s r')
        self.assertNotIn("beta", text)
        top.press("/\x1b")
        top.wait(r"3 of 3 by name[\s\S]*q s r")
        top.press("b")
        top.wait(r"1-1 of 1 by name, failed or degraded[\s\S]*q s r")
        top.press("b")
        top.wait(r"3 of 3 by name[\s\S]*q s r")
        top.text = ""
        top.resize(5, 60)
        top.process.send_signal(signal.SIGWINCH)
        top.wait(r"targets 1-2 of 3[\s\S]*q s r")
        top.press("n")
        top.wait(r"targets 3-3 of 3[\s\S]*q s r")
        top.press("q")
        self.assertEqual(top.end(), (0, True), "the terminal is as it was")

    def test_signal_and_no_colour(self):
        namespace = self.exporter()
        top = Terminal(namespace, environment={"NO_COLOR": "1"})
        top.wait(r"of 3 by worst[\s\S]*q s r")
        self.assertNotIn("\x1b[31", top.text)
        top.process.send_signal(signal.SIGTERM)
        self.assertEqual(top.end(), (0, True))
        gone = Terminal(namespace, "http://127.0.0.1:9")
        gone.wait(r"ipsla top: http://127.0.0.1:9: Connection refused[\s\S]*q s r")
        gone.press("\x03")
        self.assertEqual(gone.end()[0], 0)

    def test_once(self):
        namespace = self.exporter()
        done = self.run_program(namespace, "ipsla", "top", "--once", "--sort=-name")
        self.assertEqual(done.code, 0, done.evidence)
        self.assertNotIn("\x1b", done.stdout)
        lines = done.stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["state", "ok", "failed", "ok"])
        self.assertIn("beta", lines[2])
        filtered = self.run_program(namespace, "ipsla", "top", "--once", "--filter=lyon").stdout
        self.assertEqual(len(filtered.splitlines()), 2)
        for arguments, words in ((("--sort=x",), "worst, name"), (("--interval=1ms",), "100ms"), ((), "is printed once")):
            done = self.run_program(namespace, "ipsla", "top", *arguments)
            self.assertNotEqual(done.code, 0)
            self.assertIn(words, done.stderr)

    def test_slow_servers_end(self):
        """A byte now and then is no answer: show and top have a deadline for all of it."""
        namespace = harness.Namespace()
        with namespace.entered():
            server = socket.create_server(("127.0.0.1", 0))
        stop = threading.Event()

        def drip():
            while not stop.is_set():
                client, _ = server.accept()
                client.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                try:
                    while not stop.is_set():
                        client.sendall(b"x")
                        time.sleep(0.05)
                except OSError:
                    pass

        threading.Thread(target=drip, daemon=True).start()
        self.addCleanup(stop.set)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        for words in (("show", url, "summary"), ("top", url, "--once")):
            done = self.run_program(namespace, "ipsla", *words, "--timeout=1s")
            self.assertEqual(done.code, 1, done.evidence)


if __name__ == "__main__":
    harness.main()
