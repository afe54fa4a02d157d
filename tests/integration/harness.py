# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the real programs in network namespaces of their own, and looks at what they say.

A namespace here has no name: it is held by a descriptor of this process and ends with it, so nothing can
be left behind, whatever kills a test. Programs are started from a thread that is inside the namespace.
Tests are unittest cases; main() skips (exit 77, with the reason) where namespaces or TUN are missing."""

import atexit
import contextlib
import ctypes
import fcntl
import glob
import http.client
import importlib
import json
import os
import re
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SOURCE_DIR = os.environ.get(
    "IPSLA_SOURCE_DIR",
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BIN_DIR = os.environ.get("IPSLA_BIN_DIR", os.path.join(SOURCE_DIR, "build/release/bin"))
RELAY = os.environ.get("IPSLA_RELAY", os.path.join(SOURCE_DIR, "build/debug/bin/ipsla_relay"))

LEFT, RIGHT = "10.99.0.1", "10.99.0.2"  # the two ends of a relay
SKIPPED = 77
CLONE_NEWNET = 0x40000000
# Bounds how long a failure takes, and nothing else: what is awaited is due in well under a second on an idle
# machine, and may take its time on a busy one.
PATIENCE = 60.0

_libc = ctypes.CDLL(None, use_errno=True)
_processes = []
_scratch = []


def skip(reason):
    raise unittest.SkipTest(reason)


def _end_processes():
    while _processes:
        _processes.pop().kill()


def _clean_up():
    _end_processes()
    while _scratch:
        shutil.rmtree(_scratch.pop(), ignore_errors=True)


atexit.register(_clean_up)


def run_first(task):
    """Lets the process or thread run before others, where that is allowed: it is part of the instrument, not of
    what is tested, and must not be late itself."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, task, -20)


def wait_for(condition, what, pause=0.02):
    """Polls until condition() is true and returns its value; fails with `what` (text or a function)."""
    end = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            said = what() if callable(what) else what
            raise AssertionError(f"waited {PATIENCE:g} s in vain: {said}")
        time.sleep(pause)


# --- namespaces -----------------------------------------------------------------------------------


def _checked(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


class Namespace:
    """A network namespace with its loopback up."""

    def __init__(self):
        self.fd = -1
        failure = []
        maker = threading.Thread(target=self._make, args=(failure,))
        maker.start()
        maker.join()
        if failure:
            raise failure[0]
        self.path = f"/proc/{os.getpid()}/fd/{self.fd}"

    def _make(self, failure):
        try:
            _checked(_libc.unshare(CLONE_NEWNET), "unshare")
            self.fd = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                up_and_running = 0x41
                request = struct.pack("16sh14x", b"lo", up_and_running)
                fcntl.ioctl(sock, 0x8914, request)  # SIOCSIFFLAGS
        except OSError as error:
            failure.append(error)

    @contextlib.contextmanager
    def entered(self):
        """The calling thread is in the namespace: sockets and programs it makes stay there."""
        own = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _checked(_libc.setns(self.fd, CLONE_NEWNET), "setns")
            try:
                yield
            finally:
                _checked(_libc.setns(own, CLONE_NEWNET), "setns")
        finally:
            os.close(own)

    def udp(self, address="127.0.0.1", port=0):
        with self.entered():
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind((address, port))
        sock.settimeout(PATIENCE)
        return sock


def tun_node():
    """A usable TUN device node: the system's, or one made in the test's own directory."""
    path = "/dev/net/tun"
    if not os.path.exists(path):
        path = os.path.join(scratch_dir(), "tun")
        if not os.path.exists(path):
            try:
                os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(10, 200))
            except OSError as error:
                skip(f"no /dev/net/tun, and none can be made: {error.strerror}")
    try:
        os.close(os.open(path, os.O_RDWR))
    except OSError as error:
        skip(f"TUN cannot be used: {path}: {error.strerror}")
    return path


def scratch_dir():
    if not _scratch:
        _scratch.append(tempfile.mkdtemp(prefix="ipsla-test-"))
        os.chmod(_scratch[0], 0o755)
    return _scratch[0]


def write_file(name, text):
    path = os.path.join(scratch_dir(), name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o644)
    return path


def keep_file(name, text):
    """The same, but a file that has this text already is left alone: other programs may be reading it."""
    path = os.path.join(scratch_dir(), name)
    if not os.path.exists(path) or open(path, encoding="utf-8").read() != text:
        write_file(name, text)


def with_hosts(hosts, *command):
    """The command where /etc holds `hosts` as hosts file and little else, in a mount namespace of its own: a
    bare machine has no hosts file to put another one over."""
    folder = os.path.join(scratch_dir(), "etc")
    os.makedirs(folder, exist_ok=True)
    keep_file("etc/hosts", hosts)
    keep_file("etc/nsswitch.conf", "hosts: files\n")
    keep_file("etc/host.conf", "multi on\n")  # all addresses of a name, not the first line
    script = 'mount --bind "$0" /etc && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, folder, *command]


# --- programs -------------------------------------------------------------------------------------


def program(name):
    path = os.path.join(BIN_DIR, name)
    if not os.access(path, os.X_OK):
        raise AssertionError(f"{path} is missing: build it, or set IPSLA_BIN_DIR")
    return path


class Process:
    """A program in a namespace, its output in files. Ended at the latest when the test ends."""

    _count = 0

    def __init__(self, namespace, command, user=None):
        Process._count += 1
        self.command = [str(word) for word in command]
        base = os.path.join(scratch_dir(), f"{Process._count}-{os.path.basename(self.command[0])}")
        self.out_path, self.err_path = base + ".out", base + ".err"
        identity = {"user": user, "group": "nogroup", "extra_groups": []} if user else {}
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            with namespace.entered():
                self.popen = subprocess.Popen(
                    self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                    cwd=scratch_dir(), **identity)
        self.pid = self.popen.pid
        _processes.append(self)

    def stdout(self):
        with open(self.out_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stderr(self):
        with open(self.err_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def is_running(self):
        return self.popen.poll() is None

    def signal(self, number):
        self.popen.send_signal(number)

    def _is_paused(self):
        states = [open(path, encoding="ascii").read().rpartition(")")[2].split()[0]
                  for path in glob.glob(f"/proc/{self.pid}/task/*/stat")]
        return set(states) == {"T"}

    def pause(self):
        """Every thread stands still, until SIGCONT."""
        self.signal(signal.SIGSTOP)
        wait_for(self._is_paused, "the process stands still")

    def wait(self, timeout=PATIENCE):
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {timeout:g} s: {self.evidence()}") from None

    def stop(self, timeout=PATIENCE):
        """SIGTERM; returns the exit code."""
        if self.is_running():
            self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self):
        if self.is_running():
            self.popen.kill()
            self.popen.wait()

    def evidence(self):
        code = self.popen.poll()
        state = "running" if code is None else f"exit {code}"
        return (f"{' '.join(self.command)}\n  [{state}]\n  stdout: {self.stdout()[-2000:]!r}\n"
                f"  stderr: {self.stderr()[-4000:]}")


class Finished:
    """What a program that ran to its end said."""

    def __init__(self, process):
        self.code = process.wait()
        self.stdout, self.stderr = process.stdout(), process.stderr()
        self.evidence = process.evidence()

    def json(self):
        try:
            return json.loads(self.stdout)
        except ValueError as error:
            raise AssertionError(f"not JSON ({error}): {self.evidence}") from None


# --- what the exporter says -----------------------------------------------------------------------

PACKETS = ("sent", "received", "late", "dropped", "duplicate", "out_of_order", "corrupt", "unsent", "missed")
_SAMPLE = re.compile(r'^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)( \S+)?$')
_LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)')


# What OpenMetrics may have behind a value.
_EXEMPLAR = re.compile(r" # \{[^{}]*\} \S+(?: \S+)?$")


class Metrics:
    """Samples of one exposition; a series that stands twice is an error."""

    def __init__(self, text):
        self.text = text
        self.samples = {}
        for line in text.splitlines():
            if not line or line.startswith("#"):
                continue
            match = _SAMPLE.match(_EXEMPLAR.sub("", line))
            assert match, f"unreadable sample: {line!r}"
            labels = tuple(sorted(_LABEL.findall(match.group(2) or "")))
            key = (match.group(1), labels)
            assert key not in self.samples, f"twice in one exposition: {line!r}"
            self.samples[key] = float(match.group(3))

    def all(self, name, **labels):
        wanted = {(key, str(value)) for key, value in labels.items()}
        return {key[1]: value for key, value in self.samples.items()
                if key[0] == name and wanted <= set(key[1])}

    def get(self, name, **labels):
        """The value of the only series that fits, None when there is none."""
        found = self.all(name, **labels)
        assert len(found) <= 1, f"{name} {labels} is not one series: {found}"
        return next(iter(found.values()), None)

    def total(self, name, **labels):
        return sum(self.all(name, **labels).values())

    def packets(self, target):
        """The counts of a target's packets as the JSON of `ipsla probe` has them; what is not there is 0."""
        counts = {name: int(self.get(f"ipsla_packets_{name}_total", target=target) or 0) for name in PACKETS}
        counts["lost"] = {way: int(self.get("ipsla_packets_lost_total", target=target, direction=way) or 0)
                          for way in ("sd", "ds", "unknown")}
        return counts

    def of(self, target):
        """The lines of one target, for failure messages."""
        return "\n".join(line for line in self.text.splitlines()
                         if f'target="{target}"' in line and "_bucket" not in line)


class Exporter:
    """ipsla_exporter in a namespace, with its configuration in a file of its own."""

    port = 10967

    def __init__(self, namespace, config, *flags, user=None, name="ipsla.yml", hosts=None):
        self.namespace = namespace
        self.config_path = config if os.path.isabs(config) else write_file(name, config)
        command = [program("ipsla_exporter"), "--config.file", self.config_path, *flags]
        if hosts is not None:
            command = with_hosts(hosts, *command)
        self.process = Process(namespace, command, user)
        wait_for(self._is_up, lambda: f"exporter not up: {self.process.evidence()}")

    def _is_up(self):
        assert self.process.is_running(), f"exporter ended: {self.process.evidence()}"
        try:
            return self.request("GET", "/-/healthy")[0] == 200
        except OSError:
            return False

    def request(self, method, path, headers=None):
        """(status, headers, body) of one HTTP request."""
        status, answer, body = self.request_bytes(method, path, headers)
        return status, answer, body.decode()

    def request_bytes(self, method, path, headers=None):
        """The same with the body as it is on the wire."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            with self.namespace.entered():
                connection.connect()
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response.status, dict(response.headers), response.read()
        finally:
            connection.close()

    def reload(self):
        """(status, body) of a reload by HTTP, which needs the flag --web.enable-lifecycle; waits until one is allowed."""
        while True:
            status, headers, body = self.request("POST", "/-/reload")
            if status != 429:
                return status, body
            time.sleep(int(headers["Retry-After"]))

    def scrape(self):
        status, _, body = self.request("GET", "/metrics")
        assert status == 200, f"/metrics: {status} {body!r}"
        return Metrics(body)

    def wait_metrics(self, condition, what):
        """Scrapes until condition(metrics); returns those metrics."""
        last = [None]

        def check():
            last[0] = self.scrape()
            return condition(last[0])

        def evidence():
            lines = [line for line in last[0].text.splitlines()
                     if "_bucket" not in line and not line.startswith("#")]
            return f"{what}\n" + "\n".join(lines[:400]) + "\n" + self.process.evidence()

        wait_for(check, evidence, pause=0.1)
        return last[0]


# --- the relay ------------------------------------------------------------------------------------


class Relay:
    """Two namespaces, left (a new one unless given) and right, and the relay between them."""

    def __init__(self, left_to_right="", right_to_left="", seed=1, addresses=(LEFT, RIGHT),
                 prefix_length=30, left=None, device="sla0"):
        self.left, self.right = left or Namespace(), Namespace()
        self.log_path = os.path.join(scratch_dir(), f"relay-{id(self)}.log")
        if not os.access(RELAY, os.X_OK):
            raise AssertionError(f"{RELAY} is missing: build it, or set IPSLA_RELAY")
        command = [RELAY, "--left", f"{self.left.path},{device},{addresses[0]}/{prefix_length}",
                   "--right", f"{self.right.path},{device},{addresses[1]}/{prefix_length}",
                   "--log", self.log_path, "--seed", seed, "--tun-node", tun_node()]
        if left_to_right:
            command += ["--left-to-right", left_to_right]
        if right_to_left:
            command += ["--right-to-left", right_to_left]
        self.process = Process(Namespace(), command)
        run_first(self.process.pid)
        wait_for(self._is_up, lambda: f"relay not up: {self.process.evidence()}")

    def _is_up(self):
        assert self.process.is_running(), f"relay ended: {self.process.evidence()}"
        return "READY" in self.process.stdout()

    def rows(self, **wanted):
        """The log's lines as dictionaries, numbers as int; those whose columns have the wanted values."""
        with open(self.log_path, encoding="ascii") as file:
            complete = file.read().rpartition("\n")[0].splitlines()
        names = complete[0].split()
        rows = []
        for line in complete[1:]:
            row = {name: int(value) if value.isdigit() and name != "payload" else value
                   for name, value in zip(names, line.split())}
            if all(row[name] == value for name, value in wanted.items()):
                rows.append(row)
        return rows


# --- test cases -----------------------------------------------------------------------------------


def require_ipv6(namespace):
    try:
        with namespace.entered(), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.bind(("::1", 0))
    except OSError as error:
        skip(f"no IPv6 in a namespace: {error.strerror}")


def overtaken(numbers):
    """How many came after one that was sent later."""
    return sum(number < max(numbers[:place], default=0) for place, number in enumerate(numbers))


class Case(unittest.TestCase):
    """A unittest case that ends what it started."""

    maxDiff = None

    def setUp(self):
        self.addCleanup(_end_processes)

    def shortDescription(self):
        return None

    def assertBetween(self, value, low, high, what=""):
        self.assertTrue(low <= value <= high, f"{what}: {value} is not in {low}..{high}")

    def assert_counts(self, packets, planned, evidence="", **wanted):
        """What became of `planned` packets, in counts of this very host, which may have been busy. It may have
        missed the time of a packet or dropped the reply to one, and says so; every other packet was sent,
        came back once and in order, unless `wanted` says how many did not. `received` follows from the rest."""
        lost = packets["lost"]
        counts = {name: packets[name] for name in ("late", "duplicate", "out_of_order", "corrupt")} | lost
        self.assertEqual(counts, dict.fromkeys(counts, 0) | wanted, evidence)
        self.assertEqual(packets["unsent"], packets["missed"], f"another reason than lateness\n{evidence}")
        self.assertEqual(packets["sent"] + packets["unsent"], planned, evidence)
        answered = packets["received"] + packets["dropped"]
        self.assertEqual(answered + packets["late"] + sum(lost.values()), packets["sent"], evidence)
        self.assertGreater(packets["sent"], 0, f"no train's first packet is missed\n{evidence}")

    def assert_pairs(self, samples, packets):
        """Jitter has a sample for each two packets in a row: for all of them, unless some were missed."""
        complete = packets["received"] == packets["sent"] + packets["unsent"]
        self.assertBetween(samples, packets["sent"] - 1 if complete else 0, packets["sent"] - 1, "jitter samples")

    def run_program(self, namespace, name, *arguments, user=None):
        return Finished(Process(namespace, [program(name), *arguments], user))

    def responder(self, namespace, *flags, user=None):
        """ipsla_responder on all addresses of the namespace, once it listens."""
        process = Process(namespace, [program("ipsla_responder"), *flags], user)

        def is_listening():
            assert process.is_running(), f"responder ended: {process.evidence()}"
            return has_udp_listener(namespace, 1967)

        wait_for(is_listening, lambda: f"responder does not listen: {process.evidence()}")
        return process


def has_udp_listener(namespace, port):
    with namespace.entered(), open("/proc/thread-self/net/udp", encoding="ascii") as file:
        return any(line.split()[1].endswith(f":{port:04X}") for line in file.readlines()[1:])


class _Result(unittest.TextTestResult):
    """Adds what the programs said to each failure, while they are still there."""

    def _show(self):
        for process in _processes:
            self.stream.writeln(f"--- {process.evidence()}")

    def addFailure(self, test, err):
        self._show()
        super().addFailure(test, err)

    def addError(self, test, err):
        self._show()
        super().addError(test, err)


def find_module(name):
    """The module, None when it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def require_program(name):
    path = shutil.which(name)
    if path is None:
        skip(f"{name} is not installed")
    return path


def _require_namespaces():
    if os.geteuid() != 0:
        skip("network namespaces need root")
    try:
        os.close(Namespace().fd)
    except OSError as error:
        skip(f"no network namespace can be made: {error}")


def main():
    """Runs the tests of the calling file. One that was skipped makes the whole file skipped (unless
    another failed): nothing that did not run may look as if it had passed."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        _require_namespaces()
    except unittest.SkipTest as reason:
        print(f"skipped: {reason}", flush=True)
        sys.exit(SKIPPED)
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=_Result)
    result = unittest.main(testRunner=runner, exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    if result.skipped:
        print("skipped: " + "; ".join(sorted({reason for _, reason in result.skipped})), flush=True)
        sys.exit(SKIPPED)
