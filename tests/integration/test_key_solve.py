# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""ipsla key-solve names the MD5 layout of captured requests; the digests are Python's own."""
import hashlib
import hmac
import os
import struct
import subprocess
import tempfile
import unittest

import harness

SECRET = b"s3cret"
REQUEST = bytes.fromhex("01210034000000000002001000000000c6336414c3501388"
                        "0001001c00000000" "01000003")


def digest(name, message):
    """The layouts of docs/protocol.md, written a second time."""
    padded = SECRET.ljust(16, b"\0") if "padded" in name else SECRET
    body = message if "omitted" in name else message + bytes(16)
    if name.startswith("hmac"):
        return hmac.new(SECRET, body, hashlib.md5).digest()
    before = padded if name.startswith(("prefix", "both")) else b""
    after = padded if name.startswith(("suffix", "both")) else b""
    return hashlib.md5(before + body + after).digest()


def packet(payload, port=1967):
    udp = struct.pack(">HHHH", 50300, port, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 255, 17, 0,
                     bytes([192, 0, 2, 10]), bytes([198, 51, 100, 20]))
    return ip + udp


def pcap(packets):
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for index, data in enumerate(packets):
        out += struct.pack("<IIII", index, 0, len(data), len(data)) + data
    return out


class KeySolve(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, data):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, 0o600)
        return path

    def run_on(self, capture, *arguments):
        path = self.write("x.pcap", capture)
        return subprocess.run([harness.program("ipsla"), "key-solve", "--pcap", path, *arguments],
                              text=True, capture_output=True, timeout=harness.PATIENCE)

    def test_each_layout_is_named(self):
        secret = self.write("secret", SECRET + b"\n")
        for name in ("prefix", "suffix-padded", "both-omitted", "hmac", "prefix-padded-omitted"):
            with self.subTest(layout=name):
                capture = pcap([packet(b"\0\1\0\0", 16384), packet(REQUEST + digest(name, REQUEST))])
                done = self.run_on(capture, "--secret-file", secret)
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
                self.assertIn(f"auth_layout: {name}\n", done.stdout)
                self.assertIn("key id 3", done.stdout)

    def test_another_secret_fits_nothing(self):
        done = self.run_on(pcap([packet(REQUEST + digest("prefix", REQUEST))]), "--secret", "other")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no layout fits", done.stdout)

    def test_what_cannot_be_read(self):
        self.assertEqual(self.run_on(pcap([]), "--secret", "x").returncode, 1)
        done = self.run_on(b"nonsense" * 10, "--secret", "x")
        self.assertEqual(done.returncode, 2)
        self.assertIn("neither pcap nor pcapng", done.stderr)
        self.assertEqual(self.run_on(pcap([])).returncode, 2)


if __name__ == "__main__":
    harness.main()
