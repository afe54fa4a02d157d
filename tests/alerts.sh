#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Lets every alert of deploy/prometheus fire, with the files that docs/alerts.md names; see --help.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd -- "$root"

usage() {
    cat <<'END'
Usage: sh tests/alerts.sh
Runs each row of the table "Trying them" in docs/alerts.md: exporters with the files of config/examples/impair-*.yml, what is
done to them, and a Prometheus whose rules wait for seconds instead of minutes. Says of each alert whether it fired.
Needs root (a network namespace) and Prometheus.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

sh deploy/build.sh debug
IPSLA_BIN_DIR=$root/build/debug/bin IPSLA_SOURCE_DIR=$root python3 -B tests/integration/alerts.py
