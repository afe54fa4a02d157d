#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
work=$root/build/portability
cross_arm64=aarch64-linux-gnu
cross_s390x=s390x-linux-gnu

usage() {
    cat <<'END'
Usage: sh tests/portability.sh [debian13] [arm64] [s390x] [-- CTEST-ARGUMENTS...]
Builds and tests where the other tests do not run, or only in the places that are named:
  debian13  a root of Debian 13 (gcc 14, libmicrohttpd 1.0.1, tshark 4.4), with every test whose tools are there but the guards
  arm64     cross compiled for Debian 12 on arm64, the unit, sim and fuzz tests under qemu-user
  s390x     the same for s390x, whose bytes are in the other order
qemu-user lacks socket options that the tests of src/host need (unit.host): they are left out there.
The roots are kept in build/portability. Needs root, mmdebstrap, for the last two qemu-user-static and the cross compilers
(gcc-aarch64-linux-gnu, gcc-s390x-linux-gnu), and a network for packages the first time. Minutes for each.
END
}

places=
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage && exit 0 ;;
    debian13 | arm64 | s390x) places="$places $1" && shift ;;
    --) shift && break ;;
    *) echo "portability.sh: unknown argument $1 (see --help)" >&2 && exit 2 ;;
    esac
done
[ -n "$places" ] || places='debian13 arm64 s390x'

skip() {
    echo "skipped: $1"
    exit 77
}
[ "$(id -u)" -eq 0 ] || skip 'needs root'
command -v mmdebstrap >/dev/null || skip 'mmdebstrap is not installed'

# The value of a variable of deploy/install-deps.sh, as a,b,c
packages() {
    sed -n "/^$1='/,/'\$/{s/^$1=//;p}" "$root/deploy/install-deps.sh" | tr -d "'" | tr -s ' \n' ',' | sed 's/^,//; s/,$//'
}

# What git does not ignore, as it lies here.
copy_sources() {
    rm -rf "$1" && mkdir -p "$1"
    (cd "$root" && git -c safe.directory='*' ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --create --file=-) |
        tar --extract --file=- --directory="$1"
}

# A root that this machine's processor runs.
test_debian13() {
    place=$work/debian13
    [ -e "$place/ready" ] || {
        rm -rf "$place" && mmdebstrap --quiet --mode=root --variant=apt \
            --include="$(packages build_packages),libcmocka-dev,zlib1g-dev,python3,python3-yaml,iproute2,tshark,tcpdump,git" trixie "$place"
        touch "$place/ready"
    }
    copy_sources "$place/src"
    # shellcheck disable=SC2016
    unshare --mount --pid --fork sh -eu -c '
        place=$1 && shift
        mount -t proc proc "$place/proc"
        mount --rbind /dev "$place/dev"
        mount -t tmpfs tmpfs "$place/tmp"
        exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root chroot "$place" sh -eu -c "
            cd /src && gcc --version | head -n 1 && tshark --version 2>/dev/null | head -n 1
            cmake --preset debug >/dev/null && cmake --build --preset debug >/tmp/log || { cat /tmp/log; exit 1; }
            exec ctest --preset debug -LE lint --output-on-failure \"\$@\"" sh "$@"' sh "$place" "$@"
}

# Cross compiled with the libraries of a root whose programs never run, and tested by an emulator.
test_cross() {
    architecture=$1 triplet=$2 emulator=$3
    shift 3
    place=$work/$architecture
    command -v "$emulator" >/dev/null || skip "$emulator is not installed"
    command -v "$triplet-gcc" >/dev/null || skip "$triplet-gcc is not installed"
    [ -e "$place/ready" ] || {
        rm -rf "$place" && mmdebstrap --quiet --mode=root --variant=extract --architectures="$architecture" \
            --include="libc6-dev,libmicrohttpd-dev,libgnutls28-dev,libcrypt-dev,libevent-dev,libyaml-dev,libssl-dev,libisal-dev,libcmocka-dev,zlib1g-dev" \
            bookworm "$place"
        touch "$place/ready"
    }
    cat >"$work/$architecture.cmake" <<END
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR $architecture)
set(CMAKE_SYSROOT $place)
set(CMAKE_C_COMPILER $triplet-gcc)
set(CMAKE_C_COMPILER_LAUNCHER)
set(CMAKE_CROSSCOMPILING_EMULATOR $(command -v "$emulator");-L;$place)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
END
    export PKG_CONFIG_LIBDIR="$place/usr/lib/$triplet/pkgconfig:$place/usr/share/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$place"
    cmake -G Ninja -S "$root" -B "$work/build-$architecture" -DCMAKE_BUILD_TYPE=Debug -DIPSLA_TESTS=ON \
        --toolchain "$work/$architecture.cmake" >"$work/log" 2>&1 || { cat "$work/log" && exit 1; }
    cmake --build "$work/build-$architecture" >"$work/log" 2>&1 || { tail -n 40 "$work/log" && exit 1; }
    echo 'left out: unit.host, since qemu-user lacks socket options for timestamps and drops'
    ctest --test-dir "$work/build-$architecture" -R '^(unit|sim|fuzz)' -E '^unit\.host' --timeout 1200 --output-on-failure "$@"
}

# run_place NAME: says what became of it.
run_place() {
    name=$1
    shift
    echo "== $name"
    status=0
    case $name in
    debian13) (test_debian13 "$@") || status=$? ;;
    arm64) (test_cross arm64 "$cross_arm64" qemu-aarch64-static "$@") || status=$? ;;
    s390x) (test_cross s390x "$cross_s390x" qemu-s390x-static "$@") || status=$? ;;
    esac
    case $status in
    0) passed="$passed $name" ;;
    77) ;;
    *) failed="$failed $name" ;;
    esac
}

mkdir -p "$work"
passed=
failed=
for place in $places; do
    run_place "$place" "$@"
done
[ -z "$failed" ] || { echo "portability: failed:$failed" && exit 1; }
echo "portability: passed:$passed"
