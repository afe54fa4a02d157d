#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
work=$root/build/compose
library=github.com/compose-spec/compose-go/v2
version=v2.16.2

usage() {
    cat <<'END'
Usage: sh tests/compose.sh
Loads deploy/compose/compose.yml with the library of docker compose, which refuses unknown keys and wrong types, and looks whether what
it mounts is there; then the same file with a key spelt wrong, which must be refused. No container runs. Needs go, and the
first time a network for its packages; keeps them in build/compose.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac
command -v go >/dev/null || { echo 'skipped: go is not installed' && exit 77; }

mkdir -p "$work/load" "$work/wrong"
export GOFLAGS=-modcacherw GOPATH="$work/go"
cp "$root/tests/compose/main.go" "$work/load/"
cd "$work/load"
[ -f go.mod ] || go mod init load
go get "$library/cli@$version" "$library/types@$version"
go build -o "$work/load/load" .

"$work/load/load" "$root/deploy/compose/compose.yml"

sed 's/restart:/restrat:/' "$root/deploy/compose/compose.yml" >"$root/deploy/compose/wrong.tmp.yml"
trap 'rm -f "$root/deploy/compose/wrong.tmp.yml"' EXIT
if "$work/load/load" "$root/deploy/compose/wrong.tmp.yml" 2>"$work/wrong/said"; then
    echo 'compose.sh: a key spelt wrong was taken' >&2
    exit 1
fi
grep -q restrat "$work/wrong/said"
echo "deploy/compose/compose.yml is one, says $library $version"
