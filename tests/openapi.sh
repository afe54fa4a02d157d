#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Two validators on docs/openapi.yaml; see --help.
set -eu

python_version=${OPENAPI_SPEC_VALIDATOR_VERSION:-0.9.0}
redocly_version=${REDOCLY_VERSION:-2.77.0}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
tools=$root/build/openapi
cd -- "$root"

usage() {
    cat <<END
Usage: sh tests/openapi.sh
Installs openapi-spec-validator $python_version (PyPI) and @redocly/cli $redocly_version (npm) into build/openapi, once, and lets both
validate docs/openapi.yaml: each accepts what the other refuses. A warning is a failure. Needs Python 3 with venv, npm, and
the first time a network. What programs answer is compared with the description by integration.api, without these.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac

if [ "$(cat "$tools/version" 2>/dev/null)" != "$python_version $redocly_version" ]; then
    rm -rf "$tools"
    mkdir -p "$tools"
    python3 -m venv "$tools/venv"
    "$tools/venv/bin/pip" install --quiet --disable-pip-version-check "openapi-spec-validator==$python_version"
    npm install --silent --no-fund --no-audit --prefix "$tools" "@redocly/cli@$redocly_version"
    echo "$python_version $redocly_version" >"$tools/version"
fi

"$tools/venv/bin/openapi-spec-validator" docs/openapi.yaml
REDOCLY_TELEMETRY=off "$tools/node_modules/.bin/redocly" lint --max-problems=100 --format=json docs/openapi.yaml \
    >"$tools/redocly.json" 2>"$tools/redocly.log" || { cat "$tools/redocly.log" "$tools/redocly.json" && exit 1; }
python3 - "$tools/redocly.json" <<'END'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    found = json.load(file)
print(f"docs/openapi.yaml: redocly {found['version']}: {found['totals']}")
for problem in found["problems"]:
    print(f"{problem['severity']}: {problem['ruleId']}: {problem['message']}")
sys.exit(any(found["totals"][kind] for kind in ("errors", "warnings")))
END
