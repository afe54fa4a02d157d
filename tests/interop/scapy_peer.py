# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""A sender and a reflector of STAMP whose packets scapy writes and reads. Runs with scapy's own Python:
scapy_peer.py sender|reflector HOST PORT COUNT."""

import socket
import sys
import time

from scapy.contrib.stamp import (STAMPSessionReflectorTestUnauthenticated as Reply,
                                 STAMPSessionSenderTestUnauthenticated as Request)

NTP_EPOCH = 2208988800
SILENCE = 5  # seconds after which a sender gives up


def ntp_now():
    return time.time() + NTP_EPOCH


def is_answer(reply, number, sent):
    return reply.seq_sender == number and bytes(reply)[28:36] == sent[4:12] and reply.ts_rx >= reply.ts_sender > 0


def send(sock, host, port, count):
    received = 0
    sock.settimeout(SILENCE)
    sock.connect((host, port))
    for number in range(count):
        sent = bytes(Request(seq=number, ts=ntp_now(), ssid=7))
        sock.send(sent)
        try:
            data = sock.recv(2048)
        except TimeoutError:
            continue
        reply = Reply(data)
        received += is_answer(reply, number, sent) and reply.ssid == 7 and len(data) == len(sent)
    print(f"received {received}")


def reflect(sock, host, port):
    sock.bind((host, port))
    replies = {}
    while True:
        data, peer = sock.recvfrom(2048)
        arrived, request = ntp_now(), Request(data)
        number = replies.get(peer, 0)
        replies[peer] = number + 1
        # The timestamp as it came: scapy's fractions lose bits on the way through a number.
        reply = bytearray(bytes(Reply(seq=number, ts=ntp_now(), ssid=request.ssid, ts_rx=arrived, seq_sender=request.seq,
                                      ttl_sender=255)))
        reply[28:36] = data[4:12]
        sock.sendto(bytes(reply), peer)


def main():
    role, host, port, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        if role == "sender":
            send(sock, host, port, count)
        else:
            reflect(sock, host, port)


main()
