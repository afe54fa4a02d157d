# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""An NTP server of stratum 1 (RFC 5905) whose clock is that of its kernel, and as many seconds ahead as said."""

import socket
import struct
import sys
import time

EPOCH = 2208988800  # of NTP
AHEAD = float(sys.argv[1])


def stamp(moment):
    return struct.pack("!II", int(moment) + EPOCH, int(moment % 1 * 2**32))


def main():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("0.0.0.0", 123))
        while True:
            request, client = server.recvfrom(1024)
            received = time.time() + AHEAD
            if len(request) < 48 or request[0] & 7 != 3:
                continue
            version = request[0] >> 3 & 7
            head = struct.pack("!BBbbII4s", version << 3 | 4, 1, request[2], -20, 0, 66, b"GPS\0")
            server.sendto(head + stamp(received) + request[40:48] + stamp(received) + stamp(time.time() + AHEAD),
                          client)


main()
