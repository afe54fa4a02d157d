#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

usage() {
    cat <<'END'
Usage: sh tests/bench/many.sh [--quick] [TARGETS...]
Measures so many targets, or 10 000, 50 000 and 100 000 (10 packets a minute, native histograms): start, reload with every tenth
target changed, a scrape as protobuf, memory, and packets that left late meanwhile. --quick: 1 000 and 2 000.
Installs and builds what it needs. Needs root (a network namespace), two cores and 2 GB; takes 6 minutes.
Each bar is printed as "name: figure (bar) ok|short". Exit status: 0, or 1 when something could not be measured.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

sh "$here/prepare.sh"
exec unshare --net sh -c 'ip link set lo up && exec /usr/bin/python3 -B "$0" "$@"' "$here/many.py" "$@"
