#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Scapy 2.8.0 (PyPI) has a layer for STAMP. RFC 8972 section 4 draws the flags of a TLV as U, M, I from the most
# significant bit on, so that U alone is the octet 0x80. Scapy's flag "U" is the least significant bit: what it
# writes is read by reflectors as a reserved bit without U, and the U of a reflector is shown as another flag.
# Needs python3 with venv, and a package index.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet scapy==2.8.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import scapy
from scapy.contrib.stamp import STAMPTestTLV

written = bytes(STAMPTestTLV(flags="U", type=1, value=bytes(4)))
standard = bytes([0x80, 1, 0, 4]) + bytes(4)
read = str(STAMPTestTLV(standard).flags)
print("scapy", scapy.__version__)
print("Extra Padding of 4 octets with U, as RFC 8972 wants it:", standard.hex())
print("the same, written by scapy:                            ", written.hex())
print("flags of the first one, as scapy reads them:           ", read)
mirrored = written[0] == 0x01 and read != "U"
print("mirrored" if mirrored else "as the standard has it")
sys.exit(0 if mirrored else 1)
PYTHON
