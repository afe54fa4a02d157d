#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=$(CDPATH='' cd -- "$here/../.." && pwd -P)
work=$root/build/deb-test

usage() {
    cat <<'END'
Usage: sh tests/deb/run.sh
Builds the Debian packages twice, in other folders, time zones and umasks: the bytes must be the same. Then installs,
upgrades, removes and purges them in a clean Debian that mmdebstrap makes. Each check is a line "ok: ..." or "FAILED: ...".
Needs root, the Debian package mmdebstrap and a network for packages; without them it says so and exits with 77. What a
service manager does with the packages is for `sh tests/vm/run.sh package`.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

skip() {
    echo "skipped: $1"
    exit 77
}
[ "$(id -u)" -eq 0 ] || skip 'needs root'
command -v mmdebstrap >/dev/null || skip 'mmdebstrap is not installed'

failed=0
check() {
    what=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "ok: $what"
    else
        echo "FAILED: $what ($*)"
        tail -n 15 "$work/said"
        failed=1
    fi
}

rm -rf "$work"
mkdir -p "$work/first" "$work/second"
elsewhere=$(mktemp -d)/a/longer/path
trap 'rm -rf "${elsewhere%/a/longer/path}"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

check 'the packages are made, and lintian finds nothing' sh "$root/deploy/deb.sh" --out="$work/first"
mkdir -p "$elsewhere"
(cd "$root" && tar --create --exclude=./build --file=- .) | tar --extract --file=- --directory="$elsewhere"
check 'and made elsewhere' sh -c "umask 027; TZ=Pacific/Chatham LANG=C sh '$elsewhere/deploy/deb.sh' --out='$work/second'"
for deb in "$work/first"/*.deb; do
    name=$(basename "$deb")
    check "the same bytes: ${name%%_*}" cmp "$deb" "$work/second/$name"
done
for list in "$work/first"/*.cdx.json; do
    check 'the list of parts has the form of CycloneDX' python3 -B "$root/tests/sbom.py" "$list"
    check 'the same bytes: the list of parts' cmp "$list" "$work/second/$(basename "$list")"
done

# The same packages with a higher version: an upgrade.
mkdir "$work/later"
for deb in "$work/first"/ipsla-exporter_*.deb "$work/first"/ipsla-responder_*.deb "$work/first"/ipsla-tools_*.deb; do
    rm -rf "$work/unpacked"
    dpkg-deb -R "$deb" "$work/unpacked"
    sed -i 's/^Version: .*/Version: 99/' "$work/unpacked/DEBIAN/control"
    dpkg-deb --root-owner-group -b "$work/unpacked" "$work/later" >/dev/null
done

# What they depend on, so that the chroot itself needs no network.
libraries=$(dpkg-deb -f "$work/first"/ipsla-exporter_*.deb Depends | sed 's/([^)]*)//g; s/ *, */,/g; s/ *$//; s/ //g')
chroot=$work/chroot
mmdebstrap --quiet --mode=root --variant=apt --include="$libraries" bookworm "$chroot"
mkdir "$chroot/first" "$chroot/later"
cp "$work/first"/*.deb "$chroot/first/"
rm -f "$chroot"/first/*-dbgsym_*
cp "$work/later"/*.deb "$chroot/later/"
# dpkg asks nobody; no service is started, for there is no service manager.
inside() {
    chroot "$chroot" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
apt() {
    inside apt-get -q -y -o Dpkg::Options::=--force-confold "$@"
}
# The packages of a folder, as apt is told that they are files.
packages_in() {
    (cd "$chroot" && ls "$1"/*.deb) | sed 's,^,/,'
}

# shellcheck disable=SC2046 # a list of words
check 'they are installed' apt install $(packages_in first)
check 'the programs run' inside sh -c 'ipsla --version && ipsla_exporter --version && ipsla_responder --version'
check 'the configuration that comes along is good' inside ipsla_exporter --config.check --config.file=/etc/ipsla/ipsla.yml
check 'the exporter is to start with the system' test -L "$chroot/etc/systemd/system/multi-user.target.wants/ipsla-exporter.service"
check 'the responder is not' test ! -e "$chroot/etc/systemd/system/multi-user.target.wants/ipsla-responder.service"
check 'the manual is there' test -e "$chroot/usr/share/man/man8/ipsla_exporter.8.gz"
check 'rules and dashboards are there' test -e "$chroot/usr/share/ipsla-exporter/prometheus/ipsla.rules.yml" -a \
    -e "$chroot/usr/share/ipsla-exporter/dashboards/ipsla-overview.json"
echo '# edited' >>"$chroot/etc/ipsla/ipsla.yml"
echo 'ARGS="--log.level=debug"' >"$chroot/etc/default/ipsla-exporter"
# shellcheck disable=SC2046 # a list of words
check 'they are upgraded' apt install $(packages_in later)
check 'an edited configuration stays' grep -q edited "$chroot/etc/ipsla/ipsla.yml"
check 'and edited flags' grep -q debug "$chroot/etc/default/ipsla-exporter"
check 'they are removed' apt remove ipsla-exporter ipsla-responder ipsla-tools
check 'the configuration stays' test -e "$chroot/etc/ipsla/ipsla.yml"
check 'the programs are gone' test ! -e "$chroot/usr/bin/ipsla_exporter"
check 'they are purged' apt purge ipsla-exporter ipsla-responder ipsla-tools
check 'nothing is left' sh -c "! find '$chroot/etc' '$chroot/lib' '$chroot/usr' '$chroot/var/lib' -name '*ipsla*' | grep ."

rm -rf "$chroot"
exit $failed
