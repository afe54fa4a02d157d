#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=$(CDPATH='' cd -- "$here/../.." && pwd -P)
# In that of the exporter's kernel: each has a clock of its own, which may be set and slewed.
packages="user-mode-linux chrony ntpsec linuxptp systemd-timesyncd"
work=$root/build/clock

usage() {
    cat <<'END'
Usage: sh tests/clock/run.sh [--programs=DIR] [CASE...]
Boots user-mode-linux, a Linux kernel as a process, once for each case; starts a clock daemon in it (chronyd,
systemd-timesyncd, ntpd of ntpsec, ptp4l), brings its clock into a state, and runs `ipsla probe` there. Prints a
table of what was shown or withheld, and fails when that is not what docs/measurement.md says. The Debian
packages are downloaded and unpacked below build/clock, not installed. Needs no root and no KVM; takes
some minutes. --programs: those of another build (ipsla, ipsla_responder); no CASE: all of them.
END
}

programs=
case ${1-} in
-h | --help) usage && exit 0 ;;
--programs=*)
    programs=${1#--programs=}
    shift
    ;;
esac

mkdir -p "$work/packages"
for package in $packages; do
    if ! ls "$work/packages/${package}"_*.deb >/dev/null 2>&1; then
        (cd "$work/packages" && apt-get download -q "$package" >/dev/null)
    fi
done
if [ ! -e "$work/root/usr/bin/linux.uml" ]; then
    for file in "$work"/packages/*.deb; do
        dpkg -x "$file" "$work/root"
    done
fi
if [ -z "$programs" ]; then
    sh "$root/deploy/build.sh" release >/dev/null
    programs=$root/build/release/bin
fi
exec python3 -B "$here/clock.py" --work="$work" --programs="$programs" "$@"
