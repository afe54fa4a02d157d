#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Configures and builds one preset: sh deploy/build.sh PRESET [--target=TARGET] [-DNAME=VALUE...]
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd -- "$root"

preset=${1:?usage: build.sh PRESET [--target=TARGET] [-DNAME=VALUE...]}
shift
target=all
case ${1-} in
--target=*)
    target=${1#--target=}
    shift
    ;;
esac

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
cmake --build --preset "$preset" --target "$target"
