# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: programs pinned to a core and their CPU time, the exporter and the bare responder,
medians, bars, and the generated sections of the documents.

Everything runs in the network namespace that the calling shell script has made."""

import atexit
import gzip
import http.client
import json
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE_DIR = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN_DIR = os.environ.get("IPSLA_BIN_DIR", os.path.join(SOURCE_DIR, "build/release/bin"))
SENDER_CORE, RESPONDER_CORE = "0", "1"
HTTP_PORT = 10967
PROBE_PORT = 16384
PROBE_BYTES = 64

_processes = []
_scratch = tempfile.mkdtemp(prefix="ipsla-bench-")
os.chmod(_scratch, 0o755)


class Failed(Exception):
    """A measurement that could not be taken."""


def _clean_up():
    for process in reversed(_processes):
        process.end()
    shutil.rmtree(_scratch, ignore_errors=True)


atexit.register(_clean_up)
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
_hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
_wanted = 200000
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (_wanted, max(_wanted, _hard)))
except (ValueError, OSError):
    resource.setrlimit(resource.RLIMIT_NOFILE, (_hard, _hard))


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def scratch(name, text=None):
    """The path of a scratch file, written when there is a text."""
    path = os.path.join(_scratch, name)
    if text is not None:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return path


def use_build(directory):
    """From now on our programs are those of `directory`; `bare` stays that of the release build."""
    Build.directory = directory


class Build:
    directory = BIN_DIR


def program(name):
    path = os.path.join(BIN_DIR if name == "bare" else Build.directory, name)
    return path if os.path.exists(path) else None


def wait_for(condition, what, timeout=60.0):
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise Failed(f"waited {timeout:g} s in vain: {what}")
        time.sleep(0.005)


# --- programs -------------------------------------------------------------------------------------


class Program:
    """A program that runs beside the script, on one core unless `core` is None."""

    _count = 0

    def __init__(self, command, core=SENDER_CORE, namespace=None):
        Program._count += 1
        command = [str(word) for word in command]
        self.name = os.path.basename(command[0])
        if core is not None:
            command = ["taskset", "-c", core, *command]
        if namespace is not None:
            command = ["nsenter", f"--net=/proc/{namespace}/ns/net", *command]
        self.out_path = scratch(f"{Program._count}-{self.name}.out")
        with open(self.out_path, "wb") as out:
            self.popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        self.pid = self.popen.pid  # nsenter and taskset replace themselves by the program
        self.usage = None
        _processes.append(self)

    def output(self):
        with open(self.out_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def is_running(self):
        return self.usage is None and self.popen.poll() is None

    def wait(self):
        """Waits for its end; its exit status. Its CPU time is in `usage` then."""
        if self.usage is None:
            _, status, self.usage = os.wait4(self.pid, 0)
            self.popen.returncode = os.waitstatus_to_exitcode(status)
            _processes.remove(self)
        return self.popen.returncode

    def stop(self, number=signal.SIGTERM):
        if self.usage is None:
            os.kill(self.pid, number)
        return self.wait()

    def end(self):
        try:
            self.stop(signal.SIGKILL)
        except (OSError, ValueError):
            pass

    def cpu_ns(self, prefix=""):
        """CPU time so far of the threads whose name begins with `prefix`."""
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            base = f"/proc/{self.pid}/task/{task}/"
            with open(base + "comm", encoding="utf-8") as comm, open(base + "schedstat", encoding="ascii") as stat:
                if comm.read().startswith(prefix):
                    total += int(stat.read().split()[0])
        return total

    def spent_us(self):
        """CPU time of a program that has ended, its children included."""
        return (self.usage.ru_utime + self.usage.ru_stime) * 1e6


def run(command, core=SENDER_CORE, namespace=None, accept=(0,)):
    """Runs a program to its end and returns it."""
    started = Program(command, core, namespace)
    code = started.wait()
    if code not in accept:
        raise Failed(f"{' '.join(map(str, command))} ended with {code}: {started.output()[-500:]}")
    return started


def bare(*flags, core=SENDER_CORE):
    """What `bare` printed on its last line, as numbers."""
    words = run([program("bare"), *flags], core).output().split()
    return {name: float(value) for name, _, value in (word.partition("=") for word in words)}


class Hogs:
    """A loop on every core, while in the context."""

    def __init__(self, are_wanted=True):
        self.are_wanted = are_wanted

    def __enter__(self):
        code = "while True: pass"
        cores = os.sched_getaffinity(0) if self.are_wanted else ()
        self.hogs = [Program([sys.executable, "-c", code], str(core)) for core in cores]

    def __exit__(self, *_):
        for hog in self.hogs:
            hog.stop(signal.SIGKILL)


class Echo:
    """The bare responder, so that what answers is never what is measured."""

    def __init__(self, core=RESPONDER_CORE, namespace=None, flags=()):
        self.program = Program([program("bare"), "echo", "--port", PROBE_PORT, *flags], core, namespace)
        wait_for(lambda: "READY" in self.program.output(), "the bare responder")

    def _counter(self, name):
        before = self.program.output().count("probes=")
        os.kill(self.program.pid, signal.SIGUSR1)
        wait_for(lambda: self.program.output().count("requests=") > before
                 and self.program.output().endswith("\n"), "counters")
        return int(re.findall(name + r"=(\d+)", self.program.output())[-1])

    def probes(self):
        """Probes answered so far."""
        return self._counter("answers") - self._counter("requests")

    def wait_for_starts(self, count):
        """Until as many sessions have asked for their port."""
        end = time.monotonic() + 60
        while self._counter("requests") < count:
            if time.monotonic() > end:
                raise Failed(f"not all of {count} sessions start")
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.stop()


# --- the exporter ---------------------------------------------------------------------------------


def address(index):
    return f"127.{1 + index // 62500}.{index // 250 % 250}.{index % 250 + 1}"


def configuration(count, start=None, **keys):
    """A file of `count` targets; `start(index)` is when each begins, in microseconds after loading."""
    keys.setdefault("request_data_size", PROBE_BYTES)
    lines = ["defaults: {" + ", ".join(f"{key}: {value}" for key, value in keys.items() if value is not None) + "}",
             "targets:"]
    for index in range(count):
        after = f", start: after {int(start(index))}us" if start else ""
        lines.append(f"  - {{name: t{index}, host: {address(index)}, port: {PROBE_PORT}{after}}}")
    return "\n".join(lines) + "\n"


def spread(count, over_us):
    """Starts of `count` targets, even over a time."""
    return lambda index: index * over_us / count


def spread_phases(count, over_us, interval_us):
    """The same, and each in a phase of its own of the interval between packets."""
    start = spread(count, over_us + interval_us)
    phases = {int(start(index)) % interval_us for index in range(count)}
    if len(phases) != count:
        raise Failed(f"{count} sessions have {len(phases)} phases")
    return start


class Exporter:
    """ipsla_exporter (release), up and serving."""

    def __init__(self, config, core=SENDER_CORE, flags=(), namespace=None):
        self.path = scratch("ipsla.yml", config)
        before = time.monotonic()
        self.program = Program([program("ipsla_exporter"), "--config.file", self.path, "--web.enable-lifecycle",
                                "--log.level=error", *flags],
                               core, namespace)
        wait_for(self._is_up, f"the exporter: {self.program.output()[-500:]}")
        self.start_seconds = time.monotonic() - before

    def _is_up(self):
        if not self.program.is_running():
            raise Failed(f"the exporter ended: {self.program.output()[-500:]}")
        try:
            return self.request("GET", "/-/healthy")[0] == 200
        except OSError:
            return False

    def request(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", HTTP_PORT, timeout=60)
        try:
            connection.request(method, path, headers={"Accept-Encoding": "identity"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def totals(self):
        """Sums over all series of each name."""
        status, body = self.request("GET", "/metrics")
        if status != 200:
            raise Failed(f"/metrics answers {status}")
        sums = {}
        for line in body.split(b"\n"):
            if line[:1] not in (b"", b"#"):
                name = line[:len(line) if b"{" not in line else line.index(b"{")].split(b" ")[0]
                sums[name] = sums.get(name, 0.0) + float(line.rsplit(b" ", 1)[1])
        return {name.decode(): value for name, value in sums.items()}

    def measuring_cpu_ns(self):
        return self.program.cpu_ns("measure")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.stop()


def has_flag(name, flag):
    text = subprocess.run([program(name), "--help"], capture_output=True, text=True, check=False).stdout
    return flag in text


# --- arithmetic and reports -----------------------------------------------------------------------


def quantile(values, share):
    """By nearest rank."""
    ordered = sorted(values)
    if not ordered:
        raise Failed("no values")
    return ordered[min(len(ordered) - 1, max(0, int(share * len(ordered) + 0.999999) - 1))]


def median(values):
    return statistics.median(values)


def spread_text(values, form="{:.2f}"):
    values = list(values)
    middle = form.format(median(values))
    return middle if len(values) == 1 else f"{middle} [{form.format(min(values))}-{form.format(max(values))}]"


# A measurement of which the hypervisor took a larger share than this is not judged.
STEAL_MAX = 0.05


class Steal:
    """What the hypervisor takes of this machine from now on."""

    def __init__(self):
        self.begin_s, self.stolen_s = time.monotonic(), read_steal()

    def seconds(self):
        return read_steal() - self.stolen_s

    def share(self):
        return self.seconds() / (os.cpu_count() * max(time.monotonic() - self.begin_s, 1e-3))


class Report:
    """Figures and bars; printed as they come, kept for the document."""

    def __init__(self):
        self.bars = []
        self.sections = []
        self.failures = []
        self.steal = Steal()  # of the run
        self.section_steal = self.steal

    def section(self, title, text=""):
        say(title)
        self.sections.append([title, text, []])
        self.section_steal = Steal()

    def table(self, head, rows):
        lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
        for row in rows:
            say("  " + " | ".join(str(cell) for cell in row))
        self.sections[-1][2].append("\n".join(lines))

    def note(self, text):
        say("  " + text)
        self.sections[-1][2].append(text)

    def bar(self, name, value, limit, form="{:.2f}", at_least=False):
        is_met = value >= limit if at_least else value <= limit
        sign = ">=" if at_least else "<="
        figure, bound = form.format(value), f"{sign} {form.format(limit)}"
        stolen = self.section_steal.share()
        if stolen > STEAL_MAX:
            self.bars.append((name, "not judged", bound, f"{stolen:.0%} of the machine stolen"))
            print(f"{name}: not judged, {stolen:.1%} of the machine was stolen during this measurement", flush=True)
            return
        self.bars.append((name, figure, bound, "ok" if is_met else "short"))
        print(f"{name}: {figure} ({bound}) {'ok' if is_met else 'short'}", flush=True)

    def attempt(self, name, function, *arguments):
        """Takes one measurement; one that fails is said and does not stop the others. What the programs say may be
        anything, so reading it may fail in many ways."""
        try:
            function(self, *arguments)
        except (Failed, OSError, ValueError, KeyError, ArithmeticError, subprocess.SubprocessError) as error:
            error = error if isinstance(error, Failed) else repr(error)
            self.failures.append(f"{name}: {error}")
            self.sections.append([name, f"Could not be measured: {error}", []])
            print(f"{name}: failed: {error}", flush=True)

    def markdown(self, command):
        lines = [f"Command: `{command}`, {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC. {machine()} "
                 f"Steal during the run: {self.steal.seconds():.1f} s of CPU.", ""]
        if self.bars:
            lines += ["| what | figure | bar | |", "|---|---|---|---|"]
            lines += [f"| {name} | {figure} | {bound} | {'' if state == 'ok' else '**'}{state}"
                      f"{'' if state == 'ok' else '**'} |" for name, figure, bound, state in self.bars]
        for title, text, parts in self.sections:
            lines += ["", f"### {title}", ""] + ([text, ""] if text else []) + ["\n\n".join(parts)]
        return "\n".join(lines).rstrip() + "\n"

    def status(self):
        states = [state for *_, state in self.bars]
        short, judged = states.count("short"), states.count("ok") + states.count("short")
        say(f"{len(states)} bars, {short} short, {len(states) - judged} not judged, {len(self.failures)} measurements "
            "failed")
        return 1 if self.failures else 0


def write_generated(document, key, text):
    """Replaces what stands between the markers of `key` in a document."""
    path = os.path.join(SOURCE_DIR, "docs", document)
    begin, end = f"<!-- generated: {key} -->", f"<!-- end: {key} -->"
    with open(path, encoding="utf-8") as file:
        before, _, rest = file.read().partition(begin)
    after = rest.partition(end)[2]
    if not rest or not after:
        raise Failed(f"{document} has no markers of {key}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n{text}{end}{after}")


def read_steal():
    """Seconds of CPU that the hypervisor took from this machine since it booted."""
    with open("/proc/stat", encoding="ascii") as file:
        return int(file.readline().split()[8]) / os.sysconf("SC_CLK_TCK")


def _kernel_hz():
    for path, opener in (("/proc/config.gz", gzip.open), (f"/boot/config-{os.uname().release}", open)):
        try:
            with opener(path, "rt") as file:
                found = re.search(r"^CONFIG_HZ=(\d+)", file.read(), re.M)
                return found.group(1) if found else "unknown"
        except OSError:
            continue
    return "unknown"


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    kernel = re.match(r"\d+\.\d+", os.uname().release).group()
    return (f"Machine: {os.cpu_count()} cores ({model.group(1) if model else os.uname().machine}), "
            f"Linux {kernel}, HZ={_kernel_hz()}.")


def dump(value):
    """For a look at raw figures."""
    return json.dumps(value, indent=1)
