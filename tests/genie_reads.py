# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""What genie's parsers of IOS XE read in the output of ipsla probe: genie_reads.py CASES BIN_DIR (tests/genie.sh).

CASES has parts "== NAME: json|text|statistics|details|summary" with their text, from tests/unit/cli/test_ios.c.
"""
import json
import re
import subprocess
import sys
import time
from importlib.metadata import version
from unittest import mock

from genie.libs.parser.iosxe.show_ip import ShowIpSlaStatistics, ShowIpSlaStatisticsDetails, ShowIpSlaSummary

CODES = {0: "Unknown", 1: "OK", 3: "Over threshold", 4: "Timeout", 6: "No connection", 9: "Verify error",
         14: "DNS query error", 16: "Error"}
TRAINS = ("udp-jitter", "icmp-jitter")
PARSERS = {"statistics": ShowIpSlaStatistics, "details": ShowIpSlaStatisticsDetails, "summary": ShowIpSlaSummary}
CONTROL_PORT = 29967


def parse(part, text):
    """What genie reads for the only entry; None: nothing."""
    try:
        ids = PARSERS[part](device=mock.Mock()).parse(output=text)["ids"]
    except Exception:  # each parser fails in a way of its own on what it does not know
        return None
    (number, entry), = ids.items()
    return {**entry, "id": number}


def code_text(result):
    is_refused = result["operation"] == "tcp-connect" and result["return_code"] == 16
    return "Socket connect error" if is_refused else CODES[result["return_code"]]


def average(result):
    """In whole units, cut off, and the unit's name."""
    rtt = result["rtt_seconds"]
    unit_ns = 1000 if result["precision"] == "microseconds" else 1000000
    sum_ns = round(rtt["sum"] * 1e9)
    return sum_ns // max(rtt["count"], 1) // unit_ns, result["precision"]


def expected_entry(part, result):
    is_ok = result["outcome"] == "ok"
    value, unit = average(result)
    code = code_text(result)
    start = time.gmtime(result["start_timestamp"])
    if part == "summary":
        entry = {"state": "active", "type": result["operation"], "return_code": code.split()[0],
                 "destination": result["target"]["address"] or result["target"]["host"],
                 "rtt_stats": f"RTT={value}{'u' if unit == 'microseconds' else ''}" if is_ok else "-"}
        if is_ok:
            entry["rtt_stats_msecs"] = value  # also when they are microseconds
        return entry
    has_rtt = is_ok or code == "Socket connect error"
    entry = {"rtt_stats": f"{value} {unit}" if has_rtt else "NoConnection/Busy/Timeout",
             "start_time": time.strftime("%H:%M:%S UTC %a %b ", start) + f"{start.tm_mday} {start.tm_year}",
             "no_of_success": int(result["return_code"] == 1), "no_of_failures": int(result["return_code"] != 1)}
    if result["operation"] in TRAINS:
        entry["type_of_operation"] = result["operation"]
    if part == "statistics":
        entry.update(return_code=code.split()[0], ttl="Forever")
    else:
        entry.update(threshold_occurances="TRUE" if result["return_code"] == 3 else "FALSE", state_of_entry="Active",
                     reset_time="Never")
        if " " not in code:  # genie drops a code of two words here, and Forever
            entry["return_code"] = code
    return entry


class Count:
    def __init__(self):
        self.read = {part: 0 for part in PARSERS}
        self.text = self.cases = 0
        self.faults = []

    def judge(self, name, part, text, result):
        entry = parse(part, text) or {}
        expected = expected_entry(part, result)
        wrong = {key: (entry.get(key), value) for key, value in expected.items() if entry.get(key) != value}
        if wrong:
            self.faults.append(f"{name}: {part}: genie reads (read, expected) {wrong}")
        else:
            self.read[part] += 1


def read_cases(path):
    with open(path, encoding="utf-8") as file:
        parts = re.split(r"^== (.*): (\w+)\n", file.read(), flags=re.MULTILINE)[1:]
    cases = {}
    for name, part, text in zip(parts[::3], parts[1::3], parts[2::3]):
        cases.setdefault(name, {})[part] = text
    return cases


def judge_cases(path, count):
    for name, parts in read_cases(path).items():
        result = json.loads(parts["json"])
        count.cases += 1
        count.text += any(parse(part, parts["text"]) is not None for part in PARSERS)
        for part in PARSERS:
            count.judge(name, part, parts[part], result)


def probe(bin_dir, output, flags):
    command = [f"{bin_dir}/ipsla", "probe", "127.0.0.1", "--no-progress", "--output", output, *flags]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout


LIVE = [["--num-packets", "5"], ["--num-packets", "5", "--precision", "microseconds"],
        ["--codec", "g729a", "--num-packets", "5"], ["--operation", "udp-echo"],
        ["--operation", "tcp-connect", "--port", "29968"], ["--num-packets", "2", "--threshold", "0"]]


def judge_live(bin_dir, count):
    """Real programs: what was measured differs from run to run, that all is read does not."""
    listen = f"--listen-address=127.0.0.1:{CONTROL_PORT}"
    responder = subprocess.Popen([f"{bin_dir}/ipsla_responder", listen, "--log.level=error"])
    try:
        for flags in LIVE:
            flags = [*flags, "--control-port", str(CONTROL_PORT)]
            result = json.loads(probe(bin_dir, "json", [*flags]))
            for part, output in (("statistics", "ios"), ("details", "ios-details"), ("summary", "ios-summary")):
                entry = parse(part, probe(bin_dir, output, [*flags, "--id", "4711"]))
                expected = {"id": "4711", **({"type": result["operation"]} if part == "summary" else {"probe_id": 4711})}
                if entry is None or any(entry.get(key) != value for key, value in expected.items()):
                    count.faults.append(f"{' '.join(flags)}: {output}: genie reads {entry}")
    finally:
        responder.terminate()
        responder.wait()


def main():
    count = Count()
    judge_cases(sys.argv[1], count)
    judge_live(sys.argv[2], count)
    print(f"genie.libs.parser {version('genie.libs.parser')}: of {count.cases} cases it reads rightly")
    print("  " + ", ".join(f"{part} {number}" for part, number in count.read.items()), f"and text {count.text}")
    print(f"  and {len(LIVE)} real measurements in three ways of output")
    for fault in count.faults:
        print(fault)
    sys.exit(1 if count.faults or not count.cases else 0)


main()
