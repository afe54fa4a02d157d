# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""IP SLA version 1 messages written a second time, independent of the programs under test.
Layouts: docs/protocol.md. All numbers are big-endian."""

import collections
import socket
import struct
import time

ECHO, JITTER = 2, 4
PADDING = b"\xab\xcd" * 1000

Vector = collections.namedtuple("Vector", "name title data verdict")


def read_vectors(path):
    """The messages of a vector file by their names: C1, P2, M13..."""
    vectors = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                head, data, _, verdict = (part.strip() for part in line.split("|", 3))
                name, _, title = head.partition(" ")
                vectors[name] = Vector(name, title, bytes.fromhex(data), verdict)
    return vectors


def control_request(number, command, address, port, duration_ms):
    return (struct.pack("!BBHI", 1, number, 52, 0)
            + struct.pack("!HHI4sHH", command, 16, 0, socket.inet_aton(address), port, duration_ms)
            + struct.pack("!HHI20x", 1, 28, 0))


Request = collections.namedtuple("Request", "number command address port duration_ms")


def parse_request(data):
    """The fields of a control request that is what a sender must send; fails on anything else."""
    assert len(data) == 52, f"control request of {len(data)} bytes"
    number = data[1]
    command, _, _, address, port, duration = struct.unpack("!HHI4sHH", data[8:24])
    request = Request(number, command, socket.inet_ntoa(address), port, duration)
    assert data == control_request(*request), f"control request: {data.hex()}"
    return request


def short_reply(request, status=b"\0\0\0\0"):
    return struct.pack("!BBH", 1, request[1], 8) + status


def long_reply(request, section_status=b"\0\0\0\0"):
    end = 8 + int.from_bytes(request[10:12], "big")
    return request[:3] + bytes([end]) + request[4:12] + section_status + request[16:end]


def mixed_reply(request):
    """Length 8, the sections's head zeroed, yet 24 bytes on the wire."""
    return struct.pack("!BBH", 1, request[1], 8) + bytes(8) + request[12:24]


def whole_reply(request):
    return request


def ms_of_day():
    return time.time_ns() // 1_000_000 % 86_400_000


def jitter_request(sequence, size=32, send_ms=None):
    send_ms = ms_of_day() if send_ms is None else send_ms
    return (struct.pack("!HHIIHH", 2, 0, send_ms, 0, sequence, 0) + PADDING)[:size]


def jitter_reply(probe, responder_sequence, delta_ms=0, receive_ms=None):
    receive_ms = ms_of_day() if receive_ms is None else receive_ms
    return (probe[:2] + struct.pack("!H", delta_ms) + probe[4:8] + struct.pack("!I", receive_ms)
            + probe[12:14] + struct.pack("!H", responder_sequence) + probe[16:])


def sequence_of(probe):
    return struct.unpack("!H", probe[12:14])[0]


def echo_request(size=16):
    return (b"\0\1\0\0" + PADDING)[:size]
