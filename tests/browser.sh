#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Opens every page in a headless Chromium at every width, light and dark, with 4, 100 and 10 000 targets, and lets
# axe-core (from npm) look for what keeps people out, and the Nu Html Checker (vnu, from npm, needs Java) at the documents.
# Needs a build with the preset debug, and npm. The screenshots are in build/debug/screenshots.
set -eu

axe=4.14.1
vnu=26.9.27
source=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
build=$source/build/debug
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM

cmake --build "$build" --target ipsla_pages
npm install --silent --no-audit --no-fund --prefix "$scratch" "axe-core@$axe" "vnu-jar@$vnu"
if command -v java >/dev/null; then
    export IPSLA_VNU="$scratch/node_modules/vnu-jar/build/dist/vnu.jar"
else
    echo "browser.sh: no java here: the Nu Html Checker does not run" >&2
fi
cd "$source/tests/integration"
IPSLA_BROWSER_ALL=1 IPSLA_AXE=$scratch/node_modules/axe-core/axe.min.js IPSLA_PAGES=$build/bin/ipsla_pages \
    IPSLA_BIN_DIR=$build/bin IPSLA_SOURCE_DIR=$source IPSLA_SCREENSHOTS=$build/screenshots /usr/bin/python3 -B test_page.py
