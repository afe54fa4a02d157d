#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# What a target costs in memory: sh tests/bench/memory.sh [--few N] [--many N] [--kind plain|histograms] ...
# Needs a release build and root (a network namespace of its own). A table in Markdown.
set -eu
cd "$(dirname "$0")/../.."
exec unshare -n sh -c 'ip link set lo up && exec python3 -B tests/bench/memory.py --bin build/release/bin "$@"' memory "$@"
