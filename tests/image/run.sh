#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=$(CDPATH='' cd -- "$here/../.." && pwd -P)
work=$root/build/image

usage() {
    cat <<'END'
Usage: sh tests/image/run.sh
Builds the container images of the Dockerfile, of exporter and responder, with buildah (chroot isolation: no daemon, no registry),
on base images that mmdebstrap makes of Debian packages. Looks at their labels, users and health checks, runs both in a network
namespace until they are healthy and measured, and compares their lists of parts (SBOM) with what is in them.
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
base bookworm-slim "$(list '/ libmicrohttpd12 /p' "$root/Dockerfile")"

# build TARGET NAME
build() {
    buildah build --quiet --pull-never --format docker --isolation chroot --build-arg REVISION=test --target "$1" --tag "localhost/$2" \
        "$root" >"$work/log" 2>&1 || { cat "$work/log" && exit 1; }
}
build exporter ipsla-exporter
build responder ipsla-responder
python3 -B "$here/config.py" "ipsla-exporter=$(buildah inspect --type image localhost/ipsla-exporter)" \
    "ipsla-responder=$(buildah inspect --type image localhost/ipsla-responder)"

exporter=$(buildah from --pull-never localhost/ipsla-exporter)
responder=$(buildah from --pull-never localhost/ipsla-responder)
trap 'buildah rm "$exporter" "$responder" >/dev/null' EXIT

# run CONTAINER SCRIPT: the script in the container, as the user that the image names, with no capability, alone in a network.
run() {
    buildah copy --quiet "$1" "$2" /tmp/inside >/dev/null
    container=$1 work=$work unshare --net sh -c '
        ip link set lo up
        exec buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs run --isolation chroot \
            --cap-drop all "$container" sh /tmp/inside'
}

# Starts a command of the image and waits until its own health check is content; says how long that took.
cat >"$work/begin" <<'END'
set -eu
begin() {
    health=$1
    shift
    start=$(date +%s%N)
    "$@" >/tmp/log 2>&1 &
    program=$!
    trap 'kill $program' EXIT
    until $health >/dev/null 2>&1; do
        kill -0 $program || { cat /tmp/log && exit 1; }
    done
    echo "healthy after $((($(date +%s%N) - start) / 1000000)) ms"
}
END

# Its own command: the exporter measures the responder beside it.
{
    cat "$work/begin"
    cat <<'END'
begin '/usr/bin/ipsla health' /usr/bin/ipsla_exporter --config.file=/etc/ipsla/ipsla.yml
ipsla probe 127.0.0.1 --num-packets 3
id -u
END
} >"$work/inside"
run "$exporter" "$work/inside" >"$work/said" 2>&1 || { cat "$work/said" && exit 1; }
cat "$work/said"
[ "$(tail -n 1 "$work/said")" = 65532 ] && grep -q 'Number of successes' "$work/said"

{
    cat "$work/begin"
    cat <<'END'
begin '/usr/bin/ipsla health http://localhost:10968' /usr/bin/ipsla_responder --web.listen-address=:10968
ipsla probe 127.0.0.1 --num-packets 3
[ ! -e /usr/bin/ipsla_exporter ]
id -u
END
} >"$work/inside"
run "$responder" "$work/inside" >"$work/said" 2>&1 || { cat "$work/said" && exit 1; }
grep '^healthy' "$work/said"
[ "$(tail -n 1 "$work/said")" = 65532 ] && grep -q 'Number of successes' "$work/said"

# What they say they consist of is what they consist of.
for container in "$exporter" "$responder"; do
    mounted=$(buildah mount "$container")
    python3 -B "$root/tests/sbom.py" --root "$mounted" "$mounted/usr/share/doc/ipsla-exporter/sbom.cdx.json"
    buildah umount "$container" >/dev/null
done

# What is ours in an image: the programs, without the Debian packages.
for container in "$exporter" "$responder"; do
    mounted=$(buildah mount "$container")
    du -ch "$mounted"/usr/bin/ipsla* "$mounted"/usr/share/doc/ipsla-exporter | sed -n 's/^\(.*\)\ttotal$/our part: \1/p'
    buildah umount "$container" >/dev/null
done
for image in ipsla-exporter ipsla-responder; do
    echo "$image: built, healthy, measured; $(buildah images --format '{{.Size}}' "localhost/$image") with a stand-in base of Debian"
done
