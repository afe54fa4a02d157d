#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# What every benchmark needs: root, the peers (Debian packages, their services not started), the release
# build and the programs of tests/bench.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)

if [ "$(id -u)" -ne 0 ]; then
    echo "the benchmarks need root: network namespaces, captures, real-time scheduling" >&2
    exit 1
fi
sh "$root/deploy/install-deps.sh" --bench
sh "$root/deploy/build.sh" release >/dev/null
sh "$root/deploy/build.sh" release --targets=bench -DIPSLA_BENCH=ON >/dev/null
