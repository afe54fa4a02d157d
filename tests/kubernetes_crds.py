# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Holds resources of the Prometheus operator against its own schemas, closed: a key that they do not know is wrong."""

import glob
import sys

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """One of the files has a plain `=`, which YAML 1.1 gives a meaning of its own."""


Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))


def load(path):
    with open(path, encoding="utf-8") as file:
        return [document for document in yaml.load_all(file, Loader) if document]


def close(schema):
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema and \
                not schema.get("x-kubernetes-preserve-unknown-fields"):
            schema["additionalProperties"] = False
        for part in schema.values():
            close(part)
    elif isinstance(schema, list):
        for part in schema:
            close(part)


def main(folder, *files):
    schemas = {}
    for path in glob.glob(f"{folder}/*.yaml"):
        for document in load(path):
            for version in document["spec"]["versions"]:
                schema = version["schema"]["openAPIV3Schema"]
                close(schema)
                schema["properties"]["metadata"] = {"type": "object"}
                schemas[f"{document['spec']['group']}/{version['name']}", document["spec"]["names"]["kind"]] = schema
    count = 0
    for document in (document for path in files for document in load(path)):
        schema = schemas.get((document["apiVersion"], document["kind"]))
        if schema is not None:
            jsonschema.Draft7Validator(schema).validate(document)
            count += 1
            print(f"{document['kind']} {document['metadata']['name']}: valid")
    sys.exit(0 if count == 3 else f"{count} of 3 resources have a schema")


main(*sys.argv[1:])
