#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=$(CDPATH='' cd -- "$here/../.." && pwd -P)
work=$root/build/vm
suite=bookworm
packages=systemd-sysv,udev,dbus,linux-image-amd64,initramfs-tools,iproute2,curl,nftables,kmod,python3,procps,util-linux
packages=$packages,libmicrohttpd12,libgnutls30,libcrypt1,libevent-core-2.1-7,libyaml-0-2,libssl3,libisal2

usage() {
    cat <<'END'
Usage: sh tests/vm/run.sh [--build=DIR] [SUBJECT...]
Boots a virtual machine with Debian's kernel and systemd, which has what containers and namespaces lack: a service
manager, VRFs and netem. Installs a release build there (--build: another one) and checks SUBJECT: systemd, vrf, network
(delay and loss by netem, a fair queue, a packet filter), package (the Debian packages, which are made first); none: all.
Each check is a line "ok: ..." or "FAILED: ...". Needs root and the Debian packages qemu-system-x86, mmdebstrap and e2fsprogs;
without them it says so and exits with 77. Needs no KVM, and the machine reaches nothing outside. The first run makes a
disk in build/vm and takes three minutes, later ones two.
END
}

skip() {
    echo "skipped: $1"
    exit 77
}

build=
case ${1-} in
-h | --help) usage && exit 0 ;;
--build=*)
    build=${1#--build=}
    shift
    ;;
esac
subjects=${*:-systemd vrf network package}
# It removes what was installed: the others first.
case " $subjects " in
*' package '*) subjects="$(echo " $subjects " | sed 's/ package / /') package" ;;
esac
[ "$(id -u)" -eq 0 ] || skip 'needs root, to make a disk'
for program in qemu-system-x86_64 mmdebstrap mke2fs; do
    command -v "$program" >/dev/null || skip "$program is not installed"
done
if [ -z "$build" ]; then
    sh "$root/deploy/build.sh" release >/dev/null
    build=$root/build/release
fi

# The machine unpacks its second disk, an archive, and runs what is in it; what that says goes to the second serial port.
make_disk() {
    rm -rf "$work/root" "$work/made"
    mkdir -p "$work/root"
    # The little that finds the disk: the emulator unpacks this too.
    mkdir -p "$work/hook/initramfs-tools/conf.d"
    echo 'MODULES=list' >"$work/hook/initramfs-tools/conf.d/list"
    printf 'virtio_pci\nvirtio_blk\next4\n' >"$work/hook/initramfs-tools/modules"
    # shellcheck disable=SC2016 # mmdebstrap's hooks have the directory as $1
    mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" \
        --aptopt='APT::Install-Recommends "false"' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --setup-hook="mkdir -p \"\$1/etc\" && cp -r '$work/hook/initramfs-tools' \"\$1/etc/\"" \
        --customize-hook="cp '$here/guest.service' \"\$1/etc/systemd/system/\"" \
        --customize-hook='chroot "$1" systemctl --quiet enable guest.service' \
        "$suite" "$work/root"
    echo '/dev/vda / ext4 defaults 0 0' >"$work/root/etc/fstab"
    echo vm >"$work/root/etc/hostname"
    cp "$work/root"/boot/vmlinuz-* "$work/vmlinuz"
    cp "$work/root"/boot/initrd.img-* "$work/initrd"
    rm -f "$work/disk"
    truncate -s 2G "$work/disk"
    mke2fs -q -t ext4 -d "$work/root" "$work/disk"
    rm -rf "$work/root" "$work/hook"
    disk_name >"$work/made"
}
disk_name() { # changes with what is on the disk
    cat "$0" "$here/guest.service" | cksum
}

mkdir -p "$work"
[ "$(cat "$work/made" 2>/dev/null)" = "$(disk_name)" ] || make_disk

rm -rf "$work/job" "$work/said"
mkdir -p "$work/job/install"
DESTDIR=$work/job/install cmake --install "$build" >/dev/null
case " $subjects " in
*' package '*)
    sh "$root/deploy/deb.sh" --out="$work/deb" >/dev/null
    mkdir "$work/job/deb"
    cp "$work/deb"/*.deb "$work/job/deb/"
    rm "$work/job/deb"/*-dbgsym_*
    ;;
esac
cp "$here"/check_*.sh "$here/lib.sh" "$work/job/"
echo "$subjects" >"$work/job/subjects"
tar -C "$work/job" -cf "$work/job.tar" .

accelerator='-accel tcg,thread=multi -cpu max'
if [ -w /dev/kvm ] && { [ -e /sys/module/kvm_intel ] || [ -e /sys/module/kvm_amd ]; }; then
    accelerator='-accel kvm -cpu host'
fi
# shellcheck disable=SC2086 # a list of words
timeout -k 5 600 qemu-system-x86_64 $accelerator -machine q35 -smp 2 -m 1024 -nodefaults -display none -no-reboot \
    -kernel "$work/vmlinuz" -initrd "$work/initrd" \
    -append 'root=/dev/vda rw console=ttyS0 net.ifnames=0 quiet systemd.show_status=0 panic=-1' \
    -serial "file:$work/console" -serial "file:$work/said" \
    -drive "file=$work/disk,if=virtio,format=raw,snapshot=on,cache=unsafe" \
    -drive "file=$work/job.tar,if=virtio,format=raw,readonly=on" || true

tr -d '\r' <"$work/said"
if ! tail -n 1 "$work/said" | tr -d '\r' | grep -qx 'all ok'; then
    echo 'tests/vm: failed; the console of the machine is in build/vm/console'
    exit 1
fi
