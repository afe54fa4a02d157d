#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that building needs, with --test also those that testing needs, with --bench
# those of the benchmarks, with --package those that make Debian packages. Calls apt only when one is missing, so a second run needs neither root nor a network.
set -eu

build_packages='gcc libc6-dev cmake ninja-build pkg-config
    libmicrohttpd-dev libgnutls28-dev libcrypt-dev libevent-dev libyaml-dev libssl-dev libisal-dev'
test_packages='libcmocka-dev zlib1g-dev prometheus prometheus-alertmanager python3 python3-prometheus-client python3-jsonschema python3-yaml mandoc tshark iproute2
    clang-format clang-tidy cppcheck binutils curl openssl tcpdump python3-scapy python3-dpkt'
bench_packages='python3 iproute2 iputils-ping fping irtt tcpdump strace curl prometheus
    prometheus-blackbox-exporter prometheus-smokeping-prober'
package_packages='debhelper dpkg-dev lintian'
# Packages that bring a service of the same name; here they are for their programs only.
services='prometheus prometheus-alertmanager prometheus-blackbox-exporter prometheus-smokeping-prober irtt'

usage() {
    cat <<'END'
Usage: sh deploy/install-deps.sh [--test] [--bench] [--package]
Installs the Debian packages that are needed to build; with --test also those for the tests, with --bench also
those for the benchmarks, other probers among them; with --package those that make Debian packages.
Needs root or sudo when a package is missing, and does nothing otherwise.
END
}

with_tests=false
with_bench=false
with_package=false
for argument; do
    case $argument in
    --test) with_tests=true ;;
    --bench) with_bench=true ;;
    --package) with_package=true ;;
    -h | --help) usage && exit 0 ;;
    *) echo "install-deps.sh: unknown argument $argument (see --help)" >&2 && exit 2 ;;
    esac
done

packages=$build_packages
if $with_tests; then
    packages="$packages $test_packages"
    # systemd-analyze checks the unit files. Where no init is installed (a container, a chroot) the package
    # is inert; on a machine with another init it would be an intruder, and that test is skipped.
    if [ ! -e /sbin/init ]; then
        packages="$packages systemd"
    fi
fi
if $with_bench; then
    packages="$packages $bench_packages"
fi

if $with_package; then
    packages="$packages $package_packages"
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "install-deps.sh: no apt here. Install what these Debian packages provide, then use cmake:" >&2
    echo $packages >&2
    exit 1
fi

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for package in $packages; do
    is_installed "$package" || missing="$missing $package"
done
if [ -z "$missing" ]; then
    exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
    as_root() { "$@"; }
elif command -v sudo >/dev/null; then
    as_root() { sudo "$@"; }
else
    echo "install-deps.sh: run as root or install sudo; missing packages:$missing" >&2
    exit 1
fi

# Debian starts a service when its package is installed: keep those from starting now, and from starting at
# the next boot.
policy=/usr/sbin/policy-rc.d
our_policy=false
remove_policy() {
    if $our_policy; then
        our_policy=false
        as_root rm -f "$policy"
    fi
}
trap remove_policy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

new_services=
for service in $services; do
    case " $missing " in
    *" $service "*) new_services="$new_services $service" ;;
    esac
done
if [ -n "$new_services" ] && [ ! -e "$policy" ]; then
    our_policy=true
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
fi

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

echo "Installing:$missing"
apt update
# shellcheck disable=SC2086 # a list of words
apt install --no-install-recommends --no-remove $missing

for service in $new_services; do
    if [ -d /run/systemd/system ]; then
        as_root systemctl --quiet disable --now "$service.service"
    elif command -v update-rc.d >/dev/null && [ -e "/etc/init.d/$service" ]; then
        as_root update-rc.d "$service" disable
    fi
done
