#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: config/ipsla.schema.json is what `ipsla_exporter --config.print-schema` prints, and tells good configurations
from bad ones as the exporter does.

What the exporter takes, the schema takes. What the exporter refuses, the schema refuses too, but for relations of
values. Beside the examples there are good and bad values of every key, made from its row of the schema.
With --update the file is written instead of compared: schema.py ROOT --bin BUILD/bin --update
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import tree

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing} (deploy/install-deps.sh --test)")
    sys.exit(77)

FILE = "config/ipsla.schema.json"
LINE = "# yaml-language-server: $schema=ipsla.schema.json\n"
EXAMPLES = ["config/ipsla.example.yml", "config/quickstart.yml"]
GROUPS = ["config/targets.example.yml"]
TARGET = "targets: [{name: a, host: 192.0.2.1, port: 5000%s}]\n"

# Of one target: what goes there, good and bad. Bad relations of good values are not for a schema.
GOOD = """
frequency: 1s, timeout: 1s|frequency: 7d|frequency: 10080m|frequency: 60000ms|frequency: '020s'|timeout: 1500us|threshold: 0s
num_packets: 1|num_packets: '3000'|interval: 4ms|request_data_size: 16|dscp: ef|dscp: 63|dscp: '0'|tos: 0xb8|tos: 255
ttl: 1|dont_fragment: true|dont_fragment: 'false'|verify_data: true, operation: udp-echo|codec: g729a|start: now
start: after 365d|start: pending|life: forever|life: 24855d|clock_tolerance: 5%|clock_tolerance: 100ms
operation: tcp-connect|tag: 12|tag: true|owner: ''|labels: {a: b, c: 1}|labels: {}|module: voice_g711u|buckets: [1us, 1h]
source_address: 192.0.2.7|ip_version: 4|ip_version: '4'|interface: eth0|vrf: 7|source_port: 1|precision: microseconds
control: {version: v2}|control: {version: none}|control: {port: 1, retries: 5, timeout: 100ms}|control: {}
data_pattern: 1234, operation: udp-echo|data_pattern: 1E10, operation: udp-echo|timestamps: user
limits: {loss: 1%, rtt: [150ms, none], mos: 3.6, for: 3}, codec: g729a|frequency: 100ms, num_packets: 1
"""
BAD = """
frequency: 5|frequency: 99ms|frequency: 8d|frequency: 604801s|frequency: 1.5s|frequency: [1s]|timeout: 0s|threshold: 61s
num_packets: 0|num_packets: 60001|num_packets: '60001'|num_packets: x|num_packets: 1.5|interval: 3ms|interval: 61s
request_data_size: 17513|dscp: xx|dscp: 64|tos: 256|tos: '0x100'|ttl: 0|ttl: 256|dont_fragment: maybe|dont_fragment: 2
codec: g722|start: later|start: after 366d|life: 0s|life: 24856d|clock_tolerance: 101%|clock_tolerance: 101ms
operation: sctp|tag: [a]|labels: [a]|labels: {target: x}|labels: {__a: b}|labels: {1a: b}|labels: {a: [b]}
module: ''|module: [a]|buckets: []|buckets: [1]|buckets: [2h]|buckets: 1ms|source_address: x y|ip_version: 5
interface: a/b|interface: aaaaaaaaaaaaaaaa|source_port: 0|source_port: 65536|control: []|control: {version: 3}
control: {port: 0}|control: {retries: 6}|control: {timeout: 11s}|control: {prot: 1}|frequncy: 60s|Frequency: 60s
verify_data: true, operation: tcp-connect|num_packets: 5, operation: tcp-connect|limits: {los: 1%}|codec: g729a, operation: udp-echo
request_data_size: 17000, operation: udp-echo|dscp: ef, tos: 1|interface: a, vrf: b|operation: icmp-echo|precision: ns
data_pattern: '123', operation: udp-echo|data_pattern: xx, operation: udp-echo|timestamps: 1|frequency:
"""
GOOD_FILES = ["responder: {}\n", "targets: [a.example, {hosts: [b.example, 192.0.2.1], name: c}]\n", "targets: []\nresponder: {listen: [1967, ':1968', '[::1]:1969']}\n",
              "responder: {allow: [10.0.0.0/8, '::1'], ports: [1024-65535, 5], permanent_ports: [5000]}\n",
              "target_files: [a/*.yml, b.yaml, 'c?.json']\n", "responder: {reflect_tos: false, refusal: silent}\n",
              "modules: {m: {codec: g729a}}\n" + TARGET % ", module: m", "defaults: {frequency: 10s}\n" + TARGET % "",
              "clock: {assume_synchronized: true}\n" + TARGET % ""]
BAD_FILES = ["[]\n", "{}\n", "target: []\n", "targets: {}\n", "targets: [[a]]\n", "targets: [{name: a}]\n",
             "targets: [{name: '', host: h, port: 5}]\n", "targets: [{name: a, host: h, port: 0}]\n",
             "targets: [{name: a, host: 'a b', port: 5}]\n", "targets: [{name: a, host: 10.0.0.0/8, port: 5}]\n",
             "target_files: []\n", "target_files: [a.txt]\n", "target_files: a.yml\n", "responder: []\n",
             "responder: {listen: []}\n", "responder: {listen: [0]}\n", "responder: {listen: [127.0.0.1]}\n",
             "responder: {allow: [x]}\n", "responder: {ports: [a-b]}\n", "responder: {keys: [0]}\n",
             "responder: {max_sessions: 0}\n", "responder: {lisen: [1]}\n", "keys: [{id: 1}]\nresponder: {}\n",
             "keys: [{id: 0, algorithm: md5, secret_file: a}]\nresponder: {}\n",
             "keys: [{id: 1, algorithm: sha1, secret_file: a}]\nresponder: {}\n",
             "modules: {'a b': {}}\n" + TARGET % "", "modules: {m: {host: h}}\n" + TARGET % "",
             "modules: {m: {operation: icmp-echo, codec: g729a}}\n" + TARGET % "",
             "defaults: {name: a}\n" + TARGET % "", "defaults: {frequency: 5}\n" + TARGET % "",
             "clock: {assume_synchronized: 1}\n" + TARGET % ""]


class Loader(yaml.SafeLoader):
    """YAML 1.2, as editors read it: `on` is a text."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"), ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+", "-+0123456789"),
        ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789")):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


def read(text):
    return yaml.load(text, Loader)


def takes(validator, text):
    return next(validator.iter_errors(read(text)), None) is None


def exporter_takes(program, folder, text):
    path = folder / "ipsla.yml"
    path.write_text(text)
    return subprocess.run([program, "--config.check", "--config.file", path], capture_output=True, timeout=30,
                          check=False).returncode == 0


def targets(listed):
    return [TARGET % f", {case}" for line in listed.strip().splitlines() for case in line.split("|")]


def judge(schema, program):
    """Yields what is wrong with the schema."""
    validator = jsonschema.Draft202012Validator(schema)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for is_good, texts in ((True, targets(GOOD) + GOOD_FILES), (False, targets(BAD) + BAD_FILES)):
            for text in texts:
                if exporter_takes(program, folder, text) != is_good:
                    yield f"schema.py: the exporter {'refuses' if is_good else 'takes'} {text!r}"
                elif takes(validator, text) != is_good:
                    yield f"{FILE}: {'refuses' if is_good else 'takes'} {text!r}"


def judge_examples(root, schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    whole = jsonschema.Draft202012Validator(schema)
    files = jsonschema.Draft202012Validator({"$ref": "#/$defs/target_file", "$defs": schema["$defs"]})
    for validator, names in ((whole, EXAMPLES), (files, GROUPS)):
        for name in names:
            text = (root / name).read_text()
            for error in validator.iter_errors(read(text)):
                yield f"{name}: {FILE} says {error.message}"
            if validator is whole and LINE not in text:
                yield f"{name}: lacks the line {LINE!r}"


def main():
    parser = tree.arguments(__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="directory of the built programs")
    parser.add_argument("--update", action="store_true", help="write the file instead of comparing it")
    options = parser.parse_args()
    program = options.bin / "ipsla_exporter"
    printed = subprocess.run([program, "--config.print-schema"], check=True, capture_output=True, text=True,
                             timeout=30).stdout
    path = options.root / FILE
    if options.update:
        path.write_text(printed)
    schema = json.loads(printed)
    problems = list(judge_examples(options.root, schema)) + list(judge(schema, program))
    if not path.is_file() or path.read_text() != printed:
        problems.append(f"{FILE}: is not what the keys say (run schema.py --update)")
    tree.verdict(problems)


if __name__ == "__main__":
    main()
