#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

usage() {
    cat <<'END'
Usage: sh tests/bench/accuracy.sh [--quick]
Compares the round trips that ipsla probe, a bare loop with kernel stamps, ping, fping and irtt report with a
packet capture on the sender's device, packet by packet, on loopback and on a pair of virtual Ethernet
devices, idle and with a loop on every core. Writes the table into docs/accuracy.md; with --quick fewer
packets, and the table is printed only. Installs and builds what it needs. Needs root (namespaces, captures)
and a machine that has nothing else to do.
Each bar is printed as "name: figure (bar) ok|short". Exit status: 0, or 1 when something could not be measured.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

sh "$here/prepare.sh"
exec unshare --net sh -c 'ip link set lo up && exec /usr/bin/python3 -B "$0" "$@"' "$here/accuracy.py" "$@"
