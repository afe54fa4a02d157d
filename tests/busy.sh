#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Runs a command on a machine that this script makes busy; see --help.
set -eu

usage() {
    cat <<'END'
Usage: sh tests/busy.sh [--loops N] COMMAND [ARGUMENT...]
Runs COMMAND beside N busy loops (12 unless told) and ends with its status: tests must hold on a busy
machine. The loops end with the script, however that ends.
  sh tests/busy.sh sh tests/run.sh
  sh tests/busy.sh ctest --test-dir build/asan -R integration -j2
END
}

loops=12
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage && exit 0 ;;
    --loops) loops=${2:?--loops takes a number} && shift 2 ;;
    -*) usage >&2 && exit 2 ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || { usage >&2 && exit 2; }

pids=
command_pid=
end_loops() {
    for pid in $pids; do
        kill "$pid" 2>/dev/null || :
    done
    pids=
}
# A signal ends the command too, which then has the time to clean up after itself.
interrupted() {
    [ -z "$command_pid" ] || kill "$command_pid" 2>/dev/null || :
    exit "$1"
}
trap end_loops EXIT
trap 'interrupted 130' INT
trap 'interrupted 143' TERM
trap 'interrupted 129' HUP

while [ "$loops" -gt 0 ]; do
    while :; do :; done &
    pids="$pids $!"
    loops=$((loops - 1))
done

status=0
"$@" &
command_pid=$!
wait "$command_pid" || status=$?
exit "$status"
