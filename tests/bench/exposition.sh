#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

usage() {
    cat <<'END'
Usage: sh tests/bench/exposition.sh [--quick] [render] [protobuf] [gzip] [get] [ingest]
What the metrics of 10 000 targets cost: CPU to write them beside a memcpy of the same bytes, time to fetch them
beside a server that only sends those bytes, CPU of a compressed answer beside that of a plain one, memory of a
scrape, and how long Prometheus takes to ingest them.
Pairs are interleaved; what counts is the median of their ratios. --quick: fewer targets and repetitions.
Installs and builds what it needs. Needs root (a network namespace) and two cores that have nothing else to do.
Each bar is printed as "name: figure (bar) ok|short". Exit status: 0, or 1 when something could not be measured.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

sh "$here/prepare.sh"
exec unshare --net sh -c 'ip link set lo up && exec /usr/bin/python3 -B "$0" "$@"' "$here/exposition.py" "$@"
