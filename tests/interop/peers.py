# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Programs of others that speak STAMP, TWAMP Light or TWAMP: how each is started in each role and mode, what it
says of its own measurement, and what is known not to work."""

import dataclasses
import os
import sys

import harness

PORT = 862  # UDP of STAMP and TWAMP Light, TCP of TWAMP-Control
COUNT = 10
SECRET = "correct-horse-77"  # 16 octets: stamp-suite takes no shorter one
USER = "7"  # the KeyID, which is the id of our key
BOTH = ("IPv4", "IPv6")
IPV4 = ("IPv4",)
NOT_THERE = "it has no IPv6"


@dataclasses.dataclass
class Reflector:
    """A peer's reflector, which our sender measures."""

    mode: str  # what the peer is told to be
    operation: str  # with which we measure it
    command: object  # of (path, host): the words of the command
    flags: tuple = ()  # of `ipsla probe`
    families: tuple = BOTH
    fails: str = ""  # why it is known not to work
    remark: str = ""
    user: str = None  # None: root
    without: str = NOT_THERE  # why a family is not measured


@dataclasses.dataclass
class Sender:
    """A peer's sender, which measures our reflector."""

    mode: str
    protocol: str
    command: object
    received: str  # what it prints of its replies: a pattern with one number
    counts_losses: bool = False  # that number is of what it lost
    flags: tuple = ()  # of ipsla_responder
    families: tuple = BOTH
    fails: str = ""
    remark: str = ""
    user: str = None
    without: str = NOT_THERE


@dataclasses.dataclass
class Peer:
    name: str
    version: str
    origin: str
    at: str  # where its programs are: a flag of tests/interop.sh, or in build/interop
    reflectors: list
    senders: list


def secret_file():
    return harness.write_file("secret", SECRET + "\n")


def stamp_key():
    return f"--stamp-key=7:hmac-sha256:{secret_file()}"


def twamp_key():
    return f"--twamp-key=7:twamp:{secret_file()}"


def our_key():
    return "--key-id=7", f"--key-file={secret_file()}"


def another_key():
    return "--key-id=7", f"--key-file={harness.write_file('another', 'battery-staple-8' + chr(10))}"


# --- stamp-suite ----------------------------------------------------------------------------------

HEX = SECRET.encode().hex()


def suite_reflector(*flags):
    return lambda path, host: [f"{path}/bin/stamp-suite", "--is-reflector", "--local-addr", host, "--local-port", PORT, *flags]


def suite_sender(*flags):
    return lambda path, host: [f"{path}/bin/stamp-suite", "--remote-addr", host, "--local-addr", "::" if ":" in host else "0.0.0.0",
                               "--remote-port", PORT, "--count", COUNT, "--send-delay", 20, "--timeout", 2, *flags]


def stamp_suite():
    keyed = ("--auth-mode", "A", "--hmac-key", HEX)
    stateful = "--stateful-reflector"
    received = r"Packets received: (\d+)"
    tlvs = ("--ssid", 9, "--cos", "--dscp", 46, "--timestamp-info", "--direct-measurement", "--location",
            "--follow-up-telemetry")
    return Peer("stamp-suite", "1.0.0", "crates", "stamp-suite", [
        Reflector("stateless, open", "stamp", suite_reflector()),
        Reflector("stateful, open", "stamp", suite_reflector(stateful)),
        Reflector("stateful, open, PTP", "stamp", suite_reflector(stateful, "--clock-source", "PTP"),
                  ("--timestamp-format=ptp",)),
        Reflector("stateless, authenticated", "stamp", suite_reflector(*keyed), our_key()),
        Reflector("stateful, authenticated, padded", "stamp", suite_reflector(stateful, *keyed, "--verify-tlv-hmac"),
                  (*our_key(), "--request-data-size=200")),
        Reflector("stateful, authenticated, another key", "stamp", suite_reflector(stateful, *keyed), another_key(),
                  fails="a wrong key is not answered"),
        Reflector("stateful, open", "twamp-light", suite_reflector(stateful)),
    ], [
        Sender("open", "STAMP", suite_sender(), received),
        Sender("open, PTP", "STAMP", suite_sender("--clock-source", "PTP"), received),
        Sender("open, six TLVs", "STAMP", suite_sender(*tlvs), received),
        Sender("authenticated", "STAMP", suite_sender(*keyed), received, flags=(stamp_key(),)),
        Sender("authenticated, six TLVs", "STAMP", suite_sender(*keyed, *tlvs), received, flags=(stamp_key(),)),
    ])


# --- scapy ----------------------------------------------------------------------------------------


def scapy_peer(role):
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scapy_peer.py")
    return lambda path, host: [f"{path}/bin/python", "-B", script, role, host, PORT, COUNT]


def scapy():
    return Peer("scapy", "2.8.0", "PyPI", "scapy", [
        Reflector("stateful, open", "stamp", scapy_peer("reflector")),
    ], [
        Sender("open", "STAMP", scapy_peer("sender"), r"received (\d+)"),
    ])


# --- twamp-rs -------------------------------------------------------------------------------------


def twamp_rs():
    return Peer("twamp-rs", "0.2.0", "crates", "twamp-rs", [
        Reflector("unauthenticated", "twamp", lambda path, host: [f"{path}/bin/responder", "--addr", host, "--port", PORT],
                  families=IPV4),
    ], [
        Sender("unauthenticated", "TWAMP",
               lambda path, host: [f"{path}/bin/controller", "--responder-addr", host, "--responder-port", PORT,
                                   "--controller-addr", "127.0.0.1", "--responder-reflect-port", 8624,
                                   "--number-of-test-packets", COUNT, "--timeout", 1, "--stop-session-sleep", 2],
               r"Packet loss: (\d+)%", counts_losses=True, families=IPV4),
    ])


# --- perfSONAR ------------------------------------------------------------------------------------


def pass_phrases(name):
    """twampd and twping know pass-phrases in hexadecimal."""
    return harness.write_file(name, f"{USER}\t{SECRET.encode().hex()}\n")


def twampd(modes):
    def command(path, host):
        pass_phrases("twamp-server.pfs")
        harness.write_file("twamp-server.conf", "testports 18760-19960\n")
        address = f"[{host}]:{PORT}" if ":" in host else f"{host}:{PORT}"
        return [f"{path}/twampd", "-c", harness.scratch_dir(), "-R", harness.scratch_dir(), "-f", "-Z", "-S", address, "-a", modes]
    return command


def twping(mode):
    def command(path, host):
        key = [] if mode == "O" else ["-u", USER, "-k", pass_phrases("twping.pfs")]
        address = f"[{host}]:{PORT}" if ":" in host else f"{host}:{PORT}"
        return [f"{path}/twping", "-c", COUNT, "-i", "0.02", "-L", "2", "-A", mode, *key, address]
    return command


def owamp():
    received = r"(\d+) lost \("
    modes = {"O": "unauthenticated", "A": "authenticated", "E": "encrypted", "M": "mixed"}
    return Peer("owamp (twampd, twping)", "5.2.3", "source", "owamp", [
        Reflector(mode, "twamp", twampd(letter), (f"--mode={mode}", *(() if letter == "O" else our_key())))
        for letter, mode in modes.items()
    ] + [
        Reflector("encrypted, another key", "twamp", twampd("E"), ("--mode=encrypted", *another_key()),
                  fails="a wrong key opens nothing"),
    ], [
        Sender(mode, "TWAMP", twping(letter), received, counts_losses=True,
               flags=() if letter == "O" else (twamp_key(),))
        for letter, mode in modes.items()
    ])


# --- twampy ---------------------------------------------------------------------------------------


def twampy_command(role, *words):
    return lambda path, host: ["env", f"PYTHONPATH={path}", sys.executable, "-B", "-m", "twampy", role,
                               *(word.replace("HOST", f"[{host}]" if ":" in host else host) for word in words)]


def twampy():
    received = r"Roundtrip:.*?([\d.]+)%"
    return Peer("twampy", "1.3.2", "source", "twampy", [
        Reflector(mode, operation, twampy_command("responder", f"HOST:{PORT}", *flags))
        for operation in ("twamp-light", "stamp") for mode, flags in (("plain", ()), ("padding 27", ("--padding=27",)))
    ], [
        Sender("sender", "TWAMP Light", twampy_command("sender", "-c", str(COUNT), "-i", "100", f"HOST:{PORT}", "HOST:20000"),
               received, counts_losses=True),
        Sender("controller", "TWAMP", twampy_command("controller", "-c", str(COUNT), "-i", "100", f"HOST:{PORT}", "HOST:20000"),
               received, counts_losses=True, remark="started with the port of our test packets: it does not read the one in Accept-Session"),
    ])


# --- Domos ----------------------------------------------------------------------------------------


def domos():
    return Peer("twamp-light (Domos)", "1.3.7", "source", "domos", [
        Reflector("plain", operation, lambda path, host: [f"{path}/twamp-light-server", "-P", PORT, "-n", 0, "-t", 0,
                                                          "--ip", 6 if ":" in host else 4])
        for operation in ("twamp-light", "stamp")
    ], [])


# --- tcaine and emirica ---------------------------------------------------------------------------


def twamp_go():
    return Peer("tcaine/twamp", "2024-10-30", "source", "twamp-go", [], [
        Sender("unauthenticated", "TWAMP",
               lambda path, host: [path, f"--count={COUNT}", "--interval=0.02", f"[{host}]" if ":" in host else host],
               r"(\d+) packets received", families=IPV4,
               without="over IPv6 it stops before its first packet: it writes the reflector's address without its second bracket"),
    ])


def emirica():
    return Peer("emirica/twamp-protocol", "2022-09-13", "source", "emirica", [
        Reflector("unauthenticated", "twamp", lambda path, host: [f"{path}/server", *(["-6"] if ":" in host else [])],
                  user="nobody"),
    ], [
        Sender("unauthenticated", "TWAMP",
               lambda path, host: [f"{path}/client", "-s", host, "-n", 1, "-m", COUNT, "-i", 20, *(["-6"] if ":" in host else [])],
               r"RT Lost packets: (\d+)/", counts_losses=True, user="nobody", families=IPV4,
               without="over IPv6 it stops before its first packet: it cannot bind its port"),
    ])


def all_peers():
    return [stamp_suite(), scapy(), twamp_rs(), owamp(), twampy(), domos(), twamp_go(), emirica()]
