#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# The benchmark suite; see --help.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

usage() {
    cat <<'END'
Usage: sh tests/bench/run.sh [--quick] [MEASUREMENT...]
Runs ipsla_exporter, the bare loop and the peers (irtt, fping, smokeping_prober, blackbox_exporter) side by
side on this machine and writes docs/benchmarks.md. Installs and builds what it needs. --quick shows in a few
minutes that everything works; its figures, and those of chosen measurements, are printed only.
Needs root (a network namespace, real-time scheduling, strace) and two cores that have nothing else to do.
Each bar is printed as "name: figure (bar) ok|short". Exit status: 0, or 1 when something could not be measured.
Measurements: cpu peers flat syscalls rate defaults calls pacing drift load isolation start memory.sh exposition.sh
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

sh "$here/prepare.sh"
exec unshare --net sh -c 'ip link set lo up && exec /usr/bin/python3 -B "$0" "$@"' "$here/suite.py" "$@"
