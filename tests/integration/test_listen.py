# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Where HTTP is served: several addresses, Unix sockets, sockets of the service manager, below a prefix."""
import contextlib
import http.client
import os
import re
import socket
import stat
import sys
import urllib.parse

import harness

CONFIG = "responder: {listen: ['127.0.0.1:1967']}\n"
# Opens sockets as systemd does, and becomes the program.
MANAGER = """
import fcntl, os, socket, sys
sockets = []
for place in sys.argv[1].split():
    if place.startswith('/'):
        sockets.append(socket.socket(socket.AF_UNIX)); sockets[-1].bind(place); sockets[-1].listen()
    elif place == 'udp':
        sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)); sockets[-1].bind(('127.0.0.1', 0))
    elif place == 'idle':
        sockets.append(socket.socket()); sockets[-1].bind(('127.0.0.1', 0))
    else:
        sockets.append(socket.create_server(('127.0.0.1', int(place))))
fds = [fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD, 50) for sock in sockets]  # out of the way of 3, 4, ...
for number, fd in enumerate(fds):
    os.dup2(fd, 3 + number)
    os.set_inheritable(3 + number, True)
os.environ['LISTEN_PID'] = str(os.getpid() + int(sys.argv[2]))
os.environ['LISTEN_FDS'] = str(len(fds))
os.execv(sys.argv[3], sys.argv[3:])
"""


class UnixConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(harness.PATIENCE)
        self.sock.connect(self.host)


class ListenTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()
        self.folder = os.path.join(harness.scratch_dir(), self.id().rpartition(".")[2])
        os.mkdir(self.folder)
        self.path = os.path.join(self.folder, "http.sock")
        self.command = [harness.program("ipsla_exporter"), "--config.file", harness.write_file("ipsla.yml", CONFIG)]

    def run_here(self, *command):
        return harness.Process(self.namespace, command)

    def start(self, *flags, before=()):
        process = self.run_here(*before, *self.command, *flags)

        def is_listening():
            assert process.is_running(), process.evidence()
            return 'msg="listening" address' in process.stderr()

        harness.wait_for(is_listening, process.evidence)
        return process

    def ask(self, place, path="/-/healthy", method="GET"):
        """(status, headers, body) from a port, an address and port, or the path of a socket."""
        if isinstance(place, str):
            client = UnixConnection(place)
        else:
            client = http.client.HTTPConnection(*place, timeout=harness.PATIENCE)
        try:
            with self.namespace.entered():
                client.connect()
            client.request(method, path)
            answer = client.getresponse()
            return answer.status, dict(answer.headers), answer.read().decode()
        finally:
            client.close()

    def test_several_addresses(self):
        harness.require_ipv6(self.namespace)
        process = self.start("--web.listen-address=127.0.0.1:10001", "--web.listen-address=[::1]:10002",
                             "--web.listen-address=localhost:10003", f"--web.listen-address=unix:{self.path}")
        for place in (("127.0.0.1", 10001), ("::1", 10002), ("127.0.0.1", 10003), self.path):
            self.assertEqual(self.ask(place)[0], 200, place)
            self.assertIn("ipsla_exporter_build_info", self.ask(place, "/metrics")[2])
        for address in ("127.0.0.1:10001", "[::1]:10002", "127.0.0.1:10003", f"unix:{self.path}"):
            self.assertIn(f"address={address}", process.stderr())
        self.assertEqual(process.stop(), 0)
        self.assertFalse(os.path.exists(self.path))

    def test_the_mode_of_a_socket(self):
        for flag, wanted in (("", 0o660), (",mode=0600", 0o600), (",mode=0666", 0o666)):
            process = self.start(f"--web.listen-address=unix:{self.path}{flag}",
                                 before=("sh", "-c", 'umask 077; exec "$0" "$@"'))
            self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), wanted)
            process.stop()

    def test_a_socket_that_was_left(self):
        self.start(f"--web.listen-address=unix:{self.path}").kill()
        self.assertTrue(os.path.exists(self.path))
        self.start(f"--web.listen-address=unix:{self.path}")
        self.assertEqual(self.ask(self.path)[0], 200)

    def refuse(self, *flags):
        ended = harness.Finished(self.run_here(*self.command, *flags))
        self.assertNotEqual(ended.code, 0, ended.evidence)
        return ended.stderr

    def test_what_is_not_ours_stays(self):
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(self.path)
            other.listen()
            self.assertIn("Address already in use", self.refuse(f"--web.listen-address=unix:{self.path}"))
            client = socket.socket(socket.AF_UNIX)
            client.connect(self.path)
            client.close()
        os.unlink(self.path)
        with socket.socket(socket.AF_UNIX) as busy, contextlib.ExitStack() as clients:
            busy.bind(self.path)
            busy.listen(0)
            with self.assertRaises(BlockingIOError):  # more than it lets wait
                for _ in range(10):
                    client = clients.enter_context(socket.socket(socket.AF_UNIX))
                    client.setblocking(False)
                    client.connect(self.path)
            self.assertIn("Address already in use", self.refuse(f"--web.listen-address=unix:{self.path}"))
            self.assertTrue(os.path.exists(self.path))
        os.unlink(self.path)
        with open(self.path, "w", encoding="ascii") as file:
            file.write("text")
        self.assertIn("Address already in use", self.refuse(f"--web.listen-address=unix:{self.path}"))
        with open(self.path, encoding="ascii") as file:
            self.assertEqual(file.read(), "text")
        self.assertIn("No such file or directory", self.refuse("--web.listen-address=unix:/nonexistent/x"))

    def manager(self, places, offset=0):
        return (sys.executable, "-c", MANAGER, places, str(offset))

    def test_sockets_of_the_service_manager(self):
        process = self.start("--web.systemd-socket", before=self.manager(f"10001 {self.path} 10002"))
        for place in (("127.0.0.1", 10001), ("127.0.0.1", 10002), self.path):
            self.assertEqual(self.ask(place, "/metrics")[0], 200, place)
        self.assertIn("address=127.0.0.1:10001", process.stderr())
        self.assertIn(f"address=unix:{self.path}", process.stderr())
        with self.assertRaises(ConnectionRefusedError):
            self.ask(("127.0.0.1", 10967))
        self.assertEqual(process.stop(), 0)
        self.assertTrue(os.path.exists(self.path), "the socket belongs to the service manager")

    def test_sockets_that_are_not_usable(self):
        for places, offset, wanted in (("10001", 1, "passed no socket"), ("udp", 0, "something else"),
                                       ("idle", 0, "something else"), (" ".join(map(str, range(10001, 10019))), 0, "too many")):
            ended = harness.Finished(self.run_here(*self.manager(places, offset), *self.command, "--web.systemd-socket"))
            self.assertEqual(ended.code, 1, ended.evidence)
            self.assertIn(wanted, ended.stderr)
        self.assertIn("passed no socket", self.refuse("--web.systemd-socket"))
        self.assertIn("cannot be given with", self.refuse("--web.systemd-socket", "--web.listen-address=:10001"))

    def test_the_responder(self):
        flags = ["--web.listen-address", f"unix:{self.path}"]
        self.responder(self.namespace, *flags)
        harness.wait_for(lambda: os.path.exists(self.path), "the socket is there")
        self.assertEqual(self.ask(self.path, "/metrics")[0], 200)

    PORT = ("127.0.0.1", 10967)

    def check_prefix(self, prefix, leads_to):
        for path in (f"{prefix}/", f"{prefix}/metrics", f"{prefix}/-/healthy", f"{prefix}/-/ready"):
            self.assertEqual(self.ask(self.PORT, path)[0], 200, path)
        self.assertEqual(self.ask(self.PORT, f"{prefix}/-/reload", "POST")[0], 403)
        for path in ("/", prefix):
            status, headers, _ = self.ask(self.PORT, path)
            self.assertEqual((status, headers["Location"]), (302, leads_to), path)
        for path in ("/metrics", "/-/healthy", f"{prefix}x/metrics", f"{prefix}metrics", f"{prefix}/none"):
            self.assertEqual(self.ask(self.PORT, path)[0], 404, path)
        page = self.ask(self.PORT, f"{prefix}/")[2]
        links = re.findall(r'<a href="([^"]*)"', page)
        self.assertTrue(links)
        for link in links:
            url = urllib.parse.urljoin(f"http://x{prefix}/", link)
            self.assertEqual(self.ask(self.PORT, urllib.parse.urlsplit(url).path)[0], 200, link)

    def test_a_prefix(self):
        process = self.start("--web.route-prefix=/a/ipsla/")
        self.check_prefix("/a/ipsla", "/a/ipsla/")
        self.assertIn("path=/a/ipsla/metrics", process.stderr())

    def test_an_external_url(self):
        self.start("--web.external-url=https://example.net/ipsla")
        self.check_prefix("/ipsla", "/ipsla/")

    def test_a_prefix_behind_another(self):
        self.start("--web.external-url=https://example.net/outside/", "--web.route-prefix=inside")
        self.check_prefix("/inside", "/outside/")

    def test_a_proxy_that_takes_the_prefix_away(self):
        self.start("--web.external-url=https://example.net/ipsla/", "--web.route-prefix=/")
        for path in ("/", "/metrics", "/-/healthy"):
            self.assertEqual(self.ask(self.PORT, path)[0], 200, path)

    def test_flags_that_say_nothing(self):
        for flag, value in (("listen-address", "unix:x"), ("listen-address", "unix:/x,mode=9"), ("route-prefix", "/a?b"),
                            ("external-url", "example.net"), ("external-url", "https://example.net/?a")):
            self.assertIn(f"--web.{flag}", self.refuse(f"--web.{flag}={value}"))


if __name__ == "__main__":
    harness.main()
