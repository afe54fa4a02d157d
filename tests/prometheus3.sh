#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Rules, dashboards and scrapes with Prometheus 3; see --help.
set -eu

version=${PROMETHEUS_VERSION:-v0.316.0}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
bin=$root/build/prometheus3
cd -- "$root"

usage() {
    cat <<END
Usage: sh tests/prometheus3.sh
Builds promtool and prometheus 3 from their Go module ($version; v0.316.0 is Prometheus 3.16.0) into
build/prometheus3, once, and runs the tests of rules, dashboards and scrapes with them. Debian 12 has 2.42, with which
tests/run.sh runs the same tests. Needs Go, and the first time a network and some minutes. Another version:
PROMETHEUS_VERSION=v0.315.1.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

if ! command -v go >/dev/null; then
    echo 'prometheus3.sh: Go is not installed' >&2
    exit 77
fi

# The module v0.316.0 is 3.16.0, which it does not know of itself.
name=$(echo "$version" | sed 's/^v0\.\(.\)\([0-9]*\)\./\1.\2./; s/\.0\([0-9]\)\./.\1./')

# Without service discovery: its libraries are most of the program.
build() {
    CGO_ENABLED=0 GOBIN=$bin go install -buildvcs=false -tags remove_all_sd,enable_dns_sd \
        -ldflags "-X github.com/prometheus/common/version.Version=$name" "github.com/prometheus/prometheus/cmd/$1@$version"
}
if [ "$(cat "$bin/version" 2>/dev/null)" != "$name" ]; then
    rm -f "$bin/version"
    build promtool
    build prometheus
    echo "$name" >"$bin/version"
fi

sh deploy/build.sh debug
export PATH="$bin:$PATH"
ctest --test-dir build/debug --output-on-failure --no-tests=error -R '^integration\.(rules|dashboard|panels|prometheus|alerts)$'
IPSLA_BIN_DIR=$root/build/debug/bin IPSLA_SOURCE_DIR=$root python3 -B tests/integration/prometheus3.py
promtool --version | head -n 1
