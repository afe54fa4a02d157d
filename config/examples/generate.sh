#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Prints a configuration of COUNT targets (2000 unless told) to standard output, as an inventory would be turned into
# one: sh generate.sh 500 >ipsla.yml
set -eu
cat <<'END'
# 2 000 targets a minute from one small machine: few series each, and a guard against a file that sends too much.
defaults: {frequency: 60s, series: minimal, module: echo}
max_packet_rate: 100
targets:
END
seq "${1:-2000}" | awk '{ printf "  - {name: site-%04d, host: 10.%d.%d.1, labels: {region: r%d}}\n", $1, $1 / 250, $1 % 250, $1 % 10 }'
