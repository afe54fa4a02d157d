#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# genie.libs.parser 26.9 (pyATS) reads some outcomes of IP SLA wrongly, in text as routers print it:
#   show ip sla summary              "No connection" becomes the code "No", and "connection" goes into the time of the last run;
#                                    RTT=900u (microseconds, as the headline says) becomes rtt_stats_msecs 900;
#   show ip sla statistics           "No connection" becomes "No", "Over threshold" becomes "Over";
#   show ip sla statistics details   a return code of two words, and "Forever", are left out.
# Of a udp-jitter block it keeps no jitter, loss, one-way delay or MOS. So: do not judge by return_code == "No connection" what genie
# read, and take rtt_stats, not rtt_stats_msecs. Ends with 1 when the behaviour is another.
set -eu

version=26.9
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    "genie.libs.parser==$version" "genie==$version" "pyats==$version"

cat >"$folder/finding.py" <<'END'
import sys
from importlib.metadata import version
from unittest import mock

from genie.libs.parser.iosxe import show_ip

SUMMARY = """IPSLAs Latest Operation Summary
Codes: * active, ^ inactive, ~ pending
All Stats are in milliseconds. Stats with u are in microseconds

ID           Type           Destination       Stats               Return        Last
                                                                  Code          Run
------------------------------------------------------------------------------------------------
*1           udp-jitter      192.0.2.1         RTT=900u           OK             20 seconds ago
*2           udp-jitter      192.0.2.2         -                  No connection  5 seconds ago
"""
STATISTICS = """IPSLAs Latest Operation Statistics

IPSLA operation id: 2
Type of operation: udp-jitter
\tLatest RTT: NoConnection/Busy/Timeout
Latest operation start time: 05:29:18 UTC Sat Aug 22 2026
Latest operation return code: No connection
Number of successes: 0
Number of failures: 2
Operation time to live: Forever
"""
DETAILS = STATISTICS.replace("Number of s", "Over thresholds occurred: FALSE\nNumber of s") + \
    "Operational state of entry: Active\nLast time this entry was reset: Never\n"


def read(name, text):
    return getattr(show_ip, name)(device=mock.Mock()).parse(output=text)["ids"]


summary = read("ShowIpSlaSummary", SUMMARY)
statistics = read("ShowIpSlaStatistics", STATISTICS)["2"]
details = read("ShowIpSlaStatisticsDetails", DETAILS)["2"]
print("genie.libs.parser", version("genie.libs.parser"))
print("summary 1:", summary["1"])
print("summary 2:", summary["2"])
print("statistics:", statistics)
print("details:", details)
is_so = (summary["1"]["rtt_stats_msecs"] == 900 and summary["2"]["return_code"] == "No"
         and summary["2"]["last_run"].startswith("connection") and statistics["return_code"] == "No"
         and "return_code" not in details and "ttl" not in details)
print("as described" if is_so else "THE BEHAVIOUR HAS CHANGED")
sys.exit(not is_so)
END
"$folder/venv/bin/python" -B "$folder/finding.py"
