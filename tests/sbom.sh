#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Lists of parts against the schema of CycloneDX; see --help.
set -eu

cyclonedx=11.12.0
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
home=$root/build/sbom

usage() {
    cat <<END
Usage: sh tests/sbom.sh [FILE...]
Compares lists of parts that deploy/sbom.sh wrote (without FILE: one of this machine) with the schema of CycloneDX 1.5, as
cyclonedx-python-lib $cyclonedx of PyPI has it. Installs that into build/sbom, once. Needs Debian's python3-venv, and the first
time a network.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac
if [ ! -e "$home/ready" ]; then
    python3 -m venv "$home" && "$home/bin/pip" --quiet install "cyclonedx-python-lib[json-validation]==$cyclonedx" && touch "$home/ready" ||
        { echo 'skipped: cyclonedx-python-lib cannot be installed' && exit 77; }
fi
if [ $# -eq 0 ]; then
    sh "$root/deploy/sbom.sh" --version=0 --file="$root/deploy/sbom.sh" >"$home/all.cdx.json"
    set -- "$home/all.cdx.json"
fi
"$home/bin/python" -B "$root/tests/sbom.py" "$@"
