# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""--web.config.file: TLS, client certificates, passwords, a limit, and their files while they change."""
import base64
import contextlib
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time

import certificates
import harness
import test_prometheus

CONFIG = "responder: {listen: ['127.0.0.1:1967']}\n"
TAIL = "abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"
HASH = "$2y$04$" + TAIL  # of "secret"
USERS = f"basic_auth_users: {{prometheus: '{HASH}'}}\n"
TLS = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n"
AUTH_TYPES = {  # what becomes of a client with no, a good and a foreign certificate
    "NoClientCert": (True, True, True),
    "RequestClientCert": (True, True, True),
    "RequireAnyClientCert": (False, True, True),
    "VerifyClientCertIfGiven": (True, True, False),
    "RequireAndVerifyClientCert": (False, True, False),
}
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(user + b":" + password).decode()}


class WebCase(harness.Case):
    program = "ipsla_exporter"

    def setUp(self):
        super().setUp()
        certificates.needed()
        self.namespace = harness.Namespace()
        self.folder = os.path.join(harness.scratch_dir(), self.id().rpartition(".")[2])
        os.mkdir(self.folder)
        self.ca = certificates.Certificate(self.folder, "ca")
        self.server = certificates.Certificate(self.folder, "server", self.ca)
        self.process = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, text, name="web.yml"):
        """Puts the file there as a whole."""
        with open(self.path(name + ".new"), "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(self.path(name + ".new"), self.path(name))

    def start(self, text, *flags):
        self.write(text)
        self.has_tls = "tls_server_config" in text
        self.process = harness.Process(self.namespace, [
            harness.program("ipsla_exporter"), "--config.file", harness.write_file("ipsla.yml", CONFIG),
            "--web.config.file", self.path("web.yml"), *flags])
        harness.wait_for(lambda: 'msg="listening" address' in self.process.stderr(), self.process.evidence)

    def context(self, version=None, certificate=None):
        context = ssl.create_default_context(cafile=self.ca.cert)
        if version:
            context.minimum_version = context.maximum_version = version
        if certificate:
            context.load_cert_chain(certificate.cert, certificate.key)
        return context

    def connect(self, context=None, source="127.0.0.1"):
        """An open connection, whose first request may find that it was refused."""
        how = {"timeout": harness.PATIENCE, "source_address": (source, 0)}
        if self.has_tls:
            client = http.client.HTTPSConnection("127.0.0.1", 10967, context=context or self.context(), **how)
        else:
            client = http.client.HTTPConnection("127.0.0.1", 10967, **how)
        self.addCleanup(client.close)
        with self.namespace.entered():
            client.connect()
        return client

    def ask(self, client, path="/-/healthy", headers=None, method="GET"):
        client.request(method, path, headers=headers or {})
        answer = client.getresponse()
        return answer.status, dict(answer.headers), answer.read().decode()

    def status(self, path="/-/healthy", headers=None, context=None):
        client = self.connect(context)
        try:
            return self.ask(client, path, headers)[0]
        finally:
            client.close()

    def is_accepted(self, context):
        try:
            return self.status(context=context) == 200
        except (ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
            return False

    def curl(self, *arguments):
        with self.namespace.entered():
            return subprocess.run(["curl", "--silent", "--show-error", "--cacert", self.ca.cert, "--max-time", "60",
                                   "--write-out", "%{http_code}", "--output", "/dev/null", *arguments],
                                  capture_output=True, text=True, timeout=harness.PATIENCE)

    def metric(self, headers=None):
        """What the metric says of the web configuration."""
        body = self.ask(self.connect(), "/metrics", headers)[2]
        return harness.Metrics(body).get("ipsla_exporter_web_config_last_reload_successful")

    def s_client(self, *flags):
        with self.namespace.entered():
            return subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:10967", *flags], input="",
                                  capture_output=True, text=True, timeout=harness.PATIENCE)


class TlsTest(WebCase):
    def test_client_certificates(self):
        """Each type takes force while the exporter runs."""
        good = certificates.Certificate(self.folder, "good", self.ca, "clientAuth", "DNS:a.example,URI:spiffe://x/y")
        foreign = certificates.Certificate(self.folder, "foreign", certificates.Certificate(self.folder, "other"),
                                           "clientAuth")
        self.start(TLS)
        for name, wanted in AUTH_TYPES.items():
            ca = "" if name == "NoClientCert" else "  client_ca_file: ca.crt\n"
            self.write(TLS + f"  client_auth_type: {name}\n{ca}")
            for version in VERSIONS:
                got = tuple(self.is_accepted(self.context(version, certificate)) for certificate in (None, good, foreign))
                self.assertEqual(got, wanted, f"{name} {version.name}\n{self.process.evidence()}")
        for names, is_allowed in (("[b.example]", False), ("[b.example, a.example]", True), ("['spiffe://x/y']", True),
                                  ("[]", False), ("[a.example.net]", False)):
            self.write(TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n"
                             f"  client_allowed_sans: {names}\n")
            self.assertEqual(self.is_accepted(self.context(None, good)), is_allowed, names)

    def test_a_server_certificate_is_none_for_clients(self):
        self.start(TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n")
        self.assertFalse(self.is_accepted(self.context(None, self.server)))

    def test_a_refused_client_is_told(self):
        self.start(TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n")
        self.assertIn("alert certificate required",
                      self.s_client("-tls1_3", "-ign_eof").stderr)

    def test_versions(self):
        """TLS 1.2 and 1.3, unless told otherwise."""
        self.start(TLS)
        weak = ("-cipher", "DEFAULT@SECLEVEL=0")

        def spoken():
            return [version for version in ("tls1", "tls1_1", "tls1_2", "tls1_3")
                    if re.search(r"Cipher is [A-Z]", self.s_client(f"-{version}", *weak).stdout)]

        self.assertEqual(spoken(), ["tls1_2", "tls1_3"])
        self.write(TLS + "  min_version: TLS13\n")
        self.assertEqual(spoken(), ["tls1_3"])
        self.write(TLS + "  min_version: TLS11\n  max_version: TLS12\n")
        self.assertEqual(spoken(), ["tls1_1", "tls1_2"])
        self.write(TLS + "  min_version: TLS10\n  max_version: TLS10\n")
        self.assertEqual(spoken(), ["tls1"])

    def suites(self):
        """Those of TLS 1.2 that the server takes, in OpenSSL's names."""
        offered = ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305",
                   "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES128-GCM-SHA256",
                   "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES128-SHA",
                   "ECDHE-RSA-AES256-SHA", "AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-SHA384")
        return [suite for suite in offered
                if f"Cipher is {suite}" in self.s_client("-tls1_2", "-cipher", suite + "@SECLEVEL=0").stdout]

    def test_suites(self):
        """Those of Go for TLS 1.2, and the list does not restrict TLS 1.3."""
        rsa = certificates.Certificate(self.folder, "rsa", self.ca, key="rsa")
        self.start(TLS)
        of_kind = ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305", "AES128-SHA", "AES256-SHA")
        self.assertEqual(self.suites(), ["ECDHE-ECDSA-" + suite for suite in of_kind])
        use_rsa = TLS.replace("server.", "rsa.")
        self.assertTrue(os.path.exists(rsa.cert))
        self.write(use_rsa)
        self.assertEqual(self.suites(), ["ECDHE-RSA-" + suite for suite in of_kind])
        self.write(use_rsa + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "
                             "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n")
        self.assertEqual(self.suites(), ["ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA"])
        for suite in ("TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"):
            self.assertIn(f"Cipher is {suite}", self.s_client("-tls1_3", "-ciphersuites", suite).stdout)
        self.write(use_rsa + "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n")
        self.assertEqual(self.suites(), [])
        self.assertTrue(self.is_accepted(self.context(ssl.TLSVersion.TLSv1_3)))

    def test_curves(self):
        self.start(TLS + "  curve_preferences: [CurveP384]\n")
        self.assertIn("Server Temp Key: ECDH, secp384r1", self.s_client().stdout)
        self.assertIn("Cipher is (NONE)", self.s_client("-curves", "X25519").stdout)

    def test_only_http_1_1_is_offered(self):
        self.start(TLS + "http_server_config: {http2: true}\n")
        self.assertIn("ALPN protocol: http/1.1", self.s_client("-alpn", "h2,http/1.1").stdout)
        self.assertEqual(self.curl("--http2", "https://127.0.0.1:10967/metrics").stdout, "200")

    def test_inline(self):
        cert, key = ("".join(f"    {line}\n" for line in text.splitlines()) for text in self.server.text())
        self.start(f"tls_server_config:\n  cert: |\n{cert}  key: |\n{key}")
        self.assertTrue(self.is_accepted(self.context()))

    def test_certificates_change_while_requests_run(self):
        """First the certificate, then the key: what is between them changes nothing."""
        others = [certificates.Certificate(self.folder, f"other{i}", self.ca) for i in range(2)]
        self.start(TLS)
        kept = self.connect()
        is_over = threading.Event()

        def change():
            number = 0
            while not is_over.wait(0.05):
                number += 1
                for text, name in zip(others[number % 2].text(), ("server.crt", "server.key")):
                    if number % 4 < 2:
                        self.write(text, name)
                    else:
                        with open(self.path(name), "w", encoding="ascii") as file:
                            file.write(text)

        changer = threading.Thread(target=change)
        changer.start()
        seen = set()
        try:
            end = time.monotonic() + 4
            while time.monotonic() < end or len(seen) < 2:
                client = self.connect()
                seen.add(client.sock.getpeercert(True))
                self.assertEqual(self.ask(client, "/metrics")[0], 200)
                client.close()
                self.assertEqual(self.ask(kept)[0], 200)
        finally:
            is_over.set()
            changer.join()
        self.assertTrue(self.process.is_running(), self.process.evidence())

    def test_what_cannot_be_used_changes_nothing(self):
        self.start(TLS)
        self.assertEqual(self.metric(), 1)
        os.rename(self.path("server.crt"), self.path("away"))
        self.assertEqual(self.metric(), 0)
        os.rename(self.path("away"), self.path("server.crt"))
        self.assertEqual(self.metric(), 1)
        for text in ("", "tls_server_config: {}\n", "nonsense: [\n", TLS + "  min_version: TLS99\n",
                     TLS.replace("server.crt", "ca.crt"), TLS.replace("server.key", "server.crt")):
            self.write(text)
            self.assertEqual(self.metric(), 0, text)
            self.assertTrue(self.is_accepted(self.context()), text)
        os.unlink(self.path("web.yml"))
        self.assertEqual(self.metric(), 0)
        os.mkfifo(self.path("web.yml"))
        self.assertEqual(self.metric(), 0)
        os.unlink(self.path("web.yml"))
        self.write(TLS)
        self.assertEqual(self.metric(), 1)
        log = self.process.stderr()
        self.assertIn(f"{self.path('web.yml')}:4:16: tls_server_config.min_version: 'TLS99' is unknown", log)
        self.assertIn("is not the key of the certificate", log)
        self.assertIn("needs a restart", log)
        self.assertNotIn("PRIVATE", log)

    def test_half_handshakes_hold_up_nobody(self):
        self.start(TLS)
        hello = bytes.fromhex("16030100f0")
        with contextlib.ExitStack() as stack, self.namespace.entered():
            for number in range(1100):  # more than there are connections
                sock = stack.enter_context(socket.socket())
                sock.bind((f"127.0.2.{number % 20 + 1}", 0))
                sock.connect(("127.0.0.1", 10967))
                sock.sendall(hello[:number % 6])
            for _ in range(20):
                self.assertEqual(self.status("/metrics"), 200)

    def test_plain_requests_are_refused(self):
        self.start(TLS)
        with self.namespace.entered(), socket.create_connection(("127.0.0.1", 10967), harness.PATIENCE) as sock:
            sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                self.assertNotIn(b"HTTP/1.1 200", sock.recv(65536))
        self.assertTrue(self.is_accepted(self.context()))


class PasswordTest(WebCase):
    def check_as_curl_sees_it(self, scheme):
        url = f"{scheme}://127.0.0.1:10967/metrics"
        self.assertEqual(self.curl(url).stdout, "401")
        self.assertEqual(self.curl("--user", "prometheus:secret", url).stdout, "200")
        self.assertEqual(self.curl("--user", "prometheus:wrong", url).stdout, "401")
        self.assertEqual(self.curl("--user", "nobody:secret", url).stdout, "401")
        self.assertEqual(self.curl("--user", "prometheus:", url).stdout, "401")

    def test_with_tls(self):
        self.start(TLS + USERS)
        self.check_as_curl_sees_it("https")

    def test_without_tls(self):
        self.start(USERS)
        self.check_as_curl_sees_it("http")

    def test_every_path_needs_the_password(self):
        self.start(USERS, "--web.enable-lifecycle")
        for path in ("/", "/metrics", "/-/healthy", "/-/ready", "/none"):
            status, headers, _ = self.ask(self.connect(), path)
            self.assertEqual(status, 401, path)
            self.assertEqual(headers["WWW-Authenticate"], 'Basic realm="ipsla", charset="UTF-8"')
        self.assertEqual(self.ask(self.connect(), "/-/reload", method="POST")[0], 401)
        self.assertNotIn("configuration loaded", self.process.stderr().partition('msg="listening" address')[2])

    def test_a_connection_is_kept(self):
        self.start(USERS)
        client = self.connect()
        right = basic(b"prometheus", b"secret")
        for headers, wanted in ((right, 200), ({}, 401), (basic(b"prometheus", b"x"), 401), (right, 200)):
            self.assertEqual(self.ask(client, headers=headers)[0], wanted)

    def test_odd_credentials(self):
        self.start(USERS)
        odd = [basic(b"prometheus", password) for password in
               (b"secret\0", b"\0", b"secret\0secret", b"x" * 20000, b"\xff\xfe", b"secret ")]
        odd += [basic(b"", b"secret"), basic(b"prometheus\0", b"secret"), basic(b"x" * 20000, b"secret"),
                {"Authorization": "Basic"}, {"Authorization": "Basic !!!"}, {"Authorization": "Bearer x"}]
        for headers in odd:
            self.assertEqual(self.status(headers=headers), 401, headers)
        self.assertIn(self.status(headers=basic(b"prometheus", b"x" * 60000)), (400, 413, 431))
        self.assertEqual(self.status(headers=basic(b"prometheus", b"secret")), 200)

    def test_users_change(self):
        self.start(USERS)
        right = basic(b"prometheus", b"secret")
        client = self.connect()
        self.assertEqual(self.ask(client, headers=right)[0], 200)
        self.write(f"basic_auth_users: {{other: '{HASH}'}}\n")
        self.assertEqual(self.ask(client, headers=right)[0], 401)
        self.assertEqual(self.ask(client, headers=basic(b"other", b"secret"))[0], 200)
        self.write("http_server_config: {}\n")
        self.assertEqual(self.ask(client)[0], 200)

    def test_comparing_holds_up_nobody(self):
        """A password that takes long is being compared: others are answered before."""
        slow = USERS.replace("$04$", "$14$")
        self.start(slow, "--web.health-checks=open")
        client = self.connect()
        client.request("GET", "/metrics", headers=basic(b"prometheus", b"secret"))
        for _ in range(5):
            self.assertEqual(self.status(), 200)
        client.sock.setblocking(False)
        with self.assertRaises(BlockingIOError, msg="it was answered already"):
            client.sock.recv(1)
        client.sock.setblocking(True)
        client.sock.settimeout(harness.PATIENCE)
        self.assertEqual(client.getresponse().status, 401)

    def test_measuring_goes_first(self):
        """Passwords are compared at the lowest priority, everything else at the normal one."""
        self.start(USERS)
        threads = {}
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{task}/stat", encoding="ascii") as file:
                name, _, rest = file.read().partition("(")[2].rpartition(")")
            threads.setdefault(name, set()).add(int(rest.split()[16]))
        self.assertEqual(threads.pop("passwords"), {19})
        self.assertNotIn(19, set().union(*threads.values()))

    def test_many_wrong_passwords(self):
        """More than may wait: they are refused, and someone from elsewhere gets in."""
        self.start(USERS.replace("$04$", "$08$").replace("prometheus:", f"known: '{HASH}', prometheus:"))
        crowd = [self.connect() for _ in range(200)]
        for number, client in enumerate(crowd):
            client.request("GET", "/metrics", headers=basic(b"prometheus", str(number).encode()))
        known = self.connect(source="127.0.1.1")
        self.assertEqual(self.ask(known, headers=basic(b"known", b"secret"))[0], 200)
        statuses = [client.getresponse().status for client in crowd]
        self.assertEqual(set(statuses), {401, 503})

    def test_the_end_does_not_wait_for_passwords(self):
        self.start(USERS.replace("$04$", "$10$"))
        crowd = [self.connect() for _ in range(30)]
        for number, client in enumerate(crowd):
            client.request("GET", "/metrics", headers=basic(b"prometheus", str(number).encode()))
        self.assertEqual(self.process.stop(), 0)

    def test_open_health_checks(self):
        self.start(USERS + "rate_limit: {interval: 1h, burst: 1}\n", "--web.health-checks=open")
        for _ in range(5):
            self.assertEqual([self.status(path) for path in ("/-/healthy", "/-/ready")], [200, 200])
        self.assertEqual([self.status(path) for path in ("/metrics", "/metrics")], [401, 429])

    def test_the_limit_comes_before_the_password(self):
        self.start(USERS + "rate_limit: {interval: 1h, burst: 3}\n")
        right = basic(b"prometheus", b"secret")
        self.assertEqual([self.status(headers=right) for _ in range(5)], [200, 200, 200, 429, 429])
        self.write(USERS + "rate_limit: {interval: 1h, burst: 4}\n")
        self.assertEqual([self.status(headers=right) for _ in range(5)], [200, 200, 200, 200, 429])

    def test_headers(self):
        values = {"Strict-Transport-Security": "max-age=1", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "deny",
                  "X-XSS-Protection": "0", "Content-Security-Policy": "default-src 'self'"}
        self.start("http_server_config:\n  headers:\n" + "".join(f'    {key}: "{value}"\n' for key, value in values.items()))
        for path in ("/", "/metrics", "/none"):
            headers = self.ask(self.connect(), path)[1]
            self.assertEqual({key: headers.get(key) for key in values}, values)


class ScrapeTest(WebCase):
    def test_prometheus_scrapes(self):
        """With TLS, a client certificate and a password, and again when all of them are new."""
        client = certificates.Certificate(self.folder, "client", self.ca, "clientAuth")
        self.start(TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n" + USERS)
        prometheus = test_prometheus.Prometheus(
            self.namespace, "    scheme: https\n"
            f"    tls_config: {{ca_file: {self.ca.cert}, cert_file: {client.cert}, key_file: {client.key}}}\n"
            "    basic_auth: {username: prometheus, password: secret}\n")

        def scrapes():
            return sum(value for _, value in prometheus.query("count_over_time(up[10m])"))

        harness.wait_for(lambda: scrapes() > 3, prometheus.process.evidence)
        for text, name in zip(certificates.Certificate(self.folder, "new", self.ca).text(), ("server.crt", "server.key")):
            self.write(text, name)
        self.write(TLS + USERS)
        seen = scrapes()
        harness.wait_for(lambda: scrapes() > seen + 3, prometheus.process.evidence)
        self.assertEqual(prometheus.value("min_over_time(up[10m])"), 1, prometheus.process.evidence())


class FileTest(WebCase):
    def run_check(self, text, *flags):
        self.write(text)
        return self.run_program(self.namespace, "ipsla_exporter", "--config.file",
                                harness.write_file("ipsla.yml", CONFIG), "--web.config.file", self.path("web.yml"), *flags)

    def test_a_wrong_file_is_no_start(self):
        for flags in ((), ("--config.check",)):
            ended = self.run_check(USERS + "rate_limits: {}\n", *flags)
            self.assertEqual(ended.code, 2, ended.evidence)
            self.assertIn(f"{self.path('web.yml')}:2:1: rate_limits: unknown key; did you mean 'rate_limit'?", ended.stderr)
        ended = self.run_check(TLS.replace("server.key", "ca.key"))
        self.assertEqual(ended.code, 2, ended.evidence)
        self.assertIn("web.yml:3:13: tls_server_config.key_file: is not the key of the certificate", ended.stderr)
        self.assertEqual(self.run_check(TLS + USERS, "--config.check").code, 0)

    def promtool(self):
        with self.namespace.entered():
            return subprocess.run(["promtool", "check", "web-config", self.path("web.yml")], capture_output=True,
                                  text=True, timeout=harness.PATIENCE)

    def test_the_example(self):
        """As it stands for promtool too; with everything switched on for us (Debian's promtool has no rate_limit)."""
        with open(os.path.join(harness.SOURCE_DIR, "config/web.example.yml"), encoding="utf-8") as file:
            text = file.read()
        for name, source in (("tls.crt", "server.crt"), ("tls.key", "server.key"), ("clients.crt", "ca.crt")):
            shutil.copy(self.path(source), self.path(name))
        self.assertEqual(self.run_check(text, "--config.check").code, 0)
        if shutil.which("promtool"):
            checked = self.promtool()
            self.assertEqual(checked.returncode, 0, checked.stderr)
        all_on = re.sub(r"^#(?=\S|  )", "", text, flags=re.M).replace("HASH", HASH)
        self.assertIn("\nrate_limit:\n", all_on)
        self.assertIn("\n  client_allowed_sans:", all_on)
        ended = self.run_check(all_on, "--config.check")
        self.assertEqual(ended.code, 0, ended.evidence)
        self.write(re.sub(r"rate_limit:\n.*\n.*\n|.*client_allowed_sans.*\n", "", all_on))
        if shutil.which("promtool"):
            checked = self.promtool()
            self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_the_responder(self):
        self.write(USERS)
        self.has_tls = False
        self.responder(self.namespace, "--web.listen-address", ":10967", "--web.config.file", self.path("web.yml"))
        self.assertEqual(self.status("/metrics"), 401)
        body = self.ask(self.connect(), "/metrics", basic(b"prometheus", b"secret"))[2]
        self.assertEqual(harness.Metrics(body).get("ipsla_responder_web_config_last_reload_successful"), 1)


if __name__ == "__main__":
    harness.main()
