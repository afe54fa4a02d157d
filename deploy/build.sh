#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Configures and builds one preset; see --help.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd -- "$root"

usage='Usage: sh deploy/build.sh PRESET [--targets="TARGET..."] [--configure-only] [-DNAME=VALUE...]'
case ${1-} in
-h | --help) echo "$usage" && exit 0 ;;
'' | -*) echo "$usage" >&2 && exit 2 ;;
esac
preset=$1
shift
targets=all
configure_only=false
while [ $# -gt 0 ]; do
    case $1 in
    --targets=*) targets=${1#--targets=} ;;
    --configure-only) configure_only=true ;;
    *) break ;;
    esac
    shift
done

# A tree that was moved or copied along with its build directory is configured anew.
fresh=
cache=build/$preset/CMakeCache.txt
if [ -e "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
    fresh=--fresh
fi

mkdir -p build
log=build/$preset.configure.log
if ! cmake $fresh --preset "$preset" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
if $configure_only; then
    exit 0
fi
# shellcheck disable=SC2086 # a list of words
cmake --build --preset "$preset" --target $targets
