#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd -- "$root"

usage() {
    cat <<'END'
Usage: sh deploy/deb.sh [--out=DIR]
Makes the Debian packages ipsla-exporter, ipsla-responder and ipsla-tools, with their debug symbols, in build/deb (or DIR),
has lintian look at them, and lists the parts of the programs beside them (SBOM, CycloneDX 1.5). Installs what building needs, as root or with sudo. The same sources give the same
packages, byte for byte, wherever and whenever they are built. Then:
  apt install ./build/deb/*.deb
The version is that of CMakeLists.txt at a tag v..., and before that ~gitDATE.REVISION, which is older.
END
}

out=$root/build/deb
for argument; do
    case $argument in
    -h | --help) usage && exit 0 ;;
    --out=*) out=${argument#--out=} ;;
    *) echo "deb.sh: unknown argument $argument (see --help)" >&2 && exit 2 ;;
    esac
done
mkdir -p "$out"
out=$(CDPATH='' cd -- "$out" && pwd -P)

git_here() {
    git -c safe.directory='*' "$@"
}

# What git does not ignore, as it lies here; without git everything but what was built.
list_sources() {
    git_here ls-files -z --cached --others --exclude-standard 2>/dev/null || find . -path ./build -prune -o -type f -print0
}

# The version, the revision, and when that was made. A tree that was changed since is not reproducible, and says so.
describe_sources() {
    release=$(sed -n 's/^project(ipsla-exporter VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
    revision=unknown
    version=$release
    SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH-$(stat -c %Y CHANGELOG.md)}
    if revision=$(git_here rev-parse --short HEAD 2>/dev/null); then
        SOURCE_DATE_EPOCH=$(git_here log -1 --format=%ct)
        [ -z "$(git_here status --porcelain)" ] || revision=$revision.changed
        if [ "$(git_here tag --points-at HEAD)" != "v$release" ] || [ "$revision" != "${revision%.changed}" ]; then
            version=$release~git$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M).$revision
        fi
    fi
    export SOURCE_DATE_EPOCH
}

echo '[1/3] Install what building packages needs'
sh deploy/install-deps.sh --package

echo '[2/3] Build'
describe_sources
work=$(mktemp -d "$out/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
source=$work/ipsla-exporter-$version
mkdir "$source"
list_sources | tar --null --files-from=- --create --file=- | tar --extract --file=- --directory="$source"
cp -r "$source/deploy/debian" "$source/debian"
cat >"$source/debian/changelog" <<END
ipsla-exporter ($version-1) unstable; urgency=medium

  * See /usr/share/doc/ipsla-exporter/CHANGELOG.md.

 -- The ipsla-exporter authors <ipsla-exporter@example.org>  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END
log=$out/build.log
if ! (cd "$source" && umask 022 && LC_ALL=C.UTF-8 IPSLA_REVISION=$revision dpkg-buildpackage --build=binary --no-sign) >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "deb.sh: the build failed; all of its output: $log" >&2
    exit 1
fi
rm -f "$out"/*.deb "$out"/*.changes "$out"/*.buildinfo "$out"/*.cdx.json
mv "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$out"

# The programs, and the libraries that they were built with.
set -- "--version=$version-1" "--revision=$revision"
for file in "$source"/debian/ipsla-*/usr/bin/*; do
    set -- "$@" "--file=$file"
done
for package in $(for deb in "$out"/*.deb; do dpkg-deb --field "$deb" Depends; done | tr -s ', ' '\n' | grep '^lib' | LC_ALL=C sort -u); do
    set -- "$@" "--package=$package"
done
sh deploy/sbom.sh "$@" >"$out/ipsla-exporter_$version-1.cdx.json"

echo '[3/3] lintian'
# They are not for upload to Debian, whose first changelog entry would close a request.
lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$out"/*.changes

(cd "$out" && ls -l ./*.deb)
echo "To install: apt install $out/ipsla-exporter_*.deb (and ipsla-responder, ipsla-tools)"
