#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# From a fresh clone to measured numbers in one command; see --help.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)

usage() {
    cat <<'END'
Usage: sh deploy/quickstart.sh [--build-only]
Installs what building needs (Debian; root or sudo), builds into build/release, and runs ipsla_exporter
in the foreground with config/quickstart.yml: a responder on loopback and targets that measure it.
Ctrl-C ends it. TCP port 10967 and UDP port 1967 must be free; another UDP port is set in that file, in
`responder.listen` and in `control: {port: ...}` of `defaults`.

  --build-only  stop after the build
  --help        show this text
END
}

build_only=false
for argument; do
    case $argument in
    --build-only) build_only=true ;;
    -h | --help) usage && exit 0 ;;
    *) echo "quickstart.sh: unknown argument $argument (see --help)" >&2 && exit 2 ;;
    esac
done

echo '[1/3] Packages that building needs'
sh "$root/deploy/install-deps.sh"
echo '[2/3] Build into build/release'
sh "$root/deploy/build.sh" release
if $build_only; then
    echo "Built: ipsla_exporter, ipsla_responder and ipsla in $root/build/release/bin"
    exit 0
fi

cat <<'END'
[3/3] Run ipsla_exporter with config/quickstart.yml; Ctrl-C ends it (needs TCP port 10967 and UDP port 1967)
      metrics  http://localhost:10967/metrics
      page     http://localhost:10967/
END
exec "$root/build/release/bin/ipsla_exporter" --config.file="$root/config/quickstart.yml"
