#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Exporters that share a configuration, and what stores their metrics; see --help.
set -eu

victoriametrics=v1.151.0
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
home=$root/build/scrapers
cd -- "$root"

usage() {
    cat <<END
Usage: sh tests/fleet.sh [TARGETS]
Three exporters share a file of TARGETS targets (9000: 3000 each, 60 s, series: minimal) in one network namespace; Debian's
Prometheus scrapes them as an agent and writes to VictoriaMetrics $victoriametrics, on which its vmalert evaluates the rules of
deploy/prometheus (both built from their Go module into build/scrapers, once: some minutes). Shown is that every target is there
once, that the loss of an exporter is an alert in its time, and that a fourth exporter takes a quarter of the targets without
a gap. Prints what it cost. Takes about a quarter of an hour. Needs root, Go, Debian's prometheus, and the first time a network.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

skip() {
    echo "skipped: $1"
    exit 77
}
[ "$(id -u)" -eq 0 ] || skip 'needs root'
for program in go prometheus; do
    command -v "$program" >/dev/null || skip "$program is not installed"
done
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOBIN="$home/bin"
mkdir -p "$home/bin"
for program in victoria-metrics vmalert; do
    if [ "$(cat "$home/$program.version" 2>/dev/null)" != "$victoriametrics" ]; then
        go install "github.com/VictoriaMetrics/VictoriaMetrics/app/$program@$victoriametrics"
        echo "$victoriametrics" >"$home/$program.version"
    fi
done

[ -n "${IPSLA_BIN_DIR-}" ] || sh deploy/build.sh release
IPSLA_BIN_DIR=${IPSLA_BIN_DIR:-$root/build/release/bin} IPSLA_SOURCE_DIR=$root PYTHONPATH=$root/tests/integration \
    python3 -B tests/scrapers/fleet.py "$home/bin" "${1:-9000}"
