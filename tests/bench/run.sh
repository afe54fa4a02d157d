#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# The benchmark suite; see --help.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

usage() {
    cat <<'END'
Usage: sh tests/bench/run.sh [--quick] [MEASUREMENT...]
       sh tests/bench/run.sh --compare BUILD [--quick] [FIGURE...]
Runs ipsla_exporter, the bare loop and the peers (irtt, fping, smokeping_prober, blackbox_exporter) side by
side on this machine and writes docs/benchmarks.md. Installs and builds what it needs. --quick shows in a few
minutes that everything works; its figures, and those of chosen measurements, are printed only.
Needs root (a network namespace, real-time scheduling, strace) and two cores that have nothing else to do.
Each bar is printed as "name: figure (bar) ok|short". Exit status: 0, or 1 when something could not be measured.
Of a measurement during which the hypervisor took more than 5 % of the machine no bar is judged, and it says so.
--compare runs the programs of BUILD (a directory, or the build directory above its bin) and those of the release
build in turn and prints, for each figure, medians of ratios: before/bare, after/bare and after/before.
Measurements: cpu peers flat syscalls rate reflected defaults calls pacing drift load isolation viewed start memory.sh exposition.sh
END
}

script=suite.py
case ${1-} in
-h | --help) usage && exit 0 ;;
--compare) script=compare.py && shift ;;
esac

sh "$here/prepare.sh"
exec unshare --net sh -c 'ip link set lo up && exec /usr/bin/python3 -B "$0" "$@"' "$here/$script" "$@"
