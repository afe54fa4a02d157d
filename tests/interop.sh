#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Measurements between our programs and those of others that speak STAMP, TWAMP Light and TWAMP; see --help.
set -eu

stamp_suite=1.0.0
twamp_rs=0.2.0
scapy=2.8.0
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
home=$root/build/interop
cd -- "$root"

usage() {
    cat <<END
Usage: sh tests/interop.sh [--update] [--only PEER] [--PEER PATH]...
Installs stamp-suite $stamp_suite and twamp-rs $twamp_rs (crates) and scapy $scapy (PyPI) into build/interop, once. Lets our
sender measure each peer's reflector and each peer's sender ours, in every protocol and mode that the peer has, over IPv4
and IPv6, in network namespaces. Prints the tables of docs/interop.md; --update writes them there. Exit status 1: something
is otherwise than tests/interop/peers.py expects. Needs root, cargo, Python 3 with venv, and the first time a network and
ten minutes.

Programs that no registry has are measured when they are at hand, built from their sources by who has them:
  --owamp DIR       perfSONAR's owamp: a folder with the programs twampd and twping
  --twampy DIR      Nokia's twampy: the folder src of its source
  --domos DIR       twamp-light of Domos: a folder with the program twamp-light-server
  --twamp-go FILE   tcaine/twamp: its command, built with Go
  --emirica DIR     emirica/twamp-protocol: a folder with the programs server and client
What --update does not measure stays in the page as it was.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

for program in cargo python3; do
    command -v $program >/dev/null || { echo "interop.sh: $program is not installed" >&2 && exit 77; }
done
mkdir -p "$home"

# What is built stays, with its version in a file beside it.
is_built() {
    [ "$(cat "$home/$1.version" 2>/dev/null)" = "$2" ]
}

install_crate() {
    is_built "$1" "$2" && return
    crate=$1 version=$2
    shift 2
    cargo install --quiet --locked --root "$home/$crate" --version "$version" "$@" "$crate" &&
        echo "$version" >"$home/$crate.version"
}

install_scapy() {
    is_built scapy $scapy && return
    python3 -m venv "$home/scapy" &&
        "$home/scapy/bin/pip" install --quiet --disable-pip-version-check scapy==$scapy &&
        echo $scapy >"$home/scapy.version"
}

# One that does not build is left out of the run, and said.
try() {
    "$@" || echo "interop.sh: not built: $2" >&2
}
try install_crate stamp-suite $stamp_suite
try install_crate twamp-rs $twamp_rs --example controller --example responder
try install_scapy scapy

[ -n "${IPSLA_BIN_DIR-}" ] || sh deploy/build.sh debug
IPSLA_BIN_DIR=${IPSLA_BIN_DIR:-$root/build/debug/bin} IPSLA_SOURCE_DIR=$root PYTHONPATH=$root/tests/integration \
    exec python3 -B tests/interop/run.py "$home" "$@"
