#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# twamp-rs 0.2.0 (crates) is a TWAMP server and reflector. RFC 4656 section 4.1.2 has timestamps as NTP has them: 32 bits of
# seconds, 32 bits of fraction in units of 2^-32 s. Its reflector writes nanoseconds into the fraction, which never reaches
# 10^9 then, and says in the error estimate that the clock is synchronized: one-way delays are wrong by up to 0.77 s, round
# trips are not. The session identifier of Accept-Session is all zeros, the same for every session.
# Needs cargo, python3, a package index, and some minutes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cargo install --quiet --locked --root "$folder" --version 0.2.0 twamp-rs --example responder
python3 - "$folder/bin/responder" <<'PYTHON'
import socket
import struct
import subprocess
import sys
import time

PORT, PACKETS = 18620, 40
responder = subprocess.Popen([sys.argv[1], "--addr", "127.0.0.1", "--port", str(PORT)], stdout=subprocess.DEVNULL)
try:
    for _ in range(100):
        try:
            control = socket.create_connection(("127.0.0.1", PORT), timeout=10)
            break
        except ConnectionRefusedError:
            time.sleep(0.1)

    def read(size):
        data = b""
        while len(data) < size:
            piece = control.recv(size - len(data))
            assert piece, "the server closed the connection"
            data += piece
        return data

    test = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    test.bind(("127.0.0.1", 0))
    test.settimeout(5)
    here = socket.inet_aton("127.0.0.1") + bytes(12)
    read(64)  # Server Greeting
    control.sendall(struct.pack("!I160x", 1))  # Set-Up-Response, unauthenticated
    read(48)  # Server-Start
    request = struct.pack("!BB10xHH16s16s16xIQQ", 5, 4, test.getsockname()[1], 18621, here, here, 27, 0, 2 << 32)
    control.sendall(request.ljust(112, b"\0"))
    accept, port, sid = struct.unpack("!BxH16s28x", read(48))
    assert accept == 0, f"Accept {accept}"
    control.sendall(struct.pack("!B31x", 2))  # Start-Sessions
    read(32)  # Start-Ack
    fractions, estimates = [], set()
    for number in range(PACKETS):
        now = time.time() + 2208988800
        test.sendto(struct.pack("!IIIH", number, int(now), int(now % 1 * 2**32), 1) + bytes(27), ("127.0.0.1", port))
        reply = test.recv(2048)
        fractions.append(struct.unpack("!I", reply[20:24])[0])  # of the receive timestamp
        estimates.add(reply[12:14].hex())
        time.sleep(0.037)
finally:
    responder.kill()
    responder.wait()
print("twamp-rs 0.2.0: the fraction of", PACKETS, "receive timestamps, spread over", f"{PACKETS * 0.037:.1f} s:")
print("largest:", max(fractions), f"(2^32 = {2**32}, a second of nanoseconds = {10**9})")
print("error estimates:", ", ".join(sorted(estimates)), "(8001: synchronized, 2^-32 s)")
print("session identifier:", sid.hex())
nanoseconds = max(fractions) < 10**9
print("nanoseconds" if nanoseconds else "a fraction as NTP has it")
sys.exit(0 if nanoseconds else 1)
PYTHON
