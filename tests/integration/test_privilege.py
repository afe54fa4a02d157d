# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What takes a privilege, and what does not: everything runs as the user nobody, without a capability, in a
namespace as it is after its making. Every operation and every option is used; the few that need a privilege
say which in one line, and work with that one alone."""

import os
import re
import shutil

import harness

SECRET = "correct-horse-7"
LOW_PORT = "Permission denied; a port below 1024 needs CAP_NET_BIND_SERVICE"
NEEDS_PORT = "source_port 500: " + LOW_PORT
NEEDS_PING = "ICMP echo needs CAP_NET_RAW, or a group of this process in net.ipv4.ping_group_range"
NEEDS_RAW = "ICMP timestamps need CAP_NET_RAW; net.ipv4.ping_group_range is for echoes only"

BOTH = "0.0.0.0", "[::]"
PERMANENT = 5000

# Targets that take no privilege. IPV4 or IPV6 alone: only of that family; {source} is an address of loopback.
OPERATIONS = {
    "jitter": "num_packets: 3",
    "microseconds": "num_packets: 3, precision: microseconds, timestamp_format: ptp",
    "voice": "codec: g711ulaw, codec_num_packets: 20, codec_interval: 4ms",
    "echo": "operation: udp-echo, verify_data: true, data_pattern: 0102, request_data_size: 1500",
    "connect": "operation: tcp-connect",
    "version-2": "num_packets: 3, control: {version: 2, key: 7}",
    "version-1-key": "num_packets: 3, control: {key: 1}",
    "permanent": "control: {version: none}, num_packets: 3",
    "permanent-tcp": "control: {version: none}, operation: tcp-connect",
    "ping": "operation: icmp-echo, verify_data: true",
}
OPTIONS = {
    "dscp": "dscp: ef",
    "tos": "tos: 0xff",
    "ttl": "ttl: 1",
    "df": "dont_fragment: true",
    "source": "source_address: '{source}'",
    "interface": "interface: lo",
    "vrf": "vrf: lo",
    "all": "tos: 0x61, ttl: 9, dont_fragment: true, interface: lo, source_address: '{source}'",
}
WITH_OPTIONS = ("jitter", "echo", "connect", "ping")
HOSTS = {4: "127.0.0.1", 6: "::1"}
SOURCES = {4: "127.0.0.2", 6: "::1"}

# flags of `ipsla probe`, what it says as nobody, the one capability with which it works
PRIVILEGED = (
    (("--source-port=500",), NEEDS_PORT, "net_bind_service"),
    (("--operation=udp-echo", "--source-port=500"), NEEDS_PORT, "net_bind_service"),
    (("--operation=tcp-connect", "--source-port=500"), NEEDS_PORT, "net_bind_service"),
    (("--operation=icmp-echo",), NEEDS_PING, "net_raw"),
    (("--operation=icmp-jitter", "--count=3"), NEEDS_RAW, "net_raw"),
)


class PrivilegeTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        # Copies: nobody may not be able to enter the directories above the build.
        directory = os.path.join(harness.scratch_dir(), "bin")
        os.mkdir(directory, 0o755)
        for name in ("ipsla", "ipsla_exporter", "ipsla_responder"):
            shutil.copy(harness.program(name), os.path.join(directory, name))
        harness.BIN_DIR = directory
        cls.secret = harness.write_file("key.secret", SECRET + "\n")
        shutil.chown(cls.secret, "nobody")
        os.chmod(cls.secret, 0o400)

    def setUp(self):
        super().setUp()
        self.namespace = harness.Namespace()

    def ping_groups(self, text):
        with self.namespace.entered(), \
                open("/proc/sys/net/ipv4/ping_group_range", "w", encoding="ascii") as file:
            file.write(text)

    def assert_unprivileged(self, process):
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            status = file.read()
        for kind in ("Inh", "Prm", "Eff", "Amb"):
            self.assertRegex(status, rf"Cap{kind}:\s+0000000000000000")
        self.assertNotRegex(status, r"Uid:\s+0")

    def with_capability(self, capability, *command):
        """The program as nobody with this capability and no other."""
        setpriv = harness.require_program("setpriv")
        return harness.Process(self.namespace, [
            setpriv, "--reuid=nobody", "--regid=nogroup", "--clear-groups", f"--inh-caps=+{capability}",
            f"--ambient-caps=+{capability}", f"--bounding-set=-all,+{capability}",
            harness.program(command[0]), *command[1:]])

    # --- without

    def families(self):
        try:
            harness.require_ipv6(self.namespace)
        except harness.unittest.SkipTest:
            return (4,)
        return (4, 6)

    def targets(self, families):
        """name -> line of the configuration: each operation, and each option with each kind of socket."""
        lines = {}
        cells = [(kind, "plain", "") for kind in OPERATIONS]
        cells += [(kind, option, ", " + keys) for kind in WITH_OPTIONS for option, keys in OPTIONS.items()]
        cells += [(kind, "source-port", ", source_port: {port}") for kind in ("jitter", "echo", "connect")]
        for family in families:
            for kind, option, keys in cells:
                name = f"{kind}/{option}/ipv{family}"
                place = f", port: {PERMANENT if kind.startswith('permanent') else 20000 + len(lines)}"
                lines[name] = (f"  - {{name: {name}, host: '{HOSTS[family]}'{'' if kind == 'ping' else place}, "
                               + OPERATIONS[kind]
                               + keys.format(source=SOURCES[family], port=1024 + len(lines)) + "}")
        return lines

    def responder_flags(self, families):
        for place in BOTH[:len(families)]:
            yield from (f"--listen-address={place}:1967", f"--listen-address={place}:1167")
            yield from (f"--permanent-port={place}:{PERMANENT}", f"--permanent-tcp-port={place}:{PERMANENT}")

    def test_everything_as_nobody(self):
        """Two responders, for a request without a key is refused where there are keys."""
        self.ping_groups("0 2147483647")
        families = self.families()
        targets = self.targets(families)
        keyed = [name for name in targets if "key:" in targets[name]]
        for name in keyed:
            targets[name] = re.sub(r"control: {", "control: {port: 2967, ", targets[name])
        config = "\n".join([
            "keys:", f"  - {{id: 1, algorithm: md5, secret_file: {self.secret}}}",
            f"  - {{id: 7, algorithm: hmac-sha256, secret_file: {self.secret}}}",
            "responder: {keys: [1, 7], listen: ["
            + ", ".join(f"'{place}:2967'" for place in BOTH[:len(families)]) + "]}",
            "defaults: {frequency: 4s, timeout: 4s}", "targets:", *targets.values(), ""])
        responder = self.responder(self.namespace, *self.responder_flags(families), user="nobody")
        exporter = harness.Exporter(self.namespace, config, user="nobody")
        self.assert_unprivileged(responder)
        self.assert_unprivileged(exporter.process)
        metrics = exporter.wait_metrics(
            lambda metrics: len(metrics.all("ipsla_operation_success")) == len(targets), "each to end")
        failed = [dict(labels)["target"] for labels, value in metrics.all("ipsla_operation_success").items()
                  if value != 1]
        self.assertEqual(failed, [], "\n".join(metrics.of(name) for name in failed))
        self.assertEqual(metrics.total("ipsla_packets_lost_total"), 0)
        # A busy machine may miss the time of a packet; none was forbidden.
        self.assertEqual(metrics.total("ipsla_packets_unsent_total"), metrics.total("ipsla_packets_missed_total"))
        for point in ("rx", "tx"):
            kernel = metrics.get("ipsla_exporter_timestamps_total", point=point, source="kernel")
            self.assertGreater(kernel, 0, "kernel timestamps need no privilege")
        self.assertNotIn("CAP_", exporter.process.stderr())
        self.assertEqual(exporter.process.stop(), 0)
        self.assertEqual(responder.stop(), 0)
        self.assertNotIn("CAP_", responder.stderr())

    def test_options_on_the_command_line(self):
        self.responder(self.namespace, user="nobody")
        done = self.run_program(
            self.namespace, "ipsla", "probe", "127.0.0.1", "--tos", "0xc1", "--ttl", "9", "--dont-fragment",
            "--interface", "lo", "--source", "127.0.0.2", "--source-port", "1024", "--output", "json",
            user="nobody")
        self.assertEqual(done.code, 0, done.evidence)
        self.assert_counts(done.json()["packets"], 10, done.evidence)
        self.assertEqual(done.json()["reply"], {"dscp": 48, "ttl": 255})

    # --- with

    def test_what_needs_a_privilege_names_it(self):
        self.ping_groups("1 0")
        self.responder(self.namespace, "--min-source-port=0", user="nobody")
        for flags, needs, capability in PRIVILEGED:
            with self.subTest(flags=flags):
                command = ("ipsla", "probe", "127.0.0.1", *flags, "--output=json")
                done = self.run_program(self.namespace, *command, user="nobody")
                result = done.json()
                self.assertEqual((done.code, result["outcome"]), (1, "local"), done.evidence)
                self.assertEqual(result["reason"], "this host could not send: " + needs)
                text = self.run_program(self.namespace, *command[:-1], user="nobody")
                self.assertEqual(text.stdout.count("CAP_"), 1)
                done = harness.Finished(self.with_capability(capability, *command))
                self.assertEqual((done.code, done.json()["outcome"]), (0, "ok"), done.evidence)

    def test_the_exporter_names_it_once(self):
        self.ping_groups("1 0")
        self.responder(self.namespace, user="nobody")
        config = "\n".join([
            "defaults: {frequency: 1s, timeout: 1s, num_packets: 3}", "targets:",
            "  - {name: jitter, host: 127.0.0.1, port: 16384}",
            "  - {name: low, host: 127.0.0.1, port: 16390, source_port: 500}",
            "  - {name: low-too, host: 127.0.0.1, port: 16391, source_port: 501}",
            "  - {name: ping, host: 127.0.0.1, operation: icmp-echo}",
            "  - {name: pong, host: 127.0.0.1, operation: icmp-echo}",
            "  - {name: stamps, host: 127.0.0.1, operation: icmp-jitter}", ""])
        exporter = harness.Exporter(self.namespace, config, user="nobody")
        exporter.wait_metrics(
            lambda metrics: metrics.get("ipsla_operation_success", target="jitter") == 1
            and all(metrics.get("ipsla_operation_failures_total", target=name, reason="local")
                    for name in ("low", "low-too", "ping", "pong", "stamps")),
            "one to succeed and the others to fail")
        lines = [line for line in exporter.process.stderr().splitlines() if "cannot be measured" in line and "CAP_" in line]
        for needs in (NEEDS_PORT, NEEDS_PING, NEEDS_RAW):
            self.assertEqual(len([line for line in lines if needs in line]), 1, lines)
        self.assertEqual(len(lines), 3)

    def test_listening_on_a_low_port_names_it(self):
        config = {name: harness.write_file(f"{name}.yml", text) for name, text in (
            ("free", "responder: {}\n"), ("listen", "responder: {listen: ['127.0.0.1:967']}\n"),
            ("permanent", "responder: {permanent_ports: [500]}\n"))}
        for command in (("ipsla_responder", "--listen-address=:967"),
                        ("ipsla_responder", "--permanent-port=500"),
                        ("ipsla_responder", "--permanent-tcp-port=500"),
                        ("ipsla_exporter", f"--config.file={config['listen']}"),
                        ("ipsla_exporter", f"--config.file={config['permanent']}"),
                        ("ipsla_exporter", f"--config.file={config['free']}", "--web.listen-address=:80")):
            with self.subTest(command=command):
                done = self.run_program(self.namespace, *command, user="nobody")
                self.assertEqual(done.code, 1, done.evidence)
                self.assertEqual([line.count(LOW_PORT) for line in done.stderr.splitlines() if "CAP_" in line],
                                 [1], done.evidence)
        process = self.with_capability("net_bind_service", "ipsla_responder", "--listen-address=:967",
                                       "--permanent-port=500", "--permanent-tcp-port=501",
                                       "--ports=999")
        harness.wait_for(lambda: harness.has_udp_listener(self.namespace, 967), process.evidence)
        done = self.run_program(self.namespace, "ipsla", "probe", "127.0.0.1", "--control-port=967",
                                "--port=999", user="nobody")
        self.assertEqual(done.code, 0, done.evidence)

    def test_a_low_port_is_refused_to_a_sender(self):
        """The port that a request asks for is a matter of the responder's privileges."""
        self.responder(self.namespace, "--ports=1-65535", user="nobody")
        for operation in ("udp-jitter", "udp-echo", "tcp-connect"):
            done = self.run_program(self.namespace, "ipsla", "probe", "127.0.0.1", "--port=500",
                                    f"--operation={operation}", "--output=json")
            self.assertEqual((done.code, done.json()["outcome"]), (1, "refused"), done.evidence)


if __name__ == "__main__":
    harness.main()
