#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
#
# Writes a configuration for an inventory, a line NAME,ADDRESS,SITE for each router:
#   sh many.sh inventory.csv > ipsla.yml
# Without a file it takes 2 000 invented routers.
set -eu

invent() {
    awk 'BEGIN { for (i = 0; i < 2000; i++) printf "rtr%04d,10.%d.%d.1,site%02d\n", i, i / 250, i % 250, i % 40 }'
}

# 2 000 targets send 11 packets a minute each, 367 a second in all: more than 400 would be a mistake in this file.
cat <<'HEAD'
max_packet_rate: 400
defaults:
  frequency: 60s
  limits: {loss: 5%, for: 3}
targets:
HEAD
{ if [ $# -gt 0 ]; then cat -- "$1"; else invent; fi; } |
    awk -F, 'NF == 3 { printf "  - {name: %s, host: %s, labels: {site: %s}}\n", $1, $2, $3 }'
