#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# What genie (pyATS) reads in our text; see --help.
set -eu

version=${GENIE_VERSION:-26.9}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
venv=$root/build/genie
cd -- "$root"

usage() {
    cat <<END
Usage: sh tests/genie.sh
Installs genie.libs.parser, genie and pyats $version from PyPI into build/genie, once, and lets genie's parsers of IOS XE
read what ipsla prints with --output ios, ios-details and ios-summary: every case of the unit test cli.ios, and real
measurements of a responder on loopback. What they read must be what the JSON says. Needs Python 3 with venv, a build of
preset debug, and the first time a network and some minutes. Another version: GENIE_VERSION=26.8.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

if [ "$(cat "$venv/version" 2>/dev/null)" != "$version" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
        "genie.libs.parser==$version" "genie==$version" "pyats==$version"
    echo "$version" >"$venv/version"
fi

cmake --preset debug >/dev/null
cmake --build --preset debug --target ipsla ipsla_responder unit_cli_ios
IPSLA_CASES=$root/build/genie/cases build/debug/bin/unit_cli_ios >/dev/null 2>&1
"$venv/bin/python" -B tests/genie_reads.py build/genie/cases build/debug/bin
