#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Looks at a list of parts that deploy/sbom.sh wrote: whether it has the form of CycloneDX 1.5, and names what is there.

usage: sbom.py [--root DIR] FILE...   DIR: where the files and the database of dpkg are that it is about
With the package cyclonedx-python-lib[json-validation] of PyPI it is compared with the schema too (tests/sbom.sh has it)."""

import argparse
import hashlib
import json
import pathlib
import re
import sys

SERIAL = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
PURL = re.compile(r"pkg:deb/[a-z]+/[a-z0-9.+%B-]+@[A-Za-z0-9.+~%:-]+\?arch=[a-z0-9]+&distro=[a-z]+-[\d.]+")
PLACES = ("usr/bin", "usr/sbin")


def judge_form(bom):
    """What every reader relies on."""
    if (bom.get("bomFormat"), bom.get("specVersion"), bom.get("version")) != ("CycloneDX", "1.5", 1):
        yield "no CycloneDX 1.5"
    if not SERIAL.fullmatch(bom.get("serialNumber", "")):
        yield f"serial number {bom.get('serialNumber')}"
    subject = bom["metadata"]["component"]
    if not TIME.fullmatch(bom["metadata"]["timestamp"]) or not subject["version"]:
        yield "no time, or no version"
    references = [subject["bom-ref"], *(part["bom-ref"] for part in bom["components"])]
    if len(set(references)) != len(references):
        yield "a reference that is there twice"
    for entry in bom["dependencies"]:
        for reference in {entry["ref"], *entry["dependsOn"]} - set(references):
            yield f"{reference} is nothing"
    if set(bom["dependencies"][0]["dependsOn"]) != set(references[1:]):
        yield "not all parts are depended on"
    for part in bom["components"]:
        if part["type"] == "library" and not (PURL.fullmatch(part["purl"]) and part["purl"] == part["bom-ref"]):
            yield f"package URL {part['purl']}"


def judge_files(bom, root):
    for part in bom["components"]:
        if part["type"] != "file":
            continue
        found = [path for place in PLACES for path in [root / place / part["name"]] if path.is_file()]
        digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
        if digests != {part["hashes"][0]["content"]}:
            yield f"{part['name']}: not the file with that digest"


def installed(root):
    """{package: version} of dpkg's database."""
    found = {}
    for entry in (root / "var/lib/dpkg/status").read_text().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in entry.splitlines() if re.match(r"[A-Z][\w-]*: ", line))
        if fields.get("Status", "").endswith(" installed"):
            found[fields["Package"]] = fields["Version"]
    return found


def judge_packages(bom, root):
    listed = {part["name"]: part["version"] for part in bom["components"] if part["type"] == "library"}
    there = installed(root)
    for name in sorted(set(listed) | set(there)):
        if listed.get(name) != there.get(name):
            yield f"{name}: {listed.get(name)} is listed, {there.get(name)} is installed"


def judge_schema(text):
    try:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
    except ImportError:
        return
    error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
    if error is not None:
        yield f"schema: {str(error).splitlines()[0]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path)
    parser.add_argument("file", type=pathlib.Path, nargs="+")
    options = parser.parse_args()
    problems = []
    for path in options.file:
        text = path.read_text()
        bom = json.loads(text)
        found = [*judge_form(bom), *judge_schema(text)]
        if options.root:
            found += [*judge_files(bom, options.root), *judge_packages(bom, options.root)]
        problems += [f"{path}: {problem}" for problem in found]
        print(f"{path.name}: {bom['metadata']['component']['name']}, {len(bom['components'])} parts")
    print("\n".join(problems))
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
