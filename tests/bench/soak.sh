#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Whether memory grows: sh tests/bench/soak.sh OPERATIONS [--targets N]. 500 operations a second unless told otherwise.
# Needs a release build and root (a network namespace of its own).
set -eu
cd "$(dirname "$0")/../.."
exec unshare -n sh -c 'ip link set lo up && exec python3 -B tests/bench/soak.py --bin build/release/bin "$@"' soak "$@"
