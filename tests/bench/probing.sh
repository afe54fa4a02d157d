#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

usage() {
    cat <<'END'
Usage: sh tests/bench/probing.sh [--quick]
Captures how late scheduled targets send while nobody, and while clients ask for 50 targets at /probe, in turns within
one run of ipsla_exporter; about 3 minutes. Installs and builds what it needs. Needs root (a namespace, captures) and
a machine that has nothing else to do. The bar is printed as "name: figure (bar) ok|short". Exit status: 0, or 1 when
it could not be measured.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

sh "$here/prepare.sh"
exec unshare --net sh -c 'ip link set lo up && exec /usr/bin/python3 -B "$0" "$@"' "$here/probing.py" "$@"
