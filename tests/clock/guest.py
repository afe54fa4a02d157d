#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Process 1 of a kernel whose root is the host's: two network namespaces 25 ms apart, with an NTP server and a
responder in the other one. Brings the clock into the states of a case, and measures in each. What it writes
stays in memory, but for the result."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
import traceback

PATIENCE = 120  # seconds until something must have happened
POWER_OFF = 0x4321FEDC  # reboot(2): switch off
SYS_FINIT_MODULE = 313
STA_UNSYNC, STA_NANO, ADJ_MAXERROR = 0x40, 0x2000, 0x4
FAR = "192.0.2.2"
libc = ctypes.CDLL(None, use_errno=True)


class Timex(ctypes.Structure):
    _fields_ = [("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long),
                ("maxerror", ctypes.c_long), ("esterror", ctypes.c_long), ("status", ctypes.c_int),
                ("rest", ctypes.c_byte * 256)]

    def offset_ms(self):
        return self.offset / (1e6 if self.status & STA_NANO else 1e3)


def ask(**settings):
    timex = Timex(**settings)
    if libc.adjtimex(ctypes.byref(timex)) < 0:
        raise OSError(ctypes.get_errno(), "adjtimex")
    return timex


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def mount(kind, where):
    if libc.mount(kind.encode(), where.encode(), kind.encode(), 0, None) != 0:
        raise OSError(ctypes.get_errno(), f"mount {where}")


def await_that(what, is_so):
    limit = time.clock_gettime(time.CLOCK_MONOTONIC_RAW) + PATIENCE
    while not is_so():
        if time.clock_gettime(time.CLOCK_MONOTONIC_RAW) > limit:
            raise TimeoutError(what)
        time.sleep(0.2)


def rate():
    """How much faster than nature the clock runs, in ppm."""
    def both():
        return time.clock_gettime(time.CLOCK_MONOTONIC), time.clock_gettime(time.CLOCK_MONOTONIC_RAW)
    before = both()
    time.sleep(0.5)
    after = both()
    return ((after[0] - before[0]) / (after[1] - before[1]) - 1) * 1e6


class Guest:
    def __init__(self, unpacked, programs):
        self.unpacked, self.programs = unpacked, programs
        self.measured = []

    def set_up(self):
        os.environ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        for kind, where in (("proc", "/proc"), ("sysfs", "/sys"), ("tmpfs", "/run"), ("tmpfs", "/var/lib"),
                            ("tmpfs", "/var/log"), ("tmpfs", "/etc/systemd")):
            mount(kind, where)
        os.environ["TMPDIR"] = "/run"
        release = os.uname().release
        for module in ("drivers/net/veth", "net/sched/sch_netem"):
            self.load(f"{self.unpacked}/usr/lib/uml/modules/{release}/kernel/{module}.ko")
        run("ip", "netns", "add", "far")
        run("ip", "link", "add", "near", "type", "veth", "peer", "name", "near", "netns", "far")
        for inside, address in ((("ip",), "192.0.2.1/30"), (("ip", "-n", "far"), f"{FAR}/30")):
            run(*inside, "address", "add", address, "dev", "near")
            run(*inside, "link", "set", "lo", "up")
            run(*inside, "link", "set", "near", "up")
        self.far(f"{self.programs}/ipsla_responder")

    @staticmethod
    def load(path):
        with open(path, "rb") as file:
            if libc.syscall(SYS_FINIT_MODULE, file.fileno(), b"", 0) != 0:
                raise OSError(ctypes.get_errno(), path)

    @staticmethod
    def delay():
        """25 ms each way; NTP daemons settle sooner without."""
        for inside in ((), ("-n", "far")):
            run("tc", *inside, "qdisc", "add", "dev", "near", "root", "netem", "delay", "25ms")

    @staticmethod
    def far(*command):
        return subprocess.Popen(["ip", "netns", "exec", "far", *command], stdin=subprocess.DEVNULL)

    def daemon(self, path, *arguments, **environment):
        return subprocess.Popen([f"{self.unpacked}/{path}", *arguments], stdin=subprocess.DEVNULL,
                                env={**os.environ, **environment})

    def serve_time(self, ahead=0.0):
        """The NTP server; its clock is ours, and `ahead`."""
        return self.far(sys.executable, "-B", os.path.join(os.path.dirname(__file__), "ntp_server.py"), str(ahead))

    def measure(self, *flags):
        now = ask()
        words = ("unsynchronized" if now.status & STA_UNSYNC else "synchronized",
                 f"error {now.esterror} us, at most {now.maxerror / 1000:.1f} ms, {now.offset_ms():.1f} ms left, "
                 f"runs {rate():+.0f} ppm")
        done = subprocess.run([f"{self.programs}/ipsla", "probe", FAR, "--precision=microseconds", "--count=20",
                               "--timestamps=user", "--output=json", *flags],
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True)
        result = json.loads(done.stdout)
        print(result, file=sys.stderr)
        self.measured.append({"kernel": ": ".join(words),
                              "withheld": result["one_way_delay_seconds"]["withheld"]})


def is_synchronized():
    return not ask().status & STA_UNSYNC


def is_settled():
    """A daemon has an estimate, and what it found at its start is slewed."""
    return ask().esterror < 1000 and abs(ask().offset_ms()) < 1 and abs(rate()) < 300


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def chronyd(guest, *lines):
    conf = write("/run/chrony.conf", "\n".join((
        f"server {FAR} iburst minpoll 0 maxpoll 0", "user root", "driftfile /run/drift", "cmdport 0",
        "pidfile /run/chronyd.pid", *lines, "")))
    return guest.daemon("usr/sbin/chronyd", "-n", "-f", conf)


def end(process, number=signal.SIGKILL):
    process.send_signal(number)
    process.wait()


def case_nobody(guest):
    guest.delay()
    guest.measure()


def case_chronyd(guest):
    guest.serve_time()
    daemon = chronyd(guest, "rtcsync")
    await_that("chronyd is in sync", lambda: is_synchronized() and is_settled())
    guest.delay()
    guest.measure()
    end(daemon)
    since = ask().maxerror
    await_that("20 s", lambda: ask().maxerror > since + 10000)
    guest.measure()
    # The kernel adds 500 us in each second; those of 84 minutes are added at once.
    ask(modes=ADJ_MAXERROR, maxerror=since + 84 * 60 * 500)
    guest.measure()


def case_chronyd_without_rtcsync(guest):
    guest.serve_time()
    chronyd(guest)
    await_that("chronyd is in sync", is_settled)
    guest.delay()
    guest.measure()
    guest.measure("--assume-synchronized")


def case_chronyd_slewing(guest):
    server = guest.serve_time()
    chronyd(guest, "rtcsync", "corrtimeratio 1")
    await_that("chronyd is in sync", lambda: is_synchronized() and is_settled())
    guest.delay()
    end(server)
    guest.serve_time(ahead=0.3)
    await_that("chronyd slews", lambda: abs(rate()) > 10000)
    guest.measure()


def timesyncd(guest):
    write("/etc/systemd/timesyncd.conf", f"[Time]\nNTP={FAR}\nPollIntervalMinSec=16\n")
    os.makedirs("/run/systemd/timesync", exist_ok=True)
    os.chmod("/run/systemd/timesync", 0o777)
    return guest.daemon("lib/systemd/systemd-timesyncd")


def case_timesyncd(guest):
    server = guest.serve_time()
    daemon = timesyncd(guest)
    await_that("timesyncd is in sync", lambda: is_synchronized() and is_settled())
    guest.delay()
    guest.measure()
    end(daemon)
    end(server)
    guest.serve_time(ahead=0.3)
    daemon = timesyncd(guest)
    await_that("timesyncd slews", lambda: ask().offset_ms() > 100)
    guest.measure()
    await_that("69 ms are left", lambda: ask().offset_ms() < 69)
    end(daemon)
    guest.measure()


def ntpd(guest):
    conf = write("/run/ntp.conf", f"server {FAR} iburst minpoll 3 maxpoll 3\n")
    drift = write("/run/ntp.drift", "0.0\n")  # without, it measures for 5 minutes first
    return guest.daemon("usr/sbin/ntpd", "-n", "-c", conf, "-f", drift, "-p", "/run/ntpd.pid")


def case_ntpsec(guest):
    daemon = ntpd(guest)
    await_that("ntpd has started", is_synchronized)
    guest.delay()
    guest.measure()
    end(daemon)
    guest.serve_time()
    ntpd(guest)
    await_that("ntpd is in sync", lambda: ask().status & STA_NANO)
    guest.measure()


def case_ptp4l(guest):
    """One clock for both ends: the one in the other namespace is the master, and leaves it alone."""
    for where, is_slave in ((("ip", "netns", "exec", "far"), 0), ((), 1)):
        conf = write(f"/run/ptp{is_slave}.conf", "\n".join((
            "[global]", "time_stamping software", f"slaveOnly {is_slave}", f"free_running {1 - is_slave}",
            f"uds_address /run/ptp{is_slave}", "")))
        with open(f"/run/ptp{is_slave}.log", "wb") as log:
            slave = subprocess.Popen([*where, f"{guest.unpacked}/usr/sbin/ptp4l", "-S", "-i", "near", "-m", "-f", conf],
                                     stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    await_that("ptp4l has locked", lambda: is_synchronized() and " s2 " in read("/run/ptp1.log"))
    slave.send_signal(signal.SIGSTOP)  # it would follow the path that changes
    guest.delay()
    guest.measure()


def main():
    case, unpacked, programs, out = sys.argv[1:5]  # the kernel adds some of its own
    error = None
    guest = Guest(unpacked, programs)
    try:
        guest.set_up()
        globals()[f"case_{case.replace('-', '_')}"](guest)
    except Exception as problem:  # whatever it is, the host is to hear of it
        traceback.print_exc()
        error = repr(problem)
    with open(out, "w", encoding="ascii") as file:
        json.dump({"measured": guest.measured, "error": error}, file)
    libc.reboot(POWER_OFF)


if __name__ == "__main__":
    main()
