#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=$(CDPATH='' cd -- "$here/../.." && pwd -P)
work=$root/build/image
image=localhost/ipsla-exporter

usage() {
    cat <<'END'
Usage: sh tests/image/run.sh
Builds the container image of the Dockerfile with buildah (chroot isolation: no daemon, no registry), on base images
that mmdebstrap makes of Debian packages, and runs it in a network namespace: its exporter must measure its responder.
The base images are kept in build/image; a second run takes a minute. Needs root, the Debian packages buildah and
mmdebstrap, and a network for packages; without them it says so and exits with 77.
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
for program in buildah mmdebstrap; do
    command -v "$program" >/dev/null || skip "$program is not installed"
done

mkdir -p "$work"
buildah() {
    command buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"
}

# base NAME PACKAGES: an image of that name, as if it had been pulled. The packages that the Dockerfile installs are in
# it already, so that a second run needs no network.
base() {
    if ! buildah inspect --type image "docker.io/library/debian:$1" >/dev/null 2>&1; then
        mmdebstrap --quiet --mode=root --variant=apt --include="$2" bookworm "$work/base.tar"
        container=$(buildah from scratch)
        buildah add --quiet "$container" "$work/base.tar" >/dev/null
        buildah commit --quiet --rm "$container" "docker.io/library/debian:$1" >/dev/null
        rm "$work/base.tar"
    fi
}
list() { # the value of a variable of deploy/install-deps.sh, or the libraries that the Dockerfile names, as a,b,c
    sed -n "$1" "$2" | tr -d "\\\\'&" | tr -s ' \n' ',' | sed 's/^,//; s/,$//'
}
base bookworm "$(list "/^build_packages=/,/'\$/{s/build_packages=//;p}" "$root/deploy/install-deps.sh")"
base bookworm-slim "$(list '/^ *libevent-core/p' "$root/Dockerfile")"

buildah build --quiet --pull-never --isolation chroot --build-arg REVISION=test --tag "$image" "$root" >"$work/log" 2>&1 ||
    { cat "$work/log" && exit 1; }
container=$(buildah from --pull-never "$image")
trap 'buildah rm "$container" >/dev/null' EXIT

# Its own command, as the user that it names, with no capability.
cat >"$work/inside" <<'END'
set -eu
/usr/bin/ipsla_exporter --config.file=/etc/ipsla/ipsla.yml &
exporter=$!
trap 'kill $exporter' EXIT
until ipsla probe 127.0.0.1 --num-packets 3; do
    kill -0 $exporter
done
id -u
END
buildah copy --quiet "$container" "$work/inside" /tmp/inside >/dev/null
export work container
unshare --net sh -c '
    ip link set lo up
    exec buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs run --isolation chroot \
        --cap-drop all "$container" sh /tmp/inside' >"$work/said" 2>&1 || { cat "$work/said" && exit 1; }
cat "$work/said"
[ "$(tail -n 1 "$work/said")" = 65532 ] && grep -q 'Number of successes' "$work/said"
echo "image: built and measured; $(buildah images --format '{{.Size}}' "$image"), of which the base is a stand-in"
