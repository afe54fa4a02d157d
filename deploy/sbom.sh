#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

usage() {
    cat <<'END'
Usage: sh deploy/sbom.sh --version=VERSION [--name=NAME] [--revision=REVISION] [--package=NAME...] [--file=PATH...]
Prints what NAME (ipsla-exporter) consists of, as CycloneDX 1.5 in JSON: the Debian packages that are named, or else all that
are installed here, with their versions; and the files, with their SHA-256. The same things give the same bytes: the time is
SOURCE_DATE_EPOCH (0 without it), the serial number is made of the rest. Needs dpkg-query, sha256sum and awk.
END
}

name=ipsla-exporter
version=
revision=unknown
packages=
files=
for argument; do
    case $argument in
    -h | --help) usage && exit 0 ;;
    --name=*) name=${argument#*=} ;;
    --version=*) version=${argument#*=} ;;
    --revision=*) revision=${argument#*=} ;;
    --package=*) packages="$packages ${argument#*=}" ;;
    --file=*) files="$files ${argument#*=}" ;;
    *) echo "sbom.sh: unknown argument $argument (see --help)" >&2 && exit 2 ;;
    esac
done
[ -n "$version" ] || { echo 'sbom.sh: which --version?' >&2 && exit 2; }
distribution=$(. /etc/os-release && echo "$ID-$VERSION_ID")
vendor=${distribution%-*}

# One line each: package, version, architecture, source package.
list_packages() {
    # shellcheck disable=SC2086
    dpkg-query --show --showformat='${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package}\n' $packages |
        sed -n 's/^installed //p' | LC_ALL=C sort
}

list_files() {
    # shellcheck disable=SC2086
    [ -z "$files" ] || sha256sum $files | LC_ALL=C sort -k 2
}

# What is not there must not be left out in silence.
# shellcheck disable=SC2086
dpkg-query --show $packages >/dev/null
for file in $files; do
    [ -r "$file" ] || { echo "sbom.sh: $file cannot be read" >&2 && exit 1; }
done

# The inside of "components" and of "dependsOn". A + of a version is written as a URL has it.
components() {
    {
        list_packages | sed 's/^/package /'
        list_files | sed 's/^/file /'
    } | awk -v vendor="$vendor" -v distribution="$distribution" -v what="$1" '
        function part(text) { gsub(/%/, "%25", text); gsub(/\+/, "%2B", text); return text }
        function put(text) { printf "%s    %s", count++ ? ",\n" : "", text }
        $1 == "package" {
            ref = "pkg:deb/" vendor "/" part($2) "@" part($3) "?arch=" $4 "&distro=" distribution
            if (what == "refs") put("  \"" ref "\"")
            else put("{\"type\": \"library\", \"bom-ref\": \"" ref "\", \"name\": \"" $2 "\", \"version\": \"" $3 \
                "\", \"purl\": \"" ref "\", \"properties\": [{\"name\": \"debian:source\", \"value\": \"" $5 "\"}]}")
        }
        $1 == "file" {
            sub(/.*\//, "", $3)
            if (what == "refs") put("  \"file:" $3 "\"")
            else put("{\"type\": \"file\", \"bom-ref\": \"file:" $3 "\", \"name\": \"" $3 \
                "\", \"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"" $2 "\"}]}")
        }
        END { if (count) print "" }'
}

body=$(
    cat <<END
  "version": 1,
  "metadata": {
    "timestamp": "$(date -u -d "@${SOURCE_DATE_EPOCH-0}" +%Y-%m-%dT%H:%M:%SZ)",
    "component": {"type": "application", "bom-ref": "$name", "name": "$name", "version": "$version",
      "licenses": [{"license": {"id": "Apache-2.0"}}],
      "properties": [{"name": "git:revision", "value": "$revision"}]}
  },
  "components": [
$(components all)
  ],
  "dependencies": [
    {"ref": "$name", "dependsOn": [
$(components refs)
    ]}
  ]
END
)
serial=$(printf %s "$body" | sha256sum | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\).*/\1-\2-5\3-8\4-\5/')
cat <<END
{
  "\$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
  "bomFormat": "CycloneDX",
  "specVersion": "1.5",
  "serialNumber": "urn:uuid:$serial",
$body
}
END
