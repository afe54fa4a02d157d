#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Which series scrapers make of the exporter; see --help.
set -eu

victoriametrics=v1.151.0
telegraf=v1.39.0
otelcol=v0.165.0
otelcol_receiver=v0.165.1
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
home=$root/build/scrapers
cd -- "$root"

usage() {
    cat <<END
Usage: sh tests/scrapers.sh [--update]
Builds scrapers from their Go modules into build/scrapers, once (VictoriaMetrics and vmagent $victoriametrics,
Telegraf $telegraf with one input and one output, an OpenTelemetry collector $otelcol of tests/scrapers/otelcol), takes
Debian's Prometheus and the one that tests/prometheus3.sh builds, and lets each scrape the exporter by the files of
deploy/prometheus and deploy/scrapers. Prints what each asked for and which series it holds; --update writes that into
docs/scrapers.md. Asks VictoriaMetrics every query of the dashboards too. Needs root, Go, and the first time a network and half an hour.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

if ! command -v go >/dev/null; then
    echo 'scrapers.sh: Go is not installed' >&2
    exit 77
fi
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOBIN="$home/bin"
mkdir -p "$home/bin"

# The command is built unless its version stands in a file beside it.
is_built() {
    [ "$(cat "$home/$1.version" 2>/dev/null)" = "$2" ]
}

install_module() {
    is_built "$1" "$2" && return
    go install ${4:+-tags "$4"} "$3@$2" && echo "$2" >"$home/$1.version"
}

build_collector() {
    is_built otelcol "$otelcol" && return
    mkdir -p "$home/otelcol" && cp tests/scrapers/otelcol/main.go "$home/otelcol/"
    contrib=github.com/open-telemetry/opentelemetry-collector-contrib
    (
        cd "$home/otelcol" && { [ -f go.mod ] || go mod init otelcol; } &&
            go get "$contrib/receiver/prometheusreceiver@$otelcol_receiver" "$contrib/exporter/prometheusexporter@$otelcol" \
                "go.opentelemetry.io/collector/exporter/debugexporter@$otelcol" &&
            go mod tidy && go build -tags remove_all_sd,enable_dns_sd -o "$home/bin/otelcol" .
    ) && echo "$otelcol" >"$home/otelcol.version"
}

# One that does not build is left out of the run, and said.
try() {
    "$@" || echo "scrapers.sh: not built: $2" >&2
}
try install_module vmagent "$victoriametrics" github.com/VictoriaMetrics/VictoriaMetrics/app/vmagent
try install_module victoria-metrics "$victoriametrics" github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics
try install_module telegraf "$telegraf" github.com/influxdata/telegraf/cmd/telegraf \
    custom,inputs.prometheus,outputs.file,serializers.influx,parsers.prometheus
try build_collector otelcol
[ -x build/prometheus3/prometheus ] || echo 'scrapers.sh: no Prometheus 3, tests/prometheus3.sh builds it' >&2

[ -n "${IPSLA_BIN_DIR-}" ] || sh deploy/build.sh debug
export IPSLA_BIN_DIR="${IPSLA_BIN_DIR:-$root/build/debug/bin}" IPSLA_SOURCE_DIR="$root" PYTHONPATH="$root/tests/integration"
python3 -B tests/scrapers/run.py "$home" "$@"
VICTORIAMETRICS=$home/bin/victoria-metrics python3 -B tests/scrapers/panels.py
