# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""One measurement in every form that a capture may give it: FORMS maps a name to a function that returns the file.

The measurement: a version 1 request for port 16384 and its answer, then six probes 20 ms apart from port 40002.
Probe 2 is lost on its way, reply 4 on its way back; the responder holds each probe for a millisecond. A form that
cannot keep all of that says so in LIMITS.
"""
import struct

SENDER4, RESPONDER4 = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 99])
SENDER6 = bytes.fromhex("20010db8000000000000000000000001")
RESPONDER6 = bytes.fromhex("20010db8000000000000000000000099")
START_NS = 1_790_000_000_250_000_000
PROBES, LOST_OUT, LOST_BACK = 6, {2}, {4}
ETHER4, ETHER6 = 0x0800, 0x86DD


def messages(family=4, size=32, end=START_NS):
    """[(time in ns, whether the sender sent it, source port, destination port, payload)]"""
    address = RESPONDER4 if family == 4 else RESPONDER6
    command, length = (4, 16) if family == 4 else (8, 32)
    port = struct.pack(">HH", 16384, 5120) if family == 4 else struct.pack(">HHI", 16384, 0, 5120)
    enable = struct.pack(">HHI", command, length, 0) + address + port
    auth = struct.pack(">HH", 1, 28) + bytes(24)
    request = struct.pack(">BBHI", 1, 7, 8 + length + 28, 0) + enable + auth
    answer = struct.pack(">BBHI", 1, 7, 8 + length, 0) + enable
    out = [(end, True, 40001, 1967, request), (end + 900_000, False, 1967, 40001, answer)]
    arrived = 0
    for number in range(1, PROBES + 1):
        sent = end + 10_000_000 + number * 20_000_000 + number * 1001
        stamp = sent // 10**6 % 86_400_000
        padding = bytes(size - 16)
        out.append((sent, True, 40002, 16384, struct.pack(">HHIIHH", 2, 0, stamp, 0, number, 0) + padding))
        if number in LOST_OUT:
            continue
        arrived += 1
        if number not in LOST_BACK:
            reply = struct.pack(">HHIIHH", 2, 1, stamp, stamp + 3, number, arrived)
            out.append((sent + 7_000_000 + number * 10_007, False, 16384, 40002, reply + padding))
    return out


# --- from a payload to an IP packet ---

def ones_sum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = total % 0x10000 + total // 0x10000
    return total


def datagram(source, destination, ports, payload, checksum="good"):
    length = 8 + len(payload)
    pseudo = source + destination + struct.pack(">II", length, 17)
    head = struct.pack(">HHHH", *ports, length, 0)
    value = {"good": ~ones_sum(pseudo + head + payload) & 0xFFFF or 0xFFFF, "none": 0, "offload": ones_sum(pseudo),
             "bad": 0x0BAD}[checksum]
    return head[:6] + struct.pack(">H", value) + payload


def packet4(source, destination, protocol, body, ident=1, fragment=0x4000, options=b""):
    words = 5 + len(options) // 4
    head = struct.pack(">BBHHHBBH", 0x40 | words, 0, 4 * words + len(body), ident, fragment, 61, protocol, 0)
    head += source + destination + options
    return head[:10] + struct.pack(">H", ~ones_sum(head) & 0xFFFF) + head[12:] + body


def packet6(source, destination, protocol, body):
    return struct.pack(">IHBB", 6 << 28, len(body), protocol, 61) + source + destination + body


class Seen:
    """An IP packet of the measurement, and when and which way it was seen."""

    def __init__(self, time, outgoing, ip, family):
        self.time, self.outgoing, self.ip, self.family = time, outgoing, ip, family

    @property
    def ether(self):
        return ETHER4 if self.family == 4 else ETHER6


def seen(family=4, size=32, checksum="good", extend=None, **header):
    out = []
    for ident, (time, outgoing, sport, dport, payload) in enumerate(messages(family, size), 1):
        ends = (SENDER4, RESPONDER4) if family == 4 else (SENDER6, RESPONDER6)
        source, destination = ends if outgoing else ends[::-1]
        body = datagram(source, destination, (sport, dport), payload, checksum)
        if family == 4:
            ip = packet4(source, destination, 17, body, ident, **header)
        else:
            protocol, body = extend(body) if extend else (17, body)
            ip = packet6(source, destination, protocol, body)
        out.append(Seen(time, outgoing, ip, family))
    return out


def in_pieces(packets, step, order, skip=lambda index, piece: False):
    """Each packet that is longer than `step` as fragments, in an order of their own."""
    out = []
    for index, one in enumerate(packets):
        head, body = (one.ip[:20], one.ip[20:]) if one.family == 4 else (one.ip[:40], one.ip[40:])
        starts = range(0, len(body), step)
        if len(starts) == 1:
            out.append(one)
            continue
        pieces = []
        for at in starts:
            more = at + step < len(body)
            if one.family == 4:
                field = at // 8 | (0x2000 if more else 0)
                ip = packet4(head[12:16], head[16:20], 17, body[at:at + step], 900 + index, field)
            else:
                extra = struct.pack(">BBHI", 17, 0, at | more, 900 + index)
                ip = packet6(head[8:24], head[24:40], 44, extra + body[at:at + step])
            pieces.append(ip)
        chosen = order(list(range(len(pieces))))
        for place, piece in enumerate(chosen):
            if not skip(index, piece):
                out.append(Seen(one.time - (len(chosen) - 1 - place) * 1000, one.outgoing, pieces[piece], one.family))
    return out


# --- from an IP packet to a frame ---

def ethernet(one, ether=None, body=None, tags=()):
    macs = bytes.fromhex("0200000000010200000000ff")
    macs = macs if one.outgoing else macs[6:] + macs[:6]
    tagged = b"".join(struct.pack(">HH", *tag) for tag in tags)
    return macs + tagged + struct.pack(">H", ether or one.ether) + (one.ip if body is None else body)


def cooked(one):
    return struct.pack(">HHH8sH", 4 if one.outgoing else 0, 1, 6, bytes(8), one.ether) + one.ip


def cooked2(one, device=3):
    return struct.pack(">HHIHBB8s", one.ether, 0, device, 1, 4 if one.outgoing else 0, 6, bytes(8)) + one.ip


def labels(one, *values):
    last = len(values) - 1
    stack = b"".join(struct.pack(">I", value << 12 | (i == last) << 8 | 63) for i, value in enumerate(values))
    return ethernet(one, 0x8847, stack + one.ip)


def pppoe(one):
    inside = struct.pack(">H", 0x21 if one.family == 4 else 0x57) + one.ip
    return ethernet(one, 0x8864, struct.pack(">BBHH", 0x11, 0, 9, len(inside)) + inside)


def tunnel(one, protocol, body):
    ends = bytes([10, 9, 9, 1]), bytes([10, 9, 9, 2])
    source, destination = ends if one.outgoing else ends[::-1]
    return ethernet(one, ETHER4, packet4(source, destination, protocol, body))


def gre(one, flags=0, ether=None, body=None):
    optional = b"".join(bytes(4) for bit in (0x8000, 0x2000, 0x1000) if flags & bit)
    return tunnel(one, 47, struct.pack(">HH", flags, ether or one.ether) + optional + (one.ip if body is None else body))


def erspan(one, kind):
    inside = ethernet(one, tags=[(0x8100, 5)])
    if kind == 1:
        return gre(one, 0, 0x88BE, inside)
    if kind == 2:
        return gre(one, 0x1000, 0x88BE, struct.pack(">HHI", 0x1005, 1, 0) + inside)
    extra = bytes(8) if kind == 33 else b""
    return gre(one, 0x1000, 0x22EB, struct.pack(">HHIHH", 0x2005, 1, 0, 0, len(extra) > 0) + extra + inside)


# --- from frames to a file: frames are (time, bytes, length on the wire) ---

def classic(link, frames, order="<", digits=9):
    magic = {6: 0xA1B2C3D4, 9: 0xA1B23C4D}[digits]
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for time, data, length in frames:
        ticks = time // 10 ** (9 - digits)
        out += struct.pack(order + "IIII", ticks // 10**digits, ticks % 10**digits, len(data), length) + data
    return out


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order):
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order, link, resolution=None, offset=None, ends=True):
    options = b""
    if resolution is not None:
        options += option(order, 9, bytes([resolution]))
    if offset is not None:
        options += option(order, 14, struct.pack(order + "q", offset))
    options += option(order, 0, b"") if options and ends else b""
    return block(order, 1, struct.pack(order + "HHI", link, 0, 0) + options)


def ticks_of(time, resolution, offset=0):
    per_second = 2 ** (resolution & 127) if resolution & 128 else 10**resolution
    return (time - offset * 10**9) * per_second // 10**9


def enhanced(order, number, ticks, data, length, options=b""):
    head = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), length)
    return block(order, 6, head + data + bytes(-len(data) % 4) + options)


def ng(link, frames, order="<", resolution=9, offset=None, said=True, ends=True):
    out = section(order) + interface(order, link, resolution if said else None, offset, ends)
    for time, data, length in frames:
        out += enhanced(order, 0, ticks_of(time, resolution, offset or 0), data, length)
    return out


def plain(packets, wrap=ethernet):
    out = []
    for one in packets:
        data = wrap(one)
        out.append((one.time, data, len(data)))
    return out


def twice(packets, first, second, later=700):
    """Each packet at two places, the one nearer to the wire later on its way out, and earlier on its way in."""
    out = []
    for one in packets:
        near, far = second(one), first(one)
        if one.outgoing:
            out += [(one.time - later, far, len(far)), (one.time, near, len(near))]
        else:
            out += [(one.time, near, len(near)), (one.time + later, far, len(far))]
    return out


def cut(frames, size):
    return [(time, data[:size], length) for time, data, length in frames]


def odd_blocks():
    """Blocks that nobody needs, an obsolete one, one interface more in the middle, and a second section."""
    frames = plain(seen())
    out = section("<") + block("<", 0x0BADBEEF, b"whatever") + interface("<", 1, 9)
    for index, (time, data, length) in enumerate(frames[:6]):
        ticks = ticks_of(time, 9)
        head = struct.pack("<HHIIII", 0, 0, ticks >> 32, ticks & 0xFFFFFFFF, len(data), length)
        out += block("<", 2, head + data) if index % 2 else enhanced("<", 0, ticks, data, length)
        out += block("<", 0x40000BAD, struct.pack("<I", 32473) + b"mine")
    out += interface("<", 101, 0xA0) + b"".join(
        enhanced("<", 1, ticks_of(one.time, 0xA0) + 1, one.ip, len(one.ip)) for one in seen()[6:9])
    out += section(">") + b"".join(interface(">", 1, 6) for _ in range(40)) + interface(">", 1, 9)
    return out + b"".join(enhanced(">", 40, ticks_of(time, 9), data, length) for time, data, length in frames[9:])


def simple_blocks():
    out = section("<") + interface("<", 1)
    for _, data, length in plain(seen()):
        out += block("<", 3, struct.pack("<I", length) + data)
    return out


def quotes():
    """Nobody listens: each packet of the sender is answered by an ICMP error that quotes it."""
    frames = []
    for one in seen():
        if one.outgoing:
            body = b"\x03\x03\0\0" + bytes(4) + one.ip[:60]
            error = packet4(RESPONDER4, SENDER4, 1, body[:2] + struct.pack(">H", ~ones_sum(body) & 0xFFFF) + body[4:])
            frames += [(one.time, ethernet(one), 0), (one.time + 50_000, ethernet(one, body=error), 0)]
    return classic(1, [(time, data, len(data)) for time, data, _ in frames])


def one_frame_for_all():
    """The probes as the host shows them that leaves it to its adapter to split them."""
    frames = [one for one in seen() if not one.outgoing or one.ip[22:24] == struct.pack(">H", 1967)]
    probes = b"".join(m[4] for m in messages(size=300) if m[2] == 40002)
    big = Seen(START_NS + 20_000_000, True, packet4(
        SENDER4, RESPONDER4, 17, datagram(SENDER4, RESPONDER4, (40002, 16384), probes, "offload")), 4)
    return classic(1, sorted(plain(frames + [big])))


def on_ethernet(packets):
    return classic(1, plain(packets))


def framed(wrap):
    return classic(1, plain(seen(), wrap))


def framed6(wrap):
    return classic(1, plain(seen(6), wrap))


def hop_by_hop(body):
    return 0, struct.pack(">BB", 17, 0) + bytes([1, 4, 0, 0, 0, 0]) + body


def chain(body):
    """Hop by hop, destination options, routing, a fragment header for the whole, UDP."""
    options = struct.pack(">BB", 60, 0) + bytes([1, 4, 0, 0, 0, 0]) + struct.pack(">BB", 43, 1) + bytes([1, 12])
    routing = struct.pack(">BBBB", 44, 0, 4, 0) + bytes(4)
    return 0, options + bytes(12) + routing + struct.pack(">BBHI", 17, 0, 0, 3) + body


TAGS = {"vlan": [(0x8100, 100)], "priority": [(0x8100, 0xA000)], "qinq": [(0x88A8, 20), (0x8100, 7)],
        "qinq-8100": [(0x8100, 20), (0x8100, 7)], "qinq-9100": [(0x9100, 20), (0x8100, 7)],
        "three-tags": [(0x88A8, 1), (0x8100, 2), (0x8100, 3)]}
FORMS = {
    "classic": lambda: classic(1, plain(seen())),
    "big-endian": lambda: classic(1, plain(seen()), ">"),
    "microseconds": lambda: classic(1, plain(seen()), digits=6),
    "big-endian-microseconds": lambda: classic(1, plain(seen()), ">", 6),
    "frame-checksum": lambda: classic(1 | 0x24000000, [(t, d + b"\1\2\3\4", n + 4) for t, d, n in plain(seen())]),
    "padded": lambda: classic(1, [(t, d.ljust(90, b"\xEE"), max(n, 90)) for t, d, n in plain(seen())]),
    "cut": lambda: classic(1, plain(seen())[:2] + cut(plain(seen(size=400)), 60)[2:]),
    "shuffled": lambda: classic(1, plain(seen())[::-1]),
    "raw": lambda: classic(101, plain(seen(), lambda one: one.ip)),
    "raw-ipv4": lambda: classic(228, plain(seen(), lambda one: one.ip)),
    "bsd-loopback": lambda: classic(0, plain(seen(), lambda one: struct.pack("<I", 2) + one.ip)),
    "loop": lambda: classic(108, plain(seen(), lambda one: struct.pack(">I", 2) + one.ip)),
    "cooked": lambda: classic(113, plain(seen(), cooked)),
    "cooked2": lambda: classic(276, plain(seen(), cooked2)),
    "cooked-twice": lambda: classic(113, twice(seen(), cooked, cooked)),
    "cooked2-twice": lambda: classic(276, twice(seen(), lambda one: cooked2(one, 6), cooked2)),
    **{name: (lambda tags=tags: framed(lambda one: ethernet(one, tags=tags))) for name, tags in TAGS.items()},
    "mpls": lambda: framed(lambda one: labels(one, 1000, 2000)),
    "mpls-explicit-null": lambda: framed(lambda one: labels(one, 16, 0)),
    "pppoe": lambda: framed(pppoe),
    "ip-in-ip": lambda: framed(lambda one: tunnel(one, 4, one.ip)),
    "gre": lambda: framed(gre),
    "gre-key": lambda: framed(lambda one: gre(one, 0x2000)),
    "gre-all": lambda: framed(lambda one: gre(one, 0xB000)),
    "erspan-1": lambda: framed(lambda one: erspan(one, 1)),
    "erspan-2": lambda: framed(lambda one: erspan(one, 2)),
    "erspan-3": lambda: framed(lambda one: erspan(one, 3)),
    "erspan-3-more": lambda: framed(lambda one: erspan(one, 33)),
    "ip-options": lambda: on_ethernet(seen(options=bytes([0x94, 4, 0, 0]))),
    "no-checksum": lambda: on_ethernet(seen(checksum="none")),
    "offload-checksum": lambda: on_ethernet(seen(checksum="offload")),
    "fragments": lambda: on_ethernet(in_pieces(seen(size=2000), 800, list)),
    "fragments-reversed": lambda: on_ethernet(in_pieces(seen(size=2000), 800, lambda all: all[::-1])),
    "fragments-doubled": lambda: on_ethernet(in_pieces(seen(size=2000), 800, lambda all: all[:2] + all[1:])),
    "ng": lambda: ng(1, plain(seen())),
    "ng-big-endian": lambda: ng(1, plain(seen()), ">"),
    "ng-default": lambda: ng(1, plain(seen()), resolution=6, said=False),
    "ng-pico": lambda: ng(1, plain(seen()), resolution=12, offset=1_790_000_000),
    "ng-binary": lambda: ng(1, [(t + 1, d, n) for t, d, n in plain(seen())], resolution=0x80 | 40, offset=1_790_000_000),
    "ng-no-end": lambda: ng(1, plain(seen()), ends=False),
    "ng-odd-blocks": odd_blocks,
}
FORMS6 = {
    "ipv6": lambda: classic(1, plain(seen(6))),
    "raw-ipv6": lambda: classic(229, plain(seen(6), lambda one: one.ip)),
    "raw-any": lambda: classic(101, plain(seen(6), lambda one: one.ip), ">"),
    "ipv6-loopback": lambda: classic(0, plain(seen(6), lambda one: struct.pack(">I", 30) + one.ip), ">"),
    "ipv6-cooked": lambda: classic(113, plain(seen(6), cooked)),
    "ipv6-hop-by-hop": lambda: on_ethernet(seen(6, extend=hop_by_hop)),
    "ipv6-chain": lambda: on_ethernet(seen(6, extend=chain)),
    "ipv6-fragments": lambda: on_ethernet(in_pieces(seen(6, size=2000), 800, lambda all: all[::-1])),
    "ipv6-mpls": lambda: framed6(lambda one: labels(one, 77)),
    "ipv6-gre": lambda: framed6(gre),
    "ipv6-pppoe": lambda: framed6(pppoe),
}

