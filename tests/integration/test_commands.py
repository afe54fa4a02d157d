# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Every command that README, CONTRIBUTING and the pages of docs/ show is run as it stands, or has a row in NOT_RUN that
says why not. The hosts of the examples are a second namespace behind the device eth1."""

import glob
import http.client
import os
import re
import shutil
import signal
import subprocess

import harness

PAGES = ["README.md", "CONTRIBUTING.md"] + sorted(
    os.path.relpath(path, harness.SOURCE_DIR) for path in glob.glob(f"{harness.SOURCE_DIR}/docs/*.md"))
# What begins a command in a block that shows output too.
PROGRAMS = {"ipsla", "ipsla_exporter", "ipsla_responder", "sh", "sudo", "systemctl", "journalctl", "curl", "sed", "export", "cmake",
            "ctest", "promtool", "python3", "git", "apt", "docker", "perf", "kill", "nft", "ip", "chmod", "cp"}
PROMPT = re.compile(r"^\S*\$ ")
# The beginning of a command, and why it is not run here.
NOT_RUN = {
    "sh deploy/quickstart.sh": "builds; integration.quickstart runs it with programs that are there",
    "sh deploy/install-deps.sh": "changes the machine",
    "sh deploy/deb.sh": "builds; tests/deb/run.sh runs it",
    "sh tests/": "hours, or the test run itself",
    "cmake ": "builds; everybody who runs this test has done so",
    "ctest ": "the test run itself",
    "ls build/fuzz": "needs the build of the preset fuzz",
    "build/fuzz": "needs the build of the preset fuzz",
    "python3 tests/lint/clang.py": "lint.tidy runs it, without the slow analyzer",
    "export PATH=": "for programs of the release build",
    "cd deploy/prometheus": "integration.rules runs this block",
    "promtool ": "integration.rules runs this block",
    "docker ": "needs an engine; tests/image/run.sh builds the images and runs them",
    "sudo ": "changes the machine; integration.install and lint.units look at the files",
    "systemctl ": "needs a service manager",
    "journalctl ": "needs a service manager",
    "ipsla discover 10.1.0.0/16": "65 536 addresses take minutes; the same flags are tried on fewer in integration.discover",
    "docker compose": "needs containers; integration.compose runs the same files without",
    "ipsla import": "needs configurations of routers; integration.import has a hundred",
    "python3 tests/bench/import_input.py": "writes the input of a benchmark",
    "ipsla decode": "needs a capture; integration.decode makes some",
    "ipsla top": "needs a terminal and an exporter; integration.top has both",
    "ipsla show": "needs an exporter that has measured; integration.show has one",
    "ipsla key-solve": "needs a capture; integration.key_solve makes some",
    "ipsla probe 192.0.2.1 --control-version 2 --key-id": "a responder with keys answers nobody else; integration.auth has one",
    "ipsla probe 192.0.2.1 --operation stamp --key-id": "a reflector with a key answers nobody else; integration.stamp has one",
    "ipsla probe 192.0.2.1 --operation twamp --mode encrypted --key-id": "a server with a key offers no other mode; integration.twamp has one",
    "ipsla_responder --vrf": "integration.vrf makes VRFs",
    "ipsla_exporter --config.file=config/examples/impair-": "integration.examples checks these files, tests/alerts.sh runs them",
}
PLACEHOLDERS = {"NAME": "paris-core1", "HOST": "192.0.2.1"}
HOSTS = "127.0.0.1 localhost\n192.0.2.1 paris-core1.example.net\n2001:db8::1 lyon.example.net\n192.0.2.1 lyon.example.net\n"
FAR = ("--permanent-port", "7", "--permanent-tcp-port", "443", "--stamp-port", "862", "--twamp-port", "862")
WORLD = """ip link add eth1 type veth peer name far netns /proc/self/fd/{far}
ip address add 192.0.2.10/24 dev eth1
ip address add 2001:db8::10/64 dev eth1 nodad
ip link set eth1 up"""
FAR_WORLD = """ip address add 192.0.2.1/24 dev far
ip address add 2001:db8::1/64 dev far nodad
ip address add fe80::1/64 dev far nodad
ip link set far up
ip route add local 192.0.2.16/28 dev far
ip route add local 192.0.2.32/27 dev far
ip route add local 192.0.2.64/26 dev far
ip route add local 192.0.2.128/25 dev far"""


# Most of 192.0.2.0/24 answers, so that looking for responders there takes seconds.


def blocks(page):
    """(language, lines) of each block: fenced, or indented by four ("indent")."""
    with open(os.path.join(harness.SOURCE_DIR, page), encoding="utf-8") as file:
        text = file.read()
    pattern = re.compile(r"^[ ]*```(\w*)\n(.*?)^[ ]*```$|(?<=\n\n)((?:    [^\n]*\n)+)", re.MULTILINE | re.DOTALL)
    for match in pattern.finditer(text):
        if match.group(3) is None:
            yield match.group(1), match.group(2).splitlines()
        else:
            yield "indent", [line[4:] for line in match.group(3).splitlines()]


def commands(page):
    for language, lines in blocks(page):
        if language in ("promql", "yaml", "json", "ios"):
            continue  # "ios": a router's own
        for line in lines:
            command = PROMPT.sub("", line)
            is_command = language == "sh" or command != line or line.split(" ")[0] in PROGRAMS
            if is_command and command.strip():
                yield re.sub(r"\s+#\s.*$", "", command).strip()


def commands_of_tables():
    """Those of docs/troubleshooting.md, as its reader copies them."""
    with open(os.path.join(harness.SOURCE_DIR, "docs/troubleshooting.md"), encoding="utf-8") as file:
        for span in re.findall(r"`([^`\n]+)`", file.read()):
            if len(span.split()) > 2 and span.split()[0] in PROGRAMS - {"ip"}:  # "ip sla responder" is a router's
                yield span.replace("\\|", "|")


def every_command():
    found = [command for page in PAGES for command in commands(page)]
    return list(dict.fromkeys([*found, *commands_of_tables()]))


def reason_not_to_run(command):
    return next((reason for start, reason in NOT_RUN.items() if command.startswith(start)), None)


def example_of_readme():
    return next("\n".join(lines) + "\n" for language, lines in blocks("README.md") if language == "yaml")


def is_daemon(command):
    return command.startswith(("ipsla_exporter", "ipsla_responder")) and "--config.check" not in command


class CommandsTest(harness.Case):
    def setUp(self):
        super().setUp()
        harness.require_program("ip")
        self.near, self.far = harness.Namespace(), harness.Namespace()
        harness.require_ipv6(self.near)
        self.build(self.near, WORLD.format(far=self.far.fd), pass_fds=(self.far.fd,))
        self.build(self.far, FAR_WORLD)
        harness.write_file("ipsla.yml", example_of_readme())
        shutil.copy(os.path.join(harness.SOURCE_DIR, "config/impair.example.yml"),
                    os.path.join(harness.scratch_dir(), "impair.yml"))
        os.makedirs(os.path.join(harness.scratch_dir(), "etc/ipsla"), exist_ok=True)
        harness.write_file("etc/ipsla/ipsla.yml", example_of_readme() + "responder: {}\n")
        for name, secret in (("key7.secret", "seven"), ("key1.secret", "one")):
            os.chmod(harness.write_file(f"etc/ipsla/{name}", secret + "\n"), 0o600)
        self.responder(self.far, *FAR)

    def build(self, namespace, script, pass_fds=()):
        with namespace.entered():
            for line in script.splitlines():
                made = subprocess.run(line.split(), capture_output=True, text=True, check=False, pass_fds=pass_fds)
                if made.returncode != 0:
                    harness.skip(f"{line}: {made.stderr.strip()}")

    def start(self, command):
        for word, value in PLACEHOLDERS.items():
            command = re.sub(rf"\b{word}\b", value, command)
        shell = command if "|" in command else "exec " + command
        path = f"PATH={harness.BIN_DIR}:{os.environ['PATH']}"
        return harness.Process(self.near, harness.with_hosts(HOSTS, "env", path, "sh", "-c", shell))

    def is_serving(self, port):
        try:
            with self.near.entered():
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=harness.PATIENCE)
                connection.request("GET", "/-/healthy")
                return connection.getresponse().status == 200
        except OSError:
            return False

    def start_daemon(self, command):
        """Started, and doing what it is for."""
        process = self.start(command)

        def is_up():
            self.assertTrue(process.is_running(), process.evidence())
            if command.startswith("ipsla_exporter"):
                return self.is_serving(10967)
            return harness.has_udp_listener(self.near, 1967)

        harness.wait_for(is_up, process.evidence)
        return process

    def stop(self, process):
        process.signal(signal.SIGTERM)
        self.assertEqual(process.wait(), 0, process.evidence())

    def test_each_reason_is_needed(self):
        every = every_command()
        self.assertGreater(len(every), 60)
        for start in NOT_RUN:
            if start != "ipsla_responder --vrf":
                self.assertTrue(any(command.startswith(start) for command in every), f"nobody shows: {start}")

    def test_scripts_exist(self):
        for command in every_command():
            for path in re.findall(r"(?:sh|python3) ((?:deploy|tests)/\S+)", command):
                self.assertTrue(os.path.exists(os.path.join(harness.SOURCE_DIR, path)), command)

    def test_daemons(self):
        for command in filter(is_daemon, every_command()):
            if reason_not_to_run(command) is None:
                with self.subTest(command):
                    self.stop(self.start_daemon(command))

    def test_others(self):
        """All at once: they wait for packets most of the time."""
        self.responder(self.near, "--permanent-port", "5000")
        exporter = self.start_daemon("ipsla_exporter --config.file=ipsla.yml")
        harness.write_file("ipsla.rules.yml", "runbook_url: docs/\n")
        chosen = [command for command in every_command() if not is_daemon(command) and reason_not_to_run(command) is None]
        self.assertGreater(len(chosen), 25)
        started = [self.start(command) for command in chosen]
        for command, process in zip(chosen, started):
            with self.subTest(command):
                if "--repeat forever" in command:
                    harness.wait_for(process.stdout, process.evidence)
                    process.signal(signal.SIGINT)
                self.assertEqual(process.wait(), 0, process.evidence())
        self.stop(exporter)


if __name__ == "__main__":
    harness.main()
