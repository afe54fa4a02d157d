# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Looks at what the images say of themselves. usage: config.py NAME=JSON... (the output of buildah inspect)"""

import json
import sys

WANTED_LABELS = ("title", "description", "version", "revision", "licenses")
PORTS = {"ipsla-exporter": {"10967/tcp", "1967/udp"}, "ipsla-responder": {"10968/tcp", "1967/udp", "1167/udp"}}


def main():
    problems = []
    for argument in sys.argv[1:]:
        name, text = argument.split("=", 1)
        config = json.loads(text)["Docker"]["config"]
        labels = config.get("Labels") or {}
        problems += [f"{name}: no label {label}" for label in WANTED_LABELS
                     if not labels.get(f"org.opencontainers.image.{label}")]
        if labels.get("org.opencontainers.image.title") != name:
            problems.append(f"{name}: is called {labels.get('org.opencontainers.image.title')}")
        if config.get("User") != "65532:65532":
            problems.append(f"{name}: runs as {config.get('User')!r}")
        if (config.get("Healthcheck") or {}).get("Test", [])[:3] != ["CMD", "/usr/bin/ipsla", "health"]:
            problems.append(f"{name}: health check {config.get('Healthcheck')}")
        if set(config.get("ExposedPorts") or {}) != PORTS[name]:
            problems.append(f"{name}: ports {config.get('ExposedPorts')}")
    print("\n".join(problems))
    sys.exit(bool(problems))


main()
