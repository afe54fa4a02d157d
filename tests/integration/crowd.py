#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""A crowd of HTTP clients from 127.0.0.2, .3 and so on that keep connections and want nothing; what is closed is
opened again at once. And scrapes beside it, with their times.

    crowd.py half PORT      each sends half a request, and a byte now and then
    crowd.py unread PORT    each sends a request for the metrics and never reads the answer
    crowd.py figures BIN    runs BIN/ipsla_exporter under each crowd and prints how scrapes fared
"""
import argparse
import contextlib
import errno
import os
import resource
import select
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HALF = b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Drip: "
WHOLE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
DRIP_SECONDS = 1.0


def source(index):
    return f"127.0.0.{index + 2}"


class Crowd:
    """`count` connections from `sources` addresses, at most `rate` new ones a second (0: any number)."""

    def __init__(self, kind, port, count, sources, rate):
        self.kind, self.port, self.sources, self.rate = kind, port, sources, rate
        self.poller = select.epoll()
        self.open = {}
        self.missing = list(range(count))
        self.opened = 0

    def dial(self, index):
        sock = socket.socket()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT: each address has all ports
        sock.bind((source(index % self.sources), 0))
        with contextlib.suppress(BlockingIOError):
            sock.connect(("127.0.0.1", self.port))
        self.open[sock.fileno()] = (index, sock)
        self.poller.register(sock.fileno(), select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLERR | select.EPOLLHUP)
        self.opened += 1

    def drop(self, fd):
        index, sock = self.open.pop(fd)
        sock.close()
        self.missing.append(index)

    def on_event(self, fd, events):
        if events & ~select.EPOLLOUT:
            self.drop(fd)
            return
        try:
            self.open[fd][1].send(HALF if self.kind == "half" else WHOLE)
            self.poller.modify(fd, select.EPOLLRDHUP | select.EPOLLERR | select.EPOLLHUP)
        except OSError:
            self.drop(fd)

    def drip(self):
        for fd, (_, sock) in list(self.open.items()):
            try:
                sock.send(b"x")
            except BlockingIOError:
                pass
            except OSError as error:
                if error.errno != errno.ENOTCONN:
                    self.drop(fd)

    def run(self):
        begin = drip_at = time.monotonic()
        is_said = False
        while True:
            now = time.monotonic()
            allowed = self.rate * (now - begin) + 1000 - self.opened if self.rate else len(self.missing)
            for _ in range(min(len(self.missing), max(0, int(allowed)))):
                self.dial(self.missing.pop())
            for fd, events in self.poller.poll(0.02, 256):
                self.on_event(fd, events)
            if self.kind == "half" and now - drip_at > DRIP_SECONDS:
                drip_at = now
                self.drip()
            if not is_said and not self.missing:
                is_said = True
                print("all are there", flush=True)


def scrape(port, address="127.0.1.1", path="/metrics", timeout=60):
    """(status, seconds) of one request on a connection of its own; status 0: no answer in time."""
    begin = time.monotonic()
    with socket.socket() as sock:
        sock.settimeout(timeout)
        sock.bind((address, 0))
        try:
            sock.connect(("127.0.0.1", port))
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while chunk := sock.recv(1 << 18):
                answer = answer or chunk[:16]
        except OSError:
            return 0, time.monotonic() - begin
    return (int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0), time.monotonic() - begin


# --- figures --------------------------------------------------------------------------------------


def told(results):
    good = sorted(seconds for status, seconds in results if status == 200)
    worst = f"median {statistics.median(good) * 1000:.0f} ms, worst {good[-1] * 1000:.0f} ms" if good else "-"
    return f"{len(good)} of {len(results)} answered, {worst}"


def scrape_under(crowd, port, seconds):
    """Scrapes each 0.1 s in turn from an address of its own and from one of the crowd."""
    process = crowd and subprocess.Popen(
        [sys.executable, "-B", __file__, *crowd, str(port)], stdout=subprocess.PIPE)
    own, theirs = [], []
    time.sleep(2 if crowd else 0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        own.append(scrape(port, timeout=2))
        theirs.append(scrape(port, source(3), timeout=2))
        time.sleep(0.1)
    if process:
        process.kill()
        process.wait()
        process.stdout.close()
    return f"own address: {told(own)}; an address of the crowd: {told(theirs)}"


def keep_alive(port, clients):
    """Clients behind one address, each with a connection of its own, two requests each. How many were answered."""
    statuses = []

    def run():
        with contextlib.suppress(OSError), socket.socket() as sock:
            sock.settimeout(30)
            sock.bind((source(0), 0))
            sock.connect(("127.0.0.1", port))
            for _ in range(2):
                sock.sendall(WHOLE)
                answer = b""
                while b"\r\n\r\n" not in answer:
                    chunk = sock.recv(65536)
                    if not chunk:
                        return
                    answer += chunk
                head, _, body = answer.partition(b"\r\n\r\n")
                lower = head.lower()
                if b"content-length: " in lower:
                    size = int(lower.split(b"content-length: ")[1].split(b"\r\n")[0])
                    while len(body) < size:
                        body += sock.recv(65536)
                else:
                    while not body.endswith(b"\r\n0\r\n\r\n"):
                        body = body[-16:] + sock.recv(65536)
                statuses.append(int(head[9:12]))

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {status: statuses.count(status) for status in sorted(set(statuses))}
    return f"{len(statuses)} of {2 * clients} answered: {found}"


def figures(directory, seconds, targets, port=10968):
    with tempfile.TemporaryDirectory() as scratch:
        config = os.path.join(scratch, "ipsla.yml")
        with open(config, "w", encoding="ascii") as file:
            file.write("defaults: {frequency: 60s}\ntargets:\n" + "".join(
                f"  - {{name: t{number}, host: 127.0.0.1, port: 16384}}\n" for number in range(targets)))
        exporter = subprocess.Popen(
            [os.path.join(directory, "ipsla_exporter"), f"--config.file={config}", "--log.level=error",
             f"--web.listen-address=127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
        try:
            while scrape(port)[0] != 200:
                time.sleep(0.1)
            print("nobody else:", scrape_under(None, port, 3), flush=True)
            print("1000 keep-alive clients behind one address:", keep_alive(port, 1000), flush=True)
            for crowd in (["half", "--connections=160", "--sources=4"], ["half"], ["unread", "--connections=256"]):
                print(" ".join(crowd) + ":", scrape_under(crowd, port, seconds), flush=True)
            with open(f"/proc/{exporter.pid}/status", encoding="ascii") as file:
                print([line.strip() for line in file if line.startswith(("VmHWM", "VmRSS"))])
        finally:
            exporter.terminate()
            exporter.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=("half", "unread", "figures"))
    parser.add_argument("at", metavar="PORT|BIN")
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--sources", type=int, default=20)
    parser.add_argument("--rate", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--targets", type=int, default=358)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if options.kind == "figures":
        figures(options.at, options.seconds, options.targets)
    else:
        Crowd(options.kind, int(options.at), options.connections, options.sources, options.rate).run()


if __name__ == "__main__":
    main()
