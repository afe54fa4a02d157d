#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Dashboards judged by Grafana's own tools; see --help.
set -eu

linter=github.com/grafana/dashboard-linter@v0.2.0
schema=github.com/grafana/grafana-foundation-sdk/go@v0.0.22
prometheus=github.com/prometheus/prometheus/promql/parser@v0.311.3
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
home=$root/build/dashboards

usage() {
    cat <<END
Usage: sh tests/dashboards.sh
Judges dashboards/*.json by the rules of Grafana's dashboard linter ($linter)
and by Grafana's schema of dashboards and panels, in which an unknown key is an error
($schema). Builds both from their Go modules into build/dashboards, once. Of the
linter its rules for LogQL and its reader of schema v2 are left out, which need Loki and Grafana themselves. Needs Go, and the first time a network and some minutes.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac
if ! command -v go >/dev/null; then
    echo 'dashboards.sh: Go is not installed' >&2
    exit 77
fi
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false

build() {
    rm -rf "$home"
    mkdir -p "$home/lint"
    rules=$(go mod download -json "$linter" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')/lint
    cp "$rules"/*.go "$home/lint/"
    cp "$root/tests/dashboards/main.go" "$home/"
    cd "$home"
    chmod -R u+w lint
    rm lint/*_test.go
    rm lint/v2.go lint/rule_target_logql*.go
    sed -i '/NewTargetLogQL/d' lint/rules.go
    sed -i '/if isV2APIVersion/,/}/d' lint/lint.go
    go mod init dashboards
    go get "$schema" "$prometheus" golang.org/x/text@v0.37.0 gopkg.in/yaml.v3@v3.0.1
    go build -o judge .
    cat "$root/tests/dashboards.sh" "$root/tests/dashboards/main.go" >built-from
}
if ! cat "$root/tests/dashboards.sh" "$root/tests/dashboards/main.go" | cmp -s - "$home/built-from"; then
    (build)
fi
cd "$root"
"$home/judge" dashboards/*.json
