# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Certificates for one test, made with openssl in a directory that ends with it."""
import os
import shutil
import subprocess

import harness


def _openssl(*arguments):
    result = subprocess.run(["openssl", *arguments], capture_output=True, text=True, timeout=harness.PATIENCE)
    assert result.returncode == 0, f"openssl {' '.join(arguments)}: {result.stderr}"


def needed():
    """Skips where a program for these tests is missing."""
    for name in ("openssl", "curl"):
        if not shutil.which(name):
            harness.skip(f"no {name}")


class Certificate:
    """A key and a certificate below `folder`: of its own, or signed by `issuer`."""

    def __init__(self, folder, name, issuer=None, purpose="serverAuth", names="DNS:localhost,IP:127.0.0.1", key="ec"):
        self.cert, self.key = os.path.join(folder, f"{name}.crt"), os.path.join(folder, f"{name}.key")
        kind = ["rsa:2048"] if key == "rsa" else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        signer = ["-CA", issuer.cert, "-CAkey", issuer.key] if issuer else []
        use = ["-addext", f"extendedKeyUsage={purpose}", "-addext", "basicConstraints=critical,CA:FALSE"]
        _openssl("req", "-x509", "-newkey", *kind, "-nodes", "-keyout", self.key, "-out", self.cert, "-days", "2",
                 "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}", *(use if issuer else []), *signer)

    def text(self):
        """Of the certificate and of the key."""
        return [open(path, encoding="ascii").read() for path in (self.cert, self.key)]
