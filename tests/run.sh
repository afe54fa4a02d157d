#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# The one test command; see --help.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd -- "$root"

usage() {
    cat <<'END'
Usage: sh tests/run.sh [CTEST-ARGUMENT...]
Installs what the tests need (Debian; root or sudo), builds, runs the tests in one ctest run and ends with
its summary line. Without an argument it builds three times (release for the programs, tsan for the
threaded tests, asan for everything else) and runs every test. Arguments go to ctest, and then only what
the chosen tests need is built: "sh tests/run.sh -R unit.wire" builds a few programs with asan and no more.
Tests that need root or a device that is missing are skipped and listed with the reason.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

times=
step() { # step NAME COMMAND...: runs COMMAND and remembers how long it took
    step_name=$1
    shift
    echo "== $step_name"
    step_start=$(date +%s)
    "$@"
    times="$times$(printf '\n%6d s  %s' $(($(date +%s) - step_start)) "$step_name")"
}

step 'install packages' sh deploy/install-deps.sh --test
configure_asan() { # configure_asan [ARGUMENT-OF-BUILD.SH...]
    sh deploy/build.sh asan "$@" -DIPSLA_RELEASE_DIR="$root/build/release" -DIPSLA_TSAN_DIR="$root/build/tsan"
}

# What the chosen tests need of one tree of tests/needs.py, as words on a line; nothing: do not build it.
targets_of() {
    printf '%s\n' "$needs" | sed -n "s/^$1 //p"
}

if [ $# -eq 0 ]; then
    release_targets=all tsan_targets=threaded_tests asan_targets=all
else
    step 'choose tests' configure_asan --configure-only
    needs=$(python3 -B tests/needs.py build/asan "$@") || exit 1
    release_targets=$(targets_of PROGRAMS)
    tsan_targets=$(targets_of THREADS)
    asan_targets=$(targets_of HERE)
fi
if [ -n "$release_targets" ]; then
    step 'build release' sh deploy/build.sh release --targets="$release_targets"
fi
if [ -n "$tsan_targets" ]; then
    step 'build tsan' sh deploy/build.sh tsan --targets="$tsan_targets"
fi
if [ -n "$asan_targets" ]; then
    step 'build asan' configure_asan --targets="$asan_targets"
fi

# ctest's status must outlive the pipe.
run_tests() {
    rm -f build/tests.status
    {
        status=0
        ctest --test-dir build/asan --parallel "$(nproc)" --output-on-failure --no-tests=error --timeout 1200 \
            --test-output-size-passed 1000000 --output-junit "$root/build/tests.xml" "$@" || status=$?
        echo "$status" >build/tests.status
    } 2>&1 | tee build/tests.log
}
step 'run tests' run_tests "$@"

echo
echo "== where the time went$times"
python3 -B tests/report.py build/tests.xml || echo "no report"
echo
grep 'tests passed' build/tests.log || echo 'ctest did not finish'
exit "$(cat build/tests.status)"
