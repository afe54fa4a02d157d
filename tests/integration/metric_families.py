# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Reads expositions in protobuf (delimited io.prometheus.client.MetricFamily) and OpenMetrics 1.0, with nothing of ours
or of Google's: what both say must be the same."""

import re
import struct

TYPES = {0: "counter", 1: "gauge", 4: "histogram"}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def zigzag(value):
    return value >> 1 ^ -(value & 1)


def fields(data):
    """{field number: [value...]} of a message; what has a length is bytes."""
    at, found = 0, {}
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        elif tag & 7 == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif tag & 7 == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
            assert len(value) == size, "a field ends beyond its message"
        else:
            raise AssertionError(f"wire type {tag & 7}")
        found.setdefault(tag >> 3, []).append(value)
    return found


def one(message, number, default=None):
    values = message.get(number, [default])
    assert len(values) == 1, f"field {number} stands {len(values)} times"
    return values[0]


def labels_of(messages):
    return tuple(sorted((one(fields(data), 1).decode(), one(fields(data), 2).decode()) for data in messages))


def time_of(data):
    message = fields(data)
    return one(message, 1) + one(message, 2, 0) / 1e9


def packed(data):
    at, values = 0, []
    while at < len(data):
        value, at = varint(data, at)
        values.append(value)
    return values


def exemplar_of(data):
    message = fields(data)
    return labels_of(message[1]), one(message, 2), time_of(one(message, 3))


class Histogram:
    def __init__(self, data):
        message = fields(data)
        self.count, self.sum = one(message, 1), one(message, 2)
        self.classic, self.exemplars = {}, [exemplar_of(data) for data in message.get(16, [])]
        for data in message.get(3, []):
            bucket = fields(data)
            self.classic[one(bucket, 2)] = one(bucket, 1)
            self.exemplars += [exemplar_of(exemplar) for exemplar in bucket.get(3, [])]
        assert list(self.classic) == sorted(self.classic), "bounds do not rise"
        self.start = time_of(one(message, 15)) if 15 in message else None
        self.is_native = 5 in message
        if self.is_native:
            self.schema, self.zeros = zigzag(one(message, 5)), one(message, 7)
            assert one(message, 6) == 2.0 ** -128
            self.native = self.native_buckets(message)

    @staticmethod
    def native_buckets(message):
        """{index: count}"""
        deltas = [zigzag(value) for value in packed(one(message, 13, b""))]
        index, count, found = 0, 0, {}
        for data in message[12]:
            span = fields(data)
            index += zigzag(one(span, 1))
            for _ in range(one(span, 2)):
                count += deltas.pop(0)
                found[index] = count
                index += 1
        assert not deltas, "more deltas than the spans have buckets"
        return found

    def upper_bound(self, index):
        return 2.0 ** (index / 2 ** self.schema)


class Family:
    def __init__(self, data):
        message = fields(data)
        self.name, self.type = one(message, 1).decode(), TYPES[one(message, 3)]
        self.help, self.unit = one(message, 2).decode(), one(message, 5, b"").decode()
        self.starts, self.values = {}, {}
        for metric in map(fields, message[4]):
            labels = labels_of(metric.get(1, []))
            assert labels not in self.values, f"{self.name}{labels} stands twice"
            self.values[labels] = self.value(labels, metric)

    def value(self, labels, metric):
        number = {"gauge": 2, "counter": 3, "histogram": 7}[self.type]
        if self.type == "histogram":
            return Histogram(one(metric, number))
        message = fields(one(metric, number))
        if 3 in message:
            self.starts[labels] = time_of(one(message, 3))
        return one(message, 1)


def read_protobuf(data):
    """{name: Family}, the messages of one family put together."""
    at, found = 0, {}
    while at < len(data):
        size, at = varint(data, at)
        assert size <= 64 * 1024, "a message is too long"
        family = Family(data[at:at + size])
        at += size
        if family.name in found:
            first = found[family.name]
            assert (first.type, first.help, first.unit) == (family.type, family.help, family.unit)
            assert not first.values.keys() & family.values.keys()
            first.values |= family.values
            first.starts |= family.starts
        else:
            found[family.name] = family
    return found


_LINE = re.compile(r'([a-z_0-9]+)(?:\{(.*?)\})? ([^ ]+)(?: # \{(.*)\} ([^ ]+) ([^ ]+))?$')
_LABEL = re.compile(r'([a-z_0-9]+)="((?:[^"\\]|\\.)*)"')
_ESCAPES = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


def read_labels(text):
    return tuple(sorted((name, re.sub(r"\\.", lambda match: _ESCAPES[match.group()], value))
                        for name, value in _LABEL.findall(text or "")))


def read_openmetrics(text):
    """{(name, labels): value} and {(name, labels): exemplar}."""
    samples, exemplars = {}, {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, value, *exemplar = _LINE.match(line).groups()
            key = name, read_labels(labels)
            assert key not in samples, f"twice: {line}"
            samples[key] = float(value)
            if exemplar[0]:
                exemplars[key] = read_labels(exemplar[0]), float(exemplar[1]), float(exemplar[2])
    return samples, exemplars
