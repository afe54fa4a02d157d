#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=$(CDPATH='' cd -- "$here/../.." && pwd -P)

usage() {
    cat <<'END'
Usage: sh tests/bench/stamp.sh [--quick] [--stamp-suite PROGRAM] [--owamp DIR]
CPU per probe of stamp beside udp-jitter, and CPU per reflected packet of ipsla_responder beside a bare echo loop,
stamp-suite (that of sh tests/interop.sh, when it was built) and twampd (of a folder with the program): paced at 20 000
and 50 000 packets a second, and as many as each can; in turns, medians of ratios. About 5 minutes. Writes its part of
docs/benchmarks.md; --quick prints only. Installs and builds what it needs. Needs root (a namespace) and two cores that
have nothing else to do. Each bar is printed as "name: figure (bar) ok|short"; one during which the hypervisor took more
than 5 % of the machine is not judged. Exit status: 0, or 1 when something could not be measured.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

[ -n "${IPSLA_BIN_DIR-}" ] || sh "$here/prepare.sh"
exec unshare --net sh -c 'ip link set lo up && exec /usr/bin/python3 -B "$0" "$@"' "$here/stamp.py" \
    --stamp-suite "$root/build/interop/stamp-suite/bin/stamp-suite" "$@"
